"""MemoryTrack from Python: its numbers, its examples, what it refuses."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref
from lstm_ref import MemoryTrack
from lstm_ref.widgets.memory_track import SOURCES, STEPS, candidates, everywhere, presets


def recomputed(track):
    """c (17) and the parts of c_t by applying the equation step by step, without any code of the widget."""
    c, parts = [track.c_prev], [track.c_prev]
    for t in range(STEPS):
        write = track.i[t] * candidates()[track.source][t]
        c.append(track.f[t] * c[-1] + write)
        if t < track.t:
            parts = [track.f[t] * part for part in parts] + [write]
    return c, parts


def test_results_follow_every_setting():
    track, rng = MemoryTrack(), np.random.default_rng(0)
    for _ in range(20):
        track.source = str(rng.choice(SOURCES))
        track.f, track.i = rng.uniform(size=(2, STEPS))
        track.c_prev, track.t = rng.uniform(-2, 2), int(rng.integers(1, STEPS + 1))
        c, parts = recomputed(track)
        assert track.c == pytest.approx(c, rel=0, abs=1e-14)
        assert track.parts == pytest.approx(parts, rel=0, abs=1e-14)
        assert sum(track.parts) == pytest.approx(track.c[track.t], rel=0, abs=1e-14)


def test_what_could_be_written_comes_from_the_radar_sequence():
    amplitude = lstm_ref.radar_example()[0, :, 0]
    assert MemoryTrack().candidate == np.tanh(amplitude).tolist()
    change = MemoryTrack(source="change").candidate
    assert change[0] == 0 and change[4] == pytest.approx(np.tanh(0.6)) and change[13] == pytest.approx(np.tanh(-1.5))
    assert MemoryTrack(source="one").candidate == [1] * 16


def test_one_number_stands_for_every_step():
    assert MemoryTrack(f=0.25).f == [0.25] * 16


WRONG = [
    ({"f": 1.5}, "MemoryTrack.f is 1.5, expected a number from 0 to 1"),
    ({"f": [0.5] * 15}, "MemoryTrack.f is 15 values, expected 16 values, one per step"),
    ({"i": [0.5] * 15 + [-1]}, "MemoryTrack.i[15] is -1, expected a number from 0 to 1"),
    ({"i": [0.5] * 15 + [float("nan")]}, "MemoryTrack.i[15] is nan, expected a number from 0 to 1"),
    ({"i": "open"}, "MemoryTrack.i is 4 values, expected 16"),
    ({"f": None}, "MemoryTrack.f is None, expected 16 values"),
    ({"f": True}, "MemoryTrack.f is True, expected 16 values"),
    ({"c_prev": 3}, "MemoryTrack.c_prev is 3, expected a number from -2 to 2"),
    ({"t": 17}, "MemoryTrack.t is 17, expected a number from 1 to 16"),
    ({"source": "distance"}, "source"),
    ({"c": [1]}, "read-only"),
]


@pytest.mark.parametrize("values, words", WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(values, words):
    track = MemoryTrack()
    before = track.get_state(), track.c
    ((name, value),) = values.items()
    with pytest.raises(TraitError) as refusal:
        setattr(track, name, value)
    assert words in str(refusal.value)
    assert (track.get_state(), track.c) == before


def test_each_example_does_what_its_name_says():
    c, parts = {}, {}
    for key in [preset["key"] for preset in presets()]:
        track = MemoryTrack()
        track.show(key)
        c[key], parts[key] = track.c, track.parts
    candidate = candidates()["amplitude"]
    for t in range(1, 17):
        assert c["leaky"][t] == pytest.approx(0.8 * c["leaky"][t - 1] + 0.2 * candidate[t - 1])
    assert [c["counter"][t] for t in (4, 5, 8, 12, 13, 16)] == [0, 1, 4, 4, 5, 5]
    assert c["latch"] == [0.3] * 6 + [candidate[5]] * 11
    assert c["reset"][9] > 0.5 and c["reset"][10] == 0.25 * candidate[9] and c["reset"][16] > 0
    assert c["bump"][8:] == [pytest.approx(sum(candidate[4:8]))] * 9
    assert np.flatnonzero(parts["bump"]).tolist() == [5, 6, 7, 8]
    assert c["take_back"][13] > 0.9 and c["take_back"][16] == pytest.approx(0, abs=1e-15)
    with pytest.raises(KeyError, match="no example is called 'wipe'; there are leaky, counter"):
        track.show("wipe")


def test_the_summary_says_where_the_memory_comes_from():
    assert (
        MemoryTrack().summary()
        == "Step 16: the cell keeps 80 % of its memory of 0.273 and adds 0.020. The memory is now "
        "0.239. Its largest part, 0.094, was written at step 13; of that write, 51 % is left."
    )
    kept = MemoryTrack(f=0.5, i=0, c_prev=-1, t=2)
    assert kept.summary().endswith("Its largest part, -0.250, is what is left of the start: 25 % of it.")
    assert MemoryTrack(f=0, i=0, c_prev=1).summary().endswith("It holds nothing.")


def test_everywhere_but():
    assert everywhere(1, {6: 0}) == [1] * 5 + [0] + [1] * 10
