"""What strangers write becomes HTML in a process of its own, in little time, or stays plain text; nothing is lost."""

import os
import re
import signal
import time
from html import unescape

import pytest

from autograding.report import painter
from autograding.report.painter import _Clock, painted_apart
from autograding.report.pieces import LONGEST, Piece

HONEST = [
    (Piece("markdown", "# A heading\n\n$x^2$ and **b**"), "<h1>A heading</h1>"),
    (Piece("program", "for x in y: print(x)", "ipython3|"), '<span class="k">for</span>'),
    (Piece("html", "<table><tr><td>1"), "<td>1</td>"),
    (Piece("latex", "if $a<b$"), "<math"),
    (Piece("terminal", "\x1b[31mred\x1b[0m <b>"), '<span class="ansi-red-fg">red</span> &lt;b&gt;'),
]
SHAPES = [
    "a.",
    "[",
    "]",
    "(",
    "*",
    "*a **",
    "_a_",
    "`",
    "~",
    ">",
    "> ",
    "- ",
    "  - x\n",
    "#",
    "|",
    "|-|\n",
    "$",
    "$x",
    "$$",
]
SHAPES += [
    "\\(",
    "\\begin{a}",
    "\\end{a}",
    "\\\\[",
    "{",
    "\\frac{",
    "^",
    "<",
    "<b>",
    "</b>",
    "<a ",
    "<!--",
    "<![",
    "&",
    "&#x",
]
SHAPES += [
    "<ul><li>",
    "<table>",
    "<td>",
    "![",
    "](",
    "[a]:",
    "http://a.",
    "www.",
    "\x1b[1mx",
    "\x1b[38m",
    "\x1b[",
    "'",
    '"""',
]
SHAPES += [
    " ",
    " \n",
    "\t",
    "\n",
    "%",
    "%%html\n",
    "!",
    "?",
    "f'{",
    "0",
    "0x",
    "lambda ",
    "@",
    "\\",
    "a=",
    "\u0300",
    "\ue000",
]
SHAPES += [
    "<style>",
    "<style ",
    ".a{color:red}",
    "var(--a,",
    "<svg>",
    "<svg><use href='#a'/>",
    "</svg>",
    "src=",
    "](",
    "](a.png)",
]
EVERY = [(kind, shape) for shape in SHAPES for kind in ("html", "latex", "markdown", "program", "terminal")]
WORST = [
    ("program", "a."),
    ("markdown", "$x"),
    ("latex", "\\begin{a}"),
    ("html", "<a "),
    ("markdown", "a" + " " * 2**16 + "b"),
]


def text_of(html: str) -> str:
    """The letters that a reader sees."""
    return re.sub(r"\s", "", unescape(re.sub(r"<[^>]*>", "", html)))


@pytest.mark.parametrize("piece", HONEST, ids=lambda one: one[0].kind)
def test_honest_pieces_look_as_they_should(piece):
    assert piece[1] in painted_apart([piece[0]])[0]


def test_every_shape_takes_little_time():
    """The grader before this needed minutes for some of these at 64 KB, and twice the size took four times as long."""
    pieces = [Piece(kind, "x" + shape * (2**16 // len(shape))) for kind, shape in EVERY]
    pieces += [Piece("html", f"<style>{piece.text}</style>x") for piece in pieces if piece.kind == "html"]
    began = time.monotonic()
    pages = painted_apart(pieces + [piece for piece, _looks in HONEST])
    assert time.monotonic() - began < 60  # 2 s of processor time, and what it takes to write so much
    assert [piece for piece, page in zip(pieces, pages, strict=False) if "x" not in page] == []
    for (_piece, looks), page in zip(HONEST, pages[len(pieces) :], strict=True):
        assert looks in page


def test_what_took_minutes_is_shown_whole():
    pieces = [Piece(kind, shape * (LONGEST // len(shape))) for kind, shape in WORST]
    for piece, page in zip(pieces, painted_apart(pieces), strict=True):
        assert text_of(page) == re.sub(r"\s", "", piece.text)


def test_a_process_that_dies_costs_one_piece_and_one_that_hangs_no_page(monkeypatch):
    piece, looks = HONEST[0]
    painted_apart([piece])
    victim = painter._painter.process
    victim.kill()
    victim.wait()
    pages = painted_apart([Piece("markdown", "*one*"), Piece("markdown", "*another*")])
    assert pages == ["<pre>*one*</pre>", "<p><em>another</em></p>\n"] and painter._painter.process.pid != victim.pid
    monkeypatch.setattr(painter, "STUCK_SECONDS", 0.2)
    monkeypatch.setattr(painter, "DEATHS", 1)
    os.kill(painter._painter.process.pid, signal.SIGSTOP)
    assert painted_apart([Piece("markdown", "*hangs*")]) == ["<pre>*hangs*</pre>"]
    monkeypatch.undo()
    assert looks in painted_apart([piece])[0] and painted_apart([Piece("markdown", "*hangs*")]) != [
        "<pre>*hangs*</pre>"
    ]


def test_time_and_memory_end_a_call_and_not_the_process():
    before = signal.getsignal(signal.SIGPROF)
    try:
        clock = _Clock()
        assert clock.within(1, str.upper, "a")[0] == "A"
        assert clock.within(0.1, lambda text: re.match(r"(a+)+$", text), "a" * 60 + "b")[0] is None
        assert clock.within(0.1, lambda _none: [None for _ in iter(int, 1)], None)[0] is None
        for raises in (lambda _none: 1 / 0, lambda _none: bytearray(2**62), lambda f: f(f)):
            assert clock.within(1, raises, lambda f: f(f))[0] is None
    finally:
        signal.signal(signal.SIGPROF, before)


def test_letters_that_no_page_can_hold_are_left_out():
    for kind in ("html", "latex", "markdown", "program", "terminal"):
        page = painted_apart([Piece(kind, "a\x00b\ud800c\x07d\x1b]0;e\x9bf")])[0]
        page.encode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page) and "b" in page


def test_html_has_a_limit_of_its_own():
    wide = Piece("terminal", "\x1b[31m" + "\x1b[1;32;4;45ma\x1b[0m" * (LONGEST // 20))
    pieces = [Piece("terminal", f"{wide.text[:-8]}{n:08}") for n in range(40)]
    html = painted_apart(pieces)
    assert sum(len(one) for one in html if "<span" in one) <= painter.ALL_HTML
    assert all("a" * 100 in re.sub("<[^>]*>", "", one) for one in html)
