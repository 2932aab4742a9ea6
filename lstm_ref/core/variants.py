"""Relatives of the LSTM, each as a small change to its six lines: peepholes, coupled gates, and the GRU.

Written for NumPy and torch like `cell.py`, with the same letters and shapes. A projection and both directions need no
step of their own: see `LSTMParams.W_hr` and `stacked_lstm_forward`.
"""

from typing import NamedTuple

from lstm_ref.core.arrays import Array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import (
    LSTMParams,
    LSTMState,
    candidate,
    forget_gate,
    hidden_state,
    output_gate,
    pre_activation,
    sigmoid,
    update_memory,
)
from lstm_ref.messages import _


class Peepholes(NamedTuple):
    """The weights with which the gates see the memory: one for each unit, (H,) each."""

    p_f: Array
    p_i: Array
    p_o: Array


class CoupledParams(NamedTuple):
    """The weights of a cell without an input gate: W_* (H, H+D), b_* (H,), as in `LSTMParams`."""

    W_f: Array
    b_f: Array
    W_c: Array
    b_c: Array
    W_o: Array
    b_o: Array


class GRUParams(NamedTuple):
    """The weights of a GRU: W_* (H, H+D), first the columns for h_prev; b_* (H,).

    The candidate has two biases: the reset gate multiplies b_hn but not b_n, so they cannot be added up.
    """

    W_r: Array
    b_r: Array
    W_z: Array
    b_z: Array
    W_n: Array
    b_n: Array
    b_hn: Array


def peephole_step(x: Array, state: LSTMState, params: LSTMParams, peepholes: Peepholes) -> LSTMState:
    """One step of an LSTM whose gates see the memory: f and i the old one, o the new one.

    x (B, D), state (B, H) each, -> state (B, H) each. Each unit sees only its own memory. Raises as `lstm_step` does,
    and ValueError for a projection. Gers & Schmidhuber (2000), "Recurrent nets that time and count".
    """
    _no_projection(params)
    h, c = state
    p_f, p_i, p_o = peepholes
    for name, weight in peepholes._asdict().items():
        expect_shape(name, weight, tuple(params.b_f.shape), "(H,)")
    same_kind(c=c, **peepholes._asdict())

    z_f = pre_activation(h, x, params.W_f, params.b_f, "f")
    f = sigmoid(z_f + p_f * c)
    z_i = pre_activation(h, x, params.W_i, params.b_i, "i")
    i = sigmoid(z_i + p_i * c)
    c_hat = candidate(h, x, params.W_c, params.b_c)
    expect_shape("state.c", c, tuple(f.shape), "(B, H)")
    c = update_memory(f, c, i, c_hat)
    z_o = pre_activation(h, x, params.W_o, params.b_o, "o")
    o = sigmoid(z_o + p_o * c)
    return LSTMState(hidden_state(o, c), c)


def coupled_step(x: Array, state: LSTMState, params: CoupledParams) -> LSTMState:
    """One step of an LSTM that writes exactly as much as it forgets: i = 1 - f.

    x (B, D), state (B, H) each, -> state (B, H) each. The memory is a mean of the old one and the candidate, so it
    stays between -1 and 1 once it is there. Raises as `lstm_step` does.
    Greff et al. (2017), who call it CIFG (and write f = 1 - i: the same cell, the other gate kept).
    """
    h, c = state
    f = forget_gate(h, x, params.W_f, params.b_f)
    i = 1 - f
    c_hat = candidate(h, x, params.W_c, params.b_c)
    expect_shape("state.c", c, tuple(f.shape), "(B, H)")
    c = update_memory(f, c, i, c_hat)
    o = output_gate(h, x, params.W_o, params.b_o)
    return LSTMState(hidden_state(o, c), c)


def gru_step(x: Array, h_prev: Array, params: GRUParams) -> Array:
    """One step of a gated recurrent unit, as `nn.GRU` computes it: x (B, D), h_prev (B, H) -> h (B, H).

    Raises as `lstm_step` does. Cho et al. (2014). Their last version applies the reset gate before the matrix,
    W_n · [r * h_prev, x]; cuDNN, PyTorch and this function apply it after.
    """
    H = h_prev.shape[1]
    xp = same_kind(h_prev=h_prev, x=x, W_n=params.W_n, b_n=params.b_n, b_hn=params.b_hn)
    expect_shape("W_n", params.W_n, (H, H + x.shape[1]), "(H, H+D)")
    expect_shape("b_n", params.b_n, (H,), "(H,)")
    expect_shape("b_hn", params.b_hn, (H,), "(H,)")

    z = sigmoid(pre_activation(h_prev, x, params.W_z, params.b_z, "z"))
    r = sigmoid(pre_activation(h_prev, x, params.W_r, params.b_r, "r"))
    from_h = h_prev @ params.W_n[:, :H].T + params.b_hn
    from_x = x @ params.W_n[:, H:].T + params.b_n
    n = xp.tanh(from_x + r * from_h)
    return z * h_prev + (1 - z) * n


def peephole_forward(
    xs: Array, params: LSTMParams, peepholes: Peepholes, state: LSTMState | None = None
) -> tuple[Array, LSTMState]:
    """`peephole_step` over sequences: xs (B, T, D) -> hs (B, T, H) and the last state; from zeros by default.

    Raises as `peephole_step` does, and ValueError for xs without steps.
    """
    state = _zeros(xs, params.b_f, 2) if state is None else state
    return _run(xs, lambda x, before: peephole_step(x, before, params, peepholes), LSTMState(*state))


def coupled_forward(xs: Array, params: CoupledParams, state: LSTMState | None = None) -> tuple[Array, LSTMState]:
    """`coupled_step` over sequences: xs (B, T, D) -> hs (B, T, H) and the last state; from zeros by default.

    Raises as `lstm_step` does, and ValueError for xs without steps.
    """
    state = _zeros(xs, params.b_f, 2) if state is None else state
    return _run(xs, lambda x, before: coupled_step(x, before, params), LSTMState(*state))


def gru_forward(xs: Array, params: GRUParams, h0: Array | None = None) -> tuple[Array, Array]:
    """`gru_step` over sequences: xs (B, T, D) -> hs (B, T, H) and the last h (B, H); from zeros by default.

    Raises as `lstm_step` does, and ValueError for xs without steps.
    """
    (h,) = _zeros(xs, params.b_z, 1) if h0 is None else (h0,)
    return _run(xs, lambda x, before: gru_step(x, before, params), h)


def gru_from_torch(gru) -> GRUParams:
    """The weights of an `nn.GRU` of one layer and direction, gate by gate; their gradients reach the module.

    `nn.GRU` stacks its gates in the order r, z, n. Raises ValueError for more layers or directions, or no biases.
    """
    if gru.num_layers != 1 or gru.bidirectional or not gru.bias:
        raise ValueError(
            _("the nn.GRU has {layers} layers, bidirectional={both}, bias={bias}; expected 1, False, True").format(
                layers=gru.num_layers, both=gru.bidirectional, bias=gru.bias
            )
        )
    W_hr, W_hz, W_hn = gru.weight_hh_l0.chunk(3)
    W_xr, W_xz, W_xn = gru.weight_ih_l0.chunk(3)
    b_hr, b_hz, b_hn = gru.bias_hh_l0.chunk(3)
    b_xr, b_xz, b_xn = gru.bias_ih_l0.chunk(3)
    xp = same_kind(weight=W_hr)
    return GRUParams(
        W_r=xp.concat([W_hr, W_xr], axis=1),
        b_r=b_xr + b_hr,
        W_z=xp.concat([W_hz, W_xz], axis=1),
        b_z=b_xz + b_hz,
        W_n=xp.concat([W_hn, W_xn], axis=1),
        b_n=b_xn,
        b_hn=b_hn,
    )


def _no_projection(params: LSTMParams) -> None:
    if params.W_hr is not None:
        raise ValueError(
            _("params has W_hr, a projection of shape {got}; expected none").format(got=tuple(params.W_hr.shape))
        )


def _zeros(xs: Array, bias: Array, count: int) -> list[Array]:
    """`count` states (B, H) to start from, like `xs` in dtype and device."""
    _count_steps(xs)
    xp = same_kind(xs=xs, bias=bias)
    return [xp.zeros_like(xs[:, 0, :1]) * xp.zeros_like(bias) for _n in range(count)]


def _run(xs: Array, step, state):
    """Take `step` over all of `xs`: every h (B, T, H), and the last state."""
    hs = []
    for t in range(_count_steps(xs)):
        state = step(xs[:, t, :], state)
        hs.append(state.h if isinstance(state, LSTMState) else state)
    return same_kind(xs=xs).stack(hs, axis=1), state


def _count_steps(xs: Array) -> int:
    expect_axes("xs", xs, "B, T, D")
    if xs.shape[1] == 0:
        raise ValueError(_("xs has shape {got}: no steps; expected T of at least 1").format(got=tuple(xs.shape)))
    return xs.shape[1]
