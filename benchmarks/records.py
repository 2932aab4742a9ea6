"""How fast a class of any size is recorded: `python -m benchmarks.records [--students 10000] [--csv FILE]`.

Everything but the execution is as in a real run: the trusted copies, the store, the gradebook, the graded notebooks,
the feedback. Each distinct notebook is executed once, and that result is replayed for every student who handed it in.
Prints the rate of each stretch of the class, and fails if the last stretch takes 1.5 times the processor time of the
first. (The time by the clock is only printed, because it also depends on what else the machine does.)
"""

import argparse
import csv
import shutil
import sys
import tempfile
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import nbformat
from nbgrader.utils import is_solution

from autograding.course import Course
from autograding.report.results import read_results
from autograding.run.grade import Grader

SLOWER = 1.5
COLUMNS = ("students", "seconds", "a_minute", "processor_ms_each", "gradebook_mb")
PROCESSOR = COLUMNS.index("processor_ms_each")


class Replay(Executor):
    """Executes each distinct notebook once; a pool as autograding.run.schedule has them."""

    def __init__(self):
        self.recorded: dict[bytes, bytes] = {}

    def executor(self) -> Executor:
        return self

    def submit(self, function, job):
        """The recorded result, or a new one."""
        if job.notebook not in self.recorded:
            self.recorded[job.notebook] = function(job)
        future = Future()
        future.set_result(self.recorded[job.notebook])
        return future


def hand_in(course: Course, assignment: str, folder: Path, students: int) -> list[str]:
    """A class that hands in the solution, whole or with one of its answers missing."""
    (path,) = course.folder("source", ".", assignment).glob("*.ipynb")
    kinds = [nbformat.read(path, as_version=4)]
    for number in [n for n, cell in enumerate(kinds[0].cells) if cell.cell_type == "code" and is_solution(cell)]:
        kinds.append(nbformat.read(path, as_version=4))
        kinds[-1].cells[number].source = "raise NotImplementedError"
    texts = [nbformat.writes(nb) for nb in kinds]
    names = [f"student{number:05}" for number in range(students)]
    for number, name in enumerate(names):
        place = folder / name / assignment
        place.mkdir(parents=True)
        (place / path.name).write_text(texts[number % len(texts)], encoding="utf-8")
    return names


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.records", description=__doc__.partition(":")[0])
    parser.add_argument("--course", type=Path, default=Path.cwd())
    parser.add_argument("--assignment", default=None, help="the first of the course")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--stretches", type=int, default=10)
    parser.add_argument("--csv", type=Path, default=None, help="where to keep the table, too")
    options = parser.parse_args(arguments)
    scratch = Path(tempfile.mkdtemp(prefix="records-"))
    try:
        return _measure(Course(options.course, scratch), options, scratch)
    finally:
        shutil.rmtree(scratch)


def _measure(course, options, scratch):
    assignment = options.assignment or course.assignments[0]
    names = hand_in(course, assignment, scratch / course.directory.submitted_directory, options.students)
    stretch = max(1, options.students // options.stretches)
    print(("{:>18}" * len(COLUMNS)).format(*COLUMNS))
    rows, start = [], time.monotonic()
    with Grader(course, assignment) as grader:
        list(grader.grade(names[:1], Replay(), 1, force=True))  # not timed: imports, and files that are opened once
        last, last_used = time.monotonic(), time.process_time()
        for number, graded in enumerate(grader.grade(names, Replay(), 1, force=True), start=1):
            if graded.error is not None:
                raise graded.error
            if number % stretch == 0:
                seconds, used = time.monotonic() - last, time.process_time() - last_used
                size = (scratch / "gradebook.db").stat().st_size / 2**20
                each = 1000 * used / stretch
                rows.append((number, round(seconds, 1), round(60 * stretch / seconds), round(each), round(size, 1)))
                print(("{:>18}" * len(COLUMNS)).format(*rows[-1]), flush=True)
                last, last_used = time.monotonic(), time.process_time()
        whole = time.monotonic() - start
        start = time.monotonic()
        done = [name for name, standing in grader.standings(names).items() if standing.done]
        print(f"whether each is done, asked for all in {time.monotonic() - start:.1f} s")
        start = time.monotonic()
        read_results(course, assignment, done)
        print(f"all {len(done)} in {whole:.0f} s; read again for the table in {time.monotonic() - start:.1f} s")
    if options.csv is not None:
        with options.csv.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    ratio = rows[-1][PROCESSOR] / rows[0][PROCESSOR]
    print(f"the last stretch needed {ratio:.2f} times as much of the processor as the first")
    return 0 if len(done) == len(names) and ratio < SLOWER else 1


if __name__ == "__main__":
    sys.exit(main())
