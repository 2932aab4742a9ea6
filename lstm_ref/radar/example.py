"""The running example of the course: what a radar measures, step by step, as x_t = (amplitude, distance)."""

import numpy as np


def radar_example() -> np.ndarray:
    """xs (1, 16, 2), the sequence of the chapters: a bump at steps 5 to 8 and a lone spike at step 13, without units.

    Steps are counted from 1. The bump is an echo that lasts and is to be remembered; the spike is noise to be ignored.
    """
    amplitude = np.full(16, 0.1)
    amplitude[4:8] = [0.7, 1.0, 1.0, 0.7]
    amplitude[12] = 1.6
    distance = np.linspace(1.0, 0.4, 16)
    return np.stack([amplitude, distance], axis=1)[None]
