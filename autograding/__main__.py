"""Grade a class: `python -m autograding ASSIGNMENT [--student GLOB] [--force] [--csv PATH] [--class FOLDER]`."""

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from autograding.convert import ConversionFailed
from autograding.course import Course, CourseError
from autograding.grade import Grader
from autograding.messages import _
from autograding.progress import Progress
from autograding.results import read_result, table, write_csv


def main(arguments: list[str] | None = None) -> int:
    """Grade what is new in submitted/, print the class's table, write its CSV; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m autograding", description=_("Grade the submissions of a class."))
    parser.add_argument("assignment", help=_("the assignment's folder in submitted/, for example 03_forget_gate"))
    parser.add_argument("--student", default="*", metavar="GLOB", help=_("only students whose name matches"))
    parser.add_argument("--force", action="store_true", help=_("grade again what was graded already"))
    parser.add_argument("--csv", type=Path, metavar="PATH", help=_("where the CSV goes (grades/ASSIGNMENT.csv)"))
    parser.add_argument(
        "--class",
        type=Path,
        metavar="FOLDER",
        dest="class_folder",
        help=_("grade FOLDER/submitted, and write everything under FOLDER (the course's own folder)"),
    )
    options = parser.parse_args(arguments)
    try:
        return _grade(Course(Path.cwd(), options.class_folder), options)
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(_("\nstopped; what was graded is kept, and the same command goes on from here"), file=sys.stderr)
        return 130


def _grade(course, options):
    course.require(options.assignment)
    everyone = course.students(options.assignment)
    chosen = [student for student in everyone if fnmatchcase(student, options.student)]
    if not chosen:
        raise CourseError(
            _("no submission {folder}/{student}/{assignment}; {n} students handed in {assignment}").format(
                folder=course.directory.submitted_directory,
                student=options.student,
                assignment=options.assignment,
                n=len(everyone),
            )
        )
    with Grader(course, options.assignment) as grader:
        todo = [student for student in chosen if options.force or not grader.is_done(student)]
        troubles = {}
        with Progress(len(todo)) as progress:
            for student in todo:
                try:
                    progress.step(failed=not grader.grade(student))
                except ConversionFailed as failure:
                    troubles[student] = failure  # told below; the others must not wait for this one
                    progress.step(failed=True)
        graded = [student for student in everyone if grader.is_done(student)]
    results = [read_result(course, options.assignment, student) for student in graded]
    path = options.csv or course.class_folder / "grades" / f"{options.assignment}.csv"
    write_csv(results, options.assignment, path)
    print(table([result for result in results if result.student in chosen]))
    print(
        _("{new} graded now, {old} as before. CSV: {csv}. Feedback: {feedback}/").format(
            new=len(todo) - len(troubles),
            old=len(chosen) - len(todo),
            csv=path,
            feedback=course.directory.feedback_directory,
        )
    )
    for student, failure in troubles.items():
        print(
            _("error: {student} is not graded, and the submission is not to blame: {failure}; see {log}").format(
                student=student, failure=failure, log=grader.log
            ),
            file=sys.stderr,
        )
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
