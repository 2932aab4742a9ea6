"""Find a student's answers in a notebook: by the names of its cells, and where these are lost by what a cell defines.

A stranger's text is searched and never parsed here: Python's own parser may die of it.
"""

import re

from nbformat import NotebookNode

_DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *(?::[^=\n]*)?=(?!=)", re.MULTILINE)

Lines = tuple[str, ...]


def lines_of(text: str) -> Lines:
    """The lines of a source without their ends, which editors and mail programs change by themselves."""
    return tuple(line.rstrip() for line in text.rstrip().splitlines())


def same_text(one: str, other: str) -> bool:
    """Whether two sources differ in nothing but ends of lines."""
    return lines_of(one) == lines_of(other)


def defined_in(source: str) -> set[str]:
    """The names that a program seems to define."""
    return {function or value for function, value in _DEFINED.findall(source)}


def name_of(cell: NotebookNode) -> str | None:
    """The name under which the assignment knows a cell; None for any other."""
    about = cell.metadata.get("nbgrader")
    return str(about["grade_id"]) if isinstance(about, dict) and "grade_id" in about else None


def answers_in(nb: NotebookNode, stubs: dict[str, str]) -> dict[str, Lines]:
    """The answers that differ from their stubs, by the names of their cells.

    `stubs` are the released texts. A cell without a name answers each stub whose function it defines.
    """
    found = {}
    for cell in nb.cells:
        name = name_of(cell)
        if name is None:
            found |= dict.fromkeys(answered_by(cell, stubs), lines_of(cell.source))
        elif name in stubs and not same_text(cell.source, stubs[name]):
            found[name] = lines_of(cell.source)
    return found


def answered_by(cell: NotebookNode, stubs: dict[str, str]) -> list[str]:
    """The stubs whose functions a cell defines, other than by being a stub itself."""
    defined = defined_in(cell.source) if cell.cell_type == "code" else set()
    return [name for name, stub in stubs.items() if defined & defined_in(stub) and not same_text(cell.source, stub)]
