"""The check of `half_life`: gates between 0 and 1, and the two ends, where a quotient of logarithms is not enough."""

import numpy as np

from lstm_ref.checks.engine.compare import apart, first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s03_forget_gate.sigmoid import elementwise, shape_of
from lstm_ref.core import cell, memory
from lstm_ref.messages import _


def inner_f(rng) -> list[Arguments]:
    """Also gates that are nearly 0 and nearly 1, and are not to be taken for that."""
    return [{"f": np.append(rng.uniform(0.05, 0.95, 4), [1e-9, 1 - 1e-6])}, {"f": rng.uniform(0.9, 0.999, (2, 3))}]


def f_at_the_ends(rng) -> list[Arguments]:
    return [{"f": rng.permutation([0.0, 0.5, 1.0])}]


def what_is_left(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """After a half-life, half is left: how much is after the number of steps that came back."""
    index = first_wrong(wrong_numbers(got["half_life(f)"], want["half_life(f)"]), "")
    f, steps = float(arguments["f"][index]), float(got["half_life(f)"][index])
    if not np.isfinite(steps) or f in (0, 1):
        return _("f = 1 keeps everything for ever, f = 0 keeps nothing: how many steps until half is left?")
    return _("After n steps f ** n is left: {f:.4g} ** {n:.4g} is {left}, and ought to be 0.5.").format(
        f=f, n=steps, left=apart(f**steps, 0.5)[0]
    )


HALF_LIFE = Check(
    name="half_life",
    output="half_life(f)",
    reference=memory.half_life,
    place=elementwise("half_life", "f"),
    sizes=shape_of("f"),
    advice=what_is_left,
    parts={
        "between": Part(inner_f),
        "ends": Part(
            f_at_the_ends,
            mistakes={
                _("ln(1/2) is divided by ln(1) = 0, and NumPy says -inf: f = 1 never forgets, so +inf"): lambda f: (
                    np.log(0.5) / np.log(f)
                ),
                _(
                    "the two ends are swapped, which also happens when the quotient is upside down: f = 1 gives inf"
                ): lambda f: np.log(f) / np.log(0.5),
                _("f = 1 gives 0: it is f = 0 that forgets at once, f = 1 never forgets"): lambda f: np.where(
                    f == 1, 0.0, memory.half_life(f)
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
        _("a gate that is nearly 1 is taken for 1: np.isclose(f, 1) holds there, f == 1 does not"): lambda f: np.where(
            np.isclose(f, 1), np.inf, memory.half_life(f)
        ),
        _("one step too many is counted"): lambda f: np.log(0.5) / np.log(f) + 1,
        _("the answer is rounded up to whole steps"): lambda f: np.ceil(np.log(0.5) / np.log(f)),
        _("the answer is rounded to whole steps"): lambda f: np.round(np.log(0.5) / np.log(f)),
        _("f is taken for a bias, and a sigmoid put before the logarithm"): lambda f: memory.half_life(cell.sigmoid(f)),
    },
)
