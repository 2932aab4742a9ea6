"""Are verdicts fair, and the same whatever the seed? `python benchmarks/verdicts.py [--seeds N] [EXERCISE ...]`

Every right answer of tests/right_answers and every wrong one of tests/wrong_answers is asked by its checks, part by
part, with N seeds (40). benchmarks/results/verdicts.md becomes the table: for each exercise, how many right answers are
refused and how many parts of any answer pass with some seeds and not with others; below it, each of them by name.
What takes long to ask, a training, is left out. EXERCISE: 03, for instance, and the rows of the others stay; without
one, all.
"""

import argparse
import ast
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "verdicts.md"
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
HEAD = "# Verdicts on known answers, with {n} seeds"
# As in the tests, and before NumPy and torch are loaded: small arrays wait for threads longer than they compute.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from test_exercise_answers import STEMS, graded_cells, run_solution, wrong_answers  # noqa: E402 (after the path to it)
from test_right_answers import right_answers  # noqa: E402

from lstm_ref.checks import CHECKS, answer_to, judge, make  # noqa: E402
from lstm_ref.checks.engine.match import Named  # noqa: E402


def passed(name: str, part: str | None, function, seeds: int) -> int:
    """With how many seeds it passes. Why not is not asked: that takes most of the time."""
    with patch("lstm_ref.checks.engine.judge.name_mistake", return_value=Named("it is wrong")):
        problems = (make(name, seed, part) for seed in range(seeds))
        return sum(judge(name, problem, answer_to(problem, function), part) is None for problem in problems)


def asked(stem: str) -> Iterator[tuple[str, str, str, str | None]]:
    """Each graded cell, the function that it asks, its check and its part."""
    for cell, source in graded_cells(stem).items():
        call = ast.parse(source).body[0].value
        name, part = call.args[0].value, call.keywords[0].value.value if call.keywords else None
        if not CHECKS[name].once:
            yield cell, call.args[1].id, name, part


def of_exercise(stem: str, seeds: int) -> tuple[list[str], list[str]]:
    """The row of an exercise, and a line for each answer that is refused though right, or passes now and then."""
    answers = [("right", one) for one in right_answers(stem)] + [("wrong", one) for one in wrong_answers(stem)]
    counts, lines, refused, unsteady = {"right": 0, "wrong": 0}, [], set(), 0
    for kind, answer in answers:
        names = run_solution(stem, answer["replaces"], answer["source"])
        counts[kind] += 1
        for cell, function, name, part in asked(stem):
            if function != answer["replaces"]:
                continue
            count = passed(name, part, names[function], seeds)
            if kind == "right" and count < seeds:
                refused.add((function, answer["name"]))
            if 0 < count < seeds:
                unsteady += 1
            if 0 < count < seeds or (kind == "right" and not count):
                lines.append(f"- {stem}, {kind}: {answer['name']}, {cell} passes with {count} of {seeds} seeds")
    return [stem, str(counts["right"]), str(len(refused)), str(counts["wrong"]), str(unsteady)], lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE")
    parser.add_argument("--seeds", type=int, default=40, metavar="N")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found = stored(options.seeds)
    for stem in STEMS:
        if options.exercises and stem[:2] not in options.exercises:
            continue
        found[stem] = of_exercise(stem, options.seeds)
        row, lines = found[stem]
        print(*row, *lines, sep="\n  ", flush=True)
        write(found, options.seeds)


def stored(seeds: int) -> dict[str, tuple[list[str], list[str]]]:
    """What earlier runs with as many seeds have found, by exercise: a run of some leaves the others as they are."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    if not text.startswith(HEAD.format(n=seeds)):
        return {}
    lines = text.splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return {row[0]: (row, [line for line in lines if line.startswith(f"- {row[0]},")]) for row in rows[2:]}


def write(found: dict[str, tuple[list[str], list[str]]], seeds: int) -> None:
    """The table, and below it each answer by name."""
    heads = ["exercise", "right answers", "of them refused", "wrong answers", "parts that pass with some seeds only"]
    table = [heads, ["---"] + ["--:"] * 4, *(found[stem][0] for stem in STEMS if stem in found)]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in table)
    more = "\n".join(line for stem in STEMS if stem in found for line in found[stem][1])
    RESULTS.write_text(f"{HEAD.format(n=seeds)}\n\n{rows}\n\n{more}".rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
