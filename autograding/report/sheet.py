"""A page of a notebook while it is made: finished HTML in the place of every text, as much as a page may hold."""

import re
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograding.messages import _
from autograding.report.beside import PASTED, beside, named_in, pasted, plain_name, taken_out
from autograding.report.drawings import words_in
from autograding.report.hidden import HiddenTests
from autograding.report.painter import painted_apart
from autograding.report.pieces import LONGEST_OF, Piece, plain

# What a page shows of an output, the best first and as in Jupyter. JavaScript, widgets and unknown types are left out.
FORMS = {
    "text/html": "html",
    "text/markdown": "markdown",
    "image/svg+xml": "drawing",
    "text/latex": "latex",
    **dict.fromkeys(("image/png", "image/jpeg", "image/gif", "image/webp"), "picture"),
}
OF_TEMPLATES = ("image/png", "image/jpeg")  # nbconvert's templates have no place for others
_SIZE = range(1, 2001)  # pixels

# The most that a page shows of what students write and print; their notebooks keep all of it. Letters, where not said.
LONGEST_PIECE = 200_000
ALL_TEXT = 2_000_000
ALL_PICTURES = 20_000_000
CELLS = 1_000
OUTPUTS = 1_000
FILES = 100  # pictures beside the notebook, of one page

# What HTML may write within a word of a drawing.
_APART = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)


class Finished(str):
    """HTML that a page may hold as it is."""


def finished(text: str, *_more, **_options) -> str:
    """The filter of the templates: finished HTML as it is, everything else escaped."""
    return text if isinstance(text, Finished) else Finished(plain(Piece("terminal", str(text))))


def paint(nb: NotebookNode, hidden: HiddenTests | None, folder: Path | None) -> None:
    """Put finished HTML in the place of every text of the notebook, and leave out what a page cannot show.

    `folder`: where the notebook lies, and pictures beside it.
    """
    sheet = _Sheet(hidden, _language_of(nb), folder)
    # What is graded first: it is shown whatever else the notebook holds.
    for cell in sorted(nb.cells, key=lambda cell: "nbgrader" not in cell.metadata):
        sheet.add(cell)
    if sheet.left_out:
        text = _("[Cells of this notebook that are not shown here: {n}.]").format(n=len(sheet.left_out))
        note = new_markdown_cell(text)
        nb.cells = [cell for cell in nb.cells if id(cell) not in sheet.left_out] + [note]
        sheet.add_text(note, "source", Piece("markdown", text))
    sheet.finish()


def _language_of(nb):
    info = nb.metadata.get("language_info", {})
    return str(info.get("pygments_lexer", info.get("name", "")))  # as in nbconvert/exporters/html.py


class _Sheet:
    """One page while it is made: the pieces, where each goes, and how much more the page may hold."""

    def __init__(self, hidden, language, folder):
        self.hidden, self.language, self.folder = hidden, language, folder
        self.letters, self.pictures, self.cells, self.outputs = ALL_TEXT, ALL_PICTURES, CELLS, OUTPUTS
        self.pieces: list[tuple[object, object, Piece]] = []
        self.printed: set[int] = set()  # the pieces that a notebook's outputs are
        self.left_out: set[int] = set()
        self.files: dict[str, str] = {}  # the pictures beside the notebook that were looked for

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
            self.add_text(cell.metadata.nbgrader, "comment", Piece("markdown", cell.metadata.nbgrader.comment))
        source, in_text = (cell.source, ()) if cell.cell_type == "code" else self._taken_out(cell.source)
        source = self._within(source)
        if cell.cell_type == "code":
            self.add_text(cell, "source", Piece("program", source, f"{self.language}|{magic}"))
            cell.outputs = [shown for output in cell.outputs if (shown := self._output(output)) is not None]
        else:
            cell.cell_type = "markdown"
            pictures = (*in_text, *self._attachments(attached), *self._beside(source))
            self.add_text(cell, "source", Piece("markdown", source, pictures=pictures))

    def add_text(self, place, key, piece):
        """Take in a text that belongs at `place[key]`."""
        self.pieces.append((place, key, piece))

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
                self._add_printed(shown, "text", "terminal", output.text)
            case "error":
                shown = NotebookNode(output_type="error", ename="", evalue="", traceback=[""])
                self._add_printed(shown.traceback, 0, "terminal", "\n".join(output.traceback))
            case _:
                shown = NotebookNode(output, data=NotebookNode(), metadata=NotebookNode())
                self._add_data(shown, output)
        return shown

    def _add_printed(self, place, key, kind, text):
        text, pictures = self._taken_out(text) if kind == "markdown" else (text, ())
        text = self._within(text, always=False)
        if self.hidden is not None:
            text = self.hidden.without(text)
        pictures = (*pictures, *self._beside(text)) if kind == "markdown" else ()
        self._add_output(place, key, Piece(kind, text, pictures=pictures))

    def _add_output(self, place, key, piece):
        self.printed.add(len(self.pieces))
        self.add_text(place, key, piece)

    def _add_data(self, shown, output):
        """The best form that can be shown: a template chooses HTML before pictures, and pictures before text."""
        words = str(output.data.get("text/plain", _("[An output that is not shown here.]")))
        for mime, form in FORMS.items():
            data = output.data.get(mime)
            if not isinstance(data, str):
                continue
            if form in ("markdown", "latex"):
                self._add_printed(shown.data, "text/html", form, data)
                return
            if form == "picture" and self._add_picture(shown, mime, data, output.metadata.get(mime, {})):
                return
            if form in LONGEST_OF and self._add_whole(shown, form, data, words):
                return
        self._add_printed(shown.data, "text/plain", "terminal", words)

    def _add_whole(self, shown, form, data, words):
        """HTML or a drawing, of which no part can be shown; whether the page can hold it."""
        data, pictures = self._taken_out(data) if form == "html" else (data, ())
        room = self.pictures * 3 // 4 if form == "drawing" else self.letters
        if len(data) > min(LONGEST_OF[form], room):
            return False
        words = self._within(words, always=False)
        if self.hidden is not None:
            words = self.hidden.without(words)
            # Within a picture it would not be found.
            drawn = words_in(data) if form == "drawing" else _APART.sub(r"\1", data) if "<svg" in data.lower() else ""
            if drawn and (self.hidden.are_in(data) or self.hidden.are_in(drawn)):
                data = ""
        if form == "drawing":
            self.pictures -= len(data) * 4 // 3
        else:
            self.letters -= len(data)
            pictures = (*pictures, *self._beside(data))
        self._add_output(shown.data, "text/html", Piece(form, data, words, pictures))
        return True

    def _add_picture(self, shown, mime, data, claims):
        """A picture that the output is; whether the page can hold it."""
        address = pasted({mime: data}, self.pictures)
        if not address:
            return False
        self.pictures -= len(address)
        about = _about_picture(claims)
        if mime in OF_TEMPLATES:
            shown.data[mime], shown.metadata[mime] = data, about
        else:
            shown.data["text/html"] = Finished(f'<img src="{address}" alt="{about.alt}">')
        return True

    def _taken_out(self, text):
        """The text with names in the place of its pictures, and as many of these as the page can hold."""
        text, pictures = taken_out(text)
        return text, tuple(self._that_fit(pictures))

    def _that_fit(self, pictures):
        for name, address in pictures:
            if address and len(address) <= self.pictures:
                self.pictures -= len(address)
                yield name, address

    def _attachments(self, attached):
        """The pictures that a Markdown cell carries with it: (name, address)."""
        found = [
            (plain_name(PASTED + name), pasted(forms, self.pictures))
            for name, forms in attached.items()
            if isinstance(forms, Mapping)
        ]
        return self._that_fit(found)

    def _beside(self, text):
        """The pictures beside the notebook that a text shows: (name, address)."""
        names = list(named_in(text)) if self.folder is not None else []
        for name in names:
            if name not in self.files and len(self.files) < FILES:
                self.files[name] = beside(self.folder, name, self.pictures)
        return self._that_fit((name, self.files.get(name, "")) for name in names)


def _about_picture(claims):
    """What a page says of a picture. With a description nbconvert has nothing to add, and parses no page for it."""
    about = NotebookNode(alt=_("A picture without a description"))
    if isinstance(claims, dict):
        about.update({name: claims[name] for name in ("width", "height") if claims.get(name) in _SIZE})
    return about
