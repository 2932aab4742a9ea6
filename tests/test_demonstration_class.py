"""The whole way of a class through nbgrader: made up, graded, fed back; one class for each exercise.

Chapter 3 has every wrong answer there is. The other exercises have one for each function: their other wrong answers are
judged without a notebook around them in test_exercise_answers.py, and with it by `make demonstrations`.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from autograding.course import Course
from autograding.demonstration import members
from autograding.expected import disagreements
from autograding.results import read_result

ROOT = Path(__file__).parents[1]
STEMS = sorted(folder.name for folder in (ROOT / "solutions").iterdir())
WHOLE = "03_forget_gate"

pytestmark = [pytest.mark.grading]


def run(*arguments, cwd):
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def answers(stem, folder):
    """The table of wrong answers of the class: all of them, or the first for each function."""
    table = ROOT / "tests" / "wrong_answers" / f"{stem}.toml"
    if stem == WHOLE:
        return table
    one_each = {wrong["replaces"]: wrong for wrong in reversed(tomllib.loads(table.read_text())["wrong"])}
    fields = [[f"{name} = {json.dumps(value)}" for name, value in wrong.items()] for wrong in one_each.values()]
    chosen = folder / f"{stem}.toml"
    chosen.write_text("\n".join("\n".join(["[[wrong]]", *lines]) for lines in fields))
    return chosen


@pytest.fixture(scope="module", params=STEMS)
def graded(request, tmp_path_factory):
    """The demonstration class of an exercise, graded by the command that an instructor uses."""
    stem, root = request.param, tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions" / stem, root / "solutions" / stem)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    table = answers(stem, root)
    run("autograding.demonstration", stem, "--answers", str(table), "--out", "submitted", cwd=root)
    printed = run("autograding", stem, cwd=root)
    course = Course(root)
    results = {r.student: r for r in (read_result(course, stem, s) for s in course.students(stem))}
    return course, stem, members(course, stem, table), results, printed


def test_everyone_loses_just_what_is_theirs_to_lose_and_is_told_why(graded):
    course, stem, people, results, _printed = graded
    assert len(people) >= (60 if stem == WHOLE else 14)
    assert disagreements(course, stem, people, list(results.values())) == []


def test_the_solution_has_all_points_and_the_untouched_notebook_none(graded):
    results = graded[3]
    points = results["right"].points
    assert points >= 8
    assert results["right"].total == points
    for nothing in ("untouched", "empty_file"):
        assert (results[nothing].total, results[nothing].points) == (0, points)


def test_the_table_names_every_student(graded):
    results, printed = graded[3:]
    assert all(student in printed for student in results)


def test_marks_other_than_expected_are_named(graded):
    """The command that `make demonstration` ends with: silent about a right class, and it can fail."""
    course, stem, people, results, _printed = graded
    wronged = [replace(person, loses=frozenset()) if person.name == "untouched" else person for person in people]
    told = disagreements(course, stem, wronged, list(results.values()))
    assert len(told) == 1 and told[0].startswith("untouched: expected to lose [], lost [")
