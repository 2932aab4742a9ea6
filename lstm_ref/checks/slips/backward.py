"""The backward pass made wrong in the ways in which learners make it wrong.

A step is a list of lines, each a rule over what the lines before it gave; a mistake replaces a few of them. A sequence
is one loop with a few switches.
"""

from types import SimpleNamespace

import numpy as np

from lstm_ref.core import cell
from lstm_ref.core.backward import LSTMGrads
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.core.sequence import lstm_forward

GATES = "fico"

RIGHT = {
    "hx": lambda n: np.concatenate([n.h_prev, n.x], axis=1),
    "shown": lambda n: np.tanh(n.c),
    "d_o": lambda n: n.d_h * n.shown,
    "d_c": lambda n: n.d_c_later + n.d_h * n.o * (1 - n.shown**2),
    "d_f": lambda n: n.d_c * n.c_prev,
    "d_i": lambda n: n.d_c * n.candidate,
    "d_candidate": lambda n: n.d_c * n.i,
    "d_c_prev": lambda n: n.d_c * n.f,
    "z_f": lambda n: n.d_f * n.f * (1 - n.f),
    "z_i": lambda n: n.d_i * n.i * (1 - n.i),
    "z_c": lambda n: n.d_candidate * (1 - n.candidate**2),
    "z_o": lambda n: n.d_o * n.o * (1 - n.o),
    "d_hx": lambda n: through(n, GATES),
    "d_h_prev": lambda n: n.d_hx[:, : n.H],
    "d_x": lambda n: n.d_hx[:, n.H :],
    **{f"W_{g}": lambda n, g=g: getattr(n, f"z_{g}").T @ n.hx for g in GATES},
    **{f"b_{g}": lambda n, g=g: getattr(n, f"z_{g}").sum(axis=0) for g in GATES},
}


def through(n, gates):
    """What comes back to [h_prev, x] through the named gates."""
    return sum(getattr(n, f"z_{g}") @ getattr(n.params, f"W_{g}") for g in gates)


def step_with(**lines):
    """`lstm_step_backward` with some of its lines replaced."""

    def wrong(d_state, x, state, gates, params):
        n = SimpleNamespace(d_h=d_state.h, d_c_later=d_state.c, x=x, h_prev=state.h, c_prev=state.c, params=params)
        n.f, n.i, n.candidate, n.o, n.c = gates
        n.H = n.c.shape[1]
        for name, line in {**RIGHT, **lines}.items():
            setattr(n, name, line(n))
        weights = {f"{kind}_{g}": getattr(n, f"{kind}_{g}") for kind in "Wb" for g in GATES}
        return LSTMGrads(n.d_x, LSTMState(n.d_h_prev, n.d_c_prev), LSTMParams(**weights))

    return wrong


right_step = step_with()  # in plain NumPy, since it is asked often


def every(kind, line):
    """One line for all four gates: every("b", lambda n, z: z.mean(axis=0))."""
    return {f"{kind}_{g}": lambda n, g=g: line(n, getattr(n, f"z_{g}")) for g in GATES}


def on_result(change):
    """The right gradients, changed afterwards."""
    return lambda *arguments: change(right_step(*arguments))


# What `sequence_with` hands to the step before, from what the step gave: nothing of h, nothing of c, or both.
def no_h(state):
    return LSTMState(0 * state.h, state.c)


def no_c(state):
    return LSTMState(state.h, 0 * state.c)


def nothing(state):
    return LSTMState(0 * state.h, 0 * state.c)


def turned(state):
    return LSTMState(state.c, state.h)


def same(value):
    return value


def sequence_with(
    *,
    hand_over=same,
    arriving=same,
    outside=lambda d_hs, t: d_hs[:, t],
    arrives=lambda outside, handed: LSTMState(outside + handed.h, handed.c),
    before=lambda states, t: states[t],
    gathered=sum,
    order=reversed,
    xs_back=lambda found: found[::-1],
    start=same,
    every_step_gets_the_last=False,
    returned=lambda own, handed: handed,
):
    """`lstm_backward` with some of its moves replaced.

    hand_over: what goes to the step before; arriving: what is made of d_state; outside: what is taken of d_hs at a
    step; arrives: what comes together there, from that and what was handed over; before: which state a step is given;
    gathered: how the weights' gradients are put together; returned: which state's gradient is returned, from what
    arrived at the first step and what it handed on.
    """

    def wrong(d_hs, xs, params, state, d_state):
        state = start(state)
        hs, _last, gates = lstm_forward(xs, params, state, return_gates=True)
        T = xs.shape[1]
        states = [state, *(LSTMState(hs[:, t], gates.c[:, t]) for t in range(T))]
        last = handed = arriving(d_state)
        d_xs, found = [], []
        for t in order(range(T)):
            own = arrives(outside(d_hs, t), handed)
            if every_step_gets_the_last and found:
                own = LSTMState(own.h + last.h, own.c + last.c)
            gates_t = cell.Gates(*(values[:, t] for values in gates))
            step = right_step(own, xs[:, t], before(states, t), gates_t, params)
            handed = hand_over(step.state)
            d_xs.append(step.x)
            found.append(step.params)
        total = LSTMParams(*(gathered(list(values)) for values in zip(*(p[:8] for p in found), strict=True)))
        return LSTMGrads(np.stack(xs_back(d_xs), axis=1), returned(own, handed), total)

    return wrong
