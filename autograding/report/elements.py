"""The elements and attributes that strangers' HTML is written anew with: a closed list, and what stands where."""

import re

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
# What opens and closes a part of an output, where a rule of the output's own says how: a box to tick, and its label.
CONTROLS = frozenset(("input", "label"))
# Their text is no text of the page.
SILENT = frozenset(("script", "style", "title"))
DEEPEST = 40  # elements within each other; deeper ones are left out, their text is not

PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
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

_OF_TABLES = frozenset(("table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"))


def border(tag: str) -> frozenset[str]:
    """What keeps an element from reaching further out: words stay in their line, cells in their table."""
    if tag in WORDS:
        return TAGS - WORDS
    if tag in _OF_TABLES or tag == "col":
        return frozenset(("table",))
    return frozenset(("table", "td", "th", "caption"))
