"""Weights to start from."""

import math

import numpy as np

from lstm_ref.cell import LSTMParams
from lstm_ref.messages import _


def initial_params(
    input_size: int,
    hidden_size: int,
    seed: int,
    *,
    scale: float | None = None,
    forget_bias: float | None = None,
    dtype=np.float64,
) -> LSTMParams:
    """Random weights and biases, uniform between -scale and scale; 1/sqrt(H) as in `nn.LSTM` by default.

    `forget_bias`, if given, replaces every value of b_f (Jozefowicz et al., 2015, advise 1).
    Raises ValueError for sizes below 1.
    """
    if input_size < 1 or hidden_size < 1:
        raise ValueError(
            _("input_size is {d} and hidden_size is {h}; both must be at least 1").format(d=input_size, h=hidden_size)
        )
    rng = np.random.default_rng(seed)
    scale = 1 / math.sqrt(hidden_size) if scale is None else scale

    def draw(*shape):
        return rng.uniform(-scale, scale, shape).astype(dtype)

    params = LSTMParams(
        *(draw(*s) for _gate in "fico" for s in ((hidden_size, hidden_size + input_size), (hidden_size,)))
    )
    if forget_bias is not None:
        params = params._replace(b_f=np.full(hidden_size, forget_bias, dtype))
    return params
