"""HTML of strangers is written anew from a closed list, and nested so that a browser reads it as it is written."""

import random
import re
from html.parser import HTMLParser
from pathlib import Path

import nbgrader.server_extensions.formgrader.handlers as formgrader
import pytest

from autograding.report.elements import ATTRIBUTES, DEEPEST, TAGS
from autograding.report.formulas import as_mathml, latex_to_html, markdown_to_html
from autograding.report.markup import cleaned
from autograding.report.values import STYLES, style_of

PICTURE = "data:image/png;base64,aaaa"
KNOWN = {"alt", "border", "dir", "lang", "style", "src"} | {name for names in ATTRIBUTES.values() for name in names}
SOUP = sorted(
    TAGS | {"a", "article", "button", "svg", "math", "template", "object", "select", "section", "font", "form"}
)


class Elements(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def bound_names() -> set[str]:
    """Every word of formgrader's scripts and templates that could name an element: a class, an id, a name, data-*."""
    folder = Path(formgrader.__file__).parent
    files = [*folder.glob("static/js/*.js"), *folder.glob("templates/**/*.*")]
    return {word for path in files for word in re.findall(r"[A-Za-z][\w-]+", path.read_text(encoding="utf-8"))}


def test_nothing_that_formgrader_binds_to_is_left_of_a_students_html():
    names = bound_names()
    assert {"full-credit", "no-credit", "mark-graded", "score", "comment", "tabbable", "help", "data-link"} <= names
    for make in (cleaned, markdown_to_html):
        for name in sorted(names):
            soup = (
                f"<div class='{name}' id='{name}' name='{name}' {name}='x' data-{name}='x' on{name}='x' role={name}>"
                f"<input class={name} id={name}><button class={name}>b</button><textarea name={name}>t</textarea>"
                f"<form action={name}></form><span class='{name}'>x</span><{name}>x</{name}></div>"
            )
            found = Elements(make(soup))
            assert found.tags <= TAGS and {attribute for attribute, _value in found.attributes} <= KNOWN, name


HARMFUL = ["url(http://e.org/x)", "url(data:x)", "expression(1)", "fixed", "absolute", "9999", "100vw", "999px", "-9px"]
HARMFUL += [
    "9999em",
    "var(--x)",
    "calc(100% * 9)",
    "image-set('x' 1x)",
    "attr(x url)",
    "red; position: fixed",
    "inherit}",
]
HARM = r"url|fixed|absolute|expression|var|calc|image|attr|\d{4}|999|-9|v[wh]"
PROPERTIES = """accent-color animation aspect-ratio backdrop-filter background background-attachment background-image
    block-size border border-image border-radius bottom box-shadow clip-path color column-count contain content cursor
    display filter flex float font font-family font-size grid height inset inset-inline left letter-spacing line-height
    list-style list-style-image margin margin-left margin-top mask max-height min-height min-width mix-blend-mode
    opacity outline overflow padding perspective pointer-events position right rotate scale shape-outside src text-align
    text-indent text-shadow top transform transition translate visibility white-space width will-change
    word-spacing writing-mode z-index zoom -moz-binding -webkit-mask behavior --x @import""".split()


def test_no_style_loads_anything_or_leaves_its_place():
    for name in PROPERTIES:
        for value in HARMFUL:
            for text in (f"{name}:{value}", f"color:red;{name} : {value}", f"{name}:{value} !important"):
                left = style_of(text)
                assert not re.search(HARM, left), text
                assert {part.split(":")[0].strip() for part in left.split(";") if part} <= set(STYLES), text
    for unlisted in ("position", "display", "cursor", "z-index", "height", "opacity", "float", "overflow"):
        for value in ("0", "none", "auto", "inherit", "red", "left"):
            assert style_of(f"{unlisted}: {value}") == ""


def test_honest_styles_stay():
    honest = "text-align: right; color: #a00; background-color: rgb(1, 2, 3); border: 1px solid black; padding: 2px 4px"
    assert style_of(honest) == honest
    assert style_of("FONT-WEIGHT:bold;;margin-left: 1.5em") == "font-weight: bold; margin-left: 1.5em"


HONEST = [
    (
        "<style scoped>.dataframe {}</style><table border='1' class='dataframe'><thead><tr style='text-align: right;'>"
        "<th></th><th>a</th></tr></thead><tbody><tr><th>0</th><td colspan=2>1</td></tr></tbody></table>",
        '<table border="1"><thead><tr style="text-align: right"><th></th><th>a</th></tr></thead><tbody><tr><th>0</th>'
        '<td colspan="2">1</td></tr></tbody></table>',
    ),
    ("<p>a<p>b<ul><li>c<li>d</ul>", "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>"),
    ("<h2 id=x>a <em>b</em></h2><pre>c &lt; d</pre>", "<h2>a <em>b</em></h2><pre>c &lt; d</pre>"),
    (f"<img src='{PICTURE}' width=20 alt='a \"b\"'>", f'<img alt="a &quot;b&quot;" src="{PICTURE}" width="20">'),
    ("<img src=http://e.org/x.png alt='a plot'>", "a plot"),
    ("see <a href='https://e.org'>this</a>", "see this (https://e.org) "),
    ("<a href='javascript:x()'>this</a>", "this"),
    ("<table><tr><td>1</table>after", "<table><tbody><tr><td>1</td></tr></tbody></table>after"),
]


@pytest.mark.parametrize(("html", "expected"), HONEST)
def test_honest_html_stays_readable(html, expected):
    assert cleaned(html) == expected


def soups(number: int) -> list[str]:
    """HTML with elements opened and closed anywhere, the same at each run."""
    chance = random.Random(1)
    pieces = [
        *(f"<{tag}>" for tag in SOUP),
        *(f"</{tag}>" for tag in SOUP),
        "text",
        " ",
        "<svg><",
        "<!--",
        "-->",
        "&lt;p>",
    ]
    usual = [f"<{tag}>" for tag in ("table", "tr", "td", "div", "li", "ul", "p", "b", "caption", "dd", "dl", "h1")]
    return ["".join(chance.choices(pieces + usual * 6, k=chance.randint(2, 14))) for _ in range(number)]


def depth(html: str) -> int:
    """How many elements stand in each other."""
    now = deepest = 0
    for closes, tag in re.findall(r"<(/?)(\w+)", html):
        now += 0 if tag in ("br", "hr", "img", "col") else -1 if closes else 1
        deepest = max(deepest, now)
    assert now == 0
    return deepest


def test_a_text_of_any_depth_is_written_and_not_deep():
    for tag in sorted(TAGS):
        written = cleaned(f"<{tag}>" * 1000 + "text")
        assert written.count("text") == 1 and depth(written) <= DEEPEST + 4, tag


# A browser's own reading of it: the same elements, and none that reaches out of its place.
READ = """written => {
  const page = document.implementation.createHTMLDocument("");
  page.body.innerHTML = `<section><div>${written}<u></u></div></section><i></i>`;
  return page.body.innerHTML === `<section><div>${written}<u></u></div></section><i></i>`;
}"""


@pytest.mark.browser
def test_a_browser_reads_it_as_it_is_written(browser):
    page = browser.new_page()
    known = ["<ul><li><div><li>x</li></div></li></ul>", "<table><div><table></table></div></table>"]
    written = [cleaned(soup) for soup in known + soups(3000)]
    whole = page.evaluate(f"texts => texts.map({READ})", written)
    assert [text for text, one in zip(written, whole, strict=True) if not one] == []
    # The check sees what is nested as no browser would.
    assert not any(page.evaluate(f"texts => texts.map({READ})", known))
    page.close()


FORGED = ["\ue0000\ue001", "&#xe000;0&#xe001;", "&#57344;99&#57345;", "n0n", "&#xE000;&#xE000;0", "0" * 32 + "n0n"]


@pytest.mark.parametrize("mark", FORGED)
def test_marks_of_what_was_set_aside_cannot_be_forged(mark):
    page = markdown_to_html(f"{mark} and $x$ and {mark}9\n\n```python\nx = 1\n```\n")
    assert page.count("<math") == 1 and page.count("highlight") == 1


def test_marks_are_drawn_anew_and_stand_in_no_attribute(monkeypatch):
    texts = []
    monkeypatch.setattr("autograding.report.formulas.cleaned", lambda html, aside, _more: texts.append(aside) or html)
    for _ in range(2):
        markdown_to_html("$x$")
    assert all(len(mark) > 32 for aside in texts for mark in aside) and set(texts[0]) & set(texts[1]) == set()
    monkeypatch.undo()
    picture = markdown_to_html(f"![a $x$ b]({PICTURE})\n\n<div title='$x$' style='color: $x$'>y</div>")
    assert "<math" not in picture and 'alt="a  b"' in picture and re.search("[0-9a-f]{32}", picture) is None


def test_a_formula_is_small_and_stays_in_its_place():
    for tex in (r"\href{http://e.org}{x}", r"\class{full-credit}{x}", r"\style{position:fixed}{x}", r"\cssId{a}{x}"):
        found = Elements(as_mathml(tex, False))
        assert not {"href", "class", "id"} & {name for name, _value in found.attributes}
    for width in ("99em", "-99em", "9999px", "100cm"):
        assert width not in as_mathml(rf"\rule{{{width}}}{{{width}}} \hspace{{{width}}} x", True)
    assert "<script" not in latex_to_html("</div><script>x</script>$</math><script>$")


def test_a_picture_of_the_cell_itself_is_shown_and_a_missing_one_named():
    assert f'src="{PICTURE}"' in markdown_to_html("![plot](attachment:a.png)", (("attachment:a.png", PICTURE),))
    assert markdown_to_html("![plot](attachment:b.png)") == "<p>plot</p>\n"
