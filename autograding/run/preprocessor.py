"""Execution as an nbgrader preprocessor: plain `nbgrader autograde` and formgrader's button call it."""

import os
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from autograding.intake.answers import name_of, same_text
from autograding.run.apart import execute_apart
from autograding.run.execute import GradedCell, Job
from autograding.run.veil import problems_are_shown
from autograding.sandbox.limits import limits_from
from autograding.sandbox.warm import SandboxFailed
from autograding.seeds import course_key
from autograding.stock.master import MasterCell, PlacedCell, master_of, places_of, released_text


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
        require_python(nb, self.config)
        names = resources["nbgrader"]
        course = self.parent.parent.coursedir
        return Job(
            assignment=names["assignment"],
            student=names["student"],
            notebook=nbformat.writes(nb).encode("utf-8"),
            files=files_in(Path(resources["metadata"]["path"])),
            graded=graded_cells(master_of(course, names), self.config),
            given=given_to(nb, places_of(course, names)),
            limits=limits_from(self.config),
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
    """The code cells that are graded by running them, so none of the answers that a person grades."""
    return tuple(
        GradedCell(cell.name, cell.source, cell.points, released_text(cell, config) == cell.source)
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


def require_python(nb, config) -> None:
    """Refuse a course in another language: the sandbox has one kernel."""
    named = [config[section].get("kernel_name") for section in ("ExecutePreprocessor", "Execute") if section in config]
    language = nb.metadata.get("kernelspec", {}).get("language", "python")
    strange = [name for name in named if isinstance(name, str) and name not in ("", "python", "python3")]
    if strange or language != "python":
        raise SandboxFailed(f"the sandbox runs Python 3, and the course asks for {(strange or [language])[0]}")
