"""A whole class, graded as a teacher would: nobody gains, nobody loses another's points, everyone is told why."""

import csv
import os
import re
from copy import deepcopy
from pathlib import Path

import pytest
from conftest import ANSWERS, ASSIGNMENT, cell

from autograding.__main__ import main
from autograding.authoring.demonstration import members
from autograding.authoring.expected import disagreements, page_text
from autograding.course import Course
from autograding.report.results import read_result

pytestmark = pytest.mark.grading

KINDS = [
    "right",
    "untouched",
    "empty_file",
    "no_notebook",
    "syntax_error",
    "infinite_loop",
    "slow_import",
    "deleted_test_cell",
    "wrong_and_deleted_its_tests",
    "copied_cells",
    "truncated_file",
    "wrong_file_name",
    "honest_with_a_warning",
]


def read_class(course_folder: Path):
    """The class as the demonstration expects it and as it was graded."""
    course = Course(course_folder)
    people = members(course, ASSIGNMENT, ANSWERS)
    return course, people, [read_result(course, ASSIGNMENT, student) for student in course.students(ASSIGNMENT)]


def row(table: str, student: str) -> str:
    """One student's lines of the table, as one."""
    found = re.search(rf"^{re.escape(student)} .*(?:\n {{10,}}.*)*", table, re.MULTILINE)
    assert found, table
    return " ".join(found.group().split())


def test_everyone_gets_exactly_what_they_deserve(graded_class):
    course, people, results = read_class(graded_class[0].root)
    assert disagreements(course, ASSIGNMENT, people, results) == []
    assert {member.name for member in people} >= set(KINDS)
    assert len([member for member in people if member.name.startswith("wrong_")]) >= 3


def test_a_wrong_grade_or_a_silent_page_would_be_seen(graded_class):
    course, people, results = read_class(graded_class[0].root)
    right = next(result for result in results if result.student == "right")
    right.cells[0].score = 0
    assert any(
        fault.startswith("right: expected to lose []") for fault in disagreements(course, ASSIGNMENT, people, results)
    )
    assert any("got no result" in fault for fault in disagreements(course, ASSIGNMENT, people, results[1:]))
    gentle = [member.__class__(member.name, member.files, member.loses, "never said") for member in people]
    assert len(disagreements(course, ASSIGNMENT, gentle, results)) >= len(people)


@pytest.mark.parametrize(
    ("student", "told"),
    [
        ("right", "6/6"),
        ("untouched", "0/6 Untouched"),
        ("copied_cells", "stock nbgrader stops the whole class here"),
        ("deleted_test_cell", "double_values was missing and was put back"),
        ("truncated_file", "damaged or cut short at line"),
        ("empty_file", "the file is empty"),
        ("no_notebook", "No notebook 01_toy.ipynb was handed in"),
        ("wrong_file_name", "01_toy (1).ipynb"),
        ("infinite_loop", "Cell greet_check was stopped"),
        ("syntax_error", "Cell greet fails at line "),
        ("honest_with_a_warning", "warnings.warn('honest,…” gave a warning, which costs nothing"),
        ("wrong_squares", "double is exactly the square"),
    ],
)
def test_the_table_says_in_plain_words_what_happened(graded_class, student, told):
    assert told in row(graded_class[1], student)


def test_the_csv_holds_every_score(graded_class):
    with (graded_class[0].root / "grades" / f"{ASSIGNMENT}.csv").open(encoding="utf-8", newline="") as file:
        rows = {line["student"]: line for line in csv.DictReader(file)}
    assert set(rows) >= set(KINDS)
    squares = rows["wrong_squares"]
    assert [float(squares[name]) for name in ("double_values", "double_empty", "greet_check", "total")] == [0, 1, 2, 3]


def test_the_student_reads_the_remarks_on_the_feedback_page(graded_class):
    page = graded_class[0].root / "feedback" / "wrong_file_name" / ASSIGNMENT / "01_toy.html"
    text = page_text(page.read_text(encoding="utf-8"))
    assert "Notes from the grader" in text and "graded under its right name" in text
    assert "stock nbgrader" not in text  # which is the teacher's concern
    assert not list(page.parent.glob(".*"))  # our own stamp is not handed back


def test_only_what_changed_is_graded_again(toy):
    toy.hand_in("ada", toy.solution())
    toy.hand_in("bob", toy.solution())
    assert "2 graded now, 0 as before" in toy.grade()
    wrong = toy.solution()
    cell(wrong, "greet").source = "def greet(name):\n    return name"
    toy.hand_in("bob", wrong)
    table = toy.grade()
    assert "1 graded now, 1 as before" in table
    assert "6/6" in row(table, "ada") and "4/6" in row(table, "bob")
    assert "0 graded now, 1 as before" in toy.grade("--student", "a*")
    # The CSV is of the whole class, even when one student was asked for.
    assert (toy.root / "grades" / f"{ASSIGNMENT}.csv").read_text().count("\n") == 3
    assert "1 graded now" in toy.grade("--student", "a*", "--force")
    # What an interrupted run leaves behind has no stamp, and is done again.
    os.unlink(toy.root / "autograded" / "ada" / ASSIGNMENT / ".autograding.json")
    assert "1 graded now, 1 as before" in toy.grade()
    # A change of the checks concerns everyone.
    checks = toy.root / "toy_course" / "checks.py"
    checks.write_text(checks.read_text() + "\n# changed\n")
    assert "2 graded now" in toy.grade()


def test_a_later_submission_never_keeps_an_earlier_score(toy):
    toy.hand_in("ada", toy.solution())
    toy.hand_in("honest", toy.solution())
    assert "6/6" in row(toy.grade(), "ada")
    without_tests = toy.solution()
    without_tests.cells = [c for c in without_tests.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    cell(without_tests, "double").source = "def double(x):\n    return 0"
    toy.hand_in("ada", without_tests)
    assert "2/6" in row(toy.grade(), "ada")
    kills = toy.solution()
    # What ends the kernel costs what depends on it, and nothing else: a new kernel takes over.
    cell(kills, "double").source = "import os; os._exit(1)"
    toy.hand_in("ada", kills)
    table = toy.grade()
    assert "2/6" in row(table, "ada") and "Cell double fails: DeadKernelError" in row(table, "ada")
    assert "6/6" in row(table, "honest")
    page = toy.root / "feedback" / "ada" / ASSIGNMENT / "01_toy.html"
    told = page_text(page.read_text(encoding="utf-8"))
    assert "it ended the Python that runs the notebook" in told and "double is not defined" in told
    toy.hand_in("ada", toy.solution())
    assert "6/6" in row(toy.grade(), "ada")


def test_the_graders_own_trouble_is_no_students_zero(toy):
    toy.hand_in("ada", toy.solution())
    toy.hand_in("bob", toy.solution())
    assert "6/6" in row(toy.grade(), "ada")
    # The kernel that the course names is not installed: nothing can be run, and that is nobody's answer.
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.ExecutePreprocessor.kernel_name = "no-such-kernel"\n')
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 2
    assert "no Jupyter kernel no-such-kernel is installed here" in done.stderr
    assert "no-such-kernel" in done.stderr
    assert read_result(Course(toy.root), ASSIGNMENT, "ada").total == 6


def test_plain_nbgrader_has_the_same_preflight(toy):
    copied = toy.solution()
    copied.cells.append(deepcopy(cell(copied, "greet_check")))
    copied.cells[-1].id = "copy"
    skipped = toy.solution()
    cell(skipped, "double").source = "def double(x):\n    return 0"
    for name in ("double_values", "double_empty", "greet_check"):
        cell(skipped, name).metadata["tags"] = ["skip-execution"]
    toy.hand_in("copied", copied)
    toy.hand_in("skipped", skipped)
    toy.hand_in("zoe", toy.solution())
    # nbgrader starts `alembic` by name; without an activated environment it is not on PATH.
    bare = {"PATH": "/usr/bin:/bin"}
    built = toy.run("generate_assignment", ASSIGNMENT, module="nbgrader", **bare)
    assert built.returncode == 0, built.stderr
    graded = toy.run("autograde", ASSIGNMENT, module="nbgrader", **bare)
    assert graded.returncode == 0, graded.stderr
    totals = {name: read_result(Course(toy.root), ASSIGNMENT, name).total for name in ("copied", "skipped", "zoe")}
    assert totals == {"copied": 6, "skipped": 2, "zoe": 6}
