"""A class with strange names and strange folders, in the poorest locale: everybody has a mark or is told."""

import csv
import os
from pathlib import Path

import nbformat
import pytest
from conftest import ASSIGNMENT, NOTEBOOK, Toy

import autograding.__main__
from autograding.authoring.expected import page_text
from autograding.run import grade

pytestmark = pytest.mark.grading

NAMES = [
    "a[1]",
    "...",
    ".hidden",
    " led ",
    "led",
    "-rf",
    "é08",
    "n" * 255,
    "two\nlines",
    "\x1b[31mred",
    "{student_id}",
    "=1+1",
    "(?P<x>",
]
NO_TEXT = os.fsdecode(b"caf\xe9")


def folder_called_as_the_notebook(folder):
    (folder / NOTEBOOK).unlink()
    (folder / NOTEBOOK).mkdir()
    (folder / NOTEBOOK / "more").write_text("1")


def folder_called_as_the_date(folder):
    (folder / "timestamp.txt").mkdir()


def folder_called_as_the_page(folder):
    (folder / "01_toy.html").mkdir()
    (folder / "01_toy.html" / "more").write_text("1")


def file_called_as_the_teachers_folder(folder):
    (folder / "data").write_text("1")
    (folder / "more.csv").mkdir()
    (folder / "more.csv" / "inside").write_text("1")


def file_in_latin_1(folder):
    (folder / os.fsdecode(b"caf\xe9.csv")).write_text("1")


def giant(folder):
    with (folder / "giant").open("wb") as file:
        file.truncate(30 * 2**30)


def pipes(folder):
    for name in ("timestamp.txt", "pipe"):
        os.mkfifo(folder / name)


def nested(folder):
    nb = (folder / NOTEBOOK).read_bytes()
    (folder / NOTEBOOK).unlink()
    (folder / ASSIGNMENT).mkdir()
    (folder / ASSIGNMENT / NOTEBOOK).write_bytes(nb)
    (folder / "__MACOSX").mkdir()


def large_outputs(folder):
    nb = nbformat.read(folder / NOTEBOOK, 4)
    nb.cells[-1].outputs = [nbformat.v4.new_output("display_data", {"image/png": "x" * 22_000_000})]
    nbformat.write(nb, folder / NOTEBOOK)


def assignment_that_is_a_link(folder):
    (folder / NOTEBOOK).unlink()
    folder.rmdir()
    folder.symlink_to(Path("..", "led", ASSIGNMENT))


# name: (what is done to the folder, points, what the page says)
SHAPES = {
    "notebook_folder": (folder_called_as_the_notebook, 0, "it is a folder"),
    "date_folder": (folder_called_as_the_date, 6, ""),
    "page_folder": (folder_called_as_the_page, 6, "01_toy.html/more was left out"),
    "teachers_names": (file_called_as_the_teachers_folder, 6, "The file data was left out"),
    "latin_1": (file_in_latin_1, 6, r"The file caf\xe9.csv was left out"),
    "giant": (giant, 6, "The file giant was left out"),
    "pipes": (pipes, 6, "The file pipe was left out"),
    "nested": (nested, 6, "The notebook lay in a folder or an archive, 01_toy/01_toy.ipynb"),
    "large_outputs": (large_outputs, 6, ""),
    "assignment_link": (assignment_that_is_a_link, 0, "it is a link"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class's folder, and what the command printed."""
    toy = Toy(tmp_path_factory.mktemp("strangers") / "course")
    (toy.root / "solutions" / ASSIGNMENT / "data").mkdir()
    (toy.root / "solutions" / ASSIGNMENT / "data" / "x.csv").write_text("1")
    (toy.root / "solutions" / ASSIGNMENT / "more.csv").write_text("1")
    for name in [*NAMES, NO_TEXT]:
        toy.hand_in(name, toy.solution())
    for name, (change, _points, _told) in SHAPES.items():
        change(toy.hand_in(name, toy.solution()))
    (toy.root / "submitted" / "student_link").symlink_to("led")
    return toy, toy.run(ASSIGNMENT, "--jobs", "2", LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")


@pytest.fixture(scope="module")
def totals(graded):
    """The points of everybody in the CSV file, by the name in it."""
    with (graded[0].root / "grades" / f"{ASSIGNMENT}.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: float(row["total"]) for row in csv.DictReader(file)}


def page(toy, student):
    return page_text((toy.root / "feedback" / student / ASSIGNMENT / "01_toy.html").read_text(encoding="utf-8"))


def test_only_the_name_that_is_no_text_has_no_mark_and_is_told(graded, totals):
    _toy, done = graded
    assert done.returncode == 1, done.stdout + done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert len(errors) == 1 and r"caf\xe9" in errors[0] and "rename it" in errors[0]
    assert len(totals) == len(NAMES) + len(SHAPES) + 1


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_strange_name_costs_nothing(graded, totals, name):
    toy, _done = graded
    in_table = {"two\nlines": r"two\x0alines", "\x1b[31mred": r"\x1b[31mred", "=1+1": "'=1+1", "-rf": "'-rf"}
    assert totals[in_table.get(name, name)] == 6
    folder = toy.root / "feedback" / name / ASSIGNMENT
    assert {path.name for path in folder.iterdir()} == {"01_toy.html", "timestamp.txt", "submission_secret.txt"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_strange_folder_costs_its_student_alone(graded, totals, name):
    _change, points, told = SHAPES[name]
    assert totals[name] == points
    assert told in page(graded[0], name)


def test_a_student_who_is_a_link_to_another_gets_nothing_of_theirs(graded, totals):
    assert totals["student_link"] == 0 and "it is a link" in page(graded[0], "student_link")


def test_nothing_that_is_printed_or_logged_moves_a_terminal(graded):
    toy, done = graded
    log = (toy.root / "grades" / f"{ASSIGNMENT}.log").read_text(encoding="utf-8")
    table = (toy.root / "grades" / f"{ASSIGNMENT}.csv").read_text(encoding="utf-8")
    for text in (done.stdout, done.stderr, log, table):
        assert all(line.isprintable() for line in text.splitlines())


def test_what_vanishes_after_it_was_listed_is_told_and_the_rest_is_as_before(graded, monkeypatch):
    toy, _done = graded
    read = grade.read

    def gone(place, *more):
        if place.names[0] == "led" and Path(place.base, "led").exists():
            Path(place.base, "led").rename(toy.root / "away")
        return read(place, *more)

    monkeypatch.setattr(grade, "read", gone)
    done = toy.here(autograding.__main__.main, ASSIGNMENT)
    assert done.returncode == 1 and "0 graded now" in done.stdout
    errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert len(errors) == 2 and "error: led is not graded" in errors[1] and "taken away" in errors[1]
