"""A plain nbgrader test as it is sent to the sandbox: taken apart here, where no student's code can change how.

In the sandbox its texts are compiled and run, and nothing else: what parses a text there (ast, IPython's transformer)
may be a student's by then. A bare `assert` gets a message that tells what was compared.
"""

import ast
import re
import warnings
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

# As Python ends a line, and str.splitlines does not.
_END_OF_LINE = re.compile(r"\r\n?|\n")
LONGEST_QUOTE = 80
MOST_VALUES = 3


class PlainTest(NamedTuple):
    """A test in two texts with the lines of its own: its statements, and its last expression, which may score."""

    body: str
    last: str | None


def taken_apart(source: str, tells: bool = False) -> PlainTest:
    """The test in its two parts. With `tells`, a bare assert says what it compared."""
    try:
        text, tree = source, ast.parse(source)
    except SyntaxError:
        with warnings.catch_warnings(action="ignore"):  # IPython warns of texts that it cannot cut into lines
            text = TransformerManager().transform_cell(source)  # magics
        try:
            tree = ast.parse(text)
        except SyntaxError:
            return PlainTest(source, None)  # Python tells in the sandbox what is wrong with it
    lines = _Lines(text)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    if last is not None and text[lines.place(last.end_lineno, last.end_col_offset) :].lstrip(" \t\f").startswith(";"):
        last = None  # so that it shows nothing, and scores nothing either
    if tells:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and node.msg is None:
                _explain(node, lines)
    if last is None:
        return PlainTest(lines.written(), None)
    start, end = lines.place(last.lineno, last.col_offset), lines.place(last.end_lineno, last.end_col_offset)
    expression = "\n" * (last.lineno - 1) + f"({text[start:end]}\n)"
    lines.replace(start, end, "".join(letter if letter in "\r\n" else " " for letter in text[start:end]))
    return PlainTest(lines.written(), expression)


def _explain(node, lines):
    """Have the assert keep what it compares, and tell it where it fails. Nothing is computed twice."""
    start, end = _span(node.test, lines)
    told, kept = f"assert {_quote(lines.text[start:end])}", []
    for part in _compared(node.test):
        if isinstance(part, ast.Constant | ast.Lambda | ast.GeneratorExp):
            continue
        inner, outer = _span(part, lines)
        kept.append((_quote(lines.text[inner:outer]), f"_compared_{len(kept)}"))
        lines.replace(inner, inner, f"({kept[-1][1]} := (")
        lines.replace(outer, outer, "))")
    if kept:
        told += ", where " + ", ".join(f"{text} is \0" for text, _name in kept)
    # The percent signs of the test's own text are none of the form's.
    form = told.replace("%", "%%").replace("\0", "%.500r")
    lines.replace(
        lines.closing(end), lines.closing(end), f", {form!r} % ({''.join(f'{name}, ' for _text, name in kept)})"
    )


def _compared(test):
    """The parts of a condition whose values tell why it does not hold, and which are computed before it does not."""
    match test:
        case ast.Compare(left, _operators, [first, *_more]):
            return [left, first]
        case ast.Call(_function, arguments):
            return [one for one in arguments if not isinstance(one, ast.Starred)][:MOST_VALUES]
        case ast.UnaryOp(ast.Not(), operand):
            return [operand]
        case ast.BoolOp():
            return []
    return [test]


def _span(node, lines):
    return lines.place(node.lineno, node.col_offset), lines.place(node.end_lineno, node.end_col_offset)


def _quote(text):
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


class _Lines:
    """A text, and what is to be put in the place of some of it."""

    def __init__(self, text):
        self.text, self.edits = text, []
        self.starts = [0]
        self.starts += [end.end() for end in _END_OF_LINE.finditer(text)]

    def place(self, line, column):
        """The letter at a line and a column of bytes, as ast counts them."""
        start = self.starts[line - 1]
        whole = _END_OF_LINE.split(self.text[start:], maxsplit=1)[0].encode()
        return start + len(whole[:column].decode())

    def closing(self, end):
        """Where a parenthesis ends that stands around what ends there."""
        while (rest := self.text[end:].lstrip(" \t"))[:1] == ")":
            end = len(self.text) - len(rest) + 1
        return end

    def replace(self, start, end, text):
        self.edits.append((start, end, text))

    def written(self):
        """The text with all replacements; of several at one place the first comes first."""
        parts, done = [], 0
        for start, end, new in sorted(self.edits, key=lambda edit: edit[0]):
            parts += [self.text[done:start], new]
            done = end
        return "".join(parts) + self.text[done:]
