"""Whatever ends the process that reads and judges an answer, or keeps it busy, costs that answer alone."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from conftest import ASSIGNMENT, Toy, cell
from nbformat.v4 import new_code_cell, new_notebook

from autograding.course import Course
from autograding.report.results import read_result
from autograding.run import apart, schedule
from autograding.run.execute import Job
from autograding.run.grade import Grader
from autograding.run.preprocessor import SandboxExecute
from autograding.sandbox import watch
from autograding.sandbox.limits import Limits

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


QUICK = Limits(preload=("numpy", "IPython.core.interactiveshell"))


def job_of(*sources: str) -> Job:
    cells = [new_code_cell(source) for source in sources]
    return Job("a", "ada", nbformat.writes(new_notebook(cells=cells)).encode(), (), (), QUICK, b"key")


@pytest.fixture
def nursery(tmp_path, monkeypatch):
    """A nursery of the test's own."""
    monkeypatch.setattr(apart, "_mine", threading.local())
    own = apart.Nursery(str(tmp_path))
    apart.use(own)
    yield own
    own.close()


def below(pid: int) -> list[int]:
    return [one for one in watch.descendants(pid) if Path(f"/proc/{one}").exists()]


def test_a_reader_that_is_killed_from_outside_costs_nobody_anything(nursery):
    assert b"first" in apart.execute_apart(job_of("print('fir' + 'st')"))
    (reader,) = below(nursery.pid)
    threading.Timer(1, os.kill, [reader, signal.SIGKILL]).start()
    executed = apart.execute_apart(job_of("import time; time.sleep(2); print('sec' + 'ond')"))
    assert b"second" in executed and b"error" not in executed
    assert reader not in below(nursery.pid)


def test_a_reader_that_is_killed_again_and_again_is_not_the_submissions_fault(nursery, monkeypatch):
    fork = nursery.fork

    def stillborn(*handles):
        fork(*handles)
        while not (readers := below(nursery.pid)):
            time.sleep(0.01)
        os.kill(readers[-1], signal.SIGKILL)

    monkeypatch.setattr(nursery, "fork", stillborn)
    with pytest.raises(apart.NotExecuted, match="ended"):
        apart.execute_apart(job_of("1"))


def test_when_the_nursery_dies_another_is_started(nursery):
    apart.execute_apart(job_of("1"))
    first = nursery.pid
    os.kill(first, signal.SIGKILL)
    assert b"again" in apart.execute_apart(job_of("print('ag' + 'ain')")) and nursery.pid != first


def test_the_nursery_outlives_a_reader_that_is_no_longer_needed(nursery):
    apart.execute_apart(job_of("1"))
    first, (reader,) = nursery.pid, below(nursery.pid)
    apart._let_go()
    while reader in below(first):
        time.sleep(0.01)
    assert b"again" in apart.execute_apart(job_of("print('ag' + 'ain')")) and nursery.pid == first


def test_none_is_left_when_the_run_is_given_up(tmp_path):
    others = set(below(os.getpid()))  # of other tests, such as the process that makes pages
    with pytest.raises(KeyboardInterrupt), schedule.Local(2, str(tmp_path)) as pool:
        jobs = [(i, job_of("" if i == 0 else "import time; time.sleep(60)")) for i in range(4)]
        assert next(schedule.outcomes_of(pool, apart.execute_apart, jobs, 4)).name == 0
        mine = set(below(os.getpid())) - others
        assert len(mine) > 2
        raise KeyboardInterrupt
    assert not mine & set(below(os.getpid()))


def test_trouble_that_is_not_the_submissions_is_told_by_name(nursery):
    with pytest.raises(apart.NotExecuted, match="ModuleNotFoundError: No module named 'no_such_course'"):
        apart.execute_apart(replace(job_of("1"), checks="no_such_course"))


def test_a_notebook_that_ends_every_reader_is_not_run_at_all(nursery, monkeypatch):
    asked = []

    def execute(_reader, _job, without):
        asked.append(without)
        if without is None:
            return b"executed"
        raise apart.Died(f"#{len(asked)}", "-11")

    monkeypatch.setattr(apart.Reader, "execute", execute)
    assert apart.execute_apart(job_of("1")) == b"executed"
    assert len(asked) == apart.MOST_DEATHS + 1


def test_nbgraders_own_process_lives_on_too(graded, monkeypatch):
    """As formgrader's button does it, in the process of its server: this one."""
    toy, _table = graded
    monkeypatch.chdir(toy.root)
    with Grader(Course(toy.root), ASSIGNMENT) as grader:
        (job,) = grader.prepare("segment").jobs
        nb = nbformat.reads(SandboxExecute().executed(job).decode(), as_version=4)
    assert cell(nb, "greet_check").outputs[0].ename == "Unreadable"
    assert cell(nb, "double_values").outputs == []
