"""PoolingPads from Python: its numbers are lstm_ref's, its examples fit their labels, errors say what is wrong."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import PoolingPads
from lstm_ref.widgets.pooling_pads import MOST, VALID, outputs, presets


def shown(key):
    widget = PoolingPads()
    widget.show(key)
    return widget


def test_results_are_those_of_lstm_ref_whatever_is_set():
    rng = np.random.default_rng(0)
    both = outputs()
    for _ in range(40):
        widget = PoolingPads(
            unit=int(rng.integers(1, 3)),
            pooling=str(rng.choice(["last", "mean", "max", "attention"])),
            counts=str(rng.choice(["all", "valid"])),
            padding=int(rng.integers(0, MOST + 1)),
            v=float(rng.uniform(-20, 20)),
        )
        steps = VALID + widget.padding
        hs = both[None, :steps, widget.unit - 1 : widget.unit]
        count = [VALID if widget.counts == "valid" else steps]
        if widget.pooling == "attention":
            expected = lstm_ref.attention_pool(hs, count, np.array([widget.v]))
        else:
            expected = getattr(lstm_ref, f"{widget.pooling}_valid")(hs, count)
        assert widget.result == pytest.approx(expected[0, 0], abs=1e-14)
        assert len(widget.share) == steps and sum(widget.share) == pytest.approx(1)
        assert np.dot(widget.share, hs[0, :, 0]) == pytest.approx(widget.result, abs=1e-14)
        if widget.counts == "valid" or widget.padding == 0:
            assert widget.result == pytest.approx(widget.alone, abs=1e-14)


def test_each_example_does_what_its_name_says():
    assert [preset["key"] for preset in presets()] == [
        "alone",
        "thinned",
        "faded",
        "lucky",
        "unlucky",
        "distracted",
        "masked",
    ]
    assert shown("alone").padding == 0 and shown("alone").result == shown("alone").alone
    thinned = shown("thinned")
    assert thinned.result < 0.8 * thinned.alone
    assert shown("faded").result < 0.1 * shown("faded").alone
    assert shown("lucky").counts == "all" and shown("lucky").result == shown("lucky").alone
    unlucky = shown("unlucky")
    assert max(unlucky.hs[1][:VALID]) < -0.4 < unlucky.result
    distracted = shown("distracted")
    assert sum(distracted.share[:VALID]) < 0.05
    assert shown("masked").result == pytest.approx(shown("alone").result, abs=1e-14)


def test_attention_goes_from_the_lowest_to_the_mean_to_the_highest():
    widget = PoolingPads(pooling="attention", counts="valid", v=0.0)
    hs = np.array(widget.hs[0][:VALID])
    assert widget.result == pytest.approx(hs.mean(), abs=1e-14)
    widget.v = 20.0
    assert hs.max() - 0.05 < widget.result < hs.max()
    widget.v = -20.0
    assert hs.min() < widget.result < hs.min() + 0.05


def test_the_sentence_says_whether_padding_moved_it():
    assert (
        "The mean of the steps that count is 0.293. The recording alone gives 0.381: 12 steps of padding moved it."
        in (shown("thinned").summary())
    )
    assert shown("masked").summary().endswith("12 steps of padding changed nothing.")
    assert "There is no padding" in shown("alone").summary()


WRONG = [
    ({"unit": 3}, "PoolingPads.unit is 3, expected a number from 1 to 2"),
    ({"padding": 13}, "PoolingPads.padding is 13, expected a number from 0 to 12"),
    ({"padding": 1.5}, "PoolingPads.padding is 1.5, expected a whole number"),
    ({"v": float("nan")}, "PoolingPads.v is nan, expected a number from -20 to 20"),
    ({"pooling": "sum"}, "pooling"),
    ({"counts": "none"}, "counts"),
]


@pytest.mark.parametrize("values, words", WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(values, words):
    widget = PoolingPads()
    before = widget.get_state()
    with pytest.raises(TraitError) as refusal:
        for name, value in values.items():
            setattr(widget, name, value)
    assert words in str(refusal.value)
    assert widget.get_state() == before


def test_an_unknown_example_is_refused_with_the_known_ones():
    with pytest.raises(KeyError, match="no example is called 'sum'; there are alone, thinned, faded"):
        PoolingPads().show("sum")
