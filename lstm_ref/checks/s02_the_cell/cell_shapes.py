"""The check of `cell_shapes`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.core import size
from lstm_ref.messages import _

# What learners write for a shape, and what to say to it: name of the array -> (wrong shape from the sizes, sentence).
_TRANSPOSED = _("That is its transpose: each unit has a row of its own, so the H rows come first.")


_ALL_GATES = _("That is all four gates in one matrix, as PyTorch keeps them; here each gate has its own.")


_NOT_C = _("c is not read by the gates: it is h and x that are joined, H + D numbers.")


_PER_SEQUENCE = _("The weights are shared by all sequences of the batch, so B cannot be in their shape.")


_ONLY_X = _("That leaves no weights for h: the gate reads [h, x], which has H + D numbers.")


_ONLY_H = _("That leaves no weights for x: the gate reads [h, x], which has H + D numbers.")


_BATCH_LAST = _("The batch comes first: one row for each sequence.")


_NO_BATCH = _("That is one sequence; B of them go through together, one row each.")


_LIKE_THE_INPUT = _("D is how much comes in; the cell answers with one number for each hidden unit.")


_PER_READ = _("A gate gives one number for each hidden unit, and not for each number that it reads.")


_ONE_GATE = _("One fraction for the whole cell would keep or forget everything at once; each unit has its own.")


_HIDDEN_SLIPS = (
    (lambda H, **_s: (H,), _NO_BATCH),
    (lambda H, **_s: (1, H), _NO_BATCH),
    (lambda B, H, **_s: (H, B), _BATCH_LAST),
    (lambda B, D, **_s: (B, D), _LIKE_THE_INPUT),
    (lambda D, H, **_s: (H, H + D), _("That is the shape of the weights; what they give has a row for each sequence.")),
    (lambda B, D, H, **_s: (B, H + D), _PER_READ),
    (lambda B, **_s: (B, 1), _ONE_GATE),
    (lambda B, **_s: (B,), _ONE_GATE),
    (lambda **_s: (), _ONE_GATE),
    (lambda H, **_s: (H, H), _("That has no row for each sequence: what is computed at a step is (B, H).")),
)


_WEIGHT_SLIPS = (
    (lambda D, H, **_s: (H + D, H), _TRANSPOSED),
    (lambda D, H, **_s: (4 * H, H + D), _ALL_GATES),
    (lambda B, D, H, **_s: (B, H + D), _PER_SEQUENCE),
    (lambda B, D, H, **_s: (B, H, H + D), _PER_SEQUENCE),
    (lambda D, H, **_s: (H, D), _ONLY_X),
    (lambda D, H, **_s: (D, H), _ONLY_X),
    (lambda H, **_s: (H, H), _ONLY_H),
    (lambda D, H, **_s: (H + D,), _("Each of the H units has weights of its own, one row for each.")),
    (lambda B, H, **_s: (B, H), _PER_SEQUENCE),
    (lambda B, D, H, **_s: (H + D, B), _PER_SEQUENCE),
    (lambda D, H, **_s: (H, H * D), _("Joining adds the widths; H numbers and then D make H + D.")),
    (lambda D, H, **_s: (H, H + D + 1), _("The bias is not part of the matrix: it has an array of its own, b_f.")),
    (lambda D, H, **_s: (D, H + D), _LIKE_THE_INPUT),
    (
        lambda D, H, **_s: (H + D, H + D),
        _("A gate reads H + D numbers and gives H: one for each unit, so there are H rows."),
    ),
)


CELL = {
    "x": (
        (lambda D, **_s: (D,), _NO_BATCH),
        (lambda D, **_s: (1, D), _NO_BATCH),
        (lambda B, D, **_s: (D, B), _BATCH_LAST),
        (lambda B, H, **_s: (B, H), _("x has D numbers, whatever the size of the cell.")),
    ),
    "hx": (
        (lambda B, H, **_s: (B, 2, H), _("Joined does not mean stacked: there is no new axis.")),
        (lambda B, H, **_s: (2, B, H), _("Joined does not mean stacked: there is no new axis.")),
        (lambda B, D, H, **_s: (2 * B, H + D), _("They stand side by side, not one below the other: B stays.")),
        (lambda B, D, H, **_s: (B, H * D), _("Joining adds the widths; H numbers and then D make H + D.")),
        (lambda B, D, H, **_s: (B, H, D), _("Joining adds the widths; H numbers and then D make H + D.")),
        (lambda B, H, **_s: (B, 2 * H), _NOT_C),
        (lambda B, D, H, **_s: (B, 2 * H + D), _NOT_C),
        (lambda D, H, **_s: (H + D,), _NO_BATCH),
        (lambda D, H, **_s: (1, H + D), _NO_BATCH),
        (lambda B, D, H, **_s: (H + D, B), _BATCH_LAST),
        (lambda B, H, **_s: (B, H), _("That leaves no room for x: H numbers and then D make H + D.")),
    ),
    "W_f": _WEIGHT_SLIPS,
    "b_f": (
        (lambda B, H, **_s: (B, H), _("The biases are shared by all sequences of the batch, so B cannot be in there.")),
        (lambda D, H, **_s: (H + D,), _("There is one bias for each unit, and not for each number that it reads.")),
        (lambda D, **_s: (D,), _("There is one bias for each unit, and not for each input.")),
        (lambda H, **_s: (1, H), _("It is a plain row of H numbers with a single axis: (H,).")),
        (lambda H, **_s: (H, 1), _("It is a plain row of H numbers with a single axis: (H,).")),
        (lambda H, **_s: (4 * H,), _("That is all four gates in one; here each gate has its own.")),
        (lambda **_s: (1,), _("Each of the H units has a bias of its own.")),
        (lambda **_s: (), _("Each of the H units has a bias of its own.")),
    ),
    **dict.fromkeys(("h_prev", "c_prev", "f", "c", "h"), _HIDDEN_SLIPS),
}


def shapes_complaint(slips):
    """A behaviour: what is wrong with a dict of shapes, the first one, why if that is known, and the names of all."""

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
        why = next((said for shape, said in slips[name] if shape(**arguments) == got), None)
        if {name: tuple(answer[name]) for name in want} == _of_the_example(arguments):
            why = _("All are the shapes of the example, written as numbers; use the letters, for any sizes.")
        if why:
            text += " " + why
        if len(wrong) > 1:
            text += " " + _("{wrong} of {all} shapes are wrong: {names}.").format(
                wrong=len(wrong), all=len(want), names=", ".join(wrong)
            )
        return text

    return complaint


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


CELL_SHAPES = Check(
    name="cell_shapes",
    output="shapes",
    reference=size.cell_shapes,
    sizes=sizes,
    parts={"shapes": Part(lambda rng: unequal(rng, "B", "D", "H"))},
    behaviour=shapes_complaint(CELL),
)
