"""Each exercise's own solution passes its checks; each wrong answer fails just the checks it should, by name."""

import ast
import doctest
import importlib
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from lstm_ref import check
from lstm_ref.checks import CHECKS

ROOT = Path(__file__).parent.parent
STEMS = sorted(folder.name for folder in (ROOT / "solutions").iterdir())


@cache  # thousands of answers are tried, and nothing here changes a notebook
def notebook(stem):
    return nbformat.read(ROOT / "solutions" / stem / f"{stem}.ipynb", as_version=4)


def checks_of(stem):
    return importlib.import_module(f"lstm_ref.checks.s{stem}").CHECKS


@cache
def graded_cells(stem):
    return {c.metadata.nbgrader.grade_id: c.source for c in notebook(stem).cells if is_graded(c)}


def checked_by(stem, cells):
    """The names of the checks that these graded cells call."""
    return [ast.parse(graded_cells(stem)[cell]).body[0].value.args[0].value for cell in cells]


def is_graded(cell):
    """Whether a check grades this cell. An answer that a person grades is a cell by itself."""
    nbgrader = cell.metadata.get("nbgrader", {})
    return nbgrader.get("grade", False) and not nbgrader["solution"]


@cache
def wrong_answers(stem):
    return tomllib.loads((ROOT / "tests" / "wrong_answers" / f"{stem}.toml").read_text())["wrong"]


WRONG = [pytest.param(stem, wrong, id=f"{stem}-{wrong['name']}") for stem in STEMS for wrong in wrong_answers(stem)]


def run_solution(stem, replaced="nothing", source=""):
    """The names that a student's notebook defines, with one answer replaced. Checks are not run."""
    names = {}
    for cell in notebook(stem).cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and (nbgrader.get("solution") or "import" in cell.source.split()[:1]):
            exec(source if nbgrader.get("grade_id") == replaced else cell.source, names)
    return names


def complaints(stem, names, seed, slow=None):
    """What each graded cell says that refuses an answer. Slow checks are run only for the cells in `slow`."""
    said = {}
    for grade_id, source in graded_cells(stem).items():
        call = ast.parse(source).body[0].value
        if slow is not None and CHECKS[call.args[0].value].once and grade_id not in slow:
            continue
        names["check"] = lambda *args, **parts: check(*args, **parts, seed=seed)
        try:
            exec(source, names)
        except AssertionError as error:
            said[grade_id] = str(error)
        assert call.func.id == "check"
    return said


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("seed", range(5))
def test_the_solution_passes(stem, seed):
    assert complaints(stem, run_solution(stem), seed) == {}


@pytest.mark.parametrize("stem, wrong", WRONG)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:divide by zero:RuntimeWarning")
def test_a_wrong_answer_loses_its_own_points_and_is_told_why(stem, wrong, seed):
    slow = wrong["loses"] if seed == 0 else ()  # slow: only once, and where the training is wrong
    said = complaints(stem, run_solution(stem, wrong["replaces"], wrong["source"]), seed, slow)
    if seed and not any(not CHECKS[name].once for name in checked_by(stem, wrong["loses"])):
        return
    assert sorted(said) == sorted(wrong["loses"])
    for text in said.values():
        assert wrong["says"] in text


@pytest.mark.parametrize("stem", STEMS)
def test_the_examples_in_the_docstrings_are_true(stem):
    names = run_solution(stem)
    for name in {wrong["replaces"] for wrong in wrong_answers(stem)}:
        examples = doctest.DocTestParser().get_doctest(names[name].__doc__, names, name, stem, 0)
        assert examples.examples, f"{name} has no example"
        assert doctest.DocTestRunner().run(examples).failed == 0, name


@pytest.mark.parametrize("stem", STEMS)
def test_every_graded_function_has_wrong_answers(stem):
    replaced = {wrong["replaces"] for wrong in wrong_answers(stem)}
    solutions = {
        c.metadata.nbgrader.grade_id
        for c in notebook(stem).cells
        if c.metadata.get("nbgrader", {}).get("solution") and not c.metadata.nbgrader.grade
    }
    assert replaced == solutions


LENT = [(stem, check.name, lent.__name__) for stem in STEMS for check in checks_of(stem) for lent in check.given]


@pytest.mark.parametrize("stem, name, lent", LENT)
def test_a_correct_stand_in_keeps_one_mistake_from_costing_twice(stem, name, lent):
    names = run_solution(stem)
    wrong = names[lent] = lambda *arguments: np.tanh(arguments[0]) + 0.125
    check(name, names[name], seed=0)
    assert names[lent] is wrong  # put back
    del names[lent]  # its cell failed
    check(name, names[name], seed=0)


@pytest.mark.parametrize("stem, name, lent", LENT)
def test_what_is_lent_was_asked_for_before(stem, name, lent):
    """Cells are asked in this order, so that what is lent to one call answers no later one."""
    asked = checked_by(stem, graded_cells(stem))
    assert lent not in asked[asked.index(name) :]


def test_functions_are_lent():
    assert ("03_forget_gate", "forget_gate", "sigmoid") in LENT
