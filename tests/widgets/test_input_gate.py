"""InputGate from Python: its numbers are lstm_ref's, its examples fit their labels, errors say what is wrong."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import InputGate
from lstm_ref.widgets.input_gate import NUMBERS, presets


def both(v):
    """i and the candidate by lstm_ref, for settings by name."""
    h, x = np.array([[v["h_prev"]]]), np.array([[v["x"]]])
    i = lstm_ref.input_gate(h, x, np.array([[v["w_ih"], v["w_ix"]]]), np.array([v["b_i"]]))
    candidate = lstm_ref.candidate(h, x, np.array([[v["w_ch"], v["w_cx"]]]), np.array([v["b_c"]]))
    return i[0, 0], candidate[0, 0]


def test_results_follow_every_setting():
    rng = np.random.default_rng(0)
    widget = InputGate()
    for _ in range(20):
        for name in NUMBERS:
            setattr(widget, name, rng.uniform(*widget.limits[name]))
        i, candidate = both({name: getattr(widget, name) for name in NUMBERS})
        assert (widget.i, widget.candidate) == pytest.approx((i, candidate), rel=1e-14)
        assert widget.i == pytest.approx(1 / (1 + np.exp(-widget.z_i)), rel=1e-12)
        assert widget.candidate == pytest.approx(np.tanh(widget.z_c), rel=1e-12)
        assert widget.write == widget.i * widget.candidate
        assert widget.c_t == pytest.approx(widget.c_prev + widget.write, rel=1e-14)


def test_the_sign_of_a_write_comes_from_the_candidate_and_from_nothing_of_the_gate():
    rng = np.random.default_rng(1)
    widget = InputGate(w_cx=-2)
    for _ in range(20):
        for name in ("w_ih", "w_ix", "b_i"):
            setattr(widget, name, rng.uniform(*widget.limits[name]))
        assert widget.write < 0


def settings(key):
    (found,) = (preset for preset in presets() if preset["key"] == key)
    return {name: found[name] for name in NUMBERS}


def test_each_example_does_what_its_name_says():
    assert [preset["key"] for preset in presets()] == ["plus", "minus", "shut", "silent", "input", "both"]
    assert InputGate(**settings("plus")).write > 0.9
    assert InputGate(**settings("minus")).write < -0.9
    different = {name for name in NUMBERS if settings("plus")[name] != settings("minus")[name]}
    assert different == {"w_cx"}  # one slider, and it is the candidate's
    shut = InputGate(**settings("shut"))
    assert shut.candidate > 0.95 and abs(shut.write) < 0.005
    silent = InputGate(**settings("silent"))
    assert silent.i > 0.95 and silent.write == 0
    assert silent.c_t == silent.c_prev


def over_inputs(key):
    """Gate, candidate and write of an example for inputs from -2 to 2."""
    at = [InputGate(**{**settings(key), "x": x}) for x in np.linspace(-2, 2, 41)]
    return (np.array([getattr(one, name) for one in at]) for name in ("i", "candidate", "write"))


def test_the_examples_that_depend_on_the_input_do():
    _, _, write = over_inputs("input")
    assert np.abs(write[:21]).max() < 0.02 < 0.9 < write[-1]  # nothing up to an input of 0, nearly all at 2
    i, candidate, write = over_inputs("both")
    assert (np.diff(i) > 0).all() and (np.diff(candidate) < 0).all()  # each can only rise, or only fall
    assert abs(write[0]) < 0.01 and write.max() > 0.7 and write[-1] < -0.9  # their product does both
    assert InputGate(**settings("both")).write > 0.7


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("x", 3, "InputGate.x is 3, expected a number from -2 to 2"),
        ("w_ix", -5, "InputGate.w_ix is -5, expected a number from -4 to 4"),
        ("b_c", float("nan"), "InputGate.b_c is nan, expected a number from -6 to 6"),
        ("h_prev", "loud", "InputGate.h_prev is 'loud', expected a number from -1 to 1"),
        ("c_prev", None, "InputGate.c_prev is None, expected a number from -2 to 2"),
        ("write", 1.0, "read-only"),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(name, value, words):
    widget = InputGate()
    before = widget.get_state()
    with pytest.raises(TraitError) as refused:
        setattr(widget, name, value)
    assert words in str(refused.value)
    assert widget.get_state() == before


def test_the_sentence_and_the_still_picture_say_the_same_numbers():
    widget = InputGate(**settings("minus"))
    data, _ = widget._repr_mimebundle_()
    assert "The gate lets 98 % through of the candidate -0.964: -0.947 is written." in widget.summary()
    assert "a memory of 0.50 becomes -0.447" in data["text/html"]
