"""Sphinx extension: formulas become MathML when the book is built, so that a page shows them without a program.

latex2mathml converts. What browsers leave out of MathML is added here: the columns of aligned equations lean right and
left, a box is drawn by a style, and a word such as `diag` is one name and not four letters. The letters are drawn with
_assets/math.woff2 (tools/math_font.py), for few machines have a font for formulas.
"""

import re
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.locale import _ as sphinx_text
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ALIGNED = re.compile(r"\\(begin|end)\{aligned\}")  # latex2mathml calls it "align*"
SPACING = re.compile(r"(\\\\)\[[\d.]+em\]")  # after a row; the style sheet gives every row its space
LEFT_OVER = re.compile(r"\\[a-zA-Z]+")  # a command that was not converted
BARS = ("|", "\u2016", "\u2225")
OPERATORS = tuple("=+,([<") + ("\u2264", "\u2248", "\u22c5", "\u2212")
logger = logging.getLogger(__name__)


def as_mathml(tex: str, block: bool) -> str:
    """The formula as MathML. Raises ValueError for what latex2mathml does not know."""
    known = SPACING.sub(r"\1", ALIGNED.sub(r"\\\1{align*}", tex.strip()))
    root = ElementTree.fromstring(convert(known, display="block" if block else "inline"))
    for element in list(root.iter()):
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        if left_over := LEFT_OVER.search(element.text or ""):
            raise ValueError(f"{left_over[0]} is not known to latex2mathml")
        if element.tag == "menclose":  # not a part of MathML Core, which is what browsers draw
            element.tag, element.attrib = "mrow", {"class": "lstm-boxed"}
        if element.tag == "mtable" and element.get("displaystyle") == "true":
            element.attrib = {"displaystyle": "true", "class": "lstm-aligned"}
        if element.tag == "mo" and element.text in BARS:  # whether one opens or closes is not known to a browser
            element.attrib = {"stretchy": "false", "lspace": "0", "rspace": "0"}
        if element.tag == "mo" and element.text == "\u2202":  # part of a name here
            element.tag, element.attrib = "mi", {"mathvariant": "normal"}
        if element.tag == "mo" and element.text == "/":
            element.attrib = {"lspace": "0", "rspace": "0"}
        if element.tag == "mo" and element.text == "^":  # the sign on the keyboard stands higher than the accent
            element.text, element.attrib = "\u02c6", {"stretchy": "false"}
        if element.tag == "mo" and len(element):  # \mathrel{+{=}} is one sign
            element.text = "".join(element.itertext())
            element[:] = []
    for element in root.iter():
        _join_names(element)
        _set_names_apart(element)
        _mark_signs(element)
    return ElementTree.tostring(root, encoding="unicode")


def _join_names(element: ElementTree.Element) -> None:
    """Upright letters side by side are one name."""
    letters = list(element)
    if len(letters) > 1 and all(one.tag == "mi" and one.get("mathvariant") == "normal" for one in letters):
        name = ElementTree.Element("mi")
        name.text = "".join(one.text for one in letters)
        element[:] = [name]


def _mark_signs(element: ElementTree.Element) -> None:
    """A minus that follows an operator is the sign of what comes, and stands close to it."""
    before = None
    for one in element:
        if one.tag == "mo" and one.text in ("-", "\u2212") and (before is None or before.text in OPERATORS):
            one.set("form", "prefix")
        before = one


def _set_names_apart(element: ElementTree.Element) -> None:
    """A thin space between a function's name, such as tanh, and a letter or fraction beside it."""
    if element.tag not in ("math", "mrow", "mtd"):
        return
    apart = []
    for one in element:
        if apart and _is_quantity(apart[-1]) and _is_quantity(one) and (_is_name(apart[-1]) or _is_name(one)):
            apart.append(ElementTree.Element("mspace", width="0.167em"))
        apart.append(one)
    element[:] = apart


def _is_quantity(element: ElementTree.Element) -> bool:
    return element.tag in ("mi", "mn", "msub", "msup", "msubsup", "mfrac", "mrow", "mover") and "".join(
        element.itertext()
    )[:1] not in ("", "(")


def _is_name(element: ElementTree.Element) -> bool:
    base = element if element.tag == "mi" or not len(element) else element[0]
    return base.tag == "mi" and len(base.text or "") > 1


def _converted(translator, node: nodes.Element, block: bool) -> str:
    try:
        return as_mathml(node.astext(), block)
    except Exception as error:  # whatever is wrong with it, the page and the line are named, and the rest is built
        logger.warning("formula %r: %s", node.astext(), error, location=node)
        return f"<code>{translator.encode(node.astext())}</code>"


def visit_inline(translator, node: nodes.math) -> None:
    """A formula in a line."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    translator.body.append(f"{_converted(translator, node, False)}</span>")
    raise nodes.SkipNode


def visit_block(translator, node: nodes.math_block) -> None:
    """A formula on lines of its own, with its number."""
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, sphinx_text("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append(f"{_converted(translator, node, True)}</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("config-inited", lambda app, config: setattr(config, "html_math_renderer", "mathml"))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
