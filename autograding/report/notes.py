"""A few plain sentences about one graded notebook, for the teacher's table."""

import re

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograding.intake.remarks import NOTHING_GRADED, Remark, for_teacher
from autograding.messages import _, plain
from autograding.stock.faults import beginning_of, called, is_made_up

# A table must be short.
MOST_FAILURES = 5
LONGEST_TRACE = 20_000
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_LINE = re.compile(r"^ *Cell In\[\d+\], line (\d{1,6})", re.MULTILINE)
_LINE_OF_TEXT = re.compile(r" ?\([^\s,()]{1,100}, line (\d{1,6})\)")
# What students run to try an answer. Where it fails, the answer's own cells say why.
_TRY = re.compile(r"check\(\"\w+\", \w+\)")
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
    elsewhere = any(remark.kind in ("elsewhere", "unnamed") for remark in remarks)
    if answers and stubs.issuperset(answers) and not elsewhere:
        return [*notes, _("Untouched: every answer is still the released stub.")]
    if stubs.intersection(answers):
        notes.append(_("Not answered: {names}.").format(names=", ".join(a for a in answers if a in stubs)))
    # A table must be short: it tells the first loss, the feedback page tells all.
    return [*notes, *_broken_cells(nb), *_losses(nb, lost, stubs)[:1]]


def failures_in(nb: NotebookNode) -> list[str]:
    """How cells failed that are not graded themselves, a sentence each, the first ones."""
    broken = [(cell, errors_of(cell)) for cell in nb.cells if not is_grade(cell) and not _timed_out(cell)]
    fails = [_failure(cell, errors[0]) for cell, errors in broken if errors and not _is_a_try(cell)]
    more = len(fails) - MOST_FAILURES
    return fails[:MOST_FAILURES] + ([_("{n} more cells fail.").format(n=more)] if more > 0 else [])


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
                name = called(cell.metadata.nbgrader.grade_id, cell.source)
                notes.append(f"{name}: {plain(message_of(cell), 300)}")
    return notes


def _broken_cells(nb):
    notes = []
    for cell in nb.cells:
        if _timed_out(cell):
            notes.append(_("{cell} was stopped: it took too long.").format(cell=_called(cell)))
        elif (
            not is_grade(cell)
            and (not errors_of(cell) or _is_a_try(cell))
            and any(o.get("name") == "stderr" for o in cell.get("outputs", []))
        ):
            notes.append(_("{cell} gave a warning, which costs nothing.").format(cell=_called(cell)))
            notes.append("(" + _("stock nbgrader gives nothing for a test that warns") + ".)")
    return [*failures_in(nb), *notes]


def _is_a_try(cell):
    return _TRY.fullmatch(cell.source.strip()) is not None


def _called(cell):
    """A cell by its name, or else by how it begins."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    if name is not None and not is_made_up(name):
        return _("Cell {name}").format(name=name)
    return _("The cell that begins “{text}”").format(text=beginning_of(cell.source))


def _failure(cell, error):
    """How a cell of the student's own failed, and at which of its lines."""
    shown = _COLOUR.sub("", "\n".join(error.traceback)[:LONGEST_TRACE])
    # The outermost line of this cell comes first. Of a syntax error IPython adds a file name that it made up.
    found = _LINE_OF_TEXT.search(error.evalue) or _LINE.search(shown)
    what = {
        "cell": _called(cell),
        "error": plain(error.ename, 60),
        "text": plain(_LINE_OF_TEXT.sub("", error.evalue), 160),
    }
    if found is None:
        said = _("{cell} fails: {error}: {text}").format(**what)
    else:
        said = _("{cell} fails at line {line}: {error}: {text}").format(line=found[1], **what)
    return said if said.endswith((".", "?", "!")) else f"{said}."
