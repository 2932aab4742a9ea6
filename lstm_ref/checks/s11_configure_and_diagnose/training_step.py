"""Training programs with one fault each, as they are found in published code: what chapter 11 compares with."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Raising, known
from lstm_ref.messages import _

# --- one step --------------------------------------------------------------------------------------------------------


def step(order: str, clip: str = "norm", returns: Callable = float) -> Callable:
    """`training_step` with its lines in another order: z zero_grad, f forward, b backward, c clip, s step."""

    def training_step(model, optimiser, loss_function, xs, targets, max_norm):
        from torch.nn import utils

        loss = loss_function(model(xs), targets)
        clips = {
            "norm": lambda: utils.clip_grad_norm_(model.parameters(), max_norm),
            "one": lambda: utils.clip_grad_norm_(model.parameters(), 1.0),
            "value": lambda: utils.clip_grad_value_(model.parameters(), max_norm),
            "each": lambda: [utils.clip_grad_norm_([parameter], max_norm) for parameter in model.parameters()],
            "weights": lambda: [parameter.data.clamp_(-max_norm, max_norm) for parameter in model.parameters()],
        }
        does = {"z": optimiser.zero_grad, "b": loss.backward, "c": clips[clip], "s": optimiser.step}
        for letter in order:
            does[letter]()
        return returns(loss.detach())

    return training_step


def measured_late(model, optimiser, loss_function, xs, targets, max_norm):
    step("zbcs")(model, optimiser, loss_function, xs, targets, max_norm)
    return float(loss_function(model(xs), targets).detach())


CLIPPED_LATE = _("the gradients are clipped after the step: by then they have moved the weights, whatever their length")
CLIPPED_EARLY = _("the gradients are clipped before backward(): there are none yet, or those of the last batch")
NOT_CLIPPED = _("clipping is left out: clip_grad_norm_ stands between backward() and step()")
CLEARED_LATE = _("zero_grad stands between backward() and step(): it throws away what the step needs")
STEP_EARLY = _("step() comes before backward(): it has no gradient yet, or that of the batch before")
PILED_UP = _("zero_grad is missing: the gradients of all batches so far pile up")
NO_BACKWARD = _("backward() is missing: nothing says where the loss falls")
NO_STEP = _("step() is missing: the weights stay as they were")
STEP = known(
    {
        CLIPPED_LATE: step("zbsc"),
        CLIPPED_EARLY: step("zcbs"),
        NOT_CLIPPED: step("zbs"),
        _("each number of the gradient is cut at max_norm: clip_grad_norm_ shortens all of it by one factor"): step(
            "zbcs", "value"
        ),
        _("each array is clipped by itself: it is one norm for all weights together"): step("zbcs", "each"),
        _("the weights are cut at max_norm: it is the gradients that are clipped"): step("zbsc", "weights"),
        PILED_UP: step("bcs"),
        CLEARED_LATE: step("bczs"),
        STEP_EARLY: step("zsbc"),
        NO_BACKWARD: step("zcs"),
        NO_STEP: step("zbc"),
        _("two steps are made with one gradient"): step("zbcss"),
        _("the gradients are clipped at 1, whatever max_norm is"): step("zbcs", "one"),
        _("the loss is measured anew after the step: the one that was sent back is asked for"): measured_late,
    }
)


# --- chunks ----------------------------------------------------------------------------------------------------------


def in_chunks(
    cut: Callable = lambda state: tuple(part.detach() for part in state),
    keep: bool = False,
    carry: bool = True,
    step_each: bool = True,
    shown: Callable = lambda hs: hs,
    said: Callable = lambda outputs: outputs[:, :, 0],
    clear: bool = True,
) -> Callable:
    """`train_in_chunks` with one thing changed: how the state is cut off, retain_graph, when the step is made."""

    def train_in_chunks(lstm, read, optimiser, xs, targets, length):
        state = None
        optimiser.zero_grad()
        for start in range(0, xs.shape[1], length):
            hs, state = lstm(xs[:, start : start + length], state if carry else None)
            loss = ((said(read(shown(hs))) - targets[:, start : start + length]) ** 2).mean()
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


def whole(lstm, read, optimiser, xs, targets, length):
    """No chunks at all."""
    return in_chunks()(lstm, read, optimiser, xs, targets, xs.shape[1])


def first(lstm, read, optimiser, xs, targets, length):
    """One chunk and no more."""
    return in_chunks()(lstm, read, optimiser, xs[:, :length], targets[:, :length], length)


CHUNKS = known(
    {
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
        _("the sequence is not cut: it goes through in one chunk"): whole,
        _("it is over after the first chunk: does the return stand inside the loop?"): first,
        PILED_UP: in_chunks(clear=False),
        _(
            "(B, T, 1) meets (B, T), and outputs are compared with targets of other sequences: [:, :, 0] is missing"
        ): in_chunks(said=lambda outputs: outputs),
        _("detach() is called on the pair (h, c): each of the two is a tensor and is detached by itself"): Raising(
            "'tuple' object has no attribute 'detach'", in_chunks(cut=lambda state: state.detach())
        ),
    }
)


# --- losses and decisions --------------------------------------------------------------------------------------------


def cross_entropy(prepare: Callable = lambda logits: logits, mean: bool = True) -> Callable:
    def class_loss(logits, labels):
        from torch import nn

        return nn.functional.cross_entropy(prepare(logits), labels, reduction="mean" if mean else "sum")

    return class_loss


def picked(of: Callable) -> Callable:
    """The mean of what stands at each label: of probabilities, or of their logarithms with the wrong sign."""
    return lambda logits, labels: of(logits.softmax(1))[range(len(labels)), labels].mean()


CLASS_LOSS = known(
    {
        _("softmax is taken twice: cross_entropy takes it itself, of the logits"): cross_entropy(
            lambda logits: logits.softmax(1)
        ),
        _("softmax is taken over the batch, and then once more by cross_entropy"): cross_entropy(
            lambda logits: logits.softmax(0)
        ),
        _(
            "log_softmax is taken over the batch: the classes of one row compete, and cross_entropy sees to it"
        ): cross_entropy(lambda logits: logits.log_softmax(0)),
        _(
            "the sigmoid is taken, and then the softmax by cross_entropy: it wants the logits as they are"
        ): cross_entropy(lambda logits: logits.sigmoid()),
        _("the probabilities are averaged, without their logarithm"): picked(lambda p: p),
        _("nll_loss is given probabilities: it wants their logarithms, and only turns the sign"): picked(lambda p: -p),
        _("nll_loss is given logits: it wants log-probabilities, as log_softmax makes them"): lambda logits, labels: (
            -logits[range(len(labels)), labels].mean()
        ),
        _("the sign is missing: a loss falls when the right class gains"): picked(lambda p: p.log()),
        _("the losses are summed: the mean is asked for"): cross_entropy(mean=False),
        _(
            "the logarithm is taken of the logits, which may be negative: cross_entropy wants them as they are"
        ): cross_entropy(lambda logits: logits.log()),
    }
)


def as_int(decide: Callable) -> Callable:
    return lambda logits: decide(logits).long()


DECISION = known(
    {
        _("the logits are cut at 0.5: that is a probability, and the logit of probability 0.5 is 0"): as_int(
            lambda z: z > 0.5
        ),
        _("every sequence is judged a target: the sigmoid is above 0 for all, its border is 0.5"): as_int(
            lambda z: z.sigmoid() > 0
        ),
        _("the logits are rounded: round(0.4) is 0, and a logit of 0.4 says target"): as_int(lambda z: z.round()),
        _("the whole part of the logit is taken"): as_int(lambda z: z),
        _("yes and no are exchanged: 1 stands for a target, a logit above 0"): as_int(lambda z: z < 0),
        _("argmax finds the sequence with the highest logit; each is to be judged by itself"): lambda z: z.argmax(),
        _("the softmax runs over the batch, so that the sequences compete: each is to be judged by itself"): as_int(
            lambda z: z.softmax(0) > 0.5
        ),
        _("the border is the mean of the batch: then the answer depends on the other sequences"): as_int(
            lambda z: z > z.mean()
        ),
        _("-1 stands for no: 0 is asked for"): as_int(lambda z: z.sign()),
    }
)


def squared(compare: Callable, mean: bool = True) -> Callable:
    def distance_loss(outputs, targets):
        found = compare(outputs, targets) ** 2
        return found.mean() if mean else found.sum()

    return distance_loss


DISTANCE_LOSS = known(
    {
        _(
            "(B, 1) - (B,) is (B, B): every output is compared with every target; bring both to the same shape, with "
            "squeeze(1) or targets[:, None]"
        ): squared(lambda outputs, targets: outputs - targets),
        _(
            "the squares of all outputs with all targets are summed: bring both to the same shape, and take the mean"
        ): squared(lambda outputs, targets: outputs - targets, mean=False),
        _("the shapes are right, but the squares are summed: the mean is asked for"): squared(
            lambda outputs, targets: outputs[:, 0] - targets, mean=False
        ),
        _("the outputs are averaged before they are compared"): squared(
            lambda outputs, targets: outputs.mean() - targets
        ),
        _("the targets are averaged before they are compared"): squared(
            lambda outputs, targets: outputs - targets.mean()
        ),
        _("the first output is compared with all targets"): squared(lambda outputs, targets: outputs[0] - targets),
        _("the first target is compared with all outputs"): squared(lambda outputs, targets: outputs - targets[0]),
        _("the absolute differences are averaged: their squares are asked for"): lambda outputs, targets: (
            (outputs[:, 0] - targets).abs().mean()
        ),
        _("the root is taken of the mean square"): lambda outputs, targets: (
            ((outputs[:, 0] - targets) ** 2).mean().sqrt()
        ),
        _("the mean square is halved"): lambda outputs, targets: ((outputs[:, 0] - targets) ** 2).mean() / 2,
        _(
            "the differences are averaged first, where those of either sign cancel: square each, then take the mean"
        ): lambda outputs, targets: (outputs[:, 0] - targets).mean() ** 2,
        _("the squares are returned one by one: their mean is asked for"): lambda outputs, targets: (
            (outputs[:, 0] - targets) ** 2
        ),
    }
)


# --- windows and batches ---------------------------------------------------------------------------------------------


def windows_of(recording, window: int, step: int = 1):
    """All windows (n, window, D), each `step` after the one before."""
    starts = range(0, len(recording) - window + 1, step)
    return np.stack([recording[start : start + window] for start in starts])


def split(recording, window, share):
    """First the recording is cut in two, then each part into windows."""
    cut = int(share * len(recording))
    return windows_of(recording[:cut], window), windows_of(recording[cut:], window)


def windows_first(shuffle: bool = False) -> Callable:
    def split_windows(recording, window, share):
        made = windows_of(recording, window)
        if shuffle:
            made = made[np.random.default_rng(0).permutation(len(made))]
        cut = int(share * len(made))
        return made[:cut], made[cut:]

    return split_windows


def both(change: Callable) -> Callable:
    return lambda recording, window, share: tuple(map(change, split(recording, window, share)))


def cut_at(place: Callable, overlap: Callable = lambda window: 0) -> Callable:
    def split_windows(recording, window, share):
        cut = place(len(recording), share)
        return windows_of(recording[:cut], window), windows_of(recording[cut - overlap(window) :], window)

    return split_windows


SPLIT = known(
    {
        _(
            "the windows are made and shuffled before the split: almost every held-out window shares steps with one "
            "that is trained on; cut the recording first"
        ): windows_first(shuffle=True),
        _(
            "the windows are made before the split: those at the border share steps with both sides; cut the recording "
            "first"
        ): windows_first(),
        _(
            "the windows are made of the whole recording, and cut where the recording should be: those at the border "
            "share steps with both sides"
        ): lambda recording, window, share: tuple(
            np.split(windows_of(recording, window), [int(share * len(recording))]),
        ),
        _("the held-out part begins window - 1 steps early, so that it shares steps with the other"): cut_at(
            lambda n, share: int(share * n), lambda window: window - 1
        ),
        _("the held-out part begins a window early, so that it shares steps with the other"): cut_at(
            lambda n, share: int(share * n), lambda window: window
        ),
        _("a window is left out between the two parts: the held-out part begins where the other ends"): cut_at(
            lambda n, share: int(share * n), lambda window: -window
        ),
        _(
            "the last window of the training part is left out: it ends with the last step before the cut"
        ): lambda recording, window, share: (
            split(recording, window, share)[0][:-1],
            split(recording, window, share)[1],
        ),
        _("the two parts are exchanged: the first is trained on"): lambda recording, window, share: split(
            recording, window, share
        )[::-1],
        _("the share is taken for the held-out part: it is what is trained on"): cut_at(
            lambda n, share: n - int(share * n)
        ),
        _("the last window of each part is left out: there are n - window + 1 of them"): both(lambda made: made[:-1]),
        _(
            "the windows stand side by side, without steps in common: one begins at every step"
        ): lambda recording, window, share: tuple(
            windows_of(part, window, window) for part in np.split(recording, [int(share * len(recording))])
        ),
        _("the steps are poured into windows (n, D, window) by reshape: the inputs of a step are torn apart"): both(
            lambda made: made.reshape(len(made), made.shape[2], made.shape[1])
        ),
        _("the windows are (n, D, window): it is (n, window, D), steps before inputs"): both(
            lambda made: made.swapaxes(1, 2)
        ),
        _("the parts are returned as they are, and not cut into windows"): lambda recording, window, share: tuple(
            np.split(recording, [int(share * len(recording))])
        ),
        _(
            "every other step is held out: a window is then no longer a piece of time, and neighbours are on both sides"
        ): lambda recording, window, share: (windows_of(recording[::2], window), windows_of(recording[1::2], window)),
    }
)


def rows_of(recording, batch: int, steps: int):
    """(batch, K, steps, D): the recording in `batch` long pieces, each cut into chunks."""
    return recording.reshape(batch, -1, steps, recording.shape[1])


def batches(change: Callable) -> Callable:
    """`stateful_batches` with the right result changed, (K, batch, steps, D)."""
    return lambda recording, batch, steps: change(rows_of(recording, batch, steps).swapaxes(0, 1))


def shuffled(recording, batch, steps):
    pieces = recording.reshape(-1, steps, recording.shape[1])
    order = np.random.default_rng(0).permutation(len(pieces))
    return pieces[order].reshape(-1, batch, steps, recording.shape[1])


def permuted(count: int):
    return np.random.default_rng(0).permutation(count)


STATEFUL = known(
    {
        _("the windows are shuffled: a state that is carried on then meets the piece of another time"): shuffled,
        _(
            "row b + 1 of a batch goes on where row b ends: the state is carried from batch to batch, so row b of the "
            "next batch has to"
        ): lambda recording, batch, steps: recording.reshape(-1, batch, steps, recording.shape[1]),
        _("the batches are shuffled: each row is right within, and their order in time is lost"): batches(
            lambda made: made[permuted(len(made))]
        ),
        _("the rows of all batches are shuffled alike: that does no harm, but here row 0 is the beginning"): batches(
            lambda made: made[:, permuted(made.shape[1])]
        ),
        _(
            "the chunks stand before the rows' axis: (batch, K, steps, D) is returned, (K, batch, steps, D) asked for"
        ): lambda recording, batch, steps: rows_of(recording, batch, steps),
        _("the batches run backwards in time"): batches(lambda made: made[::-1]),
        _("the steps within each chunk run backwards"): batches(lambda made: made[:, :, ::-1]),
        _("the last batch is left out"): batches(lambda made: made[:-1]),
        _(
            "neighbouring steps go to different rows: each row has to be a piece of time"
        ): lambda recording, batch, steps: recording.reshape(-1, steps, batch, recording.shape[1]).swapaxes(1, 2),
        _("batch and steps are exchanged"): lambda recording, batch, steps: rows_of(recording, steps, batch).swapaxes(
            0, 1
        ),
    }
)
