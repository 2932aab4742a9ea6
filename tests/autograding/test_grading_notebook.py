"""A stranger's text becomes a notebook that can be trusted, or a reason; what it costs is bounded."""

import json

import nbformat
import pytest

from autograding.intake import notebook
from autograding.intake.notebook import Unreadable, looks_like_one, program_as_notebook, read_notebook
from autograding.intake.remarks import Remark

GOOD = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
CODE = {"cell_type": "code", "metadata": {}, "source": "1 + 1", "outputs": [], "execution_count": 1, "id": "a"}


def text_of(*cells, **changes):
    return json.dumps(GOOD | {"cells": list(cells)} | changes).encode()


def with_(place, value):
    """A notebook of one code cell, with raw JSON for one of its parts."""
    return text_of(CODE | {place: "HERE"}).replace(b'"HERE"', value)


def one(content):
    nb, remarks = read_notebook(content)
    nbformat.validate(nb)
    assert remarks == []
    return nb.cells[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n ", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b'{"cells": [\n{"cell_type": "code",', "cut short at line 2"),
        (b'{"cells": [{"cell_type": "code", "outputs": [\n\n{"a":', "cut short at line 3"),
        (b'{"cells": [{"cell_type": "code",\n "outputs": [\n\n]},\n]}', "cut short at line 5"),
        (b"\xff\xfe\x00", "damaged or cut short at line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (with_("metadata", b"[" * 480 + b"]" * 480), "nested too deeply"),
        (b"]" * 100, "damaged"),
        (b"[1, 2]", "not a Jupyter notebook"),
        (b'"text"', "not a Jupyter notebook"),
        (b"{}", "not a Jupyter notebook"),
        (b'{"nbformat": 3, "worksheets": 5}', "no list of cells"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><html>", "it is a web page"),
        (b"%PDF-1.7", "it is a PDF"),
        (b"PK\3\4", "an archive or a document"),
        (b"\x1f\x8b\x08\0", "an archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b'{"cells": [\n<<<<<<< HEAD\n{}\n', "marks of two versions that it could not merge, the first at line 2"),
        ("{\n\n".encode("utf-16"), "cut short at line 3"),
        ("{\n".encode("utf-16") + b"\x00\xd8{\0", "cut short at line 2"),
        (("[" * 100_000).encode("utf-16"), "nested too deeply"),
        (text_of(cells="many"), "no list of cells"),
        (with_("metadata", b"1" * 5000), "not a Jupyter notebook"),
    ],
)
def test_what_is_no_notebook_is_said_to_be_none(content, reason):
    with pytest.raises(Unreadable, match=reason):
        read_notebook(content)


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code", "source": "1 + 1"},
        CODE | {"outputs": None, "execution_count": "*", "metadata": None, "source": ["1 ", "+ 1"]},
        CODE | {"outputs": [{"output_type": "stream", "text": "no name"}]},
        CODE | {"id": "#VSC-1f2e"},
        CODE | {"outputs": "text"},
    ],
)
def test_what_is_merely_missing_or_left_by_a_program_does_no_harm(cell):
    made = one(text_of(cell))
    assert made.source == "1 + 1" and made.outputs == [] and made.metadata == {}


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (5, ("raw", "")),
        (None, ("raw", "")),
        ({"cell_type": "heading", "level": 2, "source": "Title"}, ("markdown", "Title")),
        ({"cell_type": "sql", "source": "select"}, ("raw", "select")),
        ({"cell_type": ["code"], "source": "x"}, ("raw", "x")),
        (CODE | {"source": 5}, ("code", "")),
        (CODE | {"source": ["a\n", 5, "b"]}, ("code", "a\nb")),
        ({"cell_type": "code", "input": ["1 ", "+ 1"], "language": "python", "prompt_number": 3}, ("code", "1 + 1")),
    ],
)
def test_a_cell_of_another_kind_is_kept_beside_the_others(cell, kept):
    nb, remarks = read_notebook(text_of(cell, CODE))
    nbformat.validate(nb)
    assert [(cell.cell_type, cell.source) for cell in nb.cells] == [kept, ("code", "1 + 1")] and remarks == []


@pytest.mark.parametrize(
    "content",
    [
        text_of(CODE, nbformat=99),
        text_of(CODE, nbformat=[4]),
        json.dumps({"nbformat": 3, "worksheets": [{"cells": [CODE]}, 5, {"cells": None}]}).encode(),
        json.dumps({"type": "notebook", "format": "json", "content": GOOD | {"cells": [CODE]}}).encode(),
        text_of(CODE) + bytes(4096),
        text_of(CODE, metadata={"title": "a\nb\tc"}).replace(b"\\n", b"\n").replace(b"\\t", b"\t"),
        with_("execution_count", b"NaN"),
        with_("execution_state", b'"idle"'),
    ],
)
def test_another_format_a_wrapping_and_padding_do_no_harm(content):
    assert one(content).source == "1 + 1"


def test_a_program_is_cut_into_its_cells():
    program = "# coding: utf-8\n# In[1]:\nx = 1\n# %% [markdown]\n# Text\n#%%\ny = 2\n# COMMAND ----------\nz = 3\n"
    nb = program_as_notebook(program.encode("utf-16"))
    nbformat.validate(nb)
    assert [cell.source.strip() for cell in nb.cells] == ["# coding: utf-8", "x = 1", "# Text", "y = 2", "z = 3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_notebook_is_known_by_what_it_holds(encoding):
    assert looks_like_one(json.dumps(GOOD).encode(encoding)) and not looks_like_one('{"data": []}'.encode(encoding))


def test_marks_and_halves_of_characters_are_read():
    assert one(b"\xef\xbb\xbf" + text_of(CODE)).source == "1 + 1"
    made = one(text_of(CODE | {"source": "x = '\ud83d'"}, metadata={"title": "\ud800"}))
    assert made.source == "x = '\ufffd'"
    nbformat.writes(made).encode()


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
)
def test_a_notebook_in_any_encoding_of_unicode_is_read(encoding):
    text = json.dumps(GOOD | {"cells": [CODE | {"source": "é = '語🎓'"}]}, ensure_ascii=False)
    assert one(text.encode(encoding)).source == "é = '語🎓'"


@pytest.mark.parametrize("version", ["4", None, 4.0])
def test_a_version_that_is_written_otherwise_is_the_same(version):
    assert one(text_of(CODE, nbformat=version)).source == "1 + 1"


def test_a_notebook_without_cell_ids_is_read_the_same_each_time():
    content = json.dumps(GOOD | {"nbformat_minor": 4, "cells": [{"cell_type": "markdown", "source": "x"}] * 2}).encode()
    first, second = (read_notebook(content)[0] for _time in range(2))
    assert first == second and len({cell.id for cell in first.cells}) == 2


def test_nothing_is_kept_that_grading_does_not_look_at():
    about = {"grade_id": "double", "points": 100, "x": [[]]}
    told = {
        "nbgrader": about,
        "tags": ["skip-execution", 5, "", "a,b", "skip-execution"],
        "slideshow": {},
        "magics_language": "x",
    }
    made = one(text_of(CODE | {"metadata": told, "attachments": {}}, metadata={"kernelspec": {"name": "evil"}}))
    assert made.metadata == {"nbgrader": {"grade_id": "double"}, "tags": ["skip-execution"]}
    assert set(made) == {"cell_type", "id", "metadata", "source", "execution_count", "outputs"}


@pytest.mark.parametrize(
    "odd", [b"[]", b'"text"', b'{"nbgrader": []}', b'{"nbgrader": {"grade_id": ["a"]}, "tags": 1}']
)
def test_odd_metadata_is_dropped(odd):
    assert one(with_("metadata", odd)).metadata == {}


def test_pictures_of_written_answers_are_kept_and_nothing_else_that_is_attached():
    attached = {
        "a.png": {"image/png": "iVBOR"},
        "lines.svg": {"image/svg+xml": ["<svg>", "</svg>"], "text/html": "<script>"},
        "page.html": {"text/html": "<script>"},
        "odd": {"image/png": {"deep": [1]}},
        "odder": [],
    }
    made = one(text_of({"cell_type": "markdown", "source": "![](attachment:a.png)", "attachments": attached}))
    assert made.attachments == {"a.png": {"image/png": "iVBOR"}, "lines.svg": {"image/svg+xml": "<svg></svg>"}}
    assert "attachments" not in one(text_of({"cell_type": "markdown", "source": "x", "attachments": []}))


def test_saved_outputs_are_dropped_unread(monkeypatch):
    monkeypatch.setattr(notebook, "LARGEST_NOTEBOOK", 10_000)
    saved = [{"data": {"image/png": "x" * 22_000, 'odd "outputs": [': ["\\", "]", '"']}}]
    content = text_of(CODE | {"outputs": saved}, CODE | {"source": "2"})
    nb, _remarks = read_notebook(content)
    assert [cell.source for cell in nb.cells] == ["1 + 1", "2"]
    # Neither depth nor number counts in them.
    assert one(with_("outputs", b"[" * 5000 + b"]" * 5000)).source == "1 + 1"
    # A text that only looks so is none of them.
    looks = 'print({"outputs": [1]})' + "\\"
    assert one(text_of(CODE | {"source": looks})).source == looks
    assert one(text_of(CODE | {"source": "outputs"})).source == "outputs"
    with pytest.raises(Unreadable, match="MB at most"):
        read_notebook(text_of(CODE | {"source": "x" * 22_000}))


def test_the_state_of_widgets_is_dropped_unread(monkeypatch):
    monkeypatch.setattr(notebook, "LARGEST_NOTEBOOK", 10_000)
    assert one(text_of(CODE, metadata={"widgets": {"state": "x" * 22_000}})).source == "1 + 1"


@pytest.mark.parametrize("bomb", [b"{}", b"[]", b'""', b'{"":0}'])
def test_a_bomb_of_values_is_not_parsed(monkeypatch, bomb):
    monkeypatch.setattr(notebook, "MOST_PARSED", 1000)
    monkeypatch.setattr(notebook, "MOST_VALUES", 5000)
    parsed = []
    monkeypatch.setattr(notebook.json, "loads", parsed.append)
    many = b"[" + b",".join([bomb] * 1000) + b"]"
    for content in (with_("metadata", many), with_("attachments", many), with_("source", many)):
        with pytest.raises(Unreadable, match="too many values besides its outputs"):
            read_notebook(content)
    with pytest.raises(Unreadable, match="clear its outputs"):
        read_notebook(with_("outputs", b"[" + b",".join([bomb] * 5000) + b"]"))
    assert parsed == []


@pytest.mark.parametrize("text", [b'"' + b'\\"' * 300_000, b'"' + b'\\"' * 300_000 + b"\\", b'"outputs"' * 60_000])
def test_a_text_without_end_is_looked_at_once(text, monkeypatch):
    """A second look at each quotation mark would take hours: 300,000 times as many steps."""
    monkeypatch.setattr(notebook, "MOST_PARSED", 100)
    with pytest.raises(Unreadable):
        read_notebook(b"[" + text)


def test_of_a_crowd_of_cells_the_first_are_kept_and_those_of_the_assignment(monkeypatch):
    monkeypatch.setattr(notebook, "MOST_CELLS", 3)
    named = [
        CODE | {"source": name, "metadata": {"nbgrader": {"grade_id": name}}} for name in ("a", "b", "a", "forged")
    ]
    cells = [*([CODE | {"source": ""}] * 2), *named, *([CODE | {"source": ""}] * 5)]
    nb, remarks = read_notebook(text_of(*cells), known={"a", "b"})
    # The first "a" is a copy, which counts as any cell; the last one is graded.
    assert [cell.source for cell in nb.cells] == ["", "", "a", "b", "a"]
    assert remarks == [Remark("cells left out", "6")]
