"""Strangers' notebooks: none gains a point, none costs another student one, each is told why."""

import hashlib
import socket
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ASSIGNMENT, Toy

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
from hand_in import attacks  # noqa: E402 (found by the line before)

from autograding.authoring.expected import page_text  # noqa: E402
from autograding.course import Course  # noqa: E402
from autograding.report.results import read_result  # noqa: E402

pytestmark = pytest.mark.grading

ATTACKS = attacks()
SHORT = """
c.ExecutePreprocessor.timeout = 3
c.Autograding.notebook_seconds = 15
c.Autograding.memory_bytes = 2**30
"""
ROWS = set(range(1, 23))


class Graded:
    """A class of every attack with an honest student after each, graded in one run."""

    def __init__(self, root: Path):
        toy = Toy(root)
        config = toy.root / "nbgrader_config.py"
        config.write_text(config.read_text() + SHORT)
        solution = toy.solution()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        for number, attack in enumerate(ATTACKS):
            attack.hand_in(solution, toy.root / "submitted" / f"{number:02}_{attack.name}" / ASSIGNMENT, self.port)
            honest = toy.root / "submitted" / f"{number:02}_then_honest" / ASSIGNMENT
            honest.mkdir(parents=True)
            nbformat.write(solution, honest / "01_toy.ipynb")
        self.before = self.teachers_files(toy.root)
        # Many do nothing but wait for their time to be over, so more of them at once than there are processors.
        self.done = toy.run(ASSIGNMENT, "--jobs", "6", longest=1800)
        self.after = self.teachers_files(toy.root)
        self.course = Course(toy.root)
        self.texts = {}

    @staticmethod
    def teachers_files(root):
        """What nobody's notebook may change: what was handed in, the solution, the checks, the configuration."""
        files = (p for p in root.rglob("*") if p.is_file() and not p.is_symlink() and "__pycache__" not in p.parts)
        kept = (p for p in files if p.relative_to(root).parts[0] in ("submitted", "solutions", "toy_course"))
        return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}

    def total(self, student):
        return read_result(self.course, ASSIGNMENT, student).total

    def text(self, student):
        if student not in self.texts:
            self.texts[student] = page_text(self.page(student))
        return self.texts[student]

    def page(self, student):
        return (self.course.folder("feedback", student, ASSIGNMENT) / "01_toy.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    graded = Graded(tmp_path_factory.mktemp("attacks") / "course")
    yield graded
    graded.listener.close()


def test_every_row_of_the_table_is_attacked_and_ten_more_ways():
    assert {attack.row for attack in ATTACKS} - {None} == ROWS
    assert len([attack for attack in ATTACKS if attack.row is None]) >= 10


def test_the_run_ends_well_and_everyone_is_graded(graded):
    assert graded.done.returncode == 0, graded.done.stderr[-3000:]
    assert f"Class of {2 * len(ATTACKS)}:" in graded.done.stdout


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[attack.name for attack in ATTACKS])
def test_no_undeserved_point_and_a_reason(graded, number):
    attack = ATTACKS[number]
    student = f"{number:02}_{attack.name}"
    assert graded.total(student) <= attack.deserves
    if attack.honest:
        assert graded.total(student) == 6
    assert attack.told in graded.text(student)
    assert graded.total(f"{number:02}_then_honest") == 6


def test_nothing_of_the_teachers_or_of_other_students_is_touched(graded):
    assert graded.after == graded.before


def test_nobody_called_home(graded):
    graded.listener.settimeout(0.1)
    with pytest.raises(TimeoutError):
        graded.listener.accept()


def test_no_secret_and_no_other_file_on_any_page(graded):
    for number, attack in enumerate(ATTACKS):
        student = f"{number:02}_{attack.name}"
        page = graded.page(student)
        assert "root:x:0" not in page and "BEGIN SOLUTION" not in page, attack.name
        assert "written to:" not in graded.text(student).replace('print("written to:"', ""), attack.name
