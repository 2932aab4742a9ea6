"""Pictures in questions and answers, pasted or beside the notebook: the student and the person who grades see them."""

import base64
import json
import os
import re
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ASSIGNMENT, Toy, cell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from test_grading_looks import OUTPUTS, PLOT
from test_grading_pages import as_formgrader_shows, page_of
from test_grading_person import ask_why

from autograding.intake import notebook
from autograding.intake.notebook import read_notebook
from autograding.intake.remarks import Remark, sentence
from autograding.report import sheet
from autograding.report.beside import beside, named_in, taken_out
from autograding.report.pieces import LONGEST

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def png(number: int) -> bytes:
    """A picture that can be told from others: what follows its end is not looked at."""
    return PNG + f"picture {number:04}".encode()


def address(number: int) -> str:
    """The picture, as a page holds it."""
    return f"data:image/png;base64,{base64.b64encode(png(number)).decode()}"


def attached(name: str, number: int) -> dict:
    """What a cell carries with it."""
    return {name: {"image/png": base64.b64encode(png(number)).decode()}}


QUESTION = """![pasted](attachment:image.png) ![](figures/net.png) <img src="figures/net%202.png" width=20>
![lost one](attachment:lost.png) ![gone](figures/gone.png) ![up](../../01_toy/figures/net.png)"""
OUTSIDE = "<style>body, div, p, .panel, * { display: none; color: red } #a, .a { background-color: #eee }</style>"
WIDE = "<table><tr>" + "<td>1234567890</td>" * 30 + "</tr></table>"
SHOWS = """
from IPython.display import HTML, SVG, display
for name in NAMES:
    display(HTML(open(name).read()))
display(SVG(PLOT), HTML("<img src=sketch.png>"))
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of one whose question, answers and outputs hold pictures: the page of feedback, and formgrader's."""
    toy = Toy(tmp_path_factory.mktemp("pictures") / "course")
    nb = ask_why(toy)
    home = toy.root / "solutions" / ASSIGNMENT
    solution = nbformat.read(home / "01_toy.ipynb", as_version=4)
    for one in (solution, nb):
        one.cells.insert(1, new_markdown_cell(QUESTION, id="q", attachments=attached("image.png", 1)))
    nbformat.write(solution, home / "01_toy.ipynb")
    (home / "figures").mkdir()
    (home / "figures" / "net.png").write_bytes(png(2))
    (home / "figures" / "net 2.png").write_bytes(png(3))
    why = cell(nb, "why")
    why.source = f"My sketch: ![](sketch.png) ![mine](attachment:a%20b.png) ![there]({address(6)})"
    why.attachments = attached("a b.png", 5)
    shows = SHOWS.replace("NAMES", repr([*sorted(OUTPUTS), "outside", "wide"])).replace("PLOT", repr(PLOT))
    nb.cells.append(new_code_cell(shows.strip(), id="shows"))
    folder = toy.hand_in("ada", nb)
    (folder / "sketch.png").write_bytes(png(4))
    for name, text in {**OUTPUTS, "outside": OUTSIDE + "<p id=a>x</p>", "wide": WIDE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    table = toy.grade()
    shown = as_formgrader_shows(toy.root / "autograded" / "ada" / ASSIGNMENT / "01_toy.ipynb")
    return SimpleNamespace(table=table, path=toy.root / "feedback" / "ada" / ASSIGNMENT / "01_toy.html", shown=shown)


@pytest.mark.grading
def test_pictures_cost_no_mark_and_are_seen_on_both_pages(graded):
    assert re.search(r"ada .* 6/6\+2\?", graded.table)
    for page in (graded.path.read_text(encoding="utf-8"), graded.shown):
        pictures = re.findall(r'<img [^>]*src="([^"]*)"', page)
        assert [pictures.count(address(number)) for number in range(1, 7)] == [1, 1, 1, 2, 1, 1]
        assert sum(one.startswith("data:image/svg+xml") for one in pictures) == 1
        assert all(one.startswith("data:image/") for one in pictures)
        for said in ("lost one", "gone", "up"):
            assert said in page
        assert "est-all" not in re.sub("<code.*?</code>|<pre.*?</pre>", "", page, flags=re.DOTALL)


@pytest.mark.browser
@pytest.mark.grading
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_a_browser_shows_all_in_its_place(graded, visit, width, scheme):
    page = visit(graded.path.as_uri(), width=width, scheme=scheme)
    colours = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    assert page.locator("caption", has_text="Cities").is_visible() and page.get_by_text("My sketch").is_visible()
    assert page.locator("th", has_text="city").last.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(51, 68, 85)"]
    assert page.locator("td", has_text="3.50").first.evaluate("one => getComputedStyle(one).textAlign") == "right"
    assert not page.get_by_text("rerun this cell").is_visible() and not page.get_by_text("alpha").is_visible()
    page.locator("label").get_by_text("Ridge").click()
    assert page.get_by_text("alpha").is_visible()
    box = page.locator("label").evaluate("one => getComputedStyle(one.parentElement).backgroundColor")
    assert box == "rgb(255, 245, 230)"
    whole = "all => all.every(one => one.naturalWidth > 0 && one.getBoundingClientRect().right <= innerWidth)"
    assert page.locator("img").evaluate_all(whole) and page.locator("img").count() == 8
    # Dark on light, whatever the browser prefers, and nothing runs out of the window.
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") in ("light only", "only light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_text("My sketch").evaluate(colours)[0] in ("rgb(0, 0, 0)", "rgb(51, 51, 51)")


def test_only_pictures_in_the_folder_are_read(tmp_path):
    home = tmp_path / "home"
    (home / "in" / "ner").mkdir(parents=True)
    (tmp_path / "outside.png").write_bytes(PNG)
    for name in ("a.png", "in/ner/b.png", "jpeg.png"):
        (home / name).write_bytes(PNG)
    (home / "jpeg.png").write_bytes(b"\xff\xd8\xffx")
    (home / "w.webp").write_bytes(b"RIFF1234WEBPx")
    (home / "d.svg").write_text("<?xml version='1.0'?><svg/>")
    (home / "text.png").write_text("<script>")
    (home / "link.png").symlink_to(tmp_path / "outside.png")
    (home / "linked").symlink_to(tmp_path)
    os.mkfifo(home / "pipe.png")
    (home / "folder.png").mkdir()
    kinds = {"a.png": "png", "in/ner/b.png": "png", "jpeg.png": "jpeg", "w.webp": "webp", "d.svg": "svg+xml"}
    for name, kind in kinds.items():
        assert beside(home, name, 10_000).startswith(f"data:image/{kind};base64,"), name
    outside = ["../outside.png", "in/../a.png", "./a.png", "link.png", "linked/outside.png", str(home / "a.png")]
    for name in [
        *outside,
        "pipe.png",
        "folder.png",
        "text.png",
        "no.png",
        "",
        "/",
        "a.png\0",
        "C:\\a.png",
        "\ud800.png",
    ]:
        assert beside(home, name, 10_000) == "", name
    assert beside(home, "a.png", len(PNG)) == "" and beside(tmp_path / "gone", "a.png", 10_000) == ""


def test_pictures_are_named_in_every_way_of_writing():
    text = """![a](a.png) ![b](<b b.png> "title") ![c](c%20c.JPG) ![d][d] <img src="e e.gif"> <img src='f.svg'>
<IMG alt=x SRC = g.webp > ![h](data.csv) [i](i.png) ![j](./j.png)

[d]: d.jpeg "title"
"""
    names = ["a.png", "b b.png", "c c.JPG", "e e.gif", "f.svg", "g.webp", "i.png", "j.png", "d.jpeg"]
    assert list(named_in(text)) == names


def test_a_page_holds_as_many_pictures_as_it_may(monkeypatch):
    monkeypatch.setattr(sheet, "ALL_PICTURES", 3 * len(address(1)))
    cells = [
        new_markdown_cell(f"![of {n}](attachment:a.png)", id=f"c{n}", attachments=attached("a.png", n))
        for n in range(5)
    ]
    page = page_of(new_notebook(cells=cells))
    assert [address(n) in page for n in range(5)] == [True] * 3 + [False] * 2 and "of 4" in page


@pytest.mark.parametrize("kind", ["markdown", "output of markdown", "output of html"])
def test_a_picture_in_the_text_itself_does_not_count_as_text(kind):
    large = "data:image/png;base64," + base64.b64encode(PNG + b"x" * LONGEST).decode()
    text = f"**bold** ![p]({large})\n\n[1]: <{large}>" if "markdown" in kind else f"<b>bold</b><img src='{large}'>"
    if kind == "markdown":
        one = new_markdown_cell(text, id="a")
    else:
        output = new_output("display_data", {f"text/{kind.split()[-1]}": text})
        one = new_code_cell("x", id="a", outputs=[output])
    page = page_of(new_notebook(cells=[one]))
    assert f'src="{large}"' in page and re.search("<(b|strong)>bold</", page)
    assert taken_out("data:image/png;base64,aaaa") == ("data:image/png;base64,aaaa", ())


@pytest.mark.parametrize("form", ["text", "base64"])
def test_drawings_are_pasted_too(form):
    data = PLOT if form == "text" else base64.b64encode(PLOT.encode()).decode()
    attachments = {"a.svg": {"image/svg+xml": data}, "odd.png": {"image/png": "<x>"}, "none.png": {}}
    one = new_markdown_cell("![p](attachment:a.svg)", id="a")
    one.attachments = attachments
    page = page_of(new_notebook(cells=[one]))
    assert 'alt="p" src="data:image/svg+xml;base64,' in page or 'src="data:image/svg+xml;base64,' in page


def test_too_many_pasted_pictures_cost_pictures_and_not_the_notebook(monkeypatch):
    monkeypatch.setattr(notebook, "LARGEST_NOTEBOOK", 10_000)
    monkeypatch.setattr(notebook, "LARGEST_PICTURES", 5_000)
    cells = [
        {"cell_type": "markdown", "source": f"{n}", "attachments": {"a.png": {"image/png": "x" * size}}}
        for n, size in enumerate((4_000, 9_000, 900, 4_000))
    ]
    content = json.dumps({"cells": [*cells, {"cell_type": "code", "source": "1 + 1"}]}, indent=1)
    nb, remarks = read_notebook(content.encode())
    assert ["attachments" in cell for cell in nb.cells] == [True, False, True, False, False]
    assert [cell.source for cell in nb.cells] == ["0", "1", "2", "3", "1 + 1"]
    assert remarks == [Remark("pictures left out", "2")] and "2 cells" in sentence(remarks[0])
