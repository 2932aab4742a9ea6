"""Hidden tests of plain nbgrader courses: taken off the cells of a page, and out of what other cells print of them."""

import ast
import re
from collections.abc import Iterable
from html import unescape

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from traitlets.config import Config

from autograding.messages import _
from autograding.quoted import quoted, windows
from autograding.stock.master import mark_schemes

# Finished HTML has no < but those of its elements, and no quotes in values. Rules of style quote nobody.
_TAG = re.compile("<style>[^<]*</style>|<[^<>]*>")
_DESCRIBED = re.compile(' (?:alt|title)="([^"<>]*)"')
LENGTH = 12  # letters that show where a text comes from; of a shorter piece nobody can say


class HiddenTests:
    """The hidden tests of a notebook. `take_off` must have seen its cells before the others can know them."""

    def __init__(self, marks: ClearHiddenTests):
        self.begin, self.end = marks.begin_test_delimeter, marks.end_test_delimeter
        self.known: set[str] = set()

    def take_off(self, cells: Iterable[NotebookNode]) -> None:
        """Remove the hidden regions of the teacher's cells, and the tracebacks of these, which quote them."""
        said = []
        for cell in cells:
            if not _is_the_teachers(cell):
                continue
            visible, hidden = self._parts(cell.source)
            if hidden:
                self.known.update(windows(hidden, LENGTH))
                said += _messages(cell.source)
                cell.source = visible
                for output in cell.get("outputs", []):
                    if output.output_type == "error":
                        output.traceback = [f"{output.ename}: {output.evalue}"]
        if self.known:
            # No secret: what stands on the page anyway, and what the teacher lets a failed test say.
            for text in [cell.source for cell in cells] + said:
                self.known.difference_update(windows(text, LENGTH))

    def without(self, text: str) -> str:
        """The text without what is quoted of hidden tests."""
        parts, end = [], 0
        for start, stop in quoted(text, self.known, LENGTH) if self.known else ():
            parts += [text[end:start], _("[hidden test]")]
            end = stop
        return "".join(parts) + text[end:]

    def are_in(self, html: str) -> bool:
        """Whether finished HTML quotes hidden tests: they may be spread over many elements, and stand in attributes."""
        if not self.known:
            return False
        texts = (_TAG.sub("", html), " ".join(described[1] for described in _DESCRIBED.finditer(html)))
        return any(quoted(unescape(text), self.known, LENGTH) for text in texts)

    def _parts(self, source):
        """The visible and the hidden lines. A region without an end reaches to the end."""
        visible, hidden, inside = [], [], False
        for line in source.split("\n"):
            begins, ends = self.begin in line, self.end in line
            inside = inside or begins
            (hidden if inside or ends else visible).append(line)
            inside = inside and not ends
        return "\n".join(visible), "\n".join(hidden)


def without_mark_schemes(cells: Iterable[NotebookNode], config: Config) -> None:
    """Remove from tasks what a person grades by: students were not given it."""
    marks = mark_schemes(config)
    for cell in cells:
        if cell.metadata.get("nbgrader", {}).get("task"):
            marks._remove_mark_scheme_region(cell)


def _is_the_teachers(cell):
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("locked") or (meta.get("grade") and not meta.get("solution")))


def _messages(source):
    """What a test says when it fails: the texts after the comma of an assertion, and of exceptions that it raises."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic
        return []
    said = [node.msg for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.msg is not None]
    said += [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    parts = (part for one in said for part in ast.walk(one))
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
