"""RNNForgetting from Python: its numbers are lstm_ref's, its examples fit their labels, errors say what is wrong."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import RNNForgetting, RNNParams
from lstm_ref.widgets.rnn_forgetting import STEPS, presets


def test_results_follow_every_setting():
    rng = np.random.default_rng(0)
    widget = RNNForgetting()
    for _ in range(20):
        widget.w, widget.u, widget.b = rng.uniform(-2, 2, 3)
        widget.lag = int(rng.integers(1, STEPS))
        params = RNNParams(np.array([[widget.w, widget.u]]), np.array([widget.b]))
        xs = np.zeros((1, STEPS, 1))
        xs[0, 0] = 1
        hs, _ = lstm_ref.rnn_forward(xs, params)
        assert widget.h == hs[0, :, 0].tolist()
        norms = lstm_ref.jacobian_product_norms(hs, params)[0]
        assert np.abs(widget.products) == pytest.approx(norms, rel=1e-12)
        assert widget.left == widget.products[widget.lag]
        # With its sign, and equal to the effect of a real small change.
        tiny, start = 1e-6, STEPS - widget.lag
        ends = [lstm_ref.rnn_forward(xs[:, start:], params, hs[:, start - 1] + d)[1][0, 0] for d in (tiny, -tiny)]
        assert widget.left == pytest.approx((ends[0] - ends[1]) / (2 * tiny), rel=1e-3, abs=1e-8)


def shown(key):
    widget = RNNForgetting()
    widget.show(key)
    return widget


def test_each_example_does_what_its_name_says():
    assert [preset["key"] for preset in presets()] == ["fade", "edge", "explode", "saturate", "flip", "none"]
    sizes = {preset["key"]: np.abs(shown(preset["key"]).products) for preset in presets()}
    assert (np.diff(sizes["fade"]) < 0).all() and shown("fade").left < 0.01
    assert sizes["edge"].tolist() == [1.0] * STEPS
    assert sizes["explode"] == pytest.approx(1.5 ** np.arange(STEPS))
    stuck = shown("saturate")
    assert stuck.w > 2 and min(stuck.h[1:]) > 0.95 and stuck.left < 1e-6
    assert all(a * b < 0 for a, b in zip(shown("flip").products, shown("flip").products[1:], strict=False))
    assert sizes["none"].tolist() == [1.0] + [0.0] * (STEPS - 1)


def test_the_sentence_says_what_becomes_of_a_change():
    assert shown("fade").summary().endswith("It vanishes: the last step hardly knows of it.")
    assert "The last step multiplies a change by 0.00. 0 of it is left." in shown("none").summary()
    stuck = shown("saturate")
    stuck.lag = 19
    assert "Each of the last 19 steps multiplies a change by between 0.07 and 0.21." in stuck.summary()
    assert "It explodes" in shown("explode").summary()
    assert "Each of the last 19 steps multiplies a change by 1.50. Together: 2.22e+03" in shown("explode").summary()
    assert shown("edge").summary().endswith("Together: 1 of it is left. It lasts.")
    ends = {0.8: "It fades: less than half of it arrives.", 0.99: "It lasts.", 1.1: "It grows on its way."}
    for w, end in ends.items():
        widget = RNNForgetting(w=w, u=0, lag=15)
        assert 0.01 < widget.left < 100 and widget.summary().endswith(end)


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("w", 3, "RNNForgetting.w is 3, expected a number from -2.5 to 2.5"),
        ("b", float("nan"), "RNNForgetting.b is nan, expected a number from -2 to 2"),
        ("u", "much", "RNNForgetting.u is 'much', expected a number from -2 to 2"),
        ("lag", 20, "RNNForgetting.lag is 20, expected a number from 1 to 19"),
        ("lag", 1.5, "RNNForgetting.lag is 1.5, expected a whole number"),
        ("left", 1.0, "read-only"),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(name, value, words):
    widget = RNNForgetting()
    before = widget.get_state()
    with pytest.raises(TraitError) as refused:
        setattr(widget, name, value)
    assert words in str(refused.value)
    assert widget.get_state() == before


def test_an_unknown_example_is_refused_with_the_known_ones():
    with pytest.raises(KeyError, match="no example is called 'stay'; there are fade, edge, explode"):
        RNNForgetting().show("stay")
