"""What several exercises ask with: the weights and the state of a cell, and padded sequences, drawn at random."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments
from lstm_ref.core.cell import LSTMParams, LSTMState


def random_params(rng, D: int, H: int) -> LSTMParams:
    """Weights and biases of order one: small ones hide mistakes."""
    return LSTMParams(*(rng.normal(0, 1, shape) for _gate in "fico" for shape in ((H, H + D), (H,))))


def random_state(rng, B: int, H: int) -> LSTMState:
    """h as a cell can say it, between -1 and 1, and c of order one."""
    return LSTMState(rng.uniform(-1, 1, (B, H)), rng.normal(0, 1, (B, H)))


def with_far_numbers(array: np.ndarray, far: float = 9.0) -> np.ndarray:
    """The array with its first number far above the others and its last far below: nothing bounds such numbers."""
    array.flat[0], array.flat[-1] = far, -far
    return array


def random_padded(rng) -> list[tuple[np.ndarray, np.ndarray]]:
    """Twice hs (B, T, H) and lengths (B,): unit 1 is negative at every valid step, and the padding is no zeros.

    One sequence fills all steps, one a single step; one valid number is 0, and it counts. The second hs are of another
    scale, so that a number in the padding that is lower than all of the first is not lower than all.
    """
    T, H, calls = 6, 3, []
    for lengths, scale in (np.array([3, T, 1, 5]), 1.0), (np.array([2, 4, 3]), 1e4):
        hs = rng.uniform(-0.9, 0.9, (len(lengths), T, H))
        hs[:, :, 1] = -np.abs(hs[:, :, 1]) - 0.05
        padding = np.arange(T) >= lengths[:, None]
        hs[padding] = rng.uniform(0.3, 2, (int(padding.sum()), H)) * rng.choice([-1, 1], (int(padding.sum()), H))
        hs[1, 2, 0] = 0.0
        calls.append((scale * hs, lengths))
    return calls


def sizes_of_padded(arguments: Arguments) -> str:
    (batch, steps, units), lengths = next(iter(arguments.values())).shape, arguments["lengths"]
    return f"B={batch}, T={steps}, H={units}, lengths={lengths.tolist()}"
