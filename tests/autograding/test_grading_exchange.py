"""nbgrader's exchange around our grading: from release to the feedback in the student's own folder."""

import logging

import pytest
from conftest import ASSIGNMENT, NOTEBOOK, cell
from nbformat import read, write
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import default as exchange

from autograding.__main__ import main
from autograding.authoring import exercises
from autograding.authoring.expected import page_text
from autograding.course import Course

pytestmark = pytest.mark.grading


@pytest.fixture
def through(toy, tmp_path, monkeypatch):
    """One of nbgrader's exchange commands, run where the test stands, and all that it logged."""
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "of_jupyter"))

    def run(command, assignment=ASSIGNMENT):
        config = Course(toy.root).config
        config.Exchange.root = str(tmp_path / "exchange")
        directory = CourseDirectory(config=config, root=str(toy.root), assignment_id=assignment)
        told = []
        log = logging.Logger("nbgrader")
        log.addHandler(logging.Handler())
        log.handlers[0].emit = lambda record: told.append(record.getMessage())
        command(coursedir=directory, authenticator=Authenticator(config=config), config=config, log=log).start()
        return "\n".join(told)

    return run


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # nbgrader/exchange/default/release_feedback.py
def test_an_exercise_goes_out_and_its_feedback_comes_back(toy, tmp_path, monkeypatch, through):
    exercises.main([ASSIGNMENT])
    assert f"Released as: toy {ASSIGNMENT}" in through(exchange.ExchangeReleaseAssignment)
    assert f"toy {ASSIGNMENT}" in through(exchange.ExchangeList, assignment="")

    (tmp_path / "at_home").mkdir()
    monkeypatch.chdir(tmp_path / "at_home")
    through(exchange.ExchangeFetchAssignment)
    path = tmp_path / "at_home" / ASSIGNMENT / NOTEBOOK
    nb = read(path, as_version=4)
    cell(nb, "double").source = cell(toy.solution(), "double").source
    write(nb, path)
    assert f"Submitted as: toy {ASSIGNMENT}" in through(exchange.ExchangeSubmit)

    monkeypatch.chdir(toy.root)
    assert "Processing 1 submissions" in through(exchange.ExchangeCollect)
    assert main([ASSIGNMENT, "--jobs", "1"]) == 0
    assert "Releasing feedback for student" in through(exchange.ExchangeReleaseFeedback)

    monkeypatch.chdir(tmp_path / "at_home")
    through(exchange.ExchangeFetchFeedback)
    (page,) = (tmp_path / "at_home" / ASSIGNMENT / "feedback").rglob("01_toy.html")
    assert "greet" in page_text(page.read_text(encoding="utf-8"))
