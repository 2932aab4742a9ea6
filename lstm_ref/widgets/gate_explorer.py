"""GateExplorer: twelve steps of one memory cell; every gate of every step can be moved."""

import numpy as np
import traitlets

from lstm_ref.core.cell import hidden_state, update_memory
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Step, Within, checked_row, front_end

STEPS = 12
GATES = {"f": (0.0, 1.0), "i": (0.0, 1.0), "candidate": (-1.0, 1.0), "o": (0.0, 1.0)}  # name -> limits


class GateSequence(traitlets.TraitType):
    """{"f": [...], "i": [...], "candidate": [...], "o": [...]}, one number per step each."""

    def validate(self, obj, value):
        where = f"{type(obj).__name__}.{self.name}"
        if not isinstance(value, dict) or set(value) != set(GATES):
            got = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise traitlets.TraitError(
                _("{where} is {got}, expected a dict with the keys {expected}").format(
                    where=where, got=got, expected=", ".join(GATES)
                )
            )
        return {name: checked_row(f"{where}[{name!r}]", value[name], STEPS, *limits) for name, limits in GATES.items()}


def constant(**gates: float) -> dict:
    """The same gates at every step. By default o is 1 and the others are 0."""
    return {name: [float(gates.get(name, name == "o"))] * STEPS for name in GATES}


def changed(sequence: dict, name: str, steps, value: float) -> dict:
    """`sequence` with gate `name` set to `value` at `steps` (counted from 1)."""
    return {**sequence, name: [float(value) if t in steps else v for t, v in enumerate(sequence[name], start=1)]}


def presets() -> list[dict]:
    """Settings worth seeing; each shows what its label says."""
    write_hold_erase = changed(changed(constant(f=1, candidate=1), "i", [2], 1), "f", [9], 0)
    hidden_then_shown = changed(constant(f=1), "o", range(1, 9), 0)
    rows = [
        ("keep", _("Keep"), 1, 12, "every", constant(f=1)),
        ("fade", _("Fade"), 1, 12, "every", constant(f=0.8)),
        ("forget", _("Forget at once"), 1, 1, "every", constant(f=0)),
        ("count", _("Count"), 0, 12, "every", constant(f=1, i=1, candidate=0.25)),
        ("write_hold_erase", _("Write, hold, erase"), 0, 2, "one", write_hold_erase),
        ("hidden", _("Keep but hide"), 1, 8, "one", hidden_then_shown),
    ]
    names = ("key", "label", "c_prev", "t", "scope", "sequence")
    return [dict(zip(names, row, strict=True)) for row in rows]


class GateExplorer(CourseWidget):
    """One memory cell over twelve steps. Move its gates with the mouse, the keyboard, or from Python.

    `f`, `i`, `candidate`, `o`: the gates at step `t` (1 to 12). Setting one changes every step, or only step `t`,
    as `scope` says ("every" or "one"). `sequence` holds all of them, `c_prev` is the memory before the first step.
    `c_t`, `h_t` at step `t`, and `trace` = {"c": 13 values, "h": 12 values} follow from `lstm_ref`'s equations.
    To change `sequence`, assign a new dict or call `set_step`: a list changed in place is not noticed.

    Raises traitlets.TraitError for values out of range and lists of the wrong length.
    """

    _esm = front_end("gate_explorer")

    f = Within(*GATES["f"], default=0.8).tag(sync=True)
    i = Within(*GATES["i"], default=0.0).tag(sync=True)
    candidate = Within(*GATES["candidate"], default=0.0).tag(sync=True)
    o = Within(*GATES["o"], default=1.0).tag(sync=True)
    t = Step(1, STEPS, default=1).tag(sync=True)
    scope = traitlets.Enum(["every", "one"], "every").tag(sync=True)
    c_prev = Within(-2.0, 2.0, default=1.0).tag(sync=True)
    sequence = GateSequence(constant(f=0.8)).tag(sync=True)
    examples = staticmethod(presets)

    c_t = traitlets.Float(read_only=True).tag(sync=True)
    h_t = traitlets.Float(read_only=True).tag(sync=True)
    trace = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **values):
        # Gates given by name are written once the sequence exists, as if they were set one by one.
        gates = {name: values.pop(name) for name in GATES if name in values}
        super().__init__(**values)
        self._show_step()
        for name, value in gates.items():
            setattr(self, name, value)

    def set_step(self, t: int, **gates: float):
        """Set gates at step `t` alone, whatever `scope` says: `explorer.set_step(3, i=1, candidate=0.5)`."""
        sequence = self.sequence
        t = Step(1, STEPS, 1).validate(self, t)
        for name, value in gates.items():
            sequence = changed(sequence, name, [t], value)
        self.sequence = sequence

    @traitlets.observe(*GATES)
    def _write_gate(self, change):
        # Only if it disagrees with the sequence: when `t` changes, the gates change, too, but must write nothing.
        if self.sequence[change.name][self.t - 1] != change.new:
            steps = range(1, STEPS + 1) if self.scope == "every" else [self.t]
            self.sequence = changed(self.sequence, change.name, steps, change.new)

    @traitlets.observe("t", "sequence")
    def _show_step(self, _change=None):
        for name in GATES:
            setattr(self, name, self.sequence[name][self.t - 1])

    @traitlets.observe("t", "sequence", "c_prev")
    def _recompute(self, _change=None):
        gates = {name: np.array(values) for name, values in self.sequence.items()}
        c = [np.float64(self.c_prev)]
        for f, i, candidate in zip(gates["f"], gates["i"], gates["candidate"], strict=True):
            c.append(update_memory(f, c[-1], i, candidate))
        h = hidden_state(gates["o"], np.array(c[1:]))
        self.set_trait("trace", {"c": [float(v) for v in c], "h": [float(v) for v in h]})
        self.set_trait("c_t", self.trace["c"][self.t])
        self.set_trait("h_t", self.trace["h"][self.t - 1])

    def summary(self):
        return self.labels["summary"].format(
            t=self.t,
            steps=STEPS,
            keep=f"{100 * self.f:.0f}",
            c_prev=f"{self.trace['c'][self.t - 1]:.3f}",
            write=f"{100 * self.i:.0f}",
            candidate=f"{self.candidate:.2f}",
            c=f"{self.c_t:.3f}",
            h=f"{self.h_t:.3f}",
        )

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, QUIET, axes_in_a_row

        figure, (above, below) = axes_in_a_row(2, rows=True, sharex=True, height_ratios=[3, 1])
        steps = range(1, STEPS + 1)
        above.plot(range(STEPS + 1), self.trace["c"], "o-", color=COLOURS["c"], label=self.labels["c"])
        above.plot(steps, self.trace["h"], "s--", mfc="none", color=COLOURS["h"], label=self.labels["h"])
        above.axhline(0, color=QUIET, lw=0.5, zorder=0)
        above.legend()
        for name, shift in (("f", -0.2), ("i", 0.2)):
            below.bar(
                [t + shift for t in steps], self.sequence[name], 0.36, color=COLOURS[name], label=self.labels[name]
            )
        below.set(ylim=(0, 1.05), xlabel=self.labels["step"], xticks=range(STEPS + 1))
        below.legend(ncols=2, loc="lower right", bbox_to_anchor=(1, 0.9))
        return figure

    def texts(self):
        return {
            "title": _("Gate explorer"),
            "presets": _("Examples"),
            "f": _("forget gate"),
            "i": _("input gate"),
            "candidate": _("candidate"),
            "o": _("output gate"),
            "c": _("memory"),
            "h": _("output"),
            "c_prev": _("memory at the start"),
            "step": _("step"),
            "step_slider": _("Step on show"),
            "gates": _("Gates"),
            "gates_every": _("Gates at every step"),
            "gates_one": _("Gates at step {t}"),
            "scope": _("The sliders set"),
            "scope_every": _("every step"),
            "scope_one": _("only step {t}"),
            "plot": _("Memory and output at each step, and the gates below"),
            "plot_words": _(
                "The memory starts at {first} and is {last} after {steps} steps; it lies between {low} and {high}. "
                "The output is {h} after the last step."
            ),
            "equations": _("Step {t} in numbers"),
            "half_life": _("Held at {f}, the gate leaves half of the memory after {n} steps."),
            "fast": _("Held at {f}, the gate drops more than half of the memory at every step."),
            "never": _("Held at 1, the gate never lets the memory fade."),
            "at_once": _("A gate at 0 drops the whole memory in one step."),
            "summary": _(
                "Step {t} of {steps}. The cell keeps {keep} % of its memory of {c_prev} and writes {write} % of the "
                "candidate {candidate}. The memory is now {c}; the output is {h}."
            ),
            "table": _("All the numbers"),
        }
