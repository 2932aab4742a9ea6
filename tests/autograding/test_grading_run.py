"""One run of the command over a class: where it writes, and what is told."""

from concurrent.futures import Future

import pytest
from conftest import ASSIGNMENT

from autograding.__main__ import main
from autograding.course import Course, CourseError
from autograding.report.results import read_result, read_results
from autograding.run import grade
from autograding.run.grade import Grader
from autograding.run.schedule import Local
from autograding.run.selfcheck import require_full_marks


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


class Instead:
    """A pool that answers at once, with the notebook as it came or with trouble."""

    def __init__(self, trouble=None):
        self.trouble, self.jobs = trouble, []

    def executor(self):
        return self

    def submit(self, function, job):
        self.jobs.append(job)
        future = Future()
        if self.trouble is not None and job.student == self.trouble:
            future.set_exception(RuntimeError("the machine is on fire"))
        else:
            future.set_result(job.notebook)
        return future


@pytest.mark.parametrize("ahead", [1, 2, 9])
def test_each_student_is_executed_and_recorded_once_however_far_ahead(toy, ahead):
    people = ["ada", "bob", "cyd", "dan"]
    for student in people:
        toy.hand_in(student, toy.solution())
    pool = Instead(trouble="bob")
    with Grader(Course(toy.root), ASSIGNMENT) as grader:
        graded = list(grader.grade(people, pool, ahead))
        assert sorted(g.student for g in graded) == people
        assert [job.student for job in pool.jobs] == people
        # Trouble of one: nothing of theirs is recorded, and the others are done.
        assert [str(g.error) for g in graded if g.error] == ["the machine is on fire"]
        assert [student for student in people if grader.is_done(student)] == ["ada", "cyd", "dan"]
        results, unread = read_results(grader.course, ASSIGNMENT, ["ada", "bob", "dan"])
        assert [r.student for r in results] == ["ada", "dan"] and list(unread) == ["bob"]
    with Course(toy.root).gradebook() as gradebook:
        assert {s.student.id for s in gradebook.assignment_submissions(ASSIGNMENT)} == {"ada", "cyd", "dan"}


def test_recording_takes_what_was_executed_and_executes_nothing_itself(toy, monkeypatch):
    toy.hand_in("ada", toy.solution())
    monkeypatch.setattr("autograding.run.preprocessor.execute_apart", None)
    with Grader(Course(toy.root), ASSIGNMENT) as grader:
        (graded,) = grader.grade(["ada"], Instead(), 1)
        assert graded == grade.Graded("ada")
        assert not list(grader.store.folder.iterdir())  # no longer needed once it is recorded
    assert read_result(Course(toy.root), ASSIGNMENT, "ada").total == 6  # what was never judged shows no error


def test_what_was_executed_is_not_executed_again_unless_forced(toy):
    toy.hand_in("ada", toy.solution())
    with Grader(Course(toy.root), ASSIGNMENT) as grader:
        (job,) = grader.prepare("ada").jobs
        for force, executed in ((False, 0), (True, 1)):
            grader.store.put(grader.key(job), job.notebook)
            pool = Instead()
            list(grader.grade(["ada"], pool, 1, force))
            assert len(pool.jobs) == executed


def test_a_solution_without_full_marks_stops_the_class_before_anyone_is_graded(toy):
    path = toy.root / "solutions" / ASSIGNMENT / "01_toy.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("Hello", "Goodbye"), encoding="utf-8")
    toy.hand_in("ada", toy.solution())
    with Grader(Course(toy.root), ASSIGNMENT) as grader, Local(1, str(grader.scratch)) as pool:
        told = r"so no submission was graded: 01_toy\.ipynb: greet_check gives 0 of 2: greet\("
        with pytest.raises(CourseError, match=told):
            require_full_marks(grader, pool)
    assert not (toy.root / "autograded").exists()
