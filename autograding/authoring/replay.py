"""For an appeal: what was asked, what was answered, and why it was refused:
`autograding replay ASSIGNMENT STUDENT`.

It asks the problems of the grading again (their seeds come from the class's key, the student and the cell), with the
notebook as it was handed in, in the same sandbox. Nothing is recorded.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from autograding.course import Course, CourseError
from autograding.intake.remarks import warning_unisolated
from autograding.messages import _, inert, plain
from autograding.run.execute import Judged, execute
from autograding.run.grade import Grader
from autograding.sandbox.bubblewrap import SandboxMissing
from autograding.sandbox.warm import SandboxFailed
from autograding.stock.convert import ConversionFailed
from autograding.terminal import in_any_locale

LONGEST = 3000


def main(arguments: list[str] | None = None) -> int:
    """Print every graded cell of one student; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="autograding replay",
        description=_("Show what a student was asked, and what came back."),
    )
    parser.add_argument("assignment", help=_("the assignment's folder in submitted/, for example 03_forget_gate"))
    parser.add_argument("student")
    parser.add_argument("--cell", default="", help=_("only this graded cell"))
    parser.add_argument("--class", type=Path, metavar="FOLDER", dest="class_folder", help=_("the class's own folder"))
    options = parser.parse_args(arguments)
    try:
        replay(Course(Path.cwd(), options.class_folder), options.assignment, options.student, options.cell)
    except (CourseError, ConversionFailed, SandboxMissing, SandboxFailed) as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2
    return 0


def replay(course: Course, assignment: str, student: str, cell: str = "") -> None:
    """Ask again, and print what came back."""
    course.require(assignment)
    if student not in course.students(assignment):
        raise CourseError(_("{student} handed in no {assignment}").format(student=student, assignment=assignment))
    asked: list[Judged] = []
    with Grader(course, assignment) as grader:
        prepared = grader.prepare(student)
        for job in prepared.jobs:
            execute(job, asked.append)
        prepared.discard()
    if course.config.Autograding.get("isolation") == "none":
        print(warning_unisolated())
    for one in asked:
        if cell in ("", one.name):
            print(as_text(one))


def as_text(asked: Judged) -> str:
    """One graded cell: the question, what came back, the verdict."""
    # It may quote what a student's function said, and a terminal obeys some characters.
    said = "\n".join(map(inert, asked.verdict.message.split("\n")))
    lines = [
        _("{name}: {call}, seed {seed}").format(name=asked.name, call=asked.source.strip(), seed=asked.seed),
        *_part(_("asked"), asked.problem),
        *_part(_("came back"), asked.reply),
        _("  verdict: {verdict}").format(verdict=_("right") if asked.verdict.right else said),
    ]
    return "\n".join(lines) + "\n"


def _part(name, value):
    with np.printoptions(precision=6, threshold=200, linewidth=100):
        text = repr(value)
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return [f"  {name}:", *(f"    {plain(line, 200)}" for line in text.splitlines())]


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
