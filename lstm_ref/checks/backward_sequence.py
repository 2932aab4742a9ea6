"""The gradient through a sequence, whole and cut into chunks: checks of chapter 8."""

import numpy as np

from lstm_ref import backward
from lstm_ref.cell import LSTMParams, LSTMState
from lstm_ref.checks.backward_step import B, D, H, random_gradient, random_params, random_state
from lstm_ref.checks.judging import Arguments, Check, Leaves, Mistake, Part
from lstm_ref.checks.wrong_backward import no_c, no_h, nothing, same, sequence_with, turned
from lstm_ref.messages import _
from lstm_ref.sequence import lstm_forward

T = 5


def sizes_of_sequence(arguments: Arguments) -> str:
    return f"B={B}, T={arguments['xs'].shape[1]}, D={D}, H={H}"


def which_step(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where to look in a sequence: the last step whose gradient is wrong is the first that was computed wrongly."""
    wrong = ~np.isclose(got["grads.x"], want["grads.x"], rtol=1e-9, atol=1e-9).all(axis=(0, 2))
    if not wrong.any():
        return _("The gradient of x is right at every step: look at how the rest is put together at the end.")
    last = int(np.flatnonzero(wrong)[-1])
    if last == wrong.size - 1:
        return _("It goes wrong at the last step already, the first to be computed: look at what arrives there.")
    return _("Going back, step {right} is still right and step {wrong} no longer: look at the hand-over.").format(
        right=last + 1, wrong=last
    )


# --- lstm_backward ---------------------------------------------------------------------------------------------------


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
            lambda rng: [sequence(rng)],
            mistakes=(
                Mistake(
                    _("what arrives at the last c is dropped: start with d_state, not with zeros"),
                    sequence_with(arriving=no_c),
                    seen="deeplearning4j/deeplearning4j#8838",
                ),
                Mistake(
                    _("what arrives at the last h is dropped: d_state.h comes on top of the last d_hs"),
                    sequence_with(arriving=no_h),
                ),
                Mistake(
                    _("d_state is not used: start with it, not with zeros"),
                    sequence_with(arriving=nothing),
                    seen="deeplearning4j/deeplearning4j#8838",
                ),
                Mistake(
                    _("d_state is added at every step: it arrives once, at the end"),
                    sequence_with(every_step_gets_the_last=True),
                ),
            ),
        ),
    },
    mistakes=(
        Mistake(
            _("the gradient of h is not handed to the step before: d_hs[:, t] plus what comes from step t+1"),
            sequence_with(hand_over=no_h),
        ),
        Mistake(_("the gradient of c is not handed to the step before"), sequence_with(hand_over=no_c)),
        Mistake(_("nothing is handed to the step before: every step stands alone"), sequence_with(hand_over=nothing)),
        Mistake(_("h and c are swapped in the hand-over"), sequence_with(hand_over=turned), seen="microsoft/nni#2839"),
        Mistake(
            _("d_hs is read at the last step only: a gradient arrives at the h of every step"),
            sequence_with(outside=lambda d_hs, t: d_hs[:, t] * (t == d_hs.shape[1] - 1)),
        ),
        Mistake(
            _("d_hs is read from the wrong end: going back, step t takes d_hs[:, t]"),
            sequence_with(outside=lambda d_hs, t: d_hs[:, d_hs.shape[1] - 1 - t]),
        ),
        Mistake(
            _("the weights' gradients are overwritten at each step and not added up"),
            sequence_with(gathered=lambda found: found[-1]),
        ),
        Mistake(
            _("only the last step's gradients of the weights are returned"),
            sequence_with(gathered=lambda found: found[0]),
        ),
        Mistake(
            _("the weights' gradients are averaged over the steps: they are added"),
            sequence_with(gathered=lambda found: sum(found) / len(found)),
        ),
        Mistake(
            _("a step is given the state after it and not the one before it"),
            sequence_with(before=lambda states, t: states[t + 1]),
        ),
        Mistake(_("a step is always given the first state"), sequence_with(before=lambda states, t: states[0])),
        Mistake(
            _("the steps are taken forwards: a gradient comes from the end"), sequence_with(order=same, xs_back=same)
        ),
        Mistake(
            _("the gradients of x stand in the order in which they were found, last step first"),
            sequence_with(xs_back=lambda found: found),
        ),
        Mistake(
            _("the given state is ignored: it starts from zeros"), sequence_with(start=nothing), seen="dlai/620405"
        ),
        Mistake(
            _("what arrived at the first step is returned for the state, and not what that step gave"),
            sequence_with(returned=lambda own, handed: own),
        ),
    ),
)


# --- truncated_backward ----------------------------------------------------------------------------------------------


def in_chunks(rng) -> list[Arguments]:
    """Seven steps in chunks of three: the last chunk is shorter."""
    call = sequence(rng, 7)
    del call["d_state"]
    return [call | {"chunk": 3}, call | {"chunk": 2}]


def truncated(d_hs, xs, params, state, chunk):
    """The gradient of the weights in chunks: the state goes on, the gradient does not come back."""
    return chunked(d_hs, xs, params, state, chunk)


def chunked(
    d_hs, xs, params, state, chunk, *, begin=lambda first, now: now, hand_over=nothing, chunks=same, gathered=sum
):
    starts = chunks([t for t in range(0, xs.shape[1], chunk)])
    states, now = {}, state
    for t in range(0, xs.shape[1], chunk):
        states[t] = begin(state, now)
        _hs, now = lstm_forward(xs[:, t : t + chunk], params, states[t])
    found, handed = [], nothing(state)
    for t in reversed(starts):
        here = slice(t, t + chunk)
        grads = backward.lstm_backward(d_hs[:, here], xs[:, here], params, states[t], handed)
        handed = hand_over(grads.state)
        found.append(grads.params)
    return LSTMParams(*(gathered(list(values)) for values in zip(*(p[:8] for p in found), strict=True)))


def chunked_with(**moves):
    return lambda d_hs, xs, params, state, chunk: chunked(d_hs, xs, params, state, chunk, **moves)


TRUNCATED = Check(
    name="truncated_backward",
    output="grads",
    reference=truncated,
    given=("lstm_step_backward", "lstm_backward"),
    sizes=lambda arguments: f"{sizes_of_sequence(arguments)}, chunk={arguments['chunk']}",
    parts={"values": Part(in_chunks)},
    mistakes=(
        Mistake(
            _("the gradient is handed from chunk to chunk: that is the whole gradient, and nothing was cut"),
            chunked_with(hand_over=same),
            seen="OpenNMT/OpenNMT-py#403",
        ),
        Mistake(
            _("the state is set back to zeros at each chunk: the gradient is cut there, the memory goes on"),
            chunked_with(begin=lambda first, now: nothing(first) if now is not first else first),
            seen="mohou#107",
        ),
        Mistake(
            _("all chunks start from zeros, the first one too"), chunked_with(begin=lambda first, now: nothing(first))
        ),
        Mistake(
            _("every chunk starts from the first state: each goes on where the last one ended"),
            chunked_with(begin=lambda first, now: first),
        ),
        Mistake(_("the last chunk is left out"), chunked_with(chunks=lambda starts: starts[:-1])),
        Mistake(_("only the last chunk is returned"), chunked_with(chunks=lambda starts: starts[-1:])),
        Mistake(_("only the first chunk is returned"), chunked_with(chunks=lambda starts: starts[:1])),
        Mistake(
            _("the chunks are averaged: they are added, as the steps are"),
            chunked_with(gathered=lambda found: sum(found) / len(found)),
        ),
    ),
)
