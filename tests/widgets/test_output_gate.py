"""OutputGate from Python: numbers, refusals, examples, the still picture."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import OutputGate, reveal
from lstm_ref.widgets.output_gate import BUMP, SHARE, STEPS, presets


def test_the_memory_is_what_the_bump_writes_and_the_output_what_the_cell_shows():
    """The trace is a memory with f = 1 into which each step of the bump writes its share of the echo."""
    rng = np.random.default_rng(2)
    amplitude = lstm_ref.radar_example()[0, :, 0]
    in_bump = np.array([t in BUMP for t in range(1, STEPS + 1)], float)
    for _ in range(20):
        gate, memory = rng.uniform(0, 1, STEPS), rng.uniform(-5, 5)
        written = memory * amplitude / amplitude[in_bump == 1].sum()
        f, i, candidate, o = (row[None, :, None] for row in (np.ones(STEPS), in_bump, written, gate))
        hs, c = reveal(np.zeros((1, 1)), f, i, candidate, o)
        widget = OutputGate(gate=gate, memory=memory, t=int(rng.integers(1, STEPS + 1)))
        np.testing.assert_allclose(widget.trace["h"], hs[0, :, 0], rtol=0, atol=1e-12)
        assert widget.trace["c"][-1] == pytest.approx(c[0, 0], abs=1e-12)
        assert widget.c_t == widget.trace["c"][widget.t - 1]
        assert widget.h_t == widget.trace["h"][widget.t - 1]


def test_a_line_without_tanh_or_gate():
    widget = OutputGate(memory=4, t=16, o=0.25, line="no_tanh")
    assert widget.h_t == 1.0
    widget.line = "no_gate"
    assert widget.h_t == np.tanh(4)
    widget.line = "whole"
    assert widget.h_t == 0.25 * np.tanh(4)


def test_the_gate_is_set_at_one_step_or_at_every():
    widget = OutputGate(t=3, o=0.5)
    assert widget.gate == [1, 1, 0.5] + [1] * 13
    widget.t = 4
    assert widget.o == 1 and widget.gate[2] == 0.5
    widget.scope = "every"
    widget.o = 0.25
    assert widget.gate == [0.25] * STEPS


def test_a_browser_that_sends_a_whole_state_is_not_answered_with_another():
    sent = {"t": 5, "o": 0.5, "scope": "one", "gate": [0.0] * 4 + [0.5] + [0.0] * 11, "memory": -2.0, "line": "whole"}
    widget = OutputGate()
    widget.set_state(sent)
    assert {name: getattr(widget, name) for name in sent} == sent


WRONG = [
    ({"o": 1.5}, "OutputGate.o is 1.5, expected a number from 0 to 1"),
    ({"memory": 6}, "OutputGate.memory is 6, expected a number from -5 to 5"),
    ({"t": 17}, "OutputGate.t is 17, expected a number from 1 to 16"),
    ({"gate": [1.0] * 15}, "OutputGate.gate is 15 values, expected 16 values, one per step"),
    ({"gate": 1.0}, "OutputGate.gate is 1.0, expected 16 values, one per step"),
    ({"gate": [1.0] * 15 + [-1]}, "OutputGate.gate[15] is -1, expected a number from 0 to 1"),
    ({"line": "no_sigmoid"}, "line"),
]


@pytest.mark.parametrize("values, words", WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(values, words):
    widget = OutputGate()
    before = widget.get_state()
    with pytest.raises(TraitError) as refusal:
        for name, value in values.items():
            setattr(widget, name, value)
    assert words in str(refusal.value)
    assert widget.get_state() == before


def test_each_example_does_what_its_name_says():
    h, c = {}, {}
    for key in (preset["key"] for preset in presets()):
        widget = OutputGate(line="no_tanh")
        widget.show(key)
        assert widget.line == "whole"
        h[key], c[key] = np.array(widget.trace["h"]), np.array(widget.trace["c"])
    np.testing.assert_array_equal(h["open"], np.tanh(SHARE))
    assert np.all(h["hidden"] == 0) and c["hidden"][7:] == pytest.approx(np.ones(9), abs=1e-12)  # kept, but hidden
    assert np.all(h["end"][:-1] == 0) and h["end"][-1] == np.tanh(c["end"][-1])
    assert np.all(h["bump"][4:8] > 0) and np.all(h["bump"][8:] == 0) and c["bump"][-1] == pytest.approx(1)
    np.testing.assert_array_equal(h["half"], 0.5 * np.tanh(c["half"]))
    assert np.all(np.abs(h["half"]) < 0.5) and c["half"][-1] == pytest.approx(-3)
    assert c["saturated"][7] - c["saturated"][6] > 1 and h["saturated"][7] - h["saturated"][6] < 0.001
    with pytest.raises(KeyError, match="no example is called 'wipe'; there are open, hidden"):
        OutputGate().show("wipe")


def test_the_sentence_says_how_the_output_is_made():
    widget = OutputGate(memory=5, t=8)
    assert "tanh makes 1.000 of it, and the gate lets 100 % of that be seen" in widget.summary()
    widget.line = "no_tanh"
    assert "Without tanh, 100 % of the memory 5.000 itself is seen: the output is 5.000." in widget.summary()
    widget.line = "no_gate"
    assert "Without the gate, the cell cannot hide its memory of 5.000: the output is 1.000." in widget.summary()


def test_texts_come_from_the_catalogue(monkeypatch):
    import lstm_ref.widgets.output_gate as module

    def texts(labels):
        for value in labels.values():
            yield from texts(value) if isinstance(value, dict) else [value]

    monkeypatch.setattr(module, "_", lambda text: f"[{text}]")
    assert all(text.startswith("[") for text in texts(OutputGate().labels))
