"""One run of the command over a class: where it writes, and what is told."""

import pytest
from conftest import ASSIGNMENT

from autograding.__main__ import main
from autograding.course import Course
from autograding.results import read_result


@pytest.mark.grading
def test_another_class_keeps_everything_that_is_written_to_itself(toy):
    toy.hand_in("ada", toy.solution())
    demonstration = toy.root / "demonstration"
    demonstration.mkdir()
    (toy.root / "submitted").rename(demonstration / "submitted")
    before = sorted(toy.root.iterdir())
    table = toy.grade("--class", "demonstration")
    assert "6/6" in table and "demonstration/grades/01_toy.csv" in table
    assert sorted(toy.root.iterdir()) == before
    assert {path.name for path in demonstration.iterdir()} >= {"autograded", "feedback", "grades", "gradebook.db"}
    assert read_result(Course(toy.root, demonstration), ASSIGNMENT, "ada").total == 6


def test_a_class_that_is_not_there_is_named(toy, capsys):
    assert main([ASSIGNMENT, "--class", "no_such_class"]) == 2
    assert "no_such_class to grade a class in" in capsys.readouterr().err
