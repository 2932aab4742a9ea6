"""What a killed run leaves in the folder for temporary files is removed by the next, and nothing of anybody else's."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from conftest import ASSIGNMENT

from autograding import scratch
from autograding.course import Course
from autograding.run.grade import Grader

HOLDS = """
import sys, time
from pathlib import Path
from autograding import scratch
held = scratch.hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_only_what_a_dead_process_held_is_removed(temporary):
    dead, alive, begun, old, file = (temporary / f"autograding-{name}" for name in ("a", "b", "c", "d", "e"))
    for folder in (dead, alive, begun, old, temporary / "of-somebody-else"):
        folder.mkdir()
        (folder / "notebook.ipynb").write_text("{}")
    file.write_text("")
    (temporary / "autograding-link").symlink_to(temporary / "of-somebody-else")
    os.utime(old, (time.time() - 2 * scratch.BEGINNING,) * 2)
    ours = scratch.hold(alive)
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(dead)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        assert scratch.sweep() == [old]
        other.kill()
    assert scratch.sweep() == [dead]
    left = {path.name for path in temporary.iterdir()}
    assert left == {"autograding-b", "autograding-c", "autograding-e", "autograding-link", "of-somebody-else"}
    ours.close()
    assert scratch.sweep() == [alive]


@pytest.mark.grading
def test_a_run_holds_its_own_folder_and_sweeps_before_it_starts(toy, temporary):
    left = temporary / "autograding-left"
    left.mkdir()
    scratch.hold(left).close()  # as a killed run leaves it
    with Grader(Course(toy.root), ASSIGNMENT) as grader:
        assert not left.exists()
        assert grader.scratch.parent == temporary
        assert scratch.sweep() == [] and Path(grader.scratch).is_dir()
    assert list(temporary.iterdir()) == []
