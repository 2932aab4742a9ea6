"""Whatever ends the process that reads and judges an answer, or keeps it busy, costs that answer alone."""

import pytest
from conftest import ASSIGNMENT, Toy, cell

from autograding.course import Course
from autograding.report.results import read_result

pytestmark = pytest.mark.grading

# A judge that these answers to greet are too much for, as a parser of numbers or names may be.
JUDGE = '''

_judge = judge


def judge(name, problem, answer, part=None):
    """The judge, which some answers are too much for."""
    import os, signal
    said = answer.get("value") if name == "greet" else None
    if said == "segment":
        os.kill(os.getpid(), signal.SIGSEGV)
    if said == "exit":
        os._exit(0)
    if said == "endless":
        while True:
            pass
    if said == "memory":
        return str(len(bytearray(1 << 34)))
    return _judge(name, problem, answer, part)
'''
FATAL = ("segment", "exit", "endless", "memory")


def deadly(toy: Toy) -> None:
    """The toy course with that judge."""
    checks = toy.root / "toy_course" / "checks.py"
    checks.write_text(checks.read_text() + JUDGE)
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Autograding.judge_seconds = 0.5\n")
    for answer in FATAL:
        nb = toy.solution()
        cell(nb, "greet").source = f"def greet(name): return {answer!r}"
        toy.hand_in(answer, nb)
    toy.hand_in("zoe", toy.solution())


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    toy = Toy(tmp_path_factory.mktemp("apart") / "course")
    deadly(toy)
    return toy, toy.grade()  # fails where the command does not exit with 0


@pytest.mark.parametrize("student", FATAL)
def test_that_cell_gets_nothing_and_says_why_and_the_others_keep_theirs(graded, student):
    toy, _table = graded
    result = read_result(Course(toy.root), ASSIGNMENT, student)
    assert {c.name: c.score for c in result.cells} == {"double_values": 3, "double_empty": 1, "greet_check": 0}
    page = toy.root / "feedback" / student / ASSIGNMENT / "01_toy.html"
    told = "could not be judged (MemoryError" if student == "memory" else "ended the process that reads it"
    assert told in page.read_text(encoding="utf-8")


def test_nobody_else_is_harmed(graded):
    assert read_result(Course(graded[0].root), ASSIGNMENT, "zoe").total == 6
