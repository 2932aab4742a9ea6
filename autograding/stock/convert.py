"""Run one of nbgrader's converters quietly, and say in one sentence why it failed."""

import io
import logging
import warnings
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from sqlalchemy.exc import SAWarning

from autograding.course import Course, CourseError
from autograding.messages import _, inert, plain
from autograding.stock.gradebook import ensure_gradebook


class ConversionFailed(Exception):
    """nbgrader gave up; the text is its last error.

    A notebook cannot cause this: what stops a cell is among its outputs, and `stage` replaced what is not a notebook.
    So it is an error of the grader, and must not become a student's zero.
    """


def convert(converter: BaseConverter, log: Path | None = None) -> None:
    """Start `converter`, and append what it logs to the file `log`."""
    buffer = io.StringIO()
    # Not capture_log (nbgrader/utils.py): it swallows Ctrl-C.
    logger = logging.Logger("nbgrader", level=logging.INFO)
    logger.addHandler(logging.StreamHandler(buffer))
    converter.log = logger
    try:
        with warnings.catch_warnings():
            # SQLAlchemy 2 warns of nbgrader's models of 2015, three times for each student. It is harmless.
            warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
            converter.start()
    except NbGraderException as error:
        raise ConversionFailed(_last_word(buffer.getvalue()) or str(error)) from error
    finally:
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.writelines(inert(line) + "\n" for line in buffer.getvalue().splitlines())


def _last_word(log):
    """The last line of the first traceback: the error without the place."""
    lines = iter(log.splitlines())
    word = ""
    for line in lines:
        if line.startswith("Traceback (most recent call last)"):
            for inner in lines:
                if inner and not inner.startswith(" "):
                    word = inner
                    break
    return plain(word)


def generate(course: Course, assignment: str, into: Path, db_url: str | None = None) -> Path:
    """Build what students get from the solution, under `into`, and store its cells in the gradebook at `db_url`.

    Returns the assignment's folder. Without `db_url` this uses the course's own gradebook.
    """
    changes = {"db_url": db_url} if db_url else {}
    directory = course.directory_with(assignment_id=assignment, release_directory=str(into), **changes)
    ensure_gradebook(directory.db_url)
    converter = GenerateAssignment(coursedir=directory, config=course.config)
    converter.force = True
    try:
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
        raise CourseError(
            _("nbgrader cannot build {assignment} from its solution: {error}").format(
                assignment=assignment, error=error
            )
        ) from error
    return Path(directory.format_path(str(into), ".", assignment))
