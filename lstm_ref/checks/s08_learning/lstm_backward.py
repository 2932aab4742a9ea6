"""The check of `lstm_backward`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s08_learning.lstm_step_backward import (
    B,
    D,
    H,
    random_gradient,
    random_params,
    random_state,
    wrong_numbers,
)
from lstm_ref.checks.slips.backward import (
    no_c,
    no_h,
    nothing,
    right_step,
    same,
    sequence_with,
    turned,
)
from lstm_ref.core import backward, cell
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _


def which_step(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where to look in a sequence: the last step whose gradient is wrong is the first that was computed wrongly."""
    got_x, want_x = got["grads.x"], want["grads.x"]
    wrong = wrong_numbers(got_x, want_x).any(axis=(0, 2))
    if not wrong.any():
        return _("The gradient of x is right at every step: look at how the rest is put together at the end.")
    missed = [t for t in np.flatnonzero(wrong) if not got_x[:, t].any()]
    if missed and len(missed) < wrong.size:
        return _(
            "The gradient of x is 0 at these steps: {steps}. Does the loop come by there? T is xs.shape[1]."
        ).format(steps=", ".join(map(str, missed)))
    last = int(np.flatnonzero(wrong)[-1])
    if last == wrong.size - 1:
        return _(
            "It goes wrong at the last step already, the first to be computed: look at what arrives there, and at the "
            "state and the gates which that step is given."
        )
    return _("Going back, step {right} is still right and step {wrong} no longer: look at the hand-over.").format(
        right=last + 1, wrong=last
    )


T = 5


def sizes_of_sequence(arguments: Arguments) -> str:
    return f"B={B}, T={arguments['xs'].shape[1]}, D={D}, H={H}"


def sequence(rng, steps=T) -> Arguments:
    return {
        "d_hs": rng.normal(0, 1, (B, steps, H)),
        "xs": rng.normal(0, 1, (B, steps, D)),
        "params": random_params(rng),
        "state": random_state(rng),
        "d_state": random_gradient(rng),
    }


def nothing_from_later(rng) -> list[Arguments]:
    return [sequence(rng) | {"d_state": LSTMState(np.zeros((B, H)), np.zeros((B, H)))}]


def over_as_many_as_sequences(d_hs, xs, params, state, d_state):
    """The loop runs over the first B steps; the gradient of x at the others stays 0."""
    steps = len(xs)
    grads = backward.lstm_backward(d_hs[:, :steps], xs[:, :steps], params, state, d_state)
    d_xs = np.zeros_like(xs)
    d_xs[:, :steps] = grads.x
    return grads._replace(x=d_xs)


def last_step_alone(d_hs, xs, params, state, d_state):
    """`return` inside the loop: the gradient of x at the other steps stays 0."""
    _hs, before = lstm_forward(xs[:, :-1], params, state)
    grads = backward.lstm_backward(d_hs[:, -1:], xs[:, -1:], params, before, d_state)
    d_xs = np.zeros_like(xs)
    d_xs[:, -1:] = grads.x
    return grads._replace(x=d_xs)


def forwards_from_the_first_state(d_hs, xs, params, state, d_state):
    """On the way there every step starts from the given state, which is never carried on."""
    total, d_xs = None, []
    for t in reversed(range(xs.shape[1])):
        gates = cell.lstm_step_with_gates(xs[:, t], state, params)[1]
        before = LSTMState(*cell.lstm_step(xs[:, t - 1], state, params)) if t else state
        grads = right_step(LSTMState(d_hs[:, t] + d_state.h, d_state.c), xs[:, t], before, gates, params)
        d_state = grads.state
        d_xs.insert(0, grads.x)
        total = grads.params[:8] if total is None else [a + b for a, b in zip(total, grads.params[:8], strict=True)]
    return backward.LSTMGrads(np.stack(d_xs, axis=1), d_state, LSTMParams(*total))


def state_of_the_way_there(d_hs, xs, params, state, d_state):
    grads = backward.lstm_backward(d_hs, xs, params, state, d_state)
    return grads._replace(state=lstm_forward(xs, params, state)[1])


BACKWARD = Check(
    name="lstm_backward",
    output="grads",
    reference=backward.lstm_backward,
    given=("lstm_step_backward",),
    sizes=sizes_of_sequence,
    axes={"grads.x": "BTD", "grads.state.h": "BH", "grads.state.c": "BH"},
    advice=which_step,
    parts={
        "outputs": Part(nothing_from_later),
        "last_state": Part(
            lambda rng: [sequence(rng, T + 1)],
            mistakes={
                _("what arrives at the last c is dropped: start with d_state, not with zeros"): sequence_with(
                    arriving=no_c
                ),
                _("what arrives at the last h is dropped: d_state.h comes on top of the last d_hs"): sequence_with(
                    arriving=no_h
                ),
                _("d_state is not used: start with it, not with zeros"): sequence_with(arriving=nothing),
                _("d_state is added at every step: it arrives once, at the end"): sequence_with(
                    every_step_gets_the_last=True
                ),
            },
        ),
    },
    mistakes={
        _(
            "the gradient of h is not handed to the step before: d_hs[:, t] plus what comes from step t+1"
        ): sequence_with(hand_over=no_h),
        _(
            "what comes from step t+1 is overwritten by d_hs[:, t] at h: h was used twice, so the two are added"
        ): sequence_with(arrives=lambda outside, handed: LSTMState(outside, handed.c)),
        _("d_hs is not used: d_hs[:, t] arrives at the h of step t, on top of what comes from step t+1"): sequence_with(
            arrives=lambda outside, handed: handed
        ),
        _("d_hs[:, t] is added at c too: it is the gradient of h alone"): sequence_with(
            arrives=lambda outside, handed: LSTMState(outside + handed.h, outside + handed.c)
        ),
        _(
            "the loop runs over the sequences and not over the steps: len(xs) is B, xs.shape[1] is T"
        ): over_as_many_as_sequences,
        _("return stands inside the loop, so that only the last step is gone back through"): last_step_alone,
        _(
            "on the way there each step starts from the given state: carry on the one that the step before returned"
        ): forwards_from_the_first_state,
        _(
            "the state after the last step is returned: asked for is the gradient of the one before the first step"
        ): state_of_the_way_there,
        _("the gradient of c is not handed to the step before"): sequence_with(hand_over=no_c),
        _("nothing is handed to the step before: every step stands alone"): sequence_with(hand_over=nothing),
        _("h and c are swapped in the hand-over"): sequence_with(hand_over=turned),
        _("d_hs is read at the last step only: a gradient arrives at the h of every step"): sequence_with(
            outside=lambda d_hs, t: d_hs[:, t] * (t == d_hs.shape[1] - 1)
        ),
        _("d_hs is read from the wrong end: going back, step t takes d_hs[:, t]"): sequence_with(
            outside=lambda d_hs, t: d_hs[:, d_hs.shape[1] - 1 - t]
        ),
        _("d_hs is read one step too early: d_hs[:, t] arrives at the h which step t made"): sequence_with(
            outside=lambda d_hs, t: d_hs[:, t - 1]
        ),
        _("the weights' gradients are overwritten at each step and not added up"): sequence_with(
            gathered=lambda found: found[-1]
        ),
        _("only the last step's gradients of the weights are returned"): sequence_with(gathered=lambda found: found[0]),
        _("the weights' gradients are averaged over the steps: they are added"): sequence_with(
            gathered=lambda found: sum(found) / len(found)
        ),
        _("a step is given the state after it and not the one before it"): sequence_with(
            before=lambda states, t: states[t + 1]
        ),
        _("a step is always given the first state"): sequence_with(before=lambda states, t: states[0]),
        _("the steps are taken forwards: a gradient comes from the end"): sequence_with(order=same, xs_back=same),
        _("the gradients of x stand in the order in which they were found, last step first"): sequence_with(
            xs_back=lambda found: found
        ),
        _("the given state is ignored: it starts from zeros"): sequence_with(start=nothing),
        _("what arrived at the first step is returned for the state, and not what that step gave"): sequence_with(
            returned=lambda own, handed: own
        ),
    },
)
