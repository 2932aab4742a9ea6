"""What students begin with: the stub, or the author's own text, such as a program to repair.

Lines that begin with `#:` inside a solution region are that text; the rest of the region is the solution.

    ### BEGIN SOLUTION
    #: return x + x + x  # one too many
    return x + x
    ### END SOLUTION
"""

import re

from nbgrader.preprocessors import ClearSolutions as StockClearSolutions

from autograding.messages import _

_LINE = re.compile(r"\s*#:( |$)")


class ClearSolutions(StockClearSolutions):
    """Put the author's own text, if there is one, in the place of the solution."""

    def _replace_solution_region(self, cell, language):
        own = starting_text(cell.source, self.begin_solution_delimeter, self.end_solution_delimeter)
        if own is None or cell.cell_type != "code":
            return super()._replace_solution_region(cell, language)
        stock, self.code_stub = self.code_stub, {**self.code_stub, language: own}
        try:
            replaced = super()._replace_solution_region(cell, language)
        finally:
            self.code_stub = stock
        cell.source = "\n".join(line.rstrip() for line in cell.source.splitlines())  # nbgrader indents empty lines too
        return replaced


def starting_text(source: str, begin: str = "BEGIN SOLUTION", end: str = "END SOLUTION") -> str | None:
    """The text after `#:` in a cell's solution region, or None. Raises ValueError for text and two regions."""
    regions = re.findall(rf"{re.escape(begin)}[^\n]*\n(.*?){re.escape(end)}", source, re.DOTALL)
    found = ["\n".join(_LINE.split(line, 1)[2] for line in r.splitlines() if _LINE.match(line)) for r in regions]
    if not any(found):
        return None
    if len(found) > 1:
        raise ValueError(_("expected one solution region in a cell with starting text, got {n}").format(n=len(found)))
    return found[0]
