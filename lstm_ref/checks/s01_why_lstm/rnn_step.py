"""The check of `rnn_step`: one line as those of the LSTM, with x before h_prev among its arguments."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import line_mistakes, names_of_a_line, on_z
from lstm_ref.checks.slips.squashing import tanh_mistakes
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


def step(x, h_prev, W, b):
    return rnn.rnn_step(x, h_prev, rnn.RNNParams(W, b))


def x_first(line):
    """A function of (h_prev, x, W, b), as a line of the LSTM is, called as `rnn_step` is."""
    return lambda x, h_prev, W, b: line(h_prev, x, W, b)


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
    mistakes=known(
        within(lambda tanh: x_first(on_z(tanh)), tanh_mistakes("z", _("then h is never negative"))),
        within(x_first, line_mistakes(names_of_a_line("h", "W", "b", np.tanh), np.tanh)),
        {
            _("h_prev is added to tanh(z): in a plain RNN it goes in through W alone"): lambda x, h_prev, W, b: (
                h_prev + step(x, h_prev, W, b)
            ),
        },
    ),
)
