"""One LSTM unit that learns to keep a bump and drop a lone spike: its recordings and its training, for chapter 9."""

import numpy as np
import torch
from torch import nn

from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.radar.simulator import RadarSequences, simulate_radar
from lstm_ref.training.bridge import as_numpy, from_torch

STEPS = 24
READ = ("h", "amplitude", "distance", "1")  # what the weights of a gate multiply: the columns of W, then the bias


def one_unit_recordings(n: int, seed: int) -> RadarSequences:
    """`n` recordings of 24 steps; through half of them a target passes, always of the same size."""
    return simulate_radar(n, STEPS, seed, swerling=0, spikes=0.06, clutter=0.02)


def train_one_unit(training: RadarSequences, seed: int, iterations: int = 300) -> tuple[LSTMParams, float, float]:
    """Train one unit to say at the last step whether a target passed. Returns (cell in float64, weight, bias).

    The answer is yes if weight * h + bias > 0. Adam at a rate of 0.03, 128 recordings at a time, forget bias 1. The
    same seed draws the same first weights, and the caller's random numbers stay as they are.
    """
    xs = torch.tensor(training.xs)
    targets = torch.tensor(training.has_target, dtype=torch.float64)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        lstm = nn.LSTM(2, 1, batch_first=True, dtype=torch.float64)
        head = nn.Linear(1, 1, dtype=torch.float64)
    nn.init.ones_(lstm.bias_hh_l0[1:2])  # rows i, f, g, o
    weights = [*lstm.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(weights, lr=0.03)
    batches = list(torch.arange(len(xs)).split(128))
    for n in range(iterations):
        rows = batches[n % len(batches)]
        hs, _ = lstm(xs[rows])
        logits = head(hs[:, -1])[:, 0]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, targets[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    cell = as_numpy(from_torch(lstm)[0])
    return cell, head.weight.item(), head.bias.item()


def answers_right(cell: LSTMParams, weight: float, bias: float, asked: RadarSequences) -> float:
    """The share of recordings for which the unit's answer at the last step is right."""
    h = lstm_forward(asked.xs, cell)[0][:, -1, 0]
    return float(np.mean((weight * h + bias > 0) == asked.has_target))


def as_row(cell: LSTMParams) -> dict[str, float]:
    """The sixteen weights of one unit by name, f_h to o_1, as a table of stored runs holds them."""
    row = {}
    for gate in "fico":
        numbers = [*getattr(cell, f"W_{gate}")[0], getattr(cell, f"b_{gate}")[0]]
        row |= {f"{gate}_{name}": float(number) for name, number in zip(READ, numbers, strict=True)}
    return row


def from_row(row: dict[str, float]) -> LSTMParams:
    """The unit whose weights stand in a row that `as_row` made."""
    parts = []
    for gate in "fico":
        *weights, bias = (row[f"{gate}_{name}"] for name in READ)
        parts += [np.array([weights]), np.array([bias])]
    return LSTMParams(*parts)
