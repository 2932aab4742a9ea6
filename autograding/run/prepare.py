"""Turn a submission into jobs that any worker can execute: a trusted copy, put right, as plain data."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files
from traitlets.config import Config

from autograding.course import Course
from autograding.intake.remarks import Remark
from autograding.run.execute import Job
from autograding.run.preprocessor import SandboxExecute

Fill = Callable[[Path], dict[str, list[Remark]]]


@dataclass
class Prepared:
    """A submission ready to be executed and recorded."""

    student: str
    folder: Path  # what nbgrader reads in the place of submitted/
    remarks: dict[str, list[Remark]]  # by notebook
    jobs: list[Job]
    texts: dict[str, str]  # each notebook, put right, by its name

    def discard(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.folder)


def prepare(course: Course, assignment: str, student: str, folder: Path, fill: Fill) -> Prepared:
    """Let `fill` make the trusted copy under `folder`, and collect the jobs in it.

    The store finds a result by the bytes of its notebook. So the notebook is put right once, here, and nbgrader records
    that very text.
    """
    copy = folder / student / assignment
    remarks = fill(copy)
    converter = autograder(course, course.config, assignment, student, folder, remarks)
    _add_teachers_files(converter, copy, course.folder("source", ".", assignment), assignment)
    converter.init_notebooks()
    converter.exporter = converter.exporter_class(parent=converter, config=converter.config)
    converter._sanitizing = True
    converter._init_preprocessors()
    maker = SandboxExecute(parent=converter.exporter)
    jobs, texts = [], {}
    for path in sorted(copy.glob("*.ipynb")):
        resources = converter.init_single_notebook_resources(str(path))
        text, resources = converter.exporter.from_filename(str(path), resources=resources)
        jobs.append(maker.job(nbformat.reads(text, as_version=4), resources))
        texts[path.stem] = text
    return Prepared(student, folder, remarks, jobs, texts)


def autograder(course: Course, config: Config, assignment: str, student: str, folder: Path, remarks) -> Autograde:
    """nbgrader's own converter, for the copy of one submission under `folder`."""
    config = deepcopy(config)
    config.Preflight.remarks = {name: [list(remark) for remark in noticed] for name, noticed in remarks.items()}
    # nbgrader reads the student's name as a pattern.
    directory = course.directory_with(
        student_id=escape(student), assignment_id=assignment, submitted_directory=str(folder)
    )
    return Autograde(coursedir=directory, config=config)


def _add_teachers_files(converter, copy, source, assignment):
    """Copy the files next to the solution over the student's, as nbgrader does when it records.

    See init_assignment in nbgrader/converters/autograde.py.
    """
    own = {source / name for name in converter.exclude_overwriting.get(assignment, [])}
    for name in find_all_files(str(source), [*converter.coursedir.ignore, "*.ipynb"]):
        if Path(name) not in own:
            target = copy / Path(name).relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, target)
