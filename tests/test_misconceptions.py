"""Every mistake in the course's list is refused and named by some check, or has a reason why it cannot occur."""

import ast
import tomllib
from pathlib import Path

import nbformat
import pytest

from lstm_ref.checks import CHECKS

HERE = Path(__file__).parent
LISTED = tomllib.loads((HERE / "misconceptions.toml").read_text(encoding="utf-8"))["mistake"]
CITED = [(mistake, answer) for mistake in LISTED for answer in mistake.get("answers", [])]


def found(address: str) -> dict:
    """A wrong answer by its address, STEM/NAME. Raises KeyError if there is none."""
    stem, name = address.split("/")
    table = tomllib.loads((HERE / "wrong_answers" / f"{stem}.toml").read_text(encoding="utf-8"))["wrong"]
    return {wrong["name"]: wrong for wrong in table}[name]


def checks_of(stem: str, cells: list[str]):
    """The checks that the graded cells of a solution call."""
    notebook = nbformat.read(HERE.parent / "solutions" / stem / f"{stem}.ipynb", as_version=4)
    sources = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in notebook.cells}
    return [CHECKS[ast.parse(sources[cell]).body[0].value.args[0].value] for cell in cells]


def test_each_number_is_listed_once():
    assert [mistake["number"] for mistake in LISTED] == [*range(1, 69)]


@pytest.mark.parametrize("mistake", LISTED, ids=lambda mistake: str(mistake["number"]))
def test_each_mistake_has_answers_or_a_reason(mistake):
    assert bool(mistake.get("answers")) != (len(mistake.get("why", "")) > 40)


@pytest.mark.parametrize("mistake, address", CITED, ids=[f"{m['number']}-{a}" for m, a in CITED])
def test_the_answer_exists_loses_points_and_is_named(mistake, address):
    """The feedback names the mistake and is no general complaint; test_exercise_answers.py tests that it is given."""
    wrong = found(address)
    assert wrong["loses"]
    sentences = [
        known.sentence
        for its in checks_of(address.split("/")[0], wrong["loses"])
        for known in (*its.mistakes, *(known for part in its.parts.values() for known in part.mistakes))
    ]
    named = any(wrong["says"] in sentence for sentence in sentences)
    assert named != mistake.get("by_its_form", False), wrong["says"]


def test_an_answer_that_is_not_there_is_noticed():
    with pytest.raises(KeyError):
        found("07_full_cell/no_such_answer")
    with pytest.raises(FileNotFoundError):
        found("99_none/step_no_tanh_on_c")
