"""Answers that a person grades beside those that a machine does; and stubs in the author's own words."""

import csv
from pathlib import Path

import nbformat
import pytest
from conftest import ANSWERS, ASSIGNMENT, NOTEBOOK, cell

from autograding.authoring import exercises
from autograding.authoring.demonstration import members, write
from autograding.authoring.expected import disagreements, page_text
from autograding.authoring.starting import starting_text
from autograding.course import Course
from autograding.report.results import read_result

pytestmark = pytest.mark.grading
WRITTEN = "### BEGIN SOLUTION\nBecause two is more than one.\n\nRubric: 2 points for *why*.\n### END SOLUTION"


def ask_why(toy):
    """The toy exercise with a written answer of two points after its code."""
    nb = toy.solution()
    written = nbformat.v4.new_markdown_cell(WRITTEN, id="why")
    written.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": "why",
        "locked": False,
        "points": 2,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    nb.cells.append(written)
    nbformat.write(nb, toy.root / "solutions" / ASSIGNMENT / NOTEBOOK)
    return nb


def line_of(printed, student):
    return " ".join(next(line for line in printed.splitlines() if line.startswith(student)).split())


def csv_of(toy):
    with (toy.root / "grades" / f"{ASSIGNMENT}.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def page_of(toy, student):
    page = toy.root / "feedback" / student / ASSIGNMENT / "01_toy.html"
    return page_text(page.read_text(encoding="utf-8"))


def give(student, points, comment):
    """What formgrader's page does when a person enters a score and a comment."""
    with Course(Path.cwd()).gradebook() as gradebook:
        grade = gradebook.find_grade("why", "01_toy", ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment("why", "01_toy", ASSIGNMENT, student).manual_comment = comment
        gradebook.db.commit()


def test_a_written_answer_waits_for_a_person_and_what_the_person_says_is_kept(toy):
    nb = ask_why(toy)
    toy.hand_in("ada", nb)
    toy.hand_in("cyd", nb)
    cell(nb, "why").source = "YOUR ANSWER HERE"  # bob wrote nothing: that needs nobody
    toy.hand_in("bob", nb)
    printed = toy.grade()
    assert line_of(printed, "ada").endswith("0? 6/6+2? Waits for a person: why.")
    assert line_of(printed, "bob").startswith("bob") and " 6/8 " in line_of(printed, "bob")
    assert "Answers that await a person: 2 (why)" in printed
    assert "A person has yet to grade this answer." in page_of(toy, "ada")
    assert "has yet to grade" not in page_of(toy, "bob")
    rows = csv_of(toy)
    assert [rows["ada"][name] for name in ("total", "points", "awaiting")] == ["6.0", "8.0", "2.0"]
    assert [rows["bob"][name] for name in ("total", "points", "awaiting")] == ["6.0", "8.0", "0"]

    give("ada", 1.5, "More than one what?")
    printed = toy.grade()
    assert line_of(printed, "ada").endswith("1.5 7.5/8")
    assert "Answers that await a person: 1 (why)" in printed and "Feedback pages renewed: 1." in printed
    assert csv_of(toy)["ada"]["total"] == "7.5" and csv_of(toy)["ada"]["awaiting"] == "0"
    assert "More than one what?" in page_of(toy, "ada") and "1.5 / 2.0" in page_of(toy, "ada")
    assert "has yet to grade" not in page_of(toy, "ada")

    # Graded again, the answer is to be looked at again, as nbgrader has it; what the person gave is still there.
    printed = toy.grade("--force", "--student", "ada")
    assert line_of(printed, "ada").endswith("1.5? 6/6+2? Waits for a person: why.")
    assert csv_of(toy)["ada"]["total"] == "7.5"
    assert "More than one what?" in page_of(toy, "ada")
    assert "feedback pages" not in printed


def test_a_demonstration_knows_whose_answers_await_a_person(toy):
    ask_why(toy)
    course = Course(Path.cwd())
    names = ("right", "untouched", "empty_file", "syntax_error", "wrong_squares")
    people = {member.name: member for member in members(course, ASSIGNMENT, ANSWERS) if member.name in names}
    assert people["right"].waits == people["syntax_error"].waits == {"why"}
    assert people["untouched"].waits == set() and "why" in people["untouched"].loses
    write(people.values(), ASSIGNMENT, toy.root / "submitted")
    printed = toy.grade()
    results = [read_result(course, ASSIGNMENT, name) for name in people]
    assert disagreements(course, ASSIGNMENT, people.values(), results) == []
    assert "Answers that await a person: 3" in printed and "0/8 Untouched" in line_of(printed, "untouched")
    results[0].cells[-1].needs_a_person = False
    assert any("to await a person" in fault for fault in disagreements(course, ASSIGNMENT, people.values(), results))


BROKEN = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    #: # This adds one too many.
    #: if x:
    #:     return x + x + x
    #:
    #: return 0
    return 2 * x
    ### END SOLUTION'''


def test_students_begin_with_the_text_of_the_author(toy):
    path = toy.root / "solutions" / ASSIGNMENT / NOTEBOOK
    nb = toy.solution()
    cell(nb, "double").source = BROKEN
    nbformat.write(nb, path)
    assert exercises.main([]) == 0
    built = nbformat.read(toy.root / "exercises" / ASSIGNMENT / NOTEBOOK, as_version=4)
    assert cell(built, "double").source == (
        'def double(x):\n    """Twice x."""\n    # This adds one too many.\n    if x:\n        return x + x + x\n\n'
        "    return 0"
    )
    assert "NotImplementedError" in cell(built, "greet").source  # which has no text of its own


def test_a_text_for_two_regions_is_refused():
    region = "### BEGIN SOLUTION\n#: a\nb\n### END SOLUTION\n"
    assert starting_text(region) == "a"
    assert starting_text(region.replace("#: a\n", "")) is None
    assert starting_text("x = 1  #: no region\n") is None
    with pytest.raises(ValueError, match="one solution region in a cell with starting text, got 2"):
        starting_text(region * 2)
