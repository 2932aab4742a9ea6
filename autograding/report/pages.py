"""Safe pages of strangers' notebooks, for students (feedback) and for teachers (formgrader).

A page is opened in the browser of students and teachers; formgrader's runs with the teacher's rights, and its scripts
bind to classes and ids. The templates of both insert Markdown, HTML and code as they are. So the preprocessors here put
finished HTML in the place of every text, made in a process of its own (`painter`), and `finished`, which takes the
place of the templates' filters, escapes everything else.
"""

import os
import re
import shutil
import stat
from html import escape
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors.clearhiddentests import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from autograding.messages import _
from autograding.report.hidden import HiddenTests, without_mark_schemes
from autograding.report.painter import painted_apart
from autograding.report.pieces import Piece, plain
from autograding.stock.once import FINISHED

# What a browser shows without running it, the best first. JavaScript, widgets, SVG and every unknown type are left out.
TEXTS = {"text/html": "html", "text/markdown": "markdown", "text/latex": "latex", "text/plain": "terminal"}
PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_SIZE = range(1, 2001)  # pixels

# The most that a page shows of what students write and print; their notebooks keep all of it. Letters, where not said.
LONGEST_PIECE = 200_000
ALL_TEXT = 2_000_000
ALL_PICTURES = 20_000_000
CELLS = 1_000
OUTPUTS = 1_000

# The templates put the page's styles into a <style>, which ends here and begins again. Nothing of a student's is
# painted outside its own place, and the policy holds for all that follows: no page loads anything from elsewhere.
HEAD = """
.input_area, .text_cell_render, .output_subarea {{ contain: paint; overflow: auto; }}
</style>
<meta http-equiv="Content-Security-Policy" content="base-uri 'none'; form-action 'none'; default-src 'none'; {policy}">
<meta name="referrer" content="no-referrer">
{finished}
{script}<style>"""
OF_FEEDBACK = HEAD.format(
    policy="img-src data:; font-src 'self'; style-src 'unsafe-inline'", finished=FINISHED, script=""
)
# Formgrader's own scripts expect MathJax, which the policy keeps out, and wait for its word that it is done.
OF_FORMGRADER = HEAD.format(
    policy="img-src 'self' data:; font-src 'self' data:; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'",
    finished=FINISHED,
    script="<script>window.MathJax = {Hub: {Startup: {signal: {Interest: tell => tell('End')}}}};</script>\n",
)


class Finished(str):
    """HTML that a page may hold as it is."""


def finished(text: str, *_more, **_options) -> str:
    """The filter of the templates: finished HTML as it is, everything else escaped."""
    return text if isinstance(text, Finished) else Finished(plain(Piece("terminal", str(text))))


class Page(NbGraderPreprocessor):
    """Make a page of feedback: no hidden test, no unsafe content, no other file; and say which answers wait."""

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        hidden = HiddenTests(ClearHiddenTests(parent=self))
        hidden.take_off(nb.cells)
        if not self.config.Autograding.get("mark_schemes_shown", False):
            without_mark_schemes(nb.cells, self.config)
        _say_who_waits(nb, resources)
        _paint(nb, hidden)
        # Our parent is the exporter, and its parent is the converter.
        converter, names = self.parent.parent, resources["nbgrader"]
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        left = remove_other_files(folder, {Path(notebook).stem + ".html" for notebook in converter.notebooks})
        if left:
            self.log.warning("Could not be removed from %r: %r", str(folder), left)
        return _dressed(self, nb, resources, OF_FEEDBACK)


class Shown(NbGraderPreprocessor):
    """Make a page of formgrader. Hidden tests stay visible."""

    def preprocess(self, nb, resources):
        """nbconvert's entry point."""
        if isinstance(self.parent.parent, GenerateFeedback):
            return nb, resources  # `Page` follows
        _paint(nb, None)
        # The template inserts names as they are, and a student's folder may have any name.
        for name, value in resources.items():
            if isinstance(value, str):
                resources[name] = escape(value).replace("\\", "&#92;")
        return _dressed(self, nb, resources, OF_FORMGRADER)


def _dressed(preprocessor, nb, resources, head):
    """Give the page its styles and its policy."""
    nb, resources = CSSHTMLHeaderPreprocessor(parent=preprocessor.parent, style="default").preprocess(nb, resources)
    resources["inlining"]["css"].append(head)
    return nb, resources


def _say_who_waits(nb, resources):
    """Say in the comment that nobody has graded an answer yet: the page shows 0 for it."""
    written = [cell for cell in nb.cells if is_grade(cell) and is_solution(cell)]
    if not written:
        return
    names = resources["nbgrader"]
    with Gradebook(names["db_url"]) as book:
        for cell in written:
            where = (cell.metadata.nbgrader["grade_id"], names["notebook"], names["assignment"], names["student"])
            if book.find_grade(*where).needs_manual_grade:
                said = [_("A person has yet to grade this answer."), cell.metadata.nbgrader.get("comment")]
                cell.metadata.nbgrader["comment"] = " ".join(text for text in said if text)


def _paint(nb: NotebookNode, hidden: HiddenTests | None) -> None:
    """Put finished HTML in the place of every text of the notebook, and leave out what a page cannot show."""
    sheet = _Sheet(hidden, _language_of(nb))
    # What is graded first: it is shown whatever else the notebook holds.
    for cell in sorted(nb.cells, key=lambda cell: "nbgrader" not in cell.metadata):
        sheet.add(cell)
    if sheet.left_out:
        text = _("[Cells of this notebook that are not shown here: {n}.]").format(n=len(sheet.left_out))
        note = new_markdown_cell(text)
        nb.cells = [cell for cell in nb.cells if id(cell) not in sheet.left_out] + [note]
        sheet.add_text(note, "source", "markdown", text)
    sheet.finish()


def _language_of(nb):
    info = nb.metadata.get("language_info", {})
    return str(info.get("pygments_lexer", info.get("name", "")))  # as in nbconvert/exporters/html.py


class _Sheet:
    """One page while it is made: the pieces, where each goes, and how much more the page may hold."""

    def __init__(self, hidden, language):
        self.hidden, self.language = hidden, language
        self.letters, self.pictures, self.cells, self.outputs = ALL_TEXT, ALL_PICTURES, CELLS, OUTPUTS
        self.pieces: list[tuple[object, object, Piece]] = []
        self.printed: set[int] = set()  # the pieces that a notebook's outputs are
        self.left_out: set[int] = set()

    def add(self, cell):
        """Take in a cell, or leave it out where the page is full and the cell is nobody's answer or test."""
        self.cells -= 1
        graded = "nbgrader" in cell.metadata
        if not graded and (self.cells < 0 or self.letters <= 0):
            self.left_out.add(id(cell))
            return
        attached = cell.pop("attachments", {})
        magic = str(cell.metadata.get("magics_language", ""))
        cell.metadata = NotebookNode(nbgrader=cell.metadata.nbgrader) if graded else NotebookNode()
        if graded and cell.metadata.nbgrader.get("comment"):
            self.add_text(cell.metadata.nbgrader, "comment", "markdown", cell.metadata.nbgrader.comment)
        source = self._within(cell.source)
        if cell.cell_type == "code":
            self.add_text(cell, "source", "program", source, f"{self.language}|{magic}")
            cell.outputs = [shown for output in cell.outputs if (shown := self._output(output)) is not None]
        else:
            cell.cell_type = "markdown"
            self.add_text(cell, "source", "markdown", source, self._attachments(attached))

    def add_text(self, place, key, kind, text, more=""):
        """Take in a text that belongs at `place[key]`."""
        self.pieces.append((place, key, Piece(kind, text, more)))

    def finish(self):
        """Put the finished HTML where it belongs. Only in it can be seen what a text shows."""
        painted = painted_apart([piece for _place, _key, piece in self.pieces])
        for number, ((place, key, _piece), html) in enumerate(zip(self.pieces, painted, strict=True)):
            shown = self.hidden is None or number not in self.printed or not self.hidden.are_in(html)
            place[key] = Finished(html if shown else plain(Piece("terminal", _("[hidden test]"))))

    def _within(self, text, always=True):
        """The text, or its beginning where the page can hold no more of it."""
        longest = LONGEST_PIECE if always else min(LONGEST_PIECE, max(self.letters, 0))
        self.letters -= min(len(text), longest)
        if len(text) <= longest:
            return text
        return text[:longest] + "\n" + _("[… not shown here: {n} more letters]").format(n=len(text) - longest)

    def _output(self, output):
        """The output as the page shows it; None where the page is full."""
        self.outputs -= 1
        if self.outputs < 0 or self.letters <= 0:
            return None
        match output.output_type:
            case "stream":
                shown = NotebookNode(output_type="stream", name=output.name)
                self._add_output(shown, "text", "terminal", output.text)
            case "error":
                shown = NotebookNode(output_type="error", ename="", evalue="", traceback=[""])
                self._add_output(shown.traceback, 0, "terminal", "\n".join(output.traceback))
            case _:
                shown = NotebookNode(output, data=NotebookNode(), metadata=NotebookNode())
                self._add_data(shown, output)
        return shown

    def _add_output(self, place, key, kind, text):
        text = self._within(text, always=False)
        if self.hidden is not None and kind != "html":
            text = self.hidden.without(text)
        self.printed.add(len(self.pieces))
        self.add_text(place, key, kind, text)

    def _add_data(self, shown, output):
        """The best form that can be shown: a template chooses HTML before pictures, and pictures before text."""
        for mime, kind in TEXTS.items():
            if mime in output.data and mime != "text/plain":
                self._add_output(shown.data, "text/html", kind, str(output.data[mime]))
                return
        for mime in PICTURES:
            picture = output.data.get(mime, "")
            if isinstance(picture, str) and _BASE64.fullmatch(picture) and len(picture) <= self.pictures:
                self.pictures -= len(picture)
                shown.data[mime] = picture
                shown.metadata[mime] = _about_picture(output.metadata.get(mime, {}))
                if mime == "image/gif":  # for which nbconvert's templates have no place
                    html = f'<img src="data:{mime};base64,{picture}" alt="{shown.metadata[mime].alt}">'
                    shown.data = NotebookNode({"text/html": Finished(html)})
                return
        text = str(output.data.get("text/plain", _("[An output that is not shown here.]")))
        self._add_output(shown.data, "text/plain", "terminal", text)

    def _attachments(self, attached):
        """The pictures that a Markdown cell carries with it: (name, address)."""
        found = []
        for name, forms in attached.items():
            for mime in PICTURES:
                picture = forms.get(mime, "")
                if isinstance(picture, str) and _BASE64.fullmatch(picture) and len(picture) <= self.pictures:
                    self.pictures -= len(picture)
                    found.append((name, f"data:{mime};base64,{picture}"))
                    break
        return tuple(found)


def _about_picture(claims):
    """What a page says of a picture. With a description nbconvert has nothing to add, and parses no page for it."""
    about = NotebookNode(alt=_("A picture without a description"))
    if isinstance(claims, dict):
        about.update({name: claims[name] for name in ("width", "height") if claims.get(name) in _SIZE})
    return about


# `nbgrader release_feedback` finds the submission of a page by these.
FOR_THE_EXCHANGE = {"timestamp.txt", "submission_secret.txt"}


def remove_other_files(folder: Path, pages: set[str]) -> list[str]:
    """Keep only pages in a student's feedback: nbgrader copies all files of the notebook's folder there.

    Returns the names of what could not be removed, which is no reason to stop.
    """
    pages, left = pages | FOR_THE_EXCHANGE, []
    for entry in list(os.scandir(folder)) if folder.is_dir() else ():
        if entry.name in pages and entry.is_file(follow_symlinks=False):
            continue
        try:
            _remove(entry)
        except OSError:
            left.append(entry.name)
    return left


def _remove(entry):
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.path)
        return
    for inner, _folders, _files in os.walk(entry.path):  # from the top, so that each one can be entered
        os.chmod(inner, stat.S_IRWXU)
    shutil.rmtree(entry.path)
