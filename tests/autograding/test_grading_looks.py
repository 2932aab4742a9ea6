"""Outputs look as in Jupyter: with their own styles, which reach nobody else, and with drawings as pictures."""

import base64
import random
import re
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from test_grading_markup import HARM, HARMFUL, PROPERTIES, READ, bound_names
from test_grading_pages import page_of

from autograding.report import drawings, styles
from autograding.report.drawings import NoDrawing, as_address
from autograding.report.markup import cleaned
from autograding.report.pieces import LONGEST_OF, Piece, painted

OUTPUTS = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("outputs/*.html")}
# All that a page may hold of an output's rules: our own names before each brace, and no other bracket.
RULE = re.compile(r"\.o[0-9a-f]{12} [^{}<]*\{[^{}<]*\}")


def looks(html: str) -> str:
    """An output of type text/html, as a page has it."""
    return cleaned(html, styled=True)


def rules(html: str) -> list[str]:
    """The rules that are left of an output's styles."""
    return [line for text in re.findall("<style>([^<]*)</style>", looks(html)) for line in text.splitlines()]


def drawing(html: str) -> str:
    """The drawing that is the only picture of finished HTML."""
    (address,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', html)
    return base64.b64decode(address).decode()


def test_tables_of_pandas_keep_their_styles():
    frame, styler = looks(OUTPUTS["frame"]), looks(OUTPUTS["styler"])
    (name,) = re.findall(r'<table border="1" class="([^"]*)">', frame)
    assert f".{name} tbody tr th:only-of-type {{ vertical-align: middle }}" in frame
    assert "dataframe" not in frame and "T_" not in styler and "row0" not in styler
    (bar,) = re.findall(r'<td class="([^"]*)">18.250000</td>', styler)
    (rule,) = re.findall(rf"\.{bar}\.{bar}\.{bar} {{(.*)}}", styler)
    assert "background-color: #ffff66" in rule and "linear-gradient(90deg, #d65f5f 100.0%, transparent 100.0%)" in rule
    assert "tbody tr:nth-child(even) { background-color: #eee }" in styler


def test_an_estimator_keeps_its_styles_its_boxes_and_no_address():
    written = looks(OUTPUTS["estimator"])
    found = "\n".join(rules(OUTPUTS["estimator"]))
    assert "background-color: #fff5e6" in found and "border: 1px dotted black" in found and "#111" not in found
    assert 'content: "▾"' in found and "color: #000" in found
    assert "url" not in found and "z-index" not in found and "fixed" not in found and "var(" not in found
    own, label = re.search(r'<input type="checkbox" id="([^"]*)"', written), re.search(r'<label for="([^"]*)"', written)
    assert own[1] == label[1] and own[1].startswith("o")
    assert 'title="https://example.org/ridge"' in written and "href" not in written and "(https" not in written
    for theirs in ("est-", "button", "onclick", "script", "hidden"):
        assert theirs not in written, theirs


def test_without_rules_nothing_is_added():
    for html in ("<p class=a id=b>x</p>", "<style></style><p class=a>x</p>", "<style>.a{position:fixed}</style><p>x"):
        assert looks(html) == "<p>x</p>"
    controls = "<input type=checkbox id=a><label for=a>x</label>"
    assert looks(controls) == "x" and looks(f"<style>@import 'x'; .a{{}}</style>{controls}") == "x"
    # A text of a page has no styles of its own.
    assert "style" not in painted(Piece("markdown", "<style>.a {color: red}</style>\n\n<p class=a>x</p>"))


def test_no_name_that_formgrader_binds_to_is_left():
    names = sorted(bound_names())
    for name in names:
        written = looks(
            f"<style>.{name}, #{name}, .{name}:hover > #{name} {{ color: red }}</style>"
            f"<p class='{name}' id='{name}'>x</p>"
            f"<input type=checkbox class='{name}' id='{name}' name='{name}'><label for='{name}' id='{name}'>y</label>"
            f"<input type=text class='{name}' id='x{name}'><textarea id='{name}'></textarea>"
        )
        values = re.findall(r' (?:class|id|for)="([^"]*)"', written)
        words = {word for value in values for word in value.split()}
        assert words and all(re.fullmatch(r"o[0-9a-f]{12}(-(box)?\d+)?", word) for word in words), name
        assert not re.search(r" (?:name|data-\w+|on\w+)=|<textarea|type=\"text", written), name


def test_no_rule_loads_covers_or_leaves_its_output():
    values = [*HARMFUL, "sticky", "-1", "100vh", "url(#x)", "\\75rl(x)", "u/**/rl(x)", "env(x)", "1e9px", "99999%"]
    for name in PROPERTIES:
        for value in values:
            for text in (f"{name}:{value}", f"color:red;{name} : {value} !important", f"--y:{value};{name}:var(--y)"):
                for rule in rules(f"<style>.a{{{text}}}</style><p class=a>x"):
                    said = re.sub("position: absolute|: 999px", "", rule.partition("{")[2])  # in its output's own place
                    assert RULE.fullmatch(rule) and not re.search(HARM, said), text
    for name in ("z-index", "animation", "transition", "filter", "transform", "clip-path", "pointer-events", "all"):
        assert rules(f"<style>.a{{{name}: none}} .a{{{name}: 0}} .a{{{name}: unset}}</style>") == []


HOSTILE = [
    "@import 'http://e.org/x'; .a{color:red}",
    "@font-face{font-family:x;src:url(http://e.org)} .a{color:red}",
    "@media screen{.a{color:red}} @keyframes x{from{color:red}} .a{color:red}",
    ":root, html, body, :host, ::part(x), body.a {color:red} .a{color:red}",
    "input[value^=a], [class], [id=x], form, textarea, button, iframe {color:red} .a{color:red}",
    ".a{color:red} } .a{color:red} {} }} .a{color:red}",
    ".a{color:red;} .b{color:red; .c{color:red} &:hover{color:red}}",
    ".a{color:red}</style/><b>x</b><style>.b{color:red}",
    ".\\{\\}\\<\\/style\\> {color:red} .\\3c b\\3e{color:red} .\\0 {color:red}",
    ".a{content:'<b>'} .a{content:'words'} .a{content:attr(x)} .a{content:counter(x)} .a{color:red}",
    ".a:has(input), .a:visited, .a:target, .a::first-letter, .a::selection {color:red} .a{color:red}",
    "> .a, .a >, .a > > .b, , .a{color:red}",
    "* ~ * ~ * {color:red} .a{color:red}",
    ".a" * 9 + " .a" * 9 + "{color:red} .a{color:red}",
    "/* .a{color:blue} */ .a{color:red} <!-- .a{color:red} -->",
    ".a{color:red",
]


@pytest.mark.parametrize("css", HOSTILE)
def test_rules_of_any_form_are_ours_or_gone(css):
    written = looks(f"<style>{css}</style><p class=a>x</p>")
    found = [line for text in re.findall("<style>([^<]*)</style>", written) for line in text.splitlines()]
    assert found and all(RULE.fullmatch(rule) and rule.endswith("{ color: red }") for rule in found)
    assert written.count("<style>") == written.count("</style>") == 1
    selectors = ", ".join(rule.partition("{")[0].strip() for rule in found).split(", ")
    assert all(re.fullmatch(r"\.o\w+( [>+~])? (\*|[\w.:-]|\(|\)| |[>+~])+", one) for one in selectors), selectors


def test_rules_are_few_for_each_name_and_take_little_time():
    many = "".join(f".a{{color:red}} #r{n}{{color:red}} p{{color:red}}" for n in range(4_000))
    began = time.process_time()
    found = rules(f"<style>{many}</style><p>x")
    assert time.process_time() - began < 10  # a tenth of that where nothing else runs
    assert len(found) <= styles.MOST_RULES and sum(" p " in rule for rule in found) == styles.FOR_ONE_NAME
    chain = "".join(f"--v{n}:{f'var(--v{n + 1}) ' * 9};" for n in range(40))
    assert rules(f"<style>.a{{{chain}border:var(--v0)}} .a{{color:red}}</style>")[0].endswith("{ color: red }")


def test_what_is_too_long_for_html_is_shown_as_text():
    long = "<table>" + "<tr><td>1</td></tr>" * (LONGEST_OF["html"] // 10)
    for html in (long, "<style>" + "{" * 5_000 + "</style>" + "<p>" * 200_000):
        data = {"text/html": html, "text/plain": "a b\n0 1"}
        page = page_of(new_notebook(cells=[new_code_cell("df", id="a", outputs=[new_output("display_data", data)])]))
        assert "a b\n0 1" in page and "&lt;td" not in page and "{{" not in page.partition("</head>")[2]
    styled = "<style>" + "".join(f"#r{n}{{color:#123456}}" for n in range(3000)) + "</style>"
    table = styled + "<table>" + "".join(f"<tr><td id=r{n}>{n}" for n in range(3000))
    assert len(table) > 100_000 and "&lt;" not in painted(Piece("html", table))


def test_what_only_a_program_would_draw_is_told():
    told = "<pre>[An output that is not shown here.]</pre>"
    for html in ("<div id=x></div><script>draw('x')</script>", "<iframe src='https://e.org'></iframe>"):
        assert painted(Piece("html", html)) == told
    assert painted(Piece("html", "<b>x</b><script>draw()</script>")) == "<b>x</b>"
    assert painted(Piece("html", "<style>.a {color: red}</style>")).endswith("</style></div>")


PLOT = """<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://e.org/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="40pt" viewBox="0 0 40 30" xmlns="http://www.w3.org/2000/svg">
<metadata><x>y</x></metadata><defs><style>*{stroke-linejoin: round}</style><path id="m" d="M 0 3 L 3 0"/>
<clipPath id="c"><rect x="1" width="9" height="9"/></clipPath></defs>
<a xlink:href="http://e.org"><g clip-path="url(#c)">
<use xlink:href="#m" x="4" style="fill: #1f77b4"/></g></a><line x1="0" y2="3"/><text>título &amp; 1</text></svg>"""


def test_a_drawing_of_a_plot_stays_whole():
    output = new_output("display_data", {"image/svg+xml": PLOT, "text/plain": "<Figure>"})
    page = page_of(new_notebook(cells=[new_code_cell("plot()", id="a", outputs=[output])]))
    text = drawing(page)
    for kept in (
        'width="40pt"',
        'viewBox="0 0 40 30"',
        'href="#m"',
        "url(#c)",
        'x1="0"',
        "título &amp; 1",
        "fill: #1f",
    ):
        assert kept in text
    assert "e.org" not in text and "metadata" not in text and "&lt;Figure" not in page
    assert 'alt="A picture without a description"' in page


BAD = [
    "<script>steal()</script>",
    "<rect onload='steal()' ONCLICK='steal()' onfocusin='steal()'/>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><img src='http://e.org/steal()'/></body></foreignObject>",
    "<image href='http://e.org/steal()'/><image xlink:href='//e.org/steal()'/><use href='http://e.org/steal()#x'/>",
    "<style>@import 'http://e.org/steal()';</style><style>* {fill: url(http://e.org/steal())}</style>",
    "<rect fill='url(http://e.org/steal())' style='background: u\\72l(//e.org/steal())'/>",
    "<animate attributeName='href' values='javascript:steal()'/><set attributeName='onclick' to='steal()'/>",
    "<a href='javascript:steal()'><text>x</text></a><iframe src='javascript:steal()'/><handler>steal()</handler>",
    "<x:script xmlns:x='http://www.w3.org/2000/svg'>steal()</x:script><feImage href='http://e.org/steal()'/>",
    "<image href='data:image/svg+xml;base64,steal()'/><image href='data:text/html,steal()'/>",
]


@pytest.mark.parametrize("bad", BAD)
def test_nothing_in_a_drawing_runs_or_loads(bad):
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{bad}<rect/></svg>"
    for html in (painted(Piece("drawing", svg)), looks(svg), looks(f'<img src="{drawings.PREFIX}{encoded(svg)}">')):
        text = drawing(html)
        assert "<rect" in text and not re.search(r"steal|e\.org|javascript|[^x]ml:|@", text), text
        assert "<script" not in html and "steal" not in html


def encoded(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(text.encode()).decode()


def doubled(reference: str) -> str:
    """A drawing of 2^30 parts, each naming the next one twice."""
    parts = "".join(f"<g id='g{n}'>{reference.format(n=n + 1) * 2}</g>" for n in range(30))
    return f"<svg>{parts}<g id='g30'><rect/></g></svg>"


REFUSED = {
    "uses": doubled("<use href='#g{n}'/>"),
    "patterns": doubled("<rect fill='url(#g{n})'/>"),
    "itself": "<svg><g id='a'><use href='#a'/></g></svg>",
    "entities": "<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><svg><text>&b;</text></svg>",
    "no_xml": "<svg><g></svg>",
    "inner_type": "<svg><!DOCTYPE x [<!ENTITY a 'b'>]><text>&a;</text></svg>",
    "other": "<html><body>x</body></html>",
    "nothing": "",
}


@pytest.mark.parametrize("svg", REFUSED.values(), ids=REFUSED)
def test_a_drawing_that_cannot_be_shown_is_its_text(svg):
    with pytest.raises(NoDrawing):
        as_address(svg)
    output = new_output("display_data", {"image/svg+xml": svg, "text/plain": "<Figure size 2>"})
    page = page_of(new_notebook(cells=[new_code_cell("plot()", id="a", outputs=[output])]))
    assert "&lt;Figure size 2&gt;" in page and "data:image/svg" not in page


def test_drawings_in_html_lend_each_other_their_parts_and_lose_no_word():
    symbol = "<symbol id='icon' viewBox='0 0 3 3'><path d='M0 0'></path></symbol>"
    for html in (f"<svg style='position: absolute'><defs>{symbol}</defs></svg>", f"<svg>{symbol}</svg>"):
        assert looks(html) == ""
        assert '<path d="M0 0"' in drawing(looks(f"{html}<p><svg class='i'><use xlink:href='#icon'></use></svg> 3</p>"))
    assert looks("a<svg><text>said</text><p>b").endswith("saidb") and "not shown" in looks("<svg><text>x</svg>")
    assert looks("a<svg/>b") == "ab" and looks("<svg><svg/><rect/></svg>c").endswith(">c")
    assert "<linearGradient" in drawing(looks("<svg><linearGradient id='a'></linearGradient><rect/></svg>"))


def soups(number: int) -> list[str]:
    """Outputs with styles, boxes and drawings begun and ended anywhere, the same at each run."""
    chance = random.Random(2)
    pieces = (
        "<style>|</style>|.a{color:red}|<p class=a>|<svg>|</svg>|<rect/>|<svg/>|x|<table>|<label for=b>|</label>|<td>"
    )
    pieces = f"{pieces}|<input type=checkbox id=b>|<div>|</div>|<!--|-->|</p>".split("|")
    begun = ("", "<style>.a{color:red}</style>", "<style>.a{color:red}</style><input type=checkbox id=b>")
    return [chance.choice(begun) + "".join(chance.choices(pieces, k=chance.randint(2, 14))) for _ in range(number)]


@pytest.mark.browser
def test_a_browser_reads_them_as_they_are_written(browser):
    page = browser.new_page()
    written = [looks(soup) for soup in soups(3000)]
    whole = page.evaluate(f"texts => texts.map({READ})", written)
    assert [text for text, one in zip(written, whole, strict=True) if not one] == []
    assert sum("<style>" in text for text in written) > 300 and sum("<label" in text for text in written) > 30
    page.close()


def test_rules_that_look_through_all_that_stand_before_are_few():
    rules = "".join(f".q ~ .a{number} {{ color: red }}" for number in range(200))
    boxes = "".join(f'<br class="a{number}">' for number in range(200))
    html = f"<style>{rules}</style>{boxes}"
    assert 0 < cleaned(html, styled=True).count("~") <= 40
    assert cleaned(html + "<br>" * 20_000, styled=True).count("~") == 0


def test_a_drawing_has_nothing_that_a_browser_computes_for_each_point():
    points = " ".join(f"{number},1" for number in range(2_000))
    marked = (
        '<marker id="m">'
        + "<circle r='1'/>" * 200
        + f'</marker><g marker-mid="url(#m)"><polyline points="{points}"/></g>'
    )
    with pytest.raises(NoDrawing):
        as_address(f"<svg>{marked}</svg>")
    blurred = '<g filter="blur(40px)" style="filter: blur(9px)"><rect mask="url(#k)"/></g><mask id="k"><rect/></mask>'
    drawn = base64.b64decode(as_address(f"<svg>{blurred}</svg>").partition(",")[2]).decode()
    assert "filter" not in drawn and "mask" not in drawn and "rect" in drawn
