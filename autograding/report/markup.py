"""HTML of strangers, written anew from a closed list of elements, attributes and styles.

Nothing of the original is copied. What is written has no class, id or name of the original's, no link or address, loads
nothing, covers nothing, and is nested as HTML wants it: a browser reads it as it is written, so it ends where the page
means it to end.
"""

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from autograding.messages import _
from autograding.report.beside import plain_name
from autograding.report.drawings import PREFIX, Drawing, NoDrawing, as_address, readdressed
from autograding.report.elements import (
    ATTRIBUTES,
    CONTROLS,
    DEEPEST,
    LINES,
    MISSING,
    OTHER_NAMES,
    PARENTS,
    SILENT,
    TAGS,
    VOID,
    WORDS,
    border,
)
from autograding.report.styles import OwnStyles
from autograding.report.values import style_of

ADDRESSES = ("http://", "https://", "mailto:")
LONGEST_ADDRESS = 500
NOTHING: Mapping[str, str] = {}
_STYLE, _END_OF_STYLE = re.compile(r"<style\b[^<>]*>", re.IGNORECASE), re.compile("</style", re.IGNORECASE)


def cleaned(
    html: str, aside: Mapping[str, str] | None = None, pictures: Mapping[str, str] | None = None, styled: bool = False
) -> str:
    """The HTML, written anew.

    `aside` has what was set aside: HTML of our own by the mark that stands for it. `pictures` are addresses by names.
    `styled`: it is an output, which may bring its own styles.
    """
    styles = OwnStyles(_styles_in(html), html) if styled and _STYLE.search(html) else None
    writer = _Writer(aside or {}, pictures or {}, styles if styles is not None and styles.css else None)
    writer.feed(html)
    writer.close()
    writer.end_of_drawing()
    writer.close_down_to(0)
    return writer.written()


def _styles_in(html):
    """The texts of its styles, each looked for once from where the one before has ended."""
    texts, end = [], 0
    while (begins := _STYLE.search(html, end)) and (ends := _END_OF_STYLE.search(html, begins.end())):
        texts.append(html[begins.end() : ends.start()])
        end = ends.end()
    return texts


class _Writer(HTMLParser):
    def __init__(self, aside, pictures, styles):
        super().__init__(convert_charrefs=True)
        self.aside, self.pictures, self.styles = aside, pictures, styles
        self._marks = re.compile("(" + "|".join(map(re.escape, aside)) + ")") if aside else None
        self.parts: list[str] = []
        self.open: list[str] = []  # the elements that are not closed yet
        self.silent = ""
        self.links: list[str] = []
        self.drawing: Drawing | None = None
        self.symbols: dict = {}  # parts of drawings that others of this output use
        self.boxes: dict[str, str] = {}  # our names of the boxes to tick, by theirs

    def written(self):
        """All of it; with styles of its own, in a place of its own."""
        html = "".join(self.parts)
        if self.styles is None:
            return html
        return (
            f'<div class="{self.styles.place}" style="contain: paint; overflow: auto">'
            f"<style>{self.styles.css}</style>{html}</div>"
        )

    def handle_starttag(self, tag, attrs):
        """As in HTMLParser."""
        if self.drawing is not None or tag == "svg":
            self.drawing = self.drawing or Drawing(attrs)
            self.drawing.begin(tag, self.get_starttag_text())
            return
        if tag == "a" and self.styles is not None:
            tag, attrs = "span", [*attrs, ("title", dict(attrs).get("href"))]
        tag = OTHER_NAMES.get(tag, tag)
        if tag in SILENT:
            self.silent = tag
        elif tag == "a":
            self._end_of_link()
            self.links = [dict(attrs).get("href") or ""]
        elif tag in CONTROLS:
            self._control(tag, attrs)
        elif tag in TAGS and (len(self.open) < DEEPEST or tag in VOID) and self._make_room(tag):
            kept = self._attributes(tag, attrs)
            if tag == "img" and "src" not in kept:
                self.handle_data(kept["alt"] or _("[A picture that is not shown here.]"))
            else:
                self._begin(tag, kept)

    def handle_startendtag(self, tag, attrs):
        """As in HTMLParser. To a browser <b/> is <b>, but not in a drawing."""
        if self.drawing is not None:
            self.drawing.add(tag, self.get_starttag_text())
        elif tag != "svg":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        """As in HTMLParser."""
        if self.drawing is not None:
            if self.drawing.ends_with(tag):
                self.end_of_drawing()
            return
        tag = "span" if tag == "a" and self.styles is not None else OTHER_NAMES.get(tag, tag)
        if tag == self.silent:
            self.silent = ""
        elif tag == "a":
            self._end_of_link()
        elif tag == "label" or (tag in TAGS and tag not in VOID):
            place = self._nearest((tag,), border(tag))
            if place is not None:
                self.close_down_to(place)

    def handle_data(self, data):
        """As in HTMLParser."""
        if self.drawing is not None:
            self.drawing.say(data)
            return
        if self.silent:
            return
        for part in self._marks.split(data) if self._marks else (data,):
            if part in self.aside:
                self._make_room("div" if self.aside[part].startswith("<div") else "span")
                self.parts.append(self.aside[part])
            elif part.isspace():
                self.parts.append(part)
            elif part:
                self._make_room("span")
                self.parts.append(escape(part, quote=False))

    def close_down_to(self, depth):
        """Close all elements but the outermost ones, as many as `depth`."""
        while len(self.open) > depth:
            self.parts.append(f"</{self.open.pop()}>")

    def end_of_drawing(self):
        """Put a picture in the place of a drawing; where it cannot be shown, what is written in it."""
        drawing, self.drawing = self.drawing, None
        if drawing is None:
            return
        try:
            address = as_address(drawing.text(), self.symbols)
        except NoDrawing:
            self.handle_data(f"{_('[A picture that is not shown here.]')} {drawing.words()}")
            return
        if address and self._make_room("img"):
            about = self._attributes("img", [(name, value) for name, value in drawing.attrs if name != "src"])
            self._begin("img", about | {"alt": _("A picture without a description"), "src": address})

    def _control(self, tag, attrs):
        """A box to tick, or its label. Without styles of the output's own it opens nothing."""
        given = dict(attrs)
        if self.styles is None or len(self.open) >= DEEPEST:
            return
        kept = {name: value for name, value in self._attributes(tag, attrs).items() if name == "class"}
        if tag == "label" and given.get("for") in self.boxes and self._make_room(tag):
            self._begin(tag, {"for": self.boxes[given["for"]]} | kept)
        elif tag == "input" and given.get("type") == "checkbox" and given.get("id") and self._make_room("img"):
            own = self.boxes.setdefault(given["id"], f"{self.styles.place}-box{len(self.boxes)}")
            state = {name: "" for name in ("checked", "disabled") if name in given}
            self._begin(tag, {"type": "checkbox", "id": own} | kept | state)

    def _end_of_link(self):
        """A link is its text and its address: a click would go there with the rights of whoever reads the page."""
        for address in self.links:
            if address.startswith(ADDRESSES):
                self.handle_data(f" ({address}) ")
        self.links = []

    def _make_room(self, tag):
        """Close and open what has to be, so that an element may stand here; False where it may not."""
        if tag in PARENTS:
            if tag == "tr" and self._nearest(PARENTS[tag], border(tag)) is None:
                self._make_room("tbody") and self._begin("tbody")
            elif tag in ("td", "th") and self._nearest(PARENTS[tag], border(tag)) is None:
                self._make_room("tr") and self._begin("tr")
            elif tag == "col" and self._nearest(PARENTS[tag], border(tag)) is None:
                self._make_room("colgroup") and self._begin("colgroup")
            place = self._nearest(PARENTS[tag], border(tag))
            if place is None:
                return False
            self.close_down_to(place + 1)
            return True
        if tag not in WORDS and tag not in ("br", "img"):
            while self.open and (self.open[-1] in WORDS or self.open[-1] in LINES):
                self.close_down_to(len(self.open) - 1)
        if self.open and self.open[-1] == "colgroup":
            self.close_down_to(len(self.open) - 1)
        while self.open and self.open[-1] in MISSING:
            self._begin(MISSING[self.open[-1]])
        return True

    def _attributes(self, tag, attrs):
        known = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, {})
        kept = {"alt": ""} if tag == "img" else {}
        for name, value in attrs:
            value = self._marks.sub("", value or "") if self._marks else value or ""
            if tag == "img" and name == "src":
                value = self._picture(value)
            if name == "style" and (style := style_of(value)):
                kept[name] = style
            elif name in known and known[name].fullmatch(value):
                kept[name] = value
            elif name == "title" and tag == "span" and value.startswith(ADDRESSES) and len(value) <= LONGEST_ADDRESS:
                kept[name] = value
        if self.styles is not None:
            given = dict(attrs)
            if classes := self.styles.classes(given.get("class") or "", given.get("id") or ""):
                kept["class"] = classes
        return kept

    def _picture(self, address):
        """The address of a picture as a page can hold it; empty if it is none."""
        if len(address) <= LONGEST_ADDRESS:
            address = self.pictures.get(plain_name(address), address)
        if not address.startswith(PREFIX):
            return address
        try:
            return readdressed(address)
        except NoDrawing:
            return ""

    def _begin(self, tag, attributes=NOTHING):
        self.parts.append(f"<{tag}{''.join(map(_written, attributes.items()))}>")
        if tag not in VOID and tag != "input":
            self.open.append(tag)

    def _nearest(self, tags, kept_within):
        """The depth of the innermost open element of these, not looking beyond the border."""
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place] in tags:
                return place
            if self.open[place] in kept_within:
                return None
        return None


def _written(attribute):
    name, value = attribute
    return f' {name}="{escape(value)}"'
