"""How a gradient travels back: through one step of the LSTM, through a sequence, and through the plain RNN.

The chain rule is applied to the six lines of cell.py, from the last to the first. Written once for NumPy arrays and
torch tensors. A name d_h means dL/dh: how much the loss L rises when h rises a little; it has the shape of h.
Werbos (1990), "Backpropagation through time".
"""

from typing import NamedTuple

from lstm_ref.core.arrays import Array, expect_shape, same_kind
from lstm_ref.core.cell import Gates, LSTMParams, LSTMState, concatenate_inputs
from lstm_ref.core.rnn import RNNParams, rnn_forward
from lstm_ref.core.sequence import lstm_forward, zero_state
from lstm_ref.messages import _


class LSTMGrads(NamedTuple):
    """The gradients of the inputs, the first state and the parameters, each in the shape of what it belongs to."""

    x: Array  # (B, D) of one step, (B, T, D) of a sequence
    state: LSTMState  # of the state before the (first) step
    params: LSTMParams  # summed over the sequences of the batch, and over the steps


class RNNGrads(NamedTuple):
    """The gradients of the inputs, the first h and the parameters, each in the shape of what it belongs to."""

    x: Array  # (B, D) of one step, (B, T, D) of a sequence
    h: Array  # (B, H) of h before the (first) step
    params: RNNParams


def lstm_step_backward(d_state: LSTMState, x: Array, state: LSTMState, gates: Gates, params: LSTMParams) -> LSTMGrads:
    """Take a gradient back through one step, from its end to its start.

    d_state: dL/dh and dL/dc of the state after the step, (B, H) each, from all that comes later. x (B, D), the state
    before the step, and the gates that `lstm_step_with_gates` returned. Returns the gradients of x (B, D), of the state
    before, (B, H) each, and of the parameters: the chain rule on eqs. (6) to (1). Raises ValueError for shapes that do
    not fit and for a projection, TypeError for mixed dtypes.
    """
    _expect_no_projection(params)
    shape = tuple(gates.c.shape)
    for name, array in (("d_state.h", d_state.h), ("d_state.c", d_state.c), ("state.c", state.c)):
        expect_shape(name, array, shape, "(B, H)")
    f, i, candidate, o, c = gates
    shown = same_kind(d_h=d_state.h, d_c=d_state.c, c=c).tanh(c)

    # h = o * tanh(c). The memory was used twice, for h and for the next
    # step, so two gradients add up.
    d_o = d_state.h * shown
    d_c = d_state.c + d_state.h * o * (1 - shown**2)
    # c = f * c_prev + i * candidate. To c_prev the gradient goes by f
    # alone: no matrix, no squashing.
    d_f, d_c_prev = d_c * state.c, d_c * f
    d_i, d_candidate = d_c * candidate, d_c * i
    # Derivatives of sigmoid and tanh, computed from their outputs.
    d_z = {
        "f": d_f * f * (1 - f),
        "i": d_i * i * (1 - i),
        "c": d_candidate * (1 - candidate**2),
        "o": d_o * o * (1 - o),
    }
    # z = [h_prev, x] @ W.T + b, four times with the same [h_prev, x].
    hx = concatenate_inputs(state.h, x)
    d_hx = sum(d_z[g] @ getattr(params, f"W_{g}") for g in "fico")
    weights = {f"W_{g}": d_z[g].T @ hx for g in "fico"}
    biases = {f"b_{g}": d_z[g].sum(axis=0) for g in "fico"}
    H = shape[1]
    before = LSTMState(h=d_hx[:, :H], c=d_c_prev)
    d_params = LSTMParams(**weights, **biases)
    return LSTMGrads(x=d_hx[:, H:], state=before, params=d_params)


def lstm_backward(
    d_hs: Array, xs: Array, params: LSTMParams, state: LSTMState | None = None, d_state: LSTMState | None = None
) -> LSTMGrads:
    """Take a gradient back through a sequence, from its last step to its first.

    d_hs (B, T, H): the gradient that arrives at every h from outside. d_state: the gradient that arrives at the last
    state from later steps, (B, H) each, zeros by default. xs, params and state as in `lstm_forward`, which is run again
    for the gates. Chunks of a sequence give the gradients of the whole if each chunk gets, as d_state, the `.state` of
    the chunk after it; truncated backpropagation leaves that out. Raises ValueError and TypeError as `lstm_forward`,
    and ValueError for a projection. Werbos (1990).
    """
    _expect_no_projection(params)
    hs, _last, gates = lstm_forward(xs, params, state, return_gates=True)
    xp = same_kind(d_hs=d_hs, xs=xs)
    expect_shape("d_hs", d_hs, tuple(hs.shape), "(B, T, H)")
    zeros = zero_state(xs, params)
    states = [zeros if state is None else state]
    states += [LSTMState(hs[:, t, :], gates.c[:, t, :]) for t in range(xs.shape[1] - 1)]
    d_h, d_c = zeros if d_state is None else d_state
    d_xs, d_params = [], None
    for t in reversed(range(xs.shape[1])):
        # h was used twice, outside and by the next step.
        arrives = LSTMState(h=d_hs[:, t, :] + d_h, c=d_c)
        gates_t = Gates(*(gate[:, t, :] for gate in gates))
        x = xs[:, t, :]
        step = lstm_step_backward(arrives, x, states[t], gates_t, params)
        d_h, d_c = step.state
        d_xs.append(step.x)
        # Every step used the same weights: their gradients add up.
        d_params = _added(d_params, step.params)
    before = LSTMState(h=d_h, c=d_c)
    return LSTMGrads(xp.stack(d_xs[::-1], axis=1), before, d_params)


def rnn_backward(
    d_hs: Array, xs: Array, params: RNNParams, h0: Array | None = None, d_h: Array | None = None
) -> RNNGrads:
    """Take a gradient back through a sequence of the plain RNN, h = tanh(W · [h_prev, x] + b).

    d_hs (B, T, H): the gradient that arrives at every h from outside. d_h (B, H): the gradient that arrives at the last
    h from later steps, zeros by default. Raises ValueError and TypeError as `rnn_forward`. Werbos (1990).
    """
    hs, _last = rnn_forward(xs, params, h0)
    xp = same_kind(d_hs=d_hs, xs=xs)
    expect_shape("d_hs", d_hs, tuple(hs.shape), "(B, T, H)")
    first = xp.zeros_like(hs[:, 0, :]) if h0 is None else h0
    d_h = xp.zeros_like(first) if d_h is None else d_h
    expect_shape("d_h", d_h, tuple(first.shape), "(B, H)")
    H, d_xs = params.hidden_size, []
    d_params = RNNParams(xp.zeros_like(params.W), xp.zeros_like(params.b))
    for t in reversed(range(xs.shape[1])):
        d_z = (d_hs[:, t, :] + d_h) * (1 - hs[:, t, :] ** 2)
        hx = concatenate_inputs(first if t == 0 else hs[:, t - 1, :], xs[:, t, :])
        d_params = _added(d_params, RNNParams(d_z.T @ hx, d_z.sum(axis=0)))
        # Here the way back leads through the matrix W, at every step.
        d_h, d_x = d_z @ params.W[:, :H], d_z @ params.W[:, H:]
        d_xs.append(d_x)
    return RNNGrads(xp.stack(d_xs[::-1], axis=1), d_h, d_params)


def _added(a, b):
    """The sum of two named tuples of gradients, field by field; `a` is None before the first step."""
    if a is None:
        return b
    return type(a)(*(None if p is None else p + q for p, q in zip(a, b, strict=True)))


def _expect_no_projection(params: LSTMParams) -> None:
    if params.W_hr is not None:
        raise ValueError(_("params has a projection W_hr; the backward pass is written for cells without one"))
