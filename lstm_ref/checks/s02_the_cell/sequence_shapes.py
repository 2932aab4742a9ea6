"""The check of `sequence_shapes`."""

from lstm_ref.checks.engine.declare import Check, Part
from lstm_ref.checks.s02_the_cell.cell_shapes import (
    _ALL_GATES,
    _HIDDEN_SLIPS,
    _LIKE_THE_INPUT,
    _NO_BATCH,
    _PER_READ,
    _TRANSPOSED,
    _WEIGHT_SLIPS,
    shapes_complaint,
    sizes,
    unequal,
)
from lstm_ref.core import size
from lstm_ref.messages import _

_STEPS = _("hidden_size is not the number of steps: each of the T steps gives H numbers.")


_ALL_STEPS = _("The state is what goes on to the next step, so that of the last step alone is left: no T in it.")


_UNROLLED = _("The same weights serve at every step: that is why a sequence may have any length.")


_SECOND_LAYER = _("The second layer does not see x: it reads the outputs of the first, H numbers, beside its own h.")


_SEQUENCE_STATE = (
    (lambda B, T, H, **_s: (B, T, H), _ALL_STEPS),
    (lambda T, H, **_s: (T, H), _ALL_STEPS),
    (lambda B, T, **_s: (B, T), _STEPS),
    (lambda B, H, **_s: (2, B, H), _("That is both layers, as PyTorch gives it; the first layer alone is asked for.")),
    (lambda B, H, **_s: (1, B, H), _("That is how PyTorch gives it, with an axis for the layers; here there is none.")),
    *_HIDDEN_SLIPS,
)


SEQUENCE = {
    "xs": (
        (lambda B, T, D, **_s: (T, B, D), _("The batch comes first, then the steps: (B, T, D).")),
        (lambda B, T, D, **_s: (B, D, T), _("The steps come before the inputs: (B, T, D).")),
        (lambda B, D, **_s: (B, D), _("That is one step; xs holds the inputs of all T steps.")),
        (
            lambda B, T, **_s: (B, T),
            _("At each step D numbers come in, and they have an axis of their own: (B, T, D)."),
        ),
        (lambda T, D, **_s: (T, D), _NO_BATCH),
        (lambda B, T, D, **_s: (B * T, D), _("Sequences and steps each have an axis: (B, T, D).")),
        (lambda B, T, D, **_s: (B, T * D), _("Steps and inputs each have an axis: (B, T, D).")),
        (lambda B, H, D, **_s: (B, H, D), _STEPS),
        (lambda B, T, H, **_s: (B, T, H), _("D numbers come in at each step, whatever the size of the cell.")),
    ),
    "hs": (
        (lambda B, H, **_s: (B, H), _("That is one step; hs holds the outputs of all T steps.")),
        (lambda B, T, H, **_s: (T, B, H), _("The batch comes first, then the steps: (B, T, H).")),
        (lambda B, T, H, **_s: (B, H, T), _("The steps come before the units: (B, T, H).")),
        (lambda B, T, H, **_s: (B * T, H), _("Sequences and steps each have an axis: (B, T, H).")),
        (lambda B, T, D, **_s: (B, T, D), _LIKE_THE_INPUT),
        (lambda B, T, **_s: (B, T), _STEPS),
        (lambda B, H, D, **_s: (B, H, D), _STEPS),
        (lambda B, T, H, **_s: (B, T, 2 * H), _("That is two layers or two directions; hs is what one layer says.")),
        (lambda B, T, **_s: (B, T, 1), _("Each step gives one number for each hidden unit.")),
        (lambda B, T, D, H, **_s: (B, T, H + D), _PER_READ),
        (lambda T, H, **_s: (T, H), _NO_BATCH),
    ),
    "h": _SEQUENCE_STATE,
    "c": _SEQUENCE_STATE,
    "W_f": (
        (lambda T, D, H, **_s: (T, H, H + D), _UNROLLED),
        (lambda T, D, H, **_s: (H, H + T * D), _UNROLLED),
        (lambda T, D, H, **_s: (H, H + D + T), _UNROLLED),
        (lambda T, H, **_s: (H, H + T), _UNROLLED),
        (lambda T, D, **_s: (T, T + D), _STEPS),
        (lambda T, D, H, **_s: (T, H + D), _STEPS),
        *_WEIGHT_SLIPS,
    ),
    "W_f_2": (
        (lambda D, H, **_s: (H, H + D), _SECOND_LAYER),
        (lambda D, H, **_s: (H, 2 * H + D), _SECOND_LAYER),
        (
            lambda H, **_s: (H, H),
            _("It reads two things, each of H numbers: the outputs of the first layer and its own h."),
        ),
        (lambda T, H, **_s: (H, H + T), _UNROLLED),
        (lambda T, H, **_s: (H, H + T * H), _UNROLLED),
        (lambda H, **_s: (4 * H, 2 * H), _ALL_GATES),
        (lambda H, **_s: (2 * H, H), _TRANSPOSED),
        (lambda H, **_s: (2 * H, 2 * H), _("It reads 2H numbers and gives H: one row for each of its own H units.")),
        (lambda D, H, **_s: (H + D, H), _SECOND_LAYER),
    ),
}


SEQUENCE_SHAPES = Check(
    name="sequence_shapes",
    output="shapes",
    reference=size.sequence_shapes,
    sizes=sizes,
    parts={"shapes": Part(lambda rng: unequal(rng, "B", "T", "D", "H"))},
    behaviour=shapes_complaint(SEQUENCE),
)
