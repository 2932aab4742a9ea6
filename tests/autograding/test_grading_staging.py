"""Whatever is handed in, what nbgrader sees is a copy that can be trusted."""

import json
import os

import nbformat
import pytest
from conftest import NOTEBOOK

from autograding.intake import staging
from autograding.intake.remarks import Remark
from autograding.intake.staging import Unreadable, read_notebook, stage

IGNORE = [".ipynb_checkpoints", "__pycache__"]


@pytest.fixture
def folders(toy, tmp_path):
    """The student's folder with a right notebook, what was released, and where the copy goes."""
    submission = toy.hand_in("ada", toy.solution())
    released = tmp_path / "released"
    released.mkdir()
    nbformat.write(toy.solution(), released / NOTEBOOK)
    return submission, released, tmp_path / "copy"


def test_an_honest_submission_is_copied_whole(folders):
    submission, _released, into = folders
    (submission / "data").mkdir()
    (submission / "data" / "radar.csv").write_text("1,2\n")
    (submission / "timestamp.txt").write_text("2030-01-01 12:00:00 UTC")
    (submission / ".ipynb_checkpoints").mkdir()
    (submission / ".ipynb_checkpoints" / "old.txt").write_text("old")
    assert stage(*folders, IGNORE) == {"01_toy": []}
    copied = {p.relative_to(into).as_posix() for p in into.rglob("*") if p.is_file()}
    assert copied == {NOTEBOOK, "data/radar.csv", "timestamp.txt"}
    assert nbformat.read(into / NOTEBOOK, 4) == nbformat.read(submission / NOTEBOOK, 4)


def test_links_pipes_and_giants_stay_outside(folders, monkeypatch):
    submission, _released, into = folders
    monkeypatch.setattr(staging, "LARGEST_FOLDER", 1000)
    (submission / "passwords").symlink_to("/etc/passwd")
    (submission / "system").symlink_to("/etc")
    os.mkfifo(submission / "pipe")
    (submission / "zeros").write_bytes(bytes(2000))
    remarks = stage(*folders, IGNORE)["01_toy"]
    assert {r.what for r in remarks} == {"passwords", "system", "pipe", "zeros"}
    assert {r.kind for r in remarks} == {"left out"}
    assert [p.name for p in into.iterdir()] == [NOTEBOOK]


def test_files_without_end_are_cut(folders, monkeypatch):
    submission, _released, into = folders
    monkeypatch.setattr(staging, "MOST_FILES", 3)
    for number in range(6):
        (submission / f"{number}.txt").write_text("")
    assert stage(*folders, IGNORE)["01_toy"] == [Remark("left out", "3.txt")]
    assert len(list(into.glob("*.txt"))) == 3


def test_a_notebook_that_is_a_link_is_not_followed(folders, tmp_path):
    submission, released, into = folders
    (submission / NOTEBOOK).rename(tmp_path / "elsewhere.ipynb")
    (submission / NOTEBOOK).symlink_to(tmp_path / "elsewhere.ipynb")
    (remark,) = stage(submission, released, into, IGNORE)["01_toy"]
    assert remark.kind == "unreadable"
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


def test_a_wrong_name_is_put_right_when_there_is_no_doubt(folders):
    submission, released, into = folders
    (submission / NOTEBOOK).rename(submission / "01_toy (1).ipynb")
    nbformat.write(nbformat.v4.new_notebook(), submission / "scratch.ipynb")
    assert stage(*folders, IGNORE) == {"01_toy": [Remark("renamed", "01_toy (1).ipynb")]}
    assert nbformat.read(into / NOTEBOOK, 4) == nbformat.read(submission / "01_toy (1).ipynb", 4)


def test_between_two_candidates_the_grader_does_not_choose(folders):
    submission, released, into = folders
    (submission / "second.ipynb").write_bytes((submission / NOTEBOOK).read_bytes())
    (submission / NOTEBOOK).rename(submission / "first.ipynb")
    assert stage(*folders, IGNORE) == {"01_toy": [Remark("missing", NOTEBOOK)]}
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


def test_the_right_name_wins_over_other_notebooks(folders):
    submission, _released, into = folders
    other = nbformat.read(submission / NOTEBOOK, 4)
    other.cells = other.cells[:3]
    nbformat.write(other, submission / "a.ipynb")
    assert stage(*folders, IGNORE) == {"01_toy": []}
    assert len(nbformat.read(into / NOTEBOOK, 4).cells) == 8
    assert not (into / "a.ipynb").exists()


def test_a_date_that_is_none_is_left_out(folders):
    submission, _released, into = folders
    (submission / "timestamp.txt").write_text("yesterday evening, promised")
    assert stage(*folders, IGNORE) == {"01_toy": [Remark("undated", "yesterday evening, promised")]}
    assert not (into / "timestamp.txt").exists()


GOOD = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n ", "the file is empty"),
        (b'{"cells": [\n{"cell_type": "code",', "cut short at line 2"),
        (b"\xff\xfe\x00", "damaged or cut short at line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[1, 2]", "not a Jupyter notebook"),
        (b'"text"', "not a Jupyter notebook"),
        (b"{}", "not a"),
        (b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}', "not a Jupyter notebook"),
        (json.dumps(GOOD | {"cells": [{"cell_type": "code"}]}).encode(), "not a"),
        (json.dumps(GOOD | {"cells": "many"}).encode(), "not a"),
        (json.dumps(GOOD | {"metadata": {"title": "\ud800"}}).encode(), "not a Jupyter notebook"),
    ],
)
def test_what_is_no_notebook_is_said_to_be_none(tmp_path, content, reason):
    path = tmp_path / "some.ipynb"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=reason):
        read_notebook(path)


def test_a_notebook_without_cell_ids_is_read(tmp_path):
    path = tmp_path / "old.ipynb"
    cell = {"cell_type": "markdown", "metadata": {}, "source": "x"}
    path.write_text(json.dumps(GOOD | {"nbformat_minor": 4, "cells": [cell]}))
    assert read_notebook(path).cells[0].source == "x"
    path.write_text(json.dumps(GOOD | {"cells": [cell, cell]}))
    assert len({c.id for c in read_notebook(path).cells}) == 2


def test_a_giant_notebook_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "LARGEST_NOTEBOOK", 2 * staging.MEGABYTE)
    path = tmp_path / "some.ipynb"
    path.write_bytes(bytes(3 * staging.MEGABYTE))
    with pytest.raises(Unreadable, match="3 MB long; expected 2 MB at most"):
        read_notebook(path)
