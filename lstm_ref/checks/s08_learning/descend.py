"""The check of `descend`: clipping is lent, so what is judged is what goes into it and the step that follows."""

from collections.abc import Callable

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_difference
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s08_learning.clip_by_norm import cut_each_number, one_by_one
from lstm_ref.checks.s08_learning.problems import random_gradients, sizes_of_gradients
from lstm_ref.core.gradients import clip_by_norm as clip
from lstm_ref.messages import _


def which_move(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """One weight, its clipped gradient and the rate, to compare with."""
    leaf, at = first_difference(got, want)
    n = list(want).index(leaf)
    clipped = clip(arguments["grads"], arguments["max_norm"])
    weight = arguments["weights"][n][at]
    return _(
        "There the weight is {weight:.4g}, its clipped gradient {clipped:.4g} and the rate {rate:g}, so that it moves "
        "by {move:.4g}. Yours moves by {got:.4g}."
    ).format(
        weight=weight,
        clipped=clipped[n][at],
        rate=arguments["rate"],
        move=-arguments["rate"] * clipped[n][at],
        got=got[leaf][at] - weight,
    )


def to_descend(rng) -> list[Arguments]:
    calls = []
    for norm, limit in ((40.0, 5.0), (3.0, 5.0)):
        grads = random_gradients(rng, norm)
        weights = [rng.normal(0, 10, grad.shape) for grad in grads]
        calls.append({"weights": weights, "grads": grads, "rate": 0.25, "max_norm": limit})
    return calls


def step(weights, grads, rate):
    return [weight - rate * grad for weight, grad in zip(weights, grads, strict=True)]


def stepped(clipped: Callable = clip, rate: Callable = lambda rate: rate) -> Callable:
    """`descend` with another way of clipping, or another rate."""
    return lambda weights, grads, r, max_norm: step(weights, clipped(grads, max_norm), rate(r))


DESCEND = Check(
    name="descend",
    output="weights",
    reference=stepped(),
    given=(given.clip_by_norm,),
    sizes=sizes_of_gradients,
    advice=which_move,
    parts={"values": Part(to_descend)},
    mistakes={
        _("the gradients are clipped after the step, or the clipped ones are thrown away: use what came back"): stepped(
            lambda grads, max_norm: grads
        ),
        _("the weights are clipped: it is the gradients that are"): lambda weights, grads, rate, max_norm: clip(
            step(weights, grads, rate), max_norm
        ),
        _("the weights are clipped before the step: clip the gradients"): lambda weights, grads, rate, max_norm: step(
            clip(weights, max_norm), grads, rate
        ),
        _("the step uphill is taken: the gradient says where the loss rises, so it is subtracted"): stepped(
            rate=lambda rate: -rate
        ),
        _("the rate is left out"): stepped(rate=lambda rate: 1.0),
        _(
            "rate * gradient is clipped: clip the gradients first, then multiply by the rate"
        ): lambda weights, grads, rate, max_norm: step(weights, clip([rate * g for g in grads], max_norm), 1.0),
        _("each array is clipped by itself: clip the whole list at once"): stepped(one_by_one),
        _("each number is cut by itself: clip the whole list by its norm"): stepped(cut_each_number),
        _("only the step is returned: it is weight - rate * gradient"): lambda weights, grads, rate, max_norm: step(
            [0, 0, 0], clip(grads, max_norm), rate
        ),
    },
    tolerance=1e-6,  # as that of clip_by_norm
)
