"""PoolingPads: the outputs of a recording, padding behind them, and what each pooling makes of it, masked or not."""

import numpy as np
import traitlets

from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.memory import bias_for_half_life
from lstm_ref.core.pooling import attention_weights, last_valid, max_valid, mean_valid
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _
from lstm_ref.radar.example import radar_example
from lstm_ref.widgets.base import CourseWidget, Step, Within, front_end

VALID, MOST = 10, 12  # steps of the recording; steps of padding at most
POOLINGS = ("last", "mean", "max", "attention")
COUNTS = ("all", "valid")
SETTINGS = ("unit", "pooling", "counts", "padding", "v")


def outputs() -> np.ndarray:
    """hs (T, 2): ten steps of the radar example, then zeros, read by a cell of two units with weights set by hand.

    Unit 1 writes a high amplitude and keeps half of it for three steps. Unit 2 is below zero while the distance is
    above zero, and goes back to zero in the padding.
    """
    xs = np.zeros((1, VALID + MOST, 2))
    xs[:, :VALID] = radar_example()[:, :VALID]
    no_h = np.zeros((2, 2))
    read = {
        "f": ([[0.0, 0.0], [0.0, 0.0]], [bias_for_half_life(3.0), bias_for_half_life(2.0)]),
        "i": ([[5.0, 0.0], [0.0, 6.0]], [-4.0, -4.0]),
        "c": ([[1.5, 0.0], [0.0, -1.0]], [0.0, 0.0]),
        "o": ([[0.0, 0.0], [0.0, 0.0]], [2.0, 2.0]),
    }
    gates = {g: (np.hstack([no_h, np.array(W)]), np.array(b)) for g, (W, b) in read.items()}
    params = LSTMParams(**{f"{kind}_{g}": pair[n] for g, pair in gates.items() for n, kind in enumerate("Wb")})
    return lstm_forward(xs, params)[0][0]


def presets() -> list[dict]:
    """Settings worth seeing; each shows what its label says."""
    rows = [
        ("alone", _("Alone"), 1, "mean", "all", 0, 10.0),
        ("thinned", _("A mean, thinned out"), 1, "mean", "all", 12, 10.0),
        ("faded", _("A last step that fades"), 1, "last", "all", 12, 10.0),
        ("lucky", _("A max that is lucky"), 1, "max", "all", 12, 10.0),
        ("unlucky", _("A max that is not"), 2, "max", "all", 12, 10.0),
        ("distracted", _("Distracted attention"), 2, "attention", "all", 12, 10.0),
        ("masked", _("Masked"), 1, "mean", "valid", 12, 10.0),
    ]
    return [dict(zip(("key", "label", *SETTINGS), row, strict=True)) for row in rows]


def weights(hs: np.ndarray, count: int, pooling: str, v: float) -> np.ndarray:
    """How much each of the steps of hs (T,) counts, when the first `count` do: (T,), summing to 1."""
    if pooling == "attention":
        return attention_weights(hs[None, :, None], [count], np.array([v]))[0]
    if pooling == "mean":
        return np.where(np.arange(len(hs)) < count, 1 / count, 0.0)
    chosen = count - 1 if pooling == "last" else int(np.argmax(hs[:count]))
    return (np.arange(len(hs)) == chosen).astype(float)


def pooled(hs: np.ndarray, count: int, pooling: str, v: float) -> float:
    """What `lstm_ref`'s pooling makes of hs (T,) when the first `count` steps are valid."""
    if pooling == "attention":
        return float(weights(hs, count, pooling, v) @ hs)
    by_name = {"last": last_valid, "mean": mean_valid, "max": max_valid}
    return float(by_name[pooling](hs[None, :, None], [count])[0, 0])


class PoolingPads(CourseWidget):
    """One unit's outputs over a recording of ten steps and the padding behind it, pooled to one number.

    Set `unit` (1 or 2), `pooling` ("last", "mean", "max", "attention"), `counts`: which steps count ("all", or "valid":
    masked), `padding` (0 to 12 steps) and `v`, attention's weight of the output (-20 to 20). Read `result`, `alone`
    (the same without padding) and `share`: how much each step counts. Raises traitlets.TraitError for values out of
    range.
    """

    _esm = front_end("pooling_pads")

    unit = Step(1, 2, default=1).tag(sync=True)
    pooling = traitlets.Enum(POOLINGS, "mean").tag(sync=True)
    counts = traitlets.Enum(COUNTS, "all").tag(sync=True)
    padding = Step(0, MOST, default=4).tag(sync=True)
    v = Within(-20.0, 20.0, default=10.0).tag(sync=True)
    examples = staticmethod(presets)
    hs = traitlets.List(read_only=True, help="the outputs of both units, valid steps and padding").tag(sync=True)
    valid = traitlets.Int(VALID, read_only=True).tag(sync=True)

    result = traitlets.Float(read_only=True).tag(sync=True)
    alone = traitlets.Float(read_only=True).tag(sync=True)
    share = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, **values):
        super().__init__(**values)
        self._recompute()

    @traitlets.default("hs")
    def _hs(self):
        return outputs().T.tolist()

    def show(self, key: str):
        """Go to one of the examples: "alone", "thinned", "faded", "lucky", "unlucky", "distracted" or "masked"."""
        known = {preset["key"]: preset for preset in self.presets}
        if key not in known:
            raise KeyError(_("no example is called {key!r}; there are {known}").format(key=key, known=", ".join(known)))
        for name in SETTINGS:
            setattr(self, name, known[key][name])

    @property
    def _steps(self):
        return VALID + self.padding

    @traitlets.observe(*SETTINGS)
    def _recompute(self, _change=None):
        hs = np.array(self.hs[self.unit - 1][: self._steps])
        count = VALID if self.counts == "valid" else self._steps
        self.set_trait("share", weights(hs, count, self.pooling, self.v).tolist())
        self.set_trait("result", pooled(hs, count, self.pooling, self.v))
        self.set_trait("alone", pooled(hs[:VALID], VALID, self.pooling, self.v))

    def summary(self):
        moved = abs(self.result - self.alone)
        kind = "none" if self.padding == 0 else "same" if moved < 5e-4 else "moved"
        text = self.labels["pooled"][self.pooling].format(result=f"{round(self.result, 3) + 0.0:.3f}")
        return text + self.labels[f"verdict_{kind}"].format(n=self.padding, alone=f"{round(self.alone, 3) + 0.0:.3f}")

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row

        figure, (said, counted) = axes_in_a_row(2, rows=True, sharex=True, height_ratios=[3, 1], figsize=(5.8, 3.8))
        steps = np.arange(1, self._steps + 1)
        hs = np.array(self.hs[self.unit - 1][: self._steps])
        in_it = steps <= VALID
        said.plot(steps[in_it], hs[in_it], "o", color=COLOURS["h"], ms=5)
        said.plot(steps[~in_it], hs[~in_it], "o", color=COLOURS["h"], ms=5, mfc="none")
        said.axhline(self.result, color=INK, lw=1.5)
        said.axhline(self.alone, color=QUIET, lw=1, ls=":")
        said.set(ylabel=self.labels["output"])
        counted.bar(steps, self.share, 0.7, color=QUIET)
        counted.set(xlabel=self.labels["step"], ylabel=self.labels["counts_axis"])
        for axes in (said, counted):
            axes.axvspan(VALID + 0.5, VALID + MOST + 0.5, color=QUIET, alpha=0.1, lw=0)
        return figure

    def texts(self):
        return {
            "title": _("Pooling and padding"),
            "presets": _("Examples"),
            "pooling": _("Pooling"),
            "pooling_last": _("last"),
            "pooling_mean": _("mean"),
            "pooling_max": _("max"),
            "pooling_attention": _("attention"),
            "counts": _("What counts"),
            "counts_all": _("all steps"),
            "counts_valid": _("valid steps (masked)"),
            "unit": _("Hidden unit"),
            "padding": _("steps of padding"),
            "v": _("attention to high outputs"),
            "controls": _("Padding"),
            "output": _("output"),
            "result": _("pooled"),
            "without": _("without padding"),
            "valid": _("recording"),
            "padded": _("padding"),
            "counts_axis": _("share"),
            "step": _("step"),
            "plot": _("Outputs, and how much each step counts"),
            "plot_words": _(
                "The outputs of unit {unit}: {valid} steps of the recording, then {n} of padding. At the last valid "
                "step it is {last}. Pooled they give {result}; without padding {alone}. The recording's steps count "
                "{share} % together."
            ),
            "table": _("All the numbers"),
            "pooled": {
                "last": _("The last of the steps that count says {result}."),
                "mean": _("The mean of the steps that count is {result}."),
                "max": _("The highest of the steps that count is {result}."),
                "attention": _("The weighted mean of the steps that count is {result}."),
            },
            "verdict_none": _(" There is no padding: {alone} is what the recording itself gives."),
            "verdict_same": _(" The recording alone gives the same: {n} steps of padding changed nothing."),
            "verdict_moved": _(" The recording alone gives {alone}: {n} steps of padding moved it."),
        }
