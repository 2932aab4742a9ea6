"""The execute phase on processes of this machine and on a Dask cluster; workers that die take nothing with them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ASSIGNMENT, cell
from nbgrader.api import Gradebook

from autograding.__main__ import main
from autograding.run import schedule

REPOSITORY = str(Path(__file__).parents[2])


def square(number):
    """A job; one is trouble."""
    if number == 3:
        raise ValueError("three")
    return number * number


@pytest.fixture
def local(tmp_path):
    with schedule.Local(2, str(tmp_path)) as pool:
        yield pool


def test_the_trouble_of_one_job_is_its_own(local):
    outcomes = {o.name: o for o in schedule.outcomes_of(local, square, [(f"n{i}", i) for i in range(9)], 4)}
    assert sorted(outcomes) == [f"n{i}" for i in range(9)]
    assert isinstance(outcomes["n3"].error, ValueError) and outcomes["n3"].result is None
    assert {o.result for o in outcomes.values() if o.error is None} == {0, 1, 4, 16, 25, 36, 49, 64}


def test_jobs_are_prepared_no_further_ahead_than_asked(local):
    prepared, most = [], 0
    jobs = ((prepared.append(i) or i, 1) for i in range(8))
    for count, _outcome in enumerate(schedule.outcomes_of(local, square, jobs, 3)):
        most = max(most, len(prepared) - count)
    assert len(prepared) == 8 and most <= 3
    assert [o.name for o in schedule.outcomes_of(local, square, [("nothing to do", None)], 1)] == ["nothing to do"]


def test_a_scheduler_that_does_not_answer_is_named(toy, capsys, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed (pip install dask distributed)")
    monkeypatch.setattr(schedule, "CONNECTING", "1s")
    toy.hand_in("ada", toy.solution())
    assert main([ASSIGNMENT, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


@pytest.fixture
def cluster(toy):
    """A Dask scheduler and three workers, each a process of its own, as on machines of their own."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed (pip install dask distributed)")
    environment = os.environ | {"PYTHONPATH": REPOSITORY}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": toy.root.parent}
    place = toy.root.parent / "scheduler.json"
    python, ours = [sys.executable, "-m"], ["--scheduler-file", str(place), "--no-dashboard"]
    scheduler = [*python, "distributed.cli.dask_scheduler", "--port", "0", "--host", "127.0.0.1", *ours]
    worker = [*python, "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *ours]
    processes = [subprocess.Popen(scheduler, **quiet)]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(3)]
    with distributed.Client(scheduler_file=str(place), set_as_default=False) as client:
        client.wait_for_workers(3, timeout=60)
        yield client, processes[1:]
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.grading
def test_a_class_is_graded_on_dask_though_a_worker_dies_in_the_middle(toy, cluster):
    client, workers = cluster
    people = [f"student{i}" for i in range(9)]
    for number, student in enumerate(people):
        nb = toy.solution()
        cell(nb, "double").source += "\nimport time; time.sleep(0.4)"
        if number % 3 == 0:
            cell(nb, "greet").source = "def greet(name):\n    return name"
        toy.hand_in(student, nb)
    run = subprocess.Popen(
        [sys.executable, "-m", "autograding", ASSIGNMENT, "--scheduler", client.scheduler.address],
        cwd=toy.root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([REPOSITORY, str(toy.root)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # More than the one notebook of the solution: the class is being executed.
    until = time.monotonic() + 120
    while sum(map(len, (tasks := client.processing()).values())) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    busy = {address for address, mine in tasks.items() if mine}
    at = client.run(os.getpid)
    victim = next(process for process in workers if process.pid in {at[address] for address in busy})
    victim.kill()
    printed, _none = run.communicate(timeout=300)
    assert run.returncode == 0, printed
    assert len(client.scheduler_info()["workers"]) == 2
    with Gradebook(f"sqlite:///{toy.root / 'gradebook.db'}", "toy") as gradebook:
        totals = {s.student.id: s.score for s in gradebook.assignment_submissions(ASSIGNMENT)}
    assert totals == {student: 4 if number % 3 == 0 else 6 for number, student in enumerate(people)}
