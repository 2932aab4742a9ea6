"""Mutants that pass a check: `python -m benchmarks.mutants {before,after} [FUNCTION ...]`.

Every graded function of every exercise is changed in one small thing after the other (`benchmarks/mutations.py`), and
each mutant is asked by the function's check, with several seeds. It must be refused with every seed. One that passes
is no wrong answer (`equivalent_mutants.toml` says why), or the check has a hole: then the command returns 1, and so it
does for a mutant in that file that is refused. The outcome is written function by function into the column `before` or
`after` of results/mutants.csv; those that pass with some seed stand in results/mutants_that_pass.csv; mutants.md
beside them is the table.
"""

import argparse
import csv
import resource
import signal
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import nbformat

from benchmarks.mutations import mutants
from lstm_ref.checks import CHECKS, answer_to, judge, make
from lstm_ref.checks.engine import judge as judging
from lstm_ref.checks.engine.match import Named

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results")
COUNTED = (
    "function",
    "exercise",
    "mutants",
    *(f"{when} {how}" for when in ("before", "after") for how in ("refused", "by luck", "passed")),
)
PASSING = ("function", "change", "before", "after", "equivalent")
ALWAYS, NEVER = "refused", "passed"
SEEDS, SEEDS_OF_TRAINING = 3, 1
SECONDS = {False: 20, True: 60}  # of processor time, for one mutant and one seed; of a check that trains
MOST_BYTES = 4 * 2**30  # of a process: a mutant may ask for an array without end
AT_ONCE = 20  # mutants that a process is given
# A class is asked by way of the function that uses it.
ASKED_BY = {"RadarClassifier": "train_classifier"}


class Cell(NamedTuple):
    """An answer cell: one graded function, or a class that one uses."""

    exercise: str
    name: str
    source: str

    @property
    def check(self) -> str:
        return ASKED_BY.get(self.name, self.name)


class TookTooLong(BaseException):
    """Raised by a timer; no `except Exception` of a mutant or a check holds it."""


def main() -> int:
    """Try the mutants of some functions, or of all; return 1 if one passes that should not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("column", choices=["before", "after"])
    parser.add_argument("functions", nargs="*", help="only these")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    wrong = []
    with ProcessPoolExecutor(options.processes, initializer=bound_memory) as pool:
        for cell in answer_cells():
            if not options.functions or cell.name in options.functions:
                outcomes = tried(cell, pool)
                store(options.column, cell, outcomes)
                wrong += surprises(cell.name, outcomes)
                print(cell.exercise, cell.name, dict(Counter(map(kind, outcomes.values()))), flush=True)
    print("\n".join(wrong))
    return 1 if wrong else 0


def answer_cells() -> list[Cell]:
    return [
        Cell(folder.name, cell.metadata.nbgrader.grade_id, cell.source)
        for folder in sorted((ROOT / "solutions").iterdir())
        for cell in _notebook(folder.name).cells
        if _is_answer(cell)
    ]


@cache
def equivalents() -> dict[str, dict[str, str]]:
    """function -> change -> why it changes nothing that is asked for."""
    found: dict[str, dict[str, str]] = {}
    for entry in tomllib.loads(Path(__file__).with_name("equivalent_mutants.toml").read_text(encoding="utf-8"))["same"]:
        for change in entry["changes"]:
            found.setdefault(entry["function"], {})[change] = entry["why"]
    return found


def changes_of(cell: Cell) -> dict[str, str]:
    """change -> text of every mutant."""
    return {one.change: one.text for one in mutants(cell.source)}


def tried(cell: Cell, pool: ProcessPoolExecutor) -> dict[str, str]:
    """change -> what came of it, of every mutant."""
    made = changes_of(cell)
    texts = list(made.values())
    batches = [texts[n : n + AT_ONCE] for n in range(0, len(texts), AT_ONCE)]
    answers = pool.map(verdicts, [cell] * len(batches), batches)
    return dict(zip(made, (verdict for batch in answers for verdict in batch), strict=True))


def verdicts(cell: Cell, texts: Iterable[str]) -> list[str]:
    """Whether each text, in the place of the answer, is refused: "refused", "passed", or with which seeds."""
    nameless = mock.patch.object(judging, "name_mistake", lambda *_: Named("wrong"))
    with nameless, warnings.catch_warnings(action="ignore"):
        if _refused(cell, cell.source, 0):
            raise ValueError(f"{cell.name}: the solution itself is refused, so nothing is learned from its mutants")
        return [_verdict(cell, text) for text in texts]


def surprises(function: str, outcomes: dict[str, str]) -> list[str]:
    """Mutants that pass and are not known to be right, and those that are known to be and do not pass."""
    known = equivalents().get(function, {})
    return [
        f"{function}: {outcome}: {change}"
        for change, outcome in outcomes.items()
        if (outcome != ALWAYS) != (change in known)
    ]


def kind(outcome: str) -> str:
    return outcome if outcome in (ALWAYS, NEVER) else "by luck"


# ---- one mutant ------------------------------------------------------------------------------------------------------


def _verdict(cell: Cell, text: str) -> str:
    slow = CHECKS[cell.check].once
    refused = []
    for seed in range(SEEDS_OF_TRAINING if slow else SEEDS):
        try:
            refused.append(within(SECONDS[slow], _refused, cell, text, seed))
        except TookTooLong:
            return ALWAYS
    if len(set(refused)) == 1:
        return ALWAYS if refused[0] else NEVER
    return f"passed with {refused.count(False)} of {len(refused)} seeds"


def _refused(cell: Cell, text: str, seed: int) -> bool:
    names = {}
    for name, code in cells_of(cell.exercise):
        try:
            exec(text if name == cell.name else code, names)
        except Exception:
            if name != cell.name:
                raise
            return True  # a mutant that cannot even be defined
    problem = _problem(cell.check, seed)
    return judge(cell.check, problem, answer_to(problem, names[cell.check])) is not None


def within(seconds: float, function: Callable, *arguments):
    """What the function gives. Raises TookTooLong after so many seconds of processor time."""
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return function(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def bound_memory() -> None:
    """Let this process have so much: a mutant may ask for an array without end."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _stop(*_arguments):
    raise TookTooLong


@cache
def _problem(check: str, seed: int) -> dict:
    problem = make(check, seed)
    for call in problem["calls"]:
        if "seconds" in call:
            call["seconds"] = 0.0  # for trainings: the first one counts, else a search would last for hours
    return problem


@cache
def _notebook(stem: str):
    return nbformat.read(ROOT / "solutions" / stem / f"{stem}.ipynb", as_version=4)


@cache
def cells_of(stem: str) -> list:
    """Of every cell that imports or answers: its name, or None, and its code."""
    return [
        (cell.metadata.get("nbgrader", {}).get("grade_id"), compile(cell.source, stem, "exec"))
        for cell in _notebook(stem).cells
        if cell.cell_type == "code" and ("import" in cell.source.split()[:1] or _is_answer(cell))
    ]


def _is_answer(cell) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and nbgrader.get("solution", False) and not nbgrader.get("grade")


# ---- results ---------------------------------------------------------------------------------------------------------


def stored(name: str) -> list[dict[str, str]]:
    path = RESULTS / name
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def store(column: str, cell: Cell, outcomes: dict[str, str]) -> None:
    """Put what came of a function's mutants into its column, and write the three files."""
    order = [one.name for one in answer_cells()]
    counts = {row["function"]: row for row in stored("mutants.csv")}
    row = counts.setdefault(cell.name, dict.fromkeys(COUNTED, "") | {"function": cell.name, "exercise": cell.exercise})
    found = Counter(map(kind, outcomes.values()))
    row["mutants"] = str(len(outcomes))
    row |= {f"{column} {how}": str(found[how]) for how in (ALWAYS, "by luck", NEVER)}
    passing = {(row["function"], row["change"]): row for row in stored("mutants_that_pass.csv")}
    for (function, _change), row in passing.items():
        if function == cell.name:
            row[column] = ALWAYS
    for change, outcome in outcomes.items():
        key = (cell.name, change)
        if outcome != ALWAYS or key in passing:
            row = passing.setdefault(key, dict.fromkeys(PASSING, ALWAYS) | {"function": cell.name, "change": change})
            row[column] = outcome
            row["equivalent"] = equivalents().get(cell.name, {}).get(change, "")
    kept = [row for row in passing.values() if {row["before"], row["after"]} != {ALWAYS}]
    _write("mutants.csv", COUNTED, sorted(counts.values(), key=lambda row: order.index(row["function"])))
    _write(
        "mutants_that_pass.csv", PASSING, sorted(kept, key=lambda row: (order.index(row["function"]), row["change"]))
    )
    (RESULTS / "mutants.md").write_text(table(), encoding="utf-8")


def _write(name: str, columns, rows) -> None:
    with (RESULTS / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def table() -> str:
    """What the two files say, function by function."""
    lines = [
        "# Mutants of the solutions, before and after",
        "",
        "Written by `python -m benchmarks.mutants {before,after}`. Each mutant differs from the solution in one small "
        "thing, or in two. Those that pass stand in mutants_that_pass.csv; that they are no wrong answers, and why, in "
        "../equivalent_mutants.toml.",
        "",
        "| exercise | function | mutants | before: refused | by luck | passed | after: refused | by luck | passed | of "
        "these equivalent |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    total = Counter()
    rows, passing = stored("mutants.csv"), stored("mutants_that_pass.csv")
    same = Counter(row["function"] for row in passing if row["equivalent"] and row["after"] != ALWAYS)
    for row in rows:
        numbers = [*(row[column] for column in COUNTED[2:]), str(same[row["function"]])]
        lines.append(f"| {row['exercise']} | {row['function']} | {' | '.join(numbers)} |")
        total.update({column: int(row[column] or 0) for column in COUNTED[2:]})
    lines.append(f"| | all | {' | '.join(str(total[column]) for column in COUNTED[2:])} | {sum(same.values())} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
