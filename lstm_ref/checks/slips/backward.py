"""The backward pass made wrong in the ways in which learners make it wrong.

A step is a list of lines, each a rule over what the lines before it gave; a mistake replaces a few of them. A sequence
is one loop over such steps; a mistake replaces one of its moves.
"""

from types import SimpleNamespace

import numpy as np

from lstm_ref.core import cell
from lstm_ref.core.backward import LSTMGrads
from lstm_ref.core.cell import LSTMParams, LSTMState

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
    "d_state": lambda n: LSTMState(n.d_h_prev, n.d_c_prev),
    **{f"W_{g}": lambda n, g=g: getattr(n, f"z_{g}").T @ n.hx for g in GATES},
    **{f"b_{g}": lambda n, g=g: getattr(n, f"z_{g}").sum(axis=0) for g in GATES},
}


def through(n, gates):
    """What comes back to [h_prev, x] through the named gates."""
    return sum(getattr(n, f"z_{g}") @ getattr(n.params, f"W_{g}") for g in gates)


def step_with(**lines):
    """`lstm_step_backward` with some of the lines of RIGHT replaced; with none, as it should be."""

    def step(d_state, x, state, gates, params):
        n = SimpleNamespace(d_h=d_state.h, d_c_later=d_state.c, x=x, h_prev=state.h, c_prev=state.c, params=params)
        n.f, n.i, n.candidate, n.o, n.c = gates
        n.H = n.c.shape[1]
        for name, line in {**RIGHT, **lines}.items():
            setattr(n, name, line(n))
        weights = {f"{kind}_{g}": getattr(n, f"{kind}_{g}") for kind in "Wb" for g in GATES}
        return LSTMGrads(n.d_x, n.d_state, LSTMParams(**weights))

    return step


right_step = step_with()  # in plain NumPy, since it is asked often


def every(kind, line):
    """One line for all four gates: every("b", lambda n, z: z.mean(axis=0))."""
    return {f"{kind}_{g}": lambda n, g=g: line(n, getattr(n, f"z_{g}")) for g in GATES}


# What can be handed to the step before: the state's gradient with its h or c lost, both lost, or the two exchanged.
def no_h(state):
    return LSTMState(0 * state.h, state.c)


def no_c(state):
    return LSTMState(state.h, 0 * state.c)


def zeros(state):
    return LSTMState(0 * state.h, 0 * state.c)


def exchanged(state):
    return LSTMState(state.c, state.h)


def same(value):
    return value


def there(xs, params, state, carry=True):
    """The way there: the states before, between and after the steps, and the gates of each step.

    carry=False: every step starts from the given state.
    """
    states, gates = [state], []
    for t in range(xs.shape[1]):
        after, gates_t = cell.lstm_step_with_gates(xs[:, t], states[-1] if carry else state, params)
        states.append(LSTMState(*after))
        gates.append(gates_t)
    return states, gates


def sequence_with(
    *,
    hand_over=same,
    arriving=same,
    outside=lambda d_hs, t: d_hs[:, t],
    arrives=lambda outside, handed: LSTMState(outside + handed.h, handed.c),
    before=lambda states, t: states[t],
    gathered=sum,
    steps=lambda steps: steps[::-1],
    xs_back=same,
    start=same,
    carry=True,
    every_step_gets_the_last=False,
    returned=lambda own, handed, states: handed,
):
    """`lstm_backward` with some of its moves replaced.

    hand_over: what goes to the step before; arriving: what is made of d_state; outside: what is taken of d_hs at a
    step; arrives: what comes together there, from that and what was handed over; before: which state a step is given;
    gathered: how the weights' gradients are put together; steps: which are gone through, in which order; xs_back: what
    is made of the gradients of xs; start, carry: of the way there; returned: which state is returned, from what arrived
    at the first step, what it handed on, and the states of the way there.
    """

    def sequence(d_hs, xs, params, state, d_state):
        states, gates = there(xs, params, start(state), carry)
        last = handed = arriving(d_state)
        d_xs, found = np.zeros_like(xs), []
        for t in steps(range(xs.shape[1])):
            own = arrives(outside(d_hs, t), handed)
            if every_step_gets_the_last and found:
                own = LSTMState(own.h + last.h, own.c + last.c)
            step = right_step(own, xs[:, t], before(states, t), gates[t], params)
            handed = hand_over(step.state)
            d_xs[:, t] = step.x
            found.append(step.params[:8])
        total = LSTMParams(*(gathered(list(values)) for values in zip(*found, strict=True)))
        return LSTMGrads(xs_back(d_xs), returned(own, handed, states), total)

    return sequence
