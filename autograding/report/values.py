"""What a style may say: closed lists of properties, each with the values that it may have.

No value loads anything, and none leaves the place of the element that it is for.
"""

import re

_NAMED = "|".join(
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blue blueviolet brown burlywood cadetblue "
    "chocolate coral cornflowerblue cornsilk crimson currentcolor cyan darkblue darkcyan darkgray darkgreen "
    "darkgrey darkorange darkred deeppink deepskyblue dimgray dimgrey dodgerblue firebrick forestgreen fuchsia "
    "gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indigo ivory khaki lavender "
    "lemonchiffon lightblue lightcoral lightcyan lightgray lightgreen lightgrey lightpink lightsalmon lightyellow "
    "lime limegreen linen magenta maroon mediumseagreen midnightblue mintcream mistyrose moccasin navajowhite "
    "navy oldlace olive olivedrab orange orangered orchid palegreen palevioletred papayawhip peachpuff peru pink "
    "plum powderblue purple red rosybrown royalblue salmon sandybrown seagreen seashell sienna silver skyblue "
    "slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato transparent turquoise "
    "violet wheat white whitesmoke yellow yellowgreen".split()
)
_COLOUR = rf"(?:#[0-9a-f]{{3,8}}|{_NAMED}|(?:rgb|hsl)a?\([\d\s.,%]{{1,40}}\))"
_SMALL = r"(?:0|\d{1,2}(?:\.\d{1,3})?(?:px|pt)|\d?(?:\.\d{1,3})?(?:em|ex|rem))"
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_LINE = "(?:none|solid|dashed|dotted|double)"
_WIDTH = r"(?:100|\d{1,2}(?:\.\d{1,3})?)%|[1-5]?\d{1,2}px"
# What an element may say of itself, in a page's own text as well.
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
# What a rule may say besides: it reaches no further than the output that it came with, and cannot be seen outside.
_LENGTH = r"(?:0|\d{1,3}(?:\.\d{1,3})?(?:px|pt|%)|\d{0,2}(?:\.\d{1,3})?(?:em|ex|rem))"
_SIZE = rf"auto|min-content|max-content|fit-content|{_LENGTH}"
_STOP = rf"{_COLOUR}(?:\s+\d{{1,3}}(?:\.\d{{1,9}})?%)?"
_TOWARDS = r"(?:(?:\d{1,3}deg|to (?:left|right|top|bottom))\s*,\s*)?"
_GRADIENT = rf"linear-gradient\(\s*{_TOWARDS}{_STOP}(?:\s*,\s*{_STOP}){{1,8}}\)"
_TRACK = r"(?:auto|min-content|max-content|\dfr|0|\d{1,3}(?:px|%)|\d{1,2}(?:\.\d)?(?:em|rem))"
_PLACE = "(?:flex-)?(?:start|end)|center|stretch|baseline|space-between|space-around|normal"
_BOXED = "hidden|auto|scroll|visible"
_AT_LINE = r"-?\d{1,2}|auto"
IN_RULES = STYLES | {
    "align-items": _PLACE,
    "align-self": _PLACE,
    "background": f"{_COLOUR}|{_GRADIENT}|none",
    "background-image": f"{_GRADIENT}|none",
    "background-position": rf"(?:(?:center|left|right|top|bottom|{_LENGTH})\s*){{1,2}}",
    "background-repeat": "no-repeat|repeat|repeat-x|repeat-y",
    "background-size": rf"(?:(?:{_SIZE})\s*){{1,2}}",
    "border-color": rf"(?:{_COLOUR}\s*){{1,4}}",
    "border-radius": rf"(?:{_LENGTH}\s*){{1,4}}",
    "border-spacing": rf"(?:{_SMALL}\s*){{1,2}}",
    "border-style": rf"(?:{_LINE}\s*){{1,4}}",
    "border-width": rf"(?:{_SMALL}\s*){{1,4}}",
    "bottom": _LENGTH,
    "box-sizing": "border-box|content-box",
    "color": f"{_COLOUR}|inherit",
    "cursor": "default|pointer|help|auto",
    "display": "none|block|inline|inline-block|contents|list-item|(?:inline-)?(?:flex|grid|table)|table-(?:row|cell)",
    "empty-cells": "show|hide",
    "flex-direction": "row|column",
    "flex-grow": r"\d",
    "flex-shrink": r"\d",
    "flex-wrap": "wrap|nowrap",
    "float": "left|right|none",
    "font-family": r"(?:(?:monospace|serif|sans-serif|system-ui|inherit|arial|helvetica|courier|verdana)[\s,]*){1,5}",
    "font-size": rf"{STYLES['font-size']}|smaller|larger|inherit|[01]?(?:\.\d{{1,3}})?(?:em|rem)|\d{{2,3}}%",
    "gap": rf"(?:{_SMALL}\s*){{1,2}}",
    "grid-column": rf"(?:{_AT_LINE})(?:\s*/\s*(?:{_AT_LINE}))?",
    "grid-column-end": _AT_LINE,
    "grid-column-start": _AT_LINE,
    "grid-row-start": _AT_LINE,
    "grid-template-columns": rf"(?:{_TRACK}\s*){{1,12}}",
    "height": _SIZE,
    "justify-content": _PLACE,
    "left": _LENGTH,
    "line-height": r"normal|[0-3](?:\.\d{1,3})?(?:em)?",
    "list-style": "none|disc|decimal",
    "max-height": _SIZE,
    "max-width": f"none|{_SIZE}",
    "min-width": _SIZE,
    "opacity": r"0|1|0?\.\d{1,3}",
    "overflow": _BOXED,
    "overflow-x": _BOXED,
    "overflow-y": _BOXED,
    "position": "relative|absolute|static",
    "right": _LENGTH,
    "text-overflow": "ellipsis|clip",
    "text-transform": "none|uppercase|lowercase|capitalize",
    "top": _LENGTH,
    "white-space": f"{STYLES['white-space']}|pre-line",
    "width": _SIZE,
    "word-break": "normal|break-all|break-word",
}
STYLES = {name: re.compile(values) for name, values in STYLES.items()}
IN_RULES = {name: re.compile(values) for name, values in IN_RULES.items()}
LONGEST_STYLE = 80  # letters of one value
LONGEST_IN_RULES = 200


def style_of(text: str) -> str:
    """The declarations of a style that are known to be harmless."""
    kept = []
    for declaration in text[:1000].lower().split(";"):
        name, _colon, value = (part.strip() for part in declaration.partition(":"))
        if name in STYLES and len(value) <= LONGEST_STYLE and STYLES[name].fullmatch(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)
