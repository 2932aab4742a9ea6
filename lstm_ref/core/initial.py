"""Initial weights."""

import math

import numpy as np

from lstm_ref.core.cell import LSTMParams
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

    Returns W_* (H, H+D) and b_* (H,). `forget_bias`, if given, replaces every value of b_f (Jozefowicz et al., 2015,
    recommend 1). Raises ValueError for sizes below 1.
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


def chrono_params(params: LSTMParams, longest: int, seed: int) -> LSTMParams:
    """The same weights with other biases: the units remember for very different times, 2 to `longest` steps.

    Each unit gets a random t, uniform between 1 and longest - 1; b_f = ln(t), so that with no input f = t / (1 + t)
    forgets 1 part in 1 + t, and b_i = -b_f, so that i = 1 - f and the memory cannot grow beyond what is written.
    Returns new parameters. Raises ValueError for `longest` below 3.
    Tallec & Ollivier (2018), "Can recurrent neural networks warp time?"
    """
    if longest < 3:
        raise ValueError(_("longest is {got}; expected at least 3 steps").format(got=longest))
    rng = np.random.default_rng(seed)
    times = rng.uniform(1, longest - 1, params.hidden_size)
    b_f = np.log(times).astype(params.b_f.dtype)
    return params._replace(b_f=b_f, b_i=-b_f)
