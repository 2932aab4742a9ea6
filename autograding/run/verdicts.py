"""Judge answers outside the sandbox: make the problem, judge the answer, write the cell's outputs.

Anything but a right answer gives 0 for that cell, and a sentence that says why.
"""

import importlib
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograding.calls import CheckCall
from autograding.messages import _, plain
from autograding.run import veil
from autograding.sandbox.outputs import encodable
from autograding.sandbox.session import Ended

# A judge may quote the answer, which may be very long.
LONGEST_MESSAGE = 5000
LONGEST_NUMBER = 400


@dataclass(frozen=True)
class Verdict:
    """The verdict on one graded cell; `message` is empty for a right answer."""

    message: str = ""
    kind: str = "AssertionError"

    @property
    def right(self) -> bool:
        return not self.message


def load_checks(name: str, course_path: tuple[str, ...]) -> ModuleType:
    """Import the course's module of checks, also in a worker that did not load the course."""
    for place in course_path:
        if place not in sys.path:
            sys.path.insert(0, place)
    return importlib.import_module(name)


def problem_of(checks: ModuleType, call: CheckCall, seed: int):
    """The problem that a graded cell asks. An error in `make` is the teacher's, so it is not caught."""
    return checks.make(call.name, seed, **call.keywords)


def sent_of(checks: ModuleType, problem):
    """The part of a problem that goes to the student's function: all of it, unless the course defines `sent`."""
    return checks.sent(problem) if hasattr(checks, "sent") else problem


def lent_of(checks: ModuleType, problem):
    """What is lent while the problem is asked, a plain tree that the caller's `lend` takes; None for nothing."""
    return checks.lent(problem) if hasattr(checks, "lent") else None


def asks_further(checks: ModuleType) -> bool:
    """Whether the course may call a wrong function once more, to find out what is wrong with it."""
    return hasattr(checks, "further")


def further_of(checks: ModuleType, call: CheckCall, problem, reply):
    """The second problem for a function that answered the first one wrongly, or None."""
    match reply:
        case {"answer": answer} if asks_further(checks):
            try:
                return checks.further(call.name, problem, answer, **call.keywords)
            except Exception:  # as in `judged`, which has told of it
                return None
    return None


def judged(checks: ModuleType, call: CheckCall, problem, reply, told=None) -> Verdict:
    """The verdict on the reply from the sandbox, which may be anything; `told`, the reply to `further_of`, as well."""
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
            return Verdict(_("The reply that came back is not an answer."), "NoAnswer")
    try:
        more = {"further": told["answer"]} if isinstance(told, dict) and "answer" in told else {}
        complaint = checks.judge(call.name, problem, answer, **call.keywords, **more)
    except Exception as error:
        # A judge must accept any answer. If it raises, the answer is not right. The replay command shows why.
        text = _("The answer could not be judged ({error}), so it is not counted.")
        return Verdict(text.format(error=f"{type(error).__name__}: {error}"[:300]))
    if complaint is None:
        return Verdict()
    return Verdict(str(complaint)[:LONGEST_MESSAGE] or _("The answer is wrong."))


def veiled(verdict: Verdict, problem, reply) -> Verdict:
    """The verdict without the problem, where its message quotes what the student's function said."""
    return replace(verdict, message=veil.veiled(verdict.message, problem, reply))


def write(cell: NotebookNode, verdict: Verdict) -> None:
    """Replace the cell's outputs by the verdict, in the form that nbgrader scores."""
    cell.outputs = []
    if not verdict.right:
        said = encodable(verdict.message)  # a judge may quote an answer
        cell.outputs = [new_output("error", ename=verdict.kind, evalue=said, traceback=[f"{verdict.kind}: {said}"])]


# A test that writes to the standard error on purpose, or by a logger, means that it fails.
_FAILED = re.compile(r"^FAILED \((?:failures|errors|unexpected)", re.MULTILINE)  # as unittest ends
_WRITES_ERRORS = re.compile(r"\b(?:stderr|warn|warnings|logging)\b")


def fold_in(cell: NotebookNode, source: str, points: float, ended: Ended) -> None:
    """Make the outputs of a graded cell of another form (plain nbgrader tests) safe to score.

    nbgrader (nbgrader/utils.py) takes text on stderr for a failure. Here it is one only where the test itself, whose
    `source` is the teacher's, writes there: a student's function may warn. nbgrader takes the first result that is a
    number for the points, even before an error, and raises where that number is above the cell's points, or a result
    has no text.
    """
    if not ended.known:
        write(cell, Verdict(_("The notebook's Python did not say how the cell ended, so it is not counted.")))
        return
    errors = [output for output in cell.outputs if output.output_type == "error"]
    others = [output for output in cell.outputs if output.output_type != "error" and output.get("name") != "stderr"]
    said = [output.text for output in cell.outputs if output.get("name") == "stderr"]
    cell.outputs = errors + [_no_score(output) for output in others]
    text = "".join(said).strip()[:LONGEST_MESSAGE]
    if text and not errors and (_WRITES_ERRORS.search(source) or ("unittest" in source and _FAILED.search(text))):
        errors = [new_output("error", ename="StandardError", evalue=text, traceback=[text])]
        cell.outputs = errors + cell.outputs
    if errors or ended.value is None:
        return
    number = _number(ended.value)
    if number is None or not 0 <= number <= points:  # written so that nan fails
        message = _("The cell gives {value} points, expected 0 to {points:g}.")
        write(cell, Verdict(message.format(value=ended.value[:40], points=points)))
        return
    result = new_output("execute_result", data={"text/plain": ended.value}, execution_count=cell.execution_count)
    cell.outputs.insert(0, result)


def _no_score(output):
    """Show a result without letting nbgrader score it: only the cell's last line may score."""
    if output.output_type == "execute_result":
        return new_output("display_data", data=output.data, metadata=output.metadata)
    return output


def _number(text):
    """The number that a text is, or None; as Python writes numbers, which is short."""
    try:
        return float(text) if len(text) <= LONGEST_NUMBER else None
    except ValueError:
        return None


def folder_of_stand_ins(checks: ModuleType | None) -> Path | None:
    """The folder of modules that students' imports find in the sandbox in the place of the course's own."""
    place = getattr(checks, "STAND_INS", None)
    return None if place is None else Path(place)
