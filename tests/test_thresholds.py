"""A gate set by hand opens where it should."""

import math

import numpy as np
import pytest

from lstm_ref import sigmoid, threshold_gate


@pytest.mark.parametrize("threshold, margin", [(0.5, 0.2), (-1.25, 3.0), (0.0, 1e-3), (40.0, 0.1)])
def test_it_is_half_open_at_the_threshold_and_at_nine_tenths_a_margin_above(threshold, margin):
    w, b = threshold_gate(threshold, margin)
    at = sigmoid(np.array([threshold - margin, threshold, threshold + margin]) * w + b)
    np.testing.assert_allclose(at, [0.1, 0.5, 0.9], rtol=0, atol=1e-12)


@pytest.mark.parametrize("threshold, margin", [(0.5, 0.0), (0.5, -1.0), (0.5, math.nan), (math.inf, 1.0)])
def test_what_has_no_such_gate_is_refused_with_both_numbers(threshold, margin):
    with pytest.raises(ValueError, match=f"threshold is {threshold} and margin is {margin}; expected finite numbers"):
        threshold_gate(threshold, margin)
