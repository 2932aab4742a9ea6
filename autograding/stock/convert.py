"""Run one of nbgrader's converters quietly, and say in one sentence why it failed."""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbgrader.api
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException

from autograding.course import Course, CourseError
from autograding.durable import file_to_append_to
from autograding.messages import _, inert, plain
from autograding.stock.faults import faults_in
from autograding.stock.gradebook import OpenGradebook, unusable
from autograding.stock.one_student import one_student
from autograding.troubles import of_the_machine


class ConversionFailed(Exception):
    """nbgrader gave up; the text is its first error.

    A notebook cannot cause this: what stops a cell is among its outputs, and `stage` replaced what is not a notebook.
    So it is an error of the grader, and must not become a student's zero.
    """


def convert(converter: BaseConverter, log: Path | None = None) -> None:
    """Start `converter`, and append what it logs to the file `log`."""
    buffer, caught = io.StringIO(), _Caught()
    # Not capture_log (nbgrader/utils.py): it swallows Ctrl-C.
    logger = logging.Logger("nbgrader", level=logging.INFO)
    logger.addHandler(logging.StreamHandler(buffer))
    logger.addHandler(caught)
    converter.log = logger
    try:
        converter.start()
    except NbGraderException as error:
        for fault in caught.errors:
            everyones = unusable(converter.coursedir.db_url, fault) or fault
            if ends_the_run(everyones):
                raise everyones from error
        raise ConversionFailed(_first_error(buffer.getvalue()) or str(error)) from error
    finally:
        if log is not None:
            _append(log, buffer.getvalue())


def _append(log, text):
    with file_to_append_to(log) as file:
        file.writelines(inert(line) + "\n" for line in text.splitlines())


@contextmanager
def errors_of_gradebook_in(log: Path) -> Iterator[None]:
    """Within, what nbgrader's gradebook says of errors goes to the file `log`: without a handler it would be printed.

    It is told to people as the error that it is, by whoever called nbgrader.
    """
    logger, handler = nbgrader.api.app_log, _ToFile(log)
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates


class _ToFile(logging.Handler):
    def __init__(self, log):
        super().__init__(logging.WARNING)
        self.log = log

    def emit(self, record):
        """logging's entry point."""
        _append(self.log, self.format(record))


class _Caught(logging.Handler):
    """Keep the errors that nbgrader catches and only writes to its log (convert_notebooks in converters/base.py)."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.errors: list[BaseException] = []

    def emit(self, _record):
        """logging's entry point."""
        error = sys.exc_info()[1]
        if error is not None:
            self.errors.append(error)


def ends_the_run(error: BaseException) -> bool:
    """Whether an error would meet every student: it is the machine's, or something that the teacher must fix."""
    return isinstance(error, CourseError) or (isinstance(error, OSError) and of_the_machine(error))


def _first_error(log):
    """The notebook that was converted, and the last line of the first traceback: the error without the place."""
    notebook, lines = "", iter(log.splitlines())
    for line in lines:
        if line.startswith("Converting notebook "):
            notebook = f"{Path(line).name}: "
        elif line.startswith("Traceback (most recent call last)"):
            return plain(notebook + next((inner for inner in lines if inner and not inner.startswith(" ")), ""))
    return ""


def generate(course: Course, assignment: str, into: Path, book: OpenGradebook) -> Path:
    """Build what students get from the solution, under `into`, and store its cells in the gradebook.

    Returns the assignment's folder.
    """
    directory = course.directory_with(assignment_id=assignment, release_directory=str(into), db_url=book.db_url)
    converter = one_student(GenerateAssignment, directory, course.config, ".")
    converter.force = True
    try:
        with book.one_transaction():
            convert(converter)
    except ConversionFailed as error:
        if "Cannot add or remove cells" in str(error):
            raise CourseError(
                _(
                    "the number of graded cells of {assignment} has changed since it was first graded, and nbgrader "
                    "cannot keep its marks. Save gradebook.db if people gave points, then run "
                    "`nbgrader db assignment remove {assignment} --force`, and grade again"
                ).format(assignment=assignment)
            ) from error
        why = "; ".join(faults_in(course.folder("source", ".", assignment))) or str(error)
        raise CourseError(
            _("nbgrader cannot build {assignment} from its solution: {error}").format(assignment=assignment, error=why)
        ) from error
    return Path(directory.format_path(str(into), ".", assignment))
