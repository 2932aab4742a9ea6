"""Compare the grades of a demonstration class with those that it should get:
`autograding compare ASSIGNMENT --answers WRONG.toml --class demonstration`.

Exit status: 0 if everyone was graded as expected, 1 if somebody was not, 2 if the class cannot be read.
"""

import argparse
import sys
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from autograding.authoring.demonstration import Member, members
from autograding.course import Course, CourseError
from autograding.messages import _
from autograding.report.results import Result, read_result
from autograding.terminal import in_any_locale


def disagreements(course: Course, assignment: str, people: Iterable[Member], results: Iterable[Result]) -> list[str]:
    """Each grade that differs from what the demonstration expects."""
    graded = {result.student: result for result in results}
    faults = []
    for member in people:
        if member.name not in graded:
            faults.append(_("{member}: expected to be graded, got no result").format(member=member.name))
            continue
        cells = graded[member.name].cells
        waits = {cell.name for cell in cells if cell.needs_a_person}
        lost = {cell.name for cell in cells if cell.score < cell.points} - waits
        if lost != member.loses:
            faults.append(
                _("{member}: expected to lose {expected}, lost {got}").format(
                    member=member.name, expected=sorted(member.loses), got=sorted(lost)
                )
            )
        if waits != member.waits:
            faults.append(
                _("{member}: expected {expected} to await a person, got {got}").format(
                    member=member.name, expected=sorted(member.waits), got=sorted(waits)
                )
            )
        pages = sorted(course.folder("feedback", member.name, assignment).glob("*.html"))
        text = " ".join(page_text(page.read_text(encoding="utf-8")) for page in pages)
        if " ".join(member.says.split()) not in text or not pages:
            faults.append(
                _("{member}: expected {text!r} in the feedback, got {n} pages without it").format(
                    member=member.name, text=member.says, n=len(pages)
                )
            )
    return faults


def page_text(html: str) -> str:
    """The text of a page, with single spaces and without markup, style and scripts."""
    reader = _Reader()
    reader.feed(html)
    return " ".join("".join(reader.seen).split())


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.hidden = [], 0

    def handle_starttag(self, tag, _attributes):
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.seen.append(data)


def main(arguments: list[str] | None = None) -> int:
    """Print whose marks differ from what the demonstration expects; return the exit status."""
    parser = argparse.ArgumentParser(prog="autograding compare", description=_("Check the marks of a class."))
    parser.add_argument("assignment")
    parser.add_argument("--answers", type=Path, required=True, metavar="TOML", help=_("the table of wrong answers"))
    parser.add_argument("--class", dest="class_folder", type=Path, metavar="FOLDER", help=_("the folder of the class"))
    options = parser.parse_args(arguments)
    try:
        course = Course(Path.cwd(), options.class_folder)
        people = members(course, options.assignment, options.answers)
        results = [read_result(course, options.assignment, name) for name in course.students(options.assignment)]
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2
    faults = disagreements(course, options.assignment, people, results)
    print(*faults, sep="\n", end="\n" if faults else "")
    print(
        _("{assignment}: {n} made-up students, {faults} graded otherwise than expected").format(
            assignment=options.assignment, n=len(people), faults=len(faults)
        )
    )
    return 1 if faults else 0


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
