"""Plain `nbgrader autograde` follows no link, and tells what it left out."""

import logging

import nbformat
import pytest
from conftest import ASSIGNMENT, NOTEBOOK
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograding.course import Course
from autograding.run import preprocessor

# The warnings are of nbgrader's own queries, which our command puts into one transaction.
pytestmark = [pytest.mark.grading, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


@pytest.fixture
def autograde(toy, monkeypatch):
    """Stock nbgrader's converter over the toy class, as its command has it; execution is left out."""
    monkeypatch.setattr(preprocessor.SandboxExecute, "preprocess", lambda _self, nb, resources: (nb, resources))

    def start(**more):
        config = Course(toy.root).config
        directory = CourseDirectory(config=config, root=str(toy.root), assignment_id=ASSIGNMENT, **more)
        GenerateAssignment(coursedir=directory, config=config).start()
        Autograde(coursedir=directory, config=config).start()

    return start


def test_plain_nbgrader_copies_nothing_through_a_link(toy, autograde, caplog):
    (toy.root / "exam.txt").write_text("for teachers")
    (toy.root / "elsewhere").mkdir()
    for student in ("ada", "bob", "zoe"):
        (toy.hand_in(student, toy.solution()) / "notes.txt").write_text(student)
    ada = toy.root / "submitted" / "ada" / ASSIGNMENT
    (ada / "exam.txt").symlink_to("../../../exam.txt")
    (ada / "sub").symlink_to("../../../elsewhere")
    notebook = toy.root / "submitted" / "bob" / ASSIGNMENT / NOTEBOOK
    notebook.unlink()
    notebook.symlink_to("../../ada/01_toy/01_toy.ipynb")
    (toy.root / "submitted" / "cyd").symlink_to("ada")
    (toy.root / "submitted" / "eve").mkdir()
    (toy.root / "submitted" / "eve" / ASSIGNMENT).symlink_to("../ada/01_toy")
    with caplog.at_level(logging.ERROR), pytest.raises(NbGraderException):
        autograde()
    graded = toy.root / "autograded"
    assert {path.parent.name for path in graded.glob("*/*")} == {"ada", "zoe"}
    assert {path.name for path in (graded / "ada" / ASSIGNMENT).iterdir()} == {NOTEBOOK, "notes.txt"}
    remarks = nbformat.read(graded / "ada" / ASSIGNMENT / NOTEBOOK, as_version=4).cells[0].source
    assert "exam&#46;txt was left out" in remarks and "sub was left out" in remarks
    for student in ("bob", "cyd", "eve"):
        assert f"the submission of {student} cannot be read" in caplog.text
    assert "it is a link, and links are not followed" in caplog.text
    with Gradebook(f"sqlite:///{toy.root}/gradebook.db", "toy") as gradebook:
        found = {submission.student.id for submission in gradebook.assignment_submissions(ASSIGNMENT)}
    assert found == {"ada", "zoe"}  # nobody has a 0 that nobody gave


def test_a_notebook_that_is_exchanged_meanwhile_is_not_read_again(toy, autograde, monkeypatch):
    path = toy.hand_in("ada", toy.solution()) / NOTEBOOK
    real = Autograde.init_assignment

    def exchanged(self, *names):
        real(self, *names)
        path.write_text("something else")

    monkeypatch.setattr(Autograde, "init_assignment", exchanged)
    autograde()
    assert (toy.root / "autograded" / "ada" / ASSIGNMENT / NOTEBOOK).is_file()
