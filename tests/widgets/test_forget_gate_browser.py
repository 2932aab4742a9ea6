"""ForgetGate on its page: numbers are lstm_ref's."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, widget

import lstm_ref

pytestmark = pytest.mark.browser

PAGE = "book/03_forget_gate.html"
FORGET_GATE = ".lstm-forget-gate >> nth=0"


def test_thirty_random_forget_gates_give_the_numbers_of_lstm_ref(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, FORGET_GATE)
    rng = random.Random(4)
    limits = {"w_h": 4, "w_x": 4, "b": 6, "h_prev": 1, "x": 2}
    for _ in range(30):
        # Stops of the slider: multiples of 1/20, so that the browser rounds nothing.
        v = {name: rng.randint(-20 * limit, 20 * limit) / 20 for name, limit in limits.items()}
        expected = lstm_ref.forget_gate(
            np.array([[v["h_prev"]]]), np.array([[v["x"]]]), np.array([[v["w_h"], v["w_x"]]]), np.array([v["b"]])
        )
        shown = numbers(root, ".lstm-equations", v.items())
        assert shown["f"] == pytest.approx(expected[0, 0], rel=0, abs=1e-12)
        assert {name: shown[name] for name in v} == v
