"""What nbgrader will not take in a teacher's notebook, by notebook and cell: its own error names neither."""

from pathlib import Path

import nbformat
from nbgrader.nbgraderformat import MetadataValidator, SchemaTooNewError, SchemaTooOldError, ValidationError

from autograding.messages import _, plain


def faults_in(folder: Path) -> list[str]:
    """A sentence for each cell below which nbgrader stops."""
    faults = []
    for path in sorted(folder.glob("*.ipynb")):
        names = set()
        for cell in nbformat.read(path, as_version=4).cells:
            about = cell.metadata.get("nbgrader")
            if about is None:
                continue
            name = about.get("grade_id")
            what = _fault_of(cell)
            if not what and name in names:
                what = _("expected a name (grade_id) of its own, another cell has it")
            names.add(name)
            if what:
                told = _("{notebook}, the cell {cell}: {what}")
                faults.append(told.format(notebook=path.name, cell=called(name, cell.source), what=what))
    return faults


def called(name: str | None, source: str) -> str:
    """A cell by its name and, where that is one that a program made up, or none, by how it begins."""
    if name and not is_made_up(name):
        return name
    began = _("the one that begins “{text}”").format(text=beginning_of(source))
    return f"{name} ({began})" if name else began


def beginning_of(source: str) -> str:
    """The first line of a cell that says something."""
    return plain(next((line.strip(" #\t") for line in source.splitlines() if line.strip(" #\t")), ""), 40)


def is_made_up(name: str) -> bool:
    """Whether a name tells nothing: nbgrader's own are `cell-` and sixteen digits."""
    last = name.rpartition("-")[2]
    return len(last) >= 8 and all(letter in "0123456789abcdef" for letter in last)


def _fault_of(cell):
    about = cell.metadata["nbgrader"]
    if about.get("task") and cell.cell_type != "markdown":
        return _("a task has to be a Markdown cell, got {kind}").format(kind=cell.cell_type)
    try:
        MetadataValidator().validate_cell(cell)
    except (SchemaTooOldError, SchemaTooNewError) as error:
        return _("{error}; `nbgrader update FOLDER` renews it").format(error=error)
    except ValidationError as error:
        return plain(error.message, 200)
    return ""
