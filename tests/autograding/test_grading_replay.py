"""An appeal: the same questions are asked again, and shown with the answers and the verdicts."""

import re

import pytest
from conftest import ASSIGNMENT, cell

from autograding.authoring import replay
from autograding.run import verdicts
from autograding.run.execute import Judged

pytestmark = pytest.mark.grading


def test_a_replay_shows_question_answer_and_reason_as_they_were_graded(toy):
    squares = toy.solution()
    cell(squares, "double").source = "def double(x):\n    return x + 1"
    toy.hand_in("ada", squares)
    table = toy.grade()
    done = toy.here(replay.main, ASSIGNMENT, "ada")
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert re.search(r'double_values: check\("double", double\), seed \d+', shown)
    assert "asked:" in shown and "came back:" in shown and "verdict: right" in shown
    # The numbers that the student was told are in the replay: it is the same problem, not another one.
    first = re.search(r"double is \[\s*(-?[\d.]+)", table).group(1)
    assert first in shown.partition("double_empty")[0].partition("came back")[2]
    again = toy.here(replay.main, ASSIGNMENT, "ada", "--cell", "greet_check").stdout
    assert "greet_check" in again and "double_values" not in again


def test_another_student_is_asked_another_problem_and_a_stranger_none(toy):
    toy.hand_in("ada", toy.solution())
    toy.hand_in("bob", toy.solution())
    ada = toy.here(replay.main, ASSIGNMENT, "ada", "--cell", "double_values").stdout
    bob = toy.here(replay.main, ASSIGNMENT, "bob", "--cell", "double_values").stdout
    assert "seed" in ada and ada != bob
    unknown = toy.here(replay.main, ASSIGNMENT, "eve")
    assert unknown.returncode == 2 and "eve handed in no 01_toy" in unknown.stderr


def test_what_a_student_says_is_text_on_the_terminal():
    said = verdicts.Verdict("double raised \x1b[2J\x9b\nsecond line")
    shown = replay.as_text(Judged("double_values", 'check("double", double)', 1, {}, {}, said))
    assert shown.endswith("verdict: double raised \\x1b[2J\\x9b\nsecond line\n")
