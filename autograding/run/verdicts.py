"""Judge answers where no student's code can reach: make the problem, judge what came back, write the cell's outputs.

Fails closed: whatever is not a right answer is 0 for that cell, with a sentence that says why.
"""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograding.calls import CheckCall
from autograding.messages import _, plain
from autograding.sandbox.session import Ended

# A judge may quote the answer, and the answer may be a book.
LONGEST_MESSAGE = 5000


@dataclass(frozen=True)
class Verdict:
    """What became of one graded cell; `message` is empty for a right answer."""

    message: str = ""
    kind: str = "AssertionError"

    @property
    def right(self) -> bool:
        return not self.message


def load_checks(name: str, course_path: tuple[str, ...]) -> ModuleType:
    """The course's module of checks, also in a process that has never seen the course."""
    for place in course_path:
        if place not in sys.path:
            sys.path.insert(0, place)
    return importlib.import_module(name)


def problem_of(checks: ModuleType, call: CheckCall, seed: int):
    """The problem that a graded cell asks. What `make` raises is the teacher's trouble, and not caught."""
    return checks.make(call.name, seed, **call.keywords)


def sent_of(checks: ModuleType, problem):
    """What of a problem goes to the function: all of it, where the course keeps nothing to itself."""
    return checks.sent(problem) if hasattr(checks, "sent") else problem


def judged(checks: ModuleType, call: CheckCall, problem, reply) -> Verdict:
    """The verdict on what came out of the sandbox, which may be anything at all."""
    match reply:
        case {"undefined": str(_name)}:
            return Verdict(
                _("{name} is not defined: the cell that defines it is missing, or failed.").format(name=call.function),
                "NameError",
            )
        case {"failed": str(why)}:
            text = _("No answer came back: what {name} returned could not be sent ({why}).")
            return Verdict(text.format(name=call.function, why=plain(why)), "NoAnswer")
        case {"answer": answer}:
            pass
        case _other:
            return Verdict(_("The answer that came back is no answer."), "NoAnswer")
    try:
        complaint = checks.judge(call.name, problem, answer, **call.keywords)
    except Exception as error:
        # A judge takes any answer; one that fails on an answer has not found it right. The replay command shows it.
        text = _("The answer could not be judged ({error}), so it is not counted.")
        return Verdict(text.format(error=f"{type(error).__name__}: {error}"[:300]))
    if complaint is None:
        return Verdict()
    return Verdict(str(complaint)[:LONGEST_MESSAGE] or _("The answer is wrong."))


def write(cell: NotebookNode, verdict: Verdict) -> None:
    """Let the cell's outputs say the verdict, and nothing else, in the form that nbgrader scores."""
    cell.outputs = []
    if not verdict.right:
        line = f"{verdict.kind}: {verdict.message}"
        cell.outputs = [new_output("error", ename=verdict.kind, evalue=verdict.message, traceback=[line])]


def fold_in(cell: NotebookNode, points: float, ended: Ended) -> None:
    """Make the outputs of a graded cell of another form (plain nbgrader tests) safe to score.

    nbgrader takes text on stderr for a failure, the first result that is a number for the points, also where an error
    follows, and stops at a value above the cell's points (nbgrader/utils.py).
    """
    if not ended.known:
        write(cell, Verdict(_("The notebook's Python did not say how the cell ended, so it is not counted.")))
        return
    errors = [output for output in cell.outputs if output.output_type == "error"]
    others = [output for output in cell.outputs if output.output_type != "error" and output.get("name") != "stderr"]
    cell.outputs = errors + [_no_score(output) for output in others]
    if errors or ended.value is None:
        return
    number = _number(ended.value)
    if number is None or not 0 <= number <= points:  # written so that nan is caught
        message = _("The cell gives {value} points, but 0 to {points:g} can be had.")
        write(cell, Verdict(message.format(value=ended.value[:40], points=points)))
        return
    result = new_output("execute_result", data={"text/plain": ended.value}, execution_count=cell.execution_count)
    cell.outputs.insert(0, result)


def _no_score(output):
    """A result that is a number, but not the one that the cell itself ends with, is shown and not scored."""
    if output.output_type == "execute_result" and _number(output.data.get("text/plain", "")) is not None:
        return new_output("display_data", data=output.data, metadata=output.metadata)
    return output


def _number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def folder_of_stand_ins(checks: ModuleType | None) -> Path | None:
    """The stand-ins that a student's imports find in the sandbox, if the course has any."""
    place = getattr(checks, "STAND_INS", None)
    return None if place is None else Path(place)
