"""Late penalties: nbgrader's rules and ours, from the due date in the gradebook to the mark."""

import pytest
from conftest import ASSIGNMENT
from traitlets import TraitError
from traitlets.config import Config

from autograding.course import Course
from autograding.report.results import read_result
from autograding.stock.gradebook import ensure_gradebook
from autograding.stock.late import DAY, PerDay, assess

pytestmark = pytest.mark.grading
HOUR = 60 * 60


@pytest.mark.parametrize(
    ("late", "options", "expected"),
    [
        (1, {}, 0.8),
        (DAY, {}, 0.8),
        (DAY + 1, {}, 1.6),
        (DAY, {"share": 0.25}, 2.0),
        (3 * DAY, {"share": 0.5}, 8.0),
        (HOUR, {"grace_minutes": 60}, None),
        (HOUR + 1, {"grace_minutes": 60}, 0.8),
    ],
)
def test_each_day_begun_costs_a_share_of_the_score(late, options, expected):
    rule = PerDay(config=Config(PerDay=options))
    assert rule.late_submission_penalty("ada", 8.0, late) == (expected and pytest.approx(expected, abs=1e-12))


@pytest.mark.parametrize("options", [{"share": 1.1}, {"share": -0.1}, {"grace_minutes": -1}])
def test_a_share_that_is_none_is_refused(options):
    with pytest.raises(TraitError):
        PerDay(config=Config(PerDay=options))


def due(toy, when):
    """What `nbgrader db assignment add --duedate` does."""
    ensure_gradebook(Course(toy.root).directory.db_url)
    with Course(toy.root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=when)


def hand_in_at(toy, student, when):
    (toy.hand_in(student, toy.solution()) / "timestamp.txt").write_text(when)


def penalty(toy, student):
    return read_result(Course(toy.root), ASSIGNMENT, student).late_penalty


def test_who_is_late_loses_by_the_rule_of_the_configuration(toy):
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.write('c.AssignLatePenalties.plugin_class = "autograding.stock.late.PerDay"\nc.PerDay.share = 0.25\n')
    due(toy, "2026-01-31 18:00 UTC")
    hand_in_at(toy, "ada", "2026-01-31 17:59:59 UTC")
    hand_in_at(toy, "bob", "2026-02-01 19:00:00 UTC")
    toy.hand_in("eve", toy.solution())  # no time: not late
    table = toy.grade()
    assert [penalty(toy, student) for student in ("ada", "bob", "eve")] == [0, 3, 0]
    assert "3/6  Late: 3 points off." in " ".join(
        next(s for s in table.splitlines() if s.startswith("bob")).split("   ")
    )
    due(toy, "2026-02-01 18:00 UTC")
    again = toy.grade()
    assert "0 graded now, 3 as before" in again and "Feedback pages renewed: 1." in again
    assert penalty(toy, "bob") == 1.5
    assert "renewed" not in toy.grade()
    due(toy, "2026-02-02 18:00 UTC")
    assess(Course(toy.root), ASSIGNMENT, "bob")
    assert penalty(toy, "bob") == 0


def test_without_a_rule_it_costs_nothing_and_with_zero_everything(toy):
    due(toy, "2026-01-31 18:00 UTC")
    hand_in_at(toy, "bob", "2026-02-01 19:00:00 UTC")
    toy.grade()
    assert penalty(toy, "bob") == 0
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert "1 graded now" in toy.grade()
    assert penalty(toy, "bob") == 6
