"""Kinds that are about a whole class and its run: links, folders that change meanwhile, another locale, a machine that
sleeps, a second hand-in. Each takes a toy course (of tests/autograding/conftest.py), grades it, and says what became
of it.
"""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable

import kinds_problem
import runs
from kinds import Outcome
from notebooks import NOTEBOOK, named, rewritten, save, without_marks, wrong

from autograding.authoring.expected import page_text
from autograding.course import Course
from autograding.report.results import read_result
from autograding.sandbox.watch import descendants

PLAIN_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SECRET = "SECRET-OF-THE-TEACHER"


def total(toy, student: str) -> float | None:
    """Points, or None where there is no page."""
    page = toy.root / "feedback" / student / runs.ASSIGNMENT / runs.PAGE
    return read_result(Course(toy.root), runs.ASSIGNMENT, student).total if page.is_file() else None


def totals(toy, done, expected: dict[str, tuple]) -> Outcome:
    """Whether each student has one of the totals that are right, and the run ended as it should."""
    got = {student: total(toy, student) for student in expected}
    faults = [f"{student}: {points}" for student, points in got.items() if points not in expected[student]]
    if done.returncode not in (0, 1):
        faults.append(f"exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    return Outcome(
        not faults, ", ".join(faults) or ", ".join(f"{student}: {points}" for student, points in got.items())
    )


def links_and_another_locale(toy) -> Outcome:
    """Folders that are links to another's work, a file in the place of a teacher's folder, a name that is not ASCII."""
    solution = without_marks(toy.solution())
    submitted = toy.root / "submitted"
    (toy.root / "solutions" / runs.ASSIGNMENT / "data").mkdir()
    (toy.root / "solutions" / runs.ASSIGNMENT / "data" / "numbers.csv").write_text("1,2\n")
    save(solution, submitted / "é08" / runs.ASSIGNMENT)
    save(solution, submitted / "ada" / runs.ASSIGNMENT)
    (submitted / "eve").mkdir()
    os.symlink("../ada/01_toy", submitted / "eve" / runs.ASSIGNMENT)
    os.symlink("ada", submitted / "mallory")
    os.symlink("../solutions", submitted / "trudy")
    save(wrong(solution), submitted / "file" / runs.ASSIGNMENT)
    (submitted / "file" / runs.ASSIGNMENT / "data").write_text("not a folder")
    save(solution, submitted / "zoe" / runs.ASSIGNMENT)
    done = toy.run(runs.ASSIGNMENT, "--jobs", "2", **PLAIN_LOCALE)
    own, nothing = (6,), (None, 0)
    return totals(
        toy,
        done,
        {"é08": own, "ada": own, "eve": nothing, "mallory": nothing, "trudy": nothing, "file": (2,), "zoe": own},
    )


def _while_it_runs(toy, meddle: Callable[[threading.Event], None]):
    """Grade the class while `meddle` runs beside it."""
    over = threading.Event()
    meddler = threading.Thread(target=meddle, args=(over,))
    meddler.start()
    try:
        return toy.run(runs.ASSIGNMENT, "--jobs", "2", longest=300)
    finally:
        over.set()
        meddler.join()


def folders_swapped_while_staged(toy) -> Outcome:
    """Folders that are now the student's own, now a link to the teacher's."""
    solution = without_marks(toy.solution())
    submitted, private = toy.root / "submitted", toy.root / "private"
    private.mkdir()
    save(wrong(solution), private)
    (private / "notes.py").write_text(f"note = {SECRET!r}\n")
    show = "import glob\nfor path in sorted(glob.glob('**', recursive=True)):\n    print(path)\n    "
    show += "if path.endswith('.py'): print(open(path).read())"
    students = [f"swaps{number:02}" for number in range(12)]
    for student in students:
        save(
            rewritten(solution, {"double": "def double(x): return 0", "last": show}),
            submitted / student / runs.ASSIGNMENT,
        )
        (submitted / student / runs.ASSIGNMENT / "more").mkdir()
    save(solution, submitted / "zoe" / runs.ASSIGNMENT)

    def swap(over):
        while not over.is_set():
            for student in students:
                for folder in (submitted / student / runs.ASSIGNMENT / "more", submitted / student / runs.ASSIGNMENT):
                    aside = folder.with_name(f".{folder.name}")
                    folder.rename(aside)
                    os.symlink(private, folder)
                    time.sleep(0.0005)
                    folder.unlink()
                    aside.rename(folder)

    done = _while_it_runs(toy, swap)
    pages = [path for path in (toy.root / "feedback").rglob("*.html") if SECRET in path.read_text(encoding="utf-8")]
    outcome = totals(toy, done, {"zoe": (6,)})
    if pages:
        return Outcome(False, f"a file of the teacher's on {len(pages)} of {len(students)} pages; {outcome.got}")
    return outcome


def folder_taken_away(toy) -> Outcome:
    """Folders that vanish during the run: their students' own matter."""
    solution = without_marks(toy.solution())
    submitted = toy.root / "submitted"
    for number in range(12):
        save(solution, submitted / f"s{number:02}" / runs.ASSIGNMENT)
    save(solution, submitted / "zoe" / runs.ASSIGNMENT)

    def take(over):
        while not over.is_set() and not (toy.root / "autograded" / "s00").exists():
            time.sleep(0.01)
        for number in range(4, 12):
            shutil.rmtree(submitted / f"s{number:02}", ignore_errors=True)

    done = _while_it_runs(toy, take)
    return totals(toy, done, {"s00": (6,), "zoe": (6,)})


def asleep_for_nine_seconds(toy) -> Outcome:
    """Everything is stopped for longer than a cell may take, as when a laptop is shut: no student is to blame."""
    solution = without_marks(toy.solution())
    slow = {"first": "import time\nuntil = time.process_time() + 1\nwhile time.process_time() < until: pass"}
    for number in range(4):
        save(rewritten(solution, slow), toy.root / "submitted" / f"s{number}" / runs.ASSIGNMENT)

    def sleep(over):
        while not over.is_set() and not (toy.root / "autograded" / "s0").exists():
            time.sleep(0.01)
        mine = descendants(os.getpid())
        for pid in mine:
            _send(pid, signal.SIGSTOP)
        time.sleep(9)
        for pid in mine:
            _send(pid, signal.SIGCONT)

    done = _while_it_runs(toy, sleep)
    blamed = [
        path.parts[-3]
        for path in (toy.root / "feedback").rglob("*.html")
        if "took too long" in page_text(path.read_text(encoding="utf-8")) or "took more than" in path.read_text()
    ]
    outcome = totals(toy, done, {f"s{number}": (6,) for number in range(4)})
    return Outcome(outcome.held and not blamed, f"{outcome.got}; blamed: {blamed}")


def _send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def busy_beside_honest(toy) -> Outcome:
    """Sixty busy processes of one student, while another's cell needs the processor for two seconds."""
    solution = without_marks(toy.solution())
    busy = "import os, time\nfor _ in range(60):\n    if os.fork() == 0:\n        until = time.monotonic() + 30\n"
    busy += "        while time.monotonic() < until: pass\n        os._exit(0)\ntime.sleep(11)\n"
    slow = {"first": "import time\nuntil = time.process_time() + 2\nwhile time.process_time() < until: pass"}
    for number in range(3):
        cells = {"first": busy, "double": "def double(x): return 0"}
        save(rewritten(solution, cells), toy.root / "submitted" / f"a{number}" / runs.ASSIGNMENT)
        save(rewritten(solution, slow), toy.root / "submitted" / f"b{number}" / runs.ASSIGNMENT)
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.ExecutePreprocessor.timeout = 12\n")
    done = toy.run(runs.ASSIGNMENT, "--jobs", "2", longest=400)
    return totals(toy, done, {f"b{number}": (6,) for number in range(3)})


def second_hand_in(toy) -> Outcome:
    """The same student answers by heart what the first page showed."""
    solution = without_marks(toy.solution())
    folder = toy.root / "submitted" / "ada" / runs.ASSIGNMENT
    save(rewritten(solution, {"double": kinds_problem.SHOWN}), folder)
    toy.run(runs.ASSIGNMENT)
    page = toy.root / "feedback" / "ada" / runs.ASSIGNMENT / runs.PAGE
    # The autograded notebook shows the teacher more than the page shows the student: none of it may help.
    whole = json.loads((toy.root / "autograded" / "ada" / runs.ASSIGNMENT / NOTEBOOK).read_text(encoding="utf-8"))
    shown = page_text(page.read_text(encoding="utf-8")) + json.dumps(whole)
    second = rewritten(solution, kinds_problem.by_heart(kinds_problem.numbers_on(shown)))
    assert "KNOWN" in named(second, "double").source
    save(second, folder)
    done = toy.run(runs.ASSIGNMENT)
    return totals(toy, done, {"ada": (2,)})


# name: (what it does, family, what is expected, the case)
CLASSES: dict[str, tuple[Callable[..., Outcome], int, str, str]] = {
    "links_and_another_locale": (
        links_and_another_locale,
        5,
        "0 or told for links, 2 for the file, 6 for the others",
        "file called as the teacher's folder; POSIX locale, student é08",
    ),
    "folders_swapped_while_staged": (
        folders_swapped_while_staged,
        5,
        "nothing of the teacher's is read, others keep theirs",
        "folder swapped with a link while staged (TOCTOU)",
    ),
    "folder_taken_away": (folder_taken_away, 5, "that student alone", "folder taken away while graded"),
    "asleep_for_nine_seconds": (
        asleep_for_nine_seconds,
        5,
        "no student blamed",
        "everything, workers, kernels, main stopped for 9 s",
    ),
    "busy_beside_honest": (busy_beside_honest, 2, "the honest 6", "60 busy processes beside an honest 2 s cell"),
    "second_hand_in": (second_hand_in, 1, "2 of 6", "raises_the_problem: the same is asked again"),
}
