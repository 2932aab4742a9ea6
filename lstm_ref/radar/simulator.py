"""Radar sequences simulated with the radar equation: x_t = (amplitude, distance), and what happened at each step.

Richards (2014), "Fundamentals of Radar Signal Processing", 2nd ed., chapter 2: the radar equation, fluctuating targets
(section 2.2), clutter. An echo's *power* falls as distance to the power -4, so its amplitude, which is what the
receiver shows, falls as distance to the power -2.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from lstm_ref.messages import _


class StepKind(IntEnum):
    """What happened at a step of a simulated sequence."""

    QUIET = 0  # only noise and clutter
    BUMP = 1  # the beam is on a target
    SPIKE = 2  # a pulse of another radar: one step of interference
    DROPOUT = 3  # nothing was received: both numbers are 0


class RadarSequences(NamedTuple):
    """Simulated sequences, what happened at each step, and which of them hold a target."""

    xs: np.ndarray  # (B, T, 2) float64: amplitude and distance, without units
    kinds: np.ndarray  # (B, T) int8: a StepKind each
    has_target: np.ndarray  # (B,) bool: whether a target passed


def simulate_radar(
    sequences: int,
    steps: int,
    seed: int,
    *,
    target_share: float = 0.5,
    swerling: int = 1,
    beam: float = 4.0,
    noise: float = 0.05,
    clutter: float = 0.05,
    spikes: float = 0.03,
    dropouts: float = 0.01,
) -> RadarSequences:
    """Simulate a rotating radar while the distance shrinks: each step is one look. The same seed, the same sequences.

    Amplitudes are in units of the echo that an average target sends back from distance 1; distances have no unit.
    target_share: the fraction of sequences through which a target passes, on average.
    swerling: how its cross section fluctuates: 0 not at all, 1 from sequence to sequence, 2 from step to step.
    beam: the length of the bump: for so many steps the echo's amplitude is above half of its maximum.
    noise: the root mean square amplitude of the receiver's noise. clutter: that of the ground's echo at distance 1.
    spikes, dropouts: the probability of each at a step. A spike always stands alone, away from the bump.
    Raises ValueError for arguments out of range.
    """
    _expect(sequences >= 1, "sequences", sequences, _("at least 1"))
    _expect(beam > 0, "beam", beam, _("more than 0 steps"))
    _expect(steps >= beam, "steps", steps, _("at least the {beam} steps of the beam").format(beam=beam))
    _expect(swerling in (0, 1, 2), "swerling", swerling, _("0, 1 or 2"))
    for name, share in (("target_share", target_share), ("spikes", spikes), ("dropouts", dropouts)):
        _expect(0 <= share <= 1, name, share, _("a probability from 0 to 1"))
    for name, level in (("noise", noise), ("clutter", clutter)):
        _expect(level >= 0, name, level, _("at least 0"))

    rng = np.random.default_rng(seed)
    shape = (sequences, steps)
    distance = _distances(rng, shape)
    has_target = rng.random(sequences) < target_share
    # The time at which the middle of the beam passes the target, such that the sequence holds the whole bump.
    middle = rng.uniform(beam / 2, steps - beam / 2, (sequences, 1)) - 0.5
    off_axis = np.abs(np.arange(steps) - middle)
    gain = 2.0 ** -((off_axis / (beam / 2)) ** 2)  # one half at the edges of the beam
    echo = np.sqrt(_cross_section(rng, shape, swerling)) / distance**2 * gain * has_target[:, None]

    # The receiver adds complex voltages and shows the absolute value of their sum.
    ground = clutter * distance**-1.5 * _correlated(rng, shape)  # power of a lit patch of ground: distance**-3
    voltage = echo * np.exp(2j * np.pi * rng.random((sequences, 1))) + ground + noise * _complex_normal(rng, shape)
    amplitude = np.abs(voltage)

    kinds = np.full(shape, StepKind.QUIET, np.int8)
    kinds[has_target[:, None] & (off_axis <= beam / 2)] = StepKind.BUMP
    spiked = _lone(rng.random(shape) < spikes) & ~(has_target[:, None] & (off_axis <= beam / 2 + 1))
    kinds[spiked] = StepKind.SPIKE
    amplitude[spiked] += rng.uniform(1.0, 2.0, shape)[spiked]
    lost = rng.random(shape) < dropouts
    kinds[lost] = StepKind.DROPOUT
    measured = np.abs(distance + rng.normal(0, 0.01, shape))
    xs = np.stack([np.where(lost, 0.0, amplitude), np.where(lost, 0.0, measured)], axis=2)
    return RadarSequences(xs, kinds, has_target)


def _expect(holds: bool, name: str, got, expected: str) -> None:
    if not holds:  # this refuses nan, too: every comparison with it is false
        raise ValueError(_("{name} is {got}; expected {expected}").format(name=name, got=got, expected=expected))


def _distances(rng, shape) -> np.ndarray:
    """(B, T): from a start near 1 to between 40 and 80 percent of it, at constant speed."""
    start = rng.uniform(0.8, 1.2, (shape[0], 1))
    left = rng.uniform(0.4, 0.8, (shape[0], 1))
    return start * (1 - (1 - left) * np.linspace(0, 1, shape[1]))


def _cross_section(rng, shape, swerling: int) -> np.ndarray:
    """(B, T), mean 1. For a target of many scatterers it is exponentially distributed: Richards, section 2.2."""
    if swerling == 0:
        return np.ones(shape)
    return np.broadcast_to(rng.exponential(1.0, (shape[0], 1) if swerling == 1 else shape), shape)


def _complex_normal(rng, shape) -> np.ndarray:
    """Complex noise of mean square 1; its absolute value is Rayleigh distributed."""
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)) / np.sqrt(2)


def _correlated(rng, shape, keep: float = 0.8) -> np.ndarray:
    """Complex noise of mean square 1 that changes slowly, as the ground does from one look to the next."""
    fresh = _complex_normal(rng, shape)
    now, row = fresh[:, 0], []
    for t in range(shape[1]):
        now = keep * now + np.sqrt(1 - keep**2) * fresh[:, t] if t else now
        row.append(now)
    return np.stack(row, axis=1)


def _lone(wanted: np.ndarray) -> np.ndarray:
    """`wanted` without those that follow another within two steps, so that no two look like a bump."""
    lone = wanted.copy()
    for t in range(1, wanted.shape[1]):
        lone[:, t] &= ~lone[:, max(t - 2, 0) : t].any(axis=1)
    return lone
