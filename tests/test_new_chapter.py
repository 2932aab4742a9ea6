"""A chapter that tools/new_chapter.py begins passes every general test, in a copy of the course."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAST = sorted(path.name for path in (ROOT / "solutions").iterdir())[-1]
STEM = f"{int(LAST[:2]) + 1:02}_attention"
# The general tests that concern one chapter; their names contain the chapter's stem or its function. Those of the built
# pages are left out: it would take a minute to build the book with one page more.
GENERAL = (
    "test_chapters.py",
    "test_checks.py",
    "test_exercise_answers.py",
    "test_demonstration_class.py",
    "test_dependencies.py",
    "test_book_ext.py",
)


def run(folder, *command):
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTEST_ADDOPTS": ""}
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course in which a chapter has been begun, and what the tool printed."""
    folder = tmp_path_factory.mktemp("course")
    ignored = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", ".*_cache", "demonstration")
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)
    begun = run(folder, "tools/new_chapter.py", STEM, "What is worth a look back?")
    assert begun.returncode == 0, begun.stderr
    for command in (("-m", "autograding.authoring.exercises", STEM), ("tools/catalogue.py",)):
        done = run(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder, begun.stdout


def test_it_says_what_to_fill_in(course):
    folder, said = course
    named = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert len(named) == 6
    assert all((folder / name).is_file() and STEM in name for name in named)


def test_every_general_test_passes(course):
    folder, _said = course
    tests = [f"tests/{name}" for name in GENERAL]
    done = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", f"{STEM} or attention or numbered", *tests)
    assert done.returncode == 0, done.stdout
    passed = int(done.stdout.rpartition(" passed")[0].split()[-1])
    assert passed > 20, done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("14_late", "What then?"), f"'14_late' does not follow {LAST}: expected {STEM[:2]}_name"),
        (("attention", "What then?"), "'attention' does not follow"),
        ((STEM, "On attention."), "'On attention.' is not a question"),
        ((STEM, "What then?", "--function", "a-b"), "'a-b' cannot be the name of a function"),
    ],
)
def test_what_it_cannot_begin_it_refuses(tmp_path, arguments, told):
    for name in ("tools", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name)
    done = run(tmp_path, "tools/new_chapter.py", *arguments)
    assert done.returncode == 2 and told in done.stderr
    assert not (tmp_path / "book").exists()
