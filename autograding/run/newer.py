"""Tell whether a cell that this Python cannot read is right in a newer one: then its author made no mistake.

`ast` knows no newer grammar than its own. So what is new is written as it was before, and the rest is parsed. Python's
parser may die of a stranger's text: this belongs into a process that may die.
"""

import ast
import re
import sys
import warnings
from collections.abc import Callable

LONGEST = 100_000  # letters of a cell
_QUOTE = re.compile(r"(?i:(?<!\w)([rbuft]{1,2}))?('''|\"\"\"|'|\")")
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
_TYPE = re.compile(r"^([ \t]*)type[ \t]+(\w+)[ \t]*(?:\[.*?\])?[ \t]*=(?!=)", re.MULTILINE)
_PARAMETERS = re.compile(
    r"^([ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w+)[ \t]*\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]", re.MULTILINE
)
_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([^:,(\n]+,[^:\n]+):", re.MULTILINE)

Rewritten = tuple[str, list[str]]  # a program, and expressions that stood in its texts


def needs_python(source: str) -> str:
    """The version that can read a source which this Python cannot, such as "3.12"; empty if none is known."""
    if len(source) > LONGEST:
        return ""
    program, expressions = _MAGIC.sub(r"\1pass", source), []
    if _parses(program, []):
        return ""  # another error of syntax, such as a return outside of a function
    for version, rewrites in NEWER.items():
        if version <= sys.version_info[:2]:
            continue
        try:
            for rewrite in rewrites:
                program, more = rewrite(program)
                expressions += more
        except (IndexError, RecursionError):  # a text that is not closed, or too many in each other
            return ""
        if _parses(program, expressions):
            return f"{version[0]}.{version[1]}"
    return ""


def _parses(program, expressions):
    try:
        with warnings.catch_warnings(action="ignore"):  # of odd escapes in texts
            ast.parse(program)
            for expression in expressions:
                ast.parse(f"({expression}\n)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _by(pattern: re.Pattern, older: str) -> Callable[[str], Rewritten]:
    return lambda program: (pattern.sub(older, program), [])


def _without_fields(letter: str) -> Callable[[str], Rewritten]:
    """Take f-strings for empty texts, with what stood in them aside: their quotes may nest since Python 3.12."""

    def rewrite(program):
        kept, expressions, at = [], [], 0
        while at < len(program):
            start, at, inside = at, *_next(program, at, letter)
            kept.append(program[start:at] if inside is None else '""')
            for one in inside or []:
                older, deeper = rewrite(one)
                expressions += [older, *deeper]
        return "".join(kept), expressions

    return rewrite


def _next(program, at, letter):
    """Where the next piece of a program ends: a comment, a text or a character; of an f-string, what stands in it."""
    if program[at] == "#":
        end = program.find("\n", at)
        return (len(program) if end < 0 else end), None
    found = _QUOTE.match(program, at)
    if found is None:
        return at + 1, None
    prefix, quote = found.groups()
    inside = [] if letter in (prefix or "").lower() else None
    at = found.end()
    while not program.startswith(quote, at):
        if program[at] == "\\":
            at += 2
        elif program[at] == "{" and inside is not None:
            at = at + 2 if program.startswith("{{", at) else _field(program, at + 1, inside, letter)
        elif program[at] == "\n" and len(quote) == 1:
            raise IndexError
        else:
            at += 1
    return at + len(quote), inside


def _field(program, at, inside, letter):
    """Where the field of an f-string ends that begins here; its expressions are added to `inside`."""
    start, depth = at, 0
    while depth or not (program[at] in ":}" or (program[at] == "!" and program[at + 1] != "=")):
        depth += (program[at] in "([{") - (program[at] in ")]}")
        at, _inside = _next(program, at, letter)
    inside.append(re.sub(r"(?<![=!<>])=\s*$", "", program[start:at]))  # {x=} shows the name, too
    while program[at] != "}":
        at = _field(program, at + 1, inside, letter) if program[at] == "{" else at + 1
    return at + 1


NEWER: dict[tuple[int, int], list[Callable[[str], Rewritten]]] = {
    (3, 12): [_without_fields("f"), _by(_TYPE, r"\1\2 ="), _by(_PARAMETERS, r"\1")],
    (3, 14): [_without_fields("t"), _by(_EXCEPT, r"\1(\2):")],
}
