"""A course without checks, whose graded cells are plain nbgrader tests: a failing test scores nothing, shown or not."""

import re
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from unittest.mock import MagicMock

import nbformat
import numpy as np
import pytest
from conftest import ASSIGNMENT, Toy, cell

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
import kinds_plain  # noqa: E402 (found by the line before)
from notebooks import rewritten  # noqa: E402

from autograding.authoring.expected import page_text  # noqa: E402
from autograding.course import Course  # noqa: E402
from autograding.report.results import read_result  # noqa: E402
from autograding.run.plain_tests import taken_apart  # noqa: E402
from autograding.sandbox.inside.shell import Loop
from autograding.sandbox.inside.witness import make_witness  # noqa: E402

pytestmark = pytest.mark.grading

STRANGERS = tomllib.loads((Path(__file__).parent / "attacks" / "plain.toml").read_text(encoding="utf-8"))
# Answers and the points that they get, of 6: greet is worth 2.
HONEST = {
    "right": ("def double(x): return 2 * x", 6),
    "partly": ("def double(x): return 2 * x if len(x) else 1", 3.5),
    "wrong": ("def double(x): return 0", 2),
    "numpy": ("def double(x): return 2 * np.asarray(x)", 6),
    "prints": ("def double(x):\n    print('9.0')\n    return 2 * x", 6),
    "warns": ("import warnings\ndef double(x):\n    warnings.warn('careful')\n    return 2 * x", 6),
    "shows": ("from IPython.display import display\ndef double(x):\n    display(x)\n    return 2 * x", 6),
}
PARTS = """
answer = double(np.ones(0))
points = 0.5 if isinstance(answer, int) and answer == 1 else 3.0
assert points == 0.5 or len(answer) == 0
points
"""
VALUES = "np.testing.assert_allclose(double(np.arange(3.0)), [0, 2, 4])"
GREET = "import asyncio\nawait asyncio.sleep(0)\n%matplotlib inline\nassert greet('Ada') == 'Hello, Ada!'"
# %matplotlib imports it in each notebook, unless the sandbox has it.
LIMITS = """
c.ExecutePreprocessor.timeout = 6
c.Autograding.preload = ("numpy", "IPython.core.interactiveshell", "matplotlib.pyplot")
"""


def plain(toy: Toy) -> nbformat.NotebookNode:
    """The toy course without its checks; returns the solution."""
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('plug_in(c, checks="toy_course.checks")', "plug_in(c)") + LIMITS)
    nb = toy.solution()
    cell(nb, "prepare").source = "import numpy as np"
    cell(nb, "double_values").source = VALUES + kinds_plain.HIDDEN
    cell(nb, "double_values").metadata.nbgrader.points = 1
    cell(nb, "double_empty").source, cell(nb, "double_empty").metadata.nbgrader.points = PARTS.strip(), 3
    cell(nb, "greet_check").source = GREET
    nb.cells = [c for c in nb.cells if "np.ones(2)) == 2" not in c.source]
    nbformat.write(nb, toy.root / "solutions" / ASSIGNMENT / "01_toy.ipynb")
    return nb


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    toy = Toy(tmp_path_factory.mktemp("plain") / "course")
    solution = plain(toy)
    answers = {name: stranger["double"] for name, stranger in STRANGERS.items()}
    for student, answer in (answers | {name: answer for name, (answer, _points) in HONEST.items()}).items():
        nb = deepcopy(solution)
        cell(nb, "double").source = answer.strip()
        toy.hand_in(student, nb)
    for student, cells in kinds_plain.readers().items():
        toy.hand_in(student, rewritten(solution, cells))
    toy.grade()
    return Course(toy.root)


@pytest.mark.parametrize("name", HONEST)
def test_honest_answers_get_their_points(graded, name):
    assert read_result(graded, ASSIGNMENT, name).total == HONEST[name][1]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_failing_test_scores_nothing_however_it_is_silenced(graded, name):
    result = read_result(graded, ASSIGNMENT, name)
    scores = {c.name: c.score for c in result.cells}
    assert scores == {"double_values": 0, "double_empty": 0, "greet_check": scores["greet_check"]}
    page = graded.folder("feedback", name, ASSIGNMENT) / "01_toy.html"
    assert STRANGERS[name].get("told", "AssertionError") in page_text(page.read_text(encoding="utf-8"))


def test_an_error_that_was_silenced_says_so(graded):
    page = graded.folder("feedback", "replaces_showtraceback", ASSIGNMENT) / "01_toy.html"
    assert "hides its errors" in page_text(page.read_text(encoding="utf-8"))


def test_the_error_that_is_shown_is_of_the_test_alone(graded):
    page = graded.folder("feedback", "wrong", ASSIGNMENT) / "01_toy.html"
    text = page_text(page.read_text(encoding="utf-8"))
    assert "Not equal to tolerance" in text and "hides its errors" not in text
    assert "witness" not in text and "double(np.arange(3.0)), [0, 2, 4]" in text


@pytest.mark.parametrize("name", kinds_plain.WAYS)
def test_a_hidden_test_is_on_no_page_word_for_word(graded, name):
    text = page_text((graded.folder("feedback", name, ASSIGNMENT) / "01_toy.html").read_text(encoding="utf-8"))
    assert re.findall(kinds_plain.NEVER, text) == []
    assert read_result(graded, ASSIGNMENT, name).total == 2


@pytest.mark.parametrize(
    ("last_line", "number"),
    [
        ("0.5", "0.5"),
        ("2", "2"),
        ("None", None),
        ("x = 1", None),
        ("np.float64(0.5)", "0.5"),
        ("np.float32(0.5)", "0.5"),
        ("np.longdouble(0.5)", "0.5"),
        ("np.int64(2)", "2"),
        ("np.uint8(2)", "2"),
        ("np.float64('nan')", "nan"),
        ("np.bool_(True)", None),
        ("'0.5'", None),
    ],
)
def test_the_last_line_gives_points_if_it_is_a_number_of_whatever_type(last_line, number):
    shell, outlet = MagicMock(), MagicMock()
    shell.user_ns, shell.loop_runner = {"np": np}, Loop()
    assert make_witness(shell, outlet).run_graded(last_line, *taken_apart(last_line)) == (None, number)
