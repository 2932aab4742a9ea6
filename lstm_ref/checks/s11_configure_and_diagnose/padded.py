"""The check of a function that pools padded sequences: all four are asked and advised alike."""

import numpy as np

from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.problems import random_padded, sizes_of_padded
from lstm_ref.core import pooling
from lstm_ref.messages import _


def padded(rng) -> list[Arguments]:
    return [{"hs": hs, "lengths": lengths} for hs, lengths in random_padded(rng)]


def which_sequences(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Whether the padding is read: then the sequences with padding are wrong, and no others."""
    bad = wrong_numbers(got["pooled"], want["pooled"]).any(axis=1)
    full = arguments["lengths"] == arguments["hs"].shape[1]
    if full.any() and (bad == ~full).all():
        return _("The sequence without padding is right, and all others are wrong: the padding has a say in them.")
    if bad[full].any():
        return _("The sequence without padding is wrong, too: look at the pooling itself before the mask.")
    return _("Wrong: {which}. Look at their lengths.").format(
        which=", ".join(_("sequence {n}").format(n=n) for n in np.flatnonzero(bad))
    )


def pooling_check(name: str, mistakes, calls=padded) -> Check:
    return Check(
        name=name,
        output="pooled",
        reference=getattr(pooling, name),
        sizes=sizes_of_padded,
        axes={"pooled": "BH"},
        parts={"padded": Part(calls)},
        mistakes=mistakes,
        advice=which_sequences,
    )
