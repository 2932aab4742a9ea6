"""The check of `lstm_backward`: a step back is lent, so what is judged is how the steps are put together."""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s08_learning.problems import B, T, random_sequence, sizes_of_sequence
from lstm_ref.checks.slips.backward import exchanged, no_c, no_h, same, sequence_with, zeros
from lstm_ref.core import backward
from lstm_ref.core.cell import LSTMState
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


def nothing_from_later(rng) -> list[Arguments]:
    call = random_sequence(rng, T)
    return [call | {"d_state": zeros(call["d_state"])}]


LSTM_BACKWARD = Check(
    name="lstm_backward",
    output="grads",
    reference=backward.lstm_backward,
    given=(given.lstm_step_backward,),
    sizes=sizes_of_sequence,
    axes={"grads.x": "BTD", "grads.state.h": "BH", "grads.state.c": "BH"},
    advice=which_step,
    parts={
        "outputs": Part(nothing_from_later),
        "last_state": Part(
            lambda rng: [random_sequence(rng, T + 1)],
            mistakes={
                _("what arrives at the last c is dropped: start with d_state, not with zeros"): sequence_with(
                    arriving=no_c
                ),
                _("what arrives at the last h is dropped: d_state.h comes on top of the last d_hs"): sequence_with(
                    arriving=no_h
                ),
                _("d_state is not used: start with it, not with zeros"): sequence_with(arriving=zeros),
                _("d_state is added at every step: it arrives once, at the end"): sequence_with(
                    every_step_gets_the_last=True
                ),
            },
        ),
    },
    mistakes={
        _("the gradient of h is not handed to the step before: d_hs[:, t] plus what step t+1 gives"): sequence_with(
            hand_over=no_h
        ),
        _(
            "what comes from step t+1 is overwritten by d_hs[:, t] at h: h was used twice, so the two are added"
        ): sequence_with(arrives=lambda outside, handed: LSTMState(outside, handed.c)),
        _("d_hs is not used: d_hs[:, t] arrives at the h of step t, on top of what comes from step t+1"): sequence_with(
            arrives=lambda outside, handed: handed
        ),
        _("d_hs[:, t] is added at c too: it is the gradient of h alone"): sequence_with(
            arrives=lambda outside, handed: LSTMState(outside + handed.h, outside + handed.c)
        ),
        _("the loop runs over the sequences and not over the steps: len(xs) is B, xs.shape[1] is T"): sequence_with(
            steps=lambda steps: steps[:B][::-1]
        ),
        _("return stands inside the loop, so that only the last step is gone back through"): sequence_with(
            steps=lambda steps: steps[-1:]
        ),
        _(
            "on the way there each step starts from the given state: carry on the one that the step before returned"
        ): sequence_with(carry=False),
        _(
            "the state after the last step is returned: asked for is the gradient of the one before the first step"
        ): sequence_with(returned=lambda own, handed, states: states[-1]),
        _("the gradient of c is not handed to the step before"): sequence_with(hand_over=no_c),
        _("nothing is handed to the step before: every step stands alone"): sequence_with(hand_over=zeros),
        _("h and c are swapped in the hand-over"): sequence_with(hand_over=exchanged),
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
        _("the steps are taken forwards: a gradient comes from the end"): sequence_with(steps=same),
        _("the gradients of x stand in the order in which they were found, last step first"): sequence_with(
            xs_back=lambda d_xs: d_xs[:, ::-1]
        ),
        _("the given state is ignored: it starts from zeros"): sequence_with(start=zeros),
        _("what arrived at the first step is returned for the state, and not what that step gave"): sequence_with(
            returned=lambda own, handed, states: own
        ),
    },
)
