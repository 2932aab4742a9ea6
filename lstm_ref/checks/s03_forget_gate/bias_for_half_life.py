"""The check of `bias_for_half_life`: the gate that keeps half for so many steps, then its bias."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.s03_forget_gate.sigmoid import elementwise, shape_of
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.squashing import OTHER_LOGARITHM
from lstm_ref.core import cell, memory
from lstm_ref.messages import _


def some_steps(rng) -> list[Arguments]:
    """Also fewer steps than one, and so many that f is nearly 1: its bias has no bound."""
    return [
        {"steps": np.append(rng.uniform(1.5, 30, 4), rng.uniform(0.04, 0.05))},
        {"steps": np.stack([rng.uniform(50, 5000, 2), rng.uniform(4e6, 5e6, 2)])},
    ]


def of_gate(wrong):
    """A function of the f that keeps half of a memory for so many steps."""
    return lambda steps: wrong(np.exp(np.log(0.5) / steps))


OF_GATE = {
    _("the gate f is returned, and not the bias that gives it"): lambda f: f,
    _("the sign is turned: ln((1 - f) / f) is the bias that forgets as fast as this one keeps"): lambda f: (
        -np.log(f / (1 - f))
    ),
    _("the sigmoid of f is returned: its inverse is asked for, ln(f / (1 - f))"): cell.sigmoid,
    _("f / (1 - f) is returned without its logarithm"): lambda f: f / (1 - f),
    _("only f is inside the logarithm: ln(f) / (1 - f) is not ln(f / (1 - f))"): lambda f: np.log(f) / (1 - f),
    OTHER_LOGARITHM: (lambda f: np.log2(f / (1 - f)), lambda f: np.log10(f / (1 - f))),
    _("only ln(f) is returned"): np.log,
}
OF_STEPS = {
    _("the parentheses are missing: 0.5 ** 1 / steps is half divided by steps; the root is 0.5 ** (1 / steps)"): (
        lambda steps: np.log((0.5 / steps) / (1 - 0.5 / steps))
    ),
    _("1/e takes the place of 1/2: f = exp(-1 / steps) leaves 1/e, f = (1/2) ** (1 / steps) leaves half"): (
        lambda steps: -np.log(np.expm1(1 / steps))
    ),
    _("f = 1 - 1 / steps is used, the mean age and not the half-life"): (
        lambda steps: np.log(steps - 1),
        lambda steps: np.log(np.abs(steps - 1)),
    ),
    _("f = (1/2) ** steps is used: the root is missing, (1/2) ** (1 / steps)"): lambda steps: np.log(
        0.5**steps / (1 - 0.5**steps)
    ),
    _("the half-life of the bias is returned, which is the other direction"): lambda steps: memory.half_life(
        cell.sigmoid(steps)
    ),
}


def its_half_life(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """What the bias that came back would do."""
    name = "bias_for_half_life(steps)"
    index = first_wrong(wrong_numbers(got[name], want[name]), "")
    if np.isnan(got[name][index]):
        return _("A logarithm of a negative number is nan: is your f between 0 and 1 before ln(f / (1 - f))?")
    f = float(cell.sigmoid(got[name][index]))
    return _("sigmoid({bias:.4g}) is {f:.4g}, and the half-life of that is {got:.4g} steps, not {steps:.4g}.").format(
        bias=float(got[name][index]), f=f, got=float(memory.half_life(f)), steps=float(arguments["steps"][index])
    )


BIAS_FOR_HALF_LIFE = Check(
    name="bias_for_half_life",
    output="bias_for_half_life(steps)",
    reference=memory.bias_for_half_life,
    place=elementwise("bias_for_half_life", "steps"),
    sizes=shape_of("steps"),
    advice=its_half_life,
    parts={"values": Part(some_steps)},
    mistakes=known(within(of_gate, OF_GATE), OF_STEPS),
)
