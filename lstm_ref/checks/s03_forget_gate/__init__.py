"""What chapter 3 asks for: a stable sigmoid, the forget gate, and the half-life of a memory."""

import math

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.engine.judge import number
from lstm_ref.checks.slips.line import B, H, gate_check, softmax
from lstm_ref.core import cell, memory
from lstm_ref.messages import _


def elementwise(name: str, argument: str):
    """How to name one number of a function that works element by element: the call that gives it."""
    return lambda arguments, index: f"{name}({number(float(arguments[argument][index]))})"


def shape_of(argument: str):
    return lambda arguments: _("{argument} has shape {shape}").format(
        argument=argument, shape=arguments[argument].shape
    )


# --- sigmoid -------------------------------------------------------------------------------------------------------


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


# --- forget_gate ---------------------------------------------------------------------------------------------------


FORGET_GATE = gate_check(
    "forget_gate",
    "f",
    cell.forget_gate,
    inverted=_("1 - f is returned: f = 1 means keep, f = 0 means forget"),
    softmaxed=_("softmax is used: it makes the units share 1, while each unit keeps or forgets by itself"),
)


# --- half_life and bias_for_half_life ------------------------------------------------------------------------------


def inner_f(rng) -> list[Arguments]:
    return [{"f": rng.uniform(0.05, 0.95, 4)}, {"f": rng.uniform(0.9, 0.999, (2, 3))}]


def f_at_the_ends(rng) -> list[Arguments]:
    return [{"f": rng.permutation([0.0, 0.5, 1.0])}]


HALF_LIFE = Check(
    name="half_life",
    output="half_life(f)",
    reference=memory.half_life,
    place=elementwise("half_life", "f"),
    sizes=shape_of("f"),
    parts={
        "between": Part(inner_f),
        "ends": Part(
            f_at_the_ends,
            mistakes={
                _(
                    "ln(1/2) is divided by ln(1) = 0, and NumPy makes that -inf: f = 1 never forgets, so +inf"
                ): lambda f: np.log(0.5) / np.log(f),
                _(
                    "the two ends are swapped, which also happens when the quotient is upside down: f = 1 gives inf"
                ): lambda f: np.log(f) / np.log(0.5),
                _("f = 1 gives 0: it is f = 0 that forgets at once, f = 1 never forgets"): lambda f: np.where(
                    f == 0.5, 1.0, 0.0
                ),
            },
        ),
    },
    mistakes={
        _("the quotient is upside down: it is ln(1/2) / ln(f)"): lambda f: np.log(f) / np.log(0.5),
        _("a minus sign is lost: ln(2) / ln(f) is negative for every f below 1"): lambda f: np.log(2) / np.log(f),
        _(
            "the time constant -1 / ln(f) is returned, which leaves 1/e and not half (log2(.5) / ln(f) is the same)"
        ): lambda f: np.where(f == 1, np.inf, -1 / np.log(f)),
        _("1 / (1 - f) is returned, the mean age of a memory and not its half-life"): lambda f: 1 / (1 - f),
        _("f / 2 is returned: half of the gate is not half of the memory"): lambda f: f / 2,
        _("0.5 / f is returned: each step multiplies by f, so the steps are in the exponent"): lambda f: 0.5 / f,
        _("two kinds of logarithm are mixed: above and below the line it must be the same one"): tuple(
            lambda f, above=above, below=below: np.where(f == 1, np.inf, above(0.5) / below(f))
            for above in (np.log, np.log2, np.log10)
            for below in (np.log, np.log2, np.log10)
            if above is not below and (above, below) != (np.log2, np.log)
        ),
        _("one step too many is counted"): lambda f: np.log(0.5) / np.log(f) + 1,
        _("the answer is rounded up to whole steps"): lambda f: np.ceil(np.log(0.5) / np.log(f)),
        _("the answer is rounded to whole steps"): lambda f: np.round(np.log(0.5) / np.log(f)),
        _("f is taken for a bias, and a sigmoid put before the logarithm"): lambda f: memory.half_life(cell.sigmoid(f)),
    },
)


def some_steps(rng) -> list[Arguments]:
    return [{"steps": rng.uniform(1.5, 30, 4)}, {"steps": rng.uniform(50, 5000, (2, 2))}]


def gate_for(steps):
    return np.exp(np.log(0.5) / steps)


BIAS_FOR_HALF_LIFE = Check(
    name="bias_for_half_life",
    output="bias_for_half_life(steps)",
    reference=memory.bias_for_half_life,
    place=elementwise("bias_for_half_life", "steps"),
    sizes=shape_of("steps"),
    parts={"values": Part(some_steps)},
    # 1 - f loses digits when f is close to 1: at 5000 steps f / (1 - f) is right to about 1e-12.
    tolerance=1e-9,
    mistakes={
        _("the gate f is returned, and not the bias that gives it"): gate_for,
        _("the sign is turned: ln((1 - f) / f) is the bias that forgets as fast as this one keeps"): lambda steps: (
            -memory.bias_for_half_life(steps)
        ),
        _("the sigmoid of f is returned: its inverse is asked for, ln(f / (1 - f))"): lambda steps: cell.sigmoid(
            gate_for(steps)
        ),
        _("f / (1 - f) is returned without its logarithm"): lambda steps: gate_for(steps) / (1 - gate_for(steps)),
        _(
            "the parentheses are missing: 0.5 ** 1 / steps is half divided by steps; the root is 0.5 ** (1 / steps)"
        ): lambda steps: np.log((0.5 / steps) / (1 - 0.5 / steps)),
        _("only f is inside the logarithm: ln(f) / (1 - f) is not ln(f / (1 - f))"): lambda steps: (
            np.log(gate_for(steps)) / (1 - gate_for(steps))
        ),
        _("a logarithm to another base is used; the inverse of exp is the natural one, np.log"): tuple(
            lambda steps, other=other: other(gate_for(steps) / (1 - gate_for(steps))) for other in (np.log2, np.log10)
        ),
        _("only ln(f) is returned"): lambda steps: np.log(gate_for(steps)),
        _(
            "1/e takes the place of 1/2: f = exp(-1 / steps) leaves 1/e, f = (1/2) ** (1 / steps) leaves half"
        ): lambda steps: -np.log(np.expm1(1 / steps)),
        _("f = 1 - 1 / steps is used, the mean age and not the half-life"): lambda steps: np.log(steps - 1),
        _("f = (1/2) ** steps is used: the root is missing, (1/2) ** (1 / steps)"): lambda steps: np.log(
            0.5**steps / (1 - 0.5**steps)
        ),
        _("the half-life of the bias is returned, which is the other direction"): lambda steps: memory.half_life(
            cell.sigmoid(steps)
        ),
    },
)


CHECKS = (SIGMOID, FORGET_GATE, HALF_LIFE, BIAS_FOR_HALF_LIFE)
