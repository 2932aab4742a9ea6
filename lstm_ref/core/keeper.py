"""A cell of two units, set by hand, that keeps a bump and drops a lone spike; and sequences to try such cells on.

Unit 0 is the memory. Unit 1 says through its h, one step later, whether the amplitude was strong. The input gate of
unit 0 opens only if the amplitude is strong *and* unit 1 says that the last one was strong, too.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np

from lstm_ref.core.cell import LSTMParams, sigmoid
from lstm_ref.core.thresholds import soft_and
from lstm_ref.messages import _

HOLD = 50  # for so many steps after the bump the memory must last
KEPT = 0.5  # at each of these steps the memory must be at least this
MOVED = 0.1  # a lone spike may move the memory by this at most
DRIFT = 0.25  # before the bump the memory may be this far from 0 at most
SHUT = 10.0  # with a bias of -SHUT a sigmoid is 0, and with one of SHUT it is 1, to four digits


class KeeperTrial(NamedTuple):
    """Sequences of (amplitude, distance), what happens in each, and the same sequences without their spikes."""

    xs: np.ndarray  # (B, T, 2)
    calm: np.ndarray  # (B, T, 2): a quiet amplitude where the spike was
    bumps: tuple[tuple[int, int] | None, ...]  # first and last step of each one's bump, from 0; None: no bump
    spikes: tuple[int | None, ...]  # the step of each one's spike, from 0; None: no spike


def keeper_params(quiet: float, strong: float, loudest: float) -> LSTMParams:
    """Two units that read (amplitude, distance): unit 0 keeps what was strong twice in a row, and drops a lone spike.

    quiet: noise never exceeds it. strong: a target reaches at least that. loudest: a spike never exceeds it.
    Returns W_* (2, 4) with the columns h[0], h[1], amplitude, distance, and b_* (2,).
    Raises ValueError unless 0 <= quiet < strong <= loudest.
    """
    W = {gate: np.zeros((2, 4)) for gate in "fico"}
    b = {gate: np.zeros(2) for gate in "fico"}
    # Unit 1 forgets at once, always writes and shows all. Its candidate is near 1 if the amplitude is strong, else -1.
    b["f"][1], b["i"][1] = -SHUT, SHUT
    steep = 6 / (strong - quiet)  # tanh(3) = 0.995 at both ends
    W["c"][1, 2], b["c"][1] = steep, -steep * (quiet + strong) / 2
    # Unit 0 forgets nothing and could always write 1; its input gate is the soft AND.
    b["f"][0], b["c"][0] = SHUT, 3.0
    said = math.tanh(math.tanh(3.0))  # the least h of unit 1 after a strong amplitude
    W["i"][0, 1], W["i"][0, 2], b["i"][0] = soft_and(-said, said, quiet, strong, loudest)
    b["o"][:] = SHUT
    return LSTMParams(*(part[gate] for gate in "fico" for part in (W, b)))


def keeper_trial(quiet: float, strong: float, loudest: float, *, spikes: bool = True) -> KeeperTrial:
    """Sequences of 90 steps that keep to these levels; the same levels always give the same sequences.

    Without spikes: 12 sequences with one bump of 3 to 6 steps. With spikes: 24 sequences, in turn a spike alone, a
    spike before a bump and a spike after one; the spike lasts one step and stands at least 5 steps away from the bump.
    A bump's amplitudes lie between `strong` and twice that. At the first 5 steps nothing happens.
    Raises ValueError unless 0 <= quiet < strong <= loudest.
    """
    if not 0 <= quiet < strong <= loudest < math.inf:
        raise ValueError(
            _("quiet={quiet}, strong={strong}, loudest={loudest}; expected 0 <= quiet < strong <= loudest").format(
                quiet=quiet, strong=strong, loudest=loudest
            )
        )
    rng = np.random.default_rng(crc32(np.array([quiet, strong, loudest, spikes]).tobytes()))
    B, T = (24 if spikes else 12), 90
    amplitude = rng.uniform(0, quiet, (B, T))
    distance = rng.uniform(0.8, 1.2, (B, 1)) * np.linspace(1, rng.uniform(0.3, 0.8, B), T, axis=1)
    calm, bumps, spike_steps = amplitude.copy(), [], []
    for n in range(B):
        kind = ("alone", "before", "after")[n % 3] if spikes else "none"
        first, length = int(rng.integers(14, 28)), int(rng.integers(3, 7))
        last = first + length - 1
        if kind != "alone":
            calm[n, first : last + 1] = amplitude[n, first : last + 1] = rng.uniform(strong, 2 * strong, length)
        spike = int({"before": rng.integers(5, first - 5), "after": rng.integers(last + 6, 60)}.get(kind, first))
        if kind != "none":
            # Every other spike is as loud as allowed: the worst case is not left to chance.
            amplitude[n, spike] = loudest if n % 2 else rng.uniform(strong, loudest)
        bumps.append(None if kind == "alone" else (first, last))
        spike_steps.append(spike if spikes else None)
    return KeeperTrial(
        np.stack([amplitude, distance], axis=2), np.stack([calm, distance], axis=2), tuple(bumps), tuple(spike_steps)
    )


class KeeperResult(NamedTuple):
    """The memory of a cell on a trial, sequence by sequence; nan where a sequence has no bump or no spike."""

    before: np.ndarray  # (B,) the memory's largest distance from 0 before the bump
    kept: np.ndarray  # (B,) the smallest memory during the HOLD steps after the bump
    moved: np.ndarray  # (B,) the largest difference, at any step, from the memory without the spike


def keeper_result(params: LSTMParams, trial: KeeperTrial) -> KeeperResult:
    """Run a cell with two inputs, W_* (H, H+2), over the trial and measure c of unit 0: (B,) numbers each.

    A cell passes if `before` is at most 0.25, `moved` at most 0.1 and `kept` at least 0.5, wherever they are numbers.
    """
    return keeper_results([params], trial)[0]


def keeper_results(cells: Sequence[LSTMParams], trial: KeeperTrial) -> list[KeeperResult]:
    """`keeper_result` of several cells of the same sizes, all at once."""
    runs = memories(cells, np.concatenate([trial.xs, trial.calm]))[..., 0]
    return [_measured(c, without, trial) for c, without in zip(*np.split(runs, 2, axis=1), strict=True)]


def memories(cells: Sequence[LSTMParams], xs: np.ndarray) -> np.ndarray:
    """c of several cells at every step of xs (B, T, D): (V, B, T, H), as `lstm_forward` finds it from a zero state.

    A check tries dozens of cells over ninety steps; it is faster to take each step with all cells together.
    """
    # In the order f, i, o, candidate: so one call computes all three sigmoids. (V, 4H, H+D)
    W = np.stack([np.concatenate([p.W_f, p.W_i, p.W_o, p.W_c]) for p in cells]).astype(float)
    b = np.stack([np.concatenate([p.b_f, p.b_i, p.b_o, p.b_c]) for p in cells]).astype(float)[:, None]
    H = W.shape[1] // 4
    c = np.zeros((len(cells), len(xs), H))
    h, from_h, trace = c.copy(), W[:, :, :H].swapaxes(1, 2).copy(), []
    # What x adds to every gate, for all steps at once: (T, V, B, 4H).
    from_x = np.einsum("btd,vgd->tvbg", xs, W[:, :, H:]) + b
    for z in from_x:
        z = z + h @ from_h
        f, i, o = np.split(sigmoid(z[..., : 3 * H]), 3, axis=-1)
        c = f * c + i * np.tanh(z[..., 3 * H :])
        h = o * np.tanh(c)
        trace.append(c)
    return np.stack(trace, axis=2)


def _measured(c: np.ndarray, without: np.ndarray, trial: KeeperTrial) -> KeeperResult:
    before, kept, moved = np.full((3, len(c)), np.nan)
    for n, (bump, spike) in enumerate(zip(trial.bumps, trial.spikes, strict=True)):
        if bump:
            first, last = bump
            # Without the spike: what it did before the bump already counts in `moved`.
            before[n] = np.abs(without[n, :first]).max()
            kept[n] = c[n, last + 1 : last + 1 + HOLD].min()
        if spike is not None:
            moved[n] = np.abs(c[n] - without[n]).max()
    return KeeperResult(before, kept, moved)
