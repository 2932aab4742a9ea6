"""KeeperCell from Python: its cell is one that lstm_ref runs, its examples are what they are called."""

import numpy as np
import pytest
from traitlets import TraitError

from lstm_ref import KeeperCell, lstm_forward, radar_example
from lstm_ref.widgets.keeper_cell import SETTINGS, keeper_cell, presets, run_keeper


def shown(key):
    widget = KeeperCell()
    widget.show(key)
    return widget


def test_the_input_gate_is_half_open_at_the_amplitude_that_is_drawn():
    trace = run_keeper(0.5, 12.0, 7.0, 8.0, 1.6)
    for t in range(16):
        xs = radar_example()[:, : t + 1]
        xs[0, t, 0] = trace["needed"][t]
        gates = lstm_forward(xs, keeper_cell(0.5, 12.0, 7.0, 8.0), return_gates=True)[2]
        assert gates.i[0, t, 0] == pytest.approx(0.5, abs=1e-9)


def test_two_in_a_row_keeps_the_bump_and_drops_the_spike():
    widget = shown("two")
    assert widget.kept > 2.9 and widget.moved < 0.01
    assert [t + 1 for t in range(16) if widget.trace["i"][t] > 0.5] == [6, 7, 8]


def test_a_threshold_alone_lets_the_spike_in_at_every_threshold_that_keeps_the_bump():
    widget = shown("threshold")
    assert widget.moved > 0.9 and widget.kept > 3.9
    for threshold in np.arange(0, 1.55, 0.05):
        widget.threshold = float(threshold)
        assert not (widget.kept >= 0.5 and widget.moved <= 0.1)


def test_the_other_examples_fail_in_the_way_their_names_say():
    assert shown("soft").moved > 0.1
    assert shown("leaks").kept < 0.05
    assert shown("loud").moved > 0.9 and shown("loud").kept > 2.9
    assert shown("deaf").kept < 0.01
    assert len({tuple(preset[name] for name in SETTINGS) for preset in presets()}) == 6


def test_wrong_values_are_refused_in_words():
    widget = KeeperCell()
    with pytest.raises(TraitError, match=r"KeeperCell.k is 0, expected a number from 1 to 40"):
        widget.k = 0
    with pytest.raises(TraitError, match=r"KeeperCell.t is 0, expected a number from 1 to 16"):
        widget.t = 0
    with pytest.raises(KeyError, match="no example is called 'keep'; there are two, threshold"):
        widget.show("keep")


def test_the_summary_says_both_verdicts_and_the_step():
    widget = shown("threshold")
    assert widget.summary() == (
        "The bump is kept: the memory would be 3.99 at the end without the spike. The spike gets in: it moves the "
        "memory by 0.99, more than 0.1. Step 13: the amplitude is 1.60, the gate is half open at 0.40. It is open to "
        "100 %."
    )
    widget.b_f, widget.w_h = 0.0, 30.0
    assert widget.summary().startswith("The bump is lost: the memory would be 0.0")
    assert "The spike is dropped: it moves the memory by 0.00." in widget.summary()
