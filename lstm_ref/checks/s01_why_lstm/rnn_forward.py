"""The check of `rnn_forward`. In a sequence of one step, many mistakes of the loop cannot be seen or told apart."""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.experiments.line import names_of_parts
from lstm_ref.checks.experiments.run import readouts_of_rnn_forward
from lstm_ref.checks.s01_why_lstm.rnn_step import SIZES, weights
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, FINAL, READ, STACKED, Loop
from lstm_ref.core import rnn
from lstm_ref.messages import _


def sequences(rng, steps: int | None = None) -> list[Arguments]:
    return [
        {"xs": rng.normal(0, 1, (B, steps or T, D)), "h0": rng.uniform(-1, 1, (B, H)), **weights(rng, D, H)}
        for B, T, D, H in SIZES
    ]


def sequence_sizes(arguments: Arguments) -> str:
    (B, T, D), H = arguments["xs"].shape, len(arguments["b"])
    return f"B={B}, T={T}, D={D}, H={H}"


def step(h_prev, x, W, b):
    """What is carried on is what is shown."""
    h = given.rnn_step(x, h_prev, W, b)
    return h, h


RUN = Loop(
    step=step,
    take_apart=lambda xs, h0, W, b: ((xs,), h0, (W, b)),
    letters={"x": "xs", "D": "D", "h": "h", "hs": "hs", "first": "h0", "final": "h"},
)


def returns(change):
    """Right outputs (hs, h), wrongly returned."""
    return RUN(result=lambda v: change(v.hs, v.final))


def steps_in_front(xs, h0, W, b):
    """xs reshaped to (T, B, D), which mixes the sequences up."""
    return RUN()(xs.reshape(xs.shape[1], len(xs), -1).swapaxes(0, 1), h0, W, b)


# In one step these give what others give: (B, H) alone, h0, or the error that there is nothing to stack.
NOT_IN_ONE_STEP = (
    "one below the other",
    "last alone",
    "first left out",
    "last left out",
    "start again",
    "before the last",
    "of every step",
)


def where_it_goes_wrong(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that is wrong says whether the step or the handing on is."""
    wrong = wrong_numbers(got["hs"], want["hs"])
    if not wrong.any():
        return _("hs is right. h is what the last step said, hs[:, -1].")
    first = int(np.flatnonzero(wrong.any(axis=(0, 2)))[0])
    if first == 0:
        return _("The very first step is wrong: it reads xs[:, 0] and h0.")
    return _("Up to step {before} all is right. Step {first} reads xs[:, {first}] and what step {before} said.").format(
        before=first - 1, first=first
    )


RNN_FORWARD = Check(
    name="rnn_forward",
    output=("hs", "h"),
    reference=lambda xs, h0, W, b: rnn.rnn_forward(xs, rnn.RNNParams(W, b), h0),
    axes={"hs": "BTH", "h": "BH"},
    sizes=sequence_sizes,
    advice=where_it_goes_wrong,
    readouts=readouts_of_rnn_forward,
    lines=names_of_parts("W", "b", "tanh"),
    given=(given.rnn_step,),
    parts={
        "one_step": Part(lambda rng: sequences(rng, steps=1)),
        "sequence": Part(sequences, mistakes=RUN.slips(STACKED, COLLECTED, READ, CARRIED, FINAL, only=NOT_IN_ONE_STEP)),
    },
    mistakes=known(
        RUN.slips(STACKED, COLLECTED, READ, CARRIED, FINAL, without=NOT_IN_ONE_STEP),
        {
            _("x and h_prev are exchanged where a step is taken: rnn_step(x, h_prev, W, b) reads x first"): RUN(
                step=lambda h_prev, x, W, b: step(x, h_prev, W, b)
            ),
            _(
                "xs is reshaped to have the steps in front, which mixes the sequences up; step t reads xs[:, t]"
            ): steps_in_front,
            _("h is hs[-1], the last sequence; the last step of all sequences is hs[:, -1]"): returns(
                lambda hs, h: (hs, hs[-1])
            ),
            _("h is hs[..., -1], the last unit; the last step is hs[:, -1]"): returns(lambda hs, h: (hs, hs[..., -1])),
            _("h is hs[:, -1:], which keeps an axis for the one step; hs[:, -1] drops it"): returns(
                lambda hs, h: (hs, hs[:, -1:])
            ),
            # Of a sequence of one step, nothing is left: there it is no error, as it is where the steps are collected.
            COLLECTED["last left out"][0]: returns(lambda hs, h: (hs[:, :-1], h)),
            _("h is the mean over all steps; the last output is asked for"): returns(
                lambda hs, h: (hs, hs.mean(axis=1))
            ),
        },
    ),
)
