"""The toy course's solution, changed as a student would change it; shared by all that is handed in."""

from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

NOTEBOOK = "01_toy.ipynb"
WRONG = "def double(x): return 0"


def named(nb: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell of that grade_id."""
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def without_marks(solution: NotebookNode) -> NotebookNode:
    """The solution without the marks of its regions: students are not given them, so a page that shows one leaks."""
    nb = deepcopy(solution)
    for cell in nb.cells:
        cell.source = "\n".join(line for line in cell.source.splitlines() if "### " not in line)
    return nb


def rewritten(nb: NotebookNode, code: dict, times: int = 1) -> NotebookNode:
    """A copy whose cells `double` and `greet` are those of `code`, with its cells `first` (so often) and `last`."""
    nb = deepcopy(nb)
    for name in ("double", "greet"):
        if name in code:
            named(nb, name).source = code[name].strip("\n")
    for number in range(times if "first" in code else 0):
        nb.cells.insert(0, new_code_cell(code["first"].strip(), id=f"first-{number}"))
    if "last" in code:
        nb.cells.append(new_code_cell(code["last"].strip(), id="last"))
    return nb


def wrong(nb: NotebookNode) -> NotebookNode:
    """A copy that deserves 2 of 6 points, those of `greet`."""
    return rewritten(nb, {"double": WRONG})


def save(nb: NotebookNode, folder: Path, name: str = NOTEBOOK) -> Path:
    """Write it into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, folder / name)
    return folder / name
