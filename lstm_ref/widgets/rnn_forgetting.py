"""RNNForgetting: one recurrent unit, one pulse, and how much of a change is still felt some steps later."""

import numpy as np
import traitlets

from lstm_ref.core.jacobians import step_jacobian
from lstm_ref.core.rnn import RNNParams, rnn_forward
from lstm_ref.messages import _
from lstm_ref.widgets.base import CourseWidget, Step, Within, front_end

STEPS = 20
NUMBERS = ("w", "u", "b")
# The verdict on a change: the first of these whose limit its size is below, and "explodes" above all limits.
VERDICTS = {"vanishes": 0.01, "fades": 0.5, "lasts": 2.0, "grows": 100.0}


def presets() -> list[dict]:
    """Units worth seeing; each shows what its label says."""
    rows = [
        ("fade", _("Fade"), 0.6, 1.0, 0.0, 10),
        ("edge", _("On the edge"), 1.0, 0.0, 0.0, 19),
        ("explode", _("Explode"), 1.5, 0.0, 0.0, 19),
        ("saturate", _("Stuck at the top"), 2.5, 1.0, 0.0, 10),
        ("flip", _("Flip"), -0.9, 0.2, 0.0, 9),
        ("none", _("No memory"), 0.0, 1.0, 0.0, 1),
    ]
    return [dict(zip(("key", "label", *NUMBERS, "lag"), row, strict=True)) for row in rows]


class RNNForgetting(CourseWidget):
    """One unit of a plain RNN over twenty steps: h_t = tanh(w h_{t-1} + u x_t + b); x is a pulse of 1, then zeros.

    Set `w`, `u`, `b` and `lag` (1 to 19); read `h` (20 values), `factors` = dh_t/dh_{t-1} (20 values), `products` =
    dh_20/dh_{20-k} for k = 0 to 19, and `left`, the product at `lag`. Raises traitlets.TraitError for values out of
    range.
    """

    _esm = front_end("rnn_forgetting")

    w = Within(-2.5, 2.5, default=0.6).tag(sync=True)
    u = Within(-2.0, 2.0, default=1.0).tag(sync=True)
    b = Within(-2.0, 2.0, default=0.0).tag(sync=True)
    lag = Step(1, STEPS - 1, default=10).tag(sync=True)
    examples = staticmethod(presets)

    h = traitlets.List(read_only=True).tag(sync=True)
    factors = traitlets.List(read_only=True).tag(sync=True)
    products = traitlets.List(read_only=True).tag(sync=True)
    left = traitlets.Float(read_only=True).tag(sync=True)

    @traitlets.observe(*NUMBERS, "lag")
    def _recompute(self, _change=None):
        params = RNNParams(np.array([[self.w, self.u]]), np.array([self.b]))
        hs, _last = rnn_forward(pulse(), params)
        factors = [float(step_jacobian(hs[:, t, :], params)[0, 0, 0]) for t in range(STEPS)]
        products = [1.0]
        for factor in reversed(factors[1:]):
            products.append(products[-1] * factor)
        self.set_trait("h", hs[0, :, 0].tolist())
        self.set_trait("factors", factors)
        self.set_trait("products", products)
        self.set_trait("left", products[self.lag])

    def summary(self):
        felt = self.factors[STEPS - self.lag :]
        size = abs(self.left)
        verdict = next((name for name, most in VERDICTS.items() if size < most), "explodes")
        low, high = f"{min(felt):.2f}", f"{max(felt):.2f}"
        kind = "summary_one" if self.lag == 1 else "summary_even" if low == high else "summary"
        sentence = self.labels[kind].format(k=self.lag, low=low, high=high, left=f"{self.left:.3g}")
        return sentence + self.labels[verdict]

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row

        figure, (said, back) = axes_in_a_row(2, figsize=(6.4, 3.0))
        said.plot(range(1, STEPS + 1), self.h, "o-", color=COLOURS["h"], ms=4)
        said.set(xlabel=self.labels["step"], ylabel=self.labels["output"], ylim=(-1.1, 1.1))
        size = np.abs(self.products)
        lags = np.arange(STEPS)
        for sign, face in ((1, INK), (-1, "none")):
            chosen = np.sign(self.products) == sign
            back.semilogy(lags[chosen], size[chosen], "o", color=INK, markerfacecolor=face, ms=4)
        back.axhline(1, ls=":", color=QUIET)
        back.set(xlabel=self.labels["lag_axis"], ylabel=self.labels["left_axis"])
        return figure

    def texts(self):
        return {
            "title": _("Forgetting in a recurrent network"),
            "presets": _("Examples"),
            "w": _("weight of its own output"),
            "u": _("weight of the input"),
            "b": _("bias"),
            "lag": _("how many steps back"),
            "numbers": _("The unit"),
            "equations": _("Step {t} in numbers, and the product over {k} steps"),
            "output": _("what the unit says"),
            "output_words": _(
                "One value for each of {steps} steps: {first} at step 1, {last} at step {steps}. The last {k} steps "
                "are marked."
            ),
            "step": _("step"),
            "back": _("what is left of a change"),
            "back_words": _(
                "On a scale of powers of ten, the product of the factors over 0 to {most} steps back. It starts at 1; "
                "{k} steps back it is {left}, {most} steps back it is {last}. Filled dots are positive, hollow ones "
                "negative."
            ),
            "lag_axis": _("steps back"),
            "left_axis": _("change that is left"),
            "step_h": _("output"),
            "factor": _("factor of the step"),
            "product": _("left at step {steps}").format(steps=STEPS),
            "table": _("All the numbers"),
            "summary": _(
                "Each of the last {k} steps multiplies a change by between {low} and {high}. Together: {left} of it is "
                "left."
            ),
            "summary_one": _("The last step multiplies a change by {low}. {left} of it is left."),
            "summary_even": _(
                "Each of the last {k} steps multiplies a change by {low}. Together: {left} of it is left."
            ),
            "vanishes": _(" It vanishes: the last step hardly knows of it."),
            "explodes": _(" It explodes: a tiny change throws the last step far off."),
            "fades": _(" It fades: less than half of it arrives."),
            "grows": _(" It grows on its way."),
            "lasts": _(" It lasts."),
        }


def pulse() -> np.ndarray:
    """The input, (1, STEPS, 1): 1 at the first step and 0 at all others."""
    xs = np.zeros((1, STEPS, 1))
    xs[0, 0, 0] = 1.0
    return xs
