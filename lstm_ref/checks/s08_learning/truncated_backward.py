"""The check of `truncated_backward`: the state goes on from chunk to chunk, the gradient does not come back."""

from lstm_ref.checks import given
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s08_learning.problems import random_sequence, sizes_of_sequence
from lstm_ref.checks.slips.backward import same, zeros
from lstm_ref.core import backward, cell
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _


def which_chunk(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """What each chunk adds to one number, to compare with."""
    d_hs, xs, params, state, chunk = arguments.values()
    shares = []
    for t in range(0, xs.shape[1], chunk):
        here = slice(t, t + chunk)
        grads = backward.lstm_backward(d_hs[:, here], xs[:, here], params, state)
        shares.append(f"{grads.params.W_f[0, 0]:.4g}")
        state = LSTMState(*lstm_forward(xs[:, here], params, state)[1])
    return _("The chunks add {shares} to W_f[0, 0], the first one first: compare them with what yours add.").format(
        shares=", ".join(shares)
    )


def in_chunks(rng) -> list[Arguments]:
    """Seven steps in chunks of three, of which the last is shorter; six in chunks of two, all of one length."""
    calls = [random_sequence(rng, steps) | {"chunk": chunk} for steps, chunk in ((7, 3), (6, 2))]
    for call in calls:
        del call["d_state"]
    return calls


def chunked_with(
    outside=lambda d_hs, t, chunk: d_hs[:, t : t + chunk],
    begin=lambda first, now: now,
    given=lambda before, after: before,
    go_on=lambda part, params, before, after, grads: after,
    length=lambda steps, chunk: chunk,
    hand_on=lambda grads: None,
    kept=same,
    gathered=sum,
):
    """`truncated_backward` with some of its moves replaced.

    outside: what is taken of d_hs for the chunk that begins at t; begin: the state before a chunk, from the first one
    and the one now; given: the state which the chunk is given; go_on: the state that the next one begins from; length:
    how many steps a chunk has; hand_on: what the next gets at its end; kept: which chunks' gradients count; gathered:
    how these are put together.
    """

    def truncated_backward(d_hs, xs, params, state, chunk):
        first, found, arrives = state, [], None
        chunk = length(xs.shape[1], chunk)
        for t in range(0, xs.shape[1], chunk):
            state = begin(first, state)
            part = xs[:, t : t + chunk]
            _hs, after = lstm_forward(part, params, state)
            d_part = outside(d_hs, t, chunk)[:, : part.shape[1]]
            grads = backward.lstm_backward(d_part, part, params, given(state, after), arrives)
            arrives = hand_on(grads)
            state = go_on(part, params, state, after, grads)
            found.append(grads.params[:8])
        return LSTMParams(*(gathered(values) for values in zip(*kept(found), strict=True)))

    return truncated_backward


def not_cut(d_hs, xs, params, state, chunk):
    return LSTMParams(*backward.lstm_backward(d_hs, xs, params, state).params[:8])


def one_step_on(n):
    """From the state before the chunk, over one of its steps only."""
    return lambda part, params, before, after, grads: LSTMState(*cell.lstm_step(part[:, n], before, params))


TRUNCATED_BACKWARD = Check(
    name="truncated_backward",
    output="grads",
    reference=chunked_with(),
    given=(given.lstm_step_backward, given.lstm_backward),
    sizes=lambda arguments: f"{sizes_of_sequence(arguments)}, chunk={arguments['chunk']}",
    advice=which_chunk,
    parts={"values": Part(in_chunks)},
    mistakes={
        _("the gradient is handed from chunk to chunk: that is the whole gradient, and nothing was cut"): not_cut,
        _("the state is set back to zeros at each chunk: the gradient is cut there, the memory goes on"): chunked_with(
            begin=lambda first, now: zeros(first) if now is not first else first
        ),
        _("all chunks start from zeros, the first one too"): chunked_with(begin=lambda first, now: zeros(first)),
        _("every chunk starts from the first state: each goes on where the last one ended"): chunked_with(
            begin=lambda first, now: first
        ),
        _("the last chunk is left out"): chunked_with(kept=lambda found: found[:-1]),
        _("the last chunk is left out if it is shorter than the others: count up to T, not whole chunks"): chunked_with(
            outside=lambda d_hs, t, chunk: d_hs[:, t : t + chunk] * (t + chunk <= d_hs.shape[1])
        ),
        _("only the last chunk is returned"): chunked_with(kept=lambda found: found[-1:]),
        _("only the first chunk is returned"): chunked_with(kept=lambda found: found[:1]),
        _("the chunks are averaged: they are added, as the steps are"): chunked_with(
            gathered=lambda found: sum(found) / len(found)
        ),
        _("a chunk is given the state after it: take its gradient first, then go on to the next state"): chunked_with(
            given=lambda before, after: after
        ),
        _(
            "the next chunk starts from grads.state, a gradient, and not from the state that this chunk ended in"
        ): chunked_with(go_on=lambda part, params, before, after, grads: grads.state),
        _(
            "a chunk's gradient is handed on to the end of the next chunk: it comes from later, and here it is cut"
        ): chunked_with(hand_on=lambda grads: grads.state),
        _("the state goes on by one step only for each chunk: go through all of its steps"): tuple(
            chunked_with(go_on=one_step_on(n)) for n in (-1, 0)
        ),
        _("every chunk gets the d_hs of the first: cut d_hs as xs is, from start to start + chunk"): chunked_with(
            outside=lambda d_hs, t, chunk: d_hs
        ),
        _("chunk is taken for the number of chunks: it is how many steps each of them has"): chunked_with(
            length=lambda steps, chunk: steps // chunk
        ),
    },
)
