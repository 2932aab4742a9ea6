"""The table of attacks: stock nbgrader and ours compared. `python benchmarks/attacks.py [NAME ...] [--again] [--ours]`.

Each attack on the toy course of tests/autograding is graded twice, with an honest student after it: by stock
`nbgrader autograde` in a folder of its own, and by `python -m autograding` in a class with other attacks. Stock runs
strangers' code with the rights of the user who starts this; where that would be dangerous, the attack is not tried, and
attacks.toml says in `stock` what it would do.

Results are stored row by row in benchmarks/results/attacks.csv, and as a table in attacks.md beside it: after an
interruption, the same command goes on where it stopped. A row is done again when its attack has changed, and with
--again; with --ours, by our grader only. A cell has three seconds, also an honest student's: on a busy machine an
honest one may be stopped. Such rows are worth another try.

Scores do not show every harm. So what both graders leave behind is read, too: the stranger's autograded folder and
pages for a file of the teacher's machine or a script that a reader's browser would run, the notebook's own clock for
its time, the disk. `harm` puts what stock does to whom (the column in the middle) into words.
"""

import argparse
import csv
import ctypes
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "autograding" / "toy"
RESULTS = ROOT / "benchmarks" / "results" / "attacks.csv"
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "autograding" / "attacks")]

import nbformat  # noqa: E402 (after autograding's own path)
from hand_in import attacks  # noqa: E402
from nbgrader.api import Gradebook, MissingEntry  # noqa: E402

from autograding.sandbox.watch import descendants  # noqa: E402

ASSIGNMENT = "01_toy"
FULL = 6
LONG = 20  # seconds of one notebook: the limit that ours gives
DISK = 2**30  # bytes in the autograded folder
SECRET = "root:x:0"  # /etc/passwd begins with it
# A tag that runs the function that the attacks call. If the tag is only shown as text, its "<" is escaped.
RUNS = re.compile(r"<(?:script|img|svg|iframe|a)\b[^<]*steal\(|<script[^>]*>[^<]*steal\(")
LONGEST = 120  # seconds for stock and a class of two
TOGETHER = 6  # attacks that ours grades in one class: that is faster, and they may hurt each other
MUCH = 3 * 2**29  # bytes in one process: half as much again as the limit that ours gives
LIMITS = """
c.ExecutePreprocessor.timeout = 3
c.Autograding.notebook_seconds = 20  # three cells that ignore the interrupt take 3 + 2 each, and leave some to others
c.Autograding.memory_bytes = 2**30
"""
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "toy"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.ExecutePreprocessor.timeout = 3
"""
KINDS = {
    "leaks": ("called home", "shows", "reads"),
    "a script for whoever reads the page": ("a script",),
    "no limit": ("GB", "ran for", "not done"),
    "the grader dies": ("grader killed",),
}
HONEST = {attack.name for attack in attacks() if attack.honest}
SEEN = re.compile(r"seen: (\d+)")  # the attack looks_into_other_processes prints it
STEPS = ("generate_assignment", "autograde", "generate_feedback")
COLUMNS = ["row", "name", "stock", "ours", "held", "attack", "grader", "nbgrader"]
SET_CHILD_SUBREAPER = 36  # sys/prctl.h


def main() -> int:
    """Grade what is not in the table yet, print and keep each row, return 1 if ours let anything through."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these attacks")
    parser.add_argument("--again", action="store_true", help="also those that are in the table")
    parser.add_argument("--ours", action="store_true", help="again, by ours; stock's results are kept")
    options = parser.parse_args()
    # Whatever an attack leaves running becomes a child of this process, and is ended before the next attack.
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    everyone = attacks()
    chosen = [attack for attack in everyone if not options.names or attack.name in options.names]
    rows = stored()
    fresh = {a.name for a in chosen if not options.again and rows.get(a.name, {}).get("attack") == a.digest}
    todo = [a for a in chosen if options.ours or a.name not in fresh]
    for start in range(0, len(todo), TOGETHER):
        some = todo[start : start + TOGETHER]
        ours = graded(some, ours=True)
        for attack in some:
            told, fine = ours[attack.name]
            stock = (
                f"({attack.stock})"
                if attack.stock
                else (rows[attack.name]["stock"] if attack.name in fresh else by_stock(attack))
            )
            row = [attack.row or "", attack.name, stock, told, "yes" if fine else "no", attack.digest]
            rows[attack.name] = dict(zip(COLUMNS, [*row, grader(), version("nbgrader")], strict=True))
            print(line(rows[attack.name]), flush=True)
            keep([rows[a.name] for a in everyone if a.name in rows])
    known = [rows[attack.name] for attack in everyone if attack.name in rows]
    through = [row["name"] for row in known if row["held"] != "yes"]
    print(
        f"{len(todo)} attacks tried now, {len(known)} of {len(everyone)} in the table; ours let {len(through)} through"
    )
    return 1 if through else 0


def stored() -> dict[str, dict]:
    """The stored rows, by the attack's name."""
    if not RESULTS.exists():
        return {}
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def keep(rows: list[dict]) -> None:
    """Replace both files, in one step each."""
    RESULTS.parent.mkdir(exist_ok=True)
    half = RESULTS.with_suffix(".half")
    with half.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    half.replace(RESULTS)
    head = [
        "# Attacks and accidents, stock nbgrader beside ours",
        "",
        "Written by `python benchmarks/attacks.py`. Points of the stranger, then of the honest student after it;",
        "bold is what must not be. Rows with a number are those of the design's table, the others are our own.",
        f"{sum(row['held'] == 'yes' for row in rows)} of {len(rows)} held by ours;",
        f"stock held {sum(harm(row) == 'held' for row in rows)}.",
        "",
        "| row | attack or accident | stock nbgrader | which is | ours |",
        "|---|---|---|---|---|",
    ]
    half.write_text("\n".join([*head, *map(line, rows)]) + "\n", encoding="utf-8")
    half.replace(RESULTS.with_suffix(".md"))


def line(row: dict) -> str:
    return f"| {row['row']} | {row['name'].replace('_', ' ')} | {row['stock']} | {harm(row)} | {row['ours']} |"


def harm(row: dict) -> str:
    """What stock does to whom, in a few words, worked out from its results."""
    if "honest" not in row["stock"]:  # too dangerous to be tried
        return row["stock"].strip("()")
    mine, honest, *more = row["stock"].split(", ")
    kinds = []
    if "no mark" in mine:
        kinds.append("ungraded")
    elif "**" in mine:
        kinds.append("an honest student loses" if row["name"] in HONEST else "undeserved points")
    if "no mark" in honest:
        kinds.append("the class ungraded")
    elif "**" in honest:
        kinds.append("another student loses")
    kinds += [kind for kind, words in KINDS.items() if any(word in found for word in words for found in more)]
    return ", ".join(kinds) or "held"


def grader() -> str:
    """A digest of our grader's code."""
    files = hashlib.sha256()
    for path in sorted((ROOT / "autograding").rglob("*.py")):
        files.update(path.read_bytes())
    return files.hexdigest()[:12]


def graded(together: list, ours: bool) -> dict[str, tuple[str, bool]]:
    """For each attack: its result and that of the honest student after it, in words, and whether both are right."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as listening:
        course = Path(folder, "course")
        shutil.copytree(TOY, course, ignore=shutil.ignore_patterns("__pycache__"))
        config = course / "nbgrader_config.py"
        config.write_text(config.read_text() + LIMITS if ours else STOCK)
        solution = nbformat.read(course / "solutions" / ASSIGNMENT / "01_toy.ipynb", as_version=4)
        listeners = [listening.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in together]
        for number, (attack, listener) in enumerate(zip(together, listeners, strict=True)):
            attack.hand_in(
                solution, course / "submitted" / f"{number}_stranger" / ASSIGNMENT, listener.getsockname()[1]
            )
            honest = course / "submitted" / f"{number}_then_honest" / ASSIGNMENT
            honest.mkdir(parents=True)
            nbformat.write(solution, honest / "01_toy.ipynb")
        if ours:
            commands = [["autograding", ASSIGNMENT]]
        else:
            commands = [["nbgrader", step, ASSIGNMENT] for step in STEPS]
        told = [run(course, command, LONGEST * len(together)) for command in commands]
        ended = list(dict.fromkeys(word for words in told for word in words))
        found = {}
        for number, (attack, listener) in enumerate(zip(together, listeners, strict=True)):
            scores = [score(course, f"{number}_{who}") for who in ("stranger", "then_honest")]
            words = [_word(scores[0], attack.deserves), "honest " + _word(scores[1], FULL)]
            if called(listener):
                words.append("**called home**")
            words += ended + left_behind(course, f"{number}_stranger")
            fine = scores[0] is not None and scores[0] <= attack.deserves and scores[1] == FULL and len(words) == 2
            found[attack.name] = (", ".join(words), fine and (not attack.honest or scores[0] == FULL))
        return found


def left_behind(course: Path, student: str) -> list[str]:
    """What is in the student's folders after grading and should not be there, in words."""
    graded, told = course / "autograded" / student, course / "feedback" / student
    files = [path for folder in (graded, told) for path in folder.rglob("*") if path.is_file()]
    small = [path for path in files if path.stat().st_size < 2**25]
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in small}
    words = []
    if any(SECRET in text for text in texts.values()):
        words.append("**shows /etc/passwd**")
    if any(RUNS.search(text) for path, text in texts.items() if path.suffix == ".html" and told in path.parents):
        words.append("**a script on the page**")
    seen = [int(n) for path, text in texts.items() if path.suffix == ".ipynb" for n in SEEN.findall(text)]
    if any(seen):
        words.append(f"**reads {max(seen)} files of other processes**")
    if (size := sum(path.stat().st_size for path in files)) > DISK:
        words.append(f"**{size / 2**30:.1f} GB on the disk**")
    if (longest := max([0.0, *(duration(path) for path in small if path.suffix == ".ipynb")])) > LONG:
        words.append(f"**ran for {longest:.0f} s**")
    return words


def duration(path: Path) -> float:
    """From a notebook's first cell to its last, in seconds, by the times that nbclient writes into it."""
    try:
        nb = nbformat.read(path, as_version=4)
    except (ValueError, nbformat.reader.NotJSONError):
        return 0
    times = [time for cell in nb.cells for time in cell.metadata.get("execution", {}).values()]
    times = sorted(datetime.fromisoformat(time.replace("Z", "+00:00")) for time in times)
    return (times[-1] - times[0]).total_seconds() if times else 0


def by_stock(attack) -> str:
    return graded([attack], ours=False)[attack.name][0]


def called(listener) -> bool:
    """Whether somebody has connected."""
    listener.settimeout(0.1)
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def run(course: Path, module_and_arguments: list[str], longest: float) -> list[str]:
    """Run a module in the course; return what went wrong, in words."""
    places = os.pathsep.join([str(ROOT), str(course)])
    environment = os.environ | {"PYTHONPATH": places, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    # In a session of its own: a notebook that kills its grader must not kill this process.
    process = subprocess.Popen(
        [sys.executable, "-m", *module_and_arguments],
        cwd=course,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    words, until, most = [], time.monotonic() + longest, 0
    while process.poll() is None:
        if time.monotonic() > until and not words:
            words.append(f"**not done after {longest:g} s**")
            process.kill()
        most = max([most, *map(peak, [process.pid, *descendants(process.pid)])])
        time.sleep(0.2)
    if process.returncode < 0 and not words:
        words.append(f"**grader killed by signal {-process.returncode}**")
    if most > MUCH:
        words.append(f"**{most / 2**30:.1f} GB in one process**")
    end_leftovers(time.monotonic() + (5 if words else 25))
    return words


def peak(pid: int) -> int:
    """The most memory that a process has had so far, in bytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 if "VmHWM:" in status else 0


def end_leftovers(until: float) -> None:
    """Let the processes that an attack left behind run a little (some edit files later), then end them."""
    while (left := descendants(os.getpid())) and time.monotonic() < until:
        reap()
        time.sleep(0.1)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    reap()


def reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def score(course: Path, student: str) -> float | None:
    """The student's points in the gradebook, or None if there are none."""
    if not (course / "gradebook.db").exists():
        return None
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "toy") as gradebook:
        try:
            submission = gradebook.find_submission(ASSIGNMENT, student)
        except MissingEntry:
            return None
        waits = any(grade.needs_manual_grade for notebook in submission.notebooks for grade in notebook.grades)
        return None if waits or not submission.notebooks else submission.score


def _word(points, deserved):
    if points is None:
        return "**no mark**"
    return f"{points:g}/{FULL}" if points == deserved or points < deserved < FULL else f"**{points:g}/{FULL}**"


if __name__ == "__main__":
    sys.exit(main())
