"""The grader as a package of its own: its wheel, its commands, its options, and the courses that it begins."""

import ast
import csv
import importlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autograding.__main__ import MODULES, main
from autograding.authoring import options
from autograding.course import Course
from autograding.sandbox.limits import Limits

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "autograding"
QUICK = '\nc.Autograding.preload = ("numpy", "IPython.core.interactiveshell")\n'


# ---- the wheel -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names in the wheel, and its metadata."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(PACKAGE, folder / "autograding", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('..'))"
    environment = os.environ | {"PYTHONPATH": ""}
    options = {"cwd": folder / "autograding", "env": environment, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", build], **options)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / done.stdout.split()[-1]) as file:
        texts = {name: file.read(name).decode() for name in file.namelist() if ".dist-info/" in name}
        return set(file.namelist()) - texts.keys(), {name.rpartition("/")[2]: text for name, text in texts.items()}


def test_the_wheel_holds_what_the_package_reads_and_nothing_else(wheel):
    files = {path.relative_to(ROOT) for path in PACKAGE.rglob("*") if path.is_file()}
    beside = {"README.md", "DESIGN.md", "LICENSE", "pyproject.toml"}
    ours = {path for path in files if path.name not in beside and "__pycache__" not in path.parts}
    assert wheel[0] == {path.as_posix() for path in ours if "egg-info" not in str(path.parent)}


def test_the_wheel_says_what_it_is(wheel):
    _names, texts = wheel
    assert "Name: nbgrader-autograding\n" in texts["METADATA"] and "Requires-Dist: nbgrader<" in texts["METADATA"]
    assert (PACKAGE / "README.md").read_text(encoding="utf-8") in texts["METADATA"]
    assert texts["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "autograding = autograding.__main__:command" in texts["entry_points.txt"]


# ---- commands --------------------------------------------------------------------------------------------------------


def test_each_command_has_a_help_of_its_own(capsys):
    assert main(["--help"]) == 0
    overview = capsys.readouterr().out
    for name in MODULES:
        assert f"\n  autograding {name} " in overview
        with pytest.raises(SystemExit, match="0"):
            main([name, "--help"])
        assert capsys.readouterr().out.startswith(f"usage: autograding {name} [-h]")


def test_without_a_command_it_says_which_there_are(capsys):
    assert main([]) == 2
    assert "autograding new-course" in capsys.readouterr().err


def test_a_reader_who_has_read_enough_is_no_error(toy):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "autograding", "options"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, env=environment)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_word_that_is_no_command_is_an_assignment(toy, capsys):
    for words in (["02_toy"], ["grade", "02_toy"], ["--force", "02_toy"], ["grade", "grade"]):
        assert main(words) == 2
        assert f"no assignment {words[-1]} in solutions; there are: 01_toy" in capsys.readouterr().err


def test_the_page_names_each_command():
    page = (PACKAGE / "README.md").read_text(encoding="utf-8")
    assert [
        name for name in MODULES if f"| `autograding {name}" not in page and f", `autograding {name}" not in page
    ] == []


# ---- options ---------------------------------------------------------------------------------------------------------


def read_in(source: str) -> set[str]:
    """The names of options that a text reads or sets, of `config.Autograding`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                ast.Attribute(ast.Attribute(attr="Autograding"), "get" | "setdefault"), [ast.Constant(name), *_]
            ):
                found.add(name)
            case ast.Subscript(ast.Attribute(attr="Autograding"), ast.Constant(name)):
                found.add(name)
            case ast.Attribute(ast.Attribute(attr="Autograding"), name):
                found.add(name)
    return found - {"get", "setdefault"}


def test_every_option_that_the_code_reads_has_a_reason():
    read = set().union(*(read_in(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")))
    assert options.reasons().keys() == (read | Limits.__dataclass_fields__.keys()) - options.NOTED
    assert len(options.options()) == len(options.reasons()) + 2


@pytest.mark.parametrize("text", ['a.Autograding.get("x", 1)', 'c.Autograding["x"]', "self.config.Autograding.x = 1"])
def test_an_option_that_is_read_is_seen(text):
    assert read_in(text) == {"x"}


def test_the_page_shows_every_option_as_it_is():
    """Renew the table by `python tools/options_table.py`."""
    page = (PACKAGE / "README.md").read_text(encoding="utf-8")
    assert f"<!-- every option -->\n\n{options.markdown()}\n<!-- end -->" in page


def test_options_of_a_course_are_shown_and_those_that_are_none_are_named(toy, capsys):
    assert main(["options"]) == 0
    printed = capsys.readouterr().out
    assert 'c.Autograding.checks = "toy_course.checks"' in printed and "c.Autograding.cell_seconds = 5.0" in printed
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Autograding.memory_byte = 5\n")
    assert main(["options"]) == 1
    assert "there is no option c.Autograding.memory_byte; is it memory_bytes?" in capsys.readouterr().err


# ---- a course that it begins -----------------------------------------------------------------------------------------


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """A function that begins a course, and makes it the current one."""
    monkeypatch.setattr(sys, "path", sys.path.copy())

    def begin(*more):
        root = tmp_path / "Class of 2027"
        assert main(["new-course", str(root), *more]) == 0
        with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(QUICK)
        monkeypatch.chdir(root)
        forget()
        return root

    yield begin
    forget()


def forget():
    """The modules of a course are another one's, or have changed."""
    for name in [name for name in sys.modules if name.startswith("class_of_2027_course")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def graded(root, assignment):
    """The points of each student, as the CSV has them."""
    status = main(["grade", assignment])
    assert status == 0
    with (root / "grades" / f"{assignment}.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: float(row["total"]) for row in csv.DictReader(file)}


def some_of_the_class(root, assignment, names):
    """A demonstration class, without those that take long."""
    answers = f"wrong_answers/{assignment}.toml"
    assert main(["demonstration", assignment, "--answers", answers]) == 0
    for place in (root / "submitted").iterdir():
        if place.name not in names:
            shutil.rmtree(place)


@pytest.mark.grading
@pytest.mark.parametrize("more", [(), ("--plain",)], ids=["checks", "plain"])
def test_a_new_course_builds_makes_up_a_class_and_grades_it(begun, more, capsys):
    root = begun(*more)
    assert main(["exercises", "--check"]) == 0
    expected = {"right": 3, "untouched": 0, "wrong_squares": 1, "wrong_returns_nothing": 0}
    some_of_the_class(root, "01_double", expected)
    assert graded(root, "01_double") == expected
    assert "twice" in (root / "feedback" / "wrong_squares" / "01_double" / "01_double.html").read_text(encoding="utf-8")
    compile((root / "tests" / "test_exercises.py").read_text(encoding="utf-8"), "test_exercises.py", "exec")
    notebook = (root / "release" / "01_double" / "01_double.ipynb").read_text(encoding="utf-8")
    assert "return 2 * x" not in notebook
    assert main(["new-course", str(root)]) == 2
    assert "is there already" in capsys.readouterr().err


# What a function gets and gives back.
ANY = """
import collections
import enum

import numpy as np


class Colour(enum.IntEnum):
    RED = 1


def echo(rng, part=None):
    values = [np.float64(rng.normal()), np.int64(3), np.float32(0.1), np.bool_(True), 2**2000, None, True, "a"]
    values += [(1, (2.5,)), {"a": {1: [None]}, np.int64(2): 0.5}, collections.Counter("aab"), Colour.RED]
    values += [np.arange(3), np.array(0.5)]
    return {"arguments": [values], "expected": values}


CHECKS = {"echo": echo}
"""


@pytest.mark.grading
def test_a_new_exercise_asks_for_values_of_all_kinds_and_gets_them(begun, capsys):
    root = begun()
    assert main(["new-exercise", "02_echo"]) == 0
    for place in (root / "source" / "02_echo" / "02_echo.ipynb", root / "wrong_answers" / "02_echo.toml"):
        place.write_text(place.read_text(encoding="utf-8").replace("return 2 * x", "return x"), encoding="utf-8")
    (root / "class_of_2027_course" / "exercise_02_echo.py").write_text(ANY, encoding="utf-8")
    expected = {"right": 3, "wrong_returns_nothing": 0}
    some_of_the_class(root, "02_echo", expected)
    assert graded(root, "02_echo") == expected
    forget()
    checks = Course(root).checks
    checks.check("echo", lambda x: x)
    with pytest.raises(AssertionError, match="echo gave None, expected"):
        checks.check("echo", lambda x: None)
    capsys.readouterr()
    for words, told in [
        (
            ["02_echo"],
            "nothing is overwritten, and there are: source/02_echo/02_echo.ipynb, wrong_answers/02_echo.toml",
        ),
        (["03_echo"], "there is a check echo already, in class_of_2027_course.exercise_02_echo"),
        (["03"], "'' cannot be a function: say which, by --function"),
        (["03_x", "--function", "class"], "'class' cannot be a function"),
        (["a/b"], "'a/b' cannot be an exercise"),
    ]:
        assert main(["new-exercise", *words]) == 2
        assert told in capsys.readouterr().err


def test_a_course_that_is_laid_out_otherwise_is_told(toy, capsys):
    assert main(["new-exercise", "02_more"]) == 2
    assert "are not laid out as new-course does it" in capsys.readouterr().err
    assert [place.name for place in (toy.root / "solutions").iterdir()] == ["01_toy"]


SAME = [
    (np.float64(0.1 + 0.2), 0.3, True),
    (1, 1.0, True),
    (np.int64(3), 3, True),
    (True, 1, False),
    (1, True, False),
    (np.bool_(True), True, True),
    (None, None, True),
    (0, None, False),
    ("a", np.str_("a"), True),
    (2**2000, 2**2000, True),
    (2**2000 + 1, 2**2000, False),
    (float("nan"), float("nan"), True),
    ([1, 2.0], np.array([1.0, 2.0]), True),
    (np.array([1.0, 2.0]), [1, 2], True),
    ((1, (2,)), [1, [2]], True),
    ([1, [2, 3]], 5.0, False),
    ([[1], [2, 3]], np.ones(2), False),
    (np.array(1.0), [1.0], False),
    (np.array(["a"]), np.ones(1), False),
    ({"a": 1}, {"a": 1.0}, True),
    ({"a": 1}, {"b": 1}, False),
    (object(), 1.0, False),
    (1j, 1.0, False),
]


def test_values_are_compared_by_what_they_are(begun):
    checks = Course(begun()).checks
    assert [(value, expected) for value, expected, same in SAME if checks.same(value, expected) is not same] == []


def test_the_page_s_own_check_is_one(begun):
    page = (PACKAGE / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```python\n(.*?def mean.*?)```", page, re.DOTALL)[1]
    text = "\n".join(line.removeprefix("   ") for line in block.splitlines())
    root = begun()
    (root / "class_of_2027_course" / "exercise_02_mean.py").write_text(text, encoding="utf-8")
    checks = Course(root).checks
    checks.check("mean", np.mean)
    with pytest.raises(AssertionError, match="the sum was not divided"):
        checks.check("mean", sum)
