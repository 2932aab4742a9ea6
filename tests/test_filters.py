"""The older filters: their equations, their limits, and that each is a cell's memory under given gates."""

import numpy as np
import pytest

from lstm_ref import exponential_average, kalman_filter, leaky_integrator, run_memory, steady_gain


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(size=30)


def as_memory(f, i, z, c0):
    """The same result from the cell's own equation, with gates given for every step."""
    f, i, z = (np.broadcast_to(row, len(z))[None, :, None] for row in (f, i, z))
    return run_memory(f, i, z, np.array([[c0]]))[0, :, 0]


def test_each_filter_is_the_memory_under_some_gates(z):
    np.testing.assert_allclose(exponential_average(z, 0.8, 2.0), as_memory(0.8, 0.2, z, 2.0), rtol=0, atol=1e-14)
    np.testing.assert_allclose(leaky_integrator(z, 0.8, 2.0), as_memory(0.8, 1.0, z, 2.0), rtol=0, atol=1e-14)
    trace = kalman_filter(z, 0.1, 1.0, 2.0, 3.0)
    np.testing.assert_allclose(trace.estimate, as_memory(1 - trace.gain, trace.gain, z, 2.0), rtol=0, atol=1e-13)


def test_the_first_gains_by_hand():
    trace = kalman_filter(np.array([4.0, 4.0]), q=0.0, r=1.0, p0=1.0)
    assert trace.gain == pytest.approx([1 / 2, 1 / 3])
    assert trace.estimate == pytest.approx([2.0, 8 / 3])
    assert trace.variance == pytest.approx([1 / 2, 1 / 3])


def test_with_a_level_that_stands_still_the_estimate_is_the_mean():
    """A first guess that is as uncertain as a measurement counts as one measurement."""
    z = np.array([1.0, 5.0, 3.0])
    assert kalman_filter(z, 0.0, 2.0, c0=7.0, p0=2.0).estimate[-1] == pytest.approx(np.mean([7.0, *z]))


def test_the_filter_beats_every_constant_gain_on_its_own_world():
    """The mean squared error over many drifting levels is smaller than that of any exponential average."""
    rng = np.random.default_rng(1)
    q, r, errors = 0.05, 1.0, {}
    for _n in range(400):
        level = rng.normal(0, 2) + np.cumsum(rng.normal(0, np.sqrt(q), 25))
        z = level + rng.normal(0, np.sqrt(r), 25)
        errors.setdefault("kalman", []).append(kalman_filter(z, q, r, 0.0, 4.0).estimate - level)
        for keep in (0.5, 0.7, 0.8, 0.9):
            errors.setdefault(keep, []).append(exponential_average(z, keep) - level)
    squared = {name: np.mean(np.square(rows)) for name, rows in errors.items()}
    assert squared.pop("kalman") < min(squared.values())


@pytest.mark.parametrize("q, r", [(0.5, 1.0), (0.02, 1.0), (3.0, 0.1), (0.0, 1.0)])
def test_the_gain_settles_at_the_steady_one(q, r):
    assert kalman_filter(np.zeros(3000), q, r).gain[-1] == pytest.approx(steady_gain(q, r), abs=1e-3)


def test_no_gain_depends_on_a_measurement(z):
    assert np.array_equal(kalman_filter(z, 0.1, 1.0).gain, kalman_filter(100 * z, 0.1, 1.0).gain)


def test_what_is_out_of_range_is_refused(z):
    with pytest.raises(ValueError, match=r"keep is 1.5; expected a fraction from 0 to 1"):
        exponential_average(z, 1.5)
    with pytest.raises(ValueError, match=r"keep is nan; expected a fraction"):
        leaky_integrator(z, float("nan"))
    with pytest.raises(ValueError, match=r"z has shape \(1, 30\); expected \(T,\), one number per step"):
        kalman_filter(z[None], 0.1, 1.0)
    with pytest.raises(ValueError, match=r"r is 0; expected a variance above 0"):
        kalman_filter(z, 0.1, 0)
    with pytest.raises(ValueError, match=r"q is -1; expected a variance, at least 0"):
        steady_gain(-1, 1.0)
    with pytest.raises(ValueError, match=r"p0 is -1; expected a variance"):
        kalman_filter(z, 0.1, 1.0, 0.0, -1)
