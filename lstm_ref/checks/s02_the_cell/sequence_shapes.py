"""The check of `sequence_shapes`: every array of a sequence and two layers, each wrong shape with its own reason."""

from lstm_ref.checks.engine.declare import Check, Part
from lstm_ref.checks.s02_the_cell import shapes
from lstm_ref.core import size
from lstm_ref.messages import _

STEPS = _("hidden_size is not the number of steps: each of the T steps gives H numbers.")
UNROLLED = _("The same weights serve at every step: that is why a sequence may have any length.")
TWO_AXES = _("Sequences and steps each have an axis: (B, T, {letter}).")
TIME_FIRST = _("The batch comes first, then the steps: (B, T, {letter}).")

STATE = {
    _("The state is what goes on to the next step, so that of the last step alone is left: no T in it."): (
        lambda B, T, H, **_s: (B, T, H),
        lambda T, H, **_s: (T, H),
    ),
    STEPS: (lambda B, T, **_s: (B, T),),
    _("That is both layers, as PyTorch gives it; the first layer alone is asked for."): (lambda B, H, **_s: (2, B, H),),
    _("That is how PyTorch gives it, with an axis for the layers; here there is none."): (
        lambda B, H, **_s: (1, B, H),
    ),
    **shapes.HIDDEN,
}
SEQUENCE = {
    "xs": {
        TIME_FIRST.format(letter="D"): (lambda B, T, D, **_s: (T, B, D),),
        _("The steps come before the inputs: (B, T, D)."): (lambda B, T, D, **_s: (B, D, T),),
        _("That is one step; xs holds the inputs of all T steps."): (lambda B, D, **_s: (B, D),),
        _("At each step D numbers come in, and they have an axis of their own: (B, T, D)."): (
            lambda B, T, **_s: (B, T),
        ),
        shapes.NO_BATCH: (lambda T, D, **_s: (T, D),),
        TWO_AXES.format(letter="D"): (lambda B, T, D, **_s: (B * T, D),),
        _("Steps and inputs each have an axis: (B, T, D)."): (lambda B, T, D, **_s: (B, T * D),),
        STEPS: (lambda B, H, D, **_s: (B, H, D),),
        _("D numbers come in at each step, whatever the size of the cell."): (lambda B, T, H, **_s: (B, T, H),),
    },
    "hs": {
        _("That is one step; hs holds the outputs of all T steps."): (lambda B, H, **_s: (B, H),),
        TIME_FIRST.format(letter="H"): (lambda B, T, H, **_s: (T, B, H),),
        _("The steps come before the units: (B, T, H)."): (lambda B, T, H, **_s: (B, H, T),),
        TWO_AXES.format(letter="H"): (lambda B, T, H, **_s: (B * T, H),),
        shapes.LIKE_THE_INPUT: (lambda B, T, D, **_s: (B, T, D),),
        STEPS: (lambda B, T, **_s: (B, T), lambda B, H, D, **_s: (B, H, D)),
        _("That is two layers or two directions; hs is what one layer says."): (lambda B, T, H, **_s: (B, T, 2 * H),),
        _("Each step gives one number for each hidden unit."): (lambda B, T, **_s: (B, T, 1),),
        shapes.PER_READ: (lambda B, T, D, H, **_s: (B, T, H + D),),
        shapes.NO_BATCH: (lambda T, H, **_s: (T, H),),
    },
    "h": STATE,
    "c": STATE,
    "W_f": {
        UNROLLED: (
            lambda T, D, H, **_s: (T, H, H + D),
            lambda T, D, H, **_s: (H, H + T * D),
            lambda T, D, H, **_s: (H, H + D + T),
            lambda T, H, **_s: (H, H + T),
        ),
        STEPS: (lambda T, D, **_s: (T, T + D), lambda T, D, H, **_s: (T, H + D)),
        **shapes.WEIGHTS,
    },
    "W_f_2": {
        _("The second layer does not see x: it reads the outputs of the first, H numbers, beside its own h."): (
            lambda D, H, **_s: (H, H + D),
            lambda D, H, **_s: (H, 2 * H + D),
            lambda D, H, **_s: (H + D, H),
        ),
        _("It reads two things, each of H numbers: the outputs of the first layer and its own h."): (
            lambda H, **_s: (H, H),
        ),
        UNROLLED: (lambda T, H, **_s: (H, H + T), lambda T, H, **_s: (H, H + T * H)),
        shapes.ALL_GATES: (lambda H, **_s: (4 * H, 2 * H),),
        shapes.TRANSPOSED: (lambda H, **_s: (2 * H, H),),
        _("It reads 2H numbers and gives H: one row for each of its own H units."): (lambda H, **_s: (2 * H, 2 * H),),
    },
}


SEQUENCE_SHAPES = Check(
    name="sequence_shapes",
    output="shapes",
    reference=size.sequence_shapes,
    sizes=shapes.sizes,
    parts={"shapes": Part(lambda rng: shapes.unequal(rng, "B", "T", "D", "H"))},
    behaviour=shapes.shapes_complaint(SEQUENCE),
)
