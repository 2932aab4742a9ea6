"""The pieces of a page, each a stranger's text that becomes HTML: as it should look, or as plain text."""

import re
from html import escape
from typing import NamedTuple

from nbconvert.filters import Highlight2HTML, ansi2html

from autograding.messages import _
from autograding.report import drawings
from autograding.report.formulas import latex_to_html, markdown_to_html
from autograding.report.markup import cleaned

# Neither letters nor layout: a browser or the file cannot hold them. Escapes begin terminal colours.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPES = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~])?")
# What draws an output by a program, or fetches it: without it there may be nothing to see.
_DRAWS = re.compile("<(?:script|iframe|canvas|video|audio|object|embed)\\b", re.IGNORECASE)
_MARKUP = re.compile("<style>[^<]*</style>|<[^<>]*>")
LONGEST = 100_000  # letters; a longer piece is shown plain
# A table of many colours has a rule for each of its cells, and a drawing is mostly numbers.
LONGEST_OF = {"html": 400_000, "drawing": drawings.LONGEST}


class Piece(NamedTuple):
    """A text of a page. `more` is the language of a program, or of an output what is shown where the text cannot be."""

    kind: str  # one of PAINTED
    text: str
    more: str = ""
    pictures: tuple[tuple[str, str], ...] = ()  # that it may show: names and addresses

    @property
    def size(self) -> int:
        """Letters of all of it."""
        return len(self.text) + sum(len(address) for _name, address in self.pictures)


def _program(text, piece):
    name, _bar, magic = piece.more.partition("|")
    return Highlight2HTML()(text, name or None, {"magics_language": magic} if magic else {})


def _drawing(text, _piece):
    address = drawings.as_address(text)
    if not address:
        raise drawings.NoDrawing("it shows nothing")
    return f'<img src="{address}" alt="{_("A picture without a description")}">'


def _html(text, piece):
    html = cleaned(text, pictures=dict(piece.pictures), styled=True)
    if _DRAWS.search(text) and "<img" not in html and not _MARKUP.sub("", html).strip():
        return f"<pre>{_('[An output that is not shown here.]')}</pre>"
    return html


PAINTED = {
    "drawing": _drawing,
    "html": _html,
    "latex": lambda text, _piece: latex_to_html(text),
    "markdown": lambda text, piece: markdown_to_html(text, piece.pictures),
    "program": _program,
    "terminal": lambda text, _piece: _ESCAPES.sub("", str(ansi2html(text))),
}
INSTEAD = ("drawing", "html")  # which say in `more` what is shown in their place


def painted(piece: Piece) -> str:
    """The piece as it should look. It may take any time, and raise anything."""
    text = _UNSEEN.sub("", piece.text)
    return PAINTED[piece.kind](text if piece.kind == "terminal" else _ESCAPES.sub("", text), piece)


def plain(piece: Piece) -> str:
    """The piece as plain text, in time that grows with its length alone."""
    text = (piece.kind in INSTEAD and piece.more) or piece.text
    text = escape(_ESCAPES.sub("", _UNSEEN.sub("", text)), quote=False)
    if piece.kind == "terminal":
        return text  # the template has <pre> around it
    return f'<div class="highlight"><pre>{text}</pre></div>' if piece.kind == "program" else f"<pre>{text}</pre>"


def at_once(piece: Piece) -> str | None:
    """The HTML of a piece for which its plain form is all that there is to do; else None."""
    nothing = not piece.text.strip() or len(piece.text) > LONGEST_OF.get(piece.kind, LONGEST)
    return plain(piece) if nothing or (piece.kind == "terminal" and "\x1b" not in piece.text) else None
