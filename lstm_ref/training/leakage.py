"""Windows cut out of recordings, and the two ways to hold some of them back.

Overlapping windows of one recording are nearly the same. If some are trained on and others tested on, a network that
remembers the recording is right without having understood anything.
"""

from typing import NamedTuple

import numpy as np
import torch

from lstm_ref.messages import _
from lstm_ref.radar.simulator import simulate_radar
from lstm_ref.training.classifier import RadarData


class Windows(NamedTuple):
    """Windows of equal length, and the number of the recording that each was cut from."""

    data: RadarData
    recording: np.ndarray  # (B,) int


def windows_with_tossed_labels(
    seed: int, *, recordings: int = 24, steps: int = 72, size: int = 24, stride: int = 8, readings: int = 4
) -> Windows:
    """Windows of recordings with random labels: there is nothing to learn, so an honest test finds one half right.

    xs (B, size, 2 + readings): amplitude, distance, and `readings` numbers that stay the same through a recording, as
    temperature or voltage may. Half of the recordings have label 1. The same seed gives the same windows.
    """
    rng = np.random.default_rng(seed)
    xs = simulate_radar(recordings, steps, int(rng.integers(2**31))).xs
    constant = rng.normal(size=(recordings, 1, readings))
    xs = np.concatenate([xs, np.repeat(constant, steps, axis=1)], axis=2)
    labels = rng.permutation(np.arange(recordings) % 2)
    starts = range(0, steps - size + 1, stride)
    cut = np.concatenate([xs[:, start : start + size] for start in starts])
    recording = np.tile(np.arange(recordings), len(starts))
    data = RadarData(
        torch.tensor(cut, dtype=torch.float32),
        torch.full((len(cut),), size),
        torch.tensor(labels[recording], dtype=torch.float32),
    )
    return Windows(data, recording)


def split_windows(windows: Windows, seed: int, *, by_recording: bool, share: float = 1 / 3) -> tuple:
    """(to learn from, held back), RadarData each. Held back is a `share` of the windows, or of the recordings.

    Only holding back recordings gives a test: it asks about recordings that were never seen. Raises ValueError unless
    0 < share < 1.
    """
    if not 0 < share < 1:
        raise ValueError(_("share is {got}; expected a number between 0 and 1").format(got=share))
    rng = np.random.default_rng(seed)
    groups = windows.recording if by_recording else np.arange(len(windows.recording))
    names = rng.permutation(np.unique(groups))
    held = np.isin(groups, names[: round(share * len(names))])
    return tuple(RadarData(*(part[torch.tensor(which)] for part in windows.data)) for which in (~held, held))
