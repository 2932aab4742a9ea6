"""The check of `attention_pool`: weights that add up to 1 over the valid steps, from a softmax of the scores h · v."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, known
from lstm_ref.checks.s11_configure_and_diagnose.padded import padded, pooling_check
from lstm_ref.checks.slips import pooling as slips
from lstm_ref.checks.slips.squashing import softmax
from lstm_ref.core import pooling
from lstm_ref.messages import _


def padded_for_attention(rng) -> list[Arguments]:
    """v of such a scale that no step gets all of the attention."""
    return [call | {"v": rng.normal(0, 1, call["hs"].shape[2]) / np.abs(call["hs"]).max()} for call in padded(rng)]


def weighted(weigh: Callable, of: Callable = lambda hs, lengths: hs) -> Callable:
    """Attention whose weights (B, T) are `weigh(scores, inside)`, applied to `of(hs, lengths)`.

    inside: (B, T), where the valid steps are.
    """

    def attention_pool(hs, lengths, v):
        return np.einsum("bt,bth->bh", weigh(hs @ v, slips.valid(hs, lengths)[:, :, 0]), of(hs, lengths))

    return attention_pool


def padded_with(number: float, **of) -> Callable:
    """The softmax is right, but the scores in the padding are set to this number."""
    return weighted(lambda scores, inside: softmax(np.where(inside, scores, number)), **of)


def changed(change: Callable) -> Callable:
    """The right result (B, H), changed, from (it, hs, lengths)."""
    return lambda hs, lengths, v: change(pooling.attention_pool(hs, lengths, v), hs, lengths)


MISTAKES = known(
    {
        _("the padding gets its share of the attention: its scores have to be -inf before the softmax"): weighted(
            lambda scores, inside: softmax(scores)
        ),
        _(
            "the scores in the padding are set to 0: e**0 is 1, and so the padding takes part; -inf gives e**-inf, 0"
        ): padded_with(0.0),
        _(
            "the scores in the padding are set to 0 and the padding itself, too: its weights are still taken away"
        ): padded_with(0.0, of=slips.zeroed),
        _("the scores in the padding are set to -1e-9: that is almost 0, and -1e9 is what was meant"): padded_with(
            -1e-9
        ),
        _("the padding is taken out after the softmax: the weights that are left no longer add up to 1"): weighted(
            lambda scores, inside: softmax(scores), slips.zeroed
        ),
        slips.MASK_TOO_SHORT: lambda hs, lengths, v: pooling.attention_pool(hs, np.maximum(lengths - 1, 1), v),
    },
    slips.wrong_lengths(pooling.attention_pool),
    {
        _("the softmax is left out: the scores themselves are the weights, and they do not add up to 1"): weighted(
            lambda scores, inside: np.where(inside, scores, 0.0)
        ),
        _("e**score is not divided by its sum over the valid steps"): weighted(
            lambda scores, inside: np.exp(np.where(inside, scores, -np.inf))
        ),
        _("the scores are divided by their sum: they may be negative; the softmax takes e**score first"): weighted(
            lambda scores, inside: np.where(inside, scores, 0) / np.sum(scores, axis=1, keepdims=True, where=inside)
        ),
        _("the softmax runs over the sequences of the batch: the steps of one sequence compete, axis=1"): weighted(
            lambda scores, inside: softmax(np.where(inside, scores, -1e30), axis=0)
        ),
        _("one softmax runs over all sequences together: the steps of one sequence compete, axis=1"): weighted(
            lambda scores, inside: softmax(np.where(inside, scores, -np.inf).reshape(1, -1)).reshape(scores.shape)
        ),
        _("each score is squashed by the sigmoid: the steps do not compete, the weights do not add up to 1"): weighted(
            lambda scores, inside: np.where(inside, 1 / (1 + np.exp(-scores)), 0.0)
        ),
        _("tanh is taken of the scores: h · v is the score"): weighted(
            lambda scores, inside: softmax(np.where(inside, np.tanh(scores), -np.inf))
        ),
        _("the scores are divided by the root of H, as transformers do: here h · v is the score"): (
            lambda hs, lengths, v: pooling.attention_pool(hs, lengths, v / np.sqrt(hs.shape[2]))
        ),
        _("the scores have the other sign: the step with the highest score counts most"): (
            lambda hs, lengths, v: pooling.attention_pool(hs, lengths, -v)
        ),
        _("the step with the highest score is taken alone: the softmax lets every valid step have its share"): weighted(
            lambda scores, inside: np.eye(scores.shape[1])[np.where(inside, scores, -np.inf).argmax(axis=1)]
        ),
        _("the weighted steps are averaged: the weights add up to 1 already, so they are summed"): changed(
            lambda pooled, hs, lengths: pooled / lengths[:, None]
        ),
        _("the weighted steps are averaged over T: the weights add up to 1 already, so they are summed"): changed(
            lambda pooled, hs, lengths: pooled / hs.shape[1]
        ),
        _("all steps count the same: v has no say"): lambda hs, lengths, v: pooling.mean_valid(hs, lengths),
        _(
            "the weights are returned: they say how much each step counts, and hs has still to be weighted"
        ): pooling.attention_weights,
        _("the weighted steps are returned one by one: sum over the steps, axis=1"): lambda hs, lengths, v: (
            pooling.attention_weights(hs, lengths, v)[:, :, None] * slips.zeroed(hs, lengths)
        ),
        _(
            "v multiplies each unit and no sum is taken over the units, so that each unit has a softmax of its own"
        ): lambda hs, lengths, v: (softmax(slips.lowest(hs * v, lengths), axis=1) * slips.zeroed(hs, lengths)).sum(
            axis=1
        ),
        _("hs is weighted by v once more: v is for the scores alone"): lambda hs, lengths, v: (
            pooling.attention_pool(hs, lengths, v) * v
        ),
        _(
            "weights @ hs weighs every sequence with the weights of all: weights[:, :, None] * hs, summed over axis 1"
        ): lambda hs, lengths, v: pooling.attention_weights(hs, lengths, v) @ hs,
        slips.NO_THIRD_AXIS: (
            lambda hs, lengths, v: pooling.attention_weights(hs, lengths, v) * hs,
            lambda hs, lengths, v: hs * pooling.attention_weights(hs, lengths, v),
        ),
        slips.AXIS_KEPT: changed(lambda pooled, hs, lengths: pooled[:, None]),
    },
)


ATTENTION_POOL = pooling_check("attention_pool", MISTAKES, padded_for_attention)
