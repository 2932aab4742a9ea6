"""Shapes: the arrays that a gate reads, multiplies and returns, one square for each number, at any size."""

import traitlets

from lstm_ref.core.size import cell_shapes, parameter_count
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Step, front_end

SIZES = ("B", "D", "H")


def presets() -> list[dict]:
    """Sizes worth seeing."""
    rows = [
        ("book", _("As on this page"), 3, 2, 4),
        ("one", _("One sequence"), 1, 2, 4),
        ("unit", _("One unit"), 3, 2, 1),
        ("wide", _("Many units"), 3, 2, 8),
    ]
    return [dict(zip(("key", "label", *SIZES), row, strict=True)) for row in rows]


class Shapes(CourseWidget):
    """The shapes of one gate's arithmetic for `B` sequences, `D` inputs and `H` hidden units.

    Set the sizes; read `shapes`, name -> list of sizes as `cell_shapes` has them, and `count`, what a layer of three
    gates and a candidate learns with one bias. Raises traitlets.TraitError for sizes out of range.
    """

    _esm = front_end("shapes")

    B = Step(1, 6, default=3).tag(sync=True)
    D = Step(1, 6, default=2).tag(sync=True)
    H = Step(1, 8, default=4).tag(sync=True)
    examples = staticmethod(presets)

    shapes = traitlets.Dict(read_only=True).tag(sync=True)
    count = traitlets.Int(read_only=True).tag(sync=True)

    @traitlets.observe(*SIZES)
    def _recompute(self, _change=None):
        shapes = cell_shapes(self.B, self.D, self.H)
        self.set_trait("shapes", {name: list(shape) for name, shape in shapes.items()})
        self.set_trait("count", parameter_count(self.D, self.H, biases=1))

    def summary(self):
        return self.labels["summary"].format(B=self.B, D=self.D, H=self.H, width=self.H + self.D, count=self.count)

    def picture(self):
        from lstm_ref.figures.s02_the_cell import joined_and_weighed

        return joined_and_weighed(self.B, self.D, self.H).drawing

    def texts(self):
        return {
            "title": _("Shapes of a gate"),
            "presets": _("Examples"),
            "B": _("sequences"),
            "D": _("inputs"),
            "H": _("hidden units"),
            "sizes": _("Sizes"),
            "drawing": _("What is joined, the weights, and the gate: one square for each number"),
            "words": _(
                "The joined row has {H} columns for h and {D} for x, over {B} rows. The weights have the same two "
                "blocks of columns, over {H} rows. The gate has {B} rows and {H} columns. The first row of what is "
                "joined and the first row of the weights are marked: together they give the first number of the gate."
            ),
            "key": _("The two marked rows, multiplied number by number and added up, give the marked square."),
            "array": _("array"),
            "letters": _("in letters"),
            "shape": _("shape"),
            "numbers": _("numbers"),
            "table": _("Shapes in numbers"),
            "learned": _("one layer learns"),
            "summary": _(
                "{B} rows of {H} + {D} = {width} numbers go in, {B} rows of {H} come out. One layer, with three gates "
                "and a candidate, learns 4 · {H} · ({H} + {D} + 1) = {count} numbers."
            ),
        }
