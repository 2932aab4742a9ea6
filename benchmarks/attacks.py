"""The table of attacks, stock nbgrader beside ours: `python benchmarks/attacks.py [NAME ...] [--out TABLE.md]`.

Each attack on the toy course of tests/autograding is graded twice, with an honest student after it: by stock
`nbgrader autograde` in a folder of its own, and by `python -m autograding`. Stock runs strangers' code with the rights
of whoever starts this; where that would be dangerous, what it does is said and not tried (attacks.toml, `stock`).
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "autograding" / "toy"
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "autograding" / "attacks")]

import nbformat  # noqa: E402 (after autograding's own path)
from hand_in import attacks  # noqa: E402
from nbgrader.api import Gradebook, MissingEntry  # noqa: E402

ASSIGNMENT = "01_toy"
FULL = 6
ATTACKER, HONEST = "a_stranger", "b_honest"
LONGEST = 120  # seconds for a class of two
LIMITS = """
c.ExecutePreprocessor.timeout = 3
c.Autograding.notebook_seconds = 20
c.Autograding.memory_bytes = 2**30
"""
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "toy"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.ExecutePreprocessor.timeout = 3
"""


def main() -> int:
    """Grade, print the table, return 1 if ours let anything through."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these attacks")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    options = parser.parse_args()
    rows, faults = [], 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for attack in attacks():
            if options.names and attack.name not in options.names:
                continue
            stock = attack.stock or graded(attack, listener, ours=False)[0]
            told, fine = graded(attack, listener, ours=True)
            faults += not fine
            rows.append(f"| {attack.row or ''} | {attack.name.replace('_', ' ')} | {stock} | {told} |")
            print(rows[-1], flush=True)
    head = ["| row | attack or accident | stock nbgrader | ours |", "|---|---|---|---|"]
    if options.out:
        options.out.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    print(f"{len(rows)} attacks; ours let {faults} through")
    return 1 if faults else 0


def graded(attack, listener, ours: bool) -> tuple[str, bool]:
    """What became of both students, in words, and whether it is as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        shutil.copytree(TOY, course, ignore=shutil.ignore_patterns("__pycache__"))
        config = course / "nbgrader_config.py"
        config.write_text(config.read_text() + LIMITS if ours else STOCK)
        solution = nbformat.read(course / "solutions" / ASSIGNMENT / "01_toy.ipynb", as_version=4)
        attack.hand_in(solution, course / "submitted" / ATTACKER / ASSIGNMENT, listener.getsockname()[1])
        honest = course / "submitted" / HONEST / ASSIGNMENT
        honest.mkdir(parents=True)
        nbformat.write(solution, honest / "01_toy.ipynb")
        if ours:
            commands = [["autograding", ASSIGNMENT]]
        else:
            commands = [["nbgrader", "generate_assignment", ASSIGNMENT], ["nbgrader", "autograde", ASSIGNMENT]]
        ended = [run(course, command) for command in commands][-1]
        scores = [score(course, student) for student in (ATTACKER, HONEST)]
    words = [_word(scores[0], attack.deserves), "honest " + _word(scores[1], FULL)]
    listener.settimeout(0.1)
    try:
        listener.accept()[0].close()
        words.append("called home")
    except TimeoutError:
        pass
    if ended:
        words.append(ended)
    fine = scores[0] is not None and scores[0] <= attack.deserves and scores[1] == FULL and len(words) == 2
    return ", ".join(words), fine and (not attack.honest or scores[0] == FULL)


def run(course: Path, module_and_arguments: list[str]) -> str:
    """Run a module in the course; return what went wrong, in words."""
    places = os.pathsep.join([str(ROOT), str(course)])
    environment = os.environ | {"PYTHONPATH": places, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    # In a session of its own: a notebook that kills its grader must not kill this.
    process = subprocess.Popen(
        [sys.executable, "-m", *module_and_arguments],
        cwd=course,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        status = process.wait(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return f"not done after {LONGEST} s"
    return f"grader killed by signal {-status}" if status < 0 else ""


def score(course: Path, student: str) -> float | None:
    """The student's points in the gradebook, or None where there are none."""
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
