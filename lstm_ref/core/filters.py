"""Older filters whose memory is one number: z_t is the input, c_t the memory, c_0 the memory before the first step.

Each computes c_t = f c_{t-1} + i z_t, with gates that do not depend on the data.
"""

import math
from typing import NamedTuple

import numpy as np

from lstm_ref.messages import _


class KalmanTrace(NamedTuple):
    """A scalar Kalman filter at each step."""

    estimate: np.ndarray  # (T,) c_t, after the measurement of the step
    gain: np.ndarray  # (T,) K_t, from 0 to 1: what i is, while f is 1 - K_t
    variance: np.ndarray  # (T,) P_t, of the error of the estimate


def exponential_average(z: np.ndarray, keep: float, c0: float = 0.0) -> np.ndarray:
    """c_t = keep * c_{t-1} + (1 - keep) * z_t: f = keep and i = 1 - f, the same at every step.

    z (T,), keep from 0 to 1 -> c (T,). Raises ValueError for other shapes and for a keep out of range.
    """
    z, c, trace = _signal(z), c0, []
    _expect(0 <= keep <= 1, "keep", keep, _("a fraction from 0 to 1"))
    for now in z:
        c = keep * c + (1 - keep) * now
        trace.append(c)
    return np.array(trace)


def leaky_integrator(z: np.ndarray, keep: float, c0: float = 0.0) -> np.ndarray:
    """c_t = keep * c_{t-1} + z_t: f = keep and i = 1. Under a constant z it tends to z / (1 - keep).

    z (T,), keep from 0 to 1 -> c (T,). Raises ValueError for other shapes and for a keep out of range.
    """
    z, c, trace = _signal(z), c0, []
    _expect(0 <= keep <= 1, "keep", keep, _("a fraction from 0 to 1"))
    for now in z:
        c = keep * c + now
        trace.append(c)
    return np.array(trace)


def kalman_filter(z: np.ndarray, q: float, r: float, c0: float = 0.0, p0: float = 1.0) -> KalmanTrace:
    """Estimate a drifting level from noisy measurements; also returns the gain and the variance of each step.

    The level moves by a random step of variance q each time; a measurement z_t is the level plus noise of variance r;
    c0 is guessed with an error of variance p0. Then P + q is the variance before the measurement, and
    K = (P + q) / (P + q + r), c <- (1 - K) c + K z, P <- (1 - K) (P + q). No gain depends on any measurement.
    z (T,), q and p0 at least 0, r above 0. Raises ValueError for others.
    Kalman (1960); Welch & Bishop (2006), eqs. 1.9 to 1.13 with A = H = 1 and no control.
    """
    z, c, p, rows = _signal(z), c0, p0, []
    _expect(q >= 0, "q", q, _("a variance, at least 0"))
    _expect(p0 >= 0, "p0", p0, _("a variance, at least 0"))
    _expect(r > 0, "r", r, _("a variance above 0"))
    for now in z:
        before = p + q  # the level has moved on since the last measurement
        gain = before / (before + r)
        c = (1 - gain) * c + gain * now
        p = (1 - gain) * before
        rows.append((c, gain, p))
    return KalmanTrace(*np.array(rows).reshape(-1, 3).T)


def steady_gain(q: float, r: float) -> float:
    """The gain at which `kalman_filter` settles: from then on it is an exponential average that keeps 1 - K.

    From P = (1 - K)(P + q): the variance before a measurement solves M^2 = q M + q r. Raises ValueError as there.
    Muth (1960) found it: for a random walk under noise no forecast is better than the exponential average.
    """
    _expect(q >= 0, "q", q, _("a variance, at least 0"))
    _expect(r > 0, "r", r, _("a variance above 0"))
    before = (q + math.sqrt(q * q + 4 * q * r)) / 2
    return before / (before + r)


def _signal(z) -> np.ndarray:
    z = np.asarray(z, dtype=float)
    if z.ndim != 1:
        raise ValueError(_("z has shape {got}; expected (T,), one number per step").format(got=z.shape))
    return z


def _expect(holds: bool, name: str, got, expected: str) -> None:
    if not holds:  # this refuses nan, too: every comparison with it is false
        raise ValueError(_("{name} is {got}; expected {expected}").format(name=name, got=got, expected=expected))
