"""One step of an LSTM: its six lines, one function each.

Written once for NumPy arrays and torch tensors, on CPU or GPU; torch's autograd goes through. Shapes: B sequences at a
time, D inputs, H hidden units. Every gate reads `[h_prev, x]`, concatenated in that order.

Gers, Schmidhuber & Cummins (2000), "Learning to Forget", introduced the forget gate. Equations are numbered as the six
lines on the book's page of notation.
"""

from typing import NamedTuple

from lstm_ref.core.arrays import Array, as_float_array, expect_axes, expect_shape, same_kind
from lstm_ref.messages import _


class LSTMState(NamedTuple):
    """What a cell passes on: h for others to see, c for itself."""

    h: Array  # (B, H) hidden state: what the next layer sees
    c: Array  # (B, H) cell state: the long-term memory


class LSTMParams(NamedTuple):
    """The weights of one layer in one direction, each gate by itself: W_* (H, H+D), b_* (H,)."""

    W_f: Array
    b_f: Array
    W_i: Array
    b_i: Array
    W_c: Array
    b_c: Array
    W_o: Array
    b_o: Array
    W_hr: Array | None = None  # (P, H), only with a projection: then h is (B, P) and W_* are (H, P+D)

    @property
    def hidden_size(self) -> int:
        """H: how many memory cells."""
        return self.W_f.shape[0]

    @property
    def output_size(self) -> int:
        """How many numbers h has: H, or P with a projection."""
        return self.hidden_size if self.W_hr is None else self.W_hr.shape[0]

    @property
    def input_size(self) -> int:
        """D: how many numbers x has."""
        return self.W_f.shape[1] - self.output_size


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), elementwise, any shape, without overflow at either end.

    Raises TypeError for anything but a number or a floating array.
    """
    z = as_float_array("z", z)
    xp = same_kind(z=z)
    # Both exponents are at most 0. At z = 0 torch splits the gradient of `minimum` equally between its two arguments,
    # which gives the right derivative, 1/4; a `where` on the sign of z would give another.
    return xp.exp(xp.minimum(z, xp.zeros_like(z))) / (1 + xp.exp(-xp.abs(z)))


def concatenate_inputs(h_prev: Array, x: Array) -> Array:
    """`[h_prev, x]`: what every gate reads. Raises as the gates do.

    (B, H), (B, D) -> (B, H+D).
    """
    xp = same_kind(h_prev=h_prev, x=x)
    expect_axes("h_prev", h_prev, "B, H")
    expect_axes("x", x, "B, D")
    if h_prev.shape[0] != x.shape[0]:
        raise ValueError(
            _("h_prev holds {h} sequences and x holds {x}; both need the same B").format(
                h=h_prev.shape[0], x=x.shape[0]
            )
        )
    return xp.concat([h_prev, x], axis=1)


def pre_activation(h_prev: Array, x: Array, W: Array, b: Array, gate: str) -> Array:
    """W · [h_prev, x] + b for every sequence: (B, H)."""
    hx = concatenate_inputs(h_prev, x)
    same_kind(h_prev=h_prev, **{f"W_{gate}": W, f"b_{gate}": b})
    expect_axes(f"W_{gate}", W, "H, H+D")
    rows, columns = W.shape
    if columns != hx.shape[1]:
        message = _("W_{gate} has {columns} columns; [h_prev, x] has {expected} (h_prev {h}, x {x})")
        if rows == hx.shape[1]:
            message = _(
                "W_{gate} has {columns} columns; [h_prev, x] has {expected} (h_prev {h}, x {x}). "
                "It looks transposed: expected one row per hidden unit"
            )
        raise ValueError(
            message.format(gate=gate, columns=columns, expected=hx.shape[1], h=h_prev.shape[1], x=x.shape[1])
        )
    expect_shape(f"b_{gate}", b, (rows,), "(H,)")
    return hx @ W.T + b


def forget_gate(h_prev: Array, x: Array, W_f: Array, b_f: Array) -> Array:
    """How much of each memory cell to keep: f = sigmoid(W_f · [h_prev, x] + b_f), eq. (1).

    (B, H), (B, D), (H, H+D), (H,) -> (B, H), each value between 0 (forget) and 1 (keep).
    Raises ValueError for shapes that do not fit, TypeError for mixed dtypes or libraries.
    Gers, Schmidhuber & Cummins (2000).
    """
    return sigmoid(pre_activation(h_prev, x, W_f, b_f, "f"))


def input_gate(h_prev: Array, x: Array, W_i: Array, b_i: Array) -> Array:
    """How much of the candidate to write, from 0 (nothing) to 1 (all).

    i = sigmoid(W_i · [h_prev, x] + b_i), eq. (2).
    Shapes and errors as `forget_gate`. Hochreiter & Schmidhuber (1997).
    """
    return sigmoid(pre_activation(h_prev, x, W_i, b_i, "i"))


def candidate(h_prev: Array, x: Array, W_c: Array, b_c: Array) -> Array:
    """What could be written, from -1 (take away) to 1 (add).

    tanh(W_c · [h_prev, x] + b_c), eq. (3). Shapes and errors as `forget_gate`.
    """
    z = pre_activation(h_prev, x, W_c, b_c, "c")
    return same_kind(z=z).tanh(z)


def update_memory(f: Array, c_prev: Array, i: Array, candidate: Array) -> Array:
    """Keep part of the old memory and write part of the candidate: c = f * c_prev + i * candidate, eq. (4).

    All (B, H). Gers, Schmidhuber & Cummins (2000).
    """
    # c is scaled and added to, never multiplied by a matrix: that is why its gradient can survive many steps.
    return f * c_prev + i * candidate


def output_gate(h_prev: Array, x: Array, W_o: Array, b_o: Array) -> Array:
    """How much of each memory cell to show: o = sigmoid(W_o · [h_prev, x] + b_o), eq. (5).

    Each value between 0 (hide) and 1 (show). Shapes and errors as `forget_gate`.
    """
    return sigmoid(pre_activation(h_prev, x, W_o, b_o, "o"))


def hidden_state(o: Array, c: Array) -> Array:
    """What the rest of the network sees: h = o * tanh(c), eq. (6).

    All (B, H). abs(h) < o for every c; c itself is not changed, and goes on to the next step as it is.
    """
    return o * same_kind(c=c).tanh(c)


class Gates(NamedTuple):
    """The gates, the candidate and the memory of one step, (B, H) each, or of a sequence, (B, T, H) each."""

    f: Array
    i: Array
    candidate: Array
    o: Array
    c: Array


def lstm_step_with_gates(x: Array, state: LSTMState, params: LSTMParams) -> tuple[LSTMState, Gates]:
    """One step, and every value on the way. Arguments and errors as `lstm_step`."""
    h, c = state
    f = forget_gate(h, x, params.W_f, params.b_f)
    i = input_gate(h, x, params.W_i, params.b_i)
    c_hat = candidate(h, x, params.W_c, params.b_c)
    expect_shape("state.c", c, tuple(f.shape), "(B, H)")
    c = update_memory(f, c, i, c_hat)
    o = output_gate(h, x, params.W_o, params.b_o)
    h = hidden_state(o, c)
    if params.W_hr is not None:
        # Sak et al. (2014): a projection makes h narrower than c.
        h = h @ params.W_hr.T
    return LSTMState(h, c), Gates(f, i, c_hat, o, c)


def lstm_step(x: Array, state: LSTMState, params: LSTMParams) -> LSTMState:
    """From one state to the next: x (B, D), state (B, H) each -> state (B, H) each, eqs. (1) to (6).

    Changes none of its arguments. Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    """
    return lstm_step_with_gates(x, state, params)[0]
