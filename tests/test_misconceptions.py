"""Every mistake of the course's list is refused and named somewhere, or has a reason why it cannot occur."""

import ast
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from lstm_ref.checks import CHECKS

HERE = Path(__file__).parent
LISTED = tomllib.loads((HERE / "misconceptions.toml").read_text(encoding="utf-8"))["mistake"]
SEEN = [thread for mistake in LISTED for thread in mistake.get("seen", [])]
THREAD = re.compile(r"[\w.-]+/[\w.-]+#[1-9]\d*|deeplearning\.ai/[1-9]\d*")
# Different repositories that happen to have one name.
NAMESAKES = [{"MorvanZhou/PyTorch-Tutorial", "yunjey/pytorch-tutorial"}]
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
    """test_exercise_answers.py tries what the feedback says; here, that it is a name and no general complaint."""
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


def assert_spelt_alike(threads):
    """Each thread is written as the table says, and no repository is written in two ways."""
    assert [thread for thread in threads if not THREAD.fullmatch(thread)] == []
    spellings = {}
    for owner, name in (thread.split("#")[0].split("/") for thread in threads if "#" in thread):
        spellings.setdefault(name.lower(), set()).add(f"{owner}/{name}")
    assert [several for several in spellings.values() if len(several) > 1 and several not in NAMESAKES] == []


def test_a_thread_is_spelt_in_one_way():
    assert len(SEEN) > 40
    assert_spelt_alike(SEEN)


@pytest.mark.parametrize(
    "wrong", ["numpy-ml#42", "pytorch/pytorch", "pytorch/pytorch#0", "dlai/41544", "a forum, 41544"]
)
def test_a_thread_without_its_owner_or_number_is_noticed(wrong):
    with pytest.raises(AssertionError):
        assert_spelt_alike([*SEEN, wrong])


@pytest.mark.parametrize(
    "wrong", ["dmlc/mxnet#4057", "apache/MXNet#4057", "Apache/mxnet#1", "morvanzhou/PyTorch-Tutorial#57"]
)
def test_another_spelling_of_a_repository_is_noticed(wrong):
    with pytest.raises(AssertionError):
        assert_spelt_alike([*SEEN, wrong])


def test_a_thread_is_named_once_for_a_mistake():
    assert all(len(set(mistake.get("seen", []))) == len(mistake.get("seen", [])) for mistake in LISTED)
