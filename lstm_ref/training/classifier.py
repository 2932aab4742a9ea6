"""Is there a target in this recording? A classifier of radar sequences, and how to train it.

Recordings of different lengths, padded into one array; an LSTM, a pooling over the valid steps, and one number read off
it, the logit: above 0 it says "target".
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from lstm_ref.core.pooling import attention_pool, last_valid, max_valid, mean_valid
from lstm_ref.messages import _
from lstm_ref.radar.simulator import simulate_radar

POOLINGS = ("last", "mean", "max", "attention")


class RadarData(NamedTuple):
    """Recordings in one array, their lengths and their labels."""

    xs: torch.Tensor  # (B, T, 2) float32: amplitude and distance, zeros in the padding
    lengths: torch.Tensor  # (B,) int64: the valid steps of each, from 1 to T
    labels: torch.Tensor  # (B,) float32: 1 where a target's bump is in the recording, 0 where there is none


class TrainingHistory(NamedTuple):
    """The curves of a training: lists with one entry per epoch."""

    loss: list[float]  # mean over the batches, each measured just before it was trained on
    accuracy: list[float]  # likewise
    valid_loss: list[float]  # after the epoch, on recordings never trained on; empty if there are none
    valid_accuracy: list[float]
    gradient_norm: list[float]  # the largest of the epoch, before clipping


def radar_dataset(
    n: int, seed: int, *, shortest: int = 16, longest: int = 40, spikes: float = 0.05, **simulation
) -> RadarData:
    """`n` recordings of `shortest` to `longest` steps from `simulate_radar`, padded with zeros to `longest`.

    Through half of them, on average, a target passes: label 1. All have noise, clutter and lone spikes, so that a high
    amplitude alone says little. `simulation` goes to `simulate_radar`. The same seed gives the same recordings. Raises
    ValueError for arguments out of range.
    """
    if n < 1 or not 1 <= shortest <= longest:
        raise ValueError(
            _("n is {n}, shortest {shortest}, longest {longest}; expected n >= 1 and 1 <= shortest <= longest").format(
                n=n, shortest=shortest, longest=longest
            )
        )
    rng = np.random.default_rng(seed)
    lengths = rng.integers(shortest, longest + 1, n)
    xs, labels = np.zeros((n, longest, 2)), np.zeros(n)
    for steps in np.unique(lengths):
        rows = np.flatnonzero(lengths == steps)
        found = simulate_radar(len(rows), int(steps), int(rng.integers(2**31)), spikes=spikes, **simulation)
        xs[rows, :steps], labels[rows] = found.xs, found.has_target
    return RadarData(
        torch.tensor(xs, dtype=torch.float32), torch.tensor(lengths), torch.tensor(labels, dtype=torch.float32)
    )


class RadarClassifier(nn.Module):
    """`nn.LSTM`, a pooling over the valid steps, and a logit for each recording: (B, T, 2), (B,) -> (B,).

    pooling: "last", "mean", "max" or "attention", of the last layer. dropout: the share of numbers dropped between
    layers and before the logit. forget_bias: the initial bias of all forget gates (None: PyTorch's own). The same seed
    draws the same weights, and leaves the caller's random numbers alone. Raises ValueError for another pooling.
    """

    def __init__(
        self,
        hidden_size: int = 32,
        num_layers: int = 1,
        pooling: str = "last",
        dropout: float = 0.0,
        forget_bias: float | None = 1.0,
        *,
        input_size: int = 2,
        seed: int = 0,
    ):
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(
                _("no pooling is called {got!r}; there are {known}").format(got=pooling, known=", ".join(POOLINGS))
            )
        self.pooling = pooling
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            between = dropout if num_layers > 1 else 0.0  # with one layer there is nothing between
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=between)
            self.drop = nn.Dropout(dropout)
            self.read = nn.Linear(hidden_size, 1)
            self.v = nn.Parameter(torch.zeros(hidden_size)) if pooling == "attention" else None
        if forget_bias is not None:
            _set_forget_bias(self.lstm, forget_bias)

    def pool(self, hs: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """(B, T, H), (B,) -> (B, H), as `pooling` says."""
        if self.pooling == "attention":
            return attention_pool(hs, lengths, self.v)
        return {"last": last_valid, "mean": mean_valid, "max": max_valid}[self.pooling](hs, lengths)

    def forward(self, xs: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        hs, _last = self.lstm(xs)
        return self.read(self.drop(self.pool(hs, lengths))).squeeze(1)


def _set_forget_bias(lstm: nn.LSTM, value: float) -> None:
    """Set the forget bias of every layer. PyTorch adds two biases, gates in the order i, f, g, o: the second gets 0."""
    with torch.no_grad():
        for name, bias in lstm.named_parameters():
            if name.startswith("bias"):
                bias.chunk(4)[1].fill_(value if name.startswith("bias_ih") else 0.0)


def train_classifier(
    model: nn.Module,
    data: RadarData,
    epochs: int = 20,
    lr: float = 1e-2,
    clip: float | None = 1.0,
    seed: int = 0,
    *,
    validation: RadarData | None = None,
    batch_size: int = 64,
    loss: Callable = nn.functional.binary_cross_entropy_with_logits,
    optimiser: torch.optim.Optimizer | None = None,
    falling: bool = False,
) -> TrainingHistory:
    """Train `model` in place; each epoch goes through all recordings once, in a new order.

    lr: Adam's learning rate (not used where an `optimiser` is given). falling: the rate falls to 0 along half a cosine
    (Loshchilov & Hutter, 2017), so that luck does not make the last epoch better or worse. clip: the largest norm that
    the gradient of all weights may have; None: any. seed: for the order and for dropout; the caller's random numbers
    stay as they are. The model is left in evaluation mode. Raises ValueError if `data` is empty.
    """
    if len(data.labels) == 0:
        raise ValueError(_("data holds no recordings; expected at least one"))
    limit = float("inf") if clip is None else clip
    optimiser = optimiser or torch.optim.Adam(model.parameters(), lr=lr)
    batches = -(-len(data.labels) // batch_size)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches) if falling else None
    history = TrainingHistory([], [], [], [], [])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _epoch in range(epochs):
            model.train()
            seen = []
            for rows in torch.randperm(len(data.labels)).split(batch_size):
                xs, lengths, labels = batch_of(data, rows)
                logits = model(xs, lengths)
                cost = loss(logits, labels)
                optimiser.zero_grad()
                cost.backward()
                norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
                optimiser.step()
                if rate is not None:
                    rate.step()
                right = float(((logits > 0) == (labels > 0.5)).float().mean())
                seen.append((float(cost.detach()), right, float(norm)))
            costs, shares, norms = zip(*seen, strict=True)
            history.loss.append(float(np.mean(costs)))
            history.accuracy.append(float(np.mean(shares)))
            history.gradient_norm.append(float(np.max(norms)))
            if validation is not None:
                cost, share = evaluate_classifier(model, validation, loss=loss)
                history.valid_loss.append(cost)
                history.valid_accuracy.append(share)
    model.eval()
    return history


def batch_of(data: RadarData, rows: torch.Tensor) -> RadarData:
    """The recordings in `rows` (n,), with no more padding than the longest of them needs."""
    lengths = data.lengths[rows]
    return RadarData(data.xs[rows, : int(lengths.max())], lengths, data.labels[rows])


def evaluate_classifier(
    model: nn.Module, data: RadarData, *, loss: Callable = nn.functional.binary_cross_entropy_with_logits
) -> tuple[float, float]:
    """(loss, share of recordings classified correctly), in evaluation mode, no gradient. A logit above 0 means 1."""
    model.eval()
    with torch.no_grad():
        logits = model(data.xs, data.lengths)
        return float(loss(logits, data.labels)), float(((logits > 0) == (data.labels > 0.5)).float().mean())
