"""MemoryTrack: gates drawn step by step over the radar sequence, and what the memory is made of at each of them."""

import numpy as np
import traitlets

from lstm_ref.core.memory import memory_parts, run_memory
from lstm_ref.messages import _
from lstm_ref.radar.example import radar_example
from lstm_ref.widgets.base import CourseWidget, Gate, Step, Within, front_end

STEPS = 16
BUMP, SPIKE = range(5, 9), 13  # counted from 1, as in radar_example
SOURCES = ("amplitude", "change", "one")


def candidates() -> dict[str, list[float]]:
    """What could be written at each step, by source."""
    amplitude = radar_example()[0, :, 0]
    change = np.diff(amplitude, prepend=amplitude[0])
    return {
        "amplitude": np.tanh(amplitude).tolist(),
        "change": np.tanh(change).tolist(),
        "one": [1.0] * STEPS,
    }


def everywhere(value: float, but: dict[int, float] | None = None) -> list[float]:
    """A gate at `value` at every step but those in `but`: everywhere(1, {6: 0}) is 0 at step 6."""
    return [float((but or {}).get(t, value)) for t in range(1, STEPS + 1)]


def presets() -> list[dict]:
    """Memories worth seeing; each shows what its label says."""
    strong = dict.fromkeys([*BUMP, SPIKE], 1)
    bump = dict.fromkeys(BUMP, 1)
    rows = [
        ("leaky", _("Leaky integrator"), "amplitude", everywhere(0.8), everywhere(0.2), 0.0, 16),
        ("counter", _("Counter"), "one", everywhere(1), everywhere(0, strong), 0.0, 16),
        ("latch", _("Latch"), "amplitude", everywhere(1, {6: 0}), everywhere(0, {6: 1}), 0.3, 6),
        ("reset", _("Reset"), "amplitude", everywhere(1, {10: 0}), everywhere(0.25), 0.0, 10),
        ("bump", _("Bump kept, spike dropped"), "amplitude", everywhere(1), everywhere(0, bump), 0.0, 16),
        ("take_back", _("Write and take back"), "change", everywhere(1), everywhere(1), 0.0, 14),
    ]
    return [dict(zip(("key", "label", "source", "f", "i", "c_prev", "t"), row, strict=True)) for row in rows]


class MemoryTrack(CourseWidget):
    """One memory cell over the sixteen steps of the radar sequence. Draw its gates; the memory follows.

    `f`, `i`: sixteen fractions each, or one for every step. `c_prev`: the memory before the first step. `source`: what
    could be written, "amplitude" (its tanh), "change" (tanh of the change of the amplitude) or "one". `t`: the step on
    show. Read `candidate` (16), `c` (17: before the first step, then after each) and `parts` (t + 1 numbers: what is
    left in c_t of c_0, then of the write of each step). To change `f` or `i`, assign a new list.

    Raises traitlets.TraitError for values out of range and lists of the wrong length.
    """

    _esm = front_end("lanes", "drawn_gates", "memory_track")

    f = Gate(STEPS, default=0.8).tag(sync=True)
    i = Gate(STEPS, default=0.2).tag(sync=True)
    c_prev = Within(-2.0, 2.0, default=0.0).tag(sync=True)
    t = Step(1, STEPS, default=STEPS).tag(sync=True)
    source = traitlets.Enum(SOURCES, "amplitude").tag(sync=True)
    scope = traitlets.Enum(["one", "every"], "one").tag(sync=True)
    examples = staticmethod(presets)
    candidates = traitlets.Dict(read_only=True).tag(sync=True)

    candidate = traitlets.List(read_only=True)
    c = traitlets.List(read_only=True)
    parts = traitlets.List(read_only=True)

    @traitlets.default("candidates")
    def _all_candidates(self):
        return candidates()

    @traitlets.observe("f", "i", "c_prev", "t", "source")
    def _recompute(self, _change=None):
        f, i, candidate = (np.array(row)[None, :, None] for row in (self.f, self.i, self.candidates[self.source]))
        c0 = np.array([[self.c_prev]])
        self.set_trait("candidate", candidate[0, :, 0].tolist())
        self.set_trait("c", [self.c_prev, *run_memory(f, i, candidate, c0)[0, :, 0].tolist()])
        until = [gate[:, : self.t] for gate in (f, i, candidate)]
        self.set_trait("parts", memory_parts(*until, c0)[0, :, 0].tolist())

    def summary(self):
        now = self.labels["summary"].format(
            t=self.t,
            keep=f"{100 * self.f[self.t - 1]:.0f}",
            before=f"{self.c[self.t - 1]:.3f}",
            write=f"{self.i[self.t - 1] * self.candidate[self.t - 1]:.3f}",
            c=f"{self.c[self.t]:.3f}",
        )
        most = int(np.argmax(np.abs(self.parts)))
        if not self.parts[most]:
            return f"{now} {self.labels['nothing']}"
        written = self.i[most - 1] * self.candidate[most - 1] if most else self.c_prev
        return " ".join(
            (
                now,
                self.labels["most" if most else "most_start"].format(
                    k=most, part=f"{self.parts[most]:.3f}", left=f"{100 * self.parts[most] / written:.0f}"
                ),
            )
        )

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, QUIET, axes_in_a_row

        figure, (above, middle, below) = axes_in_a_row(
            3, rows=True, sharex=True, figsize=(5.4, 4.4), height_ratios=[3, 1, 1]
        )
        c0, steps = np.array([[self.c_prev]]), np.arange(STEPS + 1)
        rows = [np.array(row)[None, :, None] for row in (self.f, self.i, self.candidate)]
        up, down = np.zeros(STEPS + 1), np.zeros(STEPS + 1)
        for k in range(STEPS + 1):
            part = np.zeros(STEPS + 1)
            for t in range(max(k, 1), STEPS + 1):
                part[t] = memory_parts(*(row[:, :t] for row in rows), c0)[0, k, 0]
            part[0] = self.c_prev if k == 0 else 0
            base = np.where(part >= 0, up, down)
            colours = [COLOURS["i"] if t == k else COLOURS["c"] for t in steps]
            above.bar(steps, part, 0.7, bottom=base, color=colours, edgecolor="white", lw=0.6)
            up, down = up + np.maximum(part, 0), down + np.minimum(part, 0)
        above.plot(steps, self.c, "o-", color=COLOURS["c"], ms=3, lw=1)
        above.axhline(0, color=QUIET, lw=0.5)
        above.set(ylabel=self.labels["c"])
        for axes, name in ((middle, "i"), (below, "f")):
            axes.bar(steps[1:], getattr(self, name), 0.7, color=COLOURS[name])
            axes.set(ylim=(0, 1.05), ylabel=name)
        below.set(xlabel=self.labels["step"], xticks=steps)
        return figure

    def texts(self):
        return {
            "title": _("Memory track"),
            "presets": _("Examples"),
            "f": _("forget gate"),
            "i": _("input gate"),
            "c": _("memory"),
            "candidate": _("candidate"),
            "c_prev": _("memory at the start"),
            "step": _("step"),
            "step_slider": _("Step on show"),
            "source": _("Candidate"),
            "source_amplitude": _("tanh of the amplitude"),
            "source_change": _("tanh of its change"),
            "source_one": _("always 1"),
            "scope": _("A stroke sets"),
            "scope_one": _("the steps under it"),
            "scope_every": _("every step"),
            "bar": _("{gate}, step {t}"),
            "how": _(
                "Draw in the two lanes. With the keyboard: left and right choose a step, up and down change its gate."
            ),
            "river": _("The memory after each step, in layers: one for each write it still holds"),
            "river_words": _(
                "The memory starts at {first}, lies between {low} and {high}, and is {last} after {steps} steps."
            ),
            "fresh": _("written at this step"),
            "kept": _("kept from before"),
            "bump": _("bump"),
            "spike": _("spike"),
            "parts": _("What is left of each write after step {t}"),
            "parts_words": _("In the order of the writes, beginning with the memory at the start: {parts}."),
            "whole": _("as written"),
            "left": _("still there"),
            "equations": _("Step {t} in numbers"),
            "summary": _(
                "Step {t}: the cell keeps {keep} % of its memory of {before} and adds {write}. The memory is now {c}."
            ),
            "most": _("Its largest part, {part}, was written at step {k}; of that write, {left} % is left."),
            "most_start": _("Its largest part, {part}, is what is left of the start: {left} % of it."),
            "nothing": _("It holds nothing."),
            "table": _("All the numbers"),
        }
