"""Mistakes in translating weights to nn.LSTM and back, and in reading what it gives: what chapter 10 compares with."""

from collections.abc import Callable
from itertools import permutations

import numpy as np

from lstm_ref.cell import LSTMParams
from lstm_ref.checks.judging import Mistake
from lstm_ref.messages import _

ORDER = "ifco"  # PyTorch's, c for the candidate
SEEN_ORDER = "ndrplz/ConvLSTM_pytorch#6"
NO_G = _("the candidate is looked for under PyTorch's letter g; in LSTMParams it is c: W_c and b_c")


def sizes_of(params: LSTMParams) -> tuple[int, int]:
    """H and D."""
    return params.W_f.shape[0], params.W_f.shape[1] - params.W_f.shape[0]


# --- to nn.LSTM ------------------------------------------------------------------------------------------------------


def stacked(order: str = ORDER, weight=None, bias=None, cut=None, result=None) -> Callable:
    """`to_torch_arrays` with one thing changed: the gates' order, what is stacked, how it is cut, what is returned."""

    def to_torch_arrays(params):
        H, D = sizes_of(params)
        W = np.concatenate([getattr(params, f"W_{gate}") for gate in order])
        b = np.concatenate([getattr(params, f"b_{gate}") for gate in order])
        W = weight(W, H) if weight else W
        biases = bias(b, H) if bias else (b, np.zeros_like(b))
        weights = cut(W, H, D) if cut else (W[:, H:], W[:, :H])
        return result(*weights, *biases) if result else (*weights, *biases)

    return to_torch_arrays


def orders(make: Callable) -> tuple[Mistake, ...]:
    """One mistake for each other order of the four gates; `make(order)` gives its numbers."""
    others = ["".join(order) for order in permutations(ORDER) if "".join(order) != ORDER]
    return tuple(
        Mistake(
            _("the gates are taken in the order {order}; nn.LSTM has them in the order i, f, g, o").format(
                order=", ".join(order.replace("c", "g"))
            )
            + (_(", which is not that of LSTMParams") if order == "fico" else ""),
            make(order),
            seen=SEEN_ORDER,
        )
        for order in others
    )


def _by_unit(rows, H):
    """Four rows for the first unit, four for the second, ..."""
    return rows.reshape(4, H, *rows.shape[1:]).swapaxes(0, 1).reshape(rows.shape)


def _eight_taken_apart(params):
    W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o = params
    return W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o


TO_TORCH = (
    *orders(lambda order: stacked(order)),
    Mistake(
        _("the columns are taken as [x, h]; in this course h comes first, so the first H columns go to weight_hh"),
        stacked(cut=lambda W, H, D: (W[:, :D], W[:, D:])),
    ),
    Mistake(
        _("weight_ih and weight_hh are exchanged: ih reads what comes in, x, and hh reads h"),
        stacked(result=lambda ih, hh, b_ih, b_hh: (hh, ih, b_ih, b_hh)),
    ),
    Mistake(
        _("the weights are transposed: each unit of each gate has a row, so weight_ih is (4H, D)"),
        stacked(result=lambda ih, hh, b_ih, b_hh: (ih.T, hh.T, b_ih, b_hh)),
        seen="pytorch/pytorch#1961",
    ),
    Mistake(
        _("the rows are sorted by unit; nn.LSTM has all H rows of one gate, then all of the next"),
        stacked(weight=_by_unit, bias=lambda b, H: (_by_unit(b, H), 0 * b)),
    ),
    Mistake(
        _("the gates stand side by side, along axis 1; nn.LSTM has them one below the other"),
        stacked(
            result=lambda ih, hh, b_ih, b_hh: (*(np.concatenate(np.split(w, 4), axis=1) for w in (ih, hh)), b_ih, b_hh)
        ),
    ),
    Mistake(
        _("np.stack makes an axis for the gates; np.concatenate puts them one below the other"),
        stacked(result=lambda *arrays: tuple(one.reshape(4, -1, *one.shape[1:]) for one in arrays)),
    ),
    Mistake(
        _("np.stack makes an axis for the gates; np.concatenate puts them one below the other"),
        stacked(result=lambda ih, hh, *b: (*(one.reshape(4, -1, one.shape[1]) for one in (ih, hh)), *b)),
    ),
    Mistake(
        _("b goes into both biases: nn.LSTM adds the two, so every bias counts twice"),
        stacked(bias=lambda b, H: (b, b)),
        seen="pytorch/pytorch#750",
    ),
    Mistake(
        _("b goes into bias_hh and zeros into bias_ih: their sum is right, but here all of b goes into bias_ih"),
        stacked(bias=lambda b, H: (0 * b, b)),
    ),
    Mistake(
        _("half of b goes into each: their sum is right, but here all of b goes into bias_ih"),
        stacked(bias=lambda b, H: (b / 2, b / 2)),
    ),
    Mistake(_("both biases are zero: b is left out"), stacked(bias=lambda b, H: (0 * b, 0 * b))),
    Mistake(
        _("bias_hh has H zeros; it belongs to all four gates, so it has 4H"),
        stacked(bias=lambda b, H: (b, np.zeros(H))),
    ),
    Mistake(
        _("one bias is returned; nn.LSTM has two for each layer, bias_ih and bias_hh"),
        stacked(result=lambda ih, hh, b_ih, b_hh: (ih, hh, b_ih)),
    ),
    Mistake(
        _("the columns are not cut: those of h go to weight_hh, those of x to weight_ih"),
        stacked(cut=lambda W, H, D: (W, W)),
    ),
    Mistake(
        _("rows are cut off, W[:H]; h and x differ in the columns, W[:, :H]"),
        stacked(cut=lambda W, H, D: (W[H:], W[:H])),
    ),
    Mistake(
        _("H is read from the columns of W_f, of which there are H + D; its rows are H"),
        stacked(cut=lambda W, H, D: (W[:, H + D :], W[:, : H + D])),
    ),
    Mistake(
        _("the bias is cut in two halves; all of it, 4H numbers, goes into bias_ih"),
        stacked(bias=lambda b, H: (b[: 2 * H], b[2 * H :])),
    ),
    *(
        Mistake(
            _("the biases of the gates are added to each other; they stand one behind the other, 4H in all"),
            stacked(bias=both_biases),
        )
        for both_biases in (
            lambda b, H: (b.reshape(4, H).sum(axis=0), np.zeros(H)),
            lambda b, H: (b.reshape(4, H).sum(axis=0), np.zeros(4 * H)),
        )
    ),
    Mistake(
        _("LSTMParams is taken apart by position: by name, as params.W_f, nothing can be mistaken (it has W_hr, too)"),
        _eight_taken_apart,
        raises="too many values to unpack (expected 8",
    ),
    Mistake(NO_G, lambda params: params.W_g, raises="has no attribute 'W_g'"),
    Mistake(NO_G, lambda params: params.b_g, raises="has no attribute 'b_g'"),
    Mistake(_("the same gate's weights stand there four times"), stacked("iiii")),
    Mistake(_("the same gate's weights stand there four times"), stacked("ffff")),
)


# --- from nn.LSTM ----------------------------------------------------------------------------------------------------


def taken(order: str = ORDER, join=None, bias=None, take=None, change=None) -> Callable:
    """`from_torch_arrays` with one thing changed: the gates' order, how columns or biases are joined, what is taken."""

    def from_torch_arrays(weight_ih, weight_hh, bias_ih, bias_hh):
        H = weight_hh.shape[1]
        W = join(weight_ih, weight_hh) if join else np.concatenate([weight_hh, weight_ih], axis=1)
        b = bias(bias_ih, bias_hh) if bias else bias_ih + bias_hh
        take_ = take or (lambda rows, n, H: rows[n * H : (n + 1) * H])
        found = {
            kind + gate: take_(rows, n, H) for n, gate in enumerate(order) for kind, rows in (("W_", W), ("b_", b))
        }
        params = LSTMParams(**found)
        return change(params) if change else params

    return from_torch_arrays


def _cut_weights_alone(weight_ih, weight_hh, bias_ih, bias_hh):
    params = taken()(weight_ih, weight_hh, bias_ih, bias_hh)
    return params._replace(**dict.fromkeys(("b_f", "b_i", "b_c", "b_o"), bias_ih + bias_hh))


def _end_to_end(bias_ih, bias_hh):
    return np.concatenate([bias_ih, bias_hh])


FROM_TORCH = (
    *orders(lambda order: taken(order)),
    Mistake(
        _("the columns are joined as [x, h]; in this course h comes first, so weight_hh stands to the left"),
        taken(join=lambda ih, hh: np.concatenate([ih, hh], axis=1)),
    ),
    Mistake(
        _("bias_hh is left out: nn.LSTM adds both biases"),
        taken(bias=lambda ih, hh: ih),
        seen="pytorch/pytorch#750",
    ),
    Mistake(_("bias_ih is left out: nn.LSTM adds both biases"), taken(bias=lambda ih, hh: hh)),
    Mistake(_("the mean of the two biases is taken: nn.LSTM adds them"), taken(bias=lambda ih, hh: (ih + hh) / 2)),
    Mistake(_("the biases are multiplied: nn.LSTM adds them"), taken(bias=lambda ih, hh: ih * hh)),
    Mistake(_("one bias is taken from the other: nn.LSTM adds them"), taken(bias=lambda ih, hh: ih - hh)),
    Mistake(
        _("every fourth row is taken; nn.LSTM has all H rows of one gate, then all of the next"),
        taken(take=lambda rows, n, H: rows[n::4]),
    ),
    Mistake(
        _("every gate gets the first H rows: each has H rows of its own"),
        taken(take=lambda rows, n, H: rows[:H]),
        seen="stanfordnlp/stanza#88",
    ),
    Mistake(
        _("the matrices are transposed: each of the H units has a row, so W_f is (H, H+D)"),
        taken(change=lambda p: LSTMParams(*(one.T for one in p[:8]))),
        seen="pytorch/pytorch#1961",
    ),
    Mistake(_("the weights of x are left out: W_f is (H, H+D)"), taken(join=lambda ih, hh: hh)),
    Mistake(_("the weights of h are left out: W_f is (H, H+D)"), taken(join=lambda ih, hh: ih)),
    Mistake(
        _("all four gates are given to each: W_f is the H rows of the forget gate alone"),
        taken(take=lambda rows, n, H: rows),
    ),
    Mistake(
        _("LSTMParams gets four W and then four b; its order is W_f, b_f, W_i, b_i, and so on: give them by name"),
        taken(change=lambda p: LSTMParams(p.W_f, p.W_i, p.W_c, p.W_o, p.b_f, p.b_i, p.b_c, p.b_o)),
    ),
    Mistake(
        _("the biases are not cut: b_f is the H numbers of the forget gate alone"),
        _cut_weights_alone,
    ),
    Mistake(
        _("the two biases are put end to end: nn.LSTM adds them"),
        taken(take=lambda rows, n, H: rows[n * len(rows) // 4 : (n + 1) * len(rows) // 4], bias=_end_to_end),
    ),
    Mistake(NO_G, lambda *arrays: LSTMParams(W_g=arrays[0]), raises="unexpected keyword argument 'W_g'"),
    Mistake(
        _("H is read from the rows of weight_hh, of which there are 4H"),
        taken(take=lambda rows, n, H: rows[4 * n * H : 4 * (n + 1) * H]),
    ),
)


# --- what goes in and what comes out ---------------------------------------------------------------------------------

VIEWED = _(
    "the numbers are poured into another shape: reshape and view keep their order, so the sequences are mixed up; "
    "np.swapaxes exchanges axes"
)
BATCH_FIRST = (
    Mistake(VIEWED, lambda xs: xs.reshape(xs.shape[1], xs.shape[0], -1), seen="graykode/nlp-tutorial#38"),
    Mistake(
        _("nothing is exchanged: the batch would be read as time, and each step would see all sequences in a row"),
        lambda xs: xs,
        seen="closeheat/pytorch-lstm-text-generation-tutorial#3",
    ),
    Mistake(_("all three axes are turned round, as .T does; only the first two are exchanged"), lambda xs: xs.T),
    Mistake(_("the last two axes are exchanged; it is the first two"), lambda xs: xs.swapaxes(1, 2)),
    Mistake(_("the first axis goes to the end; it is exchanged with the second"), lambda xs: np.moveaxis(xs, 0, -1)),
    Mistake(_("the last axis comes first; only the first two are exchanged"), lambda xs: xs.transpose(2, 0, 1)),
    Mistake(
        _("the numbers are poured into another shape, column by column; np.swapaxes exchanges axes"),
        lambda xs: xs.reshape((xs.shape[1], xs.shape[0], -1), order="F"),
    ),
    Mistake(_("one sequence alone is returned; all of them are asked for"), lambda xs: xs[:, 0]),
    Mistake(_("the batch is turned round as well"), lambda xs: xs.swapaxes(0, 1)[::-1]),
    Mistake(_("time runs backwards as well"), lambda xs: xs[::-1].swapaxes(0, 1)),
    Mistake(_("the steps are joined into one long row for each sequence"), lambda xs: np.concatenate(list(xs), axis=1)),
)


def _two(*shape):
    return np.zeros(shape), np.zeros(shape)


FIRST_STATE = (
    Mistake(
        _("the batch comes first: batch_first is for input and output, and changes nothing about h and c"),
        lambda batch, layers, directions, H: _two(batch, layers * directions, H),
        seen="pytorch/pytorch#19675",
    ),
    Mistake(
        _("the directions are not counted: each layer has one state for each"),
        lambda batch, layers, directions, H: _two(layers, batch, H),
        seen="pytorch/pytorch#45437",
    ),
    Mistake(
        _("the directions widen the state: each has H numbers of its own, in the first axis"),
        lambda batch, layers, directions, H: _two(layers, batch, directions * H),
    ),
    Mistake(
        _("one state serves all layers"),
        lambda batch, layers, directions, H: _two(1, batch, H),
        seen="pclucas14/GansFallingShort#2",
    ),
    Mistake(_("the layers have no axis"), lambda batch, layers, directions, H: _two(batch, H)),
    Mistake(_("the batch has no axis"), lambda batch, layers, directions, H: _two(layers * directions, H)),
    Mistake(
        _("layers and directions have an axis each; nn.LSTM has one for both"),
        lambda batch, layers, directions, H: _two(layers, directions, batch, H),
    ),
    Mistake(
        _("the units come before the batch: it is (layers * directions, B, H)"),
        lambda batch, layers, directions, H: _two(layers * directions, H, batch),
    ),
    Mistake(
        _("h_0 alone is returned: nn.LSTM wants both, (h_0, c_0)"),
        lambda batch, layers, directions, H: _two(layers * directions, batch, H)[0],
        seen="pytorch/pytorch#45437",
    ),
    Mistake(
        _("layers and directions are added; each layer has a state for each direction, so they are multiplied"),
        lambda batch, layers, directions, H: _two(layers + directions, batch, H),
    ),
    Mistake(
        _("two directions are taken for granted"),
        lambda batch, layers, directions, H: _two(2 * layers, batch, H),
    ),
    Mistake(
        _("the layers are not counted: each has a state of its own"),
        lambda batch, layers, directions, H: _two(directions, batch, H),
    ),
    Mistake(
        _("the directions are counted twice: in the first axis, and in the width"),
        lambda batch, layers, directions, H: _two(layers * directions, batch, directions * H),
    ),
    Mistake(
        _("batch and layers have changed places"),
        lambda batch, layers, directions, H: _two(batch * directions, layers, H),
    ),
    Mistake(
        _("one array holds both; nn.LSTM wants a tuple of two, (h_0, c_0)"),
        lambda batch, layers, directions, H: np.zeros((2, layers * directions, batch, H)),
    ),
    Mistake(
        _("c_0 is filled with ones: a memory begins empty, so it holds zeros"),
        lambda batch, layers, directions, H: (
            np.zeros((layers * directions, batch, H)),
            np.ones((layers * directions, batch, H)),
        ),
    ),
    Mistake(
        _("they are filled with ones: a memory begins empty"),
        lambda batch, layers, directions, H: tuple(one + 1 for one in _two(layers * directions, batch, H)),
    ),
)

BATCH_IN_H_N = _(
    "the batch is looked for in the first axis: h_n is (layers * directions, B, H), whatever batch_first says"
)
LAST_STATE = (
    Mistake(
        BATCH_IN_H_N,
        lambda h_n, layer, direction, directions: h_n[:, layer * directions + direction],
        seen="pytorch/pytorch#19675",
    ),
    Mistake(BATCH_IN_H_N, lambda h_n, layer, direction, directions: h_n[:, -1], seen="pytorch/pytorch#4145"),
    Mistake(
        VIEWED,
        lambda h_n, layer, direction, directions: h_n.reshape(h_n.shape[1], -1, h_n.shape[2])[
            :, layer * directions + direction
        ],
        seen="pytorch/pytorch#34036",
    ),
    Mistake(_("the last of h_n is taken whatever is asked for"), lambda h_n, layer, direction, directions: h_n[-1]),
    Mistake(_("the direction is not looked at"), lambda h_n, layer, direction, directions: h_n[layer * directions]),
    Mistake(
        _("the directions of the layers below are not counted: each layer has `directions` rows in h_n"),
        lambda h_n, layer, direction, directions: h_n[layer],
    ),
    Mistake(
        _("the directions of the layers below are not counted: each layer has `directions` rows in h_n"),
        lambda h_n, layer, direction, directions: h_n[layer + direction],
    ),
    Mistake(
        _("all layers forwards are taken to come first; it is layer 0 forwards, layer 0 backwards, layer 1 forwards"),
        lambda h_n, layer, direction, directions: h_n[direction * (len(h_n) // directions) + layer],
    ),
    Mistake(
        _("two directions are taken for granted"),
        lambda h_n, layer, direction, directions: h_n[2 * layer + direction],
    ),
    Mistake(
        _("layers are counted from 1; here the first is layer 0"),
        lambda h_n, layer, direction, directions: h_n[(layer - 1) * directions + direction],
    ),
    Mistake(
        _("directions are exchanged: 0 is forwards, 1 backwards"),
        lambda h_n, layer, direction, directions: h_n[layer * directions + directions - 1 - direction],
    ),
    Mistake(
        _("a slice keeps the first axis, with one row; an index takes it away"),
        lambda h_n, layer, direction, directions: h_n[layer * directions + direction :][:1],
    ),
    Mistake(
        _("the result is transposed: it is (B, H)"),
        lambda h_n, layer, direction, directions: h_n[layer * directions + direction].T,
    ),
    Mistake(
        _("both directions of the layer are returned; one is asked for"),
        lambda h_n, layer, direction, directions: h_n[layer * directions : (layer + 1) * directions],
    ),
    Mistake(
        _("h_n[layer, direction] is read: layers and directions share the first axis, and the second is the batch"),
        lambda h_n, layer, direction, directions: h_n[layer, direction],
    ),
    Mistake(_("all of h_n is returned"), lambda h_n, layer, direction, directions: h_n),
    Mistake(
        _("the last unit alone is taken: [..., -1] is a unit"),
        lambda h_n, layer, direction, directions: h_n[layer * directions + direction, :, -1],
    ),
    Mistake(
        _("the last sequence alone is taken; h_n holds the last step already, and its second axis is the batch"),
        lambda h_n, layer, direction, directions: h_n[layer * directions + direction, -1],
    ),
    Mistake(
        _("the last layer is taken whatever is asked for"),
        lambda h_n, layer, direction, directions: h_n[direction - directions],
    ),
    Mistake(
        _("the layer is not looked at"),
        lambda h_n, layer, direction, directions: h_n[direction],
    ),
    Mistake(
        _("`direction` stands where `directions` belongs: a layer has as many rows as there are directions"),
        lambda h_n, layer, direction, directions: h_n[layer * direction + direction],
    ),
    Mistake(
        _("both directions of the layer are joined; one is asked for"),
        lambda h_n, layer, direction, directions: np.concatenate(
            list(h_n[layer * directions : (layer + 1) * directions]), axis=1
        ),
    ),
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
LAST_OF_BOTH = (
    Mistake(
        _(
            "the last step is taken for both directions, or the backward half is turned round once more: there the "
            "backward one has read a single step"
        ),
        lambda output: output[:, -1],
        seen="yunjey/pytorch-tutorial#149",
    ),
    Mistake(
        _("the first step is taken for both directions: there the forward one has read a single step"),
        lambda output: output[:, 0],
    ),
    Mistake(LAST_UNIT, lambda output: output[..., -1], seen="voice-vector#9"),
    Mistake(LAST_SEQUENCE, lambda output: output[-1]),
    Mistake(
        _("the two directions are exchanged: forwards is done at the last step, backwards at the first"),
        both(lambda f, b: joined(f[:, 0], b[:, -1])),
    ),
    Mistake(_("the backward half comes first: it is forward first"), both(lambda f, b: joined(b[:, 0], f[:, -1]))),
    Mistake(
        _("the halves are exchanged: the first H numbers are those of the forward direction"),
        both(lambda f, b: joined(b[:, -1], f[:, 0])),
    ),
    Mistake(_("the halves are added: they are joined, forward first"), both(lambda f, b: f[:, -1] + b[:, 0])),
    Mistake(
        _("the mean of the halves is taken: they are joined, forward first"),
        both(lambda f, b: (f[:, -1] + b[:, 0]) / 2),
    ),
    Mistake(_("the forward direction alone is returned"), both(lambda f, b: f[:, -1])),
    Mistake(_("the backward direction alone is returned"), both(lambda f, b: b[:, 0])),
    Mistake(
        _("the halves get an axis of their own, as np.stack makes one; np.concatenate joins them"),
        both(lambda f, b: np.stack([f[:, -1], b[:, 0]], axis=1)),
    ),
    Mistake(
        _("the halves are joined along axis 0, one batch below the other"),
        both(lambda f, b: np.concatenate([f[:, -1], b[:, 0]])),
    ),
    Mistake(
        _("every other number is taken for one direction: the first H are forward, the last H backward"),
        lambda output: joined(output[:, -1, ::2], output[:, 0, 1::2]),
    ),
    Mistake(
        _("two results are returned; they are joined to one array, as np.concatenate does along axis 1"),
        both(lambda f, b: (f[:, -1], b[:, 0])),
    ),
    Mistake(
        _("a slice keeps the axis of the steps, with one in it; an index takes it away"),
        both(lambda f, b: np.concatenate([f[:, -1:], b[:, :1]], axis=2)),
    ),
    Mistake(
        _("all 2H numbers of both steps are taken; each direction has H of them"),
        lambda output: output[:, [-1, 0]],
    ),
    Mistake(
        _("all 2H numbers of both steps are taken; each direction has H of them"),
        lambda output: joined(output[:, -1], output[:, 0]),
    ),
    Mistake(
        _("both steps are read from the forward half"),
        both(lambda f, b: joined(f[:, -1], f[:, 0])),
    ),
    Mistake(
        _("the first axis is taken for the steps: batch first, it is output[:, -1]"),
        lambda output: joined(output[-1, :, : output.shape[2] // 2], output[0, :, output.shape[2] // 2 :]),
    ),
    Mistake(_("the first sequence alone is read"), both(lambda f, b: np.concatenate([f[0, -1], b[0, 0]]))),
    Mistake(_("the sum over all steps is taken"), lambda output: output.sum(axis=1)),
    Mistake(_("the mean over all steps is taken"), lambda output: output.mean(axis=1)),
    Mistake(_("the largest over all steps is taken"), lambda output: output.max(axis=1)),
)


def rows(output):
    return np.arange(len(output))


def _valid(output, lengths):
    """Which steps are no padding, (B, T, 1)."""
    return (np.arange(output.shape[1]) < lengths[:, None])[:, :, None]


def _by_length(output, lengths):
    order = np.argsort(-lengths, kind="stable")
    return output[order, lengths[order] - 1]


LAST_VALID = (
    Mistake(
        _("the last step is taken: for a shorter sequence that is padding"),
        lambda output, lengths: output[:, -1],
        seen="practical-torchtext#5",
    ),
    Mistake(
        _("step `lengths` is read: steps count from 0, so the last valid one is lengths - 1"),
        lambda output, lengths: output[rows(output), lengths],
    ),
    Mistake(_("the step before the last valid one is read"), lambda output, lengths: output[rows(output), lengths - 2]),
    Mistake(
        _("output[:, lengths - 1] is read: that takes all these steps of every sequence"),
        lambda output, lengths: output[:, lengths - 1],
    ),
    Mistake(
        _("output[lengths - 1] is read: that takes sequences, and not steps"),
        lambda output, lengths: output[lengths - 1],
    ),
    Mistake(
        _("the last valid step of the longest sequence is taken for all"),
        lambda output, lengths: output[:, lengths.max() - 1],
    ),
    Mistake(
        _("the last valid step of the shortest sequence is taken for all"),
        lambda output, lengths: output[:, lengths.min() - 1],
    ),
    Mistake(
        _("steps are counted from the end: -lengths is that many steps before it"),
        lambda output, lengths: output[rows(output), -lengths],
    ),
    Mistake(_("the first step is taken"), lambda output, lengths: output[:, 0]),
    Mistake(
        _("the results stand in the order of the lengths, longest first, and not in that of the batch"),
        _by_length,
        seen="dmlc/mead-baseline#677",
    ),
    Mistake(
        _("the mean over all steps is taken, padding included"),
        lambda output, lengths: output.mean(axis=1),
        seen="facebookresearch/InferSent#51",
    ),
    Mistake(
        _("the largest over all steps is taken, padding included"),
        lambda output, lengths: output.max(axis=1),
        seen="facebookresearch/InferSent#51",
    ),
    Mistake(
        _("the mean over the valid steps is taken; the last one is asked for"),
        lambda output, lengths: (output * _valid(output, lengths)).sum(axis=1) / lengths[:, None],
    ),
    Mistake(
        _("the sum over the valid steps is taken; the last one is asked for"),
        lambda output, lengths: (output * _valid(output, lengths)).sum(axis=1),
    ),
    Mistake(
        _("the largest over the valid steps is taken; the last one is asked for"),
        lambda output, lengths: np.where(_valid(output, lengths), output, -np.inf).max(axis=1),
    ),
    Mistake(LAST_UNIT, lambda output, lengths: output[..., -1], seen="voice-vector#9"),
    Mistake(LAST_SEQUENCE, lambda output, lengths: output[-1]),
    Mistake(
        _("a slice keeps the axis of the steps, with one in it; an index takes it away"),
        lambda output, lengths: output[rows(output), lengths - 1][:, None],
    ),
    Mistake(
        _("the last unit alone is taken: [..., -1] is a unit"),
        lambda output, lengths: output[rows(output), lengths - 1, -1],
    ),
    Mistake(
        _("one sequence alone came back: does `return` stand inside the loop?"),
        lambda output, lengths: output[0, lengths[0] - 1],
    ),
    Mistake(
        _("all valid steps are taken, end to end; one step of each sequence is asked for"),
        lambda output, lengths: output[_valid(output, lengths)[:, :, 0]],
    ),
    Mistake(
        _("the step after the last valid one is taken: steps count from 0"),
        lambda output, lengths: output[np.arange(output.shape[1]) == lengths[:, None]],
    ),
    Mistake(
        _("the step after the last valid one is taken: steps count from 0"),
        lambda output, lengths: output[rows(output), np.minimum(lengths, output.shape[1] - 1)],
    ),
    Mistake(
        _("the padding is set to zero and the last step is read: for a shorter sequence that is such a zero"),
        lambda output, lengths: (output * _valid(output, lengths))[:, -1],
    ),
    Mistake(
        _("the results stand in the order of the lengths, shortest first, and not in that of the batch"),
        lambda output, lengths: output[np.argsort(lengths), np.sort(lengths) - 1],
    ),
    Mistake(
        _("everything is read from sequence 0: output[:, lengths - 1][0] does it, or sequences put end to end"),
        lambda output, lengths: output.reshape(-1, output.shape[2])[lengths - 1],
    ),
    Mistake(
        _("the padding is set to zero and every step is kept; one step of each sequence is asked for"),
        lambda output, lengths: output * _valid(output, lengths),
    ),
)
