"""The rules of an output's own <style>, written anew from closed lists.

Libraries such as pandas and scikit-learn send a style with each output. Its rules are written anew, under names that
are nobody else's: a number for each class and id, behind a prefix made of the output's own text. So they reach the
output that they came with, and no rule or script of a page knows a name of it. No value loads anything.
"""

import hashlib
import re
import unicodedata

import tinycss2

from autograding.report.elements import CONTROLS, OTHER_NAMES, TAGS
from autograding.report.values import IN_RULES, LONGEST_IN_RULES

# Of one output. A browser asks each element about the rules for its names: few for each name, whatever their number.
MOST_RULES = 10_000
FOR_ONE_NAME = 60
MOST_STEPS = 8
FAR_RULES, LONGEST_WITH_FAR = 40, 60_000  # with "~", and letters of an output that may have such
LONGEST_CSS = 400_000
_PSEUDO = frozenset(
    "first-child last-child only-child first-of-type last-of-type only-of-type empty hover checked enabled "
    "disabled".split()
)
_DRAWN = frozenset(("before", "after"))
_COUNTED = frozenset(("nth-child", "nth-last-child", "nth-of-type"))
_WHICH = re.compile(r"odd|even|[+-]?\d{0,3}n?(?:\s*[+-]\s*\d{1,3})?")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\((?:[^()]|\([^()]*\))*\))*))?\)")
_TWICE = 6  # a variable may be made of others, as often


class _Unknown(Exception):
    """A selector that is not of the closed list."""


class OwnStyles:
    """The rules of an output's own styles; `css` is what a page may hold of them, `place` the class of the output."""

    def __init__(self, texts: list[str], output: str):
        text = "\n".join(texts)[:LONGEST_CSS]
        self.place = f"o{hashlib.sha256(output.encode('utf-8', 'replace')).hexdigest()[:12]}"
        self._numbers: dict[str, int] = {}
        self._values: dict[str, str] = {}
        self._for: dict[str, int] = {}
        self._left = MOST_RULES
        self._far = FAR_RULES if len(output) <= LONGEST_WITH_FAR else 0
        rules = [
            (rule.prelude, tinycss2.parse_declaration_list(rule.content, skip_comments=True, skip_whitespace=True))
            for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
            if rule.type == "qualified-rule"
        ]
        for prelude, declarations in rules:
            self._keep_values(prelude, declarations)
        self.css = "".join(self._rule(prelude, declarations) for prelude, declarations in rules)

    def classes(self, names: str, own_id: str) -> str:
        """The classes of an element that a rule is for; `names` and `own_id` are as the output has them."""
        known = [self._numbers.get(f".{name}") for name in names[:500].split()] + [self._numbers.get(f"#{own_id}")]
        return " ".join(f"{self.place}-{number}" for number in dict.fromkeys(known) if number is not None)

    def _keep_values(self, prelude, declarations):
        """Keep the values that have names. A page is light, so those for a dark one do not count."""
        if "dark" in tinycss2.serialize(prelude).lower():
            return
        for one in declarations:
            if one.type == "declaration" and one.name.startswith("--"):
                self._values[one.name] = tinycss2.serialize(one.value)[:LONGEST_IN_RULES].strip()

    def _rule(self, prelude, declarations):
        kept = [line for one in declarations if one.type == "declaration" and (line := self._declaration(one))]
        if not kept:
            return ""
        selectors = []
        for part in _parted(prelude):
            try:
                selector, subject = self._selector(part)
            except _Unknown:
                continue
            self._for[subject] = self._for.get(subject, 0) + 1
            self._left -= 1
            if self._for[subject] <= FOR_ONE_NAME and self._left >= 0:
                selectors.append(f".{self.place} {selector}")
        return f"{', '.join(selectors)} {{ {'; '.join(kept)} }}\n" if selectors else ""

    def _declaration(self, one):
        value = one.value
        if one.lower_name == "content":
            said = [token for token in value if token.type not in ("whitespace", "comment")]
            if len(said) == 1 and said[0].type == "string" and _is_a_sign(said[0].value):
                return f'content: "{said[0].value}"'
            return ""
        if one.lower_name not in IN_RULES:
            return ""
        text = self._with_values(tinycss2.serialize(value)[:LONGEST_IN_RULES]).strip().lower()
        if len(text) > LONGEST_IN_RULES or not IN_RULES[one.lower_name].fullmatch(text):
            return ""
        return f"{one.lower_name}: {text}{' !important' if one.important else ''}"

    def _with_values(self, text):
        """The text with values in the place of their names."""
        for _time in range(_TWICE):
            if "var(" not in text or len(text) > LONGEST_IN_RULES:
                break
            text = _VARIABLE.sub(lambda found: self._values.get(found[1], found[2] or ""), text)
        return text

    def _selector(self, tokens):
        """A selector with our own names, and what it is for."""
        steps, compound, between = [], [], ""
        for token in [*tokens, None]:
            sign = token.value if token is not None and token.type == "literal" else ""
            if token is None or token.type == "whitespace" or sign in (">", "+", "~"):
                if compound:
                    steps.append((between, compound))
                    compound, between = [], " "
                between = sign or between
            else:
                compound.append(token)
        far = sum(between == "~" for between, _compound in steps)
        if not steps or between.strip() or steps[0][0].strip() or len(steps) > MOST_STEPS or far > 1:
            raise _Unknown
        if far:
            # For each element a browser looks through all that stand before it.
            self._far -= 1
            if self._far < 0:
                raise _Unknown
        written, subject = "", ""
        for between, compound in steps:
            one, subject = self._compound(compound)
            written += (f" {between} " if between.strip() else between) + one
        return written, subject

    def _compound(self, tokens, within=False):
        written, subject, waiting = "", "*", iter(tokens)
        for token in waiting:
            if token.type == "ident" and not written:
                subject = _element(token.lower_value)
                written = subject
            elif token.type == "hash":
                # As an id, which counts more than classes do.
                subject = self._named(f"#{token.value}")
                written += subject * 3
            elif token.type == "[] block" and [one.lower_value for one in token.content if one.type == "ident"] == [
                "open"
            ] == [tinycss2.serialize(token.content).strip().lower()]:
                written += "[open]"
            elif token.type == "literal" and token.value == "*" and not written:
                written = "*"
            elif token.type == "literal" and token.value == ".":
                subject = self._named(f".{_ident(next(waiting, None))}")
                written += subject
            elif token.type == "literal" and token.value == ":":
                written += self._pseudo(next(waiting, None), waiting, within)
            else:
                raise _Unknown
        return written, subject

    def _pseudo(self, token, waiting, within):
        if token is not None and token.type == "function" and not within:
            name = token.lower_name
            if name in _COUNTED and _WHICH.fullmatch(which := tinycss2.serialize(token.arguments).strip().lower()):
                return f":{name}({which})"
            if name in ("not", "is", "where"):
                parts = [[one for one in part if one.type != "whitespace"] for part in _parted(token.arguments)]
                if parts and all(parts) and len(parts) <= MOST_STEPS:
                    return f":{name}({', '.join(self._compound(part, within=True)[0] for part in parts)})"
            raise _Unknown
        twice = token is not None and token.type == "literal" and token.value == ":"
        name = _ident(next(waiting, None) if twice else token).lower()
        if name in _DRAWN and not within:
            return f"::{name}"
        if name == "link" and not twice:
            return ""  # a link is its text here
        if name not in _PSEUDO or twice:
            raise _Unknown
        return f":{name}"

    def _named(self, name):
        return f".{self.place}-{self._numbers.setdefault(name, len(self._numbers))}"


def _parted(tokens):
    """The tokens between commas."""
    parts = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def _element(tag):
    tag = "span" if tag == "a" else OTHER_NAMES.get(tag, tag)
    if tag not in TAGS and tag not in CONTROLS:
        raise _Unknown
    return tag


def _ident(token):
    if token is None or token.type != "ident":
        raise _Unknown
    return token.value


def _is_a_sign(text):
    """Nothing, or one sign such as an arrow: no letter or digit, so that no rule says what the text does not."""
    return not text or (len(text) == 1 and unicodedata.category(text)[0] in "PS" and text not in "\"'\\<>&")
