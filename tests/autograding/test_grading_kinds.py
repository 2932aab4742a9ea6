"""Kinds of attack: some members of each are tried here, all of them by `python benchmarks/attack_kinds.py`."""

import re
import sys
from pathlib import Path

import pytest
from conftest import ASSIGNMENT, Toy

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
import kinds_class  # noqa: E402 (found by the line before)
import kinds_lent  # noqa: E402
import runs  # noqa: E402
from everything import members  # noqa: E402

from autograding.authoring.expected import page_text  # noqa: E402
from autograding.course import Course  # noqa: E402
from autograding.report.results import read_result  # noqa: E402

pytestmark = pytest.mark.grading

EVERYONE = members()
OFTEN = [member for member in EVERYONE if member.often]
# Those whose answers lend the most functions, and the first.
LENDING = ("04_input_gate", "08_learning")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    toy = Toy(tmp_path_factory.mktemp("kinds") / "course")
    runs.hand_in(toy, OFTEN, honest=4)
    # Some do nothing but wait until their time is over, so more of them at once than there are processors.
    done = toy.run(ASSIGNMENT, "--jobs", "6", longest=1800)
    return runs.outcomes(toy, done, OFTEN, honest=4), done


def test_every_kind_has_members_that_are_tried_here():
    assert len(EVERYONE) >= 300
    assert {member.kind for member in OFTEN} == {member.kind for member in EVERYONE}
    assert len({runs.student_of(member) for member in EVERYONE}) == len(EVERYONE)
    assert len({member.name for member in EVERYONE}) == len(EVERYONE)


@pytest.mark.parametrize("name", [member.name for member in OFTEN])
def test_a_member_of_a_kind_is_held(graded, name):
    outcome = graded[0][name]
    assert outcome.held, outcome.got


def test_nobody_else_loses_anything(graded):
    outcomes, done = graded
    assert outcomes[runs.HONEST].held, outcomes[runs.HONEST].got
    assert done.returncode == 1, done.stderr[-3000:]  # one name is no text, so somebody has no mark
    assert done.stderr.count("is not graded") == 1


def test_what_is_printed_moves_nothing_on_the_terminal(graded):
    _outcomes, done = graded
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout + done.stderr)


@pytest.mark.parametrize("exercise", LENDING)
def test_what_is_lent_answers_no_other_test_and_is_not_shown(tmp_path, exercise):
    course = Toy(tmp_path / "toy")
    course.root = tmp_path / "course"
    kinds_lent.made(course.root, exercise)
    done = course.run(exercise, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    for one in kinds_lent.borrowers(exercise):
        result = read_result(Course(course.root), exercise, one.student)
        page = course.root / "feedback" / one.student / exercise / f"{exercise}.html"
        assert {cell.name: cell.score for cell in result.cells if cell.score} == {}, one.turn
        assert kinds_lent.shown(exercise, page_text(page.read_text(encoding="utf-8"))) == [], one.turn


def test_a_second_hand_in_cannot_answer_the_first_ones_problem_by_heart(toy):
    outcome = kinds_class.second_hand_in(toy)
    assert outcome.held, outcome.got


def test_links_lead_nowhere_and_names_are_names_in_any_locale(toy):
    outcome = kinds_class.links_and_another_locale(toy)
    assert outcome.held, outcome.got
