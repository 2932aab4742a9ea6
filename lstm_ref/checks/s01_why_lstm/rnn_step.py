"""The check of `rnn_step`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.core import rnn
from lstm_ref.messages import _

# B, T, D, H of two calls. They all differ, so that no axis can be taken for another, and no size is always the same.
SIZES = ((3, 5, 2, 4), (2, 4, 3, 5))


def weights(rng, D: int, H: int) -> Arguments:
    """Of order one, biases not zero: small weights hide mistakes."""
    return {"W": rng.normal(0, 1, (H, H + D)), "b": rng.normal(0, 1, H)}


def two_steps(rng) -> list[Arguments]:
    return [
        {"x": rng.normal(0, 1, (B, D)), "h_prev": rng.uniform(-1, 1, (B, H)), **weights(rng, D, H)}
        for B, _T, D, H in SIZES
    ]


def step_sizes(arguments: Arguments) -> str:
    (B, D), H = arguments["x"].shape, len(arguments["b"])
    return f"B={B}, D={D}, H={H}"


def W_h(W):
    return W[:, : len(W)]


def W_x(W):
    return W[:, len(W) :]


def join(x, h_prev):
    return np.concatenate([h_prev, x], axis=1)


def step(x, h_prev, W, b):
    return rnn.rnn_step(x, h_prev, rnn.RNNParams(W, b))


def on_z(wrong):
    """A step with another function of z = W · [h_prev, x] + b."""
    return lambda x, h_prev, W, b: wrong(join(x, h_prev) @ W.T + b)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def which_units(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """If whole units are right and others wrong, the rows of W are where to look."""
    wrong = ~np.isclose(got["h"], want["h"], rtol=0, atol=1e-9)
    if wrong.all(axis=0).any() and not wrong.any(axis=0).all():
        units = ", ".join(str(n) for n in np.flatnonzero(wrong.any(axis=0)))
        return _("Other units are right. Unit n reads row n of W and b[n]: look at row {units}.").format(units=units)
    if wrong.all(axis=1).any() and not wrong.any(axis=1).all():
        return _(
            "Other sequences are right, and every sequence is treated alike: where does one get special treatment?"
        )
    return _(
        "Every number of h is tanh of one row of W times [h_prev, x], plus one number of b. Print z before the tanh."
    )


RNN_STEP = Check(
    name="rnn_step",
    output="h",
    reference=step,
    axes={"h": "BH"},
    sizes=step_sizes,
    advice=which_units,
    parts={"equation": Part(two_steps)},
    mistakes={
        _("tanh is left out"): on_z(lambda z: z),
        _("tanh is taken twice"): on_z(lambda z: np.tanh(np.tanh(z))),
        _("the sigmoid takes the place of tanh: h lies between -1 and 1, not between 0 and 1"): on_z(
            lambda z: 1 / (1 + np.exp(-z))
        ),
        _("ReLU takes the place of tanh"): on_z(lambda z: np.maximum(z, 0)),
        _("softmax takes the place of tanh: it makes the units share 1"): on_z(softmax),
        _("tanh is written with its exponentials exchanged, which turns its sign"): on_z(lambda z: -np.tanh(z)),
        _("tanh is written without the 2: (1 - exp(-z)) / (1 + exp(-z)) is tanh(z / 2)"): on_z(
            lambda z: np.tanh(z / 2)
        ),
        _("the derivative 1 - tanh(z)**2 is returned"): on_z(lambda z: 1 - np.tanh(z) ** 2),
        _(
            "x comes before h_prev: the first H columns of W belong to h_prev, so it is [h_prev, x]"
        ): lambda x, h_prev, W, b: np.tanh(np.concatenate([x, h_prev], axis=1) @ W.T + b),
        _("the bias b is left out"): lambda x, h_prev, W, b: step(x, h_prev, W, 0 * b),
        _("the bias b is added twice"): lambda x, h_prev, W, b: step(x, h_prev, W, 2 * b),
        _("the bias b is subtracted"): lambda x, h_prev, W, b: step(x, h_prev, W, -b),
        _("the bias is added after tanh, so that h can leave -1 to 1; add it first"): lambda x, h_prev, W, b: (
            step(x, h_prev, W, 0 * b) + b
        ),
        _("tanh squashes the pieces W h, W x and b one by one; add first, squash once"): lambda x, h_prev, W, b: sum(
            np.tanh(piece) for piece in (h_prev @ W_h(W).T, x @ W_x(W).T, b)
        ),
        _(
            "the recurrent weights are used without their transpose: they are square, so NumPy cannot notice"
        ): lambda x, h_prev, W, b: np.tanh(h_prev @ W_h(W) + x @ W_x(W).T + b),
        _("h_prev is ignored: only x and b are read"): lambda x, h_prev, W, b: step(x, 0 * h_prev, W, b),
        _("x is ignored: only h_prev and b are read"): lambda x, h_prev, W, b: step(0 * x, h_prev, W, b),
        _("h_prev is added to tanh(z): in a plain RNN it goes in through W alone"): lambda x, h_prev, W, b: (
            h_prev + step(x, h_prev, W, b)
        ),
        _("only the first sequence of the batch is used for all"): lambda x, h_prev, W, b: step(
            x[:1].repeat(len(x), 0), h_prev[:1].repeat(len(x), 0), W, b
        ),
        _("h is transposed: one row per sequence is expected, (B, H)"): lambda x, h_prev, W, b: step(x, h_prev, W, b).T,
        _(
            "W is used without its transpose: it has one row per hidden unit, so it is hx @ W.T"
        ): lambda x, h_prev, W, b: np.tanh(join(x, h_prev) @ W + b),
        _("W comes first: each row of [h_prev, x] is one sequence, so it is hx @ W.T"): lambda x, h_prev, W, b: np.tanh(
            W @ join(x, h_prev) + b
        ),
        _(
            "W comes first, which gives (H, B), and b does not fit that; hx @ W.T gives (B, H)"
        ): lambda x, h_prev, W, b: np.tanh(W @ join(x, h_prev).T + b),
        _(
            "* is used, which multiplies element by element; a product of matrices is written @"
        ): lambda x, h_prev, W, b: np.tanh(join(x, h_prev) * W + b),
        _(
            "h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"
        ): lambda x, h_prev, W, b: np.tanh(np.concatenate([h_prev, x], axis=0) @ W.T + b),
        _(
            "np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"
        ): lambda x, h_prev, W, b: np.tanh(np.stack([h_prev, x], axis=1) @ W.T + b),
        _("np.concatenate is given two arrays; it takes one list of them, and then axis=1"): tuple(
            lambda x, h_prev, W, b, options=options: np.tanh(np.concatenate(h_prev, x, **options) @ W.T + b)
            for options in ({}, {"axis": 1})
        ),
        _(
            "np.append without an axis makes one long row of both; np.concatenate with axis=1 joins the columns"
        ): lambda x, h_prev, W, b: np.tanh(np.append(h_prev, x) @ W.T + b),
    },
)
