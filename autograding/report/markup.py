"""HTML of strangers, written anew from a closed list of elements, attributes and styles.

Nothing of the original is copied. What is written has no class, id, name, link or address, loads nothing, covers
nothing, and is nested as HTML wants it: a browser reads it as it is written, so it ends where the page means it to end.
"""

import re
from html import escape
from html.parser import HTMLParser

# What stands where. A box holds boxes and lines; a line holds words; words hold words.
WORDS = frozenset("abbr b code del em i ins kbd mark q s samp small span strong sub sup u var".split())
LINES = frozenset("caption dt figcaption h1 h2 h3 h4 h5 h6 p pre summary".split())
BOXES = frozenset("blockquote dd details div figure li td th".split())
# Only in these, which hold nothing else. What stands in them elsewise gets the child that is missing.
PARENTS = {
    **{"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",), "summary": ("details",), "figcaption": ("figure",)},
    **dict.fromkeys(("caption", "colgroup", "thead", "tbody", "tfoot"), ("table",)),
    **{"tr": ("thead", "tbody", "tfoot"), "td": ("tr",), "th": ("tr",), "col": ("colgroup",)},
}
MISSING = {"ul": "li", "ol": "li", "dl": "dd", "table": "tbody", "tr": "td"} | dict.fromkeys(PARENTS["tr"], "tr")
CONTAINERS = frozenset([*MISSING, "colgroup"])
VOID = frozenset(("br", "col", "hr", "img"))
TAGS = WORDS | LINES | BOXES | CONTAINERS | VOID
OTHER_NAMES = dict.fromkeys("address article aside center footer header main nav section".split(), "div")
OTHER_NAMES |= {"strike": "s", "tt": "code"}
# Their text is no text of the page.
SILENT = frozenset(("script", "style", "title"))
DEEPEST = 40  # elements within each other; deeper ones are left out, their text is not

_NAMED = "|".join(
    "aqua black blue brown coral crimson cyan darkblue darkgreen darkorange darkred firebrick forestgreen fuchsia gold "
    "gray green grey indigo khaki lightblue lightgray lightgreen lightgrey lightyellow lime magenta maroon navy olive "
    "orange orchid pink purple red royalblue salmon seagreen silver skyblue steelblue teal tomato transparent violet "
    "white whitesmoke yellow".split()
)
_COLOUR = rf"(?:#[0-9a-f]{{3,8}}|{_NAMED}|(?:rgb|hsl)a?\([\d\s.,%]{{1,40}}\))"
_SMALL = r"(?:0|\d{1,2}(?:\.\d{1,3})?(?:px|pt)|\d?(?:\.\d{1,3})?(?:em|ex|rem))"
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_LINE = "(?:none|solid|dashed|dotted|double)"
_WIDTH = r"(?:100|\d{1,2}(?:\.\d{1,3})?)%|[1-5]?\d{1,2}px"
STYLES = {
    "background": _COLOUR,
    "background-color": _COLOUR,
    "border-collapse": "collapse|separate",
    "color": _COLOUR,
    "font-family": "monospace|serif|sans-serif",
    "font-size": r"(?:[6-9]|[12]\d|3[0-2])(?:px|pt)|(?:x+-)?small|medium|(?:x-)?large",
    "font-style": "normal|italic|oblique",
    "font-variant": "normal|small-caps",
    "font-weight": "normal|bold|bolder|lighter|[1-9]00",
    "max-width": _WIDTH,
    "text-align": "left|right|center|justify|start|end",
    "text-decoration": "none|underline|line-through",
    "vertical-align": "baseline|top|middle|bottom|sub|super",
    "white-space": "normal|pre|pre-wrap|nowrap",
    "width": _WIDTH,
    **{f"border{side}": rf"(?:(?:{_SMALL}|{_LINE}|{_COLOUR})\s*){{1,3}}" for side in _SIDES},
    **{f"margin{side}": rf"(?:(?:{_SMALL}|auto)\s*){{1,4}}" for side in _SIDES},
    **{f"padding{side}": rf"(?:{_SMALL}\s*){{1,4}}" for side in _SIDES},
}
STYLES = {name: re.compile(values) for name, values in STYLES.items()}
LONGEST_STYLE = 80  # letters of one value
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_COUNT = re.compile(r"[1-9]\d{0,2}|1000")
_CELL = {"colspan": _COUNT, "rowspan": _COUNT, "scope": re.compile("row|col|rowgroup|colgroup")}
_ALIGNED = {"align": re.compile("left|right|center|justify"), "valign": re.compile("top|middle|bottom|baseline")}
_WORDING = re.compile(r"[^\x00-\x1f]{0,300}")
ATTRIBUTES = {
    "*": {"dir": re.compile("ltr|rtl|auto"), "lang": re.compile("[A-Za-z-]{1,20}")},
    "abbr": {"title": _WORDING},
    "col": {"span": _COUNT},
    "details": {"open": re.compile("")},
    "img": {"alt": _WORDING, "height": _COUNT, "src": PICTURE, "width": _COUNT},
    "li": {"value": _COUNT},
    "ol": {"start": _COUNT, "type": re.compile("[1aAiI]")},
    "table": {"border": re.compile("[01]")} | _ALIGNED,
    "td": _CELL | _ALIGNED,
    "th": _CELL | _ALIGNED,
    "tr": _ALIGNED,
}


def cleaned(html: str, aside: dict[str, str] | None = None) -> str:
    """The HTML, written anew. `aside` has what was set aside: HTML of our own by the mark that stands for it."""
    writer = _Writer(aside or {})
    writer.feed(html)
    writer.close()
    writer.close_down_to(0)
    return "".join(writer.parts)


def style_of(text: str) -> str:
    """The declarations of a style that are known to be harmless."""
    kept = []
    for declaration in text[:1000].lower().split(";"):
        name, _colon, value = (part.strip() for part in declaration.partition(":"))
        if name in STYLES and len(value) <= LONGEST_STYLE and STYLES[name].fullmatch(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


class _Writer(HTMLParser):
    def __init__(self, aside):
        super().__init__(convert_charrefs=True)
        self.aside = aside
        self._marks = re.compile("(" + "|".join(map(re.escape, aside)) + ")") if aside else None
        self.parts: list[str] = []
        self.open: list[str] = []  # the elements that are not closed yet
        self.silent = ""
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        """As in HTMLParser."""
        tag = OTHER_NAMES.get(tag, tag)
        if tag in SILENT:
            self.silent = tag
        elif tag == "a":
            self._end_of_link()
            self.links = [dict(attrs).get("href") or ""]
        elif tag in TAGS and (len(self.open) < DEEPEST or tag in VOID) and self._make_room(tag):
            kept = self._attributes(tag, attrs)
            if tag == "img" and "src" not in kept:
                self.handle_data(kept["alt"])
                return
            self.parts.append(f"<{tag}{''.join(map(_written, kept.items()))}>")
            if tag not in VOID:
                self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """As in HTMLParser. To a browser <b/> is <b>."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        """As in HTMLParser."""
        tag = OTHER_NAMES.get(tag, tag)
        if tag == self.silent:
            self.silent = ""
        elif tag == "a":
            self._end_of_link()
        elif tag in TAGS and tag not in VOID:
            place = self._nearest((tag,), _border(tag))
            if place is not None:
                self.close_down_to(place)

    def handle_data(self, data):
        """As in HTMLParser."""
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

    def _end_of_link(self):
        """A link is its text and its address: a click would go there with the rights of whoever reads the page."""
        for address in self.links:
            if address.startswith(("http://", "https://", "mailto:")):
                self.handle_data(f" ({address}) ")
        self.links = []

    def _make_room(self, tag):
        """Close and open what has to be, so that an element may stand here; False where it may not."""
        if tag in PARENTS:
            if tag == "tr" and self._nearest(PARENTS[tag], _border(tag)) is None:
                self._make_room("tbody") and self._begin("tbody")
            elif tag in ("td", "th") and self._nearest(PARENTS[tag], _border(tag)) is None:
                self._make_room("tr") and self._begin("tr")
            elif tag == "col" and self._nearest(PARENTS[tag], _border(tag)) is None:
                self._make_room("colgroup") and self._begin("colgroup")
            place = self._nearest(PARENTS[tag], _border(tag))
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
            if name == "style" and (style := style_of(value)):
                kept[name] = style
            elif name in known and known[name].fullmatch(value):
                kept[name] = value
        return kept

    def _begin(self, tag):
        self.parts.append(f"<{tag}>")
        self.open.append(tag)

    def _nearest(self, tags, border):
        """The depth of the innermost open element of these, not looking beyond the border."""
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place] in tags:
                return place
            if self.open[place] in border:
                return None
        return None


def _written(attribute):
    name, value = attribute
    return f' {name}="{escape(value)}"'


_OF_TABLES = frozenset(("table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"))


def _border(tag):
    """What keeps an element from reaching further out: words stay in their line, cells in their table."""
    if tag in WORDS:
        return TAGS - WORDS
    if tag in _OF_TABLES or tag == "col":
        return frozenset(("table",))
    return frozenset(("table", "td", "th", "caption"))
