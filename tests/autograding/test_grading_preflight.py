"""Nothing that a notebook says about itself is believed."""

import re

import nbformat
import pytest
from nbconvert.filters import markdown2html_mistune
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator
from traitlets.config import Config

from autograding.intake.preflight import clean
from autograding.intake.remarks import Remark, as_markdown, for_teacher, sentence
from autograding.stock.master import MasterCell


def master_cell(name, grade=False, solution=False, points=0.0, source=None, cell_type="code", task=False):
    """One cell of the master, locked as nbgrader locks it."""
    locked = not solution
    return MasterCell(name, cell_type, source or f"{name}()", "0" * 32, locked, grade, solution, task, points)


MASTER = [
    master_cell("prepare"),
    master_cell("answer", solution=True),
    master_cell("test", grade=True, points=2.0),
    master_cell("test_again", grade=True, points=1.0),
]


def notebook(*names):
    """A submission with those of the master's cells, as they should be."""
    originals = {cell.name: cell for cell in MASTER}
    cells = [
        new_code_cell(
            originals[name].source, id=f"{name}-{place}", metadata={"nbgrader": dict(originals[name].metadata)}
        )
        for place, name in enumerate(names)
    ]
    return new_notebook(cells=cells, metadata={"title": "mine"})


def names_of(nb):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]


EVERY = ("prepare", "answer", "test", "test_again")


def test_an_honest_notebook_is_left_as_it_is():
    nb = notebook(*EVERY)
    assert clean(nb, MASTER) == []
    assert nb.cells == notebook(*EVERY).cells


def test_a_copied_cell_is_claimed_by_its_last_copy_and_the_metadata_of_the_others_is_gone():
    nb = notebook(*EVERY, "test")
    assert clean(nb, MASTER) == [Remark("copied", "test")]
    assert names_of(nb) == ["prepare", "answer", None, "test_again", "test"]
    assert "nbgrader" not in nb.cells[2].metadata  # an empty one would stop the class: base.py:421


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (("prepare", "answer", "test"), EVERY),
        (("prepare", "answer"), EVERY),
        (("prepare", "answer", "test_again"), EVERY),
        (("answer", "test", "test_again"), EVERY),
        (("prepare",), ("prepare", "test", "test_again")),
        ((), ("prepare", "test", "test_again")),
    ],
)
def test_what_may_not_be_deleted_is_put_back_in_its_place(kept, expected):
    nb = notebook(*kept)
    remarks = clean(nb, MASTER)
    assert tuple(names_of(nb)) == expected
    assert {r.what for r in remarks} == set(expected) - set(kept)
    assert {r.kind for r in remarks} <= {"restored"}
    nbformat.validate(nb)


def test_a_test_whose_neighbour_is_gone_comes_after_every_answer():
    nb = notebook("prepare")
    nb.cells.append(new_code_cell("def answer(): ...", id="retyped"))
    clean(nb, MASTER)
    assert names_of(nb) == ["prepare", None, "test", "test_again"]


@pytest.mark.parametrize(
    "forged",
    [
        {"grade": False},
        {"solution": True},
        {"points": 100},
        {"points": "many"},
        {"locked": False},
        {"schema_version": 99},
        {"schema_version": 1},
        {"schema_version": None},
        {"task": True},
        {"cell_type": "markdown"},
        {"unknown": "key"},
    ],
)
def test_forged_metadata_is_replaced_by_the_masters(forged):
    nb = notebook(*EVERY)
    nb.cells[2].metadata["nbgrader"].update(forged)
    assert clean(nb, MASTER) == []
    assert nb.cells[2].metadata == {"nbgrader": MASTER[2].metadata}
    MetadataValidator().validate_nb(nb)


@pytest.mark.parametrize(
    "meta", [[], "text", None, {}, {"grade_id": "stranger"}, {"grade_id": ["test"]}, {"grade_id": 3}]
)
def test_metadata_that_names_no_cell_is_dropped(meta):
    nb = notebook(*EVERY)
    nb.cells.append(new_code_cell("1", id="own"))
    nb.cells[-1].metadata["nbgrader"] = meta
    assert clean(nb, MASTER) == []
    assert nb.cells[-1].metadata == {}


def test_no_tag_decides_what_is_run():
    nb = notebook(*EVERY)
    nb.cells[2].metadata["tags"] = ["skip-execution"]
    nb.cells[3].metadata["tags"] = ["remove-input", {"odd": 1}]
    assert clean(nb, MASTER) == [Remark("skipping", "3")]
    assert all("tags" not in cell.metadata for cell in nb.cells)


def test_a_changed_test_is_noticed_but_not_one_with_hidden_tests():
    nb = notebook(*EVERY)
    nb.cells[2].source = "pass"
    assert clean(nb, MASTER) == [Remark("rewritten", "test")]
    own = Config(ClearHiddenTests={"begin_test_delimeter": "HIDE", "end_test_delimeter": "SHOW"})
    for begin, end, config in (("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS", None), ("# HIDE", "# SHOW", own)):
        handed_in, nb = notebook(*EVERY), notebook(*EVERY)
        text = f"{nb.cells[2].source}\n{begin}\n1\n{end}"
        hidden = [*MASTER[:2], master_cell("test", grade=True, source=text), MASTER[3]]
        assert clean(handed_in, hidden, config=config) == []
        nb.cells[2].source = "pass"
        assert clean(nb, hidden, config=config) == [Remark("rewritten", "test")]


@pytest.mark.parametrize(
    "sent", ["a = 1\r\nb = 2", "a = 1\rb = 2", "a = 1\nb = 2\n\n", "a = 1  \nb = 2\t", "a = 1\nb = 2"]
)
def test_ends_of_lines_accuse_nobody(sent):
    master = [master_cell("test", grade=True, source="a = 1\nb = 2")]
    nb = notebook("test")
    nb.cells[0].source = sent
    assert clean(nb, master) == []
    nb = notebook("test")
    nb.cells[0].source = sent.replace("2", "3")
    assert clean(nb, master) == [Remark("rewritten", "test")]


def test_the_notebooks_own_metadata_is_not_the_students_to_write():
    nb = notebook(*EVERY)
    nb.metadata["autograding"] = {"remarks": [["renamed", "forged"]]}
    nb.metadata["widgets"] = {}
    clean(nb, MASTER)
    assert nb.metadata == {}


def test_a_written_answer_and_a_task_are_put_back_as_markdown():
    master = [
        master_cell("essay", grade=True, solution=True, points=3.0, source="YOUR ANSWER HERE", cell_type="markdown"),
        master_cell("task", points=1.0, source="Draw.", cell_type="markdown", task=True),
    ]
    nb = new_notebook(cells=[new_markdown_cell("hello", id="a")])
    assert {r.what for r in clean(nb, master)} == {"essay", "task"}
    MetadataValidator().validate_nb(nb)
    # Unchanged text is what nbgrader takes for no answer: 0, and not a person's work.
    assert nb.cells[names_of(nb).index("essay")].source == "YOUR ANSWER HERE"


def test_an_old_format_gets_no_ids():
    nb = notebook("prepare")
    nb.nbformat_minor = 4
    for cell in nb.cells:
        del cell["id"]
    clean(nb, MASTER)
    nbformat.validate(nb)


@pytest.mark.parametrize(
    "kind",
    [
        "copied",
        "restored",
        "rewritten",
        "skipping",
        "renamed",
        "nested",
        "cells left out",
        "more left out",
        "missing",
        "several",
        "another",
        "handed in",
        "instead",
        "spoilt",
        "program",
        "fuller",
        "elsewhere",
        "unreadable",
        "left out",
        "undated",
    ],
)
def test_every_remark_has_its_sentence(kind):
    assert "thing" in sentence(Remark(kind, "thing"))


def test_an_unknown_remark_is_an_error():
    with pytest.raises(KeyError):
        sentence(Remark("nonsense"))


def test_what_stock_nbgrader_does_is_said_once_for_each_kind():
    told = " ".join(for_teacher([Remark("copied", "a"), Remark("copied", "b"), Remark("restored", "c")]))
    assert told.count("stops the whole class") == 1 and told.count("keeps an earlier score") == 1


def test_a_students_words_are_inert_in_the_remarks():
    text = as_markdown([Remark("left out", "<script>alert(1)</script>\x1b[31m`![x](y)\n# title")])
    assert "<" not in text and "`" not in text and "\x1b" not in text and "![" not in text
    assert len(text.splitlines()) == 3
    shown = markdown2html_mistune(as_markdown([Remark("undated", "http://there.example ~~x~~ <b> [a](b)")]))
    assert not re.search("<(a|del|b)\\b", shown) and "there" in shown
