"""The master's cells: what the solution says about each cell that nbgrader knows, as the gradebook stores it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, InstantiateTests
from traitlets.config import Config


class MasterCell(NamedTuple):
    """A cell as the teacher wrote it and the gradebook stored it."""

    name: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float

    @property
    def metadata(self) -> dict:
        """The only nbgrader metadata that this cell may have."""
        meta = {
            "schema_version": SCHEMA_VERSION,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        return meta | ({"points": self.points} if self.grade or self.task else {})


def released_text(cell: MasterCell, config: Config) -> str:
    """The cell's text without what nbgrader keeps from students, between whatever marks the course has chosen."""
    copy = NotebookNode(source=cell.source)
    if cell.task:
        mark_schemes(config)._remove_mark_scheme_region(copy)
    elif cell.grade:
        hidden_tests(config)._remove_hidden_test_region(copy)
    return copy.source


def hidden_tests(config: Config) -> ClearHiddenTests:
    """nbgrader's own way to remove hidden tests."""
    return _made(ClearHiddenTests, **_own(config, ClearHiddenTests))


def mark_schemes(config: Config) -> ClearMarkScheme:
    """nbgrader's own way to remove what a person grades by. It goes to no student: pictures in it do no harm."""
    return _made(ClearMarkScheme, **_own(config, ClearMarkScheme) | {"check_attachment_leakage": False})


def _own(config, kind):
    section = config[kind.__name__] if kind.__name__ in config else {}
    return {name: section[name] for name in kind.class_own_traits(config=True) if name in section}


@cache
def _made(kind, **options):
    return kind(**options)


class PlacedCell(NamedTuple):
    """A cell of the master notebook in its place: by its name, or where it has none by its text."""

    name: str | None
    cell_type: str
    source: str
    made: bool = False  # nbgrader makes its tests, each time others


def master_cells(gradebook: Gradebook, notebook: str, assignment: str, source: Path) -> list[MasterCell]:
    """The master's cells from the gradebook, in the order of the notebook `source`.

    The gradebook alone has no order: source_cells in nbgrader/api.py is a relation without one.
    """
    entry = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: cell.max_score for cell in [*entry.grade_cells, *entry.task_cells]}
    graded = {cell.name for cell in entry.grade_cells}
    tasks = {cell.name for cell in entry.task_cells}
    solutions = {cell.name for cell in entry.solution_cells}
    order = {}
    if source.is_file():
        cells = nbformat.read(source, as_version=4).cells
        order = {cell.metadata.get("nbgrader", {}).get("grade_id"): place for place, cell in enumerate(cells)}
    return [
        MasterCell(
            name=cell.name,
            cell_type=cell.cell_type,
            source=cell.source,
            checksum=cell.checksum,
            locked=cell.locked,
            grade=cell.name in graded,
            # A graded answer is both, and the gradebook lists it under both.
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name, 0.0),
        )
        for cell in sorted(entry.source_cells, key=lambda cell: order.get(cell.name, len(order)))
    ]


_known: dict[tuple, list] | None = None


@contextmanager
def master_read_once() -> Iterator[None]:
    """Within, the master's cells are read once: they are the same for every student of a run."""
    global _known
    before, _known = _known, {}
    try:
        yield
    finally:
        _known = before


def master_of(coursedir, names: dict) -> list[MasterCell]:
    """The master's cells of the notebook that nbgrader converts; `names` is its resources["nbgrader"]."""
    return _once(_master_cells, coursedir, names)


def places_of(coursedir, names: dict) -> list[PlacedCell]:
    """All cells of that notebook in their order, with the texts of those that have no name: the same for students."""
    return _once(_placed_cells, coursedir, names)


def _once(read, coursedir, names):
    source = Path(coursedir.format_path(coursedir.source_directory, ".", names["assignment"]))
    which = (read, names["db_url"], source, names["notebook"])
    if _known is not None and which in _known:
        return _known[which]
    cells = read(source / f"{names['notebook']}.ipynb", names)
    if _known is not None:
        _known[which] = cells
    return cells


def _master_cells(path, names):
    with Gradebook(names["db_url"]) as gradebook:
        return master_cells(gradebook, names["notebook"], names["assignment"], path)


def _placed_cells(path, _names):
    if not path.is_file():
        return []
    cells = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in nbformat.read(path, 4).cells]
    mark = InstantiateTests.autotest_delimiter.default_value
    return [PlacedCell(name, cell.cell_type, "" if name else cell.source, mark in cell.source) for name, cell in cells]
