"""The check of `rnn_step`: one line as those of the LSTM, with x before h_prev among its arguments."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.experiments.line import names_of_parts, readers, readouts_of_line
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import line_advice, line_mistakes, names_of_a_line, on_z, sizes_of_a_line
from lstm_ref.checks.slips.squashing import atanh, tanh_mistakes
from lstm_ref.core import rnn
from lstm_ref.messages import _

# B, T, D, H of two calls. They all differ, so that no axis can be taken for another, and no size is always the same; B
# is once smaller than H and once larger.
SIZES = ((3, 5, 2, 4), (6, 4, 3, 5))


def weights(rng, D: int, H: int) -> Arguments:
    """W and b of order one: small weights hide mistakes."""
    return {"W": rng.normal(0, 1, (H, H + D)), "b": rng.normal(0, 1, H)}


def two_steps(rng) -> list[Arguments]:
    return [
        {"x": rng.normal(0, 1, (B, D)), "h_prev": rng.uniform(-1, 1, (B, H)), **weights(rng, D, H)}
        for B, _T, D, H in SIZES
    ]


def step(x, h_prev, W, b):
    return rnn.rnn_step(x, h_prev, rnn.RNNParams(W, b))


def x_first(line):
    """A function of (h_prev, x, W, b), as a line of the LSTM is, called as `rnn_step` is."""
    return lambda x, h_prev, W, b: line(h_prev, x, W, b)


NAMES = names_of_a_line("h", "W", "b", np.tanh)


def which_unit(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    line = {name: arguments[name] for name in ("h_prev", "x", "W", "b")}
    return line_advice(NAMES, atanh, line, got["h"], want["h"])


RNN_STEP = Check(
    name="rnn_step",
    output="h",
    reference=step,
    axes={"h": "BH"},
    sizes=sizes_of_a_line,
    advice=which_unit,
    readouts=readouts_of_line(np.tanh, "h"),
    lines=names_of_parts("W", "b", "tanh"),
    readers=readers("W", "b"),
    parts={"equation": Part(two_steps)},
    mistakes=known(
        within(lambda tanh: x_first(on_z(tanh)), tanh_mistakes("z", _("then h is never negative"))),
        within(x_first, line_mistakes(NAMES, np.tanh)),
        {
            _("h_prev is added to tanh(z): in a plain RNN it goes in through W alone"): lambda x, h_prev, W, b: (
                h_prev + step(x, h_prev, W, b)
            ),
        },
    ),
)
