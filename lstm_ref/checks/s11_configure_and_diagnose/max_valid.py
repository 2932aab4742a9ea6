"""The check of `max_valid`: one unit is negative at every step, so that a 0 in the padding would be the highest."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import known
from lstm_ref.checks.s11_configure_and_diagnose.padded import pooling_check
from lstm_ref.checks.slips import pooling as slips
from lstm_ref.core import pooling
from lstm_ref.messages import _


def padded_with(number: float) -> Callable:
    """The maximum, with a number in the padding."""
    return lambda hs, lengths: np.where(slips.valid(hs, lengths), hs, number).max(axis=1)


MISTAKES = known(
    {
        _("the padding takes part: append padding, and the maximum changes"): lambda hs, lengths: hs.max(axis=1),
        _(
            "the padding is set to 0: a unit that is negative at every valid step then gets 0; -inf loses every time"
        ): padded_with(0.0),
        _("the highest of the absolute values is taken: -0.9 is lower than 0.1"): lambda hs, lengths: np.abs(
            slips.zeroed(hs, lengths)
        ).max(axis=1),
        _("argmax says at which step it is highest, and not how high"): lambda hs, lengths: slips.lowest(
            hs, lengths
        ).argmax(axis=1),
        _("the lowest of the valid steps is taken"): lambda hs, lengths: np.where(
            slips.valid(hs, lengths), hs, np.inf
        ).min(axis=1),
        _("the highest step of the padding is taken: the mask is the wrong way round"): lambda hs, lengths: np.where(
            slips.valid(hs, lengths), -np.inf, hs
        ).max(axis=1),
        _("the padding is set to a tiny positive number: a negative unit then gets that"): padded_with(1e-9),
        _("-1e-9 stands in the padding: that is almost 0, and -1e9 is what was meant"): padded_with(-1e-9),
        _("a number such as -1 or -100 stands in the padding: a unit may be lower at every valid step; -inf never"): (
            padded_with(-1.0),
            padded_with(-100.0),
        ),
        slips.MASK_TOO_SHORT: lambda hs, lengths: slips.lowest(hs, lengths, -1).max(axis=1),
    },
    slips.wrong_lengths(pooling.max_valid),
    slips.wrong_axes(pooling.max_valid, np.max, slips.lowest),
    {
        _("one number is taken for all units of a sequence: each unit has its own highest step"): lambda hs, lengths: (
            np.repeat(slips.lowest(hs, lengths).max(axis=(1, 2))[:, None], hs.shape[2], axis=1)
        ),
        _("one number is taken for all units of a sequence, and no axis is left for them"): lambda hs, lengths: (
            slips.lowest(hs, lengths).max(axis=(1, 2))
        ),
        slips.LAST_STEP_ALONE: pooling.last_valid,
        _("the mean of the valid steps is returned"): pooling.mean_valid,
    },
)


MAX_VALID = pooling_check("max_valid", MISTAKES)
