"""Say where to look when no known mistake gives the answer: the check's own advice, an error's meaning, a size."""

import copy
from inspect import signature

import numpy as np

from lstm_ref.checks.engine.answer import Outcome, Result
from lstm_ref.checks.engine.compare import axes_of, leaves
from lstm_ref.checks.engine.declare import Arguments, Check
from lstm_ref.checks.engine.errors import meaning
from lstm_ref.checks.engine.form import form_complaint
from lstm_ref.checks.engine.match import expected
from lstm_ref.messages import _


def advise(check: Check, arguments: Arguments, result: Result) -> str:
    """What the check itself says to numbers that it does not know, if their form is right."""
    if not check.advice:
        return ""
    want = expected(check, arguments)
    if form_complaint(check.name, check.output, result.first, want, ""):
        return ""
    got = leaves(result.first.numbers, check.output)
    return check.advice(copy.deepcopy(arguments), got, leaves(want, check.output))


def explain(check: Check, before: list[Arguments], arguments: Arguments, result: Result) -> str:
    """What to say to an error of Python's own, or to a wrong shape. before: the calls that were answered rightly."""
    if result.first.kind != "error":
        return _steps(check, arguments, result.first) or _one_size(check, before, arguments, result)
    said = meaning(check.name, result.first, _called_with(check, arguments))
    if result.first.type in ("ValueError", "IndexError"):
        said += " " + _one_size(check, before, arguments, result)
    return said.strip()


def _called_with(check: Check, arguments: Arguments) -> list[str]:
    """The names of what the function is called with; a bench calls it with other things than the bench is given."""
    if not check.bench:
        return list(arguments)
    return [name for name, one in signature(check.reference).parameters.items() if one.default is one.empty]


def _steps(check: Check, arguments: Arguments, outcome: Outcome) -> str:
    """What to say to steps that are too few, or that stand along another axis."""
    if check.any_form:
        return ""
    value, want = outcome.numbers, expected(check, arguments)
    if value is None or isinstance(value, tuple) != isinstance(want, tuple):
        return ""
    got, want = leaves(value, check.output), leaves(want, check.output)
    for leaf in want:
        right, shape = want[leaf].shape, got[leaf].shape if leaf in got else ()
        if not axes_of(check, leaf).startswith("BT") or len(shape) != len(right) or shape[1] == right[1]:
            continue
        if shape[:2] == (right[1], right[0]):
            return _("The first two axes are the wrong way round: np.stack(steps, axis=1) puts the sequences first.")
        if sorted(shape) == sorted(right):
            return _(
                "The axes come in another order; .T turns all of them round. np.stack(steps, axis=1) puts the "
                "sequences first and the steps second."
            )
        if (shape[0], *shape[2:]) != (right[0], *right[2:]):
            continue
        if shape[1] == 1:
            return _("One step alone came back. Does `return` stand inside the loop?")
        if shape[1] == right[0]:
            return _("There are as many steps as sequences: len(a) is B, and a.shape[1] is T.")
    return ""


def _one_size(check: Check, before: list[Arguments], arguments: Arguments, result: Result) -> str:
    """What to say to an error or a wrong shape, where the calls before, of other sizes, were right."""
    if not before or _shapes(before[-1]) == _shapes(arguments):
        return ""
    sizes = check.sizes(before[-1])
    if sizes in ("", check.sizes(arguments)):
        return ""
    if not form_complaint(check.name, check.output, result.first, expected(check, arguments), ""):
        return ""
    return _("It passed with {sizes}: is a size hard-coded?").format(sizes=sizes)


def _shapes(value) -> list:
    """The shape of every array among the arguments of a call."""
    if isinstance(value, dict | list | tuple):
        return [_shapes(item) for item in (value.values() if isinstance(value, dict) else value)]
    return list(np.shape(value))
