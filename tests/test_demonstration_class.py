"""The whole way of a class through nbgrader: made up, graded, fed back. One run, many questions."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograding.course import Course
from autograding.demonstration import members
from autograding.expected import disagreements
from autograding.results import read_result

ROOT = Path(__file__).parents[1]
ASSIGNMENT = "03_forget_gate"
ANSWERS = ROOT / "tests" / "wrong_answers" / f"{ASSIGNMENT}.toml"

pytestmark = [pytest.mark.grading]


def run(*arguments, cwd):
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The demonstration class of the course, graded by the command that an instructor uses."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    run("autograding.demonstration", ASSIGNMENT, "--answers", str(ANSWERS), "--out", "submitted", cwd=root)
    table = run("autograding", ASSIGNMENT, cwd=root)
    course = Course(root)
    return (
        course,
        {r.student: r for r in (read_result(course, ASSIGNMENT, s) for s in course.students(ASSIGNMENT))},
        table,
    )


def test_everyone_loses_just_what_is_theirs_to_lose_and_is_told_why(graded):
    course, results, _table = graded
    people = members(course, ASSIGNMENT, ANSWERS)
    assert len(people) >= 60
    assert disagreements(course, ASSIGNMENT, people, list(results.values())) == []


def test_the_solution_has_all_points_and_the_untouched_notebook_none(graded):
    _course, results, _table = graded
    assert (results["right"].total, results["right"].points) == (10, 10)
    for nothing in ("untouched", "empty_file"):
        assert (results[nothing].total, results[nothing].points) == (0, 10)


def test_the_table_names_every_student(graded):
    _course, results, table = graded
    assert all(student in table for student in results)
