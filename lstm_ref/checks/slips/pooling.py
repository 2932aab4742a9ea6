"""Mistakes in pooling over the valid steps of padded sequences: what chapter 11 compares with.

All take hs (B, T, H), lengths (B,), attention also v (H,), and return (B, H) where they are right.
"""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Mistake, known
from lstm_ref.checks.s10_pytorch.last_valid_output import LAST_VALID
from lstm_ref.core import pooling
from lstm_ref.messages import _

LAST = tuple(mistake for mistake in LAST_VALID)


def valid(hs, lengths, more: int = 0):
    """Which steps count, (B, T, 1); `more` steps too many."""
    return (np.arange(hs.shape[1]) < lengths[:, None] + more)[:, :, None]


def zeroed(hs, lengths, more: int = 0):
    return np.where(valid(hs, lengths, more), hs, 0.0)


def lowest(hs, lengths, more: int = 0):
    return np.where(valid(hs, lengths, more), hs, -np.inf)


MASK_TOO_LONG = _("one step of padding counts as valid: steps count from 0, so step t is valid if t < lengths")
MASK_TOO_SHORT = _("the last valid step is left out: step t is valid if t < lengths")
LONGEST = _("the length of the longest sequence serves for all: each sequence has its own")
SHORTEST = _("the length of the shortest sequence serves for all: each sequence has its own")
FIRST = _("the length of the first sequence serves for all: each sequence has its own")
UNITS = _("the units are pooled and the steps are left: axis 1 holds the steps")
BATCH = _("the sequences of the batch are pooled: axis 0 is the batch, axis 1 holds the steps")
NO_THIRD_AXIS = _("(B, T) meets (B, T, H): the mask or the weights need a third axis, [:, :, None]")
KEPT = _("the axis of the steps is kept, with one step: keepdims=True leaves it there")


def one_length(pool: Callable, choose: Callable):
    return lambda hs, lengths, *v: pool(hs, np.full_like(lengths, choose(lengths)), *v)


def lengths_of_others(pool: Callable) -> tuple[Mistake, ...]:
    return known(
        {
            LONGEST: one_length(pool, np.max),
            SHORTEST: one_length(pool, np.min),
            FIRST: one_length(pool, lambda lengths: lengths[0]),
        }
    )


MEAN = known(
    {
        _("the mean runs over the padding, too: append padding, and it changes"): lambda hs, lengths: hs.mean(axis=1),
        _(
            "the padding is set to 0 and the sum is divided by T: each sequence has lengths valid steps"
        ): lambda hs, lengths: zeroed(hs, lengths).mean(axis=1),
        _("the padding is in the sum, and only the division knows of the lengths"): lambda hs, lengths: (
            hs.sum(axis=1) / lengths[:, None]
        ),
        _("the sum is not divided"): lambda hs, lengths: zeroed(hs, lengths).sum(axis=1),
        _(
            "the sum of the valid steps is divided by the longest length: each sequence has its own"
        ): lambda hs, lengths: zeroed(hs, lengths).sum(axis=1) / lengths.max(),
        _("the sum of the valid steps is divided by the mean length: each sequence has its own"): lambda hs, lengths: (
            zeroed(hs, lengths).sum(axis=1) / lengths.mean()
        ),
        _("the sum of the valid steps is divided by B: by lengths it should be"): lambda hs, lengths: (
            zeroed(hs, lengths).sum(axis=1) / len(hs)
        ),
        _("the sum of the valid steps is divided by lengths + 1"): lambda hs, lengths: (
            zeroed(hs, lengths).sum(axis=1) / (lengths[:, None] + 1)
        ),
        MASK_TOO_LONG: (
            lambda hs, lengths: zeroed(hs, lengths, 1).sum(axis=1) / lengths[:, None],
            lambda hs, lengths: zeroed(hs, lengths, 1).sum(axis=1) / valid(hs, lengths, 1).sum(axis=1),
        ),
        MASK_TOO_SHORT: lambda hs, lengths: zeroed(hs, lengths, -1).sum(axis=1) / lengths[:, None],
        _("the padding is averaged, and not what is valid: the mask is the wrong way round"): lambda hs, lengths: (
            np.where(valid(hs, lengths), 0.0, hs).sum(axis=1) / lengths[:, None]
        ),
    },
    lengths_of_others(pooling.mean_valid),
    {
        UNITS: (
            lambda hs, lengths: zeroed(hs, lengths).mean(axis=2),
            lambda hs, lengths: hs.mean(axis=2),
        ),
        BATCH: (
            lambda hs, lengths: zeroed(hs, lengths).mean(axis=0),
            lambda hs, lengths: hs.mean(axis=0),
        ),
        KEPT: lambda hs, lengths: pooling.mean_valid(hs, lengths)[:, None],
        _(
            "lengths[:, None] is missing: (B, H) / (B,) does not fit; the lengths belong to the rows"
        ): lambda hs, lengths: zeroed(hs, lengths).sum(axis=1) / lengths,
        NO_THIRD_AXIS: (
            lambda hs, lengths: hs * valid(hs, lengths)[:, :, 0],
            lambda hs, lengths: np.where(valid(hs, lengths)[:, :, 0], hs, 0.0),
        ),
        _(
            "hs[mask] puts the valid steps of all sequences into one row: one mean for all of them"
        ): lambda hs, lengths: hs[valid(hs, lengths)[:, :, 0]].mean(axis=0),
        _("the last valid step alone is returned"): pooling.last_valid,
        _("the highest of the valid steps is returned"): pooling.max_valid,
    },
)

MAX = known(
    {
        _("the padding takes part: append padding, and the maximum changes"): lambda hs, lengths: hs.max(axis=1),
        _(
            "the padding is set to 0: a unit that is negative at every valid step then gets 0; -inf loses every time"
        ): lambda hs, lengths: zeroed(hs, lengths).max(axis=1),
        _("the highest of the absolute values is taken: -0.9 is lower than 0.1"): lambda hs, lengths: np.abs(
            zeroed(hs, lengths)
        ).max(axis=1),
        _("argmax says at which step it is highest, and not how high"): lambda hs, lengths: lowest(hs, lengths).argmax(
            axis=1
        ),
        _("the lowest of the valid steps is taken"): lambda hs, lengths: np.where(valid(hs, lengths), hs, np.inf).min(
            axis=1
        ),
        _("the highest step of the padding is taken: the mask is the wrong way round"): lambda hs, lengths: np.where(
            valid(hs, lengths), -np.inf, hs
        ).max(axis=1),
        _(
            "the padding is set to a very small number that is still positive: a negative unit then gets that"
        ): lambda hs, lengths: np.where(valid(hs, lengths), hs, 1e-9).max(axis=1),
        _("-1e-9 stands in the padding: that is almost 0, and -1e9 is what was meant"): lambda hs, lengths: np.where(
            valid(hs, lengths), hs, -1e-9
        ).max(axis=1),
        MASK_TOO_LONG: lambda hs, lengths: lowest(hs, lengths, 1).max(axis=1),
        MASK_TOO_SHORT: lambda hs, lengths: lowest(hs, lengths, -1).max(axis=1),
    },
    lengths_of_others(pooling.max_valid),
    {
        UNITS: (
            lambda hs, lengths: hs.max(axis=2),
            lambda hs, lengths: lowest(hs, lengths).max(axis=2),
        ),
        BATCH: (
            lambda hs, lengths: hs.max(axis=0),
            lambda hs, lengths: lowest(hs, lengths).max(axis=0),
        ),
        _("one number is taken for all units of a sequence: each unit has its own highest step"): lambda hs, lengths: (
            np.repeat(lowest(hs, lengths).max(axis=(1, 2))[:, None], hs.shape[2], axis=1)
        ),
        _("one number is taken for all units of a sequence, and no axis is left for them"): lambda hs, lengths: lowest(
            hs, lengths
        ).max(axis=(1, 2)),
        NO_THIRD_AXIS: (
            lambda hs, lengths: hs * valid(hs, lengths)[:, :, 0],
            lambda hs, lengths: np.where(valid(hs, lengths)[:, :, 0], hs, -np.inf),
        ),
        KEPT: lambda hs, lengths: pooling.max_valid(hs, lengths)[:, None],
        _("the last valid step alone is returned"): pooling.last_valid,
        _("the mean of the valid steps is returned"): pooling.mean_valid,
    },
)


def softmax(scores, axis: int = 1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def pooled(weigh: Callable, of: Callable = lambda hs, lengths: hs):
    """Attention whose weights (B, T) are `weigh(scores, hs, lengths)`, applied to `of(hs, lengths)`."""

    def attention_pool(hs, lengths, v):
        return np.einsum("bt,bth->bh", weigh(hs @ v, hs, lengths), of(hs, lengths))

    return attention_pool


def weights(scores, hs, lengths):
    """The right ones."""
    return softmax(lowest(scores[:, :, None], lengths)[:, :, 0])


def masked(scores, lengths, instead: float, more: int = 0):
    return np.where(valid(scores, lengths, more)[:, :, 0], scores, instead)


ATTENTION = known(
    {
        _("the padding gets its share of the attention: its scores have to be -inf before the softmax"): pooled(
            lambda scores, hs, lengths: softmax(scores)
        ),
        _(
            "the scores in the padding are set to 0: e**0 is 1, and so the padding takes part; -inf gives e**-inf, 0"
        ): pooled(lambda scores, hs, lengths: softmax(masked(scores, lengths, 0.0))),
        _(
            "the scores in the padding are set to 0 and the padding itself, too: its weights are still taken away"
        ): pooled(lambda scores, hs, lengths: softmax(masked(scores, lengths, 0.0)), zeroed),
        _("the scores in the padding are set to -1e-9: that is almost 0, and -1e9 is what was meant"): pooled(
            lambda scores, hs, lengths: softmax(masked(scores, lengths, -1e-9))
        ),
        _("the padding is taken out after the softmax: the weights that are left no longer add up to 1"): pooled(
            lambda scores, hs, lengths: softmax(scores), zeroed
        ),
        MASK_TOO_LONG: pooled(lambda scores, hs, lengths: softmax(masked(scores, lengths, -np.inf, 1))),
        MASK_TOO_SHORT: pooled(
            lambda scores, hs, lengths: softmax(masked(scores, np.maximum(lengths, 2), -np.inf, -1))
        ),
    },
    lengths_of_others(pooling.attention_pool),
    {
        _("the softmax is left out: the scores themselves are the weights, and they do not add up to 1"): pooled(
            lambda scores, hs, lengths: masked(scores, lengths, 0.0)
        ),
        _("e**score is not divided by its sum over the valid steps"): pooled(
            lambda scores, hs, lengths: np.exp(masked(scores, lengths, -np.inf))
        ),
        _("the scores are divided by their sum: they may be negative; the softmax takes e**score first"): pooled(
            lambda scores, hs, lengths: (
                masked(scores, lengths, 0.0) / masked(scores, lengths, 0.0).sum(axis=1, keepdims=True)
            )
        ),
        _("the softmax runs over the sequences of the batch: the steps of one sequence compete, axis=1"): pooled(
            lambda scores, hs, lengths: softmax(np.where(valid(hs, lengths)[:, :, 0], scores, -1e30), axis=0)
        ),
        _("one softmax runs over all sequences together: the steps of one sequence compete, axis=1"): pooled(
            lambda scores, hs, lengths: softmax(masked(scores, lengths, -np.inf).reshape(1, -1)).reshape(scores.shape)
        ),
        _(
            "each score is squashed by the sigmoid: steps then do not compete, and the weights do not add up to 1"
        ): pooled(lambda scores, hs, lengths: masked(1 / (1 + np.exp(-scores)), lengths, 0.0)),
        _("tanh is taken of the scores: h · v is the score"): pooled(
            lambda scores, hs, lengths: softmax(masked(np.tanh(scores), lengths, -np.inf))
        ),
        _("the scores are divided by the root of H, as transformers do: here h · v is the score"): pooled(
            lambda scores, hs, lengths: weights(scores / np.sqrt(hs.shape[2]), hs, lengths)
        ),
        _("the scores have the other sign: the step with the highest score counts most"): pooled(
            lambda scores, hs, lengths: weights(-scores, hs, lengths)
        ),
        _("the step with the highest score is taken alone: the softmax lets every valid step have its share"): pooled(
            lambda scores, hs, lengths: np.eye(scores.shape[1])[masked(scores, lengths, -np.inf).argmax(axis=1)]
        ),
        _(
            "the weighted steps are averaged: the weights add up to 1 already, so they are summed"
        ): lambda hs, lengths, v: pooling.attention_pool(hs, lengths, v) / lengths[:, None],
        _(
            "the weighted steps are averaged over T: the weights add up to 1 already, so they are summed"
        ): lambda hs, lengths, v: pooling.attention_pool(hs, lengths, v) / hs.shape[1],
        _("all steps count the same: v has no say"): lambda hs, lengths, v: pooling.mean_valid(hs, lengths),
        _(
            "the weights are returned: they say how much each step counts, and hs has still to be weighted"
        ): lambda hs, lengths, v: pooling.attention_weights(hs, lengths, v),
        _("the weighted steps are returned one by one: sum over the steps, axis=1"): lambda hs, lengths, v: (
            pooling.attention_weights(hs, lengths, v)[:, :, None] * zeroed(hs, lengths)
        ),
        _(
            "v multiplies each unit and no sum is taken over the units, so that each unit has a softmax of its own"
        ): lambda hs, lengths, v: (softmax(lowest(hs * v, lengths)) * zeroed(hs, lengths)).sum(axis=1),
        _("hs is weighted by v once more: v is for the scores alone"): lambda hs, lengths, v: (
            pooling.attention_pool(hs, lengths, v) * v
        ),
        _(
            "weights @ hs weighs every sequence with the weights of all: weights[:, :, None] * hs, summed over axis 1"
        ): lambda hs, lengths, v: pooling.attention_weights(hs, lengths, v) @ hs,
        NO_THIRD_AXIS: (
            lambda hs, lengths, v: pooling.attention_weights(hs, lengths, v) * hs,
            lambda hs, lengths, v: hs * pooling.attention_weights(hs, lengths, v),
        ),
        KEPT: lambda hs, lengths, v: pooling.attention_pool(hs, lengths, v)[:, None],
    },
)
