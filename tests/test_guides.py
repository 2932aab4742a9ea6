"""The instructors' guide is true: its first commands are run in their order, and print what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.grading

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "book" / "instructors_guide.md"
STEM = "03_forget_gate"
BLOCK = re.compile(r"^[ :]*```\{code-block\} (\w+)\n *:class: (tried|seen)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(text):
    """(language, class, text) of each marked block of a page, in its order."""
    return BLOCK.findall(text)


def unseen(promised, output):
    """The promised lines that are missing in the output; spaces are ignored."""
    shown = " ".join(output.split())
    return [line for line in promised.splitlines() if " ".join(line.split()) not in shown]


@pytest.fixture
def course(tmp_path):
    """The course with one exercise, in a fresh folder, installed."""
    for name in ("Makefile", "nbgrader_config.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("requirements", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name / STEM, tmp_path / name / STEM)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "nbgrader"):
        # A script, not a link, so that Python reports an environment that exists: the sandbox binds that.
        program = tmp_path / ".venv" / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n')
        program.chmod(0o755)
    (tmp_path / ".venv" / "has").mkdir()
    (tmp_path / ".venv" / "has" / "grade").touch()
    return tmp_path


def run(commands, folder):
    done = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, commands + done.stdout
    return done.stdout


def test_what_the_guide_says_is_what_happens(course):
    output, looked = "", 0
    for language, kind, text in blocks(GUIDE.read_text(encoding="utf-8")):
        if kind == "seen":
            assert unseen(text, output) == [], output
            looked += 1
        elif language == "python":
            with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
                file.write(text)
        else:
            output = run(text, course)
    assert looked == 3


def test_a_line_that_is_not_there_would_be_noticed():
    tried = "```{code-block} sh\n:class: tried\nls\n```\n"
    seen = ": ```{code-block} text\n  :class: seen\n  ada  10/10\n  ```\n"
    assert blocks(tried + "\nYou see\n" + seen) == [("sh", "tried", "ls\n"), ("text", "seen", "  ada  10/10\n")]
    assert unseen("  ada  10/10\n", "student\nada    10/10  late\n") == []
    assert unseen("  ada  10/10\n", "ada 9/10\n") == ["  ada  10/10"]
