"""Turn a submission into jobs that any worker can execute: a trusted copy, put right, as plain data."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from traitlets.config import Config

from autograding.course import Course
from autograding.intake.remarks import Remark
from autograding.messages import _, plain
from autograding.run.beside import leave_out
from autograding.run.execute import Job
from autograding.run.preprocessor import SandboxExecute
from autograding.sandbox.limits import limits_from
from autograding.stock.one_student import one_student
from autograding.stock.own_files import files_below


class NameUnreadable(ValueError):
    """A student whose name cannot be recorded; the text says what to do."""


Fill = Callable[[Path], dict[str, list[Remark]]]


@dataclass
class Prepared:
    """A submission ready to be executed and recorded."""

    student: str
    folder: Path  # what nbgrader reads in the place of submitted/
    remarks: dict[str, list[Remark]]  # by notebook
    jobs: list[Job]
    texts: dict[str, str]  # each notebook, put right, by its name
    digest: str = ""  # of what was handed in

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
    own, lost = _add_teachers_files(converter, copy, course.folder("source", ".", assignment), assignment)
    lost += leave_out(copy, own, limits_from(course.config))
    remarks = {name: [*noticed, *lost] for name, noticed in remarks.items()}
    _tell(converter.config, remarks)
    converter.init_notebooks()
    converter.exporter = converter.exporter_class(parent=converter, config=converter.config)
    converter._sanitizing = True
    converter._init_preprocessors()
    maker, texts, about = SandboxExecute(parent=converter.exporter), {}, {}
    for path in sorted(copy.glob("*.ipynb")):
        resources = converter.init_single_notebook_resources(str(path))
        texts[path.stem], about[path.stem] = converter.exporter.from_filename(str(path), resources=resources)
    # As nbgrader has it when it executes: every notebook put right, beside the one that is run.
    for name, text in texts.items():
        (copy / f"{name}.ipynb").write_text(text, encoding="utf-8")
    jobs = [maker.job(nbformat.reads(text, as_version=4), about[name]) for name, text in texts.items()]
    return Prepared(student, folder, remarks, jobs, texts)


def autograder(course: Course, config: Config, assignment: str, student: str, folder: Path, remarks) -> Autograde:
    """nbgrader's own converter, for the copy of one submission under `folder`."""
    config = deepcopy(config)
    _tell(config, remarks)
    directory = course.directory_with(assignment_id=assignment, submitted_directory=str(folder))
    converter = one_student(Autograde, directory, config, student)
    converter.exporter_class = NotebookExporter  # not ReadOnce: the copy is ours
    return converter


def _tell(config, remarks):
    config.Preflight.remarks = {name: [list(remark) for remark in noticed] for name, noticed in remarks.items()}


def require_name(student: str) -> None:
    """Refuse a name that no gradebook and no notebook can hold."""
    try:
        student.encode()
    except UnicodeEncodeError as error:
        raise NameUnreadable(_("the name of the folder is not readable text (UTF-8): rename it")) from error


def _add_teachers_files(converter, copy, source, assignment):
    """Copy the files next to the solution over the student's, as nbgrader does when it records.

    See init_assignment in nbgrader/converters/autograde.py. Returns the files, and remarks on what had to make way: a
    student's file that is called as a folder of the teacher's, or the other way round.
    """
    excluded = {source / name for name in converter.exclude_overwriting.get(assignment, [])}
    own, remarks = set(), []
    for name in files_below(source, [*converter.coursedir.ignore, "*.ipynb"]):
        if Path(name) not in excluded:
            place = Path(name).relative_to(source)
            remarks += _make_way(copy, place)
            target = copy / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, target)
            own.add(target)
    return own, remarks


def _make_way(copy, place):
    for path in [copy / place, *(copy / folder for folder in place.parents)]:
        if path == copy / place and path.is_dir():
            shutil.rmtree(path)
        elif path != copy / place and path.is_file():
            path.unlink()
        else:
            continue
        yield Remark("left out", plain(path.relative_to(copy).as_posix()))
