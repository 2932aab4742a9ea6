"""The check of `mean_valid`: the padding must have no share in the sum, nor in the count it is divided by."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import known
from lstm_ref.checks.s11_configure_and_diagnose.padded import pooling_check
from lstm_ref.checks.slips import pooling as slips
from lstm_ref.core import pooling
from lstm_ref.messages import _


def divided(by: Callable) -> Callable:
    """The sum of the valid steps, divided by something else than `lengths`."""
    return lambda hs, lengths: slips.zeroed(hs, lengths).sum(axis=1) / by(hs, lengths)


MISTAKES = known(
    {
        _("the mean runs over the padding, too: append padding, and it changes"): lambda hs, lengths: hs.mean(axis=1),
        _("the padding is set to 0 and the sum is divided by T: each sequence has lengths valid steps"): divided(
            lambda hs, lengths: hs.shape[1]
        ),
        _("the padding is in the sum, and only the division knows of the lengths"): lambda hs, lengths: (
            hs.sum(axis=1) / lengths[:, None]
        ),
        _("the sum is not divided"): divided(lambda hs, lengths: 1),
        _("the sum of the valid steps is divided by the longest length: each sequence has its own"): divided(
            lambda hs, lengths: lengths.max()
        ),
        _("the sum of the valid steps is divided by the mean length: each sequence has its own"): divided(
            lambda hs, lengths: lengths.mean()
        ),
        _("the sum of the valid steps is divided by B: by lengths it should be"): divided(lambda hs, lengths: len(hs)),
        _("the sum of the valid steps is divided by lengths + 1"): divided(lambda hs, lengths: lengths[:, None] + 1),
        _("the sum is divided by how many numbers are not 0: a valid number may be 0, and it counts"): divided(
            lambda hs, lengths: (slips.zeroed(hs, lengths) != 0).sum(axis=1)
        ),
        slips.MASK_TOO_LONG: lambda hs, lengths: slips.zeroed(hs, lengths, 1).sum(axis=1) / lengths[:, None],
        slips.MASK_TOO_SHORT: lambda hs, lengths: slips.zeroed(hs, lengths, -1).sum(axis=1) / lengths[:, None],
        _("the padding is averaged, and not what is valid: the mask is the wrong way round"): lambda hs, lengths: (
            np.where(slips.valid(hs, lengths), 0.0, hs).sum(axis=1) / lengths[:, None]
        ),
    },
    slips.wrong_lengths(pooling.mean_valid),
    slips.wrong_axes(pooling.mean_valid, np.mean, slips.zeroed),
    {
        _("lengths[:, None] is missing: (B, H) / (B,) does not fit; the lengths belong to the rows"): divided(
            lambda hs, lengths: lengths
        ),
        _("hs[mask] puts the valid steps of all sequences into one row: one mean for all"): lambda hs, lengths: hs[
            slips.valid(hs, lengths)[:, :, 0]
        ].mean(axis=0),
        slips.LAST_STEP_ALONE: pooling.last_valid,
        _("the highest of the valid steps is returned"): pooling.max_valid,
    },
)


MEAN_VALID = pooling_check("mean_valid", MISTAKES)
