"""What the two checks of shapes have in common: the words, the wrong shapes of a state and of weights, the complaint.

A wrong shape is a function of the sizes, since those that are asked for are drawn.
"""

from collections.abc import Callable
from itertools import product

import numpy as np

from lstm_ref.checks.engine.declare import Arguments
from lstm_ref.core import size
from lstm_ref.messages import _

ALL_GATES = _("That is all four gates in one matrix, as PyTorch keeps them; here each gate has its own.")
LIKE_THE_INPUT = _("D is how much comes in; the cell answers with one number for each hidden unit.")
NO_BATCH = _("That is one sequence; B of them go through together, one row each.")
BATCH_LAST = _("The batch comes first: one row for each sequence.")
ADD_WIDTHS = _("Joining adds the widths; H numbers and then D make H + D.")
PER_READ = _("A gate gives one number for each hidden unit, and not for each number that it reads.")
TRANSPOSED = _("That is its transpose: each unit has a row of its own, so the H rows come first.")

HIDDEN = {
    NO_BATCH: (lambda H, **_s: (H,), lambda H, **_s: (1, H)),
    BATCH_LAST: (lambda B, H, **_s: (H, B),),
    LIKE_THE_INPUT: (lambda B, D, **_s: (B, D),),
    _("That is the shape of the weights; what they give has a row for each sequence."): (
        lambda D, H, **_s: (H, H + D),
    ),
    PER_READ: (lambda B, D, H, **_s: (B, H + D),),
    _("One fraction for the whole cell would keep or forget everything at once; each unit has its own."): (
        lambda B, **_s: (B, 1),
        lambda B, **_s: (B,),
        lambda **_s: (),
    ),
    _("That has no row for each sequence: what is computed at a step is (B, H)."): (lambda H, **_s: (H, H),),
}
WEIGHTS = {
    TRANSPOSED: (lambda D, H, **_s: (H + D, H),),
    ALL_GATES: (lambda D, H, **_s: (4 * H, H + D),),
    _("The weights are shared by all sequences of the batch, so B cannot be in their shape."): (
        lambda B, D, H, **_s: (B, H + D),
        lambda B, D, H, **_s: (B, H, H + D),
        lambda B, H, **_s: (B, H),
        lambda B, D, H, **_s: (H + D, B),
    ),
    _("That leaves no weights for h: the gate reads [h, x], which has H + D numbers."): (
        lambda D, H, **_s: (H, D),
        lambda D, H, **_s: (D, H),
    ),
    _("That leaves no weights for x: the gate reads [h, x], which has H + D numbers."): (lambda H, **_s: (H, H),),
    _("Each of the H units has weights of its own, one row for each."): (lambda D, H, **_s: (H + D,),),
    ADD_WIDTHS: (lambda D, H, **_s: (H, H * D),),
    _("The bias is not part of the matrix: it has an array of its own, b_f."): (lambda D, H, **_s: (H, H + D + 1),),
    LIKE_THE_INPUT: (lambda D, H, **_s: (D, H + D),),
    _("A gate reads H + D numbers and gives H: one for each unit, so there are H rows."): (
        lambda D, H, **_s: (H + D, H + D),
    ),
}


def shapes_complaint(slips: dict) -> Callable:
    """A behaviour: which shape is wrong, why if that is known, and the names of all wrong ones.

    slips: name of the array -> {sentence: wrong shapes, each a function of the sizes}.
    """

    def complaint(arguments: Arguments, answer) -> str | None:
        want = (size.sequence_shapes if "T" in arguments else size.cell_shapes)(*arguments.values())
        wrong = [name for name in want if tuple(answer[name]) != want[name]]
        if not wrong:
            return None
        name = wrong[0]
        got = tuple(answer[name])
        text = _('The shape of "{name}" is {got}, expected {want} ({sizes}).').format(
            name=name, got=got, want=want[name], sizes=sizes(arguments)
        )
        why = next((said for said, ways in slips[name].items() for way in ways if way(**arguments) == got), None)
        if {name: tuple(answer[name]) for name in want} == _of_the_example(arguments):
            why = _("All are the shapes of the example, written as numbers; use the letters, for any sizes.")
        text += " " + (why or which_size(got, want[name], arguments))
        if len(wrong) > 1:
            text += " " + _("{wrong} of {all} shapes are wrong: {names}.").format(
                wrong=len(wrong), all=len(want), names=", ".join(wrong)
            )
        return text

    return complaint


def which_size(got: tuple, want: tuple, arguments: Arguments) -> str:
    """Which of a shape's numbers is wrong, and what it seems to be made of."""
    if len(got) != len(want):
        return _("It has {got} axes, expected {want}.").format(got=len(got), want=len(want))
    wrong = next(place for place, (mine, right) in enumerate(zip(got, want, strict=True)) if mine != right)
    made_of = in_letters(got[wrong], arguments)
    if not made_of:
        return _("Look at its axis {n}, where {size} stands.").format(n=wrong, size=got[wrong])
    return _("Look at its axis {n}: {size} is {letters}. What does the array hold along that axis?").format(
        n=wrong, size=got[wrong], letters=made_of
    )


def in_letters(number: int, arguments: Arguments) -> str:
    """The shortest sum of the sizes, or of small multiples of them, that gives the number; empty where none does."""
    found = []
    for one, first in arguments.items():
        for other, second in arguments.items():
            for a, b, c in product(range(1, 5), range(5), (-1, 0, 1)):
                if a * first + b * second + c == number and (one < other or b == 0):
                    terms = [one if a == 1 else f"{a} * {one}"] + [other if b == 1 else f"{b} * {other}"] * (b > 0)
                    found.append((a + b + 3 * abs(c), " + ".join(terms) + {-1: " - 1", 0: "", 1: " + 1"}[c]))
    return min(found)[1] if found else ""


def _of_the_example(arguments: Arguments) -> dict:
    """What is right for the sizes of the example in the docstrings, and for no others."""
    return size.sequence_shapes(3, 5, 2, 4) if "T" in arguments else size.cell_shapes(3, 2, 4)


def sizes(arguments: Arguments) -> str:
    """The sizes of a call, in letters."""
    return ", ".join(f"{letter}={number}" for letter, number in arguments.items())


def unequal(rng, *letters: str) -> list[Arguments]:
    """Two calls with sizes from 2 to 40 that all differ, as do their sums, doubles and products."""
    calls = []
    while len(calls) < 2:
        drawn = [int(n) for n in rng.choice(np.arange(2, 41), len(letters), replace=False)]
        d, h = drawn[-2:]
        derived = {*drawn, h + d, h * d, 2 * h, 4 * h, 2 * drawn[0], 2 * h + d, h - d}
        if len(derived) == len(drawn) + 7:
            calls.append(dict(zip(letters, drawn, strict=True)))
    return calls
