"""Mistakes in pooling over the valid steps of padded sequences, and in reading the last one: chapters 10 and 11.

All take hs (B, T, H) and lengths (B,), and return (B, H) where they are right; attention takes v (H,), too.
"""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Mistake, known
from lstm_ref.core import pooling
from lstm_ref.messages import _

MASK_TOO_LONG = _("one step of padding counts as valid: steps count from 0, so step t is valid if t < lengths")
MASK_TOO_SHORT = _("the last valid step is left out: step t is valid if t < lengths")
AXIS_KEPT = _(
    "the axis of the steps is kept, with one step in it: a slice or keepdims=True leaves it, an index takes it away"
)
NO_THIRD_AXIS = _("(B, T) meets (B, T, H): the mask or the weights need a third axis, [:, :, None]")
LAST_STEP_ALONE = _("the last valid step alone is returned")
LAST_NUMBER = _("the last number of every step is taken: [..., -1] is a unit, [:, -1] is a step")
LAST_SEQUENCE = _("the last sequence is taken: batch first, the first axis is the batch")
LAST_UNIT = _("the last unit alone is taken: [..., -1] is a unit")


def valid(hs, lengths, more: int = 0):
    """Which steps count, (B, T, 1); `more` steps too many."""
    return (np.arange(hs.shape[1]) < lengths[:, None] + more)[:, :, None]


def zeroed(hs, lengths, more: int = 0):
    """0 in the padding, which adds nothing to a sum."""
    return np.where(valid(hs, lengths, more), hs, 0.0)


def lowest(hs, lengths, more: int = 0):
    """-inf in the padding, which never is the highest."""
    return np.where(valid(hs, lengths, more), hs, -np.inf)


def wrong_lengths(pool: Callable) -> tuple[Mistake, ...]:
    """A right way of pooling, `pool`, over other lengths than the sequences have."""

    def over(choose):
        return lambda hs, lengths, *v: pool(hs, np.minimum(choose(lengths) + 0 * lengths, hs.shape[1]), *v)

    return known(
        {
            MASK_TOO_LONG: over(lambda lengths: lengths + 1),
            _("the length of the longest sequence serves for all: each sequence has its own"): over(np.max),
            _("the length of the shortest sequence serves for all: each sequence has its own"): over(np.min),
            _("the length of the first sequence serves for all: each sequence has its own"): over(
                lambda lengths: lengths[0]
            ),
        }
    )


def wrong_axes(pool: Callable, reduce: Callable, masked: Callable) -> tuple[Mistake, ...]:
    """In `pool`, which takes `reduce`, np.mean or np.max, over axis 1 of hs with its padding `masked`."""
    return known(
        {
            _("the units are pooled and the steps are left: axis 1 holds the steps"): (
                lambda hs, lengths: reduce(masked(hs, lengths), axis=2),
                lambda hs, lengths: reduce(hs, axis=2),
            ),
            _("the sequences of the batch are pooled: axis 0 is the batch, axis 1 holds the steps"): (
                lambda hs, lengths: reduce(masked(hs, lengths), axis=0),
                lambda hs, lengths: reduce(hs, axis=0),
            ),
            AXIS_KEPT: lambda hs, lengths: pool(hs, lengths)[:, None],
            NO_THIRD_AXIS: (
                lambda hs, lengths: hs * valid(hs, lengths)[:, :, 0],
                lambda hs, lengths: np.where(valid(hs, lengths)[:, :, 0], hs, 0.0),
            ),
        }
    )


def read_at(step: Callable) -> Callable:
    """Of each sequence one step, `step(lengths)`, is read."""
    return lambda hs, lengths: hs[np.arange(len(hs)), step(lengths)]


def last_read(change: Callable) -> Callable:
    """The last valid step of each sequence, (B, H), changed."""
    return lambda hs, lengths: change(pooling.last_valid(hs, lengths))


READING_THE_LAST = {
    _("the last step is taken: for a shorter sequence that is padding"): lambda hs, lengths: hs[:, -1],
    _("step `lengths` is read: steps count from 0, so the last valid one is lengths - 1"): read_at(
        lambda lengths: lengths
    ),
    _("the step before the last valid one is read"): read_at(lambda lengths: lengths - 2),
    _("output[:, lengths - 1] is read: that takes all these steps of every sequence"): lambda hs, lengths: hs[
        :, lengths - 1
    ],
    _("output[lengths - 1] is read: that takes sequences, and not steps"): lambda hs, lengths: hs[lengths - 1],
    _("the last valid step of the longest sequence is taken for all"): lambda hs, lengths: hs[:, lengths.max() - 1],
    _("the last valid step of the shortest sequence is taken for all"): lambda hs, lengths: hs[:, lengths.min() - 1],
    _("steps are counted from the end: -lengths is that many steps before it"): read_at(lambda lengths: -lengths),
    _("the first step is taken"): lambda hs, lengths: hs[:, 0],
    _("the results stand in the order of the lengths, longest first, not in that of the batch"): lambda hs, lengths: hs[
        np.argsort(-lengths), -np.sort(-lengths) - 1
    ],
    _("the mean over all steps is taken, padding included"): lambda hs, lengths: hs.mean(axis=1),
    _("the largest over all steps is taken, padding included"): lambda hs, lengths: hs.max(axis=1),
    _("the mean over the valid steps is taken; the last one is asked for"): pooling.mean_valid,
    _("the sum over the valid steps is taken; the last one is asked for"): lambda hs, lengths: zeroed(hs, lengths).sum(
        axis=1
    ),
    _("the largest over the valid steps is taken; the last one is asked for"): pooling.max_valid,
    LAST_NUMBER: lambda hs, lengths: hs[..., -1],
    LAST_SEQUENCE: lambda hs, lengths: hs[-1],
    AXIS_KEPT: last_read(lambda h: h[:, None]),
    LAST_UNIT: last_read(lambda h: h[:, -1]),
    _("one sequence alone came back: does `return` stand inside the loop?"): last_read(lambda h: h[0]),
    _("all valid steps are taken, end to end; one step of each sequence is asked for"): lambda hs, lengths: hs[
        valid(hs, lengths)[:, :, 0]
    ],
    _("the step after the last valid one is taken: steps count from 0"): (
        lambda hs, lengths: hs[np.arange(hs.shape[1]) == lengths[:, None]],
        lambda hs, lengths: read_at(lambda lengths: np.minimum(lengths, hs.shape[1] - 1))(hs, lengths),
    ),
    _(
        "the padding is set to zero and the last step is read: for a shorter sequence that is such a zero"
    ): lambda hs, lengths: zeroed(hs, lengths)[:, -1],
    _("the results stand in the order of the lengths, shortest first, not in that of the batch"): lambda hs, lengths: (
        hs[np.argsort(lengths), np.sort(lengths) - 1]
    ),
    _(
        "everything is read from sequence 0: output[:, lengths - 1][0] does it, or sequences put end to end"
    ): lambda hs, lengths: hs.reshape(-1, hs.shape[2])[lengths - 1],
    _("the padding is set to zero and every step is kept; one step of each sequence is asked for"): zeroed,
}
