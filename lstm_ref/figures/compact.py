"""The SVG that matplotlib writes, in a fourth of its size: a page with ten pictures opens sooner.

Nothing that is seen changes. Numbers get two digits after the point, which is a hundredth of a pixel; what is said of
each mark is said once of all; names that nothing refers to go: on a page with two pictures they would not be unique.
"""

import re
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_NO_TURN = re.compile(r"rotate\(-?0 [^)]*\)")
_FONTS = re.compile(r"font-family: [^;]*(; )?")
_REFERENCE = re.compile(r"#([\w-]+)")


def compact(svg: str) -> str:
    """The same picture. `svg` is one <svg> element; so is what is returned."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            # The style is one of all elements of the page; the picture itself is given it instead.
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style") or child.get("style") == "fill: none":
                parent.remove(child)
    named = {name for one in root.iter() for value in one.attrib.values() for name in _REFERENCE.findall(value)}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.text = None if not (element.text or "").strip() else element.text
        element.tail = None if not (element.tail or "").strip() else element.tail
        _shorten(element, named)
    _gather(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def _shorten(element: ElementTree.Element, named: set[str]) -> None:
    if element.get("id") not in named:
        element.attrib.pop("id", None)
    if _LINK in element.attrib:
        element.set("href", element.attrib.pop(_LINK))
    for name in ("d", "x", "y", "width", "height", "transform", "points"):
        if name in element.attrib:
            value = _NO_TURN.sub("", _NUMBER.sub(_two_digits, element.attrib.pop(name)))
            if value := " ".join(value.split()):
                element.set(name, value)
    if "style" in element.attrib:
        style = _FONTS.sub("", element.attrib.pop("style")).rstrip("; ")
        if style:
            element.set("style", style)


def _two_digits(found) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _gather(element: ElementTree.Element) -> None:
    """A style that all of a group have is the group's; a group of one, or without a word, gives way to its content."""
    kept = []
    for child in list(element):
        _gather(child)
        kept += _in_place_of(child)
    element[:] = kept
    styles = {child.get("style") for child in element}
    if element.tag == "g" and "style" not in element.attrib and len(element) > 1 and len(styles) == 1:
        if style := styles.pop():
            element.set("style", style)
            for child in element:
                del child.attrib["style"]


def _in_place_of(group: ElementTree.Element) -> list[ElementTree.Element]:
    if group.tag != "g" or group.attrib and (len(group) != 1 or _is_disturbed(group[0], by=group)):
        return [group]
    for child in group:
        child.attrib.update(group.attrib)
    return list(group)


def _is_disturbed(element: ElementTree.Element, by: ElementTree.Element) -> bool:
    """Whether it cannot take over what the group around it says: it would turn the group's window with itself."""
    return bool(element.attrib.keys() & by.attrib.keys()) or "transform" in element.attrib
