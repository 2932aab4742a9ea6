"""The check of `sigmoid`: ordinary numbers, and numbers so large that exp has no float64 for them."""

import math

import numpy as np

from lstm_ref.checks.engine.compare import number
from lstm_ref.checks.engine.declare import Arguments, Check, Part, known
from lstm_ref.checks.slips.line import B, H
from lstm_ref.checks.slips.squashing import sigmoid_far_out, sigmoid_mistakes
from lstm_ref.core import cell
from lstm_ref.messages import _


def elementwise(name: str, argument: str):
    """How to name one number of a function that works element by element: the call that gives it."""
    return lambda arguments, index: f"{name}({number(float(arguments[argument][index]))})"


def shape_of(argument: str):
    return lambda arguments: _("{argument} has shape {shape}").format(
        argument=argument, shape=arguments[argument].shape
    )


def ordinary_z(rng) -> list[Arguments]:
    return [{"z": rng.normal(0, 2, (B, H))}, {"z": rng.normal(0, 3, 5)}]


def extreme_z(rng) -> list[Arguments]:
    far = np.sort(rng.uniform(720, 2000, 3))
    return [{"z": np.concatenate([-far[::-1], [-40.0, 0.0, 40.0], far])}]


def denominator(arguments, got, want) -> str:
    """What stands beside the 1 in the denominator: exp(-z) when it is right."""
    z, value, right = (np.ravel(one)[0] for one in (arguments["z"], got["sigmoid(z)"], want["sigmoid(z)"]))
    if not np.isfinite(value) or abs(z) > FAR:
        return ""
    if value == 0:
        return _("1 / (1 + exp(-z)) is never 0 for a number such as {z}.").format(z=number(z))
    return _(
        "Of the right number, 1 / sigmoid(z) - 1 is exp(-z), here {right}; of yours it is {yours}. So look at what "
        "stands beside the 1 in your denominator."
    ).format(right=number(1 / right - 1), yours=number(1 / value - 1))


FAR = 30  # beyond it 1 / sigmoid(z) - 1 has no digits left
SIGMOID = Check(
    name="sigmoid",
    output="sigmoid(z)",
    reference=cell.sigmoid,
    place=elementwise("sigmoid", "z"),
    sizes=shape_of("z"),
    advice=denominator,
    parts={
        "values": Part(ordinary_z),
        "extremes": Part(extreme_z, refuses_overflow=True, mistakes=sigmoid_far_out("sigmoid(z)")),
    },
    mistakes=known(
        sigmoid_mistakes("sigmoid(z)"),
        {
            _("all zeros are returned"): np.zeros_like,
            _("if is asked of a whole array at once; np.where chooses element by element"): lambda z: 1 if z > 0 else 0,
            _("math.exp is used, which takes one number; np.exp takes an array"): lambda z: math.exp(-z),
        },
    ),
)
