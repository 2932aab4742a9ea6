"""CellStepper from Python: its numbers are lstm_forward's, its examples fit their labels, errors say what is wrong."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import CellStepper, LSTMParams, LSTMState, initial_params, lstm_forward, radar_example
from lstm_ref.widgets.cell_stepper import STEPS, presets


def expected(widget):
    params = LSTMParams(**{name: np.array(part) for name, part in widget.params.items()})
    state = LSTMState(np.array([widget.state["h"]]), np.array([widget.state["c"]]))
    hs, _last, gates = lstm_forward(np.array([widget.xs]), params, state, return_gates=True)
    return {**{name: values[0].tolist() for name, values in gates._asdict().items()}, "h": hs[0].tolist()}


def test_results_follow_every_setting():
    rng = np.random.default_rng(0)
    widget = CellStepper()
    for seed in range(10):
        units = int(rng.integers(1, 3))
        widget.params = initial_params(2, units, seed=seed, scale=2.0)
        widget.xs = rng.uniform(0, 2, (STEPS, 2))
        widget.state = {"h": rng.uniform(-1, 1, units).tolist(), "c": rng.normal(0, 1, units).tolist()}
        assert widget.trace == expected(widget)


def test_it_begins_with_the_radar_sequence_and_zeros():
    widget = CellStepper()
    assert widget.xs == radar_example()[0].tolist()
    assert widget.state == {"h": [0, 0], "c": [0, 0]}
    assert CellStepper(params=initial_params(2, 1, seed=0)).state == {"h": [0], "c": [0]}


def test_other_weights_bring_their_own_number_of_units():
    widget = CellStepper(unit=2)
    widget.show("fade")
    assert widget.unit == 1 and widget.state == {"h": [0], "c": [0]}
    assert widget.trace == expected(widget)


def traced(key):
    widget = CellStepper()
    widget.show(key)
    return {name: np.array(rows) for name, rows in widget.trace.items()}


def test_each_example_does_what_its_name_says():
    assert [preset["key"] for preset in presets()] == ["two", "follow", "sum", "fade", "hold", "random"]
    amplitude = radar_example()[0, :, 0]
    assert np.abs(traced("follow")["c"][:, 0] - np.tanh(amplitude)).max() < 1e-3
    steps = np.diff(traced("sum")["c"][:, 0], prepend=0)
    assert np.abs(steps - np.tanh(amplitude / 4)).max() < 2e-3 and (steps > 0).all()
    fade = traced("fade")
    assert fade["f"] == pytest.approx(0.8)
    hold = traced("hold")["c"][:, 0]
    assert np.abs(hold[:4]).max() < 0.01
    assert np.abs(hold[8:12] - hold[7]).max() < 0.01 and hold[7] == pytest.approx(np.tanh(1.4), abs=0.03)
    assert hold[12:] == pytest.approx(np.tanh(3.2), abs=0.01)
    two = traced("two")["c"]
    assert np.array_equal(two[:, 0], fade["c"][:, 0]) and np.array_equal(two[:, 1], hold)
    assert np.abs(np.array(presets()[-1]["params"]["W_f"])[:, :2]).min() > 0.01  # each unit reads the other


WRONG = [
    (lambda w: setattr(w, "t", 17), "CellStepper.t is 17, expected a number from 1 to 16"),
    (lambda w: setattr(w, "unit", 3), "CellStepper.unit is 3, expected a number from 1 to 2"),
    (lambda w: setattr(w, "xs", [[0, 0]]), "CellStepper.xs has shape (1, 2), expected (16, 2)"),
    (lambda w: setattr(w, "xs", [[0, 3]] * 16), "CellStepper.xs[0][1] is 3, expected a number from 0 to 2"),
    (lambda w: setattr(w, "params", 1), "CellStepper.params is int, expected an LSTMParams or a dict with the keys"),
    (lambda w: setattr(w, "params", {"W_f": 1}), "CellStepper.params is ['W_f'], expected an LSTMParams"),
    (lambda w: setattr(w, "params", initial_params(2, 3, seed=0)), "CellStepper.params has 3 units, expected 1 or 2"),
    (
        lambda w: setattr(w, "params", initial_params(3, 2, seed=0)),
        "CellStepper.params['W_f'] has shape (2, 5), expected (2, 4)",
    ),
    (
        lambda w: setattr(w, "params", initial_params(2, 2, seed=0)._replace(b_o=np.array([0, 99.0]))),
        "CellStepper.params['b_o'] is 99.0, expected a number from -50 to 50",
    ),
    (lambda w: setattr(w, "state", {"h": [0]}), "CellStepper.state is ['h'], expected a dict with the keys h, c"),
    (lambda w: setattr(w, "state", {"h": [0, 0], "c": [0, 11]}), "CellStepper.state['c'] is 11, expected a number"),
    (lambda w: setattr(w, "trace", {}), "read-only"),
]


@pytest.mark.parametrize("do, words", WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(do, words):
    widget = CellStepper()
    before = widget.get_state()
    with pytest.raises(TraitError) as refusal:
        do(widget)
    assert words in str(refusal.value)
    assert widget.get_state() == before


def test_an_unknown_example_is_refused_with_the_known_ones():
    with pytest.raises(KeyError, match="no example is called 'kept'; there are two, follow"):
        CellStepper().show("kept")


def test_the_summary_has_the_numbers_of_the_step_on_show():
    widget = CellStepper(t=6, unit=2)
    c, h = widget.trace["c"][5][1], widget.trace["h"][5][1]
    assert widget.summary().startswith("Step 6 of 16, unit 2, amplitude 1.00.")
    assert f"is now {c:.3f}" in widget.summary() and widget.summary().endswith(f"the output is {h:.3f}.")
    assert lstm_ref.CellStepper is CellStepper
