"""The adding problem: a task that only a long memory solves, and how to train a network on it.

Hochreiter & Schmidhuber (1997), experiment 4, in the form that is usual today: each of T steps has a number, uniform
from 0 to 1, and a mark. The mark is 1 at two steps, one in each half, and 0 elsewhere. The target is the sum of the two
marked numbers. A network that always answers 1, the mean sum, has a mean squared error (MSE) of 1/6.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.jacobians import memory_norms
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _
from lstm_ref.training.bridge import as_numpy, from_torch

BASELINE = 1 / 6  # the variance of the sum of two numbers that are uniform from 0 to 1
MODELS = ("RNN", "LSTM", "LSTM b_f=1", "LSTM chrono")


def adding_batch(sequences: int, steps: int, seed: int | torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences (B, T, 2) of (number, mark), and their sums (B,). float32. The same seed gives the same sequences.

    Raises ValueError for fewer than two steps.
    """
    if steps < 2:
        raise ValueError(_("steps is {got}; expected at least 2, one for each mark").format(got=steps))
    generator = seed if isinstance(seed, torch.Generator) else torch.Generator().manual_seed(seed)
    numbers = torch.rand(sequences, steps, generator=generator)
    first = torch.randint(0, steps // 2, (sequences,), generator=generator)
    second = torch.randint(steps // 2, steps, (sequences,), generator=generator)
    marks = torch.zeros(sequences, steps)
    rows = torch.arange(sequences)
    marks[rows, first] = 1
    marks[rows, second] = 1
    return torch.stack([numbers, marks], dim=2), (numbers * marks).sum(1)


class AddingNetwork(nn.Module):
    """One recurrent layer, and one number read off its last output: (B, T, 2) -> (B,).

    model: "RNN", "LSTM" (both with PyTorch's initial weights), "LSTM b_f=1" (Jozefowicz et al., 2015) or "LSTM chrono"
    (Tallec & Ollivier, 2018: memories that last up to `steps`). Raises ValueError for another model.
    """

    def __init__(self, model: str, steps: int, seed: int, *, hidden_size: int = 32):
        super().__init__()
        if model not in MODELS:
            raise ValueError(_("no model is called {got!r}; there are {known}").format(got=model, known=list(MODELS)))
        kind = nn.RNN if model == "RNN" else nn.LSTM
        with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they are
            torch.manual_seed(seed)
            self.recurrent = kind(2, hidden_size, batch_first=True)
            self.read = nn.Linear(hidden_size, 1)
            lasting = torch.empty(hidden_size).uniform_(1, max(steps - 1, 1)).log()
        if model == "LSTM b_f=1":
            self._set_bias(forget=torch.ones(hidden_size))
        if model == "LSTM chrono":
            self._set_bias(forget=lasting, input=-lasting)

    def _set_bias(self, **biases: torch.Tensor) -> None:
        # PyTorch adds two biases, gates in the order i, f, g, o: one of the two is set, the other is put to 0.
        with torch.no_grad():
            for gate, value in biases.items():
                n = ("input", "forget").index(gate)
                self.recurrent.bias_ih_l0.chunk(4)[n].copy_(value)
                self.recurrent.bias_hh_l0.chunk(4)[n].zero_()

    def forward(self, xs: torch.Tensor) -> torch.Tensor:
        hs, _last = self.recurrent(xs)
        return self.read(hs[:, -1]).squeeze(1)


def train_on_adding(
    network: nn.Module,
    steps: int,
    seed: int,
    *,
    iterations: int,
    every: int = 100,
    sequences: int = 64,
    learning_rate: float = 3e-3,
    clip: float = 1.0,
    tested_on: int = 1000,
) -> Iterator[tuple[int, float]]:
    """Train `network`, and yield (iteration, MSE on sequences never trained on) after every `every` iterations.

    Adam, a new batch of `sequences` at each iteration, the gradient's norm clipped at `clip`. Stop iterating when the
    error is small enough: nothing is computed ahead. Raises ValueError as `adding_batch` does.
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate)
    fresh = torch.Generator().manual_seed(seed)
    unseen = adding_batch(tested_on, steps, 1_000_000 + seed)
    for iteration in range(1, iterations + 1):
        xs, sums = adding_batch(sequences, steps, fresh)
        optimiser.zero_grad()
        nn.functional.mse_loss(network(xs), sums).backward()
        nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimiser.step()
        if iteration % every == 0:
            with torch.no_grad():
                yield iteration, float(nn.functional.mse_loss(network(unseen[0]), unseen[1]))


def gates_and_reach(network: AddingNetwork, steps: int) -> tuple[np.ndarray, float]:
    """Look into an LSTM on five sequences: the mean forget gate of each unit, (H,), and the LSTM's reach.

    The reach is how much of a change of the memory is left after steps - 1 steps: the geometric mean over the sequences
    of `memory_norms` at the longest lag.
    """
    xs = adding_batch(5, steps, 7)[0].double().numpy()
    weights = as_numpy(from_torch(network.recurrent)[0])[:8]  # W and b of the three gates and of the candidate
    params = LSTMParams(*(w.astype(np.float64) for w in weights))
    gates = lstm_forward(xs, params, return_gates=True)[2]
    longest = memory_norms(xs, params)[:, -1]
    return gates.f.mean(axis=(0, 1)), float(np.exp(np.log(longest).mean()))


class Solved(NamedTuple):
    """How many iterations the runs of one network at one length took to solve the problem."""

    steps: int
    model: str
    runs: int
    median: float  # inf if fewer than half of the runs solved it
    fewest: float  # of the runs that solved it, as `most`
    most: float
    never: int  # how many runs did not solve it


def solved(found: dict) -> list[Solved]:
    """The runs that benchmarks/adding_problem.py stored, summed up by length and network, shortest first.

    A run that never solved the problem counts as longer than all others.
    """
    summed = []
    for steps, model in product(sorted({run["T"] for run in found["runs"]}), MODELS):
        runs = [run["iterations"] for run in found["runs"] if (run["T"], run["model"]) == (steps, model)]
        took = [iterations for iterations in runs if iterations is not None]
        never = len(runs) - len(took)
        median = float(np.median([*took, *[np.inf] * never]))
        summed.append(
            Solved(steps, model, len(runs), median, min(took, default=np.inf), max(took, default=np.inf), never)
        )
    return summed
