"""Whatever is handed in, what nbgrader sees is a copy that can be trusted."""

import errno
import gzip
import io
import os
import shutil
import socket
import tempfile
import tracemalloc
import zipfile
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from conftest import ASSIGNMENT, NOTEBOOK, cell

from autograding import beneath
from autograding.beneath import Place
from autograding.course import Course
from autograding.intake import handed_in, staging
from autograding.intake.handed_in import read
from autograding.intake.remarks import Remark, sentence
from autograding.intake.staging import stage
from autograding.intake.unpacked import entries
from autograding.messages import plain
from autograding.run.prepare import _make_way
from autograding.troubles import of_the_machine

IGNORE = [".ipynb_checkpoints", "__pycache__"]


def place_of(submission):
    """The student's folder, as the course names it."""
    return Place(submission.parents[1], submission.parts[-2:])


def staged(submission, released, into):
    """Read and stage a submission; the remarks on its one notebook."""
    return stage(read(place_of(submission), IGNORE, {NOTEBOOK}), released, into)["01_toy"]


def sources(path):
    return [(cell.cell_type, cell.source) for cell in nbformat.read(path, 4).cells]


def copied(into):
    return {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}


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
    assert staged(*folders) == []
    assert copied(into) == {NOTEBOOK, "data/radar.csv", "timestamp.txt"}
    assert sources(into / NOTEBOOK) == sources(submission / NOTEBOOK)


def test_a_question_has_its_picture_again_where_an_editor_dropped_it(folders):
    submission, released, into = folders
    question, named, own = (nbformat.v4.new_markdown_cell(f"![](attachment:{n}.png)", id=n) for n in ("q", "n", "own"))
    named.metadata.nbgrader = {"grade_id": "named", "locked": True}
    for folder, carried in ((released, {"image/png": "aaaa"}), (submission, {})):
        nb = nbformat.read(folder / NOTEBOOK, as_version=4)
        for one, name in ((question, "q"), (named, "n")):
            one.attachments = {f"{name}.png": carried} if carried else {}
        own.attachments = {"own.png": {"image/png": "bbbb"}}
        nb.cells += [question, named] + ([own] if folder == submission else [])
        nbformat.write(nb, folder / NOTEBOOK)
    assert staged(*folders) == []
    found = {cell.source: cell.attachments for cell in nbformat.read(into / NOTEBOOK, 4).cells if "attachments" in cell}
    assert found == {
        f"![](attachment:{name}.png)": {f"{name}.png": {"image/png": content}}
        for name, content in (("q", "aaaa"), ("n", "aaaa"), ("own", "bbbb"))
    }


def test_links_pipes_and_giants_stay_outside(folders, monkeypatch):
    submission, _released, into = folders
    monkeypatch.setattr(handed_in, "LARGEST_FOLDER", 1000)
    (submission / "passwords").symlink_to("/etc/passwd")
    (submission / "system").symlink_to("/etc")
    os.mkfifo(submission / "pipe")
    (submission / "zeros").write_bytes(bytes(2000))
    remarks = staged(*folders)
    assert {r.what for r in remarks} == {"passwords", "system", "pipe", "zeros"}
    assert {r.kind for r in remarks} == {"left out"}
    assert [p.name for p in into.iterdir()] == [NOTEBOOK]


def test_files_without_end_are_cut(folders, monkeypatch):
    submission, _released, into = folders
    monkeypatch.setattr(handed_in, "MOST_FILES", 3)
    monkeypatch.setattr(staging, "MOST_NAMED", 2)
    for number in range(6):
        (submission / f"{number}.txt").write_text("")
    left_out = [Remark("left out", "3.txt"), Remark("left out", "4.txt"), Remark("more left out", "1")]
    assert staged(*folders) == left_out
    assert len(list(into.glob("*.txt"))) == 3


def test_a_notebook_that_is_a_link_is_not_followed(folders, tmp_path):
    submission, released, into = folders
    (submission / NOTEBOOK).rename(tmp_path / "elsewhere.ipynb")
    (submission / NOTEBOOK).symlink_to(tmp_path / "elsewhere.ipynb")
    (remark,) = staged(*folders)
    assert remark.kind == "unreadable"
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


@pytest.mark.parametrize("name", ["01_toy (1).ipynb", "01_toy.ipynb.txt", "01_TOY.IPYNB", "\udcdcbung.ipynb"])
def test_a_wrong_name_is_put_right_when_there_is_no_doubt(folders, name):
    submission, released, into = folders
    (submission / NOTEBOOK).rename(submission / name)
    nbformat.write(nbformat.v4.new_notebook(), submission / "scratch.ipynb")
    assert staged(*folders) == [Remark("renamed", plain(name))]
    assert sources(into / NOTEBOOK) == sources(submission / name)


def answered(submission, name, **answers):
    """Write a copy of the student's notebook with other answers."""
    nb = nbformat.read(submission / NOTEBOOK, 4)
    for grade_id, source in answers.items():
        cell(nb, grade_id).source = source
    (submission / name).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, submission / name)


def test_between_two_candidates_the_grader_does_not_choose(folders):
    submission, released, into = folders
    answered(submission, "first.ipynb", double="def double(x): return x + x")
    answered(submission, "second.ipynb", double="def double(x): return 2 * x")
    (submission / NOTEBOOK).unlink()
    (remark,) = staged(*folders)
    assert remark == Remark("several", "first.ipynb, second.ipynb")
    assert "first.ipynb" in sentence(remark) and "second.ipynb" in sentence(remark)
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


@pytest.mark.parametrize("same", [True, False])
def test_of_two_with_the_same_answers_or_one_without_any_it_takes_the_first(folders, same):
    submission, _released, into = folders
    answered(submission, "first.ipynb", double="def double(x): return x + x")
    answered(submission, "second.ipynb", **({"double": "def double(x): return x + x  \n"} if same else {}))
    (submission / NOTEBOOK).unlink()
    assert staged(*folders) == [Remark("renamed", "first.ipynb")]
    assert sources(into / NOTEBOOK) == sources(submission / "first.ipynb")


@pytest.mark.parametrize("spoilt", [None, b"", b"{", b"<!DOCTYPE html>"])
@pytest.mark.parametrize("name", ["01_toy-Copy1.ipynb", "01_toy (1).ipynb", f"home/{NOTEBOOK}", "01_toy.json"])
def test_a_copy_with_work_is_graded_where_the_right_name_holds_none(folders, name, spoilt):
    submission, _released, into = folders
    answered(submission, name, double="def double(x): return x + x")
    if spoilt is not None:
        (submission / NOTEBOOK).write_bytes(spoilt)
    why, instead, *left_out = staged(*folders)
    assert why.kind == ("untouched" if spoilt is None else "spoilt")
    assert instead == Remark("instead", name) and name in sentence(instead)
    assert left_out == []
    assert sources(into / NOTEBOOK) == sources(submission / name)


def test_several_copies_with_other_work_are_told(folders):
    submission, _released, into = folders
    answered(submission, "a.ipynb")
    assert staged(*folders) == []  # a copy of the stub is no work
    shutil.rmtree(into)
    answered(submission, "a.ipynb", double="def double(x): return x + x")
    answered(submission, "b.ipynb", double="def double(x): return 2 * x")
    assert staged(*folders) == [Remark("another", "a.ipynb, b.ipynb")]
    assert sources(into / NOTEBOOK) == sources(submission / NOTEBOOK)


def test_work_under_the_right_name_is_graded_and_a_copy_with_more_is_told(folders):
    submission, _released, into = folders
    answered(submission, "more.ipynb", double="def double(x): return x + x", greet="def greet(name): return name")
    answered(submission, "less.ipynb", double="def double(x): return x - x")
    answered(submission, NOTEBOOK, greet="def greet(name): return ''")
    assert staged(*folders) == [Remark("fuller", "more.ipynb")]
    assert sources(into / NOTEBOOK) == sources(submission / NOTEBOOK)


def zipped(**files):
    """An archive of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("name", ["01_toy.zip", "Work.ZIP", NOTEBOOK])
@pytest.mark.parametrize("home", ["", "home/", "..\\..\\home\\", "/"])
def test_an_archive_with_the_notebook_is_a_folder(folders, name, home):
    submission, _released, into = folders
    wanted = sources(submission / NOTEBOOK)
    files = {f"{home}{NOTEBOOK}": (submission / NOTEBOOK).read_bytes(), f"{home}data.csv": b"1"}
    odd = {f"__MACOSX/._{NOTEBOOK}": b"\0\5\x16\7", f".ipynb_checkpoints/{NOTEBOOK}": b"{}", "x" * 300: b"1"}
    (submission / NOTEBOOK).unlink()
    (submission / name).write_bytes(zipped(**files, **odd))
    nested, *_left_out = staged(*folders)
    assert nested == Remark("nested", "/".join([name, *home.strip("/.\\").split(), NOTEBOOK]))
    assert sources(into / NOTEBOOK) == wanted and (into / "data.csv").read_text() == "1"
    assert not (into.parent / "home").exists()


@pytest.mark.parametrize("name", [f"{NOTEBOOK}.gz", NOTEBOOK])
def test_a_notebook_that_was_compressed_is_opened(folders, name):
    submission, _released, into = folders
    content = (submission / NOTEBOOK).read_bytes()
    (submission / NOTEBOOK).unlink()
    (submission / name).write_bytes(gzip.compress(content))
    assert staged(*folders) == [Remark("nested", f"{name}/{NOTEBOOK}")]
    assert (into / NOTEBOOK).exists()


def test_an_archive_of_data_stays_a_file(folders):
    submission, _released, into = folders
    data = zipped(**{"a.csv": b"1"})
    (submission / "data.zip").write_bytes(data)
    (submission / "data.npz").write_bytes(zipped(**{NOTEBOOK: b"{}"}))
    assert staged(*folders) == []
    assert (into / "data.zip").read_bytes() == data and (into / "data.npz").is_file()


def test_what_is_packed_costs_no_more_than_what_is_not(folders, monkeypatch):
    """Each entry is measured before it is opened, one that cannot be opened counts too, and so does their number."""
    submission, *_others = folders
    packed = {NOTEBOOK: b"{}"} | {f"{number}.csv": bytes(1000) for number in range(9)}
    content = zipped(**packed)
    (submission / "a.zip").write_bytes(content)
    monkeypatch.setattr(handed_in, "LARGEST_FOLDER", 3500)
    found = read(place_of(submission), IGNORE).files
    assert [file.content is not None for file in found] == [True] * 3 + [False] * 6
    assert {file.why for file in found} == {"", handed_in.LARGE}
    body = content.index(b"0.csv") + len(b"0.csv")
    spoilt = content[:body] + bytes(byte ^ 255 for byte in content[body : body + 3]) + content[body + 3 :]
    (submission / "a.zip").write_bytes(spoilt)
    found = read(place_of(submission), IGNORE).files
    assert [file.why for file in found][:4] == [handed_in.PACKED, "", "", handed_in.LARGE]
    monkeypatch.setattr(handed_in, "MOST_NAMES", 9)
    assert [file.path for file in read(place_of(submission), IGNORE).files] == [("a.zip",)]


def test_an_entry_larger_than_it_says_is_not_unpacked():
    content = bytearray(zipped(**{NOTEBOOK: b"{}", "zeros": bytes(30 << 20)}))
    size = content.rindex(b"PK\1\2") + 24
    content[size : size + 4] = (10).to_bytes(4, "little")
    _notebook, (path, told, unpack) = entries("a.zip", bytes(content), handed_in.is_notebook, 9)
    tracemalloc.start()
    with pytest.raises(ValueError, match="CRC"):
        unpack()
    most, _all = tracemalloc.get_traced_memory()[1], tracemalloc.stop()
    assert (path, told) == (("zeros",), 10) and most < 1 << 20


def test_a_program_is_graded_where_there_is_no_notebook(folders):
    submission, _released, into = folders
    program = "#!/usr/bin/env python\n# In[1]:\n\nimport numpy\n\n# In[ ]:\n\ndef double(x):\n    return x + x\n"
    (submission / "01_toy.py").write_text(program)
    assert staged(*folders) == [Remark("untouched"), Remark("program", "01_toy.py")]
    assert [source.strip() for _kind, source in sources(into / NOTEBOOK)][1:] == [
        "import numpy",
        "def double(x):\n    return x + x",
    ]


@pytest.mark.parametrize("told", ["answers.pdf", "01_toy.html", "01_toy.tar.gz", "notes.py"])
def test_what_cannot_be_graded_is_named(folders, told):
    submission, released, into = folders
    (submission / NOTEBOOK).unlink()
    (submission / told).write_bytes(b"x = 1")
    missing, named, *_left_out = staged(*folders)
    assert (missing, named) == (Remark("missing", NOTEBOOK), Remark("handed in", told))
    assert told in sentence(named)
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


def test_the_right_name_wins_over_other_notebooks(folders):
    submission, _released, into = folders
    other = nbformat.read(submission / NOTEBOOK, 4)
    other.cells = other.cells[:3]
    nbformat.write(other, submission / "a.ipynb")
    assert staged(*folders) == []
    assert len(nbformat.read(into / NOTEBOOK, 4).cells) == 8
    assert not (into / "a.ipynb").exists()


@pytest.mark.parametrize("text", ["yesterday evening, promised", "1 January 2030 12:00 XYZ"])
def test_a_date_that_is_none_is_left_out(folders, text):
    submission, _released, into = folders
    (submission / "timestamp.txt").write_text(text)
    assert staged(*folders) == [Remark("undated", text)]
    assert not (into / "timestamp.txt").exists()


@pytest.mark.parametrize("home", ["01_toy", "home/jovyan/work", "01_toy.ipynb", "\udcdcbung"])
def test_a_notebook_in_a_folder_of_its_own_is_graded_with_what_lies_beside_it(folders, home):
    submission, _released, into = folders
    (submission / NOTEBOOK).rename(submission / "aside")
    (submission / home).mkdir(parents=True)
    (submission / "aside").rename(submission / home / NOTEBOOK)
    (submission / home / "data.csv").write_text("1")
    (submission / home / "timestamp.txt").write_text("1999-01-01 12:00:00 UTC")
    (submission / "timestamp.txt").write_text("2030-01-01 12:00:00 UTC")
    (submission / "__MACOSX" / home).mkdir(parents=True)
    (submission / "__MACOSX" / home / f"._{NOTEBOOK}").write_bytes(b"\x00\x05\x16\x07")
    nested, *_others = staged(*folders)
    assert nested == Remark("nested", plain(f"{home}/{NOTEBOOK}"))
    assert sources(into / NOTEBOOK) == sources(submission / home / NOTEBOOK)
    assert (into / "data.csv").read_text() == "1" and (into / "timestamp.txt").read_text().startswith("2030")


def test_between_two_folders_the_grader_does_not_choose(folders):
    submission, _released, _into = folders
    for name in ("first", "second"):
        answered(submission, f"{name}/{NOTEBOOK}", double=f"def double(x): return '{name}'")
    (submission / NOTEBOOK).unlink()
    assert staged(*folders) == [Remark("several", f"first/{NOTEBOOK}, second/{NOTEBOOK}")]


@pytest.mark.parametrize("inside", [None, "more.txt"])
def test_a_folder_called_as_the_notebook_costs_its_student_alone(folders, inside):
    submission, released, into = folders
    (submission / NOTEBOOK).unlink()
    (submission / NOTEBOOK).mkdir()
    if inside:
        (submission / NOTEBOOK / inside).write_text("1")
    assert staged(*folders)[0] == Remark("unreadable", "it is a folder")
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


def make_pipe(path):
    os.mkfifo(path)


def make_folder(path):
    path.mkdir()
    (path / "inside").write_text("1")


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{os.open(path.parent, os.O_PATH)}/{path.name}")


@pytest.mark.parametrize("make", [make_pipe, make_folder, make_socket])
@pytest.mark.parametrize(
    "name", ["timestamp.txt", "submission_secret.txt", "01_toy.html", "data", ".autograding.json.half"]
)
def test_nothing_stands_where_grading_reads_or_writes_a_file(folders, make, name):
    submission, _released, into = folders
    make(submission / name)
    remarks = staged(*folders)
    assert {remark.kind for remark in remarks} <= {"left out"}
    kept = {NOTEBOOK, "data/inside"} if (make, name) == (make_folder, "data") else {NOTEBOOK}
    assert copied(into) == kept


def test_the_teachers_files_take_their_place(tmp_path):
    (tmp_path / "data").write_text("a file called as the teacher's folder")
    (tmp_path / "table.csv").mkdir()
    (tmp_path / "table.csv" / "more").write_text("a folder called as the teacher's file")
    made = [remark for place in ("data/deep/x.csv", "table.csv") for remark in _make_way(tmp_path, tmp_path / place)]
    assert made == [Remark("left out", "data"), Remark("left out", "table.csv")]
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_text_or_too_long_are_left_out_with_inert_names(folders):
    submission, _released, into = folders
    (submission / "caf\udce9.csv").write_text("1")
    (submission / "two\nlines\x1b[31m").write_text("1")
    (submission / ("x" * 255)).write_text("1")
    deep = submission
    for _level in range(5):
        deep = deep / ("y" * 250)
    deep.mkdir(parents=True)
    (deep / "z").write_text("1")
    names = [remark.what for remark in staged(*folders)]
    assert names[0] == "caf\\xe9.csv" and names[1].startswith("y" * 100) and len(names) == 2
    assert all(name.isprintable() for name in names)
    assert copied(into) == {NOTEBOOK, "two\nlines\x1b[31m", "x" * 255}


def test_a_path_longer_than_the_system_allows_is_left_out(folders):
    submission, _released, into = folders
    handle = os.open(submission, os.O_RDONLY)
    for _level in range(30):
        os.mkdir("d" * 250, dir_fd=handle)
        outer, handle = handle, os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(outer)
    os.close(handle)
    assert [remark.kind for remark in staged(*folders)] == ["left out"]
    assert copied(into) == {NOTEBOOK}


def test_a_crowd_of_files_costs_little_and_the_notebook_is_found(folders, monkeypatch):
    submission, _released, into = folders
    monkeypatch.setattr(handed_in, "MOST_NAMES", 50)
    for number in range(200):
        (submission / f"{number:03}").write_text("")
    found = read(place_of(submission), IGNORE, {NOTEBOOK})
    assert len(found.files) == 50 and found.files[-1].why == handed_in.MANY
    assert stage(found, *folders[1:])["01_toy"] == [Remark("left out", "…")]


def test_a_sparse_giant_is_not_read_and_counts_by_its_size(folders):
    submission, _released, _into = folders
    with (submission / "giant").open("wb") as file:
        file.truncate(30 * 2**30)
    before = read(place_of(submission), IGNORE)
    with (submission / "giant").open("wb") as file:
        file.truncate(31 * 2**30)
    after = read(place_of(submission), IGNORE)
    assert before.files[0].why == handed_in.LARGE and before.files[0].content is None
    assert before.digest() != after.digest()


def test_the_digest_tells_contents_names_and_what_was_left_out(folders):
    submission, *_others = folders
    seen = set()
    for change in (
        lambda: None,
        lambda: (submission / "a").write_text("1"),
        lambda: (submission / "a").write_text("2"),
        lambda: (submission / "a").rename(submission / "b"),
        lambda: (submission / "link").symlink_to("/etc/passwd"),
        lambda: (submission / NOTEBOOK).unlink(),
    ):
        change()
        seen.add(read(place_of(submission), IGNORE).digest())
    assert len(seen) == 6
    assert read(place_of(submission), IGNORE).digest() in seen


@pytest.mark.parametrize("which", ["student", "assignment"])
def test_a_folder_that_is_a_link_gets_a_reason_and_nobody_elses_work(folders, which):
    submission, released, into = folders
    mine = submission.parents[1] / "eve" / ASSIGNMENT
    if which == "student":
        mine.parent.symlink_to(submission.parent)
    else:
        mine.parent.mkdir()
        mine.symlink_to(submission)
    (remark,) = staged(mine, released, into)
    assert remark.kind == "unreadable" and "is a link" in remark.what
    assert (into / NOTEBOOK).read_bytes() == (released / NOTEBOOK).read_bytes()


@pytest.mark.parametrize("what", ["file", "pipe"])
def test_what_is_no_folder_gets_a_reason(folders, what):
    submission, released, into = folders
    mine = submission.parents[1] / "eve" / ASSIGNMENT
    mine.parent.mkdir()
    mine.write_text("") if what == "file" else os.mkfifo(mine)
    (remark,) = staged(mine, released, into)
    assert remark.kind == "unreadable" and "no folder" in remark.what


def test_a_swap_while_it_is_read_leads_nowhere(folders, tmp_path, monkeypatch):
    """Each thing is exchanged for a link after it was listed, and once more after it was looked at."""
    submission, _released, into = folders
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "inside").write_text("the teacher's")
    for name in ("listed", "looked_at"):
        (submission / f"{name}_file").write_text("mine")
        (submission / f"{name}_folder").mkdir()
        (submission / f"{name}_folder" / "inside").write_text("mine")

    def exchange(name):
        (submission / name).rename(tmp_path / f"was_{name}")
        (submission / name).symlink_to(secret / "inside" if name.endswith("file") else secret)

    class Swapped(beneath.Folder):
        def info(self, name):
            if name.startswith("listed") and not (submission / name).is_symlink():
                exchange(name)
            found = super().info(name)
            if name == "looked_at_file" or (name == "looked_at_folder" and name in asked):
                exchange(name)
            asked.add(name)
            return found

    asked = set()
    monkeypatch.setattr(beneath, "Folder", Swapped)
    remarks = staged(*folders)
    assert {remark.what for remark in remarks} == {
        "listed_file",
        "listed_folder",
        "looked_at_file",
        "looked_at_folder",
    }
    assert copied(into) == {NOTEBOOK}


def test_a_folder_exchanged_after_it_was_opened_is_read_to_its_end(folders, tmp_path, monkeypatch):
    submission, _released, into = folders
    (submission / "data").mkdir()
    (submission / "data" / "inside").write_text("mine")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "inside").write_text("the teacher's")
    opened = beneath.Folder.folder

    def then_exchanged(self, name):
        folder = opened(self, name)
        if name == "data":
            (submission / "data").rename(tmp_path / "was_data")
            (submission / "data").symlink_to(tmp_path / "secret")
        return folder

    monkeypatch.setattr(beneath.Folder, "folder", then_exchanged)
    assert staged(*folders) == []
    assert (into / "data" / "inside").read_text() == "mine"


def test_a_submission_that_was_taken_away_is_no_zero(folders):
    submission, released, into = folders
    found = read(Place(submission.parents[1], ("nobody", ASSIGNMENT)), IGNORE)
    with pytest.raises(FileNotFoundError, match="taken away"):
        stage(found, released, into)
    assert not into.exists()


def test_what_vanishes_while_it_is_read_is_left_out(folders, monkeypatch):
    submission, _released, into = folders
    (submission / "data").mkdir()
    (submission / "a.txt").write_text("1")
    looked = beneath.Folder.info

    def gone(self, name):
        if name == "a.txt":
            (submission / name).unlink()
        return looked(self, name)

    monkeypatch.setattr(beneath.Folder, "info", gone)
    assert staged(*folders) == [Remark("left out", "a.txt")]
    assert copied(into) == {NOTEBOOK}


@pytest.mark.parametrize("number", [errno.EACCES, errno.ESTALE, errno.ENAMETOOLONG, errno.ENOENT])
def test_an_error_of_one_file_is_its_students(folders, monkeypatch, number):
    def fails(self, name, most):
        raise OSError(number, os.strerror(number), name)

    monkeypatch.setattr(beneath.Folder, "content", fails)
    (remark,) = staged(*folders)
    assert remark.kind == "unreadable" and os.strerror(number) in remark.what
    assert not of_the_machine(OSError(number, ""))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENOMEM])
def test_an_error_of_the_machine_is_the_runs(folders, monkeypatch, number):
    def fails(self, name, most):
        raise OSError(number, os.strerror(number), name)

    monkeypatch.setattr(beneath.Folder, "content", fails)
    with pytest.raises(OSError) as caught:
        staged(*folders)
    assert of_the_machine(caught.value)


def test_a_long_date_is_none(folders):
    submission, _released, _into = folders
    (submission / "timestamp.txt").write_text("1" * 100_000)
    (remark,) = staged(*folders)
    assert remark.kind == "undated" and len(remark.what) <= 200


def test_no_descriptor_stays_open(folders):
    submission, released, _into = folders
    (submission / "a" / "b").mkdir(parents=True)
    (submission / "link").symlink_to("a")
    os.mkfifo(submission / "pipe")
    before = len(os.listdir("/proc/self/fd"))
    read(place_of(submission), IGNORE)
    read(Place(submission.parents[1], ("ada", "nothing")), IGNORE)
    assert len(os.listdir("/proc/self/fd")) == before


def test_who_counts_as_a_student(toy, tmp_path):
    submitted = toy.root / "submitted"
    for name in ("ada", "...", " led", "-rf", "a[1]", "caf\udce9", "n" * 255, ".ipynb_checkpoints"):
        (submitted / name / ASSIGNMENT).mkdir(parents=True)
    (submitted / "other" / "02_other").mkdir(parents=True)
    (submitted / "ada.zip").write_text("")
    (submitted / "alias").symlink_to("ada")
    (submitted / "nowhere").symlink_to("gone")
    (submitted / "readme").symlink_to("ada.zip")
    (submitted / "elsewhere").symlink_to("other")
    (submitted / "bob").mkdir()
    (submitted / "bob" / ASSIGNMENT).write_text("a file where the folder should be")
    found = Course(toy.root).students(ASSIGNMENT)
    assert set(found) == {"ada", "...", " led", "-rf", "a[1]", "caf\udce9", "n" * 255, "alias", "nowhere", "bob"}
    assert found == sorted(found)


def test_a_class_of_nobody_has_no_students(toy):
    assert Course(toy.root).students(ASSIGNMENT) == []


@pytest.mark.parametrize("zone", ["{}", ":{}", "a/../{}", "../../..{}"])
def test_a_time_zone_names_no_file(folders, tmp_path, zone, monkeypatch):
    submission, _released, _into = folders
    opened = []
    monkeypatch.setattr("nbgrader.utils.dateutil.tz.gettz", opened.append)
    (submission / "timestamp.txt").write_text("2030-01-01 12:00:00 " + zone.format(tmp_path))
    (remark,) = staged(*folders)
    assert remark.kind == "undated" and opened == []


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "PST", "+0100"])
def test_a_date_in_any_zone_is_one(folders, zone):
    submission, _released, into = folders
    (submission / "timestamp.txt").write_text(f"2030-01-01 12:00:00.948203 {zone}")
    assert staged(*folders) == [] and (into / "timestamp.txt").is_file()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_date_in_any_encoding_of_unicode_is_one(folders, encoding):
    submission, _released, into = folders
    (submission / "timestamp.txt").write_bytes("2030-01-01 12:00:00 UTC\r\n".encode(encoding))
    assert staged(*folders) == [] and (into / "timestamp.txt").read_bytes() == b"2030-01-01 12:00:00 UTC"


@contextmanager
def as_ordinary_user():
    """Root reads everything. What another user owns may not be read by who is left."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("which", ["notebook", "file", "submission", "student"])
def test_what_may_not_be_read_costs_its_student_alone(toy, which):
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        base = Path(folder, "submitted")
        shutil.copytree(toy.hand_in("ada", toy.solution()).parents[1], base)
        Path(folder).chmod(0o755)
        submission = base / "ada" / ASSIGNMENT
        (submission / "data.csv").write_text("1")
        closed = {
            "notebook": submission / NOTEBOOK,
            "file": submission / "data.csv",
            "submission": submission,
            "student": submission.parent,
        }[which]
        course = Course(toy.root)
        course.directory.submitted_directory = str(base)
        closed.chmod(0)
        with as_ordinary_user():
            assert course.students(ASSIGNMENT) == ["ada"]
            found = read(course.submission("ada", ASSIGNMENT), IGNORE, {NOTEBOOK})
        closed.chmod(0o700)
        (remark,) = stage(found, toy.root / "solutions" / ASSIGNMENT, Path(folder, "copy"))["01_toy"]
        if which == "file":
            assert remark == Remark("left out", "data.csv")
        else:
            assert remark.kind == "unreadable" and "Permission denied" in remark.what
