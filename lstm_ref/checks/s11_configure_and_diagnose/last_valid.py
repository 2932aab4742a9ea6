"""The check of `last_valid`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.slips import pooling as wrong_pooling
from lstm_ref.core import pooling
from lstm_ref.messages import _

T, H = 6, 3


def padded(rng) -> list[Arguments]:
    calls = []
    for lengths in np.array([3, T, 1, 5]), np.array([2, 4, 3]):
        hs = rng.uniform(-0.9, 0.9, (len(lengths), T, H))
        hs[:, :, 1] = -np.abs(hs[:, :, 1]) - 0.05
        padding = np.arange(T) >= lengths[:, None]
        hs[padding] = rng.uniform(0.3, 2, (int(padding.sum()), H)) * rng.choice([-1, 1], (int(padding.sum()), H))
        calls.append({"hs": hs, "lengths": lengths})
    return calls


def sizes_of_padded(arguments: Arguments) -> str:
    return f"B={len(arguments['hs'])}, T={T}, H={H}, lengths={arguments['lengths'].tolist()}"


def which_sequences(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Whether it is the padding that is read."""
    bad = ~np.isclose(got["pooled"], want["pooled"], rtol=1e-9, atol=1e-9).all(axis=1)
    full = arguments["lengths"] == T
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


LAST_VALID = pooling_check("last_valid", wrong_pooling.LAST)
