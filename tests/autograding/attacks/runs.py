"""Grade members of kinds in the toy course, and say what became of each."""

import subprocess
from collections.abc import Iterable

from kinds import FULL, LIMITS, Member, Outcome
from notebooks import save, without_marks

from autograding.authoring.expected import page_text
from autograding.course import Course
from autograding.messages import inert
from autograding.report.results import read_result

ASSIGNMENT, PAGE = "01_toy", "01_toy.html"
HONEST = "honest"


def student_of(member: Member) -> str:
    """The folder that it is handed in as."""
    return member.student or member.name


def honest_students(count: int) -> list[str]:
    """Their names: the first comes before all others in the order of names, the rest after all others."""
    return [f"{'~' if number else '0'}{HONEST}{number}" for number in range(count)]


def hand_in(toy, members: Iterable[Member], honest: int = 1, more: str = "") -> None:
    """Write the members and some honest students into `toy` (of tests/autograding/conftest.py), and its limits."""
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + LIMITS + more)
    solution = without_marks(toy.solution())
    for member in members:
        member.write(solution, toy.root / "submitted" / student_of(member) / ASSIGNMENT)
    for student in honest_students(honest):
        save(solution, toy.root / "submitted" / student / ASSIGNMENT)


def graded(toy, longest: float, jobs: int = 2) -> subprocess.CompletedProcess:
    """Grade the class; a run that is not over in time is ended, as far as it came."""
    try:
        return toy.run(ASSIGNMENT, "--jobs", str(jobs), longest=longest)
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(error.cmd, -9, "", f"not over after {longest:g} s")


def outcomes(toy, done, members: Iterable[Member], honest: int = 1) -> dict[str, Outcome]:
    """What became of each member, and of the honest students as "honest"."""
    course = Course(toy.root)
    found = {}
    for member in members:
        found[member.name] = member.judged(*_read(course, student_of(member)), _of(done.stderr, student_of(member)))
    points = [_read(course, student)[0] for student in honest_students(honest)]
    found[HONEST] = Outcome(set(points) == {FULL}, f"honest students: {points}")
    return found


def _read(course: Course, student: str) -> tuple[float | None, str, str]:
    """Points (None where it is not graded), the page's text, the page."""
    page = course.folder("feedback", student, ASSIGNMENT) / PAGE
    if not page.is_file():
        return None, "", ""
    html = page.read_text(encoding="utf-8")
    return read_result(course, ASSIGNMENT, student).total, page_text(html), html


def _of(errors: str, student: str) -> str:
    """The lines that name the student, or the last one."""
    lines = errors.splitlines()
    return "; ".join([line for line in lines if inert(student) in line] or lines[-1:])
