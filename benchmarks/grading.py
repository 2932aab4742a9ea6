"""Ours against stock nbgrader: `python benchmarks/grading.py [--students 100] [--stock 10] [--jobs 2] [--memory]`.

A class whose notebooks import torch and matplotlib and draw a picture is graded end to end (gradebook, autograded
notebooks, feedback) by `python -m autograding` and by stock `nbgrader autograde` and `generate_feedback`, one after the
other. Stock's time grows with the class, so it may grade a smaller one: both times are given per student, with the time
to start.

With --memory, only ours grades that class, with one worker and with three, and prints how much memory each further
worker takes: the largest value during the run, with shared memory counted once (Pss, /proc/PID/smaps_rollup). Each
notebook waits a little, so that at some moment all workers are busy.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "autograding" / "toy"
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402

import autograding  # noqa: E402, F401 (its quick import of jsonschema)
from autograding.sandbox.watch import descendants  # noqa: E402

ASSIGNMENT = "01_toy"
DRAWS = """
import torch
import matplotlib.pyplot as plt
plt.plot(torch.linspace(0, 1, 50) ** 2)
plt.show()
"""
WAITS = """
import time
time.sleep(4)
"""
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "toy"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""


def main() -> None:
    """Grade with both, print seconds per student and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--stock", type=int, help="students that stock grades (as many)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--memory", action="store_true", help="what each further worker costs, instead of the time")
    options = parser.parse_args()
    if options.memory:
        memory(options.students)
        return
    stock_students = options.stock or options.students
    ours = seconds([["autograding", ASSIGNMENT, "--jobs", str(options.jobs)]], options.students)
    told("ours", ours, options.students)
    commands = [["nbgrader", step, ASSIGNMENT] for step in ("generate_assignment", "autograde", "generate_feedback")]
    stock = seconds(commands, stock_students, STOCK)
    told("stock", stock, stock_students)
    print(f"ratio per student: {(stock / stock_students) / (ours / options.students):.1f}")


def memory(students: int) -> None:
    """Print the most memory of a run with one worker and with three, and the difference for each."""
    few, many = 1, 3
    most = {}
    for jobs in (few, many):
        used = Most()
        seconds([["autograding", ASSIGNMENT, "--jobs", str(jobs)]], students, watch=used, draws=DRAWS + WAITS)
        most[jobs] = used.most
        parts = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in sorted(used.parts.items()))
        print(f"{jobs} workers: {used.most / 2**20:.0f} MB at most ({parts} MB)", flush=True)
    print(f"each further worker: {(most[many] - most[few]) / (many - few) / 2**20:.0f} MB")


class Most:
    """The most memory that a process and all its descendants have used, from repeated looks."""

    def __init__(self):
        self.most, self.parts = 0, {}

    def look(self, pid: int) -> None:
        parts: dict[str, int] = {}
        for one in [pid, *descendants(pid)]:
            try:
                rolled = Path(f"/proc/{one}/smaps_rollup").read_text()
                command = Path(f"/proc/{one}/cmdline").read_bytes()
            except OSError:
                continue  # gone, or about to be
            size = int(rolled.partition("\nPss:")[2].split()[0]) * 1024
            name = (
                "sandbox"
                if b"inside.parent" in command
                else "worker"
                if b"autograding.run.reader" in command
                else "run"
            )
            parts[name] = parts.get(name, 0) + size
        if sum(parts.values()) > self.most:
            self.most, self.parts = sum(parts.values()), parts


def told(name: str, duration: float, students: int) -> None:
    rate = 60 * students / duration
    print(
        f"{name}: {students} students in {duration:.1f} s, {duration / students:.2f} s each, {rate:.0f} a minute",
        flush=True,
    )


def seconds(
    commands: list[list[str]], students: int, config: str = "", watch: Most | None = None, draws: str = DRAWS
) -> float:
    """How long the commands take over a class of so many."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        shutil.copytree(TOY, course, ignore=shutil.ignore_patterns("__pycache__"))
        if config:
            (course / "nbgrader_config.py").write_text(config)
        nb = nbformat.read(course / "solutions" / ASSIGNMENT / "01_toy.ipynb", as_version=4)
        nb.cells.insert(0, nbformat.v4.new_code_cell(draws.strip(), id="draws"))
        for number in range(students):
            handed_in = course / "submitted" / f"s{number:05}" / ASSIGNMENT
            handed_in.mkdir(parents=True)
            nbformat.write(nb, handed_in / "01_toy.ipynb")
        places = os.pathsep.join([str(ROOT), str(course)])
        environment = os.environ | {"PYTHONPATH": places, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        start = time.perf_counter()
        for command in commands:
            run(command, course, environment, watch)
        return time.perf_counter() - start


def run(command: list[str], course: Path, environment: dict, watch: Most | None) -> None:
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=course, env=environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        while watch is not None and process.poll() is None:
            watch.look(process.pid)
            time.sleep(0.1)
        if process.wait():
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode()[-2000:]}")


if __name__ == "__main__":
    main()
