"""What several checks of chapter 11 ask with: the weights of a small model, and a recording."""

import numpy as np


def random_weights(rng, D: int, units: int) -> list[np.ndarray]:
    """The weights of nn.LSTM and of the layer that reads it, in the order of `parameters()`."""
    shapes = ((4 * units, D), (4 * units, units), (4 * units,), (4 * units,), (1, units), (1,))
    return [rng.normal(0, 0.8, shape) for shape in shapes]


def numbered_recording(rng, count: int) -> np.ndarray:
    """(count, 2): the first input of each step is its number, counted from some hundred on."""
    return np.stack([np.arange(count) + 100.0 * rng.integers(1, 9), rng.normal(0, 1, count)], axis=1)
