"""The check of `clip_by_norm`: nearly every mistake is another factor, or another measure of length."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s08_learning.problems import random_gradients, sizes_of_gradients
from lstm_ref.core import gradients
from lstm_ref.messages import _


def which_factor(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The norm, the factor that it asks for, and the one that was taken."""
    grads, max_norm = arguments["grads"], arguments["max_norm"]
    norm = float(gradients.global_norm(grads))
    said = _("All arrays together have the norm {norm:.4g}, so each number is multiplied by {factor:.4g}.").format(
        norm=norm, factor=shortening(norm, max_norm)
    )
    before, after = (np.concatenate([array.ravel() for array in arrays]) for arrays in (grads, got.values()))
    if norm > 0 and np.allclose(after, after[0] / before[0] * before):
        return f"{said} " + _("Yours are multiplied by {factor:.4g}.").format(factor=after[0] / before[0])
    return f"{said} " + _("Yours are not all multiplied by the same.")


def long_gradients(rng) -> list[Arguments]:
    # One of them is shorter than 1, and a short one below is longer: it is max_norm that they are compared with.
    return [
        {"grads": random_gradients(rng, norm), "max_norm": limit} for norm, limit in ((300.1234, 40.0), (0.8, 0.25))
    ]


def short_gradients(rng) -> list[Arguments]:
    zeros = [np.zeros_like(array) for array in random_gradients(rng, 1.0)]
    return [{"grads": random_gradients(rng, 31.0), "max_norm": 40.0}, {"grads": zeros, "max_norm": 1.0}]


def all_numbers(grads):
    return np.concatenate([grad.ravel() for grad in grads])


def norm_of(array):
    return np.sqrt((array**2).sum())


def scaled(factor, measure=lambda grads: norm_of(all_numbers(grads))):
    """All gradients times one factor, from (their norm, or another measure of length, and max_norm)."""
    return lambda grads, max_norm: [grad * factor(measure(grads), max_norm) for grad in grads]


def shortening(norm, max_norm):
    return min(1.0, max_norm / norm) if norm > 0 else 1.0


def one_by_one(grads, max_norm):
    return [grad * shortening(norm_of(grad), max_norm) for grad in grads]


def cut_each_number(grads, max_norm):
    return [np.clip(grad, -max_norm, max_norm) for grad in grads]


def clipped_by(measure):
    """Clipped as it should be, but by another measure of length."""
    return scaled(shortening, measure)


CLIP_BY_NORM = Check(
    name="clip_by_norm",
    output="clipped",
    reference=gradients.clip_by_norm,
    sizes=sizes_of_gradients,
    advice=which_factor,
    parts={
        "long": Part(
            long_gradients,
            mistakes={
                _("nothing is clipped"): lambda grads, max_norm: grads,
                _("the factor stands upside down: max_norm / norm shortens"): scaled(
                    lambda norm, max_norm: norm / max_norm
                ),
                _(
                    "only the arrays longer than max_norm are shortened: the one factor is for all of them"
                ): lambda grads, max_norm: [
                    grad * max_norm / norm_of(all_numbers(grads)) if norm_of(grad) > max_norm else grad
                    for grad in grads
                ],
            },
        ),
        "short": Part(
            short_gradients,
            mistakes={
                _("short gradients are stretched to max_norm: clipping only ever shortens"): scaled(
                    lambda norm, max_norm: max_norm / norm
                ),
                _("short gradients are stretched to max_norm, and only zeros are left alone"): scaled(
                    lambda norm, max_norm: max_norm / norm if norm > 0 else 1.0
                ),
            },
        ),
    },
    mistakes={
        _(
            "each number is cut at max_norm by itself, which turns the direction: one factor for all of them"
        ): cut_each_number,
        _("each array is clipped by its own norm: it is one norm for all arrays together"): one_by_one,
        _("the norms of the arrays are added: it is their squares that are added, and the root taken once"): clipped_by(
            lambda grads: sum(norm_of(grad) for grad in grads)
        ),
        _("the root is missing: the sum of the squares is the norm squared"): clipped_by(
            lambda grads: (all_numbers(grads) ** 2).sum()
        ),
        _("the numbers are added first and squared then: each is squared, and then they are added"): clipped_by(
            lambda grads: np.sqrt(sum(grad.sum() ** 2 for grad in grads))
        ),
        _("the largest number is taken for the norm"): clipped_by(lambda grads: np.abs(all_numbers(grads)).max()),
        _("the absolute values are added: the norm is the root of the sum of the squares"): clipped_by(
            lambda grads: np.abs(all_numbers(grads)).sum()
        ),
        _("the root of the mean square is taken for the norm: nothing is divided by the count"): clipped_by(
            lambda grads: np.sqrt((all_numbers(grads) ** 2).mean())
        ),
        _("the norm is compared with 1: those longer than max_norm are shortened, and no others"): scaled(
            lambda norm, max_norm: max_norm / norm if norm > 1 else 1.0
        ),
        _("long gradients are shortened to length 1 and not to max_norm"): scaled(
            lambda norm, max_norm: 1 / norm if norm > max_norm else 1.0
        ),
    },
    tolerance=1e-6,  # clip_grad_norm_ divides by norm + 1e-6, which is as right
)
