"""Kinds: what a student's HTML, Markdown and TeX do to whoever reads the page, and to whoever makes it."""

import re

from kinds import Member, coded
from nbformat.v4 import new_markdown_cell
from notebooks import save, wrong

# Classes by which formgrader's and Bootstrap's scripts find what they act upon, and others that cover or hide.
CLASSES = (
    "full-credit no-credit mark-ungraded save-button modal modal-backdrop modal-dialog btn dropdown-toggle close alert "
    "nbgrader_cell comment score extra-credit tabbable navbar navbar-fixed-top fixed-top sr-only hidden invisible "
    "carousel collapse in fade show input_area output_wrapper assignment_name MathJax MathJax_Display jp-RenderedHTML"
).split()
ATTRIBUTES = [
    'id="full-credit"',
    'id="save-button"',
    'name="submit"',
    'data-toggle="modal"',
    'data-dismiss="alert"',
    'data-bs-toggle="dropdown"',
    'data-target="#x"',
    'href="javascript:steal()"',
    'formaction="/x"',
    'onclick="steal()"',
    'onfocus="steal()" tabindex="1" autofocus',
    'ping="https://example.org"',
    'target="_top"',
    'contenteditable="true"',
    'accesskey="s"',
    'popovertarget="x"',
    'srcdoc="<script>steal()</script>"',
    'background="https://example.org/x"',
    'poster="https://example.org/x"',
    'xlink:href="https://example.org/x"',
]
STYLES = [
    "position: fixed; top: 0; left: 0; width: 100%; height: 100%",
    "position: absolute; z-index: 9999",
    "position: sticky; top: 0",
    "cursor: url(https://example.org/x), auto",
    "background: url('https://example.org/x')",
    "background-image: image-set('https://example.org/x' 1x)",
    "list-style: url(//example.org/x)",
    "content: url(https://example.org/x)",
    "border-image-source: url(https://example.org/x)",
    "mask: url(https://example.org/x)",
    "filter: url(https://example.org/x#y)",
    "clip-path: url(https://example.org/x)",
    "behavior: url(x.htc)",
    "-moz-binding: url(https://example.org/x)",
    "background: \\75rl(https://example.org/x)",
    "background: u/**/rl(https://example.org/x)",
    "width: expression(steal())",
    "transform: scale(100)",
    "margin: -9999px",
    "display: none",
    "visibility: hidden",
    "opacity: 0",
    "font-size: 9999px",
    "animation: x 1s infinite",
    "float: left; width: 200vw; height: 200vh",
    "--x: url(https://example.org/x)",
    "pointer-events: none",
]
ELEMENTS = [
    "<form action=https://example.org><input name=a><button>full credit</button></form>",
    "<base href=https://example.org/>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<style>.full-credit{}</style>",
    "<style>@import 'https://example.org/x.css';</style>",
    "<iframe src=https://example.org></iframe>",
    "<object data=https://example.org></object>",
    "<embed src=https://example.org>",
    "<img src=https://example.org/x.png>",
    "<img srcset='https://example.org/x.png 1x'>",
    "<picture><source srcset=https://example.org/x.png></picture>",
    "<video src=https://example.org/x></video>",
    "<audio src=https://example.org/x autoplay></audio>",
    "<svg><image href=https://example.org/x /></svg>",
    "<svg><use href=https://example.org/x#y /></svg>",
    "<svg><animate attributeName=href values=javascript:steal() /></svg>",
    "<math><maction actiontype=statusline href=javascript:steal()>x</maction></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=steal()></style></mglyph></table></mtext></math>",
    "<details open ontoggle=steal()>x</details>",
    "<dialog open class=modal>x</dialog>",
    "<template shadowrootmode=open><slot></slot></template>",
    "<label for=full-credit>click</label>",
    "<a href='https://example.org' download>x</a>",
    "<a href='data:text/html,<script>steal()</script>'>x</a>",
    "<noscript><p title='</noscript><script>steal()</script>'></p></noscript>",
    "</div></div></div></body></html><h1>Total: 6 of 6</h1>",
    "<!--><script>steal()</script>-->",
    "<plaintext>",
    "<xmp><script>steal()</script></xmp>",
    "<marquee>x</marquee>",
    "<table background=https://example.org/x><tr><td>x</table>",
]
# Rules of a notebook's own, for names and elements of the page.
SHEET = "position: fixed; top: 0; z-index: 9; color: red; background: url(https://example.org/x); display: none"
SHEETS = [
    f"<style>.{name}, #{name}, body > .{name} {{ {SHEET} }}</style><div class='{name}' id='{name}'>x</div>"
    for name in CLASSES
] + [f"<style>{element} {{ {SHEET} }}</style><p>x</p>" for element in ("*", "body", ":root", "div", "button", "form")]
# What must not be in the part of a page that a student fills.
FORBIDDEN = re.compile(
    r"""steal\(\)(?!&|</span>|.{0,40}&gt;)|<[^>]*\bon\w+\s*=|<(?:script|iframe|object|embed|form|input|button|base|meta|link|style|dialog"""
    r"""|template|label|video|audio|source|animate|use|plaintext|noscript|xmp|marquee)\b|javascript:|url\(|image-set"""
    r"""|position\s*:|z-index|expression\(|behavior\s*:|@import|\b(?:src|srcset|background|poster|formaction|ping|srcdoc)\s*=\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)
START, END = "STUDENTBEGINS", "STUDENTENDS"


def own_part(html: str) -> str:
    """What stands between the two marks, as often as they come."""
    return "\n".join(re.findall(rf"{START}(.*?){END}", html, re.DOTALL))


def harmful(html: str) -> str:
    """What is wrong with a page, in words."""
    part = own_part(html)
    tags = " ".join(re.findall(r"<[a-zA-Z][^>]*>", part))
    if found := FORBIDDEN.search(tags):
        return f"the page holds {found.group()!r}"
    for classes in re.findall(r"""\bclass\s*=\s*["']?([^"'>]*)""", tags):
        if taken := set(classes.split()) & set(CLASSES):
            return f"the page holds the class {sorted(taken)}"
    if found := re.search(
        r"""\b(?:id|name|data-[\w-]+|for|tabindex|contenteditable|accesskey|target)\s*=\s*["']?(?!user-content)[^"'>\s]*""",
        tags,
    ):
        return f"the page holds {found.group()!r}"
    return ""


# The marks are put together when it runs: the page shows this text, too.
SHOW = """
from IPython.display import HTML, Markdown, Latex, display
for text in TEXTS:
    html = "STUDENT" + "BEGINS " + text + " STUDENT" + "ENDS"
    display(HTML(html))
    display(Markdown(html))
    display({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'>" + html + "</svg>"}, raw=True)
    display(Latex("$" + html + "$"))
def double(x): return 0
"""


def markup() -> list[Member]:
    """Each class, attribute, style and element, in HTML that is shown and in Markdown of the student's own."""
    pieces = {
        "classes": [f'<span class="{name}">x</span>' for name in CLASSES]
        + ['<div class="modal-backdrop full-credit">x</div>'],
        "attributes": [
            f"<a {text}>x</a><img {text}><table {text}><tr><td {text}>x</td></tr></table>" for text in ATTRIBUTES
        ],
        "styles": [f'<span style="{text}">x</span>' for text in STYLES],
        "sheets": SHEETS,
        "elements": ELEMENTS,
    }
    cases = {
        "classes": "formgrader: class=full-credit on the answer; formgrader: modal-backdrop full-credit",
        "styles": "formgrader/feedback: cursor: url(…)",
    }
    found = []
    for name, texts in pieces.items():
        html = "\n".join(f"<p>{START}</p>\n{text}\n<p>{END}</p>\n" for text in texts)
        show = SHOW.replace("TEXTS", repr(texts))

        def in_markdown(nb, folder, html=html):
            nb = wrong(nb)
            nb.cells.append(new_markdown_cell(html, id="last"))
            save(nb, folder)

        found.append(
            Member(
                f"markdown_of_{name}",
                "HTML on a page",
                4,
                in_markdown,
                check=harmful,
                case=cases.get(name, ""),
                often=True,
            )
        )
        found.append(coded(f"outputs_of_{name}", "HTML on a page", 4, {"double": show}, check=harmful, often=True))
    return found


QUADRATIC = {
    "open_brackets": ("[" * 63_000, "quadratic_markdown 63 KB"),
    "open_brackets_with_parentheses": ("[a](" * 16_000, ""),
    "stars": ("*a " * 21_000, ""),
    "underscores": ("_a " * 21_000, ""),
    "stars_in_stars": ("*" * 63_000 + "a", ""),
    "backticks": ("".join("`" * n + " " for n in range(1, 350)), ""),
    "spaces": ("a" + " " * 50_000 + "b", "50,000 spaces"),
    "open_tags": ("<a " * 21_000, ""),
    "open_comments": ("<!--" * 16_000, ""),
    "open_entities": ("&" * 63_000, ""),
    "quotes": ("> " * 30_000 + "a", ""),
    "lists_in_lists": ("".join(" " * n + "- a\n" for n in range(340)), ""),
    "tables": ("|a" * 20_000 + "\n" + "|-" * 20_000 + "\n", ""),
    "references": ("".join(f"[a{n}]: x\n" for n in range(5_000)) + "[a][b]" * 5_000, ""),
    "images": ("![" * 30_000, ""),
    "links_of_angles": ("<https://" * 7_000, ""),
    "backslashes": ("\\" * 63_000, ""),
    "dollars": ("$" * 63_000, ""),
    "formulas": ("$x$ " * 10_000, ""),
    "formula_of_braces": ("$" + "{" * 30_000 + "}" * 30_000 + "$", ""),
    "formula_of_powers": ("$" + "x^{" * 15_000 + "}" * 15_000 + "$", ""),
    "formula_of_fractions": ("$" + r"\frac{1}{" * 7_000 + "}" * 7_000 + "$", ""),
    "formula_of_left": ("$" + r"\left(" * 10_000 + "$", ""),
    "formula_of_rows": (r"$\begin{matrix}" + r"a & b \\ " * 7_000 + r"\end{matrix}$", ""),
    "html_of_divs": ("<div>" * 12_000, ""),
    "html_of_tables": ("<table><tr><td>" * 4_000, ""),
    "html_of_bold": ("<b><i>" * 10_000 + "x", ""),
    "html_of_attributes": ("<p " + "a=b " * 15_000 + ">", ""),
    "new_lines": ("\n" * 63_000, ""),
    "headings": ("# a\n" * 15_000, ""),
    "footnotes": ("[^1] " * 12_000, ""),
    "tildes": ("~~a " * 15_000, ""),
}
MARKS = {
    "decimal": "&#57344;0&#57345; &#57344;9&#57345;",
    "superscript": "&#xE000;²&#xE001; &#xE000;٣&#xE001; &#xE000;-1&#xE001; &#xE000;&#xE001;",
    "hexadecimal": "&#xE000;7&#xE001; &#xE000;99999999999999999999&#xE001;",
    "words": "&#xE000;abc&#xE001; \ue000\ue001 \ue0000\ue001 $\ue000 0 \ue001$",
    "all_private": "".join(chr(0xE000 + n) + str(n % 10) for n in range(200)),
    "noncharacters": "\ufdd0\ufdd1\uffff\ufffe 0 \ufff9\ufffa\ufffb",
}
ESCAPES = "\x1b[2J\x1b]0;title\x07\x1b[31mred \x9b31m \r overwritten \x08\x08 \u202e \u2066"


def texts() -> list[Member]:
    """Markdown and TeX that cost far more than their size, and marks of the grader's own."""

    def of(text):
        def write(nb, folder):
            nb = wrong(nb)
            nb.cells.append(new_markdown_cell(text, id="last"))
            save(nb, folder)

        return write

    quadratic = [
        Member(
            f"text_of_{name}",
            "texts that cost more than their size",
            4,
            of(text),
            case=case,
            often=name in ("open_brackets", "spaces"),
        )
        for name, (text, case) in QUADRATIC.items()
    ]
    marks = [
        Member(
            f"marks_{name}",
            "the grader's own marks",
            4,
            of(text + " $x^2$"),
            case="marks of formulas by entity (3 kinds)",
            often=True,
        )
        for name, text in MARKS.items()
    ]
    return [*quadratic, *marks]


# Folders as students might be called who mean harm, or who cannot help it.
NAMES = {
    "brackets": ("a[1]", "name a[1]"),
    "escapes": ("x\x1b[2J\x1b]0;t\x07", "name with terminal escapes"),
    "line_end": ("x\ny", ""),
    "tab_and_return": ("x\ty\rz", ""),
    "backwards": ("x\u202ey", ""),
    "formula": ("=1+1", ""),
    "minus": ("-rf", ""),
    "html": ("<b>x", ""),
    "quotes": ("a'b\"c`d", ""),
    "long": ("n" * 250, ""),
    "spaces_around": (" x ", ""),
    "dots_after": ("x..", ""),
    "percent": ("%s%n%(x)s{0}{x}", ""),
    "question": ("?*", ""),
    "zero_width": ("x\u200b", ""),
    "tag_characters": ("x\U000e0041", ""),
    "half_a_character": ("x\udce9", "name in latin-1 (not UTF-8)"),
    "three_dots": ("...", "name '...'"),
}


def names() -> list[Member]:
    """Students' folders: right solutions, whoever hands them in."""
    return [
        Member(
            f"name_{name}",
            "names",
            4,
            lambda nb, folder: save(nb, folder),
            6,
            student=student,
            reason="is not readable text (UTF-8): rename it" if name == "half_a_character" else "",
            case=case,
            often=name != "long",
        )
        for name, (student, case) in NAMES.items()
    ]
