"""The plain recurrent network (Elman, 1990), which the LSTM improves on. `jacobians.py` measures how it forgets.

Written once for NumPy arrays and torch tensors, on CPU or GPU. Shapes as everywhere: B sequences, T steps, D inputs, H
hidden units; the step reads `[h_prev, x]`, concatenated in that order.
"""

import math
from typing import NamedTuple

import numpy as np

from lstm_ref.core.arrays import Array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import concatenate_inputs
from lstm_ref.messages import _


class RNNParams(NamedTuple):
    """The weights of a plain RNN, h = tanh(W · [h_prev, x] + b). Elman (1990)."""

    W: Array  # (H, H+D) one row per hidden unit: first its weights for h_prev, then those for x
    b: Array  # (H,)

    @property
    def hidden_size(self) -> int:
        """H: how many numbers h has."""
        return self.W.shape[0]

    @property
    def input_size(self) -> int:
        """D: how many numbers x has."""
        return self.W.shape[1] - self.W.shape[0]


def initial_rnn_params(
    input_size: int,
    hidden_size: int,
    seed: int,
    *,
    scale: float | None = None,
    radius: float | None = None,
    dtype=np.float64,
) -> RNNParams:
    """Random weights and biases, uniform between -scale and scale; 1/sqrt(H) as in `nn.RNN` by default.

    `radius`, if given, rescales the recurrent block W[:, :H] to that spectral radius, its largest absolute eigenvalue.
    Raises ValueError for sizes below 1 and for a negative radius.
    """
    if input_size < 1 or hidden_size < 1:
        raise ValueError(
            _("input_size is {d} and hidden_size is {h}; both must be at least 1").format(d=input_size, h=hidden_size)
        )
    if radius is not None and not radius >= 0:
        raise ValueError(_("radius is {got}; expected a number of at least 0").format(got=radius))
    rng = np.random.default_rng(seed)
    scale = 1 / math.sqrt(hidden_size) if scale is None else scale
    W = rng.uniform(-scale, scale, (hidden_size, hidden_size + input_size))
    b = rng.uniform(-scale, scale, hidden_size)
    if radius is not None:
        W[:, :hidden_size] *= radius / spectral_radius(W[:, :hidden_size])
    return RNNParams(W.astype(dtype), b.astype(dtype))


def spectral_radius(matrix: np.ndarray) -> float:
    """The largest absolute eigenvalue of a square NumPy matrix: how its powers grow in the long run."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def rnn_step(x: Array, h_prev: Array, params: RNNParams) -> Array:
    """From one output to the next: h = tanh(W · [h_prev, x] + b).

    (B, D), (B, H) -> (B, H). Changes none of its arguments.
    Raises ValueError for shapes that do not fit, TypeError for mixed
    dtypes or libraries. Elman (1990).
    """
    xp, hx = _checked(x, h_prev, params)
    return xp.tanh(hx @ params.W.T + params.b)


def _checked(x: Array, h_prev: Array, params: RNNParams):
    """The array library, and [h_prev, x]: (B, H+D)."""
    xp = same_kind(h_prev=h_prev, x=x, W=params.W, b=params.b)
    hx = concatenate_inputs(h_prev, x)
    expect_axes("W", params.W, "H, H+D")
    expect_shape("W", params.W, (h_prev.shape[1], hx.shape[1]), "(H, H+D)")
    expect_shape("b", params.b, (h_prev.shape[1],), "(H,)")
    return xp, hx


def rnn_forward(xs: Array, params: RNNParams, h0: Array | None = None) -> tuple[Array, Array]:
    """Run over sequences: xs (B, T, D) -> hs (B, T, H), the output of every step, and the last of them (B, H).

    `h0` (B, H) is where to start, zeros by default; it is not changed. Raises as `rnn_step` does.
    """
    xp = same_kind(xs=xs, W=params.W)
    expect_axes("xs", xs, "B, T, D")
    if xs.shape[1] == 0:
        raise ValueError(_("xs has shape {got}: no steps; expected T of at least 1").format(got=tuple(xs.shape)))
    if xs.shape[2] != params.input_size:
        raise ValueError(
            _("xs has shape {got}, (B, T, D), so D = {d}; the weights expect D = {expected}").format(
                got=tuple(xs.shape), d=xs.shape[2], expected=params.input_size
            )
        )
    h = xp.zeros_like(xs[:, 0, :1]) * xp.zeros_like(params.b) if h0 is None else h0
    expect_shape("h0", h, (xs.shape[0], params.hidden_size), "(B, H)")
    hs = []
    for t in range(xs.shape[1]):
        h = rnn_step(xs[:, t, :], h, params)
        hs.append(h)
    return xp.stack(hs, axis=1), h
