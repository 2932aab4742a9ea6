"""WeightMap: a number of nn.LSTM, and where it stands in the equations of the book."""

import math

import traitlets

from lstm_ref.core.torch_layout import WeightPlace, torch_shapes, where_in_torch, where_is
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Step, front_end

INPUTS, LAYERS, LARGEST = 2, 2, 64
PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
CHOICES = ("hidden_size", "directions", "layer", "direction", "parameter", "row", "column")


def presets() -> list[dict]:
    """Numbers worth seeing; each shows what its label says."""
    rows = [
        ("own", _("Forget gate, own h"), 64, "one", 0, "forward", "weight_hh", 70, 3),
        ("amplitude", _("Candidate, amplitude"), 64, "one", 0, "forward", "weight_ih", 133, 0),
        ("bias", _("A forget bias"), 64, "one", 0, "forward", "bias_ih", 100, 0),
        ("above", _("Layer 1 reads layer 0"), 64, "one", 1, "forward", "weight_ih", 200, 17),
        ("both", _("Four units, both directions"), 4, "both", 1, "backward", "weight_ih", 5, 6),
    ]
    return [dict(zip(("key", "label", *CHOICES), row, strict=True)) for row in rows]


class WeightMap(CourseWidget):
    """One number of `nn.LSTM(2, hidden_size, 2)` and its place in the book, both ways.

    Set `hidden_size` (1 to 64), `directions` ("one" or "both"), `layer` (0 or 1), `direction` ("forward" or
    "backward"), `parameter` ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), `row` and `column`, counted from 0; a
    number beyond the last one means the last one. Read `place` (a WeightPlace), `torch_code` and `book_code`.
    `go_to("W_f", 6, 3)` chooses the number of nn.LSTM that is that entry of the book's matrix.

    Raises traitlets.TraitError for values out of range.
    """

    _esm = front_end("weight_map")

    hidden_size = Step(1, LARGEST, default=64).tag(sync=True)
    directions = traitlets.Enum(("one", "both"), "one").tag(sync=True)
    layer = Step(0, LAYERS - 1, default=0).tag(sync=True)
    direction = traitlets.Enum(("forward", "backward"), "forward").tag(sync=True)
    parameter = traitlets.Enum(PARAMETERS, "weight_hh").tag(sync=True)
    row = Step(0, 4 * LARGEST - 1, default=70).tag(sync=True)
    column = Step(0, 2 * LARGEST - 1, default=3).tag(sync=True)
    examples = staticmethod(presets)
    inputs = traitlets.Int(INPUTS, read_only=True).tag(sync=True)

    @property
    def sizes(self) -> dict:
        """The keyword arguments of `where_is` for this module."""
        both = self.directions == "both"
        return {
            "input_size": INPUTS,
            "hidden_size": self.hidden_size,
            "num_layers": LAYERS,
            "bidirectional": both,
        }

    @property
    def backward(self) -> bool:
        return self.directions == "both" and self.direction == "backward"

    @property
    def name(self) -> str:
        """The parameter's name in the module: weight_ih_l0, bias_hh_l1_reverse, ..."""
        return f"{self.parameter}_l{self.layer}{'_reverse' if self.backward else ''}"

    @property
    def index(self) -> tuple[int, ...]:
        """Where in the parameter: (row, column), or (row,) for a bias."""
        shape = torch_shapes(**self.sizes)[self.name]
        return tuple(min(n, size - 1) for n, size in zip((self.row, self.column), shape, strict=False))

    @property
    def place(self) -> WeightPlace:
        return where_is(self.name, *self.index, **self.sizes)

    @property
    def torch_code(self) -> str:
        return f"lstm.{self.name}[{', '.join(map(str, self.index))}]"

    @property
    def book_code(self) -> str:
        place = self.place
        pair = f"[{place.direction}]" if self.directions == "both" else ""
        return f"from_torch(lstm)[{place.layer}]{pair}.{place.array}[{', '.join(map(str, place.index))}]"

    def go_to(self, array: str, *index: int):
        """Choose the number that is `array[index]` of the layer and direction on show; of two biases, bias_ih.

        Raises KeyError and IndexError where there is no such number.
        """
        name, place = where_in_torch(array, *index, layer=self.layer, direction=int(self.backward), **self.sizes)[0]
        with self.hold_sync():
            self.parameter, self.row = name.partition("_l")[0], place[0]
            if len(place) == 2:
                self.column = place[1]

    def summary(self):
        place = self.place
        shapes = torch_shapes(**self.sizes)
        said = {"1": "said_bias", "h": "said_h", "x": "said_x", "below": "said_below"}[place.reads]
        if place.reads == "h" and self.backward:
            said = "said_h_after"
        if place.reads == "below" and self.directions == "both":
            said = "said_below_both"
        below, there = divmod(place.source or 0, self.hidden_size)
        return self.labels[said].format(
            torch=f"{self.name}[{', '.join(map(str, self.index))}]",
            book=f"{place.array}[{', '.join(map(str, place.index))}]",
            unit=place.index[0],
            gate=self.labels[place.gate],
            source=place.source,
            there=there,
            way=self.labels["backward" if below else "forward"],
        ) + self.labels["share"].format(size=math.prod(shapes[self.name]), total=sum(map(math.prod, shapes.values())))

    def picture(self):
        from lstm_ref.figures.s10_pytorch import two_layouts

        shape = torch_shapes(**self.sizes)[f"weight_ih_l{self.layer}"]
        return two_layouts(self.hidden_size, shape[1], self.parameter, self.index).drawing

    def texts(self):
        return {
            "title": _("Where a number of nn.LSTM stands in the equations"),
            "presets": _("Examples"),
            "hidden_size": _("hidden units"),
            "directions": _("Directions"),
            "one": _("one"),
            "both": _("both"),
            "layer": _("Layer"),
            "direction": _("Direction"),
            "forward": _("forward"),
            "backward": _("backward"),
            "parameter": _("In nn.LSTM"),
            "gate": _("Gate"),
            "row": _("row"),
            "column": _("column"),
            "choose": _("The number"),
            "i": _("input gate"),
            "f": _("forget gate"),
            "candidate": _("candidate"),
            "o": _("output gate"),
            "drawing": _("The arrays of nn.LSTM, and those of the book"),
            "words": _(
                "In nn.LSTM: four arrays with {rows} rows each, the input gate's {H} rows first, then those of the "
                "forget gate, the candidate and the output gate. Of their columns, {D} belong to what comes in, {H} to "
                "h, and each bias has one. In the book: for each gate a matrix of {H} rows, its first {H} columns for "
                "h and the last {D} for what comes in, and one bias. The chosen number is marked on both sides."
            ),
            "in_torch": _("nn.LSTM"),
            "in_book": _("the book"),
            "key": _(
                "Click anywhere, on either side. Wide arrays are drawn narrower than they are. PyTorch writes g for ĉ."
            ),
            "equation": _("The line in which it stands"),
            "said_h": _(
                "{torch} is {book}: how much unit {unit} of the {gate} listens to unit {source} of its own h, one step "
                "before. "
            ),
            "said_h_after": _(
                "{torch} is {book}: how much unit {unit} of the {gate} listens to unit {source} of its own h, one step "
                "after: this direction reads from the end. "
            ),
            "said_x": _("{torch} is {book}: how much unit {unit} of the {gate} listens to input {source}. "),
            "said_below": _(
                "{torch} is {book}: how much unit {unit} of the {gate} listens to output {source} of the layer below. "
            ),
            "said_below_both": _(
                "{torch} is {book}: how much unit {unit} of the {gate} listens to output {source} of the layer below, "
                "which is unit {there} of its {way} direction. "
            ),
            "said_bias": _("{torch} is one of two numbers that make {book}, the bias of unit {unit} of the {gate}. "),
            "share": _("Its array holds {size} of the {total} numbers."),
        }
