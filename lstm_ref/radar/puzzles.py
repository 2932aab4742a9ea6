"""The puzzles of chapter 5: target memories, what could be written at each step, and how near is near enough.

This file holds no gates: to find gates that give these memories is the exercise.
"""

from typing import NamedTuple

import numpy as np

from lstm_ref.radar.example import radar_example

# A memory is found if it differs from its target by at most this at every step. A gate that is off by one stop of its
# slider, 0.05, moves the memory by more.
NEAR = 0.02


class Puzzle(NamedTuple):
    target: tuple[float, ...]  # T+1 numbers: the memory before the first step, then after each step
    each_step: bool  # whether every step has gates of its own, or all of them share one f and one i


def written() -> np.ndarray:
    """What could be written at each step of the puzzles, (16,): tanh of the amplitude of the book's radar sequence."""
    return np.tanh(radar_example()[0, :, 0])


PUZZLES = {
    "leaky": Puzzle(
        (0.6, 0.5499, 0.5073, 0.471, 0.4402, 0.616, 0.8282, 1.0086, 1.0991)
        + (0.9741, 0.8678, 0.7775, 0.7008, 0.9643, 0.8595, 0.7705, 0.6948),
        each_step=False,
    ),
    "latch": Puzzle((0.3,) * 6 + (0.7616,) * 5 + (0.0,) * 6, each_step=True),
    "bump": Puzzle(
        (0.8, 0.72, 0.648, 0.5832, 0.5249, 0.1511, 0.3415, 0.5319) + (0.683,) * 6 + (0.5464, 0.4371, 0.3497),
        each_step=True,
    ),
}
