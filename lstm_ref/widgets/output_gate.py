"""OutputGate: a memory that is held, and a gate at each step that sets how much of it is seen."""

import numpy as np
import traitlets

from lstm_ref.core.cell import hidden_state
from lstm_ref.messages import _
from lstm_ref.radar.example import radar_example
from lstm_ref.widgets.base import CourseWidget, Step, Within, checked, front_end

AMPLITUDE = radar_example()[0, :, 0]
STEPS = len(AMPLITUDE)
BUMP = range(5, 9)  # steps of the echo that lasts, counted from 1
# The memory after each step: it adds up the echo of the bump, to 1 at its end, and holds it. The spike is not written.
SHARE = np.cumsum([a if t in BUMP else 0.0 for t, a in enumerate(AMPLITUDE, start=1)]) / sum(AMPLITUDE[4:8])
LINES = ("whole", "no_tanh", "no_gate")


class GatePerStep(traitlets.TraitType):
    """A list with one fraction per step."""

    def validate(self, obj, value):
        where = f"{type(obj).__name__}.{self.name}"
        values = list(values_of(value))
        if len(values) != STEPS:
            got = _("{n} values").format(n=len(values)) if np.iterable(value) else repr(value)
            raise traitlets.TraitError(
                _("{where} is {got}, expected {steps} values, one per step").format(where=where, got=got, steps=STEPS)
            )
        return [checked(f"{where}[{n}]", one, 0.0, 1.0) for n, one in enumerate(values)]


def values_of(value):
    return value if np.iterable(value) else ()


def in_digits(value: float) -> str:
    """Three digits, as the front end shows them: no -0.000."""
    return f"{round(value, 3) + 0.0:.3f}"


def presets() -> list[dict]:
    """Settings worth seeing; each shows what its label says."""
    shut, open_ = [0.0] * STEPS, [1.0] * STEPS
    rows = [
        ("open", _("Always open"), 1.0, 8, open_),
        ("hidden", _("Kept but hidden"), 1.0, 10, shut),
        ("end", _("Reveal at the end"), 1.0, STEPS, [*shut[1:], 1.0]),
        ("bump", _("Only during the bump"), 1.0, 8, [float(t in BUMP) for t in range(1, STEPS + 1)]),
        ("half", _("Half open"), -3.0, 8, [0.5] * STEPS),
        ("saturated", _("Saturated"), 5.0, 7, open_),
    ]
    return [{**dict(zip(("key", "label", "memory", "t", "gate"), row, strict=True)), "line": "whole"} for row in rows]


class OutputGate(CourseWidget):
    """One memory cell that holds the bump of the radar sequence, and the gate that shows it or hides it.

    `gate`: o at each of the 16 steps. `o`: the gate at step `t` (1 to 16); setting it changes only that step, or every
    step, as `scope` says ("one" or "every"). `memory`: what the bump leaves in the memory, -5 to 5. `line`: how the
    output is made, "whole" (o tanh(c)), "no_tanh" (o c) or "no_gate" (tanh(c)). Read `trace` = {"c": 16 values,
    "h": 16 values}, and `c_t`, `h_t` at step `t`. To change `gate`, assign a new list.

    Raises traitlets.TraitError for values out of range and lists of the wrong length.
    """

    _esm = front_end("output_gate")

    o = Within(0.0, 1.0, default=1.0).tag(sync=True)
    memory = Within(-5.0, 5.0, default=1.0).tag(sync=True)
    t = Step(1, STEPS, default=8).tag(sync=True)
    scope = traitlets.Enum(["one", "every"], "one").tag(sync=True)
    line = traitlets.Enum(LINES, "whole").tag(sync=True)
    gate = GatePerStep([1.0] * STEPS).tag(sync=True)
    examples = staticmethod(presets)
    share = traitlets.List(read_only=True, help="the memory after each step, as a part of `memory`").tag(sync=True)
    amplitude = traitlets.List(read_only=True, help="what the radar measures at each step").tag(sync=True)

    c_t = traitlets.Float(read_only=True).tag(sync=True)
    h_t = traitlets.Float(read_only=True).tag(sync=True)
    trace = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **values):
        # A gate given by name is written once the list exists, as if it were set afterwards.
        one = {"o": values.pop("o")} if "o" in values else {}
        super().__init__(**values)
        self._show_step()
        for name, value in one.items():
            setattr(self, name, value)

    @traitlets.default("share")
    def _share(self):
        return SHARE.tolist()

    @traitlets.default("amplitude")
    def _amplitude(self):
        return AMPLITUDE.tolist()

    @traitlets.observe("o")
    def _write_gate(self, change):
        # Only if it disagrees with the list: when `t` changes, o changes, too, but must write nothing.
        if self.gate[self.t - 1] != change.new:
            every = self.scope == "every"
            self.gate = [change.new if every or n == self.t - 1 else old for n, old in enumerate(self.gate)]

    @traitlets.observe("t", "gate")
    def _show_step(self, _change=None):
        self.o = self.gate[self.t - 1]

    @traitlets.observe("t", "gate", "memory", "line")
    def _recompute(self, _change=None):
        c, o = self.memory * SHARE, np.array(self.gate)
        if self.line == "no_tanh":
            h = o * c
        else:
            h = hidden_state(np.ones_like(o) if self.line == "no_gate" else o, c)
        self.set_trait("trace", {"c": c.tolist(), "h": h.tolist()})
        self.set_trait("c_t", self.trace["c"][self.t - 1])
        self.set_trait("h_t", self.trace["h"][self.t - 1])

    def summary(self):
        return self.labels[f"summary_{self.line}"].format(
            t=self.t,
            steps=STEPS,
            c=in_digits(self.c_t),
            squashed=in_digits(np.tanh(self.c_t)),
            show=f"{100 * self.o:.0f}",
            h=in_digits(self.h_t),
        )

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, QUIET, axes_in_a_row

        figure, (inside, gate, outside) = axes_in_a_row(
            3, rows=True, sharex=True, height_ratios=[3, 1, 3], figsize=(5.4, 4.6)
        )
        steps = range(1, STEPS + 1)
        inside.plot(steps, self.trace["c"], "o-", color=COLOURS["c"], ms=4)
        inside.set(ylabel=self.labels["c"])
        gate.bar(steps, self.gate, 0.7, color=COLOURS["o"])
        gate.set(ylim=(0, 1.05), ylabel="o")
        outside.bar(steps, np.tanh(self.trace["c"]), 0.7, color=COLOURS["c"], alpha=0.2)
        outside.bar(steps, self.trace["h"], 0.7, color=COLOURS["h"])
        outside.set(ylabel=self.labels["h"], xlabel=self.labels["step"], xticks=steps)
        for axes in (inside, outside):
            axes.axhline(0, color=QUIET, lw=0.5, zorder=0)
        return figure

    def texts(self):
        return {
            "title": _("Output gate"),
            "presets": _("Examples"),
            "o": _("output gate"),
            "memory": _("what the bump leaves"),
            "c": _("memory"),
            "h": _("output"),
            "bump": _("bump"),
            "spike": _("spike"),
            "inside": _("memory, inside the cell"),
            "gate_lane": _("output gate: click or drag"),
            "outside": _("output, all that others see"),
            "hidden_part": _("pale: hidden"),
            "step": _("step"),
            "step_slider": _("Step on show"),
            "controls": _("Gate and memory"),
            "scope": _("The slider of o sets"),
            "scope_one": _("only step {t}"),
            "scope_every": _("every step"),
            "line": _("The output is"),
            "line_whole": _("the whole line"),
            "line_no_tanh": _("without tanh"),
            "line_no_gate": _("without the gate"),
            "plot": _("Memory, output gate and output at each step"),
            "plot_words": _(
                "The memory rises during the bump to {c} and is held to the last step. The output gate is above one "
                "half at {opened} of {steps} steps. The output lies between {low} and {high}; after the last step it "
                "is {h}."
            ),
            "curve": _("What is seen of a memory c"),
            "curve_words": {
                "whole": _(
                    "A curve in the shape of an S that flattens out at {limit} and at {minus}. At a memory of {c} the "
                    "output is {h}."
                ),
                "no_tanh": _("A straight line without end. At a memory of {c} the output is {h}."),
                "no_gate": _(
                    "A curve in the shape of an S that flattens out at 1 and at -1, wherever the gate stands. At a "
                    "memory of {c} the output is {h}."
                ),
            },
            "equations": _("Step {t} in numbers"),
            "summary_whole": _(
                "Step {t} of {steps}. The memory is {c}; tanh makes {squashed} of it, and the gate lets {show} % of "
                "that be seen: the output is {h}."
            ),
            "summary_no_tanh": _(
                "Step {t} of {steps}. Without tanh, {show} % of the memory {c} itself is seen: the output is {h}. "
                "Nothing keeps it between -1 and 1."
            ),
            "summary_no_gate": _(
                "Step {t} of {steps}. Without the gate, the cell cannot hide its memory of {c}: the output is {h}."
            ),
            "table": _("All the numbers"),
        }
