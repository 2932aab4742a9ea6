"""What power cuts, restored backups and foreign hands do to a class that is graded: noticed, said, and made good."""

import contextlib
import errno
import json
import os
import shutil
import sqlite3
import threading
import time
from pathlib import Path

import nbgrader.api
import pytest
from conftest import ASSIGNMENT, NOTEBOOK, Toy, cell, forget_the_course
from nbconvert.writers import FilesWriter
from test_grading_interrupted import graded_notebooks, scores
from test_grading_run import Instead

from autograding.__main__ import main
from autograding.course import Course, CourseError
from autograding.plugged import DONE_STAMP
from autograding.run import command, grade
from autograding.run.grade import Grader
from autograding.run.lock import only_run
from autograding.run.store import Store
from autograding.seeds import course_key
from autograding.stock.convert import errors_of_gradebook_in

pytestmark = pytest.mark.grading


def stamp_of(toy, student):
    return toy.root / "autograded" / student / ASSIGNMENT / DONE_STAMP


def notebook_of(toy, student):
    return stamp_of(toy, student).with_name(NOTEBOOK)


def page_of(toy, student):
    return toy.root / "feedback" / student / ASSIGNMENT / "01_toy.html"


def put(place, content):
    """Put bytes where something else is."""
    remove(place)
    place.write_bytes(content)


def remove(place):
    shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()


def folder_in_place_of(place):
    remove(place)
    (place / "inside").mkdir(parents=True)


def link_in_place_of(place):
    kept = place.parent.parent / f"kept_{place.name}"
    place.rename(kept)
    place.symlink_to(kept)


def pipe_in_place_of(place):
    remove(place)
    os.mkfifo(place)


def sparse(place):
    remove(place)
    with place.open("wb") as file:
        file.truncate(2**40)


def ask(toy, statement, *values):
    with contextlib.closing(sqlite3.connect(toy.root / "gradebook.db")) as database:
        database.execute("PRAGMA foreign_keys = off")
        found = database.execute(statement, values).fetchall()
        database.commit()
    return found


OF_STUDENT = (
    "SELECT {0}.id FROM {0} JOIN submitted_notebook n ON {0}.notebook_id = n.id "
    "JOIN submitted_assignment s ON n.assignment_id = s.id WHERE s.student_id = ?"
)
GRADES, COMMENTS = OF_STUDENT.format("grade"), OF_STUDENT.format("comment")


def forget(toy, student):
    """As in a backup from before the student handed in."""
    ask(toy, f"DELETE FROM grade WHERE id IN ({GRADES})", student)
    ask(toy, f"DELETE FROM comment WHERE id IN ({COMMENTS})", student)
    mine = "SELECT id FROM submitted_assignment WHERE student_id = ?"
    ask(toy, f"DELETE FROM submitted_notebook WHERE assignment_id IN ({mine})", student)
    ask(toy, "DELETE FROM submitted_assignment WHERE student_id = ?", student)
    ask(toy, "DELETE FROM student WHERE id = ?", student)


def edited_stamp(toy, student, change):
    place = stamp_of(toy, student)
    found = json.loads(place.read_text())
    change(found)
    place.write_text(json.dumps(found))


# What is done to a student, and what is said of it. Whoever is not named by their files is named by the gradebook.
STAMP, NOTEBOOK_SAID, PAGE = "the stamp in autograded/: ", f"autograded/{NOTEBOOK}", "feedback/01_toy.html"
DAMAGE = {
    "stamp_empty": (lambda t, s: put(stamp_of(t, s), b""), STAMP + "it is empty"),
    "stamp_zeros": (lambda t, s: put(stamp_of(t, s), bytes(4096)), STAMP + "it is empty"),
    "stamp_number": (lambda t, s: put(stamp_of(t, s), b"3"), STAMP + "it is no stamp of this version"),
    "stamp_list": (lambda t, s: put(stamp_of(t, s), b'["digest"]'), STAMP + "it is no stamp of this version"),
    "stamp_old": (lambda t, s: put(stamp_of(t, s), b'{"digest": "a", "person": []}'), STAMP + "it is no stamp of this"),
    "stamp_deep": (lambda t, s: put(stamp_of(t, s), b"[" * 100_000), STAMP + "it is damaged"),
    "stamp_binary": (lambda t, s: put(stamp_of(t, s), b"\xff\x00\xd8\x80"), STAMP + "it is damaged"),
    "stamp_swapped": (
        lambda t, s: shutil.copy(stamp_of(t, BYSTANDER), stamp_of(t, s)),
        STAMP + "it is another student's, or another assignment's",
    ),
    "stamp_edited": (lambda t, s: edited_stamp(t, s, lambda f: f["stamp"].update(on_page=3)), STAMP + "it is damaged"),
    "stamp_folder": (lambda t, s: folder_in_place_of(stamp_of(t, s)), STAMP + "it cannot be read, or is no file"),
    "stamp_link": (lambda t, s: link_in_place_of(stamp_of(t, s)), STAMP + "it cannot be read, or is no file"),
    "stamp_pipe": (lambda t, s: pipe_in_place_of(stamp_of(t, s)), STAMP + "it cannot be read, or is no file"),
    "stamp_sparse": (lambda t, s: sparse(stamp_of(t, s)), STAMP + "it cannot be read, or is no file"),
    "notebook_empty": (lambda t, s: put(notebook_of(t, s), b""), f"{NOTEBOOK_SAID} is empty; graded anew"),
    "notebook_cut": (lambda t, s: put(notebook_of(t, s), notebook_of(t, s).read_bytes()[:99]), f"{NOTEBOOK_SAID} was"),
    "notebook_gone": (lambda t, s: remove(notebook_of(t, s)), f"{NOTEBOOK_SAID} is gone"),
    "notebook_folder": (lambda t, s: folder_in_place_of(notebook_of(t, s)), f"{NOTEBOOK_SAID} is gone, or cannot"),
    "notebook_pipe": (lambda t, s: pipe_in_place_of(notebook_of(t, s)), f"{NOTEBOOK_SAID} is gone, or cannot"),
    "notebook_sparse": (lambda t, s: sparse(notebook_of(t, s)), f"{NOTEBOOK_SAID} was changed"),
    "notebook_added": (lambda t, s: shutil.copy(notebook_of(t, s), stamp_of(t, s).with_name("b.ipynb")), "b.ipynb was"),
    "page_empty": (lambda t, s: put(page_of(t, s), b""), f"{PAGE} is empty; the page is written anew"),
    "page_changed": (lambda t, s: put(page_of(t, s), b"6 of 6"), f"{PAGE} was changed; the page is written anew"),
    "page_gone": (lambda t, s: remove(page_of(t, s).parent), f"{PAGE} is gone, or cannot be read; the page"),
    "page_folder": (lambda t, s: folder_in_place_of(page_of(t, s)), f"{PAGE} is gone, or cannot be read; the page"),
    "rows_gone": (forget, "the gradebook has no scores; graded anew"),
    "rows_half": (lambda t, s: ask(t, f"DELETE FROM grade WHERE id = ({GRADES} LIMIT 1)", s), "the gradebook has ot"),
    "rows_remarks": (lambda t, s: ask(t, f"DELETE FROM comment WHERE id IN ({COMMENTS})", s), "the gradebook has ot"),
    "rows_older": (
        lambda t, s: ask(t, f"UPDATE grade SET auto_score = 0 WHERE id IN ({GRADES})", s),
        "the gradebook has other scores than were recorded; graded anew",
    ),
    "rows_marked": (
        lambda t, s: ask(t, f"UPDATE grade SET needs_manual_grade = 1 WHERE id IN ({GRADES})", s),
        "the gradebook has other scores than were recorded; graded anew",
    ),
}  # fmt: skip
BYSTANDER = "untouched"


@pytest.fixture(scope="module")
def peace(tmp_path_factory):
    """A class, graded: the half of it made a mistake."""
    toy = Toy(tmp_path_factory.mktemp("keeping") / "course")
    for number, student in enumerate([*DAMAGE, BYSTANDER]):
        nb = toy.solution()
        if number % 2:
            cell(nb, "greet").source = "def greet(name):\n    return 0"
        toy.hand_in(student, nb)
    assert f"Class of {len(DAMAGE) + 1}: " in toy.grade("--jobs", "2")
    return toy


@pytest.fixture
def toy(peace, tmp_path):
    """A copy of the class: what a test does to it, it does to nobody else's. In the same place, as grades want it."""
    kept = tmp_path / "kept"
    shutil.copytree(peace.root, kept, symlinks=True)
    yield peace
    shutil.rmtree(peace.root)
    kept.rename(peace.root)


def state(toy):
    pages = {p.parts[-3]: p.read_text("utf-8") for p in (toy.root / "feedback").glob(f"*/{ASSIGNMENT}/*.html")}
    return scores(toy), graded_notebooks(toy), pages


def test_whatever_was_damaged_is_said_and_made_good(toy):
    right = state(toy)
    table = toy.grade()
    give_points(toy, "rows_gone")
    toy.grade()  # so that her stamp knows of the points
    for student, (damage, _told) in DAMAGE.items():
        damage(toy, student)
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    for student, (_damage, told) in DAMAGE.items():
        lines = [line for line in done.stderr.splitlines() if line.startswith("noticed: ") and told in line]
        assert any(student in line.partition(told)[0] for line in lines), (student, told, done.stderr)
    assert BYSTANDER not in done.stderr
    renewed = sum(name.startswith("page_") for name in DAMAGE)
    assert f"{len(DAMAGE) - renewed} graded now, {renewed + 1} as before." in done.stdout
    assert f"Feedback pages written anew: {renewed}. They were gone, or not as grading had left them." in done.stdout
    assert "A person gave points" not in done.stdout
    assert manual_points(toy, "rows_gone") == [1.5]  # marked to be looked at again
    ask(toy, "UPDATE grade SET manual_score = NULL, needs_manual_grade = 0")
    again = toy.here(main, ASSIGNMENT)
    assert (
        "noticed: rows_gone: points that a person gave are no longer in the gradebook: greet_check 1.5" in again.stderr
    )
    assert state(toy) == right
    last = toy.here(main, ASSIGNMENT)
    assert (last.returncode, last.stderr) == (0, "") and last.stdout.splitlines()[:-1] == table.splitlines()[:-1]
    assert f"0 graded now, {len(DAMAGE) + 1} as before." in last.stdout


def give_points(toy, student):
    with Course(toy.root).gradebook() as gradebook:
        gradebook.find_grade("greet_check", "01_toy", ASSIGNMENT, student).manual_score = 1.5
        gradebook.db.commit()


def manual_points(toy, student):
    return [
        score
        for (score,) in ask(
            toy, f"SELECT manual_score FROM grade WHERE needs_manual_grade AND id IN ({GRADES})", student
        )
    ]


@pytest.mark.parametrize("left", [None, b""], ids=["gone", "empty"])
def test_without_a_gradebook_a_new_one_is_begun_with_what_people_gave(toy, left):
    right = state(toy)
    give_points(toy, BYSTANDER)
    toy.grade()
    (toy.root / "gradebook.db").unlink()
    if left is not None:
        (toy.root / "gradebook.db").write_bytes(left)
    done = toy.here(main, ASSIGNMENT, "--student", BYSTANDER)
    assert done.returncode == 0, done.stderr
    assert "noticed: the gradebook was gone or empty, although students had been graded" in done.stderr
    assert f"noticed: {BYSTANDER}: the gradebook has no scores; graded anew" in done.stderr
    assert manual_points(toy, BYSTANDER) == [1.5]
    ((student, found),) = scores(toy).items()
    assert [score for score, _person in found.values()] == [score for score, _person in right[0][student].values()]


def garbage(place):
    put(place, b"no database" * 1000)


def zeros(place):
    put(place, bytes(place.stat().st_size))


def cut(place):
    put(place, place.read_bytes()[: place.stat().st_size // 2])


def scratched(place):
    whole = bytearray(place.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 4096] = b"\xff" * 4096
    put(place, whole)


def foreign(place):
    remove(place)
    with contextlib.closing(sqlite3.connect(place)) as database:
        database.execute("CREATE TABLE holidays (day)")


def older_nbgrader(place):
    with contextlib.closing(sqlite3.connect(place)) as database:
        database.execute("UPDATE alembic_version SET version_num = '724cde206c17'")
        database.commit()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (garbage, "is damaged (file is not a database), and was left as it is"),
        (zeros, "is damaged (file is not a database), and was left as it is"),
        (cut, "is damaged (database disk image is malformed), and was left as it is"),
        (scratched, "is damaged ("),
        (foreign, "is damaged (it has no table assignment, "),
        (older_nbgrader, "run `nbgrader db upgrade`"),
        (folder_in_place_of, "is damaged (it is no file), and was left as it is"),
        (pipe_in_place_of, "is damaged (it is no file), and was left as it is"),
    ],
)
def test_a_gradebook_that_is_none_is_left_as_it_is(toy, damage, told):
    place = toy.root / "gradebook.db"
    damage(place)
    before = place.read_bytes() if place.is_file() else None
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"error: the gradebook {place} {told.partition('run')[0]}" in done.stderr and told in done.stderr
    assert (place.read_bytes() if place.is_file() else None) == before
    assert stamp_of(toy, BYSTANDER).is_file()


def test_a_gradebook_that_another_program_holds_is_waited_for(toy, monkeypatch):
    right = state(toy)
    toy.hand_in("new", toy.solution())
    holder = sqlite3.connect(toy.root / "gradebook.db", check_same_thread=False, isolation_level=None)
    for held in ("IMMEDIATE", "EXCLUSIVE"):
        holder.execute(f"BEGIN {held}")
        with monkeypatch.context() as patch:
            patch.setattr("autograding.stock.gradebook.LONGEST_WAIT", 0.5)
            done = toy.here(main, ASSIGNMENT)
        assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
        assert "gradebook.db; waiting for it, for 0.5 seconds at most" in done.stderr
        assert "error: another program has held the gradebook" in done.stderr and "Nothing is lost" in done.stderr
        holder.execute("ROLLBACK")
        assert state(toy) == right
    # A reader keeps us from the end of a transaction, and lets go only when we have said that we wait.
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM grade").fetchall()
    said = threading.Event()
    monkeypatch.setattr("autograding.stock.gradebook.print", lambda *_a, **_k: said.set(), raising=False)
    releaser = threading.Thread(target=lambda: said.wait(60) and holder.execute("ROLLBACK"))
    releaser.start()
    assert "1 graded now" in toy.grade()
    releaser.join()
    assert said.is_set()
    holder.close()


def test_what_obstructs_one_student_is_that_students_alone(toy):
    away = toy.root / "away"
    away.mkdir()
    obstructed = ["stamp_empty", "notebook_empty", "page_empty", "page_gone", "rows_gone"]
    autograded, feedback, submitted = (toy.root / name for name in ("autograded", "feedback", "submitted"))
    put(autograded / "stamp_empty", b"")
    link_in_place_of(autograded / "notebook_empty" / ASSIGNMENT)
    put(feedback / "page_empty", b"")
    remove(feedback / "page_gone")
    (feedback / "page_gone").symlink_to(away)
    remove(autograded / "rows_gone")
    (autograded / "rows_gone").symlink_to(away / "not there")
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for student in obstructed:
        (told,) = [line for line in done.stderr.splitlines() if line.startswith(f"error: {student} is not graded")]
        assert "is a link or a file, expected a folder; move it away" in told
    assert f"Class of {len(DAMAGE) + 1 - len(obstructed)}: " in done.stdout
    assert not list(away.iterdir()) and all(p.is_dir() for p in submitted.iterdir())


def test_a_submission_that_vanishes_while_it_is_graded_gets_no_mark_and_stops_nobody(toy, monkeypatch):
    for student in ("gone", "swapped", "steady"):
        toy.hand_in(student, toy.solution())
    real = grade.read

    def read(place, *rest):
        submission = toy.root.joinpath("submitted", *place.names)
        if "gone" in place.names:
            shutil.rmtree(submission, ignore_errors=True)
        found = real(place, *rest)
        if "swapped" in place.names:
            (submission / "late.txt").write_text(f"handed in at {time.monotonic_ns()}")
        return found

    monkeypatch.setattr(grade, "read", read)
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "error: gone is not graded. The submission is not to blame: " in done.stderr
    assert "error: swapped has no mark (it changed while the class was graded)" in done.stderr
    assert f"Class of {len(DAMAGE) + 2}: " in done.stdout and not (toy.root / "autograded" / "gone").exists()


def test_a_notebook_that_cannot_be_read_at_the_end_hides_nobody_else(toy, monkeypatch):
    real = command.read_results

    def read_results(*arguments):
        put(notebook_of(toy, "rows_older"), b"{")
        return real(*arguments)

    monkeypatch.setattr(command, "read_results", read_results)
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 1 and f"Class of {len(DAMAGE)}: " in done.stdout
    assert "error: rows_older has no mark (Notebook does not appear to be JSON" in done.stderr


@pytest.mark.parametrize("place", ["grades", "grades/executed", "autograded", "feedback"])
def test_a_folder_of_ours_that_is_a_file_is_named(toy, place):
    put(toy.root / place, b"")
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"error: grading writes in the folder {toy.root / place}" in done.stderr


def test_who_had_no_mark_is_told_in_plain_text(toy, monkeypatch):
    name = "new\x1b[2J"
    toy.hand_in(name, toy.solution())
    monkeypatch.setattr(grade, "stage", lambda *_a: (_ for _ in ()).throw(ValueError("\x1b]0;reason\x07\nmore")))
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 1 and "\x1b" not in done.stderr + done.stdout and "\x07" not in done.stderr
    assert r"error: new\x1b[2J is not graded. The submission is not to blame: ]0;reason more; see" in done.stderr


def test_with_another_key_everybody_is_graded_anew(toy):
    before = (toy.root / "grades" / "seed.key").read_bytes()
    (toy.root / "grades" / "seed.key").write_bytes(b"")
    refused = toy.here(main, ASSIGNMENT)
    assert refused.returncode == 2 and "restore it from a backup; or delete it" in refused.stderr.lower()
    (toy.root / "grades" / "seed.key").unlink()
    done = toy.here(main, ASSIGNMENT, "--student", BYSTANDER)
    assert done.returncode == 0, done.stderr
    assert "the key of the seeds is another one, so other problems are asked; graded anew" in done.stderr
    assert "1 graded now, 0 as before." in done.stdout
    assert len((toy.root / "grades" / "seed.key").read_bytes()) == len(before)


def zero_key(place):
    put(place, b"0" * 64)


def dangling(place):
    remove(place)
    place.symlink_to(place.with_name("not there"))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda p: put(p, b""), "expected 64 hexadecimal digits, got 0 bytes"),
        (lambda p: put(p, p.read_bytes()[:63]), "expected 64 hexadecimal digits, got 63 bytes"),
        (lambda p: put(p, bytes(64)), "expected 64 hexadecimal digits, got 64 bytes"),
        (lambda p: put(p, b"not a number" * 5 + b"nine"), "expected 64 hexadecimal digits, got 64 bytes"),
        (zero_key, "its digits repeat"),
        (lambda p: put(p, b"abc0" * 16), "its digits repeat"),
        (folder_in_place_of, "it is no file"),
        (pipe_in_place_of, "it is no file"),
        (dangling, "it is no file"),
    ],
)
def test_a_key_that_nobody_drew_is_refused(tmp_path, damage, told):
    drawn = course_key(tmp_path)
    assert course_key(tmp_path) == drawn and len(drawn) == 64
    place = tmp_path / "grades" / "seed.key"
    assert place.stat().st_mode & 0o777 == 0o600 and [p.name for p in place.parent.iterdir()] == ["seed.key"]
    damage(place)
    with pytest.raises(CourseError, match=told) as refused:
        course_key(tmp_path)
    assert str(place) in str(refused.value) and "Restore it from a backup; or delete it" in str(refused.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: put(p, b""),
        lambda p: put(p, bytes(99)),
        folder_in_place_of,
        link_in_place_of,
        pipe_in_place_of,
        sparse,
        lambda p: shutil.copy(p.with_name("other.ipynb"), p),  # another's result, itself whole
    ],
)
def test_an_entry_of_the_store_that_is_none_is_made_good(tmp_path, damage):
    store = Store(tmp_path / "class" / "executed")
    store.put("key", b"result")
    store.put("other", b"another result")
    damage(store.folder / "key.ipynb")
    assert store.get("key") is None
    store.put("key", b"result")
    assert store.get("key") == b"result" and store.get("other") == b"another result"
    damage(store.folder / "key.ipynb")
    store.drop("key")
    assert sorted(p.name for p in store.folder.iterdir()) == ["other.ipynb"]


def test_what_the_gradebook_says_of_errors_stands_in_the_log(tmp_path, caplog):
    log = tmp_path / "01_toy.log"
    with errors_of_gradebook_in(log):
        try:
            raise ValueError("disk full\x1b[2J")
        except ValueError:
            nbgrader.api.app_log.exception("Rolling back session")
    text = log.read_text()
    assert "Rolling back session" in text and r"ValueError: disk full\x1b[2J" in text
    assert caplog.records == [] and nbgrader.api.app_log.handlers == [] and nbgrader.api.app_log.propagate


def test_a_key_that_may_not_be_read_is_not_called_a_wrong_one(tmp_path, monkeypatch):
    course_key(tmp_path)

    def refuse(_path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CourseError, match=r"seed\.key, cannot be read \(Permission denied\); allow it") as refused:
        course_key(tmp_path)
    assert "delete" not in str(refused.value)


IN_THE_WAY = [
    lambda place: place.symlink_to(place.with_name("thesis")),
    lambda place: place.symlink_to(place.with_name("nowhere")),
    os.mkfifo,
    lambda place: place.mkdir(),
]


@pytest.mark.parametrize("put_there", IN_THE_WAY)
def test_the_lock_is_a_file_of_ours(tmp_path, put_there):
    (tmp_path / "thesis").write_text("do not lose this")
    put_there(tmp_path / ".lock")
    with pytest.raises(CourseError, match=r"\.lock, which cannot be done \(.*\); move away"), only_run(tmp_path):
        pass
    assert (tmp_path / "thesis").read_text() == "do not lose this"
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "thesis"}


@pytest.mark.parametrize("put_there", IN_THE_WAY)
def test_the_log_is_a_file_of_ours(toy, put_there):
    log = toy.root / "grades" / f"{ASSIGNMENT}.log"
    log.unlink()
    log.with_name("thesis").write_text("do not lose this")
    put_there(log)
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 2 and f"error: grading writes the file {log}, which cannot be done" in done.stderr
    assert log.with_name("thesis").read_text() == "do not lose this" and not log.with_name("nowhere").exists()


def test_a_folder_where_the_csv_goes_is_told_before_anybody_is_graded(toy):
    path = toy.root / "grades" / f"{ASSIGNMENT}.csv"
    path.unlink()
    path.mkdir()
    done = toy.here(main, ASSIGNMENT, "--force")
    told = f"error: grading writes the file {path}, which cannot be done (it is a folder); move away what is there\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_a_lock_that_was_deleted_still_holds(tmp_path):
    with only_run(tmp_path):
        (tmp_path / ".lock").unlink()
        with pytest.raises(CourseError, match="already being graded"), only_run(tmp_path):
            pass
    with only_run(tmp_path):
        pass


def test_all_that_a_stamp_speaks_of_is_on_the_disk_before_it(tmp_path, monkeypatch):
    course = Toy(tmp_path / "course")
    monkeypatch.chdir(course.root)
    monkeypatch.syspath_prepend(str(course.root))
    course.hand_in("ada", course.solution())
    synced, real = [], os.fsync

    def fsync(handle):
        synced.append(os.path.relpath(os.readlink(f"/proc/self/fd/{handle}"), course.root))
        real(handle)

    with Grader(Course(course.root), ASSIGNMENT) as grader:
        monkeypatch.setattr(os, "fsync", fsync)
        assert [one.error for one in grader.grade(["ada"], Instead(), 1)] == [None]
    forget_the_course()
    names = [f"autograded/ada/{ASSIGNMENT}/{NOTEBOOK}", f"feedback/ada/{ASSIGNMENT}/01_toy.html"]
    folders = [
        folder for top in ("autograded", "feedback") for folder in (f"{top}/ada/{ASSIGNMENT}", f"{top}/ada", top)
    ]
    (stamp,) = [n for n, path in enumerate(synced) if DONE_STAMP in path]
    assert {*names, *folders} <= set(synced[:stamp])
    assert synced[stamp + 1 :] == [f"autograded/ada/{ASSIGNMENT}"]  # the stamp's own name


@pytest.mark.parametrize(("number", "ends"), [(errno.ENOSPC, True), (errno.EROFS, True), (errno.EACCES, False)])
def test_an_error_of_the_machine_ends_the_run_and_any_other_is_one_students(tmp_path, monkeypatch, number, ends):
    """nbgrader catches each of them, and only writes it to its log."""
    course = Toy(tmp_path / "course")
    monkeypatch.chdir(course.root)
    monkeypatch.syspath_prepend(str(course.root))
    for student in ("ada", "bob"):
        course.hand_in(student, course.solution())
    real = FilesWriter.write

    def write(self, output, resources, **rest):
        if resources["nbgrader"]["student"] == "ada":
            raise OSError(number, os.strerror(number))
        return real(self, output, resources, **rest)

    with Grader(Course(course.root), ASSIGNMENT) as grader:
        monkeypatch.setattr(FilesWriter, "write", write)
        graded = grader.grade(["ada", "bob"], Instead(), 1)
        if ends:
            with pytest.raises(OSError, match=os.strerror(number)):
                list(graded)
        else:
            assert [(one.student, one.error is None) for one in graded] == [("ada", False), ("bob", True)]
    forget_the_course()
