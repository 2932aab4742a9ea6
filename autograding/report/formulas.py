"""Markdown and LaTeX as HTML, with formulas as MathML, which browsers show without fetching a program.

nbgrader's page loads MathJax from a content network. Without a network the TeX stays raw; with one, a third party
learns who reads a student's page, and when.
"""

import html
import re
import secrets
from collections.abc import Iterable
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograding.report.markup import cleaned

LONGEST = 2_000  # letters; a longer formula stays TeX
NAMESPACE = "http://www.w3.org/1998/Math/MathML"

# The elements that a formula may have. A student's TeX can ask for links, styles and classes (\href, \style, \class).
TAGS = frozenset(
    "math mrow mi mn mo mtext mspace ms msub msup msubsup munder mover munderover mmultiscripts mprescripts none mfrac "
    "msqrt mroot mtable mtr mlabeledtr mtd mstyle mpadded menclose mphantom mfenced merror".split()
)
ATTRIBUTES = frozenset(
    "accent accentunder close columnalign columnlines columnspacing depth display displaystyle fence form height "
    "largeop linethickness lspace mathvariant maxsize minsize movablelimits notation open rowlines rowspacing "
    "rspace scriptlevel separator separators stretchy symmetric voffset width".split()
)
# No enormous widths, and nothing far from where it stands.
SHORT = re.compile(r"-?[0-9]?(\.[0-9]{1,6})?(em|ex)|[0-9]{1,2}(\.[0-9]{1,6})?(px|pt|mu|%)?|[a-z. -]{1,40}|.")
UNKNOWN = re.compile(r"\\[a-zA-Z]+")  # a command that was not converted
ALIGNED = re.compile(r"\\(begin|end)\{aligned\}")


@lru_cache(maxsize=1000)
def as_mathml(tex: str, block: bool) -> str:
    """The formula as MathML, or as TeX in <code> if it cannot be converted."""
    raw = f"<code>{html.escape(tex)}</code>"
    if len(tex) > LONGEST:
        return raw
    try:
        # latex2mathml calls "aligned" "align*".
        known = ALIGNED.sub(r"\\\1{align*}", tex)
        root = ElementTree.fromstring(convert(known, display="block" if block else "inline"))
    except Exception:  # a stranger's TeX may raise anything; show it as it is
        return raw
    for element in root.iter():
        tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        if tag not in TAGS or UNKNOWN.search(element.text or ""):
            return raw
        element.tag = tag
        for name, value in list(element.attrib.items()):
            if name not in ATTRIBUTES or not SHORT.fullmatch(value):
                del element.attrib[name]
        if (side := element.get("columnalign")) in ("left", "right"):  # Chromium ignores it, and the first of these two
            element.set("style", f"text-align: {side}; text-align: -webkit-{side}")
    # An empty line would end the block of HTML around it.
    return " ".join(ElementTree.tostring(root, encoding="unicode").split())


class Renderer(IPythonRenderer):
    """Markdown with a mark for each formula and each coloured program, which are put back when the rest is cleaned.

    The marks are drawn anew for each text, so that no text can hold one of its own.
    """

    def __init__(self):
        super().__init__(escape=False, exclude_anchor_links=True)
        self.aside: dict[str, str] = {}
        self._secret = secrets.token_hex(16)

    def _set_aside(self, what):
        mark = f"{self._secret}n{len(self.aside)}n"
        self.aside[mark] = what
        return mark

    def block_code(self, code, info=None):
        """mistune's entry point."""
        program = super().block_code(code, info)
        return self._set_aside(program) if program.startswith('<div class="highlight">') else program

    def image(self, *arguments, **more):
        """mistune's entry point. A picture is looked up when the page is cleaned; nbconvert raises without one."""
        return super(IPythonRenderer, self).image(*arguments, **more)

    def block_math(self, body):
        """mistune's entry point."""
        return self._set_aside(as_mathml(body.strip(), True))

    def inline_math(self, body):
        """mistune's entry point."""
        return self._set_aside(as_mathml(body.strip(), False))

    def latex_environment(self, name, body):
        """mistune's entry point."""
        return self._set_aside(as_mathml(_of_environment(name, body).strip(), True))


def _of_environment(name, body):
    """The TeX of an environment. Inside a formula some environments have other names."""
    name = {"equation": "", "equation*": "", "align": "align*"}.get(name, name)
    return f"\\begin{{{name}}}{body}\\end{{{name}}}" if name else body.strip()


def markdown_to_html(source: str, pictures: Iterable[tuple[str, str]] = ()) -> str:
    """The HTML of a Markdown text, cleaned, with MathML formulas. It may show `pictures` (name, address)."""
    renderer = Renderer()
    return cleaned(MarkdownWithMath(renderer=renderer).render(source), renderer.aside, dict(pictures))


# Formulas in an output of type text/latex, as MathJax finds them.
_IN_TEXT = re.compile(
    r"\$\$(?P<a>.+?)\$\$|\\\[(?P<b>.+?)\\\]|\\begin\{(?P<name>[a-z]*\*?)\}(?P<c>.+?)\\end\{(?P=name)\}"
    r"|\$(?P<d>[^$]+)\$|\\\((?P<e>.+?)\\\)",
    re.DOTALL,
)


def latex_to_html(text: str) -> str:
    """An output of type text/latex as HTML."""
    parts, end = [], 0
    for found in _IN_TEXT.finditer(text):
        parts.append(html.escape(text[end : found.start()]))
        if found["name"] is not None:
            parts.append(as_mathml(_of_environment(found["name"], found["c"]), True))
        else:
            block = found["a"] or found["b"]
            parts.append(as_mathml((block or found["d"] or found["e"]).strip(), bool(block)))
        end = found.end()
    return f"<div>{''.join(parts)}{html.escape(text[end:])}</div>"


def without_mathjax(page: str) -> str:
    """Remove MathJax (nbconvert/templates/base/mathjax.html.j2) from a page, which no longer needs it."""
    return _MATHJAX.sub("", page)


_MATHJAX = re.compile(
    r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->|<!-- Loading mathjax macro -->", re.DOTALL
)
