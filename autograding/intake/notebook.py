"""Build a trusted notebook from a stranger's text.

Nothing but the sources, the names of cells, the tags and the pictures of written answers is taken from it: all else is
either made anew by grading (outputs) or not the student's to say (metadata). The text is measured before it is parsed,
in one pass, so that no file costs more than a few seconds and a few hundred megabytes.
"""

import json
import re
from collections.abc import Collection

import nbformat

from autograding.intake.preflight import OBEYED_TAGS
from autograding.intake.remarks import Remark
from autograding.messages import _

MEGABYTE = 2**20
# An honest notebook of the course is under 1 MB without its outputs; its pictures may make it several.
LARGEST_NOTEBOOK = 20 * MEGABYTE
# Of that, pasted pictures. What is more costs pictures and not the notebook.
LARGEST_PICTURES = 15 * MEGABYTE
# Saved outputs are dropped unread, so they may be larger.
LARGEST_FILE = 100 * MEGABYTE
DEEPEST = 100
# Texts, lists and objects: in the whole file, and in what is parsed.
MOST_VALUES = 2_000_000
MOST_PARSED = 500_000
# Every cell costs the grader a few milliseconds. Those that the assignment knows come on top.
MOST_CELLS = 1_000
LONGEST_NAME = 255
# Cells by their types, also of older formats. Others are kept as they are, and not run.
KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown", "html": "markdown"}

# A text or a bracket of JSON. A text that is not closed reaches to the end, so that nothing is looked at twice.
_VALUE = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
# What is dropped unparsed, by how many brackets it lies in: the notebook's metadata, the outputs of cells, and their
# pictures where these are too large.
_PICTURES = b'"attachments"'
_DROPPED = {1: (b'"metadata"',), 3: (b'"outputs"', _PICTURES)}
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_MARK_OF_UTF8 = b"\xef\xbb\xbf"
# What a disk, a cloud or an old editor leaves behind a text.
_PADDING = b"\0\x1a"
# Where a cell begins in an exported program.
_BEGINNING = re.compile(r"^# *(?:In\[[ \d*]*\]:|%%.*|<codecell>|COMMAND -+)$", re.MULTILINE)
_MARK_OF_A_MERGE = re.compile(rb"^<{7} ", re.MULTILINE)


class Unreadable(ValueError):
    """A file is not a notebook; the text says why."""


def read_notebook(content: bytes, known: Collection[str] = ()) -> tuple[nbformat.NotebookNode, list[Remark]]:
    """The notebook in a stranger's file, and what was left out of it; `known` are the assignment's names of cells.

    Raises Unreadable, which says why, for anything else.
    """
    if other := _another_kind(content):
        raise Unreadable(other)
    content = _as_utf8(content).rstrip(_PADDING)
    if not content.strip():
        raise Unreadable(_("the file is empty"))
    text, without_pictures = _without_outputs(content)
    if len(text) > LARGEST_NOTEBOOK:
        raise too_large(len(text), LARGEST_NOTEBOOK)
    try:
        # Not strict: a tab or an end of a line within a text does no harm.
        data = json.loads(text.decode("utf-8", errors="replace"), strict=False)
    except json.JSONDecodeError as error:
        raise _damaged(error.lineno) from error
    except (RecursionError, ValueError) as error:  # ValueError: a number of too many digits
        raise _no_notebook(type(error).__name__) from error
    nb, remarks = _built(data, known)
    return nb, [*remarks, *([Remark("pictures left out", str(without_pictures))] if without_pictures else [])]


def looks_like_one(content: bytes) -> bool:
    """Whether a file may hold a notebook, however it is called."""
    return any(key.encode(code) in content for key in ('"cells"', '"worksheets"') for code in ("utf-8", "utf-16-le"))


def program_as_notebook(content: bytes) -> nbformat.NotebookNode:
    """A notebook of the code cells in a program. Jupyter, Jupytext and others mark where a cell begins."""
    text = _as_utf8(content).decode("utf-8", errors="replace")
    cells = [{"cell_type": "code", "source": source} for source in _BEGINNING.split(text) if source.strip()]
    return _built({"cells": cells}, ())[0]


def _as_utf8(content):
    """The same text in UTF-8, without the mark that some editors put first. Some programs save UTF-16."""
    encoding = json.detect_encoding(content)
    if encoding.startswith("utf-8"):
        return content.removeprefix(_MARK_OF_UTF8)
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="ignore")
        raise _damaged(1 + before.count("\n")) from error


def _another_kind(content):
    """What a file is that is no notebook and says so in its first bytes; empty if it does not."""
    if found := _MARK_OF_A_MERGE.search(content):
        line = 1 + content.count(b"\n", 0, found.start())
        return _("Git has left the marks of two versions that it could not merge, the first at line {line}").format(
            line=line
        )
    kinds = {
        b"<": _("it is a web page, not the notebook itself; download the .ipynb file"),
        b"%PDF": _("it is a PDF, not a notebook"),
        b"\x1f\x8b": _("it is an archive that cannot be opened here; hand in the notebook itself"),
        b"PK\3\4": _("it is an archive or a document without a notebook in it"),
        b"{\\rtf": _("it is a text document, not a notebook"),
        b"version https://git-lfs": _(
            "it is what Git LFS keeps in the place of the notebook; download the notebook itself"
        ),
    }
    first = content[:1000].lstrip(_MARK_OF_UTF8 + b" \t\r\n")
    return next((kind for beginning, kind in kinds.items() if first.startswith(beginning)), "")


def too_large(got: int, most: int) -> Unreadable:
    """The reason why a file of `got` bytes is not read."""
    return Unreadable(
        _("it is {got} MB long; expected {most} MB at most").format(got=got // MEGABYTE, most=most // MEGABYTE)
    )


def _no_notebook(why):
    return Unreadable(_("it is not a Jupyter notebook ({error})").format(error=why))


def _damaged(line):
    return Unreadable(_("the file is damaged or cut short at line {line}").format(line=line))


def _without_outputs(content):
    """The text without what is dropped, its lines still numbered as before; and of how many cells the pictures are.

    Raises Unreadable where it is too much.
    """
    kept, done, depth, parsed, left = [], 0, 0, 0, 0
    key = begun = pictures = None  # a name that counts, what is dropped, the pictures of a cell: each (place, depth)
    room = LARGEST_PICTURES
    for number, value in enumerate(_VALUE.finditer(content), start=1):
        if number > MOST_VALUES:
            raise Unreadable(_("it holds too many values; clear its outputs, save it, and hand it in again"))
        if begun is None:
            parsed += 1
            if parsed > MOST_PARSED:
                raise Unreadable(_("it holds too many values besides its outputs"))
        start, end = value.span()
        match content[start]:
            case 0x22:  # a quotation mark
                key = (end, value[0]) if begun is None and value[0] in _DROPPED.get(depth, ()) else None
                continue
            case 0x5B | 0x7B:  # an opening bracket
                if key is not None and content[key[0] : start].strip() == b":":
                    if key[1] == _PICTURES:
                        pictures = start, depth
                    else:
                        begun = start, depth
                depth += 1
                if begun is None and depth > DEEPEST:
                    raise Unreadable(_("its JSON is nested too deeply"))
            case _:
                depth -= 1
                drop = begun if begun is not None and depth == begun[1] else None
                if pictures is not None and depth == pictures[1]:
                    size = end - pictures[0]
                    room, drop = (room - size, None) if size <= room else (room, pictures)
                    left += drop is not None
                    pictures = None
                if drop is not None:
                    kept += [content[done : drop[0]], b"null", b"\n" * content.count(b"\n", drop[0], end)]
                    done, begun = end, None
        key = None
    if begun is not None:
        raise _damaged(1 + content.count(b"\n"))
    return b"".join([*kept, content[done:]]), left


def _built(data, known):
    """The notebook anew from parsed JSON. What is merely missing is taken for empty."""
    found = _cells_of(data)
    if found is None:
        raise _no_notebook(_("no list of cells"))
    cells = [_cell(cell, number) for number, cell in enumerate(found, start=1)]
    chosen = _chosen([_name_of(cell) for cell in cells], known)
    left = len(cells) - len(chosen)
    plainly = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cells[place] for place in chosen]}
    return nbformat.from_dict(plainly), [Remark("cells left out", str(left))] if left else []


def _cells_of(data):
    """The list of cells, also where a server sent the notebook in a wrapping, or it is of an older format."""
    if not isinstance(data, dict):
        return None
    if isinstance(cells := data.get("cells"), list):
        return cells
    if isinstance(sheets := data.get("worksheets"), list):  # formats 2 and 3
        parts = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for part in parts if isinstance(part, list) for cell in part]
    return _cells_of(data.get("content"))  # Jupyter's contents API


def _chosen(names, known):
    """The places of the cells that are kept: the last of each known name, which is graded, and the first others."""
    needed = set({name: place for place, name in enumerate(names) if name in known}.values())
    others = [place for place in range(len(names)) if place not in needed]
    return sorted(needed.union(others[:MOST_CELLS]))


def _name_of(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def _cell(cell, number):
    """One cell anew, without outputs. Its number is its id: the same at every reading, and always a valid one."""
    cell = cell if isinstance(cell, dict) else {}
    kind = KINDS.get(str(cell.get("cell_type")), "raw")
    source = _source(cell.get("source", cell.get("input")))  # format 3 has an input
    found = {"cell_type": kind, "id": f"cell-{number}", "metadata": _metadata(cell.get("metadata")), "source": source}
    if kind == "code":
        found |= {"execution_count": None, "outputs": []}
    if kind != "code" and (pictures := _pictures(cell.get("attachments"))):
        found["attachments"] = pictures
    return found


def _source(value):
    """A cell's text, also where something else stands among its lines."""
    if isinstance(value, list):
        value = [line for line in value if isinstance(line, str)]
    return _text(value) or ""


def _metadata(given):
    """What grading looks at: the cell's name, and the tags that ask not to be run."""
    given, found = given if isinstance(given, dict) else {}, {}
    about = given.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    if isinstance(name, str) and len(name) <= LONGEST_NAME:
        found["nbgrader"] = {"grade_id": _text(name)}
    if isinstance(tags := given.get("tags"), list):
        found["tags"] = sorted(OBEYED_TAGS.intersection(tag for tag in tags if isinstance(tag, str)))
    return found


def _pictures(attached):
    """The pictures that were pasted into a written answer: by name, then by type."""
    found = {}
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        kinds = bundle.items() if isinstance(bundle, dict) else ()
        data = {_text(kind): _text(content) for kind, content in kinds if kind.startswith("image/")}
        if len(name) <= LONGEST_NAME and data and None not in data.values():
            found[_text(name)] = data
    return found


def _text(value):
    """A text, or the lines of one; None for anything else. Half a surrogate pair can be read but not written."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    return _HALF_A_PAIR.sub("\ufffd", value) if isinstance(value, str) else None
