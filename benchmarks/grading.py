"""Ours against stock nbgrader: `python benchmarks/grading.py [--students 100] [--stock 10] [--jobs 2]`.

A class whose notebooks import torch and matplotlib and draw a picture is graded end to end (gradebook, autograded
notebooks, feedback) by `python -m autograding` and by stock `nbgrader autograde` and `generate_feedback`, one after the
other. Stock's time grows with the class, so it may grade a smaller one: both are told per student, its start included.
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

ASSIGNMENT = "01_toy"
DRAWS = """
import torch
import matplotlib.pyplot as plt
plt.plot(torch.linspace(0, 1, 50) ** 2)
plt.show()
"""
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "toy"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""


def main() -> None:
    """Grade both, print seconds per student and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--stock", type=int, help="students that stock grades (as many)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    stock_students = options.stock or options.students
    ours = seconds([["autograding", ASSIGNMENT, "--jobs", str(options.jobs)]], options.students)
    told("ours", ours, options.students)
    commands = [["nbgrader", step, ASSIGNMENT] for step in ("generate_assignment", "autograde", "generate_feedback")]
    stock = seconds(commands, stock_students, STOCK)
    told("stock", stock, stock_students)
    print(f"ratio per student: {(stock / stock_students) / (ours / options.students):.1f}")


def told(name: str, duration: float, students: int) -> None:
    rate = 60 * students / duration
    print(
        f"{name}: {students} students in {duration:.1f} s, {duration / students:.2f} s each, {rate:.0f} a minute",
        flush=True,
    )


def seconds(commands: list[list[str]], students: int, config: str = "") -> float:
    """How long the commands take over a class of so many."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        shutil.copytree(TOY, course, ignore=shutil.ignore_patterns("__pycache__"))
        if config:
            (course / "nbgrader_config.py").write_text(config)
        nb = nbformat.read(course / "solutions" / ASSIGNMENT / "01_toy.ipynb", as_version=4)
        nb.cells.insert(0, nbformat.v4.new_code_cell(DRAWS.strip(), id="draws"))
        for number in range(students):
            handed_in = course / "submitted" / f"s{number:05}" / ASSIGNMENT
            handed_in.mkdir(parents=True)
            nbformat.write(nb, handed_in / "01_toy.ipynb")
        places = os.pathsep.join([str(ROOT), str(course)])
        environment = os.environ | {"PYTHONPATH": places, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        start = time.perf_counter()
        for command in commands:
            done = subprocess.run([sys.executable, "-m", *command], cwd=course, env=environment, capture_output=True)
            if done.returncode:
                raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
