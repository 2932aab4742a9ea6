"""CellDiagram and Shapes from Python: their numbers are lstm_ref's, their examples true, what is wrong is refused."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import CellDiagram, Shapes
from lstm_ref.widgets.cell_diagram import GATES, RESULTS, XS, presets


def expected(widget):
    """What lstm_ref's functions, one by one, make of the widget's settings."""
    h_prev, x = np.array([[widget.h_prev]]), np.array([[widget.amplitude, widget.distance]])
    functions = (lstm_ref.forget_gate, lstm_ref.input_gate, lstm_ref.candidate, lstm_ref.output_gate)
    rows = {gate: np.array(widget.weights[gate]) for gate in GATES}
    f, i, candidate, o = (
        function(h_prev, x, rows[gate][None, :3], rows[gate][3:])[0, 0]
        for gate, function in zip(GATES, functions, strict=True)
    )
    c = lstm_ref.update_memory(f, np.float64(widget.c_prev), i, candidate)
    h = lstm_ref.hidden_state(np.float64(o), np.float64(c))
    return dict(
        f=f, i=i, candidate=candidate, o=o, keep=f * widget.c_prev, write=i * candidate, c=c, tanh_c=np.tanh(c), h=h
    )


def run(key, h=0.0, c=0.0):
    """c and h at each step of the radar sequence, for one of the examples."""
    widget = CellDiagram()
    widget.show(key)
    widget.restart()
    widget.h_prev, widget.c_prev = h, c
    trace = [(widget.c, widget.h)]
    while widget.t < len(XS):
        widget.next_step()
        trace.append((widget.c, widget.h))
    return np.array(trace)


def test_results_follow_every_setting():
    rng = np.random.default_rng(0)
    widget = CellDiagram()
    for _ in range(20):
        widget.weights = {gate: rng.normal(0, 2, 4) for gate in GATES}
        widget.amplitude, widget.distance = rng.uniform(0, 2, 2)
        widget.h_prev, widget.c_prev = rng.uniform(-1, 1), rng.uniform(-4, 4)
        want = expected(widget)
        assert {name: getattr(widget, name) for name in RESULTS} == pytest.approx(want, rel=0, abs=1e-14)


def test_carried_on_it_is_lstm_forward_over_the_radar_sequence():
    for preset in presets():
        rows = {gate: np.array(row) for gate, row in preset["weights"].items()}
        params = lstm_ref.LSTMParams(*(part for gate in GATES for part in (rows[gate][None, :3], rows[gate][3:])))
        hs, _, gates = lstm_ref.lstm_forward(lstm_ref.radar_example(), params, return_gates=True)
        trace = run(preset["key"])
        np.testing.assert_allclose(trace[:, 0], gates.c[0, :, 0], rtol=0, atol=1e-14)
        np.testing.assert_allclose(trace[:, 1], hs[0, :, 0], rtol=0, atol=1e-14)


ECHOES = XS[:, 0] > 0.5


def test_each_example_does_what_its_name_says():
    change = np.diff(run("add")[:, 0], prepend=0)
    assert (change[ECHOES] > 0.8).all() and (np.abs(change[~ECHOES]) < 0.005).all()

    newest = run("newest")[:, 0]
    assert np.allclose(newest[ECHOES], np.tanh(2 * XS[ECHOES, 0]), atol=0.12)
    assert (np.abs(np.diff(newest, prepend=0)[~ECHOES]) < 0.02).all()

    change = np.diff(run("first")[:, 0], prepend=0)
    assert change[4] > 0.7 and (np.abs(np.delete(change, 4)) < 0.005).all()

    kept = run("keep", c=1.5)[:, 0]
    assert (np.abs(kept - 1.5) < 0.02).all() and np.abs(run("keep", c=1.5)[:, 1]).min() > 0.8
    assert (np.abs(run("forget", c=1.5)) < 0.001).all()
    hidden = run("hide", c=1.5)
    assert (np.abs(hidden[:, 0] - 1.5) < 0.02).all() and (np.abs(hidden[:, 1]) < 0.001).all()

    fresh = CellDiagram(h_prev=0, c_prev=0)
    fresh.show("untrained")
    assert all(0.2 < getattr(fresh, gate) < 0.8 for gate in ("f", "i", "o"))


def test_the_examples_are_told_apart_by_their_weights():
    weights = [str(preset["weights"]) for preset in presets()]
    assert len(set(weights)) == len(weights)


def test_the_next_step_takes_over_h_and_c_and_reads_on():
    widget = CellDiagram(t=12, h_prev=-0.5, c_prev=2)
    c, h = widget.c, widget.h
    widget.next_step()
    assert (widget.t, widget.c_prev, widget.h_prev) == (13, c, h)
    assert (widget.amplitude, widget.distance) == tuple(XS[12]) == (1.6, XS[12, 1])
    widget.t = 16
    with pytest.raises(ValueError, match=r"step 16 is the last of the radar sequence; call restart\(\)"):
        widget.next_step()
    widget.restart()
    assert (widget.t, widget.c_prev, widget.h_prev, widget.amplitude) == (1, 0, 0, XS[0, 0])


WRONG = [
    (lambda w: setattr(w, "h_prev", 1.5), "CellDiagram.h_prev is 1.5, expected a number from -1 to 1"),
    (lambda w: setattr(w, "amplitude", "loud"), "CellDiagram.amplitude is 'loud', expected a number from 0 to 2"),
    (lambda w: setattr(w, "c_prev", float("nan")), "CellDiagram.c_prev is nan, expected a number from -100 to 100"),
    (lambda w: setattr(w, "t", 17), "CellDiagram.t is 17, expected a number from 1 to 16"),
    (lambda w: setattr(w, "shown", "z"), "shown"),
    (
        lambda w: setattr(w, "weights", {"f": [0, 0, 0, 0]}),
        "CellDiagram.weights is ['f'], expected a dict with the keys f, i, candidate, o",
    ),
    (
        lambda w: setattr(w, "weights", {**w.weights, "i": [1, 2]}),
        "CellDiagram.weights['i'] is 2 values, expected 4 values: the weights of h, amplitude and distance, and",
    ),
    (
        lambda w: setattr(w, "weights", {**w.weights, "o": [0, 0, 0, 50]}),
        "CellDiagram.weights['o'][3] is 50, expected a number from -40 to 40",
    ),
    (lambda w: setattr(w, "h", 0.5), "read-only"),
]


@pytest.mark.parametrize("do, words", WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(do, words):
    widget = CellDiagram()
    before = widget.get_state()
    with pytest.raises(TraitError) as refusal:
        do(widget)
    assert words in str(refusal.value)
    assert widget.get_state() == before


def test_an_unknown_example_is_refused():
    with pytest.raises(KeyError, match="no example is called 'sum'; there are add, newest"):
        CellDiagram().show("sum")


def test_the_sentence_holds_the_numbers():
    widget = CellDiagram(t=9, c_prev=2, h_prev=0, amplitude=0.1, distance=0.68)
    said = widget.summary()
    assert said.startswith("Step 9. Of the memory 2.00 the cell keeps 100 %") and f"{widget.h:.2f}." in said


def test_shapes_are_those_of_the_reference():
    widget = Shapes()
    for B, D, H in [(1, 1, 1), (6, 6, 8), (2, 5, 3)]:
        widget.B, widget.D, widget.H = B, D, H
        want = lstm_ref.cell_shapes(B, D, H)
        assert {name: tuple(shape) for name, shape in widget.shapes.items()} == want
        assert widget.count == lstm_ref.parameter_count(D, H, biases=1)
        assert f"= {widget.count} numbers" in widget.summary()
    with pytest.raises(TraitError, match=r"Shapes\.H is 9, expected a number from 1 to 8"):
        widget.H = 9
