"""The check of `attention_pool`: weights that add up to 1 over the valid steps, from a softmax of the scores h · v."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, known
from lstm_ref.checks.s11_configure_and_diagnose.padded import padded, pooling_check
from lstm_ref.checks.slips.pooling import (
    AXIS_KEPT,
    MASK_TOO_LONG,
    MASK_TOO_SHORT,
    NO_THIRD_AXIS,
    lengths_of_others,
    lowest,
    valid,
    zeroed,
)
from lstm_ref.core import pooling
from lstm_ref.messages import _


def padded_for_attention(rng) -> list[Arguments]:
    return [call | {"v": rng.normal(0, 1, call["hs"].shape[2])} for call in padded(rng)]


def softmax(z, axis: int = -1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def pooled(weigh: Callable, of: Callable = lambda hs, lengths: hs):
    """Attention whose weights (B, T) are `weigh(scores, hs, lengths)`, applied to `of(hs, lengths)`."""

    def attention_pool(hs, lengths, v):
        return np.einsum("bt,bth->bh", weigh(hs @ v, hs, lengths), of(hs, lengths))

    return attention_pool


def masked(scores, lengths, instead: float, more: int = 0):
    return np.where(valid(scores, lengths, more)[:, :, 0], scores, instead)


MISTAKES = known(
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
            lambda scores, hs, lengths: softmax(masked(scores / np.sqrt(hs.shape[2]), lengths, -np.inf))
        ),
        _("the scores have the other sign: the step with the highest score counts most"): pooled(
            lambda scores, hs, lengths: softmax(masked(-scores, lengths, -np.inf))
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
        ): lambda hs, lengths, v: (softmax(lowest(hs * v, lengths), axis=1) * zeroed(hs, lengths)).sum(axis=1),
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
        AXIS_KEPT: lambda hs, lengths, v: pooling.attention_pool(hs, lengths, v)[:, None],
    },
)


ATTENTION_POOL = pooling_check("attention_pool", MISTAKES, padded_for_attention)
