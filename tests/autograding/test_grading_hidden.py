"""Hidden tests of plain nbgrader courses stay off the pages, also where a notebook prints them."""

import base64
import re
from html import escape

import nbformat
import pytest
from conftest import ASSIGNMENT, cell
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.preprocessors.clearhiddentests import ClearHiddenTests

from autograding.authoring.expected import page_text
from autograding.report.hidden import HiddenTests
from autograding.report.pieces import Piece, painted
from autograding.report.sheet import paint

TEST = """assert triple(2) == 6
### BEGIN HIDDEN TESTS
for value, expected in [(1.25, 3.75), (-17, -51)]:
    assert triple(value) == expected, "triple is wrong for a secret number"
### END HIDDEN TESTS
assert triple(0) == 0"""
SECRET = [line for line in TEST.splitlines()[2:4]]


def graded(source):
    found = new_code_cell(source, id="test")
    found.metadata.nbgrader = {"grade": True, "locked": True, "solution": False, "grade_id": "test", "points": 1}
    return found


def hidden_of(*others):
    """The hidden tests of a notebook with TEST and other cells; and the cell of TEST."""
    test = graded(TEST)
    hidden = HiddenTests(ClearHiddenTests())
    hidden.take_off([*others, test])
    return hidden, test


PRINTED = {
    "as it is": TEST,
    "as a literal": repr(TEST),
    "in a list": str([TEST, "x"]),
    "numbered": "\n".join(f"----> {n} {line}" for n, line in enumerate(TEST.splitlines())),
    "coloured": "".join(f"\x1b[38;5;28m{word}\x1b[39m " for word in TEST.replace("\n", " ").split(" ")),
    "spread": "\n\n".join(TEST.split()),
    "without spaces": "".join(TEST.split()),
    "cut": TEST[45:140],
    "a line": SECRET[0],
    "indented": TEST.replace("\n", "\n\t\t"),
    "json": '{"source": ["' + TEST.replace('"', '\\"').replace("\n", '\\n", "') + '"]}',
}


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED)
def test_what_prints_a_hidden_test_loses_it(printed):
    hidden, _test = hidden_of()
    left = "".join(hidden.without(f"before\n{printed}\nafter").split())
    assert "1.25" not in left and "3.75" not in left and "-51" not in left and "triple(value)" not in left
    assert left.startswith("before") and left.endswith("fter")
    html = "<p>before</p>" + "".join(f"<span>{word}</span> " for word in printed.replace("<", "&lt;").split(" "))
    assert hidden.are_in(html) and not hidden.are_in("<p>before</p>")
    assert hidden.are_in(f"<img src='x' alt=\"{escape(printed)}\">") and hidden.are_in(
        f'<abbr title="{escape(printed)}">'
    )


# Letters that a page does not show, or that nobody sees.
@pytest.mark.parametrize(
    "between", ["\0", "\x01", "\x7f", "\x1b", "\x1b[?1h", "\u200b", "\xad", "\u202a", "\ufe0f", "\u3164"]
)
@pytest.mark.parametrize("kind", ["terminal", "html", "markdown", "latex"])
def test_what_lies_between_the_letters_hides_nothing(between, kind):
    hidden, _test = hidden_of()
    html = painted(Piece(kind, hidden.without(between.join(SECRET[0]))))
    assert hidden.are_in(html) or "1.25" not in "".join(re.findall(r"[\w.]", page_text(html)))


@pytest.mark.parametrize("spread", ["<b>{}</b>", "&#{:d};", "{}<!-- x -->"])
@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_a_hidden_test_is_found_as_it_is_painted(spread, kind):
    hidden, _test = hidden_of()
    letters = [ord(letter) if ":d" in spread else letter for letter in SECRET[0].strip()]
    assert hidden.are_in(painted(Piece(kind, hidden.without("".join(map(spread.format, letters))))))


BETWEEN = ["<tspan>{}</tspan>", "<tspan>{}</tspan><!-- > -->", ""]
SPREAD = [(mime, spread) for mime in ("image/svg+xml", "text/html") for spread in BETWEEN]


@pytest.mark.parametrize(("mime", "spread"), [*SPREAD, ("image/svg+xml", '<tspan id="a>b">{}</tspan>')])
def test_a_hidden_test_is_found_in_a_drawing(mime, spread):
    hidden, test = hidden_of()
    letters = "".join(spread.format(escape(letter)) for letter in SECRET[0]) or f"<![CDATA[{SECRET[0]}]]>"
    output = new_output("display_data", {mime: f"<svg><text>{letters}</text></svg>", "text/plain": "a drawing"})
    nb = new_notebook(cells=[test, new_code_cell("x", id="x", outputs=[output])])
    paint(nb, hidden, None)
    shown = nb.cells[1].outputs[0].data["text/html"]
    assert "data:image" not in shown and "1.25" not in shown
    # What our own rules of style say is nobody's text.
    assert not hidden.are_in(f"<style>.o-1 {{ {SECRET[0]} }}</style>x")


def test_the_teachers_cell_keeps_its_visible_lines_and_loses_its_traceback():
    test = graded(TEST)
    text = "triple is wrong for a secret number"
    test.outputs = [new_output("error", ename="AssertionError", evalue=text, traceback=["1", SECRET[1], text])]
    hidden = HiddenTests(ClearHiddenTests())
    hidden.take_off([test])
    assert test.source == "assert triple(2) == 6\nassert triple(0) == 0"
    assert test.outputs[0].traceback == [f"AssertionError: {text}"]
    assert hidden.without(text) == text  # which the teacher lets the test say
    assert hidden.without("assert triple(2) == 6") == "assert triple(2) == 6"  # which the page shows anyway


def test_a_region_without_an_end_is_hidden_and_a_students_own_marks_are_no_trouble():
    test = graded("visible = 1\n### BEGIN HIDDEN TESTS\nassert secret_function(1) == 2")
    own = new_code_cell("### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\nmine = 1", id="own")
    hidden = HiddenTests(ClearHiddenTests())
    hidden.take_off([own, test])
    assert test.source == "visible = 1" and "mine" in own.source
    assert "secret_function" not in hidden.without("assert secret_function(1) == 2")
    nothing = HiddenTests(ClearHiddenTests())
    nothing.take_off([own])
    assert nothing.without("mine = 1") == "mine = 1"


LOOKS = """
import linecache, sys
from IPython.display import HTML, Markdown, display
def greet(name):
    seen.extend("".join(linecache.getlines(sys._getframe(depth).f_code.co_filename)) for depth in range(4))
    return f"Hello, {name}!"
seen = []
"""
PRINTS = """
for x in seen + list(In):
    print(x, repr(x))
    display(Markdown(x), Markdown("~~~\\n" + x + "\\n~~~"), HTML(x), HTML("<pre>" + x))
raise ValueError(str(seen))
"""


@pytest.mark.grading
def test_a_page_does_not_show_what_a_notebook_prints_of_a_hidden_test(toy):
    solution = toy.solution()
    cell(solution, "greet_check").source = f"triple = lambda x: 3 * x\n{TEST}\nassert greet('Ada') == 'Hello, Ada!'"
    nbformat.write(solution, toy.root / "solutions" / ASSIGNMENT / "01_toy.ipynb")
    cell(solution, "greet").source = LOOKS
    solution.cells.append(new_code_cell(PRINTS, id="prints"))
    toy.hand_in("ada", solution)
    toy.grade()
    page = page_text((toy.root / "feedback" / "ada" / ASSIGNMENT / "01_toy.html").read_text(encoding="utf-8"))
    assert "[hidden test]" in page and "1.25" not in page and "-51" not in page
    kept = (toy.root / "autograded" / "ada" / ASSIGNMENT / "01_toy.ipynb").read_text(encoding="utf-8")
    assert "1.25" in kept  # where the teacher looks


def test_what_is_encoded_is_not_found():
    """Nobody can find every code; DESIGN.md says so."""
    hidden, _test = hidden_of()
    secret = base64.b64encode(TEST.encode()).decode()
    assert hidden.without(secret) == secret
