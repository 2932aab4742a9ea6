"""The check of `rnn_forward`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s01_why_lstm.rnn_step import SIZES, step, weights
from lstm_ref.core import rnn
from lstm_ref.messages import _


def one_step(rng) -> list[Arguments]:
    return sequences(rng, steps=1)


def sequences(rng, steps: int | None = None) -> list[Arguments]:
    return [
        {"xs": rng.normal(0, 1, (B, steps or T, D)), "h0": rng.uniform(-1, 1, (B, H)), **weights(rng, D, H)}
        for B, T, D, H in SIZES
    ]


def sequence_sizes(arguments: Arguments) -> str:
    (B, T, D), H = arguments["xs"].shape, len(arguments["b"])
    return f"B={B}, T={T}, D={D}, H={H}"


def forward(xs, h0, W, b):
    return rnn.rnn_forward(xs, rnn.RNNParams(W, b), h0)


def on_outputs(wrong):
    """Right outputs, wrongly returned."""
    return lambda xs, h0, W, b: wrong(*forward(xs, h0, W, b))


def chained(inputs, h0, W, b):
    """Steps over a list of inputs (B, D)."""
    hs = [h0]
    for x in inputs:
        hs.append(step(x, hs[-1], W, b))
    return hs[1:]


def each_from_h0(xs, h0, W, b):
    hs = np.stack([step(xs[:, t], h0, W, b) for t in range(xs.shape[1])], axis=1)
    return hs, hs[:, -1]


def backwards(xs, h0, W, b):
    return forward(xs[:, ::-1], h0, W, b)


def with_h0_in_front(xs, h0, W, b):
    hs, h = forward(xs, h0, W, b)
    return np.concatenate([h0[:, None], hs], axis=1), h


def what_was_before(xs, h0, W, b):
    hs, h = with_h0_in_front(xs, h0, W, b)
    return hs[:, :-1], h


def first_input_skipped(xs, h0, W, b):
    hs = np.stack([h0, *chained([xs[:, t] for t in range(1, xs.shape[1])], h0, W, b)], axis=1)
    return hs, hs[:, -1]


def batch_taken_for_time(xs, h0, W, b):
    h = h0
    for x in xs:
        h = np.tanh(np.concatenate([h, x], axis=1) @ W.T + b)
    return h, h


def first_input_always(xs, h0, W, b):
    return forward(xs[:, :1].repeat(xs.shape[1], 1), h0, W, b)


def first_step_alone(xs, h0, W, b):
    return forward(xs[:, :1], h0, W, b)


def reshaped(xs, h0, W, b):
    steps, size = xs.shape[1], xs.shape[2]
    hs = np.stack(chained(xs.reshape(steps, -1, size), h0, W, b), axis=1)
    return hs, hs[:, -1]


def in_a_row(hs, h):
    return hs.reshape(hs.shape[0], -1), h


def below_each_other(hs, h):
    return np.concatenate(list(hs.swapaxes(0, 1))), h


def as_many_steps_as(count):
    """Fewer steps than there are, or more, which ends in an error."""
    return lambda xs, h0, W, b: on_chain(chained([xs[:, t] for t in range(count(xs))], h0, W, b))


def on_chain(outputs):
    return np.stack(outputs, axis=1), outputs[-1]


def arguments_exchanged(xs, h0, W, b):
    hs = [h0]
    for t in range(xs.shape[1]):
        hs.append(np.tanh(np.concatenate([xs[:, t], hs[-1]], axis=1) @ W.T + b))
    return on_chain(hs[1:])


def last_not_written(xs, h0, W, b):
    hs = np.zeros((*xs.shape[:2], len(b)))
    h = h0
    for t in range(xs.shape[1] - 1):
        h = hs[:, t] = step(xs[:, t], h, W, b)
    return hs, h


def where_it_goes_wrong(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that is wrong says whether the step or the handing on is."""
    wrong = ~np.isclose(got["hs"], want["hs"], rtol=0, atol=1e-9)
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
    reference=forward,
    axes={"hs": "BTH", "h": "BH"},
    sizes=sequence_sizes,
    advice=where_it_goes_wrong,
    given=("rnn_step",),
    parts={
        "one_step": Part(one_step),
        "sequence": Part(
            sequences,
            mistakes={
                _(
                    "the outputs are joined below each other, (T*B, H); np.stack with axis=1 gives steps an axis"
                ): on_outputs(below_each_other),
                _(
                    "hs is reshaped from (T, B, H) to (B, T, H), which mixes the sequences: np.stack(hs, axis=1)"
                ): on_outputs(lambda hs, h: (hs.swapaxes(0, 1).reshape(hs.shape), h)),
            },
        ),
    },
    mistakes={
        _("h0 is ignored and zeros are put in its place"): lambda xs, h0, W, b: forward(xs, 0 * h0, W, b),
        _("every step starts from h0: each must start from what the step before it said"): each_from_h0,
        _("time runs backwards: the last input is read first"): backwards,
        _("the outputs are in reverse order"): on_outputs(lambda hs, h: (hs[:, ::-1], h)),
        _("the first input is read at every step"): first_input_always,
        _("h0 is kept as first output: hs begins with what the first step said"): with_h0_in_front,
        _("hs holds what was there before each step, from h0 on, and not what the step said"): what_was_before,
        _("the first input is skipped, and h0 is given in place of the first output"): first_input_skipped,
        _("the last step is missing"): on_outputs(lambda hs, h: (hs[:, :-1], h)),
        _("the loop ends one step too early: the last step of hs is never written"): last_not_written,
        _("the loop counts another axis than the steps: T is xs.shape[1], B is len(xs), D is xs.shape[2]"): tuple(
            as_many_steps_as(count) for count in (len, lambda xs: xs.shape[2])
        ),
        _(
            "x and h_prev are exchanged where a step is taken: rnn_step(x, h_prev, W, b) reads x first"
        ): arguments_exchanged,
        _("h is the output of the first step; the last one is asked for"): on_outputs(lambda hs, h: (hs, hs[:, 0])),
        _(
            "return stands inside the loop, so that the first step is also the last; it belongs after the loop"
        ): first_step_alone,
        _("xs is reshaped to have the steps in front, which mixes the sequences up; step t reads xs[:, t]"): reshaped,
        _("h is hs[-1], the last sequence; the last step of all sequences is hs[:, -1]"): on_outputs(
            lambda hs, h: (hs, hs[-1])
        ),
        _("h is hs[..., -1], the last unit; the last step is hs[:, -1]"): on_outputs(lambda hs, h: (hs, hs[..., -1])),
        _("h is hs[:, -1:], which keeps an axis for the one step; hs[:, -1] drops it"): on_outputs(
            lambda hs, h: (hs, hs[:, -1:])
        ),
        _("all steps hold the last output: was one array stored again and again?"): on_outputs(
            lambda hs, h: (np.repeat(hs[:, -1:], hs.shape[1], axis=1), h)
        ),
        _("the two results are returned in the other order: hs comes first"): on_outputs(lambda hs, h: (h, hs)),
        _("the outputs are stacked along axis 0, which gives (T, B, H); the course has the batch first"): on_outputs(
            lambda hs, h: (hs.transpose(1, 0, 2), h)
        ),
        _("the outputs are stacked along the last axis, which gives (B, H, T)"): on_outputs(
            lambda hs, h: (hs.transpose(0, 2, 1), h)
        ),
        _(
            "the outputs are joined side by side, (B, T*H); np.stack with axis=1 gives steps an axis of their own"
        ): on_outputs(in_a_row),
        _("the first axis is gone through as if it were time: step t reads xs[:, t], not xs[t]"): batch_taken_for_time,
        _("h is the mean over all steps; the last output is asked for"): on_outputs(
            lambda hs, h: (hs, hs.mean(axis=1))
        ),
    },
)
