"""Execution as an nbgrader preprocessor: plain `nbgrader autograde` and formgrader's button call it."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets.config import Config

from autograding.intake.answers import name_of, same_text
from autograding.intake.remarks import FROM_THE_GRADER
from autograding.messages import _
from autograding.run.apart import execute_apart
from autograding.run.execute import GradedCell, Job
from autograding.run.languages import require_python
from autograding.run.veil import problems_are_shown
from autograding.sandbox.limits import limits_from, seconds_of_cells, with_time_for
from autograding.seeds import course_key
from autograding.stock.master import MasterCell, PlacedCell, master_of, places_of, released_text
from autograding.troubles import WrongOption


class SandboxExecute(NbGraderPreprocessor):
    """Run the notebook in the sandbox. Takes the place of nbgrader's Execute."""

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        job = self.job(nb, resources)
        return nbformat.reads(self.executed(job).decode("utf-8"), as_version=4), resources

    def executed(self, job: Job) -> bytes:
        """Execute the job; return the notebook with its outputs."""
        return execute_apart(job)

    def job(self, nb, resources) -> Job:
        """The job for this notebook, as plain data."""
        names = resources["nbgrader"]
        require_python(nb, names["notebook"])
        course, folder = self.parent.parent.coursedir, Path(resources["metadata"]["path"])
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        seconds = seconds_of_cells(self.config, code)
        kernel = nb.metadata.get("kernelspec", {}).get("name", "")
        shown = self.config.Autograding.get("notebooks_beside", ())
        first = self.config.Autograding.get("notebooks_before", {}).get(names["notebook"], ())
        others = notebooks_in(folder) if shown or first else {}
        return Job(
            assignment=names["assignment"],
            student=names["student"],
            notebook=nbformat.writes(nb).encode("utf-8"),
            files=files_in(folder) + beside(others, shown),
            graded=graded_cells(master_of(course, names), self.config),
            given=given_to(nb, places_of(course, names)),
            before=before(others, first),
            limits=with_time_for(limits_from(self.config, kernel), seconds, self.config),
            seconds=seconds,
            checks=self.config.Autograding.get("checks", ""),
            # Plain nbgrader is started in the folder of its configuration.
            course_path=(self.config.Autograding.get("home", os.getcwd()),),
            problems_shown=problems_are_shown(
                self.config.Autograding.get("problems_shown_after", ""), datetime.now(UTC).replace(tzinfo=None)
            ),
            # The key lies in the folder that this class's grading writes to.
            seed_key=course_key(Path(course.root, course.autograded_directory).parent),
        )


def graded_cells(master: list[MasterCell], config: Config) -> tuple[GradedCell, ...]:
    """The code cells that are graded by running them, so none of the answers that a person grades.

    Where any cell has a hidden part, no test tells what it compared: it may compare what that part has defined.
    """
    tells = all(released_text(cell, config) == cell.source for cell in master)
    return tuple(
        GradedCell(cell.name, cell.source, cell.points, tells)
        for cell in master
        if cell.grade and not cell.solution and cell.cell_type == "code"
    )


def given_to(nb, places: list[PlacedCell]) -> tuple[str, ...]:
    """The course's own code before its first answer, such as its imports, where a student changed or moved it.

    It is run before the student's own cells, which may replace what it defines. So a failed import costs nothing that
    the course itself can supply; and nobody gets more than a notebook in which that code was left alone.
    """
    own = takewhile(lambda place: place.name is None, places)
    given = tuple(place.source for place in own if place.cell_type == "code")
    there = [
        cell.source for cell in takewhile(lambda cell: name_of(cell) is None, nb.cells) if cell.cell_type == "code"
    ]
    return () if all(any(same_text(text, source) for source in there) for text in given) else given


def files_in(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """The regular files in a notebook's folder: no notebook, no link."""
    found = []
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if not name.endswith(".ipynb") and path.is_file() and not path.is_symlink():
                found.append((str(path.relative_to(folder)), path.read_bytes()))
    return tuple(found)


def notebooks_in(folder: Path) -> dict[str, bytes]:
    """The notebooks of a folder, by their files' names: sources alone, without graded cells and tasks.

    nbgrader has put the hidden parts of tests back into them, and no student's code may read these.
    """
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        if path.is_symlink():
            continue
        cells = nbformat.read(path, as_version=4).cells
        kept = [cell for cell in cells if not _is_the_graders(cell)]
        for number, cell in enumerate(kept):
            cell.metadata, cell.id = nbformat.NotebookNode(), f"cell-{number}"
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        found[path.name] = nbformat.writes(nbformat.v4.new_notebook(cells=kept)).encode()
    return found


def _is_the_graders(cell):
    """Whether a cell is ours, or holds what nbgrader keeps from students: a test, a task with its mark scheme."""
    return cell.get("id") == FROM_THE_GRADER or is_task(cell) or (is_grade(cell) and not is_solution(cell))


def beside(others: dict[str, bytes], patterns: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
    """Those that a notebook may run, by the patterns that the course sets."""
    patterns = [patterns] if isinstance(patterns, str) else patterns
    return tuple((name, text) for name, text in others.items() if any(fnmatchcase(name, one) for one in patterns))


def before(others: dict[str, bytes], names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The code of the notebooks that are run first, for the files that they write. Raises WrongOption."""
    sources = []
    for name in [names] if isinstance(names, str) else names:
        text = others.get(f"{name.removesuffix('.ipynb')}.ipynb")
        if text is None:
            raise WrongOption(_("c.Autograding.notebooks_before names {name}, and there is none").format(name=name))
        cells = nbformat.reads(text.decode(), as_version=4).cells
        sources.append(tuple(cell.source for cell in cells if cell.cell_type == "code"))
    return tuple(sources)
