"""The check of `sigmoid`."""

import math

import numpy as np

from lstm_ref.checks.engine.compare import number
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.slips.line import B, H, softmax
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


def sigmoid_from_exp(z):
    return np.exp(z) / (1 + np.exp(z))


SIGMOID = Check(
    name="sigmoid",
    output="sigmoid(z)",
    reference=cell.sigmoid,
    place=elementwise("sigmoid", "z"),
    sizes=shape_of("z"),
    parts={
        "values": Part(ordinary_z),
        "extremes": Part(
            extreme_z,
            quiet=True,
            mistakes={
                _("exp(z) / (1 + exp(z)) is used for large z: infinity by infinity is nan"): sigmoid_from_exp,
                _("z is clipped, so that the smallest value is not 0"): lambda z: cell.sigmoid(np.clip(z, -20, 20)),
            },
        ),
    },
    mistakes={
        _("the sign of the exponent is lost: exp(z) stands where exp(-z) belongs"): lambda z: 1 / (1 + np.exp(z)),
        _("tanh is returned, which runs from -1 to 1 and not from 0 to 1"): np.tanh,
        _("tanh is moved to 0..1 but z is not halved: sigmoid(z) = (1 + tanh(z/2)) / 2"): lambda z: (
            (1 + np.tanh(z)) / 2
        ),
        _("the parentheses are missing: 1 / 1 + exp(-z) is 1 + exp(-z)"): lambda z: 1 / 1 + np.exp(-z),
        _("only exp(-z) is returned, without 1 / (1 + ...)"): lambda z: np.exp(-z),
        _("the denominator is 1 - exp(-z)"): lambda z: 1 / (1 - np.exp(-z)),
        _("the derivative s * (1 - s) is returned"): lambda z: cell.sigmoid(z) * (1 - cell.sigmoid(z)),
        _("softmax is used: it makes the numbers of a row share 1, while each gate stands by itself"): softmax,
        _("a step is returned: a gate is a fraction, not only 0 or 1"): lambda z: (z > 0).astype(float),
        _("z is returned as it came"): lambda z: z,
        _("all zeros are returned"): np.zeros_like,
        _("1 / (1 + exp(-|z|)) is used for every z: it is right only where z is not negative"): lambda z: (
            1 / (1 + np.exp(-np.abs(z)))
        ),
        _("if is asked of a whole array at once; np.where chooses element by element"): lambda z: 1 if z > 0 else 0,
        _("math.exp is used, which takes one number; np.exp takes an array"): lambda z: math.exp(-z),
    },
)
