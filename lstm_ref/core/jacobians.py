"""How much of a change is still felt k steps later, and so how much of a gradient comes back: products of Jacobians.

Written once for NumPy arrays and torch tensors. Pascanu, Mikolov & Bengio (2013), "On the difficulty of training
recurrent neural networks", eq. 5. All norms here are spectral: the most that any change can be stretched.
"""

from lstm_ref.core.arrays import Array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.core.rnn import RNNParams
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _


def step_jacobian(h: Array, params: RNNParams) -> Array:
    """What one step does to a small change of h: diag(1 - h_t**2) W_h.

    From h_t (B, H) to dh_t/dh_{t-1} (B, H, H). W_h is W[:, :H]. Entry
    [b, j, k] says how much unit j of step t moves with unit k of step
    t-1. Raises ValueError for shapes that do not fit, TypeError for
    mixed dtypes or libraries.
    """
    same_kind(h=h, W=params.W)
    expect_axes("h", h, "B, H")
    expect_shape("h", h, (h.shape[0], params.hidden_size), "(B, H)")
    # 1 - h**2 is the derivative of tanh, computed from its output.
    W_h = params.W[:, : params.hidden_size]
    return (1 - h**2)[:, :, None] * W_h


def jacobian_product_norms(hs: Array, params: RNNParams) -> Array:
    """How much of an RNN's output k steps ago is still felt at the last step: norms of dh_T/dh_{T-k}, k = 0 to T-1.

    hs: (B, T, H), what `rnn_forward` returned. Returns (B, T): column k is lag k, so column 0 is 1.
    Raises as `step_jacobian` does.
    """
    expect_axes("hs", hs, "B, T, H")
    jacobians = [step_jacobian(hs[:, t, :], params) for t in range(hs.shape[1])]
    return _norms(_products_from_the_end(jacobians, first_row=0))


def memory_norms(xs: Array, params: LSTMParams, state: LSTMState | None = None) -> Array:
    """How much of an LSTM's memory k steps ago is still felt in the last one: norms of dc_T/dc_{T-k}, k = 0 to T-1.

    The whole derivative: a change of c also changes h, and through h every gate of the next step. xs: (B, T, D).
    Returns (B, T), column k is lag k. Raises ValueError for weights with a projection, else as `lstm_forward`.
    """
    if params.W_hr is not None:
        raise ValueError(_("params has a projection W_hr; memory_norms measures cells without one"))
    steps = _lstm_jacobians(xs, params, state)
    # The rows of c_T are the lower half.
    products = _products_from_the_end([step for step, _own in steps], first_row=params.hidden_size)
    # Moving c_{T-k} moves h_{T-k} at once; `own` has both columns.
    return _norms(product @ own for product, (_step, own) in zip(products, reversed(steps), strict=True))


def _products_from_the_end(jacobians: list[Array], first_row: int):
    """Rows from `first_row` on of 1, J_T, J_T J_{T-1}, ..., J_T ... J_2: one product for each lag.

    J_1, the first Jacobian, leads back to the state before the first step and is not used.
    """
    xp = same_kind(jacobian=jacobians[0])
    product = (xp.zeros_like(jacobians[0]) + xp.eye(jacobians[0].shape[1], dtype=jacobians[0].dtype))[:, first_row:, :]
    for jacobian in reversed(jacobians):
        yield product
        product = product @ jacobian


def _norms(matrices) -> Array:
    norms = []
    for matrix in matrices:
        xp = same_kind(matrix=matrix)
        norms.append(xp.linalg.matrix_norm(matrix, ord=2))
    return xp.stack(norms, axis=1)


def _lstm_jacobians(xs: Array, params: LSTMParams, state: LSTMState | None) -> list[tuple[Array, Array]]:
    """For every step: d(h_t, c_t)/d(h_{t-1}, c_{t-1}), (B, 2H, 2H), and d(h_t, c_t)/dc_t, (B, 2H, H)."""
    xp = same_kind(xs=xs)
    _hs, _last, gates = lstm_forward(xs, params, state, return_gates=True)
    first = xp.zeros_like(gates.c[:, 0, :]) if state is None else state.c
    W = {gate: getattr(params, f"W_{gate}")[None, :, : params.hidden_size] for gate in "fico"}
    one = xp.eye(params.hidden_size, dtype=xs.dtype)[None]
    found = []
    for t in range(xs.shape[1]):
        f, i, candidate, o, c = (values[:, t, :, None] for values in gates)  # one row per unit
        c_prev = (first if t == 0 else gates.c[:, t - 1, :])[:, :, None]
        shown = xp.tanh(c)
        # sigmoid' = s (1 - s) and tanh' = 1 - tanh**2, each computed from the function's output.
        c_by_h = c_prev * f * (1 - f) * W["f"] + candidate * i * (1 - i) * W["i"] + i * (1 - candidate**2) * W["c"]
        c_by_c = f * one
        h_by_own_c = o * (1 - shown**2)
        h_by_h = h_by_own_c * c_by_h + shown * o * (1 - o) * W["o"]
        rows_of_h = xp.concat([h_by_h, h_by_own_c * c_by_c], axis=2)
        rows_of_c = xp.concat([c_by_h, c_by_c], axis=2)
        own = xp.concat([h_by_own_c * one, xp.ones_like(c) * one], axis=1)
        found.append((xp.concat([rows_of_h, rows_of_c], axis=1), own))
    return found


def lag_until(norms: Array, fraction: float) -> Array:
    """The first lag at which less than `fraction` is left: norms (B, T), column k is lag k -> (B,) whole numbers.

    T if that happens at no measured lag. Raises ValueError for anything but two axes.
    """
    xp = same_kind(norms=norms)
    expect_axes("norms", norms, "B, T")
    # Counting the norms above `fraction` would be wrong: norms may rise again after they fell.
    not_yet = xp.cumulative_sum(xp.astype(norms < fraction, xp.int64), axis=1) == 0
    return xp.sum(xp.astype(not_yet, xp.int64), axis=1)
