"""The pieces of a page, each a stranger's text that becomes HTML: as it should look, or as plain text."""

import re
from html import escape
from typing import NamedTuple

from nbconvert.filters import Highlight2HTML, ansi2html

from autograding.report.formulas import latex_to_html, markdown_to_html
from autograding.report.markup import cleaned

# Neither letters nor layout: a browser or the file cannot hold them. Escapes begin terminal colours.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPES = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~])?")
LONGEST = 100_000  # letters; a longer piece is shown plain


class Piece(NamedTuple):
    """A text of a page. `more` is the language of a program, or the attachments of a Markdown text."""

    kind: str  # one of PAINTED
    text: str
    more: str | tuple[tuple[str, str], ...] = ""


def _program(text, language):
    name, _bar, magic = language.partition("|")
    return Highlight2HTML()(text, name or None, {"magics_language": magic} if magic else {})


PAINTED = {
    "html": lambda text, _more: cleaned(text),
    "latex": lambda text, _more: latex_to_html(text),
    "markdown": lambda text, more: markdown_to_html(text, more or ()),
    "program": _program,
    "terminal": lambda text, _more: _ESCAPES.sub("", str(ansi2html(text))),
}


def painted(piece: Piece) -> str:
    """The piece as it should look. It may take any time, and raise anything."""
    text = _UNSEEN.sub("", piece.text)
    return PAINTED[piece.kind](text if piece.kind == "terminal" else _ESCAPES.sub("", text), piece.more)


def plain(piece: Piece) -> str:
    """The piece as plain text, in time that grows with its length alone."""
    text = escape(_ESCAPES.sub("", _UNSEEN.sub("", piece.text)), quote=False)
    if piece.kind == "terminal":
        return text  # the template has <pre> around it
    return f'<div class="highlight"><pre>{text}</pre></div>' if piece.kind == "program" else f"<pre>{text}</pre>"


def at_once(piece: Piece) -> str | None:
    """The HTML of a piece for which its plain form is all that there is to do; else None."""
    nothing = not piece.text.strip() or len(piece.text) > LONGEST
    return plain(piece) if nothing or (piece.kind == "terminal" and "\x1b" not in piece.text) else None
