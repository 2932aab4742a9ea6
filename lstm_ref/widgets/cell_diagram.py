"""CellDiagram: one step of a cell with one unit, drawn as wires that carry their numbers; then the next step."""

import numpy as np
import traitlets

from lstm_ref.core.cell import LSTMParams, LSTMState, lstm_step_with_gates
from lstm_ref.core.initial import initial_params
from lstm_ref.messages import _
from lstm_ref.radar.example import radar_example
from lstm_ref.widgets.base import CourseWidget, Step, Within, checked, front_end

GATES = ("f", "i", "candidate", "o")
READS = ("h_prev", "amplitude", "distance", "bias")  # what the four weights of a gate belong to
INPUTS = ("amplitude", "distance", "h_prev", "c_prev", "weights")
RESULTS = ("f", "i", "candidate", "o", "keep", "write", "c", "tanh_c", "h")
LARGEST = 40.0  # a weight may be set from -LARGEST to LARGEST
FARTHEST = 100.0  # the memory may be set from -FARTHEST to FARTHEST
REACH = 4.0  # its slider reaches from -REACH to REACH
XS = radar_example()[0]


class CellWeights(traitlets.TraitType):
    """{"f": [w_h, w_amplitude, w_distance, bias], "i": ..., "candidate": ..., "o": ...}."""

    def validate(self, obj, value):
        where = f"{type(obj).__name__}.{self.name}"
        if not isinstance(value, dict) or set(value) != set(GATES):
            got = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise traitlets.TraitError(
                _("{where} is {got}, expected a dict with the keys {expected}").format(
                    where=where, got=got, expected=", ".join(GATES)
                )
            )
        return {gate: self._row(f"{where}[{gate!r}]", value[gate]) for gate in GATES}

    @staticmethod
    def _row(where, values):
        values = list(values) if np.iterable(values) else values
        if not isinstance(values, list) or len(values) != len(READS):
            got = _("{n} values").format(n=len(values)) if isinstance(values, list) else repr(values)
            raise traitlets.TraitError(
                _("{where} is {got}, expected 4 values: the weights of h, amplitude and distance, and the bias").format(
                    where=where, got=got
                )
            )
        return [checked(f"{where}[{n}]", value, -LARGEST, LARGEST) for n, value in enumerate(values)]


def untrained() -> dict:
    """Random weights as a cell has them before training, to two digits."""
    p = initial_params(2, 1, seed=4)
    pairs = ((p.W_f, p.b_f), (p.W_i, p.b_i), (p.W_c, p.b_c), (p.W_o, p.b_o))
    return {gate: [*W[0].round(2).tolist(), float(b[0].round(2))] for gate, (W, b) in zip(GATES, pairs, strict=True)}


def presets() -> list[dict]:
    """Cells worth seeing; on the radar sequence each does what its label says."""
    opens, shuts, stays_open, stays_shut = [0, 12, 0, -6], [0, -12, 0, 6], [0, 0, 0, 8], [0, 0, 0, -8]
    once, size, show = [-30, 12, 0, -6], [0, 2, 0, 0], [0, 0, 0, 4]
    rows = [
        ("add", _("Add up echoes"), stays_open, opens, size, show),
        ("newest", _("Keep the newest"), shuts, opens, size, show),
        ("first", _("Only the first"), stays_open, once, size, show),
        ("keep", _("Keep"), stays_open, stays_shut, size, show),
        ("forget", _("Forget"), stays_shut, stays_shut, size, show),
        ("hide", _("Keep but hide"), stays_open, stays_shut, size, stays_shut),
    ]
    notes = {
        "add": _("A strong echo opens i. f stays open, so each echo adds to the memory."),
        "newest": _("A strong echo opens i and shuts f: the memory is replaced. Between echoes it stays."),
        "first": _("The cell reads its own h: once h is large, i stays shut, and later echoes change nothing."),
        "keep": _("f is open and i is shut, whatever comes in: the memory stays as it is."),
        "forget": _("f and i are shut: one step, and nothing is left of the memory."),
        "hide": _("The memory stays, but o is shut: h is near 0, so nobody sees it."),
        "untrained": _("Weights drawn at random, as a fresh cell has them: every gate is half open."),
    }
    by_hand = {key: dict(zip(GATES, map(floats, gates), strict=True)) for key, _label, *gates in rows}
    names = {key: label for key, label, *_gates in rows} | {"untrained": _("Untrained")}
    weights = by_hand | {"untrained": untrained()}
    return [{"key": key, "label": names[key], "note": notes[key], "weights": weights[key]} for key in names]


def floats(row) -> list[float]:
    return [float(value) for value in row]


class CellDiagram(CourseWidget):
    """One step of an LSTM cell with one hidden unit, which reads x = (amplitude, distance).

    Set `amplitude`, `distance`, `h_prev`, `c_prev`, and `weights`, a dict of four numbers for each gate: the weights of
    h, amplitude and distance, and the bias. Read `f`, `i`, `candidate`, `o`, `keep` (f * c_prev), `write`
    (i * candidate), `c`, `tanh_c` and `h`. `next_step()` carries h and c on into the next step of the radar sequence,
    `restart()` goes to its first step with an empty state; `t` is the step, 1 to 16. `shown` is what is explained.

    Raises traitlets.TraitError for values out of range.
    """

    _esm = front_end("cell_diagram")

    amplitude = Within(0.0, 2.0, default=1.0).tag(sync=True)
    distance = Within(0.0, 2.0, default=0.8).tag(sync=True)
    h_prev = Within(-1.0, 1.0, default=0.65).tag(sync=True)
    c_prev = Within(-FARTHEST, FARTHEST, default=0.8).tag(sync=True)
    weights = CellWeights(presets()[0]["weights"]).tag(sync=True)
    t = Step(1, len(XS), default=6).tag(sync=True)
    shown = traitlets.Enum(["cell", "hx", *RESULTS], "cell").tag(sync=True)
    examples = staticmethod(presets)
    xs = traitlets.List(read_only=True, help="the radar sequence: (amplitude, distance) at each step").tag(sync=True)

    f = traitlets.Float(read_only=True).tag(sync=True)
    i = traitlets.Float(read_only=True).tag(sync=True)
    candidate = traitlets.Float(read_only=True).tag(sync=True)
    o = traitlets.Float(read_only=True).tag(sync=True)
    keep = traitlets.Float(read_only=True).tag(sync=True)
    write = traitlets.Float(read_only=True).tag(sync=True)
    c = traitlets.Float(read_only=True).tag(sync=True)
    tanh_c = traitlets.Float(read_only=True).tag(sync=True)
    h = traitlets.Float(read_only=True).tag(sync=True)

    @traitlets.default("xs")
    def _radar(self):
        return XS.tolist()

    @traitlets.default("limits")
    def _reach_of_the_sliders(self):
        return {**self._limits_from_traits(), "c_prev": [-REACH, REACH]}

    def next_step(self):
        """Hand h and c on, and read the next step of the radar sequence. Raises ValueError after the last."""
        if self.t == len(XS):
            raise ValueError(_("step {t} is the last of the radar sequence; call restart()").format(t=self.t))
        h, c = self.h, self.c
        self._go_to(self.t + 1, h, c)

    def restart(self):
        """The first step of the radar sequence, with h and c at 0."""
        self._go_to(1, 0.0, 0.0)

    def _go_to(self, t, h, c):
        with self.hold_sync():
            self.c_prev, self.h_prev, self.t = c, h, t
            self.amplitude, self.distance = XS[t - 1].tolist()

    @traitlets.observe(*INPUTS)
    def _recompute(self, _change=None):
        rows = [
            value for gate in GATES for value in (np.array([self.weights[gate][:3]]), np.array(self.weights[gate][3:]))
        ]
        before = LSTMState(np.array([[self.h_prev]]), np.array([[self.c_prev]]))
        after, gates = lstm_step_with_gates(np.array([[self.amplitude, self.distance]]), before, LSTMParams(*rows))
        results = {
            **gates._asdict(),
            "h": after.h,
            "keep": gates.f * before.c,
            "write": gates.i * gates.candidate,
            "tanh_c": np.tanh(after.c),
        }
        for name in RESULTS:
            self.set_trait(name, float(results[name][0, 0]))

    def summary(self):
        return self.labels["summary"].format(
            t=self.t,
            c_prev=f"{self.c_prev:.2f}",
            keep=f"{100 * self.f:.0f}",
            write=f"{self.write:.2f}",
            c=f"{self.c:.2f}",
            show=f"{100 * self.o:.0f}",
            h=f"{self.h:.2f}",
        )

    def picture(self):
        from lstm_ref.figures.s02_the_cell import cell_drawing

        inputs = {name: getattr(self, name) for name in ("h_prev", "c_prev", "amplitude", "distance")}
        return cell_drawing({**inputs, **{name: getattr(self, name) for name in RESULTS}}, self.labels)

    def texts(self):
        return {
            "title": _("One step of a cell"),
            "presets": _("Examples"),
            "h_prev": _("output of the step before"),
            "c_prev": _("memory of the step before"),
            "amplitude": _("amplitude"),
            "distance": _("distance"),
            "amplitude_short": _("ampl."),
            "distance_short": _("dist."),
            "inputs": _("What goes in"),
            "next": _("Next step"),
            "restart": _("From the start"),
            "step": _("Step {t} of {steps} of the radar sequence"),
            "own": _("Your own input, in place of step {t}"),
            "diagram": _("The cell and its numbers"),
            "words": _(
                "The memory {c_prev} comes in and is multiplied by the forget gate {f}, which leaves {keep}. The input "
                "gate {i} lets through {write} of the candidate {candidate}. Added up, the new memory is {c}; its tanh "
                "is {tanh_c}, of which the output gate {o} shows {h}."
            ),
            "key": _("The thicker a wire, the larger its number. Dashed: negative."),
            "explain": _("Show where it comes from"),
            "cell": _("whole cell"),
            "hx": _("what the gates read"),
            "f": _("forget gate"),
            "i": _("input gate"),
            "candidate": _("candidate"),
            "o": _("output gate"),
            "keep": _("what is kept"),
            "write": _("what is written"),
            "c": _("new memory"),
            "tanh_c": _("squashed memory"),
            "h": _("new output"),
            "about_cell": _("The six lines of the cell. Choose a number above, or point at a wire."),
            "about_hx": _("The output of the step before and the input, one after the other: three numbers here."),
            "about_f": _("The fraction of the old memory that stays."),
            "about_i": _("The fraction of the candidate that is written."),
            "about_candidate": _("What could be written, between −1 and 1."),
            "about_o": _("The fraction of the memory that is shown."),
            "about_keep": _("What is left of the old memory."),
            "about_write": _("What is added to the memory."),
            "about_c": _("The new memory: what is kept and what is written, added. Only the next step gets it."),
            "about_tanh_c": _("The memory squashed to between −1 and 1, so that h cannot grow with it."),
            "about_h": _("The new output: it goes to the next step and to all that read this cell."),
            "reads": _("reads"),
            "value": _("number"),
            "weight": _("weight"),
            "product": _("product"),
            "bias": _("bias"),
            "sum": _("sum"),
            "summary": _(
                "Step {t}. Of the memory {c_prev} the cell keeps {keep} % and adds {write}: the memory is now {c}. It "
                "shows {show} % of that, squashed: the output is {h}."
            ),
        }
