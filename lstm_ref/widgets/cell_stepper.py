"""CellStepper: a whole cell walked through a sequence, step by step, every number of its six lines on show."""

import numpy as np
import traitlets

from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.core.initial import initial_params
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _
from lstm_ref.radar.example import radar_example
from lstm_ref.widgets.base import CourseWidget, Step, checked, checked_row, front_end

STEPS = 16
INPUT = (0.0, 2.0)  # amplitude and distance
WEIGHT = (-50.0, 50.0)
STATE = (-10.0, 10.0)
LETTERS = ("f", "i", "c", "o")
NAMES = tuple(f"{kind}_{letter}" for letter in LETTERS for kind in "Wb")


class Weights(traitlets.TraitType):
    """The weights of one or two units with two inputs: an LSTMParams, or a dict with its names. Kept as lists."""

    def validate(self, obj, value):
        where = f"{type(obj).__name__}.{self.name}"
        if hasattr(value, "_asdict"):
            value = {name: part for name, part in value._asdict().items() if part is not None}
        if not isinstance(value, dict) or set(value) != set(NAMES):
            got = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise traitlets.TraitError(
                _("{where} is {got}, expected an LSTMParams or a dict with the keys {expected}").format(
                    where=where, got=got, expected=", ".join(NAMES)
                )
            )
        units = len(np.atleast_1d(np.asarray(value["b_f"], dtype=object)))
        if units not in (1, 2):
            raise traitlets.TraitError(_("{where} has {units} units, expected 1 or 2").format(where=where, units=units))
        return {name: self._part(f"{where}[{name!r}]", value[name], units, name[0] == "W") for name in NAMES}

    @staticmethod
    def _part(where, part, units, is_matrix):
        shape = (units, units + 2) if is_matrix else (units,)
        array = np.asarray(part, dtype=object)
        if array.shape != shape:
            raise traitlets.TraitError(
                _("{where} has shape {got}, expected {expected}").format(where=where, got=array.shape, expected=shape)
            )
        rows = [[checked(where, number, *WEIGHT) for number in row] for row in np.atleast_2d(array)]
        return rows if is_matrix else rows[0]


class Inputs(traitlets.TraitType):
    """x_t of every step: STEPS rows of (amplitude, distance). Also (1, T, 2), as a batch of one."""

    def validate(self, obj, value):
        where = f"{type(obj).__name__}.{self.name}"
        rows = np.asarray(value, dtype=object)
        rows = rows[0] if rows.ndim == 3 and len(rows) == 1 else rows
        if rows.shape != (STEPS, 2):
            raise traitlets.TraitError(
                _("{where} has shape {got}, expected {expected}").format(
                    where=where, got=rows.shape, expected=(STEPS, 2)
                )
            )
        return [checked_row(f"{where}[{n}]", row, 2, *INPUT) for n, row in enumerate(rows)]


def unit(f, i, c, o) -> LSTMParams:
    """One unit from a row (amplitude, distance, bias) for each line; h is not read."""
    return LSTMParams(*(np.array(part) for a, d, b in (f, i, c, o) for part in ([[0.0, a, d]], [b])))


def beside(one: LSTMParams, two: LSTMParams) -> LSTMParams:
    """Two such units in one cell, neither of which reads the other."""

    def wide(W):
        return np.insert(W, 1, 0.0, axis=1)

    return LSTMParams(
        *(np.concatenate([wide(a), wide(b)] if a.ndim == 2 else [a, b]) for a, b in zip(one[:8], two[:8], strict=True))
    )


def presets() -> list[dict]:
    """Cells worth seeing; each shows what its label says."""
    shut, wide, reads = (0.0, 0.0, -8.0), (0.0, 0.0, 8.0), (1.0, 0.0, 0.0)
    fade = (0.0, 0.0, float(np.log(0.8 / 0.2)))  # f = 0.8
    # Writes where the amplitude exceeds one half, and forgets what was there before.
    holds = unit((-20.0, 0.0, 10.0), (20.0, 0.0, -10.0), (2.0, 0.0, 0.0), wide)
    fades = unit(fade, wide, reads, wide)
    rows = [
        ("two", _("One fades, one holds"), beside(fades, holds)),
        ("follow", _("Follow the echo"), unit(shut, wide, reads, wide)),
        ("sum", _("Add up"), unit(wide, wide, (0.25, 0.0, 0.0), wide)),
        ("fade", _("Fade"), fades),
        ("hold", _("Hold the last strong echo"), holds),
        ("random", _("Random weights"), initial_params(2, 2, seed=7, scale=1.5)),
    ]
    return [{"key": key, "label": label, "params": _as_lists(params)} for key, label, params in rows]


def _as_lists(params: LSTMParams) -> dict:
    return {name: getattr(params, name).tolist() for name in NAMES}


class CellStepper(CourseWidget):
    """A cell with one or two units, walked through sixteen steps of (amplitude, distance).

    Set `t` (1 to 16), `unit` (1 or 2), `params` (an LSTMParams, or a dict with its names), `xs` (16 rows) and `state`
    ({"h": [...], "c": [...]}, the state before the first step). `trace` holds what `lstm_forward` makes of them: f, i,
    candidate, o, c and h, each a list of 16 rows with one number per unit.
    To change `xs` or `params`, assign a new value: a list changed in place is not noticed.

    Raises traitlets.TraitError for values out of range and shapes that do not fit.
    """

    _esm = front_end("cell_stepper")

    t = Step(1, STEPS, default=1).tag(sync=True)
    unit = Step(1, 2, default=1).tag(sync=True)
    params = Weights(_as_lists(LSTMParams(*[np.zeros((1, 3)), np.zeros(1)] * 4))).tag(sync=True)
    xs = Inputs(radar_example()[0].tolist()).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    examples = staticmethod(presets)
    trace = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **values):
        values.setdefault("params", presets()[0]["params"])
        values.setdefault("state", self._zeros(values["params"]))
        super().__init__(**values)

    @staticmethod
    def _zeros(params):
        params = params._asdict() if hasattr(params, "_asdict") else params
        zeros = [0.0] * len(params.get("b_f", [0]) if isinstance(params, dict) else [0])
        return {"h": zeros, "c": list(zeros)}

    @traitlets.validate("state")
    def _state_fits(self, proposal):
        value = proposal["value"]
        if set(value) != {"h", "c"}:
            raise traitlets.TraitError(
                _("{where} is {got}, expected a dict with the keys {expected}").format(
                    where="CellStepper.state", got=sorted(value), expected="h, c"
                )
            )
        units = [len(value[name]) for name in "hc"]
        if units not in ([1, 1], [2, 2]):
            raise traitlets.TraitError(
                _("{where} has {units} units, expected 1 or 2").format(where="CellStepper.state", units=units)
            )
        return {
            name: [checked(f"CellStepper.state[{name!r}]", number, *STATE) for number in value[name]] for name in "hc"
        }

    @traitlets.observe("params")
    def _fit_to_units(self, _change=None):
        units = len(self.params["b_f"])
        if len(self.state.get("h", [])) != units:
            self.state = self._zeros(self.params)
        self.unit = min(self.unit, units)

    @traitlets.observe("params", "xs", "state")
    def _recompute(self, _change=None):
        units = len(self.params["b_f"])
        if len(self.state.get("h", [])) != units:
            return  # `_fit_to_units` is about to give the state as many units as the weights
        params = LSTMParams(**{name: np.array(part) for name, part in self.params.items()})
        state = LSTMState(np.array([self.state["h"]]), np.array([self.state["c"]]))
        hs, _last, gates = lstm_forward(np.array([self.xs]), params, state, return_gates=True)
        found = {**gates._asdict(), "h": hs}
        self.set_trait("trace", {name: values[0].tolist() for name, values in found.items()})

    def _now(self) -> dict:
        """The numbers of the step and unit on show."""
        now = {name: rows[self.t - 1][self.unit - 1] for name, rows in self.trace.items()}
        before = self.trace["c"][self.t - 2] if self.t > 1 else self.state["c"]
        return {**now, "c_before": before[self.unit - 1]}

    def summary(self):
        now = self._now()
        return self.labels["summary"].format(
            t=self.t,
            steps=STEPS,
            unit=self.unit,
            amplitude=f"{self.xs[self.t - 1][0]:.2f}",
            keep=f"{100 * now['f']:.0f}",
            before=f"{now['c_before']:.3f}",
            write=f"{100 * now['i']:.0f}",
            candidate=f"{now['candidate']:.3f}",
            c=f"{now['c']:.3f}",
            show=f"{100 * now['o']:.0f}",
            h=f"{now['h']:.3f}",
        )

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row

        figure, (above, below) = axes_in_a_row(2, rows=True, sharex=True, figsize=(5.4, 4.2))
        steps = range(1, STEPS + 1)
        index = self.unit - 1
        memory = [self.state["c"][index], *(row[index] for row in self.trace["c"])]
        above.plot(range(STEPS + 1), memory, "o-", color=COLOURS["c"], label=self.labels["c"], ms=4)
        h = [row[index] for row in self.trace["h"]]
        above.plot(steps, h, "s--", mfc="none", color=COLOURS["h"], label=self.labels["h"], ms=4)
        above.axvline(self.t, color=QUIET, lw=0.8, ls=":")
        above.legend(frameon=False, labelcolor=INK)
        for name, marker in (("f", "o"), ("i", "^"), ("o", "s")):
            values = [row[index] for row in self.trace[name]]
            below.plot(steps, values, marker + "-", color=COLOURS[name], label=self.labels[name], ms=3, lw=1)
        below.bar(steps, [x[0] for x in self.xs], color=QUIET, alpha=0.35, label=self.labels["amplitude"])
        below.set(xlabel=self.labels["step"], ylim=(0, 2), xticks=range(STEPS + 1))
        below.legend(ncols=2, fontsize="small", frameon=False, labelcolor=INK)
        return figure

    def texts(self):
        return {
            "title": _("A cell, step by step"),
            "presets": _("Examples"),
            "unit": _("Unit on show"),
            "unit_n": _("unit {n}"),
            "c": _("memory"),
            "h": _("output"),
            "f": _("forget gate"),
            "i": _("input gate"),
            "candidate": _("candidate"),
            "o": _("output gate"),
            "other": _("memory of the other unit"),
            "step": _("step"),
            "step_slider": _("Step on show"),
            "transport": _("Walk through the sequence"),
            "first": _("First step"),
            "previous": _("Step before"),
            "play": _("Play"),
            "pause": _("Pause"),
            "next": _("Next step"),
            "last": _("Last step"),
            "plot": _("Memory and output at each step, and what comes in below"),
            "plot_words": _(
                "Unit {unit}: the memory starts at {first} and is {last} after {steps} steps, between {low} and "
                "{high}. The output is {h} after the last step."
            ),
            "six": _("The six lines at step {t}, unit {unit}"),
            "does_f": _("what to keep"),
            "does_i": _("how much to write"),
            "does_candidate": _("what to write"),
            "does_c": _("the new memory"),
            "does_o": _("how much to show"),
            "does_h": _("what is shown"),
            "sum": _("Where z comes from"),
            "reads": _("reads"),
            "value": _("value"),
            "weight": _("weight"),
            "product": _("product"),
            "bias": _("bias"),
            "total": _("sum"),
            "amplitude": _("amplitude"),
            "distance": _("distance"),
            "input": _("What comes in at step {t}"),
            "table": _("All the numbers of this unit"),
            "summary": _(
                "Step {t} of {steps}, unit {unit}, amplitude {amplitude}. The cell keeps {keep} % of its memory of "
                "{before} and writes {write} % of the candidate {candidate}: the memory is now {c}. It shows {show} %: "
                "the output is {h}."
            ),
        }
