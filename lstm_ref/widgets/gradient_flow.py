"""GradientFlow: a gradient travels back through sixteen steps of one cell, along c and by way of h."""

import numpy as np
import traitlets

from lstm_ref.core.backward import lstm_step_backward
from lstm_ref.core.cell import Gates, LSTMParams, LSTMState
from lstm_ref.core.jacobians import step_jacobian
from lstm_ref.core.memory import run_memory
from lstm_ref.core.rnn import RNNParams
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Gate, Step, Within, front_end

STEPS = 16
FLOOR = 1e-12  # smaller gradients are drawn at the edge


def gradients(f, i, o, candidate: float, w: float) -> dict[str, list[float]]:
    """A gradient of 1 starts at the last memory: what is left of it at c_t, for t = 0 to 16.

    "along": by c alone, the product of the forget gates; "total": by every way, as `lstm_step_backward` finds it;
    "through": the rest, every way that leads through h at least once; "rnn": in a plain RNN with the same weight w and
    the same outputs h. One unit; w is the weight of h in every gate and in the candidate; c starts at 0.
    """
    rows = [np.array(row, float) for row in (f, i, o)]
    f, i, o = rows
    c = run_memory(*(row[None, :, None] for row in (f, i, np.full(STEPS, float(candidate)))), np.zeros((1, 1)))
    c = np.append(0.0, c[0, :, 0])
    h = np.append(0.0, o * np.tanh(c[1:]))
    params = LSTMParams(*(array for _gate in "fico" for array in (np.array([[w, 0.0]]), np.zeros(1))))

    def one(value):
        return np.array([[float(value)]])

    along, total, rnn = np.ones(STEPS + 1), np.ones(STEPS + 1), np.ones(STEPS + 1)
    d = LSTMState(one(0), one(1))
    for t in range(STEPS, 0, -1):
        gates = Gates(one(f[t - 1]), one(i[t - 1]), one(candidate), one(o[t - 1]), one(c[t]))
        d = lstm_step_backward(d, one(0), LSTMState(one(h[t - 1]), one(c[t - 1])), gates, params).state
        along[t - 1] = along[t] * f[t - 1]
        # c_{t-1} was seen through h_{t-1} too, except before the first step, where h is given.
        shown = o[t - 2] * (1 - np.tanh(c[t - 1]) ** 2) if t > 1 else 0.0
        total[t - 1] = d.c[0, 0] + d.h[0, 0] * shown
        rnn[t - 1] = rnn[t] * step_jacobian(one(h[t]), RNNParams(np.array([[w, 0.0]]), np.zeros(1)))[0, 0, 0]
    found = {"along": along, "through": total - along, "total": total, "rnn": rnn}
    return {name: [float(value) for value in values] for name, values in found.items()}


def presets() -> list[dict]:
    """Gates worth seeing; each shows what its label says."""

    def everywhere(value, **other):
        return [float(other.get(f"_{t}", value)) for t in range(1, STEPS + 1)]

    half = everywhere(0.5)
    rows = [
        ("keep", _("Keep"), everywhere(1), everywhere(0), everywhere(1), 0.0, 0.9),
        ("default", _("A fresh cell"), half, half, half, 0.0, 0.1),
        ("bias2", _("Forget bias 2"), everywhere(0.88), half, half, 0.0, 0.1),
        ("shut", _("Output shut"), everywhere(0.9), half, everywhere(0), 0.5, 0.6),
        ("reset", _("One reset"), everywhere(1, _8=0), half, half, 0.0, 0.2),
        ("explode", _("Explodes by way of h"), everywhere(0.9), half, half, 0.0, 2.0),
    ]
    names = ("key", "label", "f", "i", "o", "candidate", "w")
    return [{**dict(zip(names, row, strict=True)), "t": 0} for row in rows]


class GradientFlow(CourseWidget):
    """One unit over sixteen steps, seen from its end: what is left of a gradient at each step on its way back.

    `f`, `i`, `o`: sixteen fractions each, or one for every step. `candidate`: the candidate at every step. `w`: the
    weight of h in every gate. `t`: how far the gradient has come back, 16 to 0. Read `flow`: {"along": 17 numbers for
    c_0 to c_16, "through": ..., "total": ..., "rnn": ...}, as `gradients` says.

    Raises traitlets.TraitError for values out of range and lists of the wrong length.
    """

    _esm = front_end("lanes", "drawn_gates", "gradient_flow")

    f = Gate(STEPS, default=0.5).tag(sync=True)
    i = Gate(STEPS, default=0.5).tag(sync=True)
    o = Gate(STEPS, default=0.5).tag(sync=True)
    candidate = Within(-1.0, 1.0, default=0.0).tag(sync=True)
    w = Within(-3.0, 3.0, default=0.1).tag(sync=True)
    t = Step(0, STEPS, default=0).tag(sync=True)
    scope = traitlets.Enum(["every", "one"], "every").tag(sync=True)
    examples = staticmethod(presets)
    floor = traitlets.Float(FLOOR, read_only=True).tag(sync=True)

    flow = traitlets.Dict(read_only=True)

    @traitlets.observe("f", "i", "o", "candidate", "w")
    def _recompute(self, _change=None):
        self.set_trait("flow", gradients(self.f, self.i, self.o, self.candidate, self.w))

    def summary(self):
        left = {name: f"{values[self.t]:.3g}" for name, values in self.flow.items()}
        return self.labels["summary"].format(t=self.t, back=STEPS - self.t, **left)

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row

        figure, (above, below) = axes_in_a_row(2, rows=True, sharex=True, figsize=(5.4, 4.2), height_ratios=[3, 1])
        steps = np.arange(STEPS + 1)
        for name, colour, shift in (("along", COLOURS["c"], -0.2), ("through", COLOURS["h"], 0.2)):
            sizes = np.maximum(np.abs(self.flow[name]), FLOOR)
            above.bar(steps + shift, sizes, 0.38, color=colour, label=self.labels[name])
        total = np.maximum(np.abs(self.flow["total"]), FLOOR)
        above.plot(steps, total, "_", color=INK, ms=12, label=self.labels["total"])
        above.plot(steps, np.maximum(np.abs(self.flow["rnn"]), FLOOR), "o--", mfc="none", color=QUIET, ms=4, lw=1)
        above.plot([], [], "o--", mfc="none", color=QUIET, ms=4, lw=1, label=self.labels["rnn"])
        smallest = min(total.min(), np.abs(self.flow["rnn"]).min())
        above.set(yscale="log", ylim=(max(min(smallest, 0.1) / 3, FLOOR), 3 * max(1.0, total.max())))
        above.set_ylabel(self.labels["left"])
        above.legend(fontsize=8, frameon=False, labelcolor=INK)
        for name, shift in (("f", -0.27), ("i", 0.0), ("o", 0.27)):
            below.bar(steps[1:] + shift, getattr(self, name), 0.25, color=COLOURS[name], label=name)
        below.set(ylim=(0, 1.05), xlabel=self.labels["step"], xticks=steps)
        below.legend(fontsize=8, ncols=3, frameon=False, labelcolor=INK)
        return figure

    def texts(self):
        return {
            "title": _("Gradient flow"),
            "presets": _("Examples"),
            "f": _("forget gate"),
            "i": _("input gate"),
            "o": _("output gate"),
            "candidate": _("candidate, every step"),
            "w": _("weight of h in every gate"),
            "step": _("step"),
            "step_slider": _("The gradient has come back to"),
            "scope": _("A stroke sets"),
            "scope_one": _("the steps under it"),
            "scope_every": _("every step"),
            "bar": _("{gate}, step {t}"),
            "how": _(
                "Draw in the three lanes. With the keyboard: left and right choose a step, up and down change its gate."
            ),
            "numbers": _("What the gates read, and how far the gradient has come"),
            "plot": _("What is left of the gradient at each memory, on a scale of powers of ten"),
            "plot_words": _(
                "A gradient of 1 starts at the last memory, on the right. At the start, on the left, {along} is left "
                "along c and {through} by way of h, together {total}; in a plain RNN it is {rnn}."
            ),
            "along": _("along c"),
            "through": _("by way of h"),
            "total": _("together"),
            "rnn": _("plain RNN"),
            "left": _("gradient left"),
            "via": _("via h"),
            "equations": _("At c {t} in numbers"),
            "summary": _(
                "{back} steps back, at the memory of step {t}: {along} of the gradient has come along c, {through} by "
                "way of h, together {total}. In a plain RNN with the same weight it would be {rnn}."
            ),
            "table": _("All the numbers"),
        }
