"""The widgets from Python: what can be set and read, and the messages for what is refused."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import ForgetGate, GateExplorer
from lstm_ref.widgets.gate_explorer import GATES, STEPS, changed, constant
from lstm_ref.widgets.gate_explorer import presets as explorer_presets


@pytest.fixture
def explorer():
    return GateExplorer(f=1, i=0, candidate=0, o=1, c_prev=1)


def recomputed(widget):
    c = [np.float64(widget.c_prev)]
    for t in range(STEPS):
        f, i, candidate = (np.float64(widget.sequence[name][t]) for name in ("f", "i", "candidate"))
        c.append(lstm_ref.update_memory(f, c[-1], i, candidate))
    h = lstm_ref.hidden_state(np.array(widget.sequence["o"]), np.array(c[1:]))
    return {"c": [float(v) for v in c], "h": [float(v) for v in h]}


def test_results_follow_every_setting(explorer):
    rng = np.random.default_rng(0)
    for _ in range(20):
        explorer.scope = str(rng.choice(["every", "one"]))
        explorer.t = int(rng.integers(1, STEPS + 1))
        for name, limits in GATES.items():
            setattr(explorer, name, rng.uniform(*limits))
        explorer.c_prev = rng.uniform(-2, 2)
        assert explorer.trace == recomputed(explorer)
        assert explorer.c_t == explorer.trace["c"][explorer.t]
        assert explorer.h_t == explorer.trace["h"][explorer.t - 1]


def test_a_gate_sets_every_step_or_only_the_one_on_show(explorer):
    explorer.f = 0.5
    assert explorer.sequence["f"] == [0.5] * STEPS
    explorer.scope, explorer.t, explorer.f = "one", 3, 0.25
    assert explorer.sequence["f"] == [0.5, 0.5, 0.25] + [0.5] * (STEPS - 3)
    assert explorer.c_t == 0.5 * 0.5 * 0.25


def test_another_step_shows_its_own_gates_and_changes_none(explorer):
    explorer.sequence = varied = changed(constant(f=1), "f", [4], 0.5)
    for t in (4, 5):
        explorer.t = t
        assert explorer.f == varied["f"][t - 1]
        assert explorer.sequence == varied


def test_set_step_changes_one_step_whatever_the_scope(explorer):
    explorer.set_step(2, i=1, candidate=-1)
    assert explorer.sequence["i"] == [0, 1] + [0] * (STEPS - 2)
    assert explorer.trace["c"] == [1, 1] + [0] * (STEPS - 1)


def test_gates_given_at_birth_are_written_into_the_sequence():
    explorer = GateExplorer(sequence=constant(f=1), scope="one", t=2, f=0.5)
    assert explorer.sequence["f"] == [1, 0.5] + [1] * (STEPS - 2)
    assert GateExplorer(sequence=constant(f=0.25), t=2).f == 0.25


def test_numpy_arrays_are_taken_and_lists_are_given(explorer):
    explorer.sequence = {name: np.linspace(0, 1, STEPS) for name in GATES}
    assert explorer.sequence["f"] == np.linspace(0, 1, STEPS).tolist()


def test_a_browser_that_sends_a_whole_state_is_not_answered_with_another(explorer):
    """The front end sends a consistent state, so Python changes no input: no slider jumps back while it is moved."""
    sent = {"t": 5, "f": 0.5, "scope": "one", "sequence": changed(constant(f=1), "f", [5], 0.5)}
    explorer.set_state(sent)
    assert {name: getattr(explorer, name) for name in sent} == sent
    assert explorer.c_t == 0.5


WRONG = [
    (lambda w: setattr(w, "f", 1.5), "GateExplorer.f is 1.5, expected a number from 0 to 1"),
    (lambda w: setattr(w, "f", -0.1), "GateExplorer.f is -0.1, expected a number from 0 to 1"),
    (lambda w: setattr(w, "f", float("nan")), "GateExplorer.f is nan, expected a number from 0 to 1"),
    (lambda w: setattr(w, "o", "open"), "GateExplorer.o is 'open', expected a number from 0 to 1"),
    (lambda w: setattr(w, "candidate", -2), "GateExplorer.candidate is -2, expected a number from -1 to 1"),
    (lambda w: setattr(w, "c_prev", None), "GateExplorer.c_prev is None, expected a number from -2 to 2"),
    (lambda w: setattr(w, "t", 0), "GateExplorer.t is 0, expected a number from 1 to 12"),
    (lambda w: setattr(w, "t", 2.5), "GateExplorer.t is 2.5, expected a whole number"),
    (lambda w: setattr(w, "scope", "all"), "scope"),
    (
        lambda w: setattr(w, "sequence", {"f": [1] * STEPS}),
        "GateExplorer.sequence is ['f'], expected a dict with the keys f, i, candidate, o",
    ),
    (lambda w: setattr(w, "sequence", [1]), "GateExplorer.sequence is list, expected a dict with the keys"),
    (
        lambda w: setattr(w, "sequence", {**constant(), "i": [1] * 11}),
        "GateExplorer.sequence['i'] is 11 values, expected 12 values, one per step",
    ),
    (
        lambda w: setattr(w, "sequence", {**constant(), "i": 1}),
        "GateExplorer.sequence['i'] is 1, expected 12 values, one per step",
    ),
    (
        lambda w: setattr(w, "sequence", changed(constant(), "f", [4], 3)),
        "GateExplorer.sequence['f'][3] is 3.0, expected a number from 0 to 1",
    ),
    (lambda w: w.set_step(13, f=0), "expected a number from 1 to 12"),
    (lambda w: setattr(w, "c_t", 1.0), "read-only"),
]


@pytest.mark.parametrize("do, words", WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(explorer, do, words):
    before = explorer.get_state()
    with pytest.raises(TraitError) as refusal:
        do(explorer)
    assert words in str(refusal.value)
    assert explorer.get_state() == before


def test_each_example_does_what_its_name_says():
    """The picture that a reader expects from the label, in numbers."""
    c, h = {}, {}
    for preset in explorer_presets():
        widget = GateExplorer(sequence=preset["sequence"], c_prev=preset["c_prev"], t=preset["t"])
        c[preset["key"]], h[preset["key"]] = widget.trace["c"], widget.trace["h"]
    assert c["keep"] == [1] * 13
    assert all(after == 0.8 * before for before, after in zip(c["fade"], c["fade"][1:], strict=False))
    assert c["forget"] == [1] + [0] * 12
    assert c["count"] == [n / 4 for n in range(13)]
    assert c["write_hold_erase"] == [0, 0] + [1] * 7 + [0] * 4
    assert c["hidden"] == [1] * 13
    assert h["hidden"][:8] == [0] * 8 and h["hidden"][8:] == [np.tanh(1)] * 4


def test_forget_gate_gives_the_gate_and_its_half_life():
    widget = ForgetGate(w_h=2, h_prev=-0.5, w_x=3, x=0.5, b=1)
    assert widget.z == 2 * -0.5 + 3 * 0.5 + 1
    assert widget.f == float(lstm_ref.sigmoid(np.array(1.5)))
    assert widget.half_life == float(lstm_ref.half_life(np.array(widget.f)))
    widget.b = 0.5
    assert widget.z == 1.0
    with pytest.raises(TraitError, match=r"ForgetGate\.x is 3, expected a number from -2 to 2"):
        widget.x = 3


def test_texts_come_from_the_catalogue(monkeypatch):
    import lstm_ref.widgets.gate_explorer as module

    monkeypatch.setattr(module, "_", lambda text: f"[{text}]")
    assert all(text.startswith("[") for text in GateExplorer().labels.values())


def test_an_example_can_be_shown_from_python():
    explorer = GateExplorer()
    explorer.show("write_hold_erase")
    assert explorer.trace["c"][1:] == [0] + [1] * 7 + [0] * 4
    with pytest.raises(KeyError, match="no example is called 'wipe'; there are keep, fade"):
        explorer.show("wipe")
