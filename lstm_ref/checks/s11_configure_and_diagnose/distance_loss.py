"""The check of `distance_loss`: outputs (B, 1) and targets (B,) meet, and broadcasting makes (B, B) of them."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.messages import _


def squared(compare: Callable, mean: bool = True) -> Callable:
    def distance_loss(outputs, targets):
        found = compare(outputs, targets) ** 2
        return found.mean() if mean else found.sum()

    return distance_loss


MISTAKES = {
    _(
        "(B, 1) - (B,) is (B, B): every output is compared with every target; bring both to the same shape, with "
        "squeeze(1) or targets[:, None]"
    ): squared(lambda outputs, targets: outputs - targets),
    _("the squares of all outputs with all targets are summed: bring both to one shape, and take the mean"): squared(
        lambda outputs, targets: outputs - targets, mean=False
    ),
    _("the shapes are right, but the squares are summed: the mean is asked for"): squared(
        lambda outputs, targets: outputs[:, 0] - targets, mean=False
    ),
    _("the outputs are averaged before they are compared"): squared(lambda outputs, targets: outputs.mean() - targets),
    _("the targets are averaged before they are compared"): squared(lambda outputs, targets: outputs - targets.mean()),
    _("the first output is compared with all targets"): squared(lambda outputs, targets: outputs[0] - targets),
    _("the first target is compared with all outputs"): squared(lambda outputs, targets: outputs - targets[0]),
    _("the absolute differences are averaged: their squares are asked for"): lambda outputs, targets: (
        (outputs[:, 0] - targets).abs().mean()
    ),
    _("the root is taken of the mean square"): lambda outputs, targets: ((outputs[:, 0] - targets) ** 2).mean().sqrt(),
    _("the mean square is halved"): lambda outputs, targets: ((outputs[:, 0] - targets) ** 2).mean() / 2,
    _(
        "the differences are averaged first, where those of either sign cancel: square each, then take the mean"
    ): lambda outputs, targets: (outputs[:, 0] - targets).mean() ** 2,
    _("the squares are returned one by one: their mean is asked for"): lambda outputs, targets: (
        (outputs[:, 0] - targets) ** 2
    ),
}


def outputs_and_targets(rng) -> list[Arguments]:
    return [
        {"outputs": with_far_numbers(rng.normal(1, 1, (count, 1)), 30.0), "targets": rng.normal(0, 1, count)}
        for count in (20, 7)
    ]


def first_share(arguments, got, want) -> str:
    """What the first sequence gives to the mean, to be found by hand."""
    output, target = float(np.asarray(arguments["outputs"])[0, 0]), float(np.asarray(arguments["targets"])[0])
    return _(
        "Try one sequence by hand: of the first the output is {output:.4g} and the target {target:.4g}, so the square "
        "of their difference is {square:.4g}. The loss is the mean of {B} such squares."
    ).format(output=output, target=target, square=(output - target) ** 2, B=len(arguments["targets"]))


DISTANCE_LOSS = Check(
    name="distance_loss",
    output="loss",
    reference=squared(lambda outputs, targets: outputs[:, 0] - targets),
    sizes=lambda arguments: f"B={len(arguments['targets'])}",
    parts={"shapes": Part(outputs_and_targets)},
    mistakes=MISTAKES,
    advice=first_share,
    bench=benches.tensors,
)
