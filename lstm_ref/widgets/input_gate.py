"""InputGate: how much (the gate) and what (the candidate), side by side, and the write that is their product."""

import numpy as np
import traitlets

from lstm_ref.core.cell import candidate, input_gate, update_memory
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Within, front_end

WEIGHT, BIAS = (-4.0, 4.0), (-6.0, 6.0)
NUMBERS = ("x", "h_prev", "w_ih", "w_ix", "b_i", "w_ch", "w_cx", "b_c", "c_prev")


def presets() -> list[dict]:
    """Settings worth seeing; each shows what its label says."""
    rows = [
        ("plus", _("Write +"), 1, 0, 0, 0, 4, 0, 2, 0, 0.5),
        ("minus", _("Write −"), 1, 0, 0, 0, 4, 0, -2, 0, 0.5),
        ("shut", _("Loud, but not now"), 1, 0, 0, 0, -6, 0, 2, 0, 0.5),
        ("silent", _("Open, but nothing to say"), 1, 0, 0, 0, 4, 0, 0, 0, 0.5),
        ("input", _("Only a large input"), 1.5, 0, 0, 4, -4, 0, 1, 0, 0.5),
        ("both", _("Some adds, much takes away"), 0.9, 0, 0, 4, -2, 0, -3, 4, 0.5),
    ]
    return [dict(zip(("key", "label", *NUMBERS), row, strict=True)) for row in rows]


class InputGate(CourseWidget):
    """One unit's input gate and candidate, which read the same h_prev and x, each with weights of its own.

    i = sigmoid(w_ih h_prev + w_ix x + b_i) and candidate = tanh(w_ch h_prev + w_cx x + b_c). Set the nine numbers; read
    `z_i`, `i`, `z_c`, `candidate`, `write` = i candidate, and `c_t`, what it makes of `c_prev` with a forget gate of 1.
    Raises traitlets.TraitError for values out of range.
    """

    _esm = front_end("input_gate")

    x = Within(-2.0, 2.0, default=1.0).tag(sync=True)
    h_prev = Within(-1.0, 1.0, default=0.0).tag(sync=True)
    w_ih = Within(*WEIGHT, default=0.0).tag(sync=True)
    w_ix = Within(*WEIGHT, default=0.0).tag(sync=True)
    b_i = Within(*BIAS, default=1.0).tag(sync=True)
    w_ch = Within(*WEIGHT, default=0.0).tag(sync=True)
    w_cx = Within(*WEIGHT, default=1.0).tag(sync=True)
    b_c = Within(*BIAS, default=0.0).tag(sync=True)
    c_prev = Within(-2.0, 2.0, default=0.5).tag(sync=True)
    examples = staticmethod(presets)

    z_i = traitlets.Float(read_only=True).tag(sync=True)
    i = traitlets.Float(read_only=True).tag(sync=True)
    z_c = traitlets.Float(read_only=True).tag(sync=True)
    candidate = traitlets.Float(read_only=True).tag(sync=True)
    write = traitlets.Float(read_only=True).tag(sync=True)
    c_t = traitlets.Float(read_only=True).tag(sync=True)

    @traitlets.observe(*NUMBERS)
    def _recompute(self, _change=None):
        i, c_hat = self._both(np.array([self.x]))
        self.set_trait("z_i", self.w_ih * self.h_prev + self.w_ix * self.x + self.b_i)
        self.set_trait("z_c", self.w_ch * self.h_prev + self.w_cx * self.x + self.b_c)
        self.set_trait("i", float(i[0]))
        self.set_trait("candidate", float(c_hat[0]))
        self.set_trait("write", self.i * self.candidate)
        self.set_trait("c_t", float(update_memory(1.0, self.c_prev, self.i, self.candidate)))

    def _both(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """i and the candidate for inputs x (B,), by lstm_ref."""
        h = np.full((len(x), 1), self.h_prev)
        i = input_gate(h, x[:, None], np.array([[self.w_ih, self.w_ix]]), np.array([self.b_i]))
        c_hat = candidate(h, x[:, None], np.array([[self.w_ch, self.w_cx]]), np.array([self.b_c]))
        return i[:, 0], c_hat[:, 0]

    def summary(self):
        return self.labels["summary"].format(
            percent=f"{100 * self.i:.0f}",
            candidate=f"{self.candidate:.3f}",
            write=f"{self.write:.3f}",
            before=f"{self.c_prev:.2f}",
            after=f"{self.c_t:.3f}",
        )

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, QUIET, axes_in_a_row

        figure, (area, curves) = axes_in_a_row(2)
        area.bar(0, self.candidate, self.i, align="edge", color=COLOURS["c"], alpha=0.3)
        area.plot([0, self.i], [0, 0], color=COLOURS["i"], lw=4)
        area.plot([0, 0], [0, self.candidate], color=COLOURS["candidate"], lw=4)
        area.axhline(0, color=QUIET, lw=0.5, zorder=0)
        area.set(xlim=(-0.03, 1.03), ylim=(-1.05, 1.05), xlabel=self.labels["i"], ylabel=self.labels["candidate"])
        x = np.linspace(-2, 2, 121)
        i, c_hat = self._both(x)
        curves.plot(x, i, "--", color=COLOURS["i"], label=self.labels["i"])
        curves.plot(x, c_hat, ":", color=COLOURS["candidate"], label=self.labels["candidate"])
        curves.plot(x, i * c_hat, color=COLOURS["c"], lw=2.5, label=self.labels["write"])
        curves.axvline(self.x, color=QUIET, lw=0.5, zorder=0)
        curves.set(xlabel=self.labels["x"], ylim=(-1.05, 1.05))
        curves.legend(fontsize=9)
        return figure

    def texts(self):
        return {
            "title": _("Input gate and candidate"),
            "presets": _("Examples"),
            "reads": _("What both read"),
            "gate_weights": _("The gate: how much?"),
            "candidate_weights": _("The candidate: what?"),
            "x": _("input"),
            "h_prev": _("output of the step before"),
            "w_ih": _("weight of h"),
            "w_ix": _("weight of x"),
            "b_i": _("bias"),
            "w_ch": _("weight of h"),
            "w_cx": _("weight of x"),
            "b_c": _("bias"),
            "c_prev": _("memory before"),
            "i": _("gate"),
            "candidate": _("candidate"),
            "write": _("write"),
            "area": _("The write as an area"),
            "area_words": _(
                "A rectangle as wide as the gate, {i}, and as high as the candidate, {candidate}. Its area with the "
                "candidate’s sign is the write, {write}. At most it could be 1 wide and 1 high."
            ),
            "curves": _("The same for every input"),
            "curves_words": _(
                "Three curves over the input. From −2 to 2 the gate goes from {i_low} to {i_high}, the candidate from "
                "{c_low} to {c_high}. Their product, the write, is {write} at the input {x} and lies between {low} "
                "and {high}."
            ),
            "memory": _("What the memory becomes if nothing is forgotten"),
            "memory_words": _("An arrow on a line of numbers, from {before} to {after}."),
            "before": _("before: {c}"),
            "after": _("after: {c}"),
            "equations": _("The write in numbers"),
            "summary": _(
                "The gate lets {percent} % through of the candidate {candidate}: {write} is written. With nothing "
                "forgotten, a memory of {before} becomes {after}."
            ),
        }
