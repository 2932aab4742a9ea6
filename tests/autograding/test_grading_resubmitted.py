"""Handed in again and again, in every order: what was handed in last counts, whole, and nothing of what was before."""

import os
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path

import nbformat
import pytest
from conftest import ASSIGNMENT, NOTEBOOK, Toy, cell
from nbformat.v4 import new_markdown_cell
from test_grading_interrupted import KILLED, scores

from autograding.authoring.expected import page_text

pytestmark = pytest.mark.grading

# What is handed in, and the scores of double_values, double_empty, greet_check. The last is without its test.
KINDS = {"right": (3, 1, 2), "wrong": (0, 0, 2), "less": (3, 1, 0)}
LATER, EARLIER = "2030-02-01 12:00:00 UTC", "2030-01-01 12:00:00 UTC"
STUDENTS = {f"{first}-{then}": (first, then) for first, then in product(KINDS, KINDS)}


def notebook(toy: Toy, kind: str, number: int) -> nbformat.NotebookNode:
    nb = toy.solution()
    if kind == "wrong":
        cell(nb, "double").source = "def double(x): return 0"
    if kind == "less":
        cell(nb, "greet").source = "def greet(name): return 'Go away'"
        nb.cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "greet_check"]
    nb.cells.append(new_markdown_cell(f"Handed in as number {number}.", id="number"))
    return nb


def hand_in(toy: Toy, number: int, when: str, kinds: dict[str, str]) -> None:
    for student, kind in kinds.items():
        folder = toy.hand_in(student, notebook(toy, kind, number))
        (folder / "timestamp.txt").write_text(when)
        for old in folder.glob("only_in_*.txt"):
            old.unlink()
        (folder / f"only_in_{number}.txt").write_text("data")


def assert_last_counts(toy: Toy, number: int, kinds: dict[str, str]) -> None:
    found = scores(toy)
    for student, kind in kinds.items():
        wanted = dict(zip(("double_values", "double_empty", "greet_check"), KINDS[kind], strict=True))
        assert found[student] == {name: (score, False) for name, score in wanted.items()}, (student, number)
        graded = toy.root / "autograded" / student / ASSIGNMENT
        page = (toy.root / "feedback" / student / ASSIGNMENT / "01_toy.html").read_text(encoding="utf-8")
        sources = [c.source for c in nbformat.read(graded / NOTEBOOK, as_version=4).cells]
        assert f"Handed in as number {number}." in sources
        assert f"Handed in as number {number}." in page and page.count("Handed in as number") == 1
        assert f"(Score: {sum(KINDS[kind]):.1f} / 6.0)" in page_text(page)
        assert ("was missing and was put back" in page_text(page)) == (kind == "less")
        assert [path.name for path in graded.glob("only_in_*")] == [f"only_in_{number}.txt"]


def killed(toy: Toy, *moment: str) -> None:
    program = toy.root / "killed.py"
    program.write_text(KILLED)
    places = os.pathsep.join([str(Path(__file__).parents[2]), str(toy.root)])
    done = subprocess.run(
        [sys.executable, str(program), *moment, ASSIGNMENT],
        cwd=toy.root,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_the_last_counts_in_every_order_and_nothing_is_mixed(toy):
    first = {student: kinds[0] for student, kinds in STUDENTS.items()}
    then = {student: kinds[1] for student, kinds in STUDENTS.items()}
    hand_in(toy, 1, LATER, first)
    toy.grade()
    assert_last_counts(toy, 1, first)
    # Again, dated earlier; the run is killed between two scores of somebody, and another goes on.
    hand_in(toy, 2, EARLIER, then)
    killed(toy, "nbgrader.preprocessors.saveautogrades", "SaveAutoGrades._add_score", "8")
    totals = {student: {sum(KINDS[kind]) for kind in kinds} for student, kinds in STUDENTS.items()}
    for student, found in scores(toy).items():
        assert sum(score for score, _person in found.values()) in totals[student], student  # the one or the other
    toy.grade()
    assert_last_counts(toy, 2, then)
    # The very same, forced and not; then back to the first, dated as the second.
    assert f"{len(STUDENTS)} as before" in toy.grade()
    assert "3 graded now" in toy.grade("--force", "--student", "less-*")
    assert_last_counts(toy, 2, then)
    hand_in(toy, 3, EARLIER, first)
    toy.grade("--force")
    assert_last_counts(toy, 3, first)
