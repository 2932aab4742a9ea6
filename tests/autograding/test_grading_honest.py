"""Right solutions that are written, saved or named oddly: none loses a point."""

import re
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ASSIGNMENT, Toy, cell
from nbformat.v4 import new_code_cell

sys.path.insert(0, str(Path(__file__).parent / "honest"))
import torch_exercise  # noqa: E402 (found by the line before)
from oddities import oddities  # noqa: E402

from autograding.authoring.expected import page_text  # noqa: E402
from autograding.course import Course  # noqa: E402
from autograding.report.results import Result, read_result  # noqa: E402

pytestmark = pytest.mark.grading

ODDITIES = oddities()
# Some of them want torch and plots, as students of the course do; the grader of the toy course has neither at hand.
GENEROUS = """
c.ExecutePreprocessor.timeout = 20  # none takes more than 3 s on an idle machine
c.Autograding.preload = ("numpy", "IPython.core.interactiveshell", "matplotlib.pyplot", "torch")
"""
REPOSITORY = Path(__file__).parents[2]


class Graded:
    """A class graded in one run, and what its students and their teacher read."""

    def __init__(self, course: Course, assignment: str, done):
        self.course, self.assignment, self.done = course, assignment, done

    def lost(self, student: str, most: float) -> str:
        """What the student lost and was told, as one line; nothing if there is every point."""
        if f"{student} is not graded" in self.done.stderr:
            return self.done.stderr
        result: Result = read_result(self.course, self.assignment, student)
        if result.total == most:  # what awaits a person counts nothing yet
            return ""
        row = re.search(rf"^{re.escape(student)} .*(?:\n {{10,}}.*)*", self.done.stdout, re.MULTILINE)
        return f"{result.total:g} of {most:g}: {' '.join(row.group().split()) if row else self.done.stderr[-2000:]}"


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    toy = Toy(tmp_path_factory.mktemp("honest") / "course")
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + GENEROUS)
    solution = toy.solution()
    for oddity in ODDITIES:
        oddity.hand_in(solution, toy.root / "submitted" / oddity.student / ASSIGNMENT)
    # Some do nothing but wait, so more of them at once than there are processors.
    done = toy.run(ASSIGNMENT, "--jobs", "4", longest=1800)
    return Graded(Course(toy.root), ASSIGNMENT, done)


def test_there_are_a_hundred_and_more():
    assert len(ODDITIES) >= 100
    assert len({oddity.student for oddity in ODDITIES}) == len(ODDITIES)


@pytest.mark.parametrize("oddity", ODDITIES, ids=[oddity.student for oddity in ODDITIES])
def test_an_honest_oddity_loses_nothing(graded, oddity):
    assert graded.lost(oddity.student, 6) == ""
    page = graded.course.folder("feedback", oddity.student, ASSIGNMENT) / "01_toy.html"
    assert oddity.told in page_text(page.read_text(encoding="utf-8"))


def test_the_class_of_oddities_ends_well(graded):
    assert graded.done.returncode == 0, graded.done.stderr[-3000:]
    assert f"Class of {len(ODDITIES)}:" in graded.done.stdout


def hand_in_trained(folder: Path) -> None:
    """The solution of exercise 11, written oddly in each way, as handed in to the class in `folder`."""
    name = f"{torch_exercise.ASSIGNMENT}.ipynb"
    for student, (first, look) in torch_exercise.TRAINED.items():
        nb = nbformat.read(REPOSITORY / "solutions" / torch_exercise.ASSIGNMENT / name, as_version=4)
        train = cell(nb, "train_classifier")
        train.source = torch_exercise.written(train.source, student)
        nb.cells.insert(0, new_code_cell(first, id="first"))
        nb.cells.insert(nb.cells.index(cell(nb, "train_classifier_held_out")), new_code_cell(look, id="look"))
        (folder / "submitted" / student / torch_exercise.ASSIGNMENT).mkdir(parents=True)
        nbformat.write(nb, folder / "submitted" / student / torch_exercise.ASSIGNMENT / name)


def trained_class(folder: Path) -> Graded:
    """That class, graded by the course itself."""
    course = Toy(folder / "toy")
    course.root = REPOSITORY
    done = course.run(torch_exercise.ASSIGNMENT, "--class", str(folder), "--jobs", "2")
    return Graded(Course(REPOSITORY, folder), torch_exercise.ASSIGNMENT, done)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Graded:
    folder = tmp_path_factory.mktemp("trained")
    hand_in_trained(folder)
    return trained_class(folder)


@pytest.mark.parametrize("student", torch_exercise.TRAINED)
def test_who_trains_oddly_in_exercise_11_loses_nothing(trained, student):
    assert trained.lost(student, 14) == ""
