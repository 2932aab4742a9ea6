"""A run that ends at the worst moments loses no grade, records no wrong one, and is gone on with by the next."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import ASSIGNMENT, Toy, cell
from nbgrader.api import Gradebook

from autograding.course import CourseError
from autograding.plugged import DONE_STAMP
from autograding.run.lock import only_run

pytestmark = pytest.mark.grading

# Who handed in what: each a part of the answers wrong, so that no two halves of the class look alike.
WRONG = {"ada": (), "bob": ("double",), "cyd": ("greet",), "dan": ("double", "greet"), "eve": (), "fay": ("double",)}

# Where a run is killed: the function that is entered for the nth time.
MOMENTS = {
    "before a result is in the store": ("autograding.durable", "sync", 2),
    "between two scores of one student": ("nbgrader.preprocessors.saveautogrades", "SaveAutoGrades._add_score", 2),
    "before the feedback": ("autograding.run.grade", "Grader._feedback", 2),
    "before the stamp": ("autograding.run.done", "write_whole", 2),
}

KILLED = """
import functools, importlib, os, signal, sys
from autograding.__main__ import main

def become_mortal(module, name, number):
    *place, last = name.split(".")
    place = functools.reduce(getattr, place, importlib.import_module(module))
    real, seen = getattr(place, last), []
    def fatal(*arguments, **keywords):
        seen.append(1)
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **keywords)
    setattr(place, last, fatal)

if __name__ == "__main__":  # not in the workers
    become_mortal(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    sys.exit(main([sys.argv[4]]))
"""


def hand_in_class(toy: Toy) -> None:
    for student, wrong in WRONG.items():
        nb = toy.solution()
        for name in wrong:
            cell(nb, name).source = f"def {name}(x):\n    return 0"
        toy.hand_in(student, nb)


def scores(toy: Toy) -> dict:
    """Every score in the gradebook, cell by cell, of every student that has one."""
    with Gradebook(f"sqlite:///{toy.root / 'gradebook.db'}", "toy") as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
        }


def graded_notebooks(toy: Toy) -> dict[str, list]:
    """What every graded notebook shows."""
    found = {}
    for path in sorted((toy.root / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[path.parts[-3]] = [(c["source"], c.get("outputs")) for c in cells]
    return found


def marked(toy: Toy) -> set[str]:
    return {path.parts[-3] for path in (toy.root / "autograded").glob(f"*/{ASSIGNMENT}/{DONE_STAMP}")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The class graded in peace, and a copy of it as it was before, with the same seeds."""
    folder = tmp_path_factory.mktemp("interrupted")
    toy = Toy(folder / "peace")
    hand_in_class(toy)
    toy.grade()
    other = Toy(folder / "disturbed")
    hand_in_class(other)
    (key,) = (toy.root / "grades").glob("*.key")
    (other.root / "grades").mkdir()
    shutil.copy(key, other.root / "grades")
    assert {student: sum(score for score, _person in s.values()) for student, s in scores(toy).items()} == {
        "ada": 6, "bob": 2, "cyd": 4, "dan": 0, "eve": 6, "fay": 2
    }  # fmt: skip
    return toy, other


def test_killed_at_the_worst_moments_it_goes_on_as_if_nothing_had_been(undisturbed):
    peace, toy = undisturbed
    right = scores(peace)
    program = toy.root / "killed.py"
    program.write_text(KILLED)
    done = set()
    for moment, (module, name, number) in MOMENTS.items():
        places = os.pathsep.join(
            [str(p) for p in (os.path.dirname(os.path.dirname(os.path.dirname(__file__))), toy.root)]
        )
        killed = subprocess.run(
            [sys.executable, str(program), module, name, str(number), ASSIGNMENT],
            cwd=toy.root,
            env=os.environ | {"PYTHONPATH": places},
            capture_output=True,
            text=True,
            timeout=120,
        )
        # Waiting for the end of its output, we have waited for its workers, too: none outlives it.
        assert killed.returncode == -signal.SIGKILL, (moment, killed.stdout, killed.stderr)
        now = scores(toy) if (toy.root / "gradebook.db").exists() else {}
        assert now == {student: right[student] for student in now}, moment  # nobody with half of their scores
        assert marked(toy) <= set(now), moment
        assert marked(toy) >= done, moment  # no finished student is begun again
        done = marked(toy)
    assert 0 < len(done) < len(WRONG)
    table = toy.grade()
    assert f"{len(WRONG) - len(done)} graded now, {len(done)} as before" in table
    assert scores(toy) == right
    assert graded_notebooks(toy) == graded_notebooks(peace)
    pages = {page: page.read_text(encoding="utf-8") for page in (peace.root / "feedback").rglob("*.html")}
    for page, text in pages.items():
        assert (toy.root / page.relative_to(peace.root)).read_text(encoding="utf-8") == text
    assert len(pages) == len(WRONG)


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(undisturbed):
    peace, toy = undisturbed
    right = scores(peace)
    disk = toy.root / "small_disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(toy.root / "submitted", disk / "submitted")
        (disk / "grades").mkdir()
        shutil.copy(next((peace.root / "grades").glob("*.key")), disk / "grades")
        (ballast := disk / "ballast").write_bytes(b"x" * (1500 << 10))
        full = toy.run(ASSIGNMENT, "--class", str(disk))
        assert full.returncode in (1, 2), full.stdout + full.stderr
        assert "No space left on device" in full.stderr or "disk is full" in full.stderr
        small = Toy.__new__(Toy)
        small.root = disk
        assert len(marked(small)) < len(WRONG)
        ballast.unlink()
        assert scores(small) == {student: right[student] for student in scores(small)}
        assert "Class of 6:" in toy.grade("--class", str(disk))
        assert scores(small) == right
        assert graded_notebooks(small) == graded_notebooks(peace)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_ctrl_c_stops_at_once_and_says_that_the_work_is_kept(toy):
    # The first is done at once and the others take their time: however slow the machine is, it is cut short between.
    toy.hand_in("ada", toy.solution())
    nb = toy.solution()
    cell(nb, "greet").source += "\nimport time; time.sleep(3)"
    for student in ("bob", "cyd", "dan", "eve"):
        toy.hand_in(student, nb)
    places = os.pathsep.join([os.path.dirname(os.path.dirname(os.path.dirname(__file__))), str(toy.root)])
    run = subprocess.Popen(
        [sys.executable, "-m", "autograding", ASSIGNMENT, "--jobs", "2"],
        cwd=toy.root,
        env=os.environ | {"PYTHONPATH": places},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while not marked(toy) and time.monotonic() < until:
        time.sleep(0.1)
    # A second run at the same time is told who is at work.
    with pytest.raises(CourseError, match=rf"this class is already being graded \(process {run.pid} of"):
        with only_run(toy.root / "grades"):
            pass
    os.killpg(run.pid, signal.SIGINT)  # as the terminal does: everyone in the group gets it
    _out, errors = run.communicate(timeout=60)
    assert run.returncode == 130, errors  # and so before all was done, which exits with 0
    assert "the same command continues from here" in errors and "Traceback" not in errors
    assert set(scores(toy)) == marked(toy)
    before = len(marked(toy))
    assert f"{5 - before} graded now, {before} as before" in toy.grade()
