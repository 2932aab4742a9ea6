"""The check of `train_in_chunks`: what is seen of a program is the weights and the state that it leaves."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.compare import leaves
from lstm_ref.checks.engine.declare import Arguments, Check, Part, Raising, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.checks.engine.match import expected
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.checks.s11_configure_and_diagnose.problems import random_weights
from lstm_ref.checks.s11_configure_and_diagnose.training_step import PILED_UP
from lstm_ref.messages import _


def in_chunks(
    cut: Callable = lambda state: tuple(part.detach() for part in state),
    keep: bool = False,
    carry: bool = True,
    step_each: bool = True,
    shown: Callable = lambda hs: hs,
    said: Callable = lambda outputs: outputs[:, :, 0],
    clear: bool = True,
    ends: Callable = lambda length, T: [*range(length, T, length), T],
) -> Callable:
    """`train_in_chunks` with one of its moves changed.

    cut: how the state is cut off; keep: retain_graph; carry: whether the state goes on; step_each: whether each chunk
    has its step; shown: what `read` is given of hs; said: what is compared with the targets; clear: zero_grad;
    ends: where the chunks end.
    """

    def train_in_chunks(lstm, read, optimiser, xs, targets, length):
        state = None
        optimiser.zero_grad()
        start = 0
        for end in ends(length, xs.shape[1]):
            hs, state = lstm(xs[:, start:end], state if carry else None)
            loss = ((said(read(shown(hs))) - targets[:, start:end]) ** 2).mean()
            start = end
            if step_each and clear:
                optimiser.zero_grad()
            loss.backward(retain_graph=keep)
            if step_each:
                optimiser.step()
            state = cut(state)
        if not step_each:
            optimiser.step()
        return list(state)

    return train_in_chunks


MISTAKES = {
    _(
        "the graph of the chunk before is still there and backward() runs into it: h.detach() changes nothing by "
        "itself, use the tensor that it returns, for h and for c"
    ): Raising("Trying to backward through the graph a second time", in_chunks(cut=lambda state: state)),
    _(
        "retain_graph=True is used as a cure: it keeps the graph of the chunk before, whose weights have moved "
        "since; cut the state off with detach()"
    ): Raising("has been modified by an inplace operation", in_chunks(cut=lambda state: state, keep=True)),
    _(
        "the gradient runs back through all chunks, and one step is made at the end: cut the state off, and step "
        "after each chunk"
    ): in_chunks(cut=lambda state: state, keep=True, step_each=False),
    _("one step is made at the end of all chunks: each chunk is a batch of its own, with a step"): in_chunks(
        step_each=False
    ),
    _(
        "every chunk begins with an empty state: what the last one left is to be carried on, only without its graph"
    ): in_chunks(carry=False),
    _("the state is set to zero between the chunks: it is carried on, only without its graph"): in_chunks(
        cut=lambda state: [0 * part.detach() for part in state]
    ),
    _("hs is detached: then no gradient reaches the LSTM; it is the state that is cut off"): in_chunks(
        shown=lambda hs: hs.detach()
    ),
    _("h is carried on and c is begun anew: both belong to the state"): in_chunks(
        cut=lambda state: (state[0].detach(), 0 * state[1].detach())
    ),
    _("c is carried on and h is begun anew: both belong to the state"): in_chunks(
        cut=lambda state: (0 * state[0].detach(), state[1].detach())
    ),
    _("h and c have changed places"): in_chunks(cut=lambda state: [part.detach() for part in state[::-1]]),
    _("the sequence is not cut: it goes through in one chunk"): in_chunks(ends=lambda length, T: [T]),
    _("it is over after the first chunk: does the return stand inside the loop?"): in_chunks(
        ends=lambda length, T: [length]
    ),
    PILED_UP: in_chunks(clear=False),
    _("(B, T, 1) meets (B, T), so outputs meet targets of other sequences: [:, :, 0] is missing"): in_chunks(
        said=lambda outputs: outputs
    ),
    _("detach() is called on the pair (h, c): each of the two is a tensor and is detached by itself"): Raising(
        "'tuple' object has no attribute 'detach'", in_chunks(cut=lambda state: state.detach())
    ),
}


def long_sequences(rng) -> list[Arguments]:
    """Three whole chunks; and with one step more, which is a chunk by itself, a unit whose memory only grows."""
    calls = [
        {
            "weights": random_weights(rng, 2, 3),
            "xs": rng.normal(0, 1, (4, steps, 2)),
            "targets": rng.normal(1, 1, (4, steps)),
            "length": 4,
        }
        for steps in (12, 13)
    ]
    bias_ih = calls[1]["weights"][2]
    bias_ih[[0, 3, 6]] = 9.0  # i, f and g of unit 0, as nn.LSTM keeps them
    return calls


LINES = {"chunk": _("what is done with one chunk"), "carried": _("what is carried from one chunk to the next")}


def readouts_of_chunks(arguments: Arguments) -> list[Readout]:
    """The whole sequence as one chunk, and as it was cut."""

    def weights(call: Arguments) -> np.ndarray:
        return leaves(expected(TRAIN_IN_CHUNKS, call), TRAIN_IN_CHUNKS.output)["weights"]

    whole = arguments | {"length": arguments["xs"].shape[1]}
    return [
        readout(
            "chunk",
            "chunk",
            [whole],
            lambda answers: answers[0]["weights"],
            weights(whole),
            _("In one chunk as long as the sequence, weights[{at}] ought to become {want}; it becomes {got}."),
        ),
        readout(
            "chunk carried",
            "",
            [arguments],
            lambda answers: answers[0]["weights"],
            weights(arguments),
            _("One chunk alone is trained rightly. With several, weights[{at}] ought to be {want}; it is {got}."),
        ),
    ]


TRAIN_IN_CHUNKS = Check(
    name="train_in_chunks",
    output=("weights", "h", "c"),
    reference=in_chunks(),
    sizes=lambda arguments: _("B=4, T={steps}, chunks of 4").format(steps=arguments["xs"].shape[1]),
    parts={"state": Part(long_sequences)},
    mistakes=MISTAKES,
    readouts=readouts_of_chunks,
    lines=LINES,
    bench=benches.chunks,
)
