"""Sphinx extension: a note on each page of an exercise, with links to its notebook and to its chapter.

The note is added to the notebook's text as Sphinx reads it (the file is not touched), so translators find it where they
find the rest of that page. And a link to the book, which in a notebook is a whole address, becomes one within the book.
"""

import json
import re
from pathlib import PurePosixPath

NOTE = """\
:::{{admonition}} {title}
:class: exercise-note
{body}
:::"""
TITLE = "An exercise"
SHOWN_AT = re.compile(r"\(http://127\.0\.0\.1:8000/book/(\w+)\.html\)")  # where `make lab` shows the book
BODY = """\
This page shows what is asked; the work is done in JupyterLab. Download the notebook: {{download}}`{stem}.ipynb`.
Its chapter: {{doc}}`/book/{stem}`."""


def add_note(app, docname, source):
    """Put the note after the notebook's title, or at the top if the first cell is not text."""
    page = PurePosixPath(docname)
    if page.parts[0] != "exercises":
        return
    notebook = json.loads(SHOWN_AT.sub(r"(../../book/\1.md)", source[0]))
    text = NOTE.format(title=TITLE, body=BODY.format(stem=page.name))
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    if notebook["nbformat_minor"] >= 5:
        cell["id"] = "exercise-note"
    first_is_text = bool(notebook["cells"]) and notebook["cells"][0]["cell_type"] == "markdown"
    notebook["cells"].insert(1 if first_is_text else 0, cell)
    source[0] = json.dumps(notebook)


def setup(app):
    app.connect("source-read", add_note)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
