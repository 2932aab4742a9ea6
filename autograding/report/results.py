"""The scores of a class: read from the gradebook and the graded notebooks, shown as a table and a CSV file."""

import csv
import io
import re
import shutil
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.utils import is_grade

from autograding.course import Course
from autograding.durable import in_the_way, write_whole
from autograding.intake.remarks import OVERRULED, Remark, sentence
from autograding.messages import _, inert
from autograding.report.notes import NO_RESPONSE, message_of, notes_on
from autograding.sandbox.cgroup import CGROUP, WATCHER
from autograding.stock.convert import ends_the_run
from autograding.stock.gradebook import OpenGradebook

# At the beginning, and after whatever may divide cells: a semicolon does where numbers are written with a comma. A mark
# counts as well, so that no text looks like another one's marked.
BEGINS_A_FORMULA = re.compile(r"""(?:^|[;,|\t\r\n"])(?='*[=+\-@])|[;,|\t\r\n"] +(?='*[=@])|^(?='*[\t\r])""")


@dataclass
class Cell:
    """One graded cell of one student."""

    notebook: str
    name: str
    score: float
    points: float
    needs_a_person: bool
    message: str = ""  # what the cell told the student when it cost points

    @property
    def key(self) -> tuple[str, str]:
        return self.notebook, self.name


@dataclass
class Result:
    """One student's result for one assignment."""

    student: str
    cells: list[Cell]
    late_penalty: float
    notes: list[str] = field(default_factory=list)
    overruled: list[str] = field(default_factory=list)  # why it is graded though the solution loses points
    limits: str = ""  # who held the limits when it was run, see sandbox/cgroup; empty: nobody has said so

    @property
    def total(self) -> float:
        return max(0.0, sum(cell.score for cell in self.cells) - self.late_penalty)

    @property
    def points(self) -> float:
        return sum(cell.points for cell in self.cells)

    @property
    def waiting(self) -> list[Cell]:
        """The answers that a person has to grade, or to look at again after a second submission."""
        return [cell for cell in self.cells if cell.needs_a_person]

    @property
    def total_so_far(self) -> float:
        """The total without the answers that a person has to grade."""
        settled = sum(cell.score for cell in self.cells if not cell.needs_a_person)
        return max(0.0, settled - self.late_penalty)

    @property
    def points_waiting(self) -> float:
        """The points that a person has yet to decide on."""
        return sum(cell.points for cell in self.waiting)

    @property
    def note(self) -> str:
        return " ".join(self.notes)

    @property
    def whole_note(self) -> str:
        """The note with what the table tells once for all."""
        return " ".join([*self.notes, *self.overruled])


def read_results(course: Course, assignment: str, students: Iterable[str]) -> tuple[list[Result], dict[str, Exception]]:
    """The results of many students, over one connection to the gradebook; and why others cannot be read, by name."""
    order = _order(course, assignment)
    results, unread = [], {}
    with OpenGradebook(course.directory.db_url, course.directory.course_id) as book:
        for student in students:
            try:
                with book.reading():
                    results.append(read_result(course, assignment, student, order))
            except Exception as error:  # whatever lies in this student's folder, the others are shown
                if ends_the_run(error):
                    raise
                unread[student] = error
    return results, unread


def read_result(course: Course, assignment: str, student: str, order: dict | None = None) -> Result:
    """One student's scores from the gradebook, with notes from the graded notebook."""
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(assignment, student)
        penalty = sum(notebook.late_submission_penalty or 0.0 for notebook in submission.notebooks)
        cells, stubs = [], set()
        for notebook in submission.notebooks:
            stubs |= {(notebook.name, c.name) for c in notebook.comments if c.auto_comment == NO_RESPONSE}
            cells += [
                Cell(notebook.name, grade.name, grade.score, grade.max_score, grade.needs_manual_grade)
                for grade in notebook.grades
            ]
    order = order or _order(course, assignment)
    cells.sort(key=lambda cell: order.get((cell.notebook, cell.name), len(order)))
    result = Result(student, cells, penalty)
    paths = sorted(course.folder("autograded", student, assignment).glob("*.ipynb"))
    for path in paths:
        nb = nbformat.read(path, as_version=4)
        held = nb.metadata.get("autograding", {}).get("limits")
        if held in (CGROUP, WATCHER) and result.limits != WATCHER:  # of several notebooks, the weaker one
            result.limits = held
        remarks = [Remark(*remark) for remark in nb.metadata.get("autograding", {}).get("remarks", [])]
        result.overruled += [sentence(remark) for remark in remarks if remark.kind == OVERRULED]
        told = {cell.metadata.nbgrader.grade_id: message_of(cell) for cell in nb.cells if is_grade(cell)}
        mine = [cell for cell in cells if cell.notebook == path.stem]
        for cell in mine:
            cell.message = told.get(cell.name, "")
        lost = [cell.name for cell in mine if cell.score < cell.points]
        notes = notes_on(nb, lost, {name for notebook, name in stubs if notebook == path.stem})
        if notes and len(paths) > 1:
            notes[0] = f"{path.stem}: {notes[0]}"
        result.notes += notes
    if result.waiting:
        names = ", ".join(cell.name for cell in result.waiting)
        result.notes.append(_("Waits for a person: {names}.").format(names=names))
    if penalty:
        result.notes.append(_("Late: {n:g} points off.").format(n=penalty))
    return result


def _order(course, assignment):
    """The order of the graded cells in the solution: the gradebook has none."""
    places = {}
    for path in sorted(course.folder("source", ".", assignment).glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if is_grade(cell):
                places[path.stem, cell.metadata.nbgrader.grade_id] = len(places)
    return places


def _columns(results):
    """One cell for each column: those of all students, whatever the first one has."""
    return list({cell.key: cell for result in results for cell in result.cells}.values())


def _names_of(columns):
    """A name for each column: the cell's, with its notebook's where others have a cell of that name."""
    cells = [cell.name for cell in columns]
    return [
        name if cells.count(name) == 1 else f"{cell.notebook}/{name}" for cell, name in zip(columns, cells, strict=True)
    ]


def table(results: list[Result], width: int | None = None) -> str:
    """The class as text: a legend of the graded cells, then a line for each student with the notes wrapped."""
    if not results:
        return _("Nobody has been graded.")
    width = width or shutil.get_terminal_size((120, 24)).columns
    columns = _columns(results)
    numbered = enumerate(zip(_names_of(columns), columns, strict=True), start=1)
    legend = [f"  {i:>2}  {name} ({cell.points:g})" for i, (name, cell) in numbered]
    name_width = max(len(_("student")), *(len(inert(r.student)) for r in results))
    head = f"{_('student'):<{name_width}}  " + " ".join(f"{i:>4}" for i in range(1, len(columns) + 1))
    head += f"  {_('total'):>9}  {_('note')}"
    lines = [*legend, "", head, "-" * min(width, len(head) + 20)]
    indent = len(head) - len(_("note"))
    for result in results:
        scores = {cell.key: f"{cell.score:g}" + ("?" if cell.needs_a_person else "") for cell in result.cells}
        line = f"{inert(result.student):<{name_width}}  " + " ".join(f"{scores.get(c.key, ''):>4}" for c in columns)
        # Apart, so that full marks in all that a machine grades look full: 14/14+2?
        total = f"{result.total_so_far:g}/{result.points - result.points_waiting:g}"
        total += f"+{result.points_waiting:g}?" if result.waiting else ""
        line += f"  {total:>9}  "
        note = textwrap.wrap(result.note, max(30, width - indent)) or [""]
        lines += [line + note[0], *(" " * indent + more for more in note[1:])]
    mean = sum(r.total for r in results) / len(results)
    lines.append(
        _("Class of {n}: mean {mean:.1f} of {points:g}").format(
            n=len(results), mean=mean, points=sum(cell.points for cell in columns)
        )
    )
    waiting = [cell.name for result in results for cell in result.waiting]
    if waiting:
        lines.append(
            _("Answers that await a person: {n} ({names}). Give points in formgrader, then run this again").format(
                n=len(waiting), names=", ".join(dict.fromkeys(waiting))
            )
        )
    lines += dict.fromkeys(told for result in results for told in result.overruled)
    watched = sum(result.limits == WATCHER for result in results)
    lines.append(
        _("Limits held by control groups: {n}, by the watcher alone: {watched}").format(
            n=sum(result.limits == CGROUP for result in results), watched=watched
        )
    )
    return "\n".join(line.rstrip() for line in lines)


def require_place(path: Path) -> None:
    """Refuse a place where no CSV can be written, before anybody is graded."""
    if path.is_dir():
        raise in_the_way(path, _("it is a folder"))


def write_csv(results: list[Result], assignment: str, path: Path) -> None:
    """Write the class as a CSV file in UTF-8; an older file is replaced in one step, a link's target too.

    A device or a pipe, such as /dev/stdout, is written to.

    All is quoted, so that a text which a spreadsheet divides at other marks than ours stays as whole as it can.
    """
    columns = _columns(results)
    text = io.StringIO(newline="")
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    rows.writerow(
        ["student", "assignment", *_names_of(columns), "late_penalty", "total", "points", "awaiting", "limits", "note"]
    )
    for result in results:
        scores = {cell.key: cell.score for cell in result.cells}
        row = [inert(result.student), assignment, *(scores.get(column.key, "") for column in columns)]
        row += [
            result.late_penalty,
            result.total,
            result.points,
            result.points_waiting,
            result.limits,
            result.whole_note,
        ]
        rows.writerow([_inert(value) for value in row])
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    else:
        write_whole(path.resolve(), text.getvalue())


def _inert(value):
    """Mark a text so that no spreadsheet takes it, or a part of it, for a formula; different texts stay different."""
    return BEGINS_A_FORMULA.sub(r"\g<0>'", value) if isinstance(value, str) else value
