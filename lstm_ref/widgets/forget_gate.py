"""ForgetGate: where the number f comes from, and what it does to a memory over many steps."""

import numpy as np
import traitlets

from lstm_ref.core.cell import forget_gate
from lstm_ref.core.memory import half_life
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Within, front_end

WEIGHT = (-4.0, 4.0)
NUMBERS = ("w_h", "h_prev", "w_x", "x", "b")


def presets() -> list[dict]:
    """Gates worth seeing; each shows what its label says."""
    rows = [
        ("bias0", _("No bias"), 0, 0, 0, 0, 0),
        ("bias1", _("Bias 1"), 0, 0, 0, 0, 1),
        ("bias5", _("Keep"), 0, 0, 0, 0, 5),
        ("forget", _("Forget"), 0, 0, 0, 0, -5),
        ("input", _("The input decides"), 0, 0, 4, 1, 0),
    ]
    return [dict(zip(("key", "label", *NUMBERS), row, strict=True)) for row in rows]


class ForgetGate(CourseWidget):
    """One forget gate with one hidden unit and one input: f = sigmoid(w_h h_prev + w_x x + b).

    Set `w_h`, `w_x`, `b`, `h_prev`, `x`; read `z`, `f` and `half_life` (in steps, if every step forgot this much).
    Raises traitlets.TraitError for values out of range.
    """

    _esm = front_end("forget_gate")

    w_h = Within(*WEIGHT, default=0.0).tag(sync=True)
    w_x = Within(*WEIGHT, default=0.0).tag(sync=True)
    b = Within(-6.0, 6.0, default=1.0).tag(sync=True)
    h_prev = Within(-1.0, 1.0, default=0.0).tag(sync=True)
    x = Within(-2.0, 2.0, default=0.0).tag(sync=True)
    examples = staticmethod(presets)

    z = traitlets.Float(read_only=True).tag(sync=True)
    f = traitlets.Float(read_only=True).tag(sync=True)
    half_life = traitlets.Float(read_only=True).tag(sync=True)

    @traitlets.observe(*NUMBERS)
    def _recompute(self, _change=None):
        self.set_trait("z", self.w_h * self.h_prev + self.w_x * self.x + self.b)
        f = forget_gate(
            np.array([[self.h_prev]]), np.array([[self.x]]), np.array([[self.w_h, self.w_x]]), np.array([self.b])
        )
        self.set_trait("f", float(f[0, 0]))
        self.set_trait("half_life", float(half_life(f)[0, 0]))

    def summary(self):
        return self.labels["summary"].format(
            z=f"{self.z:.2f}",
            keep=f"{100 * self.f:.1f}",
            f=f"{self.f:.3f}",
            n=f"{self.half_life:.{1 if self.half_life < 100 else 0}f}",
        )

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, QUIET, axes_in_a_row

        figure, (gate, memory) = axes_in_a_row(2)
        z = np.linspace(-8, 8, 161)
        gate.plot(z, 1 / (1 + np.exp(-z)), color=COLOURS["f"])
        gate.plot(np.clip(self.z, -8, 8), self.f, "o", color=COLOURS["f"])
        gate.set(xlabel="z", ylabel=self.labels["f"], ylim=(-0.05, 1.05))
        n = np.arange(21)
        memory.plot(n, self.f**n, "o-", color=COLOURS["c"], ms=4)
        memory.axhline(0.5, ls=":", color=QUIET)
        memory.set(xlabel=self.labels["steps"], ylabel=self.labels["left"], ylim=(-0.05, 1.05))
        return figure

    def texts(self):
        return {
            "title": _("Forget gate"),
            "presets": _("Examples"),
            "w_h": _("weight of h"),
            "h_prev": _("output of the step before"),
            "w_x": _("weight of x"),
            "x": _("input"),
            "b": _("bias"),
            "numbers": _("What the gate reads"),
            "equations": _("The gate in numbers"),
            "f": _("gate"),
            "keep": _("keep all"),
            "forget": _("forget all"),
            "curve": _("The gate f as a function of z"),
            "curve_words": _("A curve rising from 0, forget all, to 1, keep all. At z = {z} the gate is {f}."),
            "fading": _("What f leaves of a memory"),
            "fading_words": _("Starting at 1, {f} is left after one step and {last} after {steps} steps."),
            "steps": _("steps"),
            "left": _("memory left"),
            "half": _("half: {n} steps"),
            "summary": _(
                "With z = {z} the gate is at {f}: each step keeps {keep} % of the memory. Half of it is gone after "
                "{n} steps."
            ),
        }
