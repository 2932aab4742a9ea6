"""Readouts of one step of the way back: one sequence alone, a gradient at h or at c alone, one matrix that is not 0.

The gates are arguments there, so they can be set at will; and each gate's own gradient is that of its bias, since one
sequence has nothing to be summed over.
"""

from collections.abc import Sequence

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.core.cell import LSTMState
from lstm_ref.messages import _

GATES = {"f": _("forget gate"), "i": _("input gate"), "c": _("candidate"), "o": _("output gate")}
NAMES = {
    **dict.fromkeys(("later", "shown"), _("the line of d_c")),
    "c_prev": _("what goes on to c_prev, d_c * f"),
    **{f"z_{g}": _("what arrives at the {gate}, or its slope").format(gate=gate) for g, gate in GATES.items()},
    "b_sum": _("how the biases' gradients are summed over the batch"),
    **dict.fromkeys(("W", "W_sum"), _("the weights' gradients, d_z.T @ hx")),
    **{f"back_{g}": _("the way back through W_{g}").format(g=g) for g in GATES},
    "split": _("how d_hx is split: the first H columns belong to h_prev"),
    "ways": _("the sum of the four ways back"),
}


def readouts_of_step_backward(arguments: Arguments) -> list[Readout]:
    """The readouts of `lstm_step_backward(d_state, x, state, gates, params)`."""
    (d_h, d_c), x, state, (f, i, candidate, o, c), params = _sequence(arguments, 0).values()
    hx, shown = np.concatenate([state.h, x], axis=1), np.tanh(c)
    one, zero = np.ones_like(c), np.zeros_like(c)
    slopes = {
        "f": state.c * f * (1 - f),
        "i": candidate * i * (1 - i),
        "c": i * (1 - candidate**2),
        "o": shown * o * (1 - o),
    }

    def call(at_h=zero, at_c=zero, open_f=False, only=None) -> Arguments:
        """One sequence; the gradient that arrives; with f = 1; with no matrix but that of one gate."""
        changed = _sequence(arguments, 0) | {"d_state": LSTMState(at_h, at_c)}
        if open_f:
            changed["gates"] = changed["gates"]._replace(f=one)
        if only:
            others = {f"W_{g}": np.zeros_like(params.W_f) for g in GATES if g != only}
            changed["params"] = params._replace(**others)
        return changed

    def bias(g):
        return lambda answers: answers[0][f"grads.params.b_{g}"]

    def to_c(answers: Sequence[Leaves]):
        return answers[0]["grads.state.c"]

    def back(answers: Sequence[Leaves]):
        return np.concatenate([answers[0]["grads.state.h"], answers[0]["grads.x"]], axis=1)

    def summed(kind, answers):
        return np.stack([sum(answer[f"grads.params.{kind}_{g}"] for answer in answers) for g in GATES])

    each = [_sequence(arguments, n) for n in range(len(arguments["x"]))]
    found = [
        readout(
            "later c_prev",
            "later c_prev",
            [call(at_c=d_c)],
            to_c,
            d_c * f,
            _("With d_state.h = 0 the gradient of c_prev[{at}] ought to be d_state.c * f = {want}; it is {got}."),
            **{"d_state.c * i": d_c * i, "d_state.c": d_c},
        ),
        readout(
            "shown c_prev",
            "shown",
            [call(at_h=d_h, open_f=True)],
            to_c,
            d_h * o * (1 - shown**2),
            _(
                "With d_state.c = 0 and f = 1 the gradient of c_prev[{at}] is what h hands to c, and ought to be "
                "{want}; it is {got}."
            ),
        ),
        *(
            readout(
                f"z_{g} b_sum" if g == "o" else f"later z_{g} b_sum",
                f"z_{g}",
                [call(at_h=d_h) if g == "o" else call(at_c=d_c)],
                bias(g),
                ((d_h if g == "o" else d_c) * slopes[g])[0],
                _("One sequence, {where} = 0: the gradient of {b}[{{at}}] ought to be {{want}}; it is {{got}}.").format(
                    where="d_state.c" if g == "o" else "d_state.h", b=f"b_{g}"
                ),
            )
            for g in GATES
        ),
        *(
            readout(
                f"{kind}_sum",
                f"{kind}_sum",
                [arguments, *each],
                lambda answers, kind=kind: summed(kind, answers[:1]),
                lambda answers, kind=kind: summed(kind, answers[1:]),
                _(
                    "All sequences ought to give {kind} the sum of what each gives alone, {{want}}; they give {{got}}."
                ).format(kind=kind),
            )
            for kind in "bW"
        ),
        readout(
            "W b_sum",
            "W",
            [call(d_h, d_c)],
            lambda answers: summed("W", answers),
            lambda answers: summed("b", answers)[:, :, None] * hx,
            _("Of one sequence, the gradient of W is that of b times [h_prev, x]: {want}; it is {got}."),
        ),
    ]
    for g in GATES:
        found.append(
            readout(
                f"back_{g} split ways b_sum",
                f"back_{g}",
                [call(d_h, d_c, only=g)],
                back,
                lambda answers, g=g: bias(g)(answers) @ getattr(params, f"W_{g}")[None],
                _("With no matrix but {W}, [h_prev, x][{{at}}] ought to get {{want}}; it gets {{got}}.").format(
                    W=f"W_{g}"
                ),
            )
        )
    return found


def _sequence(arguments: Arguments, n: int) -> Arguments:
    """The arguments with one sequence of the batch alone."""

    def of(value):
        return type(value)(*(part[n : n + 1] for part in value)) if isinstance(value, tuple) else value[n : n + 1]

    return {name: value if name == "params" else of(value) for name, value in arguments.items()}
