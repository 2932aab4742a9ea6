"""Small nbgrader courses of any kind, made in a folder: notebooks from short lists of cells, options, a class."""

from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT = "a1"
QUICK = 'c.Autograding.preload = ("numpy", "IPython.core.interactiveshell")\n'
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
# What it takes to be right, and to be wrong, where a case is about something else.
RIGHT, WRONG = "def twice(x):\n    return 2 * x", "def twice(x):\n    return x"
TEST = "assert twice(4) == 8"


def text(source: str, **metadata) -> NotebookNode:
    """A cell of Markdown that nbgrader does not know."""
    return new_markdown_cell(source, metadata=metadata)


def code(source: str) -> NotebookNode:
    """A cell of code that nbgrader does not know."""
    return new_code_cell(source)


def _known(cell, name, points=None, **flags):
    meta = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    meta |= flags | ({} if points is None else {"points": points})
    cell.metadata["nbgrader"] = meta
    return cell


def answer(name: str, source: str) -> NotebookNode:
    """An answer in code: what stands between the marks of a solution is not handed out."""
    return _known(new_code_cell(source), name, solution=True)


def test(name: str, source: str, points: float = 1) -> NotebookNode:
    """A plain test."""
    return _known(new_code_cell(source), name, points, grade=True, locked=True)


def given(name: str, source: str) -> NotebookNode:
    """A cell that students are not to change."""
    return _known(new_code_cell(source), name, locked=True)


def written(name: str, source: str, points: float = 2) -> NotebookNode:
    """An answer that a person grades."""
    return _known(new_markdown_cell(source), name, points, grade=True, solution=True)


def task(name: str, source: str, points: float = 2, cell=new_markdown_cell) -> NotebookNode:
    """A task that a person grades."""
    return _known(cell(source), name, points, task=True, locked=True)


def notebook(*cells: NotebookNode, **metadata) -> NotebookNode:
    """A notebook of these cells, with ids that are always the same."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=list(cells), metadata={"kernelspec": PYTHON} | metadata)


def plain(source: str = RIGHT) -> NotebookNode:
    """The notebook that most cases have: one answer, one test."""
    return notebook(answer("twice", source), test("t", TEST))


def solution(source: str = RIGHT) -> str:
    """The answer as the teacher writes it."""
    head, body = source.split("\n", 1)
    return f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


Files = dict[str, NotebookNode | str | bytes]


@dataclass
class Course:
    """A course: its files, and what each student hands in for the assignment."""

    source: Files = field(default_factory=lambda: {"p1.ipynb": plain(solution())})
    students: dict[str, Files] = field(
        default_factory=lambda: {"right": {"p1.ipynb": plain()}, "wrong": {"p1.ipynb": plain(WRONG)}}
    )
    before: str = ""  # what stands in the configuration before plug_in(c)
    after: str = ""  # and after it
    files: Files = field(default_factory=dict)  # of the course's folder
    assignment: str = ASSIGNMENT
    root: str = "."  # of nbgrader's folders

    def write(self, folder: Path, stock: bool = False) -> Path:
        """Write it all into a folder; for `stock`, the configuration does not plug in."""
        plug = "" if stock else f"from autograding import plug_in\nplug_in(c)\n{QUICK}"
        config = f"c = get_config()\nc.CourseDirectory.course_id = 'c'\n{self.before}\n{plug}{self.after}\n"
        top = Path(self.root, "source", self.assignment)
        _save({"nbgrader_config.py": config, **self.files}, folder)
        _save(self.source, folder / top)
        for student, handed_in in self.students.items():
            _save(handed_in, folder / self.root / "submitted" / student / self.assignment)
        return folder


def _save(files, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, NotebookNode):
            nbformat.write(content, path)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
