"""A class for each exercise is made up and goes through nbgrader, from hand-in to feedback.

Each class has the solution, the untouched notebook and one wrong answer for each function; that of chapter 3 also has
every kind of accident. All other wrong answers are judged without a notebook in test_exercise_answers.py, and in
notebooks by `make demonstrations`.
"""

import contextlib
import io
import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from autograding.__main__ import main
from autograding.authoring import demonstration
from autograding.authoring.expected import disagreements
from autograding.course import Course
from autograding.report.results import read_result

ROOT = Path(__file__).parents[1]
STEMS = sorted(folder.name for folder in (ROOT / "solutions").iterdir())
WHOLE = "03_forget_gate"
# Seconds for a cell in the class with an infinite loop, which takes that long for each graded cell; longer than the
# slow import there.
CELL = "\nc.ExecutePreprocessor.timeout = 6\n"
# Chapters 1 to 9 need no torch; for a small class, importing it takes longer than all else.
NO_TORCH = """
c.Autograding.preload = [name for name in c.Autograding.preload if not name.startswith("torch")]
"""

pytestmark = [pytest.mark.grading]


def run(*arguments, cwd):
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def read(table):
    return tomllib.loads(table.read_text())["wrong"]


def answers(stem, folder):
    """The table of the first wrong answer for each function."""
    table = read(ROOT / "tests" / "wrong_answers" / f"{stem}.toml")
    one_each = {wrong["replaces"]: wrong for wrong in reversed(table) if wrong["loses"]}
    fields = [[f"{name} = {json.dumps(value)}" for name, value in wrong.items()] for wrong in one_each.values()]
    chosen = folder / f"{stem}.toml"
    chosen.write_text("\n".join("\n".join(["[[wrong]]", *lines]) for lines in fields))
    return chosen


def by_commands(stem, root, table):
    """Made up and graded by the commands that an instructor uses; returns the class and what was printed."""
    run("autograding.authoring.demonstration", stem, "--answers", str(table), "--out", "submitted", cwd=root)
    printed = run("autograding", stem, "--jobs", "4", cwd=root)  # most of them wait
    return demonstration.members(Course(root), stem, table), printed


def in_this_process(stem, root, table):
    """The same without starting another Python, and without the accidents."""
    chosen = {"right", "untouched"} | {f"wrong_{wrong['name']}" for wrong in read(table)}
    people = [one for one in demonstration.members(Course(root), stem, table) if one.name in chosen]
    demonstration.write(people, stem, root / "submitted")
    printed = io.StringIO()
    with contextlib.chdir(root), contextlib.redirect_stdout(printed):
        # One after the other: starting a second process would take longer than grading half of a small class.
        assert main([stem, "--jobs", "1"]) == 0, printed.getvalue()
    return people, printed.getvalue()


@pytest.fixture(scope="module", params=STEMS)
def graded(request, tmp_path_factory):
    """The demonstration class of an exercise, graded."""
    stem, root = request.param, tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions" / stem, root / "solutions" / stem)
    special = CELL if stem == WHOLE else NO_TORCH if stem < "10" else ""
    (root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + special)
    table = answers(stem, root)
    people, printed = (by_commands if stem == WHOLE else in_this_process)(stem, root, table)
    course = Course(root)
    results = {r.student: r for r in (read_result(course, stem, s) for s in course.students(stem))}
    return course, stem, people, results, printed


def test_everyone_loses_just_what_is_theirs_to_lose_and_is_told_why(graded):
    course, stem, people, results, _printed = graded
    functions = {wrong["replaces"] for wrong in read(ROOT / "tests" / "wrong_answers" / f"{stem}.toml")}
    assert len(people) == len(functions) + (13 if stem == WHOLE else 2)
    assert len(results) == len(people)
    assert disagreements(course, stem, people, list(results.values())) == []


def test_the_solution_has_all_points_and_the_untouched_notebook_none(graded):
    results = graded[3]
    points = results["right"].points
    assert points >= 8
    assert results["right"].total == points - results["right"].points_waiting
    assert all(0 < cell.points <= 2 for cell in results["right"].waiting)  # what a person grades is the smaller part
    for nothing in {"untouched", "empty_file"} & set(results):
        assert (results[nothing].total, results[nothing].points) == (0, points)


def test_the_table_names_every_student(graded):
    results, printed = graded[3:]
    assert all(student in printed for student in results)


def test_marks_other_than_expected_are_named(graded):
    """The last command of `make demonstration`: it prints nothing if all marks are as expected, and it can fail."""
    course, stem, people, results, _printed = graded
    wronged = [replace(person, loses=frozenset()) if person.name == "untouched" else person for person in people]
    told = disagreements(course, stem, wronged, list(results.values()))
    assert len(told) == 1 and told[0].startswith("untouched: expected to lose [], lost [")
