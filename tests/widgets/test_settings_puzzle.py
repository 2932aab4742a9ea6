"""SettingsPuzzle from Python; and that its targets are the memories of the settings in the solution."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from traitlets import TraitError

from lstm_ref import SettingsPuzzle, check
from lstm_ref.radar.puzzles import NEAR, PUZZLES, written

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "05_memory_update" / "05_memory_update.ipynb"


def solved(key):
    """The settings that the solution returns for a puzzle."""
    names = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{key}_settings":
            exec(cell.source, names)
    return names[f"{key}_settings"]()


@pytest.mark.parametrize("key", PUZZLES)
def test_the_target_is_the_memory_of_the_solution_to_four_digits(key):
    puzzle = SettingsPuzzle(key, **solved(key))
    assert puzzle.c == pytest.approx(puzzle.target, rel=0, abs=0.5e-4)
    assert puzzle.distance <= 0.5e-4
    assert puzzle.settings == solved(key)
    assert puzzle.summary().startswith("Found")


@pytest.mark.parametrize("key", PUZZLES)
def test_what_the_widget_holds_is_what_the_check_takes(key):
    function = SettingsPuzzle(key, **solved(key))
    check(f"{key}_settings", lambda: function.settings)
    with pytest.raises(AssertionError, match="The start is wrong"):
        check(f"{key}_settings", lambda: SettingsPuzzle(key).settings)


@pytest.mark.parametrize("key", PUZZLES)
def test_every_solution_can_be_set_with_the_stops_of_the_sliders(key):
    settings = solved(key)
    for gate in (settings["f"], settings["i"]):
        assert np.array(gate) * 20 == pytest.approx(np.round(np.array(gate) * 20))
    assert settings["c_prev"] * 10 == pytest.approx(round(settings["c_prev"] * 10))


def test_one_stop_beside_the_solution_is_not_near():
    for name, stop in (("f", 0.05), ("i", 0.05), ("c_prev", 0.1)):
        for by in (-stop, stop):
            settings = {**solved("leaky"), name: solved("leaky")[name] + by}
            assert SettingsPuzzle("leaky", **settings).distance > NEAR
            with pytest.raises(AssertionError):
                check("leaky_settings", lambda settings=settings: settings)


def test_the_distance_is_the_largest_and_is_said_in_words():
    puzzle = SettingsPuzzle("latch", f=1, i=0, c_prev=0.5)
    assert puzzle.distance == pytest.approx(0.5) and puzzle.farthest == 11
    assert puzzle.summary() == "Farthest apart at step 11: your memory is 0.500 too high there."
    puzzle.c_prev = 0
    assert puzzle.summary() == "Farthest apart at step 6: your memory is 0.762 too low there."


def test_settings_are_numbers_where_one_gate_is_for_all_and_lists_elsewhere():
    assert SettingsPuzzle("leaky", f=0.25).settings == {"f": 0.25, "i": 0.5, "c_prev": 0.0}
    assert SettingsPuzzle("latch", f=0.25).settings == {"f": [0.25] * 16, "i": [0.5] * 16, "c_prev": 0.0}


def test_what_can_be_written_is_not_the_readers_to_change():
    puzzle = SettingsPuzzle()
    assert puzzle.candidate == written().tolist()
    with pytest.raises(TraitError, match="read-only"):
        puzzle.candidate = [1.0] * 16


WRONG = [
    ("f", 1.01, "SettingsPuzzle.f is 1.01, expected a number from 0 to 1"),
    ("i", [0.0] * 17, "SettingsPuzzle.i is 17 values, expected 16 values, one per step"),
    ("c_prev", 1.5, "SettingsPuzzle.c_prev is 1.5, expected a number from -1 to 1"),
    ("puzzle", "counter", "puzzle"),
]


@pytest.mark.parametrize("name, value, words", WRONG, ids=[words for *_, words in WRONG])
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(name, value, words):
    puzzle = SettingsPuzzle()
    before = puzzle.get_state()
    with pytest.raises(TraitError) as refusal:
        setattr(puzzle, name, value)
    assert words in str(refusal.value)
    assert puzzle.get_state() == before


def test_the_stand_in_of_a_graded_notebook_can_be_made_and_gives_nothing_away():
    names = {}
    source = Path(__file__).parents[2] / "lstm_ref" / "stand_ins" / "lstm_ref" / "__init__.py"
    exec(source.read_text(encoding="utf-8"), names)
    puzzle = names["SettingsPuzzle"]("latch", f=1)
    puzzle.f = 0.5
    assert "not there while a notebook is graded" in repr(puzzle)  # what the feedback page shows in its place
    with pytest.raises(AttributeError, match="write the number for 'settings' down"):
        puzzle.settings  # noqa: B018  the look-up is what is tried
