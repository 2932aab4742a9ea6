"""Say where to look when no known mistake gives the answer: the check's own advice, an error's meaning, a size."""

import copy
import re
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
        return (
            _steps(check, arguments, result.first)
            or _one_size(check, before, arguments, result)
            or _shape_in_letters(check, arguments, result.first)
        )
    said = meaning(check.name, result.first, called_with(check, arguments))
    if result.first.type in ("ValueError", "IndexError"):
        said += " " + (_one_size(check, before, arguments, result) or _sizes_in_letters(check, arguments, result.first))
    return said.strip()


def called_with(check: Check, arguments: Arguments) -> list[str]:
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


def _shape_in_letters(check: Check, arguments: Arguments, outcome: Outcome) -> str:
    """What to say to a shape that is wrong: an axis too many, one place too many, or the letters of its axes."""
    want = expected(check, arguments)
    if outcome.numbers is None or isinstance(outcome.numbers, tuple) != isinstance(want, tuple):
        return ""
    got, want = leaves(outcome.numbers, check.output), leaves(want, check.output)
    leaf = next((leaf for leaf in want if leaf in got and got[leaf].shape != want[leaf].shape), None)
    if leaf is None:
        return ""
    shape, right = got[leaf].shape, want[leaf].shape
    if len(shape) > len(right) and tuple(n for n in shape if n != 1) == tuple(n for n in right if n != 1):
        return _(
            "An axis of length 1 is too many: keepdims=True, None as an index and a slice such as a[-1:] leave one."
        )
    letters = _letters(check, arguments)
    twice = len(set(shape)) < len(shape) and len(set(right)) == len(right)  # one number, and two meanings
    if shape and not twice and all(n in letters for n in (*shape, *right)):
        said = _("In letters it is ({got}) and ought to be ({want}): over which axis is something added up, or joined?")
        return said.format(got=", ".join(letters[n] for n in shape), want=", ".join(letters[n] for n in right))
    if len(shape) == len(right):
        apart = [a - b for a, b in zip(shape, right, strict=True) if a != b]
        if apart in ([1], [-1]):
            more = _("One place more than asked for") if apart == [1] else _("One place fewer than asked for")
            return _("{more}: count at which number the first begins, and at which the last ends.").format(more=more)
    return ""


def _letters(check: Check, arguments: Arguments) -> dict[int, str]:
    """The sizes of a call by their numbers: {3: "B", 4: "H"}."""
    return {int(n): letter for letter, n in re.findall(r"\b([A-Z])=(\d+)\b", check.sizes(arguments))}


def _sizes_in_letters(check: Check, arguments: Arguments, outcome: Outcome) -> str:
    """What the numbers in an error about shapes that do not fit stand for."""
    letters = _letters(check, arguments)
    by_letter = {letter: n for n, letter in letters.items()}
    if {"D", "H"} <= set(by_letter):
        letters = {by_letter["H"] + by_letter["D"]: "H+D", 4 * by_letter["H"]: "4H"} | letters
    if not re.search(r"mismatch|not aligned|broadcast|must match exactly", outcome.text):
        return ""
    shapes = re.findall(r"\(([\d, ]*\d[\d, ]*|size[^()]*)\)", outcome.text)
    named = [f"{n} = {letters[n]}" for n in sorted(_numbers_in(" ".join(shapes) or outcome.text)) if n in letters]
    return _("In letters: {sizes}.").format(sizes=", ".join(named)) if named else ""


def _one_size(check: Check, before: list[Arguments], arguments: Arguments, result: Result) -> str:
    """What to say to an error or a wrong shape that holds a size of the call before, which was right."""
    if not before or _shapes(before[-1]) == _shapes(arguments):
        return ""
    if not form_complaint(check.name, check.output, result.first, expected(check, arguments), ""):
        return ""
    then, now = (_sizes(check, call) for call in (before[-1], arguments))
    of_before = {n for name, n in then.items() if now.get(name) != n}
    said = result.first.text if result.first.kind == "error" else str(_shapes(result.first.numbers))
    if not of_before & _numbers_in(said):
        return ""
    return _("It passed with {sizes}: is a size hard-coded?").format(sizes=check.sizes(before[-1]))


def _sizes(check: Check, arguments: Arguments) -> dict[str, int]:
    found = {name: int(n) for name, n in re.findall(r"(\w+)=(\d+)", check.sizes(arguments))}
    if {"D", "H"} <= set(found):
        found["H+D"] = found["H"] + found["D"]
    return found


def _numbers_in(text: str) -> set[int]:
    return set(map(int, re.findall(r"\d+", text)))


def _shapes(value) -> list:
    """The shape of every array among the arguments of a call."""
    if isinstance(value, dict | list | tuple):
        return [_shapes(item) for item in (value.values() if isinstance(value, dict) else value)]
    return list(np.shape(value))
