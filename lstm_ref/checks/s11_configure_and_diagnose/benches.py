"""Where a student's function meets a model: each bench makes one from plain arrays, calls the function, returns arrays.

The text of a bench travels with the problem to where the student's function runs, and stands alone there: over `np`,
with imports of its own. It judges nothing and knows no right answer.
"""

import numpy as np


def tensors(function, *arguments):
    """The function of tensors: arrays go in as tensors, a tensor comes out as an array, one number as a number."""
    import torch

    given = [torch.tensor(value) if isinstance(value, np.ndarray) else value for value in arguments]
    returned = function(*given)
    if isinstance(returned, torch.Tensor):
        returned = returned.detach().numpy()
        return returned.item() if returned.ndim == 0 else returned
    return returned


def steps(function, weights, xs, targets, max_norm):
    """Three steps of a small LSTM on batches xs (3, B, T, D), targets (3, B): all weights after each, and the losses.

    weights: the arrays of nn.LSTM and of the layer that reads it, in the order of `parameters()`. The third result
    says in which order things were done in the last step: the places of zero_grad, backward, clipping and step, -1 for
    what was not done.
    """
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(xs.shape[3], weights[1].shape[1], batch_first=True)
            self.read = nn.Linear(weights[1].shape[1], 1)

        def forward(self, x):
            return self.read(self.lstm(x)[0][:, -1])[:, 0]

    done = []

    def noting(owner, name, letter):
        plain = getattr(owner, name)

        def noted(*arguments, **more):
            done.append(letter)
            return plain(*arguments, **more)

        setattr(owner, name, noted)
        return lambda: setattr(owner, name, plain)

    model = Model().double()
    for parameter, array in zip(model.parameters(), weights, strict=True):
        parameter.data = torch.tensor(array)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    undo = [
        noting(optimiser, "zero_grad", "z"),
        noting(model, "zero_grad", "z"),
        noting(torch.Tensor, "backward", "b"),
        noting(nn.utils, "clip_grad_norm_", "c"),
        noting(nn.utils, "clip_grad_value_", "c"),
        noting(optimiser, "step", "s"),
    ]
    after, losses = [], []
    try:
        for x, target in zip(torch.tensor(xs), torch.tensor(targets), strict=True):
            done.clear()
            loss = function(model, optimiser, nn.functional.mse_loss, x, target, max_norm)
            after.append(np.concatenate([p.detach().numpy().ravel() for p in model.parameters()]))
            losses.append(loss.detach().numpy() if isinstance(loss, torch.Tensor) else loss)
    finally:
        for put_back in undo:
            put_back()
    return np.stack(after), losses, np.array([done.index(letter) if letter in done else -1 for letter in "zbcs"])


def chunks(function, weights, xs, targets, length):
    """A pass over long sequences in chunks: all weights afterwards, and the state that is handed back, (h, c).

    weights: the arrays of nn.LSTM and of the layer that reads it, in the order of `parameters()`.
    """
    import torch
    from torch import nn

    lstm = nn.LSTM(xs.shape[2], weights[1].shape[1], batch_first=True).double()
    read = nn.Linear(weights[1].shape[1], 1).double()
    parameters = [*lstm.parameters(), *read.parameters()]
    for parameter, array in zip(parameters, weights, strict=True):
        parameter.data = torch.tensor(array)
    optimiser = torch.optim.SGD(parameters, lr=0.5)
    state = function(lstm, read, optimiser, torch.tensor(xs), torch.tensor(targets), length)
    after = np.concatenate([p.detach().numpy().ravel() for p in parameters])
    parts = list(state) if isinstance(state, tuple | list) else [state, None]
    return (after, *(part.detach().numpy() if isinstance(part, torch.Tensor) else part for part in parts))


def training(function, xs, lengths, labels, seeds, learned, seconds, new_xs, new_lengths, padding):
    """Let the function train a classifier, and ask that about recordings it has not seen, in several ways.

    A training may get stuck where another draw of the weights would not. So while less than `learned` of the recordings
    that it was trained on are told rightly, it is done anew with the next seed, as far as `seconds` of the processor
    go, and what is asked is the model that has learned most of them.

    padding: (N, T + more, D), what stands where the new recordings have ended when they are asked about once more.
    Returns a dict: "model" (0: there is none, 1: cannot be called, 2: can), and what it said of the new recordings
    ("logits"), of the same again, of the first few alone, of all with other padding, and of those it was trained on.
    "steps", "backward": how often an optimiser made a step and a loss was sent back; "cleared": zero_grad likewise.
    "trainings": how many there were.
    """
    import time

    import torch
    from torch.optim import Optimizer
    from torch.optim.optimizer import register_optimizer_step_post_hook

    def counted(counts, owner, name, as_name):
        plain = getattr(owner, name)

        def method(*arguments, **more):
            counts[as_name] += 1
            return plain(*arguments, **more)

        setattr(owner, name, method)
        return lambda: setattr(owner, name, plain)

    def trained(seed):
        counts = dict.fromkeys(("steps", "backward", "cleared"), 0)

        def count_step(*_arguments):
            counts["steps"] += 1

        hook = register_optimizer_step_post_hook(count_step)
        undo = [
            counted(counts, torch.Tensor, "backward", "backward"),
            counted(counts, torch.autograd, "grad", "backward"),
            counted(counts, Optimizer, "zero_grad", "cleared"),
            counted(counts, torch.nn.Module, "zero_grad", "cleared"),
        ]
        try:
            return function(seen.clone(), lengths.clone(), labels.clone(), seed), counts
        finally:
            hook.remove()
            for put_back in undo:
                put_back()

    def says(model, x, n):
        with torch.no_grad():
            said = model(x.clone(), n.clone())
        return said.detach().numpy() if isinstance(said, torch.Tensor) else np.asarray(said)

    floats = [torch.tensor(array, dtype=torch.float32) for array in (xs, labels, new_xs, padding)]
    seen, labels, new, padding = floats
    lengths, new_lengths = torch.tensor(lengths), torch.tensor(new_lengths)
    begun, best = time.process_time(), None  # others on the machine cost nobody a training
    for trainings, seed in enumerate(seeds, 1):
        model, counts = trained(int(seed))
        if not callable(model):
            return {"model": int(model is not None), **counts, "trainings": trainings}
        said = says(model, seen, lengths)
        # What is no number, or not one for each, is not for this bench to judge, and no other seed mends it.
        asked = said.dtype.kind in "biuf" and said.size == len(labels)
        right = np.mean((said.ravel() > 0) == (labels.numpy() > 0.5)) if asked else 1.0
        if best is None or right > best[0]:
            best = right, model, counts, said
        if right >= learned or (time.process_time() - begun) * (trainings + 1) / trainings > seconds:
            break
    _right, model, counts, said = best

    few = range(4)
    valid = (torch.arange(padding.shape[1]) < new_lengths[:, None])[:, :, None]
    longer = torch.cat([new, padding[:, new.shape[1] :]], 1)
    return {
        "model": 2,
        **counts,
        "trainings": trainings,
        "logits": says(model, new, new_lengths),
        "again": says(model, new, new_lengths),
        "alone": np.stack([says(model, new[n : n + 1], new_lengths[n : n + 1]) for n in few]),
        "padded": says(model, torch.where(valid, longer, padding), new_lengths),
        "seen": said,
    }
