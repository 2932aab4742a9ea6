"""A toy course of one exercise, in a folder of its own, and ways to grade it as a teacher would."""

import contextlib
import importlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

import autograding.__main__
from autograding.authoring import demonstration

HERE = Path(__file__).parent
ANSWERS = HERE / "wrong_answers.toml"
ASSIGNMENT = "01_toy"
NOTEBOOK = "01_toy.ipynb"
# Nobody's answer needs torch or matplotlib, whose import is most of what a run over a small class takes.
QUICK = '\nc.Autograding.preload = ("numpy", "IPython.core.interactiveshell")\n'


class Toy:
    """A copy of the toy course, or another course, and the commands run in it."""

    def __init__(self, root: Path):
        self.root = root
        shutil.copytree(HERE / "toy", root, ignore=shutil.ignore_patterns("__pycache__"))
        config = root / "nbgrader_config.py"
        config.write_text(config.read_text() + QUICK)

    @classmethod
    def at(cls, root: Path) -> "Toy":
        """Any other course, in the folder where it lies."""
        course = cls.__new__(cls)
        course.root = root
        return course

    def run(
        self, *arguments: str, module: str = "autograding", longest: float = 600, **environment: str
    ) -> subprocess.CompletedProcess:
        """`python -m module arguments` in the course's folder, its output kept."""
        # The repository is named because the grader may be installed or not; the course is not.
        places = os.pathsep.join([str(HERE.parents[1]), str(self.root)])
        return subprocess.run(
            [sys.executable, "-W", "error::DeprecationWarning:autograding", "-m", module, *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": places, "COLUMNS": "200"} | environment,
            capture_output=True,
            text=True,
            timeout=longest,
        )

    def here(self, main: Callable[[list[str]], int], *arguments: str) -> subprocess.CompletedProcess:
        """The same as `run`, in this process: a new one takes longer to import the grader than to grade the class."""
        printed, errors, path = io.StringIO(), io.StringIO(), sys.path.copy()
        with contextlib.chdir(self.root), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("COLUMNS", "200")
                status = main(list(arguments))
        sys.path[:] = path
        forget_the_course()
        return subprocess.CompletedProcess(arguments, status, printed.getvalue(), errors.getvalue())

    def grade(self, *arguments: str) -> str:
        """Grade the toy assignment and return the table; fails where the command fails."""
        done = self.here(autograding.__main__.main, ASSIGNMENT, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def solution(self) -> nbformat.NotebookNode:
        """The solution notebook."""
        return nbformat.read(self.root / "solutions" / ASSIGNMENT / NOTEBOOK, as_version=4)

    def hand_in(self, student: str, nb: nbformat.NotebookNode, name: str = NOTEBOOK) -> Path:
        """Put one notebook where `student` hands in."""
        folder = self.root / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, folder / name)
        return folder


def forget_the_course() -> None:
    """The next copy of it lies elsewhere, or is another one."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "toy_course"]:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def toy(tmp_path, monkeypatch) -> Toy:
    """A toy course of the test's own, its folder the current one and importable."""
    course = Toy(tmp_path / "course")
    monkeypatch.chdir(course.root)
    monkeypatch.syspath_prepend(str(course.root))
    yield course
    forget_the_course()


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory) -> tuple[Toy, str]:
    """The demonstration class of the toy course, graded once; and the table that was printed."""
    course = Toy(tmp_path_factory.mktemp("class") / "course")
    made = course.here(demonstration.main, ASSIGNMENT, "--answers", str(ANSWERS))
    assert made.returncode == 0, made.stderr
    return course, course.grade("--jobs", "4")  # some of the class do nothing but wait


def cell(nb: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    """The cell of that grade_id."""
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
