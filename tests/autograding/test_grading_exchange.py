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
from autograding.seeds import secret_of_page
from autograding.stock.exchange import complete

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


@pytest.mark.parametrize(
    ("date", "secret", "kept"),
    [
        (b"2030-01-01 12:00:00 UTC\n", b"3f\n", (True, True)),
        (None, None, (False, False)),
        (b"\xff\xfe2\x000\x00", b"\xff", (False, False)),
        ("gestern, 12 Uhr früh".encode(), "geheim ß".encode(), (False, False)),
        (b"", b"", (True, False)),
        (b"1" * 201, b"x" * 201, (False, False)),
        (b"\x1b[2J", b" \n", (False, False)),
    ],
)
def test_what_stands_beside_a_page_can_be_read_or_is_ours(tmp_path, date, secret, kept):
    for name, content in (("timestamp.txt", date), ("submission_secret.txt", secret)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    complete(tmp_path, "ours")
    found = [(tmp_path / name).read_bytes() for name in ("timestamp.txt", "submission_secret.txt")]
    assert found == [date if kept[0] else b"", secret if kept[1] else b"ours"]


def test_a_link_or_a_folder_beside_a_page_is_replaced(tmp_path):
    (tmp_path / "timestamp.txt").mkdir()
    (tmp_path / "submission_secret.txt").symlink_to("/etc/hostname")
    complete(tmp_path, "ours")
    assert (tmp_path / "timestamp.txt").is_file() and not (tmp_path / "submission_secret.txt").is_symlink()


def test_nobody_shares_the_name_of_a_page():
    assert len({secret_of_page(key, who, what) for key in (b"a", b"b") for who in "ab" for what in "cd"}) == 8


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # nbgrader/exchange/default/release_feedback.py
def test_a_date_that_is_none_keeps_nobodys_page_from_the_exchange(toy, through):
    for student in ("ada", "bob", "cyd"):
        folder = toy.hand_in(student, toy.solution())
        (folder / "timestamp.txt").write_text("2030-01-01 10:00:00 UTC")
        (folder / "submission_secret.txt").write_text(f"secret of {student}")
    (toy.root / "submitted" / "ada" / ASSIGNMENT / "timestamp.txt").write_text("garbage")
    (toy.root / "submitted" / "bob" / ASSIGNMENT / "submission_secret.txt").write_bytes(b"\xff")
    toy.grade()
    told = through(exchange.ExchangeReleaseFeedback)
    assert all(f"Releasing feedback for student '{student}'" in told for student in ("ada", "bob", "cyd"))
    beside = toy.root / "feedback" / "cyd" / ASSIGNMENT / "timestamp.txt"
    beside.write_bytes(b"\xff")
    done = toy.here(main, ASSIGNMENT)
    assert "noticed: cyd: feedback/timestamp.txt was changed; the page is written anew" in done.stderr
    assert beside.read_text() == "2030-01-01 10:00:00 UTC"
