"""What an exercise lends while another of its functions is checked. Each function stands alone, over `np`.

Their text goes to a process of its own (`engine/call.lend`), and only for the checks that name them. A student's
function calls them there and cannot read them: the function that an exercise asks for must not lie beside the one that
is being asked for it. A sequence may come alone, without a batch, and numbers in a list: a student's own function may
take them. They find there `np`, each other, and named tuples with the fields of the notebook's.
"""

import numpy as np

from lstm_ref.core.cell import LSTMState


def sigmoid(z):
    """1 / (1 + exp(-z)) without overflow."""
    z = np.asarray(z)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def rnn_step(x, h_prev, W, b):
    """h = tanh(W · [h_prev, x] + b)."""
    return np.tanh(np.concatenate([h_prev, x], axis=-1) @ W.T + b)


def input_gate(h_prev, x, W_i, b_i):
    """sigmoid(W_i · [h_prev, x] + b_i)."""
    return sigmoid(np.concatenate([h_prev, x], axis=-1) @ W_i.T + b_i)


def candidate(h_prev, x, W_c, b_c):
    """tanh(W_c · [h_prev, x] + b_c)."""
    return np.tanh(np.concatenate([h_prev, x], axis=-1) @ W_c.T + b_c)


def update_memory(f, c_prev, i, candidate):
    """c = f * c_prev + i * candidate."""
    return f * c_prev + i * candidate


def hidden_state(o, c):
    """h = o * tanh(c)."""
    return o * np.tanh(c)


def lstm_step_backward(d_state, x, state, gates, params):
    """The gradient of one step: LSTMGrads(x, state, params)."""
    from collections import namedtuple

    f, i, candidate, o, c = gates
    shown, H = np.tanh(c), c.shape[1]
    d_c = d_state.c + d_state.h * o * (1 - shown**2)
    z = {
        "f": d_c * state.c * f * (1 - f),
        "i": d_c * candidate * i * (1 - i),
        "c": d_c * i * (1 - candidate**2),
        "o": d_state.h * shown * o * (1 - o),
    }
    hx = np.concatenate([state.h, x], axis=1)
    d_hx = sum(z[gate] @ getattr(params, "W_" + gate) for gate in z)
    weights = {"W_" + gate: z[gate].T @ hx for gate in z}
    biases = {"b_" + gate: z[gate].sum(axis=0) for gate in z}
    grads = namedtuple("LSTMGrads", "x state params")
    return grads(d_hx[:, H:], type(state)(d_hx[:, :H], d_c * f), type(params)(**weights, **biases))


def lstm_backward(d_hs, xs, params, state, d_state):
    """The gradient of a sequence: LSTMGrads(x, state, params)."""
    from collections import namedtuple

    def sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1, e) / (1 + e)

    gates_of = namedtuple("Gates", "f i candidate o c")
    before, gates = [state], []
    for t in range(xs.shape[1]):
        h, c = before[-1]
        hx = np.concatenate([h, xs[:, t]], axis=1)
        f, i, o = (sigmoid(hx @ getattr(params, "W_" + g).T + getattr(params, "b_" + g)) for g in "fio")
        candidate = np.tanh(hx @ params.W_c.T + params.b_c)
        c = f * c + i * candidate
        gates.append(gates_of(f, i, candidate, o, c))
        before.append(type(state)(o * np.tanh(c), c))
    steps = []
    for t in reversed(range(xs.shape[1])):
        d_state = type(state)(d_state.h + d_hs[:, t], d_state.c)
        steps.append(lstm_step_backward(d_state, xs[:, t], before[t], gates[t], params))
        d_state = steps[-1].state
    total = [None if p is None else sum(step.params[n] for step in steps) for n, p in enumerate(params)]
    return steps[0]._replace(
        x=np.stack([step.x for step in steps[::-1]], 1), state=d_state, params=type(params)(*total)
    )


def clip_by_norm(grads, max_norm):
    """All gradients shortened by one factor, if together they are longer than max_norm."""
    norm = np.sqrt(sum((grad**2).sum() for grad in grads))
    return [grad * min(1.0, max_norm / norm) if norm > 0 else grad.copy() for grad in grads]


def lstm_step(x, state, params):
    """The six lines: x (B, D), state (B, H) each -> the state after the step, of the type that came in."""
    hx = np.concatenate([state.h, x], axis=-1)
    f = sigmoid(hx @ params.W_f.T + params.b_f)
    i = sigmoid(hx @ params.W_i.T + params.b_i)
    o = sigmoid(hx @ params.W_o.T + params.b_o)
    c = f * state.c + i * np.tanh(hx @ params.W_c.T + params.b_c)
    return type(state)(o * np.tanh(c), c)


def lstm_forward(xs, params, state=None):
    """`lstm_step` over xs (B, T, D), from `state` or from zeros -> hs (B, T, H), the last state."""
    if state is None:
        zeros = np.zeros((xs.shape[0], params.W_f.shape[0]))
        state = LSTMState(zeros, zeros.copy())
    hs = []
    for t in range(xs.shape[1]):
        state = lstm_step(xs[:, t], state, params)
        hs.append(state.h)
    return np.stack(hs, axis=1), state


def soft_and(u_off, u_on, v_off, v_on, v_most):
    """(w_u, w_v, b) of a gate that opens only if u and v are both on."""
    m = np.log(99)
    w_v = 2 * m / (v_on - v_off)
    w_u = w_v * (v_most - v_off) / (u_on - u_off)
    return w_u, w_v, m - w_u * u_on - w_v * v_on
