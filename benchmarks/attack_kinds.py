"""Whole kinds of attack and accident: `python benchmarks/attack_kinds.py {before,after,stock,table} [WORD ...]`.

Every member of every kind of tests/autograding/attacks, every honest oddity, and every exercise's lent functions are
graded by the grader of this tree. The outcome goes into the column `before` or `after` of
benchmarks/results/attack_kinds.csv, batch by batch, and attack_kinds.md beside it is the table. `stock` grades by
plain nbgrader what has a name of its own there and the honest oddities, where that is not dangerous. Words choose
members whose name or kind holds one of them; without words, those that the column has already are left out, so that
the same command goes on where it was cut short.

Where a batch ends early, or leaves somebody without a mark, those are graded once more, each alone beside an honest
student: one member must not be blamed for another. Members that take memory are bounded, and are tried one at a time.
"""

import argparse
import csv
import os
import re
import resource
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "autograding"
RESULTS = ROOT / "benchmarks" / "results" / "attack_kinds.csv"
sys.path[:0] = [str(ROOT), str(TESTS), str(TESTS / "honest"), str(TESTS / "attacks")]

import attacks  # noqa: E402 (after the path to it)
import kinds_class  # noqa: E402 (after the path to it)
import kinds_lent  # noqa: E402
import kinds_plain  # noqa: E402
import runs  # noqa: E402
from conftest import Toy  # noqa: E402
from everything import members  # noqa: E402
from kinds import NOT_GRADED, Member, Outcome  # noqa: E402
from notebooks import rewritten  # noqa: E402
from oddities import oddities  # noqa: E402
from test_grading_honest import hand_in_trained, trained_class  # noqa: E402
from test_grading_plain import plain  # noqa: E402
from torch_exercise import TRAINED  # noqa: E402

from autograding.authoring.expected import page_text  # noqa: E402
from autograding.course import Course  # noqa: E402
from autograding.report.results import read_result  # noqa: E402
from autograding.sandbox.watch import descendants  # noqa: E402

COLUMNS = ["family", "kind", "name", "case", "expected"]
COLUMNS += [f"{column}{held}" for column in ("stock", "before", "after") for held in ("", " held")]
FAMILIES = {
    1: "answers that are not the student's",
    2: "the sandbox and its channel",
    3: "resources and sizes",
    4: "pages and names",
    5: "files",
    6: "honest accidents",
}
TOGETHER = 24
LONGEST = 300  # seconds for a batch
NOT_TRIED = "not tried"
STEPS = ("generate_assignment", "autograde", "generate_feedback")
# Kinds that stock nbgrader may be let to: nothing of them runs away, or runs with the teacher's rights and means harm.
HARMLESS = (
    "depth of a notebook",
    "notebooks that cost more than their size",
    "strange files",
    "HTML on a page",
    "texts that cost more than their size",
    "the grader's own marks",
    "names",
    "honest oddities",
)
HARMFUL = {
    "sparse_file_of_30_gb": f"{NOT_TRIED}: it would copy 30 GB",
    "path_longer_than_4096": f"{NOT_TRIED}: it may leave what nobody can remove",
}
BY_RIGHTS = f"{NOT_TRIED}: strangers' code has the teacher's rights, and no limits"
ALONE = ("memory that nobody counts", "processes and descriptors")
# Kinds that are about what they cost the grader. Also tried alone, and measured: a run over three small notebooks takes
# about 4 s of processor time, and 150 MB in its largest process outside the sandbox.
COSTLY = (
    "answers without end",
    "JSON that swells",
    "texts that cost more than their size",
    "notebooks that cost more than their size",
)
MOST_SECONDS, MOST_MEMORY = 12, 600  # of processor time; MB
# Honest notebooks train, draw and take their time.
GENEROUS = """
c.ExecutePreprocessor.timeout = 15
c.Autograding.notebook_seconds = 120
c.Autograding.memory_bytes = 2**31
c.Autograding.preload = ("numpy", "IPython.core.interactiveshell", "matplotlib.pyplot", "torch")
"""


def main() -> int:
    """Try what the column has not; return 1 if something is not held in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("column", choices=["before", "after", "stock", "table"])
    parser.add_argument("words", nargs="*", help="only members whose name or kind holds one of these")
    options = parser.parse_args()
    rows = stored()
    if options.column == "table":
        keep(rows)
        return 0
    for row, outcome in tried(options.column, options.words, rows):
        old = rows.get(row["name"], dict.fromkeys(COLUMNS, ""))
        held = "" if outcome.got.startswith(NOT_TRIED) else "yes" if outcome.held else "no"
        new = {options.column: outcome.got, f"{options.column} held": held}
        rows[row["name"]] = old | row | new
        print(f"{'held' if outcome.held else 'NOT HELD':8} {row['name']}: {outcome.got[:150]}", flush=True)
        keep(rows)
    through = [name for name, row in rows.items() if row[f"{options.column} held"] == "no"]
    print(f"{len(rows)} in the table; {len(through)} not held in the column {options.column}")
    return 1 if through else 0


def tried(column: str, words: list[str], rows: dict) -> Iterator[tuple[dict, Outcome]]:
    """Each member that is wanted, and what became of it."""

    def wanted(name: str, kind: str) -> bool:
        return any(word in f"{name} {kind}" for word in words) if words else not rows.get(name, {}).get(column)

    chosen = [member for member in members() if wanted(member.name, member.kind)]
    if column == "stock":
        chosen = [member for member in chosen if member.case]
        for member in [member for member in chosen if member.kind not in HARMLESS or member.name in HARMFUL]:
            why = HARMFUL.get(member.name, member.stock or BY_RIGHTS)
            yield _row(member.family, member.kind, member.name, member.case, member.expected()), Outcome(False, why)
        chosen = [member for member in chosen if member.kind in HARMLESS and member.name not in HARMFUL]
    grade = by_stock if column == "stock" else graded
    batches = [[member] for member in chosen if member.kind in ALONE + COSTLY]
    others = [member for member in chosen if member.kind not in ALONE + COSTLY]
    batches += [others[start : start + TOGETHER] for start in range(0, len(others), TOGETHER)]
    for batch in batches:
        outcomes = grade(batch)
        for member in batch:
            if len(batch) > 1 and outcomes[member.name].got.startswith(NOT_GRADED):
                outcomes |= {member.name: grade([member])[member.name]}
            yield _row(member.family, member.kind, member.name, member.case, member.expected()), outcomes[member.name]
    honest = [
        Member(
            f"honest_{one.student}",
            "honest oddities",
            6,
            (lambda nb, folder, one=one: one.hand_in(nb, folder)),
            6,
            told=one.told,
            student=one.student,
        )
        for one in oddities()
        if wanted(f"honest_{one.student}", "honest oddities")
    ]
    for start in range(0, len(honest), TOGETHER):
        batch = honest[start : start + TOGETHER]
        outcomes = grade(batch, GENEROUS)
        for member in batch:
            if outcomes[member.name].got.startswith(NOT_GRADED):
                outcomes |= {member.name: grade([member], GENEROUS)[member.name]}
            yield _row(6, member.kind, member.name, KNOWN.get(member.name, ""), "6 of 6"), outcomes[member.name]
    if column == "stock":
        return  # what follows has no counterpart there: nothing is lent, no problem is asked, a hidden test is shown
    for exercise in kinds_lent.EXERCISES:
        if wanted(f"lent functions, {exercise}", "lent functions"):
            yield from borrowed(exercise)
    for name, (_try, family, expected, case) in kinds_class.CLASSES.items():
        if wanted(name, "whole classes"):
            yield _row(family, "whole classes", name, case, expected), of_class(name)
    if wanted("prints_the_hidden_test", "hidden plain tests"):
        yield from readers()
    if wanted("trained_sigchld", "honest in exercise 11"):
        yield from trained()


KNOWN = {
    "honest_code_torch_threads": "torch_threads",
    "honest_code_torch_threads_then_relu": "threads_then_relu",
    "honest_code_torch_threads_set_only": "threads_set_only",
    "honest_code_faulthandler_with_the_answer": "faulthandler_first",
    "honest_code_thread_that_prints_during_a_slow_answer": "thread_that_prints_progress_and_slow_answer",
    "honest_code_sigchld_ignored": "sigchld_ignored",
    "honest_code_reaps_all_children": "reaps_all_children",
    "honest_saved_nested_folder": "nested folder",
}


def graded(batch: list[Member], more: str = "") -> dict[str, Outcome]:
    """What became of each of a batch, graded in one run; honest students beside it must keep theirs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        toy = Toy(Path(folder, "course"))
        runs.hand_in(toy, batch, honest=2, more=more)
        with Cost() as cost:
            done = runs.graded(toy, LONGEST)
        outcomes = runs.outcomes(toy, done, batch, honest=2)
    beside = outcomes.pop(runs.HONEST)
    if len(batch) == 1 and not beside.held:
        (name,) = outcomes
        outcomes[name] = Outcome(False, f"{outcomes[name].got}; {beside.got}")
    if len(batch) == 1 and batch[0].kind in COSTLY:
        (name,) = outcomes
        outcomes[name] = Outcome(outcomes[name].held and cost.little, f"{outcomes[name].got}, {cost}")
    return outcomes


class Cost:
    """What a run cost, in seconds of the processor, so that a busy machine costs no more: `with Cost() as cost: …`."""

    def __enter__(self):
        self._before, self.memory, self._over = self._seconds(), 0, threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_exception):
        self._over.set()
        self._watcher.join()
        self.seconds = self._seconds() - self._before

    def __str__(self):
        return f"{self.seconds:.0f} s of the processor, {self.memory >> 20} MB in one process of the grader"

    @property
    def little(self) -> bool:
        return self.seconds <= MOST_SECONDS and self.memory >> 20 <= MOST_MEMORY

    @staticmethod
    def _seconds():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def _watch(self):
        while not self._over.wait(0.2):
            for pid in descendants(os.getpid()):
                try:
                    # What runs in the sandbox is somebody else's, where root grades.
                    mine = os.stat(f"/proc/{pid}").st_uid == os.getuid()
                except FileNotFoundError:
                    continue
                self.memory = max(self.memory, attacks.peak(pid) if mine else 0)


def by_stock(batch: list[Member], _more: str = "") -> dict[str, Outcome]:
    """What stock nbgrader makes of each of a batch; what it leaves running is ended."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        toy = Toy(Path(folder, "course"))
        runs.hand_in(toy, batch, honest=2)
        (toy.root / "nbgrader_config.py").write_text(attacks.STOCK.replace("timeout = 3", "timeout = 15"))
        for step in STEPS:
            attacks.run(toy.root, ["nbgrader", step, runs.ASSIGNMENT], LONGEST)
        found = {}
        for member in batch:
            points = attacks.score(toy.root, runs.student_of(member))
            page = toy.root / "feedback" / runs.student_of(member) / runs.ASSIGNMENT / runs.PAGE
            html = page.read_text(encoding="utf-8", errors="replace") if page.is_file() else ""
            # What a page must say is ours to say.
            found[member.name] = replace(member, told="").judged(points, page_text(html), html, "")
        honest = [attacks.score(toy.root, student) for student in runs.honest_students(2)]
    if len(batch) == 1 and honest != [6, 6]:
        (name,) = found
        found[name] = Outcome(False, f"{found[name].got}; honest students: {honest}")
    return found


def borrowed(exercise: str) -> Iterator[tuple[dict, Outcome]]:
    """What became of untouched notebooks that take what is lent."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        course = Toy(Path(folder, "toy"))
        course.root = Path(folder, "course")
        kinds_lent.made(course.root, exercise)
        course.run(exercise, "--jobs", "2", longest=LONGEST)
        for one in kinds_lent.borrowers(exercise):
            result = read_result(Course(course.root), exercise, one.student)
            page = course.root / "feedback" / one.student / exercise / f"{exercise}.html"
            shown = kinds_lent.shown(exercise, page_text(page.read_text(encoding="utf-8")))
            got = f"{result.total:g} of 10" + f", {len(shown)} lines of a solution on the page" * bool(shown)
            case = f"lent functions answer other tests, {exercise}"
            yield _row(1, "lent functions", one.name, case, "0 of 10"), Outcome(result.total == 0 and not shown, got)


def of_class(name: str) -> Outcome:
    """What became of a whole class."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return kinds_class.CLASSES[name][0](Toy(Path(folder, "course")))


def readers() -> Iterator[tuple[dict, Outcome]]:
    """What became of those who show a hidden plain test."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        toy = Toy(Path(folder, "course"))
        solution = plain(toy)
        for name, cells in kinds_plain.readers().items():
            toy.hand_in(name, rewritten(solution, cells))
        toy.run(runs.ASSIGNMENT, "--jobs", "2", longest=LONGEST)
        for name, (_way, _last, case) in kinds_plain.WAYS.items():
            html = (toy.root / "feedback" / name / runs.ASSIGNMENT / runs.PAGE).read_text(encoding="utf-8")
            points = read_result(Course(toy.root), runs.ASSIGNMENT, name).total
            shown = re.findall(kinds_plain.NEVER, page_text(html))
            got = ", ".join([f"{points:g} of 6", *(f"the page shows {text!r}" for text in shown[:1])])
            row = _row(1, "hidden plain tests", name, case, "2 of 6, never the hidden test")
            yield row, Outcome(points == 2 and not shown, got)


def trained() -> Iterator[tuple[dict, Outcome]]:
    """What became of those who train oddly in exercise 11."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        hand_in_trained(Path(folder))
        graded_class = trained_class(Path(folder))
        for student in TRAINED:
            lost = graded_class.lost(student, 14)
            case = f"exercise 11: {student}" if student in ("two_threads_and_a_look", "sigchld") else ""
            row = _row(6, "honest in exercise 11", f"trained_{student}", case, "14 of 14")
            yield row, Outcome(not lost, lost or "14 of 14")


def _row(family: int, kind: str, name: str, case: str, expected: str) -> dict[str, str]:
    return {"family": str(family), "kind": kind, "name": name, "case": case, "expected": expected}


def stored() -> dict[str, dict]:
    """The stored rows, by the member's name."""
    if not RESULTS.exists():
        return {}
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def keep(rows: dict[str, dict]) -> None:
    """Replace both files, in one step each."""
    ordered = sorted(rows.values(), key=lambda row: (row["family"], row["kind"]))
    half = RESULTS.with_suffix(".half")
    with half.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(ordered)
    half.replace(RESULTS)
    half.write_text("\n".join([*_kinds(ordered), "", *_cases(ordered)]) + "\n", encoding="utf-8")
    half.replace(RESULTS.with_suffix(".md"))


def _kinds(rows: list[dict]) -> list[str]:
    """The table of kinds: how many members each has, and how many were held before and after."""
    lines = [
        "# Kinds of attack and accident, before and after",
        "",
        "Written by `python benchmarks/attack_kinds.py`; the whole list is attack_kinds.csv.",
        "",
        "| family | kind | members | held by stock | held before | held after |",
        "|---|---|---|---|---|---|",
    ]
    for family, kind in dict.fromkeys((row["family"], row["kind"]) for row in rows):
        mine = [row for row in rows if (row["family"], row["kind"]) == (family, kind)]
        counts = " | ".join(_count(mine, column) for column in ("stock", "before", "after"))
        lines.append(f"| {family} {FAMILIES[int(family)]} | {kind} | {len(mine)} | {counts} |")
    counts = " | ".join(_count(rows, column) for column in ("stock", "before", "after"))
    return [*lines, f"| | all | {len(rows)} | {counts} |"]


def _count(rows: list[dict], column: str) -> str:
    known = [row for row in rows if row[f"{column} held"]]
    held = sum(row[f"{column} held"] == "yes" for row in known)
    return f"{held}" if len(known) == len(rows) else f"{held} of {len(known)} tried" if known else ""


def _cases(rows: list[dict]) -> list[str]:
    """The rows that were known, and those that were or are not held."""
    lines = ["| member | known as | expected | stock | before | after |", "|---|---|---|---|---|---|"]
    for row in rows:
        if row["case"] or "no" in (row["before held"], row["after held"]):
            cells = [
                row["name"],
                row["case"],
                row["expected"],
                *(_bold(row, column) for column in ("stock", "before", "after")),
            ]
            lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return lines


def _bold(row: dict, column: str) -> str:
    text = " ".join(row[column].split())[:160]
    return f"**{text}**" if row[f"{column} held"] == "no" else text


def _cell(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "�" for letter in text.replace("|", "\\|"))
    return shown.encode("utf-8", "replace").decode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
