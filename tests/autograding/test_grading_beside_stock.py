"""nbgrader's own course and notebooks, which come with its wheel, through stock and through ours, cell by cell."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Toy
from nbgrader.api import Gradebook

pytestmark = pytest.mark.grading

NBGRADER = Path(find_spec("nbgrader").origin).parent
GUIDE, NOTEBOOKS = NBGRADER / "docs" / "source" / "user_guide", NBGRADER / "tests" / "apps" / "files"
# Notebooks of its tests: the source of an assignment, and what is handed in.
ASSIGNMENTS = {
    "changed": (
        "submitted-unchanged",
        ["submitted-changed", "submitted-grade-cell-changed", "submitted-locked-cell-changed"],
    ),
    "autotest": ("autotest-multi", ["autotest-multi-changed"]),
    "hashed": ("autotest-hashed", ["autotest-hashed-changed", "autotest-hashed-unchanged"]),
    "hidden": ("autotest-hidden", ["autotest-hidden-changed-right", "autotest-hidden-changed-wrong"]),
}
CONFIGURATION = "c = get_config()\nc.CourseDirectory.course_id = 'c'\n"
# The source of `changed` is what students get, so it loses points.
OURS = """
from autograding import plug_in
plug_in(c)
c.Autograding.preload = ("numpy", "IPython.core.interactiveshell")
c.Autograding.solution_loses = {"changed": "it is nbgrader's released notebook"}
"""


def course(root: Path, more: str = "") -> Path:
    """nbgrader's course and notebooks as one course."""
    shutil.copytree(GUIDE / "source" / "ps1", root / "source" / "ps1")
    shutil.copytree(GUIDE / "submitted", root / "submitted")
    shutil.copy(GUIDE / "autotests.yml", root)
    for name, (source, students) in ASSIGNMENTS.items():
        place(source, root / "source" / name)
        for student in students:
            place(student, root / "submitted" / student / name)
    (root / "nbgrader_config.py").write_text(CONFIGURATION + more)
    return root


def place(name, folder):
    folder.mkdir(parents=True)
    shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder / "p1.ipynb")


def scores(root: Path) -> dict[tuple[str, ...], tuple]:
    """The automatic score of each graded cell, and whether it waits for a person."""
    found = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "c") as book:
        for assignment in book.assignments:
            for submission in book.assignment_submissions(assignment.name):
                for notebook in submission.notebooks:
                    where = assignment.name, submission.student.id, notebook.name
                    found |= {
                        (*where, grade.name): (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades
                    }
    return found


def test_nbgraders_own_course_and_notebooks_get_the_same_points(tmp_path):
    stock, ours = course(tmp_path / "stock"), Toy.at(course(tmp_path / "ours", OURS))
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for assignment in ("ps1", *ASSIGNMENTS):
        for step in ("generate_assignment", "autograde"):
            done = subprocess.run(
                [sys.executable, "-m", "nbgrader", step, assignment],
                cwd=stock,
                env=os.environ | {"PATH": programs},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
        # In a process of its own: nbgrader makes autotests by a kernel, whose sockets it leaves open.
        graded = ours.run(assignment)
        assert graded.returncode == 0, graded.stdout + graded.stderr
        # A test that nbgrader makes anew each time accuses nobody of a change.
        assert "present one" not in graded.stdout or assignment in ("changed", "ps1")
    theirs, mine = scores(stock), scores(ours.root)
    assert mine == theirs
    assert len(theirs) >= 30
