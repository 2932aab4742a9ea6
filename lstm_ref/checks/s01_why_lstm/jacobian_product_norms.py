"""The check of `jacobian_product_norms`: a list of Jacobians, their products from the last step back, a norm of each.

Each of the three can be another one; where h is 0, every Jacobian is W_h, and a wrong slope cannot be seen.
"""

import numpy as np

from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s01_why_lstm.rnn_step import SIZES
from lstm_ref.core import jacobians, rnn
from lstm_ref.messages import _


def at_rest(rng) -> list[Arguments]:
    """h = 0 at every step: tanh has slope 1 there, and each Jacobian is W_h itself."""
    return [{"hs": np.zeros((B, T, H)), "W": rng.normal(0, 1, (H, H + D))} for B, T, D, H in SIZES[:1]]


def in_motion(rng) -> list[Arguments]:
    return [{"hs": rng.uniform(-0.95, 0.95, (B, T, H)), "W": rng.normal(0, 1, (H, H + D))} for B, T, D, H in SIZES]


def W_h(W):
    return W[:, : len(W)]


def norms_sizes(arguments: Arguments) -> str:
    (B, T, H), columns = arguments["hs"].shape, arguments["W"].shape[1]
    return f"B={B}, T={T}, H={H}, D={columns - H}"


def norms_of(hs, W):
    return jacobians.jacobian_product_norms(hs, rnn.RNNParams(W, np.zeros(len(W))))


def slope(hs):
    return 1 - hs**2


def each_jacobian(hs, W, slope=slope):
    """A list of T, each (B, H, H)."""
    return [slope(hs[:, t])[:, :, None] * W_h(W) for t in range(hs.shape[1])]


def spectral(matrices):
    return np.linalg.norm(matrices, ord=2, axis=(1, 2))


def products(steps, measure=spectral, times=np.matmul):
    """Norms of 1, J_T, J_T J_{T-1}, ..., with another list of Jacobians, another measure, another product."""
    product = np.broadcast_to(np.eye(steps[0].shape[-1]), steps[0].shape)
    columns = []
    for jacobian in reversed(steps):
        columns.append(measure(product))
        product = times(product, jacobian)
    return np.stack(columns, axis=-1)


def with_slope(slope):
    return lambda hs, W: products(each_jacobian(hs, W, slope))


def with_measure(measure):
    return lambda hs, W: products(each_jacobian(hs, W), measure)


def with_weights(change):
    """Another H x H block in place of W[:, :H]."""
    return lambda hs, W: products(each_jacobian(hs, np.concatenate([change(W), W[:, len(W) :]], axis=1)))


def slope_on_the_wrong_side(hs, W):
    return products([slope(hs[:, t])[:, None, :] * W_h(W) for t in range(hs.shape[1])])


def one_factor_too_many(hs, W):
    steps = each_jacobian(hs, W)
    return products([steps[0], *steps])[:, 1:]


def norms_multiplied(hs, W):
    sizes = [np.ones(len(hs))] + [spectral(jacobian) for jacobian in reversed(each_jacobian(hs, W)[1:])]
    return np.cumprod(np.stack(sizes, axis=1), axis=1)


def all_of_W(hs, W):
    last, before = (slope(hs[:, t])[:, :, None] * W for t in (-1, -2))
    return last @ before


def stepping(step):
    """`step(product, slopes (B, H), W_h)` is the next product."""

    def norms(hs, W):
        product, columns = np.tile(np.eye(len(W)), (len(hs), 1, 1)), []
        for t in reversed(range(hs.shape[1])):
            columns.append(spectral(product))
            product = step(product, slope(hs[:, t]), W_h(W))
        return np.stack(columns, axis=1)

    return norms


def counted_from_the_front(hs, W):
    """At lag k the Jacobian of step k, and not of step T - k."""
    return products(each_jacobian(np.concatenate([hs[:, :1], hs[:, :0:-1]], axis=1), W))


def which_lag(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    wrong = wrong_numbers(got["norms"], want["norms"]).any(axis=0)
    first = int(np.flatnonzero(wrong)[0])
    sequences = np.flatnonzero(wrong_numbers(got["norms"], want["norms"]).any(axis=1))
    if sequences[0] > 0:
        return _("Sequence 0 is right. Does the product begin with the identity again for each of the others?")
    if first == 0:
        return _("Column 0 is lag 0: nothing lies between, the product is the identity, and its norm is 1.")
    if first == 1:
        return _("Lag 1 is one Jacobian, that of the last step: its rows are those of W[:, :H], each times 1 - h**2.")
    return _("Up to lag {before} all is right. Lag {first} needs one factor more, on the right of the product.").format(
        before=first - 1, first=first
    )


JACOBIAN_PRODUCT_NORMS = Check(
    name="jacobian_product_norms",
    output="norms",
    reference=norms_of,
    place=lambda arguments, index: _("norms[{b}, {k}] (sequence {b}, lag {k})").format(b=index[0], k=index[1]),
    sizes=norms_sizes,
    advice=which_lag,
    parts={"in_motion": Part(in_motion), "at_rest": Part(at_rest)},
    mistakes={
        _("the slope of tanh is left out: W_h alone is the Jacobian only where h is 0"): with_slope(np.ones_like),
        _("1 - h stands where 1 - h**2 belongs"): with_slope(lambda h: 1 - h),
        _("(1 - h)**2 stands where 1 - h**2 belongs"): with_slope(lambda h: (1 - h) ** 2),
        _("h**2 stands where 1 - h**2 belongs"): with_slope(lambda h: h**2),
        _("h * (1 - h) is used, the slope of the sigmoid; that of tanh is 1 - h**2"): with_slope(lambda h: h * (1 - h)),
        _("tanh is taken once more: hs already holds tanh(z), so the slope is 1 - h**2"): with_slope(
            lambda h: 1 - np.tanh(h) ** 2
        ),
        _(
            "each column of W_h is multiplied by 1 - h**2: the slope belongs to the unit that answers, a row of W_h"
        ): slope_on_the_wrong_side,
        _("W_h is transposed: row j of a Jacobian says how unit j moves"): with_weights(lambda W: W_h(W).T),
        _("the wrong columns of W are taken: those of h_prev are the first H, W[:, :H]"): with_weights(
            lambda W: W[:, -len(W) :]
        ),
        _("the factors stand in the other order: going back, each new Jacobian is put on the right"): lambda hs, W: (
            products(each_jacobian(hs, W), times=lambda a, b: b @ a)
        ),
        _("* multiplies the Jacobians element by element; a product of matrices is written @"): lambda hs, W: products(
            each_jacobian(hs, W), times=np.multiply
        ),
        _("the Frobenius norm is used, np.linalg.norm without ord=2; the spectral norm is asked for"): with_measure(
            lambda m: np.linalg.norm(m, axis=(1, 2))
        ),
        _("ord=1 is used, the largest sum of a column; the spectral norm is ord=2"): with_measure(
            lambda m: np.linalg.norm(m, ord=1, axis=(1, 2))
        ),
        _("ord=np.inf is used, the largest sum of a row; the spectral norm is ord=2"): with_measure(
            lambda m: np.linalg.norm(m, ord=np.inf, axis=(1, 2))
        ),
        _("np.linalg.norm is not told the axes: axis=(1, 2) takes one norm for each sequence"): (
            with_measure(lambda m: np.linalg.norm(m, ord=2)),
            with_measure(np.linalg.norm),
        ),
        _("all columns of W are taken; only the first H belong to h_prev, W[:, :H]"): all_of_W,
        _("np.diag is given a whole batch and takes its diagonal; (1 - h**2)[:, :, None] * W_h treats each alike"): (
            stepping(lambda product, slopes, W: product @ np.diag(slopes) @ W),
            stepping(lambda product, slopes, W: product @ (np.diag(slopes) @ W)),
        ),
        _("the largest number in each product is taken; its spectral norm is asked for"): with_measure(
            lambda m: np.abs(m).max(axis=(1, 2))
        ),
        _("the determinant is taken: it says how volumes change, not how far a change can be stretched"): with_measure(
            np.linalg.det
        ),
        _("the largest |eigenvalue| of each product is taken: that is its spectral radius, not its norm"): with_measure(
            lambda m: np.abs(np.linalg.eigvals(m)).max(axis=1)
        ),
        _("the squared norms are returned, the eigenvalues of J.T @ J without their root"): with_measure(
            lambda m: spectral(m) ** 2
        ),
        _("the norms of the single steps are multiplied: the norm of a product is smaller than that"): norms_multiplied,
        _("the norm of each single step is returned, and nothing is multiplied"): lambda hs, W: np.stack(
            [spectral(jacobian) for jacobian in each_jacobian(hs, W)], axis=1
        ),
        _("every column has one factor too many: column 0 has none and is 1, column 1 has one"): one_factor_too_many,
        _("the product starts at the first step and runs forwards: lags count back from the last step"): lambda hs, W: (
            products(each_jacobian(hs[:, ::-1], W))
        ),
        _(
            "lag k takes the slope of hs[:, k], counted from the front; going back from the last it is hs[:, -k]"
        ): counted_from_the_front,
        _("brackets are missing: product @ slope * W_h does @ first; it is product @ (slope * W_h)"): stepping(
            lambda product, slopes, W: product @ slopes[:, :, None] * W
        ),
        _("the last step's Jacobian is left out: h_T is reached through step T"): lambda hs, W: products(
            each_jacobian(np.concatenate([hs[:, :1], hs[:, :-1]], axis=1), W)
        ),
        _("the lags are in reverse order: column 0 is lag 0"): lambda hs, W: norms_of(hs, W)[:, ::-1],
        _("the result is transposed: one row per sequence is expected, (B, T)"): lambda hs, W: norms_of(hs, W).T,
        _("only the first sequence is measured"): lambda hs, W: norms_of(hs, W)[0],
        _("the norms are averaged over the batch"): lambda hs, W: norms_of(hs, W).mean(axis=0),
        _("lag 0 is missing: the first column is 1"): lambda hs, W: norms_of(hs, W)[:, 1:],
    },
)
