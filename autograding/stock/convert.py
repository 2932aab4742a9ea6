"""Run one of nbgrader's converters quietly, and say in one sentence why it failed."""

import io
import logging
import warnings
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from sqlalchemy.exc import SAWarning

from autograding.course import Course, CourseError
from autograding.messages import _, plain
from autograding.stock.gradebook import ensure_gradebook


class ConversionFailed(Exception):
    """nbgrader gave up; the text is its last word.

    No notebook can do that to the run of itself: what stops a cell is among its outputs, and what is no notebook was
    replaced before. So this is the grader's trouble, and must not be written down as a student's zero.
    """


def convert(converter: BaseConverter, log: Path | None = None) -> None:
    """Start `converter`, keeping what it logs in the file `log`."""
    buffer = io.StringIO()
    # Not capture_log (nbgrader/utils.py): it swallows Ctrl-C.
    logger = logging.Logger("nbgrader", level=logging.INFO)
    logger.addHandler(logging.StreamHandler(buffer))
    converter.log = logger
    try:
        with warnings.catch_warnings():
            # nbgrader's models of 2015 seen by SQLAlchemy 2: harmless, and three of them per student.
            warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
            converter.start()
    except NbGraderException as error:
        raise ConversionFailed(_last_word(buffer.getvalue()) or str(error)) from error
    finally:
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.write(buffer.getvalue())


def _last_word(log):
    """The last line of the first traceback: what went wrong, without where."""
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
    """Build what students are given from the solution, under `into`; the gradebook at `db_url` learns its cells.

    Returns the assignment's folder. Without `db_url` the course's own gradebook is used.
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
                    "{assignment} has another number of graded cells now than when it was first graded, and nbgrader "
                    "keeps no marks across that. Save gradebook.db if people gave points, then run "
                    "`nbgrader db assignment remove {assignment} --force`, and grade again"
                ).format(assignment=assignment)
            ) from error
        raise CourseError(
            _("nbgrader cannot build {assignment} from its solution: {error}").format(
                assignment=assignment, error=error
            )
        ) from error
    return Path(directory.format_path(str(into), ".", assignment))
