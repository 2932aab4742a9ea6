"""Mistakes in giving nn.LSTM its sequences and reading what it gives: what chapter 10 compares with."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import known
from lstm_ref.messages import _

VIEWED = _(
    "the numbers are poured into another shape: reshape and view keep their order, so the sequences are mixed up; "
    "np.swapaxes exchanges axes"
)
BATCH_FIRST = known(
    {
        VIEWED: lambda xs: xs.reshape(xs.shape[1], xs.shape[0], -1),
        _(
            "nothing is exchanged: the batch would be read as time, and each step would see all sequences in a row"
        ): lambda xs: xs,
        _("all three axes are turned round, as .T does; only the first two are exchanged"): lambda xs: xs.T,
        _("the last two axes are exchanged; it is the first two"): lambda xs: xs.swapaxes(1, 2),
        _("the first axis goes to the end; it is exchanged with the second"): lambda xs: np.moveaxis(xs, 0, -1),
        _("the last axis comes first; only the first two are exchanged"): lambda xs: xs.transpose(2, 0, 1),
        _("the numbers are poured into another shape, column by column; np.swapaxes exchanges axes"): lambda xs: (
            xs.reshape((xs.shape[1], xs.shape[0], -1), order="F")
        ),
        _("one sequence alone is returned; all of them are asked for"): lambda xs: xs[:, 0],
        _("the batch is turned round as well"): lambda xs: xs.swapaxes(0, 1)[::-1],
        _("time runs backwards as well"): lambda xs: xs[::-1].swapaxes(0, 1),
        _("the steps are joined into one long row for each sequence"): lambda xs: np.concatenate(list(xs), axis=1),
    }
)


def _two(*shape):
    return np.zeros(shape), np.zeros(shape)


FIRST_STATE = known(
    {
        _(
            "the batch comes first: batch_first is for input and output, and changes nothing about h and c"
        ): lambda batch, layers, directions, H: _two(batch, layers * directions, H),
        _("the directions are not counted: each layer has one state for each"): lambda batch, layers, directions, H: (
            _two(layers, batch, H)
        ),
        _(
            "the directions widen the state: each has H numbers of its own, in the first axis"
        ): lambda batch, layers, directions, H: _two(layers, batch, directions * H),
        _("one state serves all layers"): lambda batch, layers, directions, H: _two(1, batch, H),
        _("the layers have no axis"): lambda batch, layers, directions, H: _two(batch, H),
        _("the batch has no axis"): lambda batch, layers, directions, H: _two(layers * directions, H),
        _("layers and directions have an axis each; nn.LSTM has one for both"): lambda batch, layers, directions, H: (
            _two(layers, directions, batch, H)
        ),
        _("the units come before the batch: it is (layers * directions, B, H)"): lambda batch, layers, directions, H: (
            _two(layers * directions, H, batch)
        ),
        _("h_0 alone is returned: nn.LSTM wants both, (h_0, c_0)"): lambda batch, layers, directions, H: _two(
            layers * directions, batch, H
        )[0],
        _(
            "layers and directions are added; each layer has a state for each direction, so they are multiplied"
        ): lambda batch, layers, directions, H: _two(layers + directions, batch, H),
        _("two directions are taken for granted"): lambda batch, layers, directions, H: _two(2 * layers, batch, H),
        _("the layers are not counted: each has a state of its own"): lambda batch, layers, directions, H: _two(
            directions, batch, H
        ),
        _(
            "the directions are counted twice: in the first axis, and in the width"
        ): lambda batch, layers, directions, H: _two(layers * directions, batch, directions * H),
        _("batch and layers have changed places"): lambda batch, layers, directions, H: _two(
            batch * directions, layers, H
        ),
        _("one array holds both; nn.LSTM wants a tuple of two, (h_0, c_0)"): lambda batch, layers, directions, H: (
            np.zeros((2, layers * directions, batch, H))
        ),
        _("c_0 is filled with ones: a memory begins empty, so it holds zeros"): lambda batch, layers, directions, H: (
            np.zeros((layers * directions, batch, H)),
            np.ones((layers * directions, batch, H)),
        ),
        _("they are filled with ones: a memory begins empty"): lambda batch, layers, directions, H: tuple(
            one + 1 for one in _two(layers * directions, batch, H)
        ),
    }
)

BATCH_IN_H_N = _(
    "the batch is looked for in the first axis: h_n is (layers * directions, B, H), whatever batch_first says"
)
LAST_STATE = known(
    {
        BATCH_IN_H_N: (
            lambda h_n, layer, direction, directions: h_n[:, layer * directions + direction],
            lambda h_n, layer, direction, directions: h_n[:, -1],
        ),
        VIEWED: lambda h_n, layer, direction, directions: h_n.reshape(h_n.shape[1], -1, h_n.shape[2])[
            :, layer * directions + direction
        ],
        _("the last of h_n is taken whatever is asked for"): lambda h_n, layer, direction, directions: h_n[-1],
        _("the direction is not looked at"): lambda h_n, layer, direction, directions: h_n[layer * directions],
        _("the directions of the layers below are not counted: each layer has `directions` rows in h_n"): (
            lambda h_n, layer, direction, directions: h_n[layer],
            lambda h_n, layer, direction, directions: h_n[layer + direction],
        ),
        _(
            "all layers forwards are taken to come first; it is layer 0 forwards, layer 0 backwards, layer 1 forwards"
        ): lambda h_n, layer, direction, directions: h_n[direction * (len(h_n) // directions) + layer],
        _("two directions are taken for granted"): lambda h_n, layer, direction, directions: h_n[2 * layer + direction],
        _("layers are counted from 1; here the first is layer 0"): lambda h_n, layer, direction, directions: h_n[
            (layer - 1) * directions + direction
        ],
        _("directions are exchanged: 0 is forwards, 1 backwards"): lambda h_n, layer, direction, directions: h_n[
            layer * directions + directions - 1 - direction
        ],
        _(
            "a slice keeps the first axis, with one row; an index takes it away"
        ): lambda h_n, layer, direction, directions: h_n[layer * directions + direction :][:1],
        _("the result is transposed: it is (B, H)"): lambda h_n, layer, direction, directions: (
            h_n[layer * directions + direction].T
        ),
        _("both directions of the layer are returned; one is asked for"): lambda h_n, layer, direction, directions: h_n[
            layer * directions : (layer + 1) * directions
        ],
        _(
            "h_n[layer, direction] is read: layers and directions share the first axis, and the second is the batch"
        ): lambda h_n, layer, direction, directions: h_n[layer, direction],
        _("all of h_n is returned"): lambda h_n, layer, direction, directions: h_n,
        _("the last unit alone is taken: [..., -1] is a unit"): lambda h_n, layer, direction, directions: h_n[
            layer * directions + direction, :, -1
        ],
        _(
            "the last sequence alone is taken; h_n holds the last step already, and its second axis is the batch"
        ): lambda h_n, layer, direction, directions: h_n[layer * directions + direction, -1],
        _("the last layer is taken whatever is asked for"): lambda h_n, layer, direction, directions: h_n[
            direction - directions
        ],
        _("the layer is not looked at"): lambda h_n, layer, direction, directions: h_n[direction],
        _(
            "`direction` stands where `directions` belongs: a layer has as many rows as there are directions"
        ): lambda h_n, layer, direction, directions: h_n[layer * direction + direction],
        _("both directions of the layer are joined; one is asked for"): lambda h_n, layer, direction, directions: (
            np.concatenate(list(h_n[layer * directions : (layer + 1) * directions]), axis=1)
        ),
    }
)


def halves(output):
    H = output.shape[2] // 2
    return output[:, :, :H], output[:, :, H:]


def both(read: Callable) -> Callable:
    """`last_of_both` as `read(forwards, backwards)` makes it, (B, T, H) each."""
    return lambda output: read(*halves(output))


def joined(*arrays):
    return np.concatenate(arrays, axis=1)


LAST_UNIT = _("the last number of every step is taken: [..., -1] is a unit, [:, -1] is a step")
LAST_SEQUENCE = _("the last sequence is taken: batch first, the first axis is the batch")
LAST_OF_BOTH = known(
    {
        _(
            "the last step is taken for both directions, or the backward half is turned round once more: there the "
            "backward one has read a single step"
        ): lambda output: output[:, -1],
        _("the first step is taken for both directions: there the forward one has read a single step"): lambda output: (
            output[:, 0]
        ),
        LAST_UNIT: lambda output: output[..., -1],
        LAST_SEQUENCE: lambda output: output[-1],
        _("the two directions are exchanged: forwards is done at the last step, backwards at the first"): both(
            lambda f, b: joined(f[:, 0], b[:, -1])
        ),
        _("the backward half comes first: it is forward first"): both(lambda f, b: joined(b[:, 0], f[:, -1])),
        _("the halves are exchanged: the first H numbers are those of the forward direction"): both(
            lambda f, b: joined(b[:, -1], f[:, 0])
        ),
        _("the halves are added: they are joined, forward first"): both(lambda f, b: f[:, -1] + b[:, 0]),
        _("the mean of the halves is taken: they are joined, forward first"): both(
            lambda f, b: (f[:, -1] + b[:, 0]) / 2
        ),
        _("the forward direction alone is returned"): both(lambda f, b: f[:, -1]),
        _("the backward direction alone is returned"): both(lambda f, b: b[:, 0]),
        _("the halves get an axis of their own, as np.stack makes one; np.concatenate joins them"): both(
            lambda f, b: np.stack([f[:, -1], b[:, 0]], axis=1)
        ),
        _("the halves are joined along axis 0, one batch below the other"): both(
            lambda f, b: np.concatenate([f[:, -1], b[:, 0]])
        ),
        _(
            "every other number is taken for one direction: the first H are forward, the last H backward"
        ): lambda output: joined(output[:, -1, ::2], output[:, 0, 1::2]),
        _("two results are returned; they are joined to one array, as np.concatenate does along axis 1"): both(
            lambda f, b: (f[:, -1], b[:, 0])
        ),
        _("a slice keeps the axis of the steps, with one in it; an index takes it away"): both(
            lambda f, b: np.concatenate([f[:, -1:], b[:, :1]], axis=2)
        ),
        _("all 2H numbers of both steps are taken; each direction has H of them"): (
            lambda output: output[:, [-1, 0]],
            lambda output: joined(output[:, -1], output[:, 0]),
        ),
        _("both steps are read from the forward half"): both(lambda f, b: joined(f[:, -1], f[:, 0])),
        _("the first axis is taken for the steps: batch first, it is output[:, -1]"): lambda output: joined(
            output[-1, :, : output.shape[2] // 2], output[0, :, output.shape[2] // 2 :]
        ),
        _("the first sequence alone is read"): both(lambda f, b: np.concatenate([f[0, -1], b[0, 0]])),
        _("the sum over all steps is taken"): lambda output: output.sum(axis=1),
        _("the mean over all steps is taken"): lambda output: output.mean(axis=1),
        _("the largest over all steps is taken"): lambda output: output.max(axis=1),
    }
)


def rows(output):
    return np.arange(len(output))


def _valid(output, lengths):
    """Which steps are no padding, (B, T, 1)."""
    return (np.arange(output.shape[1]) < lengths[:, None])[:, :, None]


def _by_length(output, lengths):
    order = np.argsort(-lengths, kind="stable")
    return output[order, lengths[order] - 1]


LAST_VALID = known(
    {
        _("the last step is taken: for a shorter sequence that is padding"): lambda output, lengths: output[:, -1],
        _("step `lengths` is read: steps count from 0, so the last valid one is lengths - 1"): lambda output, lengths: (
            output[rows(output), lengths]
        ),
        _("the step before the last valid one is read"): lambda output, lengths: output[rows(output), lengths - 2],
        _("output[:, lengths - 1] is read: that takes all these steps of every sequence"): lambda output, lengths: (
            output[:, lengths - 1]
        ),
        _("output[lengths - 1] is read: that takes sequences, and not steps"): lambda output, lengths: output[
            lengths - 1
        ],
        _("the last valid step of the longest sequence is taken for all"): lambda output, lengths: output[
            :, lengths.max() - 1
        ],
        _("the last valid step of the shortest sequence is taken for all"): lambda output, lengths: output[
            :, lengths.min() - 1
        ],
        _("steps are counted from the end: -lengths is that many steps before it"): lambda output, lengths: output[
            rows(output), -lengths
        ],
        _("the first step is taken"): lambda output, lengths: output[:, 0],
        _("the results stand in the order of the lengths, longest first, and not in that of the batch"): _by_length,
        _("the mean over all steps is taken, padding included"): lambda output, lengths: output.mean(axis=1),
        _("the largest over all steps is taken, padding included"): lambda output, lengths: output.max(axis=1),
        _("the mean over the valid steps is taken; the last one is asked for"): lambda output, lengths: (
            (output * _valid(output, lengths)).sum(axis=1) / lengths[:, None]
        ),
        _("the sum over the valid steps is taken; the last one is asked for"): lambda output, lengths: (
            output * _valid(output, lengths)
        ).sum(axis=1),
        _("the largest over the valid steps is taken; the last one is asked for"): lambda output, lengths: np.where(
            _valid(output, lengths), output, -np.inf
        ).max(axis=1),
        LAST_UNIT: lambda output, lengths: output[..., -1],
        LAST_SEQUENCE: lambda output, lengths: output[-1],
        _("a slice keeps the axis of the steps, with one in it; an index takes it away"): lambda output, lengths: (
            output[rows(output), lengths - 1][:, None]
        ),
        _("the last unit alone is taken: [..., -1] is a unit"): lambda output, lengths: output[
            rows(output), lengths - 1, -1
        ],
        _("one sequence alone came back: does `return` stand inside the loop?"): lambda output, lengths: output[
            0, lengths[0] - 1
        ],
        _("all valid steps are taken, end to end; one step of each sequence is asked for"): lambda output, lengths: (
            output[_valid(output, lengths)[:, :, 0]]
        ),
        _("the step after the last valid one is taken: steps count from 0"): (
            lambda output, lengths: output[np.arange(output.shape[1]) == lengths[:, None]],
            lambda output, lengths: output[rows(output), np.minimum(lengths, output.shape[1] - 1)],
        ),
        _(
            "the padding is set to zero and the last step is read: for a shorter sequence that is such a zero"
        ): lambda output, lengths: (output * _valid(output, lengths))[:, -1],
        _(
            "the results stand in the order of the lengths, shortest first, and not in that of the batch"
        ): lambda output, lengths: output[np.argsort(lengths), np.sort(lengths) - 1],
        _(
            "everything is read from sequence 0: output[:, lengths - 1][0] does it, or sequences put end to end"
        ): lambda output, lengths: output.reshape(-1, output.shape[2])[lengths - 1],
        _(
            "the padding is set to zero and every step is kept; one step of each sequence is asked for"
        ): lambda output, lengths: output * _valid(output, lengths),
    }
)
