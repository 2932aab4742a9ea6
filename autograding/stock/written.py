"""What the gradebook says of submissions: what a machine gave, and what people gave. Read for a whole class at once."""

import hashlib
import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Connection, select

OF_SUBMISSION = (SubmittedAssignment.student_id, Notebook.name)


@dataclass
class Written:
    """What stands in the gradebook for one submission, in an order that does not depend on the gradebook."""

    automatic: list[list] = field(
        default_factory=list
    )  # notebook, cell, score, whether its mark "needs a person" is odd
    places: list[list] = field(default_factory=list)  # notebook, cell, "grade" or "comment": where there is a row
    scores: list[list] = field(default_factory=list)  # by people: notebook, cell, score, extra credit
    comments: list[list] = field(default_factory=list)  # by people: notebook, cell, comment
    late: list[list] = field(default_factory=list)  # notebook, penalty

    @property
    def digest(self) -> str:
        """The digest of what a machine gave, and of the cells' names."""
        return hashlib.sha256(json.dumps([self.automatic, self.places]).encode()).hexdigest()

    @property
    def on_page(self) -> list:
        """What may change after the grading, and stands on the page."""
        return [self.scores, self.comments, self.late]


def written_for(connection: Connection, assignment: str, student: str | None = None) -> dict[str, Written]:
    """What is written for every student of the assignment, or for one, by their names. It takes three queries."""
    found = defaultdict(Written)
    grades = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
    for name, notebook, cell, score, manual, extra, waits in _rows(connection, Grade, grades, assignment, student):
        # Where no person gave points, an answer needs a person if and only if it has no score. What a person may
        # change by giving some is left out.
        odd = manual is None and bool(waits) != (score is None)
        found[name].automatic.append([notebook, cell, score, odd])
        found[name].places.append([notebook, cell, "grade"])
        if manual is not None or extra is not None:
            found[name].scores.append([notebook, cell, manual, extra])
    for name, notebook, cell, comment in _rows(connection, Comment, (Comment.manual_comment,), assignment, student):
        found[name].places.append([notebook, cell, "comment"])
        if comment:
            found[name].comments.append([notebook, cell, comment])
    late = _of_assignment(
        select(*OF_SUBMISSION, SubmittedNotebook.late_submission_penalty).select_from(SubmittedNotebook),
        assignment,
        student,
    )
    for name, notebook, penalty in connection.execute(late):  # one row at least, also where no cell is graded
        found[name].late += [[notebook, penalty]] if penalty else []
    for one in found.values():
        for rows in (one.automatic, *one.on_page):
            rows.sort(key=lambda row: row[:2])
        one.places.sort()
    return dict(found)


def dated_of(connection: Connection, assignment: str) -> set[str]:
    """The students of whom the gradebook knows when they handed in: only they can be late."""
    chosen = (
        select(SubmittedAssignment.student_id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == assignment, SubmittedAssignment.timestamp.is_not(None))
    )
    return set(connection.execute(chosen).scalars())


def _rows(connection, table, columns, assignment, student):
    chosen = (
        select(*OF_SUBMISSION, BaseCell.name, *columns)
        .select_from(table)
        .join(SubmittedNotebook, table.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, table.cell_id == BaseCell.id)
    )
    return connection.execute(_of_assignment(chosen, assignment, student))


def _of_assignment(chosen, assignment, student):
    chosen = (
        chosen.join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == assignment)
    )
    return chosen if student is None else chosen.where(SubmittedAssignment.student_id == student)


def places_in(book: Gradebook, assignment: str) -> list[list]:
    """Where a submission of the assignment has a row: see add_submission in nbgrader/api.py."""
    places = []
    for notebook in book.find_assignment(assignment).notebooks:
        places += [[notebook.name, cell.name, "grade"] for cell in (*notebook.grade_cells, *notebook.task_cells)]
        places += [[notebook.name, cell.name, "comment"] for cell in (*notebook.solution_cells, *notebook.task_cells)]
    return sorted(places)


def begin_anew(book: Gradebook, assignment: str, student: str) -> None:
    """Replace the rows of a submission, of which some were lost; its dates stay. nbgrader adds no row later."""
    old = book.find_submission(assignment, student)
    dates = {"timestamp": old.timestamp, "extension": old.extension}
    book.remove_submission(assignment, student)
    submission = book.update_or_create_submission(assignment, student)
    for name, value in dates.items():
        setattr(submission, name, value)
    book.db.commit()


def put_back(book: Gradebook, assignment: str, student: str, scores: list, comments: list) -> None:
    """Write what people gave where the gradebook has lost it. What it has is not touched.

    Each answer is then marked to be looked at again when it is graded, as nbgrader does (saveautogrades.py).
    """
    book.update_or_create_student(student)
    book.update_or_create_submission(assignment, student)
    for notebook, cell, score, extra in scores:
        with suppress(MissingEntry):  # the exercise has no such cell any more
            grade = book.find_grade(cell, notebook, assignment, student)
            if grade.manual_score is None and grade.extra_credit is None:
                grade.manual_score, grade.extra_credit = score, extra
    for notebook, cell, comment in comments:
        with suppress(MissingEntry):
            found = book.find_comment(cell, notebook, assignment, student)
            found.manual_comment = found.manual_comment or comment
    book.db.commit()
