"""KeeperCell: two units set by hand read the radar sequence. Is the bump kept, and the spike dropped?"""

import math

import numpy as np
import traitlets

from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.keeper import KEPT, MOVED, SHUT
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _
from lstm_ref.radar.example import radar_example
from lstm_ref.widgets.base import CourseWidget, Step, Within, front_end

STEPS = 16
BUMP, SPIKE = (5, 8), 13  # counted from 1, as in radar_example
QUIET = 0.1  # the amplitude where nothing happens
STEEP = 10.0  # of unit 1's candidate, tanh(STEEP (amplitude - threshold))
SAYS = math.tanh(1.0)  # what unit 1 says when it is sure
HIGHEST = 4.4  # top of the picture: the tallest spike fits; the amplitude that the gate needs may be higher
SETTINGS = ("threshold", "k", "w_h", "b_f", "spike")


def keeper_cell(threshold: float, k: float, w_h: float, b_f: float) -> LSTMParams:
    """The cell behind the sliders. Unit 0's input gate reads unit 1 with w_h and the amplitude with k.

    If unit 1 says that the last amplitude was strong, that gate is half open at the threshold.
    """
    W = {gate: np.zeros((2, 4)) for gate in "fico"}
    b = {"f": np.array([b_f, -SHUT]), "i": np.array([-k * threshold - w_h * SAYS, SHUT])}
    b |= {"c": np.array([3.0, -STEEP * threshold]), "o": np.array([SHUT, SHUT])}
    W["i"][0, 1], W["i"][0, 2], W["c"][1, 2] = w_h, k, STEEP
    return LSTMParams(*(part[gate] for gate in "fico" for part in (W, b)))


def run_keeper(threshold: float, k: float, w_h: float, b_f: float, spike: float) -> dict[str, list[float]]:
    """What happens at each step: "amplitude", "f", "i", "c" (of unit 0), "h" (what unit 1 said before), "calm".

    16 numbers each; "calm" is c without the spike, "needed" the amplitude at which the input gate is half open.
    """
    xs = radar_example()
    xs[0, SPIKE - 1, 0] = spike
    without = radar_example()
    without[0, SPIKE - 1, 0] = QUIET
    params = keeper_cell(threshold, k, w_h, b_f)
    hs, _last, gates = lstm_forward(np.concatenate([xs, without]), params, return_gates=True)
    h = np.append(0.0, hs[0, :-1, 1])
    found = {"amplitude": xs[0, :, 0], "f": gates.f[0, :, 0], "i": gates.i[0, :, 0], "c": gates.c[0, :, 0], "h": h}
    found |= {"calm": gates.c[1, :, 0], "needed": threshold + w_h * (SAYS - h) / k}
    return {name: values.tolist() for name, values in found.items()}


def presets() -> list[dict]:
    """Cells worth seeing; each shows what its label says."""
    rows = [
        ("two", _("Two in a row"), 0.4, 20.0, 30.0, 8.0, 1.6),
        ("threshold", _("A threshold alone"), 0.4, 20.0, 0.0, 8.0, 1.6),
        ("soft", _("Too soft"), 0.4, 3.0, 3.0, 8.0, 1.6),
        ("leaks", _("Forget bias 0"), 0.4, 20.0, 30.0, 0.0, 1.6),
        ("loud", _("A louder spike"), 0.4, 20.0, 30.0, 8.0, 3.5),
        ("deaf", _("Too deaf"), 1.2, 20.0, 30.0, 8.0, 1.6),
    ]
    return [dict(zip(("key", "label", *SETTINGS), row, strict=True)) for row in rows]


class KeeperCell(CourseWidget):
    """A cell of two units over the sixteen steps of the radar sequence, its weights on sliders.

    `threshold`: the amplitude that counts as strong. `k` and `w_h`: the weights, in the memory's input gate, of the
    amplitude (the larger, the steeper) and of the other unit's output. `b_f`: the memory's forget bias. `spike`: the
    amplitude of the spike. `t`: the step on show. Read `trace`, as `run_keeper` returns it, `kept` (the memory at the
    end without the spike) and `moved` (the most by which the spike moves the memory).

    Raises traitlets.TraitError for values out of range.
    """

    _esm = front_end("lanes", "keeper_cell")

    threshold = Within(0.0, 1.5, default=0.4).tag(sync=True)
    k = Within(1.0, 40.0, default=20.0).tag(sync=True)
    w_h = Within(0.0, 60.0, default=0.0).tag(sync=True)
    b_f = Within(-2.0, 10.0, default=8.0).tag(sync=True)
    spike = Within(0.0, 4.0, default=1.6).tag(sync=True)
    t = Step(1, STEPS, default=13).tag(sync=True)
    examples = staticmethod(presets)
    xs = traitlets.List(radar_example()[0, :, 0].tolist(), read_only=True).tag(sync=True)
    events = traitlets.Dict({"bump": list(BUMP), "spike": SPIKE}, read_only=True).tag(sync=True)
    constants = traitlets.Dict(
        {"quiet": QUIET, "steep": STEEP, "says": SAYS, "shut": SHUT, "write": 3.0, "least": KEPT, "most": MOVED}
        | {"highest": HIGHEST},
        read_only=True,
    ).tag(sync=True)

    trace = traitlets.Dict(read_only=True)
    kept = traitlets.Float(read_only=True)
    moved = traitlets.Float(read_only=True)

    @traitlets.observe(*SETTINGS)
    def _recompute(self, _change=None):
        trace = run_keeper(*(getattr(self, name) for name in SETTINGS))
        self.set_trait("trace", trace)
        self.set_trait("kept", trace["calm"][-1])
        self.set_trait("moved", max(abs(a - b) for a, b in zip(trace["c"], trace["calm"], strict=True)))

    def summary(self):
        """The two verdicts and the step on show."""
        n = self.t - 1
        return " ".join(
            (
                self.labels["kept" if self.kept >= KEPT else "lost"].format(c=f"{self.kept:.2f}"),
                self.labels["dropped" if self.moved <= MOVED else "entered"].format(by=f"{self.moved:.2f}"),
                self.labels["summary"].format(
                    t=self.t,
                    amplitude=f"{self.trace['amplitude'][n]:.2f}",
                    needed=f"{self.trace['needed'][n]:.2f}",
                    i=f"{100 * self.trace['i'][n]:.0f}",
                ),
            )
        )

    def picture(self):
        """The same rows as on the page: amplitude and what is needed, what the watcher says, input gate, memory."""
        from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row

        figure, rows = axes_in_a_row(4, rows=True, sharex=True, figsize=(5.4, 5.2), height_ratios=[2.2, 1, 1, 2])
        steps = np.arange(1, STEPS + 1)
        above, says, gate, memory = rows
        above.bar(steps, self.trace["amplitude"], 0.7, color=QUIET, alpha=0.5)
        above.step(steps, self.trace["needed"], where="mid", color=COLOURS["i"], lw=1.5, label=self.labels["needed"])
        top = max(2.0, 1.1 * self.spike, min(1.1 * max(self.trace["needed"]), HIGHEST))
        above.set(ylabel=self.labels["amplitude"], ylim=(0, top))
        above.legend(fontsize=8, frameon=False, labelcolor=INK, loc="upper left")
        says.bar(steps, self.trace["h"], 0.7, color=COLOURS["h"])
        says.set(ylim=(-1.05, 1.05), ylabel="$h$")
        gate.bar(steps, self.trace["i"], 0.7, color=COLOURS["i"])
        gate.set(ylim=(0, 1.05), ylabel="$i$")
        memory.plot(steps, self.trace["calm"], ":", color=INK, lw=1.2, label=self.labels["calm"])
        memory.plot(steps, self.trace["c"], "o-", color=COLOURS["c"], ms=3, lw=1.5)
        memory.set(ylabel=self.labels["c"], xlabel=self.labels["step"], xticks=steps)
        memory.legend(fontsize=8, frameon=False, labelcolor=INK)
        return figure

    def texts(self):
        """Every text of the widget."""
        return {
            "title": _("A cell set by hand"),
            "presets": _("Examples"),
            "threshold": _("strong from"),
            "k": _("weight of the amplitude"),
            "w_h": _("weight of what the watcher says"),
            "b_f": _("forget bias"),
            "spike": _("height of the spike"),
            "step_slider": _("Step on show"),
            "step": _("step"),
            "weights": _("The weights, and the spike"),
            "plot": _("The amplitude, and how much of it the input gate needs to open"),
            "amplitude": _("amplitude"),
            "needed": _("the gate is half open here"),
            "says": _("what the watcher said last"),
            "i": _("input gate"),
            "f": _("forget gate"),
            "c": _("memory"),
            "calm": _("without the spike"),
            "bump_name": _("bump"),
            "spike_name": _("spike"),
            "plot_words": _(
                "The input gate opens at the steps {open}. The memory is {before} before the bump, {after} after "
                "it and {last} at the end; without the spike it would be {calm}."
            ),
            "none": _("none"),
            "equations": _("The input gate at step {t}, in numbers"),
            "kept": _("The bump is kept: the memory would be {c} at the end without the spike."),
            "lost": _("The bump is lost: the memory would be {c} at the end without the spike, below 0.5."),
            "dropped": _("The spike is dropped: it moves the memory by {by}."),
            "entered": _("The spike gets in: it moves the memory by {by}, more than 0.1."),
            "summary": _(
                "Step {t}: the amplitude is {amplitude}, the gate is half open at {needed}. It is open to {i} %."
            ),
            "table": _("All the numbers"),
        }
