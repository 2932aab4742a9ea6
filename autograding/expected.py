"""Compare what a demonstration class was given with what it should have been given."""

from collections.abc import Iterable
from html.parser import HTMLParser

from autograding.course import Course
from autograding.demonstration import Member
from autograding.results import Result


def disagreements(course: Course, assignment: str, people: Iterable[Member], results: Iterable[Result]) -> list[str]:
    """What was graded otherwise than the demonstration expects; empty when all is well."""
    graded = {result.student: result for result in results}
    faults = []
    for member in people:
        if member.name not in graded:
            faults.append(f"{member.name}: expected to be graded, got no result")
            continue
        lost = {cell.name for cell in graded[member.name].cells if cell.score < cell.points}
        if lost != member.loses:
            faults.append(f"{member.name}: expected to lose {sorted(member.loses)}, lost {sorted(lost)}")
        pages = sorted(course.folder("feedback", member.name, assignment).glob("*.html"))
        text = " ".join(page_text(page.read_text(encoding="utf-8")) for page in pages)
        if " ".join(member.says.split()) not in text or not pages:
            faults.append(f"{member.name}: expected {member.says!r} in the feedback, got {len(pages)} pages without it")
    return faults


def page_text(html: str) -> str:
    """What a reader sees of a page, with single spaces: markup, style and scripts left out."""
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
