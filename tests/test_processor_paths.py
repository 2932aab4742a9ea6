"""On other code paths of the processor: pages that train say the same, and exercise 11 is judged alike."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.code_paths import PATHS, environment
from benchmarks.same_everywhere import ASKED, Run, Said, differences

ROOT = Path(__file__).parents[1]
# No other page trains a network. `python -m benchmarks.same_everywhere` compares all pages.
TRAIN = ("01_why_lstm", "09_engineer_intuition", "11_configure_and_diagnose")
SEEDS = 12
VERDICTS = f"""
from test_exercise_answers import run_solution, wrong_answers
from lstm_ref import check

STEM = "11_configure_and_diagnose"
right = run_solution(STEM)["train_classifier"]
for seed in range({SEEDS}):
    check("train_classifier", right, seed=seed)
hasty = next(wrong for wrong in wrong_answers(STEM) if wrong["name"] == "train_one_epoch")
wrong = run_solution(STEM, hasty["replaces"], hasty["source"])["train_classifier"]
try:
    check("train_classifier", wrong, seed=0)
except AssertionError:
    print("judged")
"""


def run(code, path, threads=1):
    """Run a process on this path, and return what it prints."""
    places = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(path, threads) | places, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the paths are those of x86-64 processors")
def test_a_path_is_another_code():
    assert run(ASKED, "sse").strip() == "torch DEFAULT, NumPy baseline"
    assert run(ASKED, "machine") != run(ASKED, "sse")


@pytest.mark.parametrize("path", ["machine", "sse"])
def test_exercise_11_is_judged_alike_whatever_the_seed(path):
    assert run(VERDICTS, path).splitlines()[-1] == "judged"  # after a tick for each right answer


def test_the_pages_that_train_say_the_same_on_every_path(book):
    """For the machine's own path, the pages of the built book are taken."""
    built = book.parent / "jupyter_execute" / "book"
    options = ["--few", "--threads", "1", "1", "2", "1", "--jobs", "1", "--built", built]
    command = [sys.executable, "-m", "benchmarks.same_everywhere", *TRAIN, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(PATHS) * len(TRAIN)} runs of {len(TRAIN)} pages: 0 differences" in done.stdout


def test_a_cell_that_says_something_else_is_named_and_so_is_a_page_that_fails():
    here, there = (Run(Path("01_page.md"), path, 1) for path in ("machine", "sse"))
    said = Said(["", "right: 98%\n"], None)
    assert list(differences({here: said, there: said})) == []
    (named,) = differences({here: said, there: Said(["", "right: 97%\n"], None)})
    assert named.startswith("code cell 2 of 01_page on sse with 1 thread differs from machine")
    assert "-right: 98%" in named and "+right: 97%" in named
    (named,) = differences({here: said, there: Said(["", ""], "AssertionError: 0.88")})
    assert named == "01_page on sse with 1 thread fails: AssertionError: 0.88"
