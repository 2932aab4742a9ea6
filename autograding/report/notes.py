"""A few plain sentences about one graded notebook, for the teacher's table."""

import re

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograding.intake.remarks import NOTHING_GRADED, Remark, for_teacher
from autograding.messages import _, plain

NO_RESPONSE = "No response."  # nbgrader writes this for an answer that is still the released stub


def notes_on(nb: NotebookNode, lost: list[str], stubs: set[str]) -> list[str]:
    """The remarks, the missing answers, and the first loss with its reason.

    `lost` names the graded cells that lost points, `stubs` the answers that are as released.
    """
    remarks = [Remark(*r) for r in nb.metadata.get("autograding", {}).get("remarks", [])]
    notes = for_teacher(remarks)
    if any(remark.kind in NOTHING_GRADED for remark in remarks):
        return notes
    answers = [cell.metadata.nbgrader.grade_id for cell in nb.cells if is_solution(cell)]
    if answers and stubs.issuperset(answers):
        return [*notes, _("Untouched: every answer is still the released stub.")]
    if stubs:
        notes.append(_("Not answered: {names}.").format(names=", ".join(a for a in answers if a in stubs)))
    # A table must be short: it tells the first loss, the feedback page tells all.
    return [*notes, *_broken_cells(nb), *_losses(nb, lost, stubs)[:1]]


def message_of(cell: NotebookNode) -> str:
    """What a failed graded cell told the student; empty if it did not fail."""
    errors = errors_of(cell)
    return errors[0].evalue if errors else ""


def errors_of(cell: NotebookNode) -> list[NotebookNode]:
    """The errors among a cell's outputs."""
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


def _timed_out(cell):
    return any(error.ename == "CellTimeoutError" for error in errors_of(cell))


def _losses(nb, lost, stubs):
    """Each loss, except those of answers that were not given."""
    notes, answer = [], None
    for cell in nb.cells:
        if is_solution(cell):
            answer = cell.metadata.nbgrader.grade_id
        elif is_grade(cell) and cell.metadata.nbgrader.grade_id in lost and answer not in stubs:
            if errors_of(cell) and not _timed_out(cell):  # a time-out is told already
                notes.append(f"{cell.metadata.nbgrader.grade_id}: {plain(message_of(cell), 300)}")
    return notes


def _broken_cells(nb):
    notes = []
    for number, cell in enumerate(nb.cells, start=1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", _("number {n}").format(n=number))
        errors = errors_of(cell)
        if _timed_out(cell):
            notes.append(_("Cell {name} was stopped: it took too long.").format(name=name))
        elif errors and is_solution(cell):
            # IPython adds a file name that it made up: "(3746362597.py, line 6)".
            text = re.sub(r"\(\S+\.py, ", "(", errors[0].evalue)
            what = {"error": plain(errors[0].ename, 60), "text": plain(text, 80)}
            notes.append(_("Cell {name} fails: {error}: {text}.").format(name=name, **what))
        elif not is_grade(cell) and any(o.get("name") == "stderr" for o in cell.get("outputs", [])):
            notes.append(_("Cell {name} gave a warning, which costs nothing.").format(name=name))
            notes.append("(" + _("stock nbgrader gives nothing for a test that warns") + ".)")
    return notes
