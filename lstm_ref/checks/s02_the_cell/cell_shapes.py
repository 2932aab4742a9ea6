"""The check of `cell_shapes`: every array of one step, each wrong shape with its own reason."""

from lstm_ref.checks.engine.declare import Check, Part
from lstm_ref.checks.s02_the_cell import shapes
from lstm_ref.core import size
from lstm_ref.messages import _

CELL = {
    "x": {
        shapes.NO_BATCH: (lambda D, **_s: (D,), lambda D, **_s: (1, D)),
        shapes.BATCH_LAST: (lambda B, D, **_s: (D, B),),
        _("x has D numbers, whatever the size of the cell."): (lambda B, H, **_s: (B, H),),
    },
    "hx": {
        _("Joined does not mean stacked: there is no new axis."): (
            lambda B, H, **_s: (B, 2, H),
            lambda B, H, **_s: (2, B, H),
        ),
        _("They stand side by side, not one below the other: B stays."): (lambda B, D, H, **_s: (2 * B, H + D),),
        shapes.ADD_WIDTHS: (lambda B, D, H, **_s: (B, H * D), lambda B, D, H, **_s: (B, H, D)),
        _("c is not read by the gates: it is h and x that are joined, H + D numbers."): (
            lambda B, H, **_s: (B, 2 * H),
            lambda B, D, H, **_s: (B, 2 * H + D),
        ),
        shapes.NO_BATCH: (lambda D, H, **_s: (H + D,), lambda D, H, **_s: (1, H + D)),
        shapes.BATCH_LAST: (lambda B, D, H, **_s: (H + D, B),),
        _("That leaves no room for x: H numbers and then D make H + D."): (lambda B, H, **_s: (B, H),),
    },
    "W_f": shapes.WEIGHTS,
    "b_f": {
        _("The biases are shared by all sequences of the batch, so B cannot be in there."): (
            lambda B, H, **_s: (B, H),
        ),
        _("There is one bias for each unit, and not for each number that it reads."): (lambda D, H, **_s: (H + D,),),
        _("There is one bias for each unit, and not for each input."): (lambda D, **_s: (D,),),
        _("It is a plain row of H numbers with a single axis: (H,)."): (
            lambda H, **_s: (1, H),
            lambda H, **_s: (H, 1),
        ),
        _("That is all four gates in one; here each gate has its own."): (lambda H, **_s: (4 * H,),),
        _("Each of the H units has a bias of its own."): (lambda **_s: (1,), lambda **_s: ()),
    },
    **dict.fromkeys(("h_prev", "c_prev", "f", "c", "h"), shapes.HIDDEN),
}


CELL_SHAPES = Check(
    name="cell_shapes",
    output="shapes",
    reference=size.cell_shapes,
    sizes=shapes.sizes,
    parts={"shapes": Part(lambda rng: shapes.unequal(rng, "B", "D", "H"))},
    behaviour=shapes.shapes_complaint(CELL),
)
