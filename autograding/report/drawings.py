"""Drawings of strangers (SVG), written anew as pictures: a browser runs no script in a picture and loads nothing.

What is left can do no harm elsewhere either, where somebody opens the picture by itself. A drawing that repeats its own
parts, which repeat others, can be of any size: what a browser would have to draw is counted first.
"""

import base64
import re
from binascii import Error
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
PREFIX = "data:image/svg+xml;base64,"
LONGEST = 3_000_000  # letters: a plot of ten thousand points has half of that
MOST_DRAWN = 300_000  # elements, with all that is repeated
DEEPEST = 60

TAGS = frozenset(
    "svg g a switch defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath "
    "clipPath linearGradient radialGradient stop marker pattern image style".split()
)
_UNSEEN = frozenset(("defs", "symbol", "title", "desc", "style"))
_BY_LETTERS = {tag.lower(): tag for tag in TAGS}  # HTML does not tell them apart
_ATTRIBUTE = re.compile(r"(?!on)[A-Za-z][A-Za-z0-9-]{0,40}", re.IGNORECASE)
_ITSELF = re.compile(r"#[^\s\"'()<>\\]{1,200}")
_REFERENCE = re.compile(r"url\(\s*[\"']?(#[^\s\"'()<>\\]{1,200})[\"']?\s*\)")
# What loads something, or makes a browser compute for each point of the picture what lies around it.
_LOADS = re.compile(r"url\(|@|\\|expression|javascript:|image-set|</|filter|blend", re.IGNORECASE)
_COSTLY = frozenset(("filter", "mask", "mask-image", "mix-blend-mode", "backdrop-filter"))
_NUMBER = re.compile(r"\d+\.?\d*|\.\d+")
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_LONGEST_STYLE = 20_000


class Drawing:
    """A drawing within HTML, while it is read: `attrs` are its own."""

    def __init__(self, attrs: list[tuple[str, str | None]]):
        self.attrs = attrs
        self._parts: list[str] = []
        self._words: list[str] = []
        self._inner = ""  # the element that was begun last
        self._level = 0

    def begin(self, tag: str, text: str) -> None:
        """Take in the beginning of an element, as it is written."""
        self.add(tag, text)
        self._inner = tag
        self._level += tag == "svg"

    def add(self, tag: str, text: str) -> None:
        """Take in an element that holds nothing."""
        self._parts.append(f"<{tag}{text[1 + len(tag) :]}")  # HTML tells no small letters from large ones

    def ends_with(self, tag: str) -> bool:
        """Take in the end of an element; whether it is the drawing's own."""
        self._parts.append(f"</{tag}>")
        self._inner = ""
        self._level -= tag == "svg"
        return self._level <= 0

    def say(self, text: str) -> None:
        """Take in a text."""
        self._parts.append(escape(text))
        if self._inner not in ("script", "style"):
            self._words.append(text)

    def text(self) -> str:
        """The drawing."""
        return "".join(self._parts)

    def words(self) -> str:
        """What is written in it."""
        return " ".join("".join(self._words).split())


class NoDrawing(ValueError):
    """A text is not a drawing that can be shown."""


def as_address(text: str, symbols: dict[str, ElementTree.Element] | None = None) -> str:
    """The drawing, written anew, as the address of a picture; empty if it shows nothing itself. Raises NoDrawing.

    `symbols` are parts that other drawings of the same output have lent to this one; it is told this one's.
    """
    if len(text) > LONGEST:
        raise NoDrawing("too long")
    root = _drawing(text)
    lent = symbols if symbols is not None else {}
    found = {name: one for one in root.iter() if (name := one.get("id"))}
    named = [one.get("href", "")[1:] for one in root.iter("use")]
    if missing := [name for name in dict.fromkeys(named) if name not in found]:
        borrowed = ElementTree.Element("defs")
        borrowed.extend(lent[name] for name in missing if name in lent)
        root.insert(0, borrowed)
        found |= {name: lent[name] for name in missing if name in lent}
    lent.update((name, one) for name, one in found.items() if one.tag == "symbol")
    if all(child.tag in _UNSEEN for child in root):
        return ""
    if _drawn(root, found) > MOST_DRAWN:
        raise NoDrawing("too much to draw")
    root.set("xmlns", SVG)
    return PREFIX + base64.b64encode(ElementTree.tostring(root, encoding="unicode").encode()).decode()


def words_in(text: str) -> str:
    """All that is written in a drawing, however it is taken apart; empty for what is none."""
    try:
        return "".join(_drawing(text).itertext()) if len(text) <= LONGEST else ""
    except NoDrawing:
        return ""


def readdressed(address: str) -> str:
    """The address of such a picture, its drawing written anew. Raises NoDrawing."""
    try:
        return as_address(base64.b64decode(address.removeprefix(PREFIX)).decode())
    except (Error, UnicodeDecodeError) as error:
        raise NoDrawing(str(error)) from error


def _drawing(text):
    """The drawing alone, of known elements. What stands before it, such as the definition of entities, is not read."""
    begin, end = text.find("<svg"), text.rfind("</svg>")
    if begin < 0 or end < 0:
        raise NoDrawing("no drawing")
    wrapped = f'<g xmlns="{SVG}" xmlns:xlink="{XLINK}">{text[begin : end + len("</svg>")]}</g>'
    try:
        root = ElementTree.fromstring(wrapped)[0]
    except (ElementTree.ParseError, IndexError) as error:
        raise NoDrawing(str(error)) from error
    _keep(root, 0)
    if root.tag != "svg":
        raise NoDrawing("no drawing")
    return root


def _keep(element, level):
    """Leave known elements and attributes of an element and of all in it."""
    element.tag = _known(element.tag)
    if element.tag == "a":
        element.tag = "g"
    attributes = [(name.rpartition("}")[2], value) for name, value in element.attrib.items()]
    element.attrib.clear()
    element.attrib.update((name, value) for name, value in attributes if _stays(element.tag, name, value))
    if element.tag == "style" and (len(element.text or "") > _LONGEST_STYLE or _LOADS.search(element.text or "")):
        element.text = ""
    known = [child for child in element if isinstance(child.tag, str) and _known(child.tag)]
    element[:] = known if level < DEEPEST else []
    for child in element:
        _keep(child, level + 1)


@lru_cache(maxsize=1000)
def _known(tag):
    """The element's name as SVG spells it; empty if it is none of the list."""
    space, _brace, name = tag.rpartition("}")
    return _BY_LETTERS.get(name.lower(), "") if space in ("", f"{{{SVG}") else ""


def _stays(tag, name, value):
    if name == "href":
        return bool(_EMBEDDED.fullmatch(value) if tag == "image" else _ITSELF.fullmatch(value))
    return _may_be(name) and not (_LOADS.search(value) and _LOADS.search(_REFERENCE.sub("", value)))


@lru_cache(maxsize=1000)
def _may_be(name):
    return _ATTRIBUTE.fullmatch(name) is not None and name.lower() not in _COSTLY


def _drawn(root, found):
    """How many elements a browser draws: whatever is named counts at each place that names it."""
    markers = [one for one in root.iter() if one.tag == "marker"]
    if any(part.tag == "use" for one in markers for part in one.iter()):
        raise NoDrawing("a marker that repeats other parts")
    # It may be drawn at each point of any line, since what names it is inherited.
    at_a_point = max((sum(1 for _part in one.iter()) for one in markers), default=0)
    known: dict[ElementTree.Element, int] = {}
    open_ones: set[ElementTree.Element] = set()

    def count(element, level):
        if element in known:
            return known[element]
        if element in open_ones or level > 4 * DEEPEST:
            raise NoDrawing("it is drawn within itself")
        open_ones.add(element)
        total = 1 + sum(count(child, level + 1) for child in element)
        if at_a_point:
            total += at_a_point * len(_NUMBER.findall(element.get("points", "") + element.get("d", "")))
        for name, value in element.attrib.items():
            names = [value] if name == "href" else _REFERENCE.findall(value) if "url(" in value else ()
            for one in names:
                if one[1:] in found:
                    total += count(found[one[1:]], level + 1)
        open_ones.discard(element)
        known[element] = min(total, MOST_DRAWN + 1)
        return known[element]

    return count(root, 0)
