"""Compare what a student's function returned with the reference, and name the mistake.

A comparison never trusts the answer: it may have come from a stranger's process and be any plain tree. Whatever is not
a right answer in the right form is refused with a sentence.

A function may return a number, an array, or a (named) tuple, list or dict of such. Its numbers are compared leaf by
leaf; a leaf has a name such as "f", "state.h" or "states[1].c".
"""

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from lstm_ref.checks.caller import same
from lstm_ref.checks.form import form_complaint, leaves, numbers
from lstm_ref.messages import _

Arguments = dict[str, Any]
Leaves = dict[str, np.ndarray]


@dataclass(frozen=True)
class Mistake:
    """A mistake that learners make: `wrong` gives its numbers, `sentence` ends "... the numbers you get when"."""

    sentence: str
    wrong: Callable
    seen: str = ""  # a public thread or page where somebody made it


@dataclass(frozen=True)
class Part:
    """One graded aspect: `calls` makes the arguments of a few calls from a random generator."""

    calls: Callable[[np.random.Generator], list[Arguments]]
    quiet: bool = False  # whether an overflow on the way is a fault, even if the number that comes out is right
    mistakes: tuple[Mistake, ...] = ()  # those that only these arguments can show


@dataclass(frozen=True)
class Check:
    """What is asked of one function."""

    name: str  # of the function
    output: str | tuple[str, ...]  # what it returns, in the course's letters; one name for each item of a plain tuple
    reference: Callable
    parts: Mapping[str, Part]
    sizes: Callable[[Arguments], str]  # the sizes of one call, in letters
    # How to name one number of the result, from (arguments, index); `axes` serves where there is more than one leaf.
    place: Callable[[Arguments, tuple[int, ...]], str] | None = None
    axes: Mapping[str, str] = field(default_factory=dict)  # leaf -> its axes, such as "BTH"; states[1].h is "states.h"
    mistakes: tuple[Mistake, ...] = ()
    # For numbers that are wrong in a way nobody knows: where to look, from (arguments, got, expected), leaf by leaf.
    advice: Callable[[Arguments, Leaves, Leaves], str] | None = None
    # Where many answers are right: what is wrong with one, from (arguments, answer), or None. It replaces the
    # comparison with the reference, whose answer still says what form is expected.
    behaviour: Callable[[Arguments, Any], str | None] | None = None
    given: tuple[str, ...] = ()  # functions of the exercise that are lent while this one is checked
    tolerance: float = 1e-9  # absolute and relative; float64 rounding here stays below 1e-14


def judge_part(check: Check, part: str, calls: list[Arguments], answer) -> str | None:
    """None if every call of the part was answered rightly, else what is wrong, where, got, expected, and why.

    An answer that is not of the form that `caller.run` returns is refused.
    """
    if isinstance(answer, dict) and isinstance(answer.get("not_callable"), str):
        return _("{name} is of type {got}; expected a function. Was it overwritten, or never defined?").format(
            name=check.name, got=answer["not_callable"]
        )
    results = answer.get("calls") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != len(calls):
        return _("No answer came back from {name}.").format(name=check.name)
    for arguments, result in zip(calls, results, strict=True):
        complaint, about_the_value = _judge_call(check, check.parts[part], arguments, result)
        if complaint and about_the_value:
            why = _name_mistake(check, check.parts[part], calls, results) or _advise(check, arguments, result)
            complaint = f"{complaint} {why}".strip()
        if complaint:
            return complaint
    return None


def _judge_call(check: Check, part: Part, arguments: Arguments, result) -> tuple[str | None, bool]:
    """What is wrong with one call, in one or two sentences, or None; and whether it is the value that is wrong.

    A right value got in a wrong way must not be explained by a mistake that happens to give the right value here.
    """
    outcome = result.get("first") if isinstance(result, dict) else None
    if not isinstance(outcome, dict):
        return _("No answer came back from {name}.").format(name=check.name), False
    want = _expected(check, arguments)
    sizes = check.sizes(arguments)
    form = form_complaint(check.name, check.output, outcome, want, sizes)
    if form:
        return form, True
    habit = _habit_complaint(check, result, outcome)
    if habit:
        return habit, False
    if check.behaviour:
        return check.behaviour(copy.deepcopy(arguments), numbers(outcome)), True
    complaint = _number_complaint(check, arguments, leaves(numbers(outcome), check.output), leaves(want, check.output))
    if complaint:
        return complaint, True
    return _overflow_complaint(check, part, result), False


def _expected(check: Check, arguments: Arguments):
    with np.errstate(all="ignore"):
        return check.reference(*copy.deepcopy(arguments).values())


def _habit_complaint(check: Check, result: dict, outcome: dict) -> str | None:
    """None if the function left its arguments alone and said the same twice."""
    mutated = result.get("mutated")
    if mutated:
        return _(
            "{name} changed its argument {argument} in place. Whoever called it still needs that array: "
            "make a new one, for instance a + b and not a += b."
        ).format(name=check.name, argument=", ".join(map(str, mutated)))
    again = result.get("second")
    if not isinstance(again, dict) or again.get("kind") != outcome["kind"]:
        return _("{name} answered a first call, but not a second one with the same arguments.").format(name=check.name)
    if not same(outcome, again):
        return _(
            "{name} gave two different answers to the same arguments. It must depend on nothing else: "
            "no random numbers, nothing kept from the last call."
        ).format(name=check.name)
    return None


def _overflow_complaint(check: Check, part: Part, result: dict) -> str | None:
    """None if the numbers on the way stayed within float64, where that is asked for."""
    if part.quiet and any("overflow" in str(text) for text in result.get("warnings") or ()):
        return _(
            "{name} overflowed on the way: NumPy warned of a number too large for float64. exp(z) is safe only for "
            "z of at most 709; use the form that suits the sign of z."
        ).format(name=check.name)
    return None


def _number_complaint(check: Check, arguments: Arguments, got: Leaves, want: Leaves) -> str | None:
    """None if every number is right, else the first that is not, and which of several outputs are right."""
    wrong = {leaf: ~_close(got[leaf], want[leaf], check.tolerance) for leaf in want}
    bad = [leaf for leaf in want if wrong[leaf].any()]
    if not bad:
        return None
    leaf = bad[0]
    index = tuple(int(n) for n in np.argwhere(wrong[leaf])[0])
    shown_got, shown_want = _apart(float(got[leaf][index]), float(want[leaf][index]))
    place = check.place(arguments, index) if check.place else _place(check, leaf, index)
    text = _("{place} is {got}, expected {want} ({sizes}).").format(
        place=place, got=shown_got, want=shown_want, sizes=check.sizes(arguments)
    )
    if wrong[leaf].size > 1:
        text += " " + _("{wrong} of {all} numbers differ.").format(wrong=int(wrong[leaf].sum()), all=wrong[leaf].size)
    if len(want) > 1:
        good = [name for name in want if name not in bad]
        if good:
            text += " " + _("Right: {good}. Wrong: {bad}.").format(good=", ".join(good), bad=", ".join(bad))
    return text


def _place(check: Check, leaf: str, index: tuple[int, ...]) -> str:
    """One number in the letters of the course and in words: hs[1, 0, 2] (sequence 1, step 0, unit 2)."""
    if not index:
        return leaf
    words = {"B": _("sequence {n}"), "T": _("step {n}"), "H": _("unit {n}"), "D": _("input {n}")}
    axes = check.axes.get("".join(character for character in leaf if character not in "[]0123456789"), "")
    named = [words[axis].format(n=n) for axis, n in zip(axes, index, strict=False) if axis in words]
    said = f" ({', '.join(named)})" if len(named) == len(index) else ""
    return f"{leaf}[{', '.join(map(str, index))}]{said}"


def _close(got: np.ndarray, want: np.ndarray, tolerance: float) -> np.ndarray:
    """Where two arrays of one shape agree. nan agrees with nothing but nan, inf with inf of its sign."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= tolerance * (1 + np.abs(np.where(np.isfinite(want), want, 0)))
    return near | (got == want) | (np.isnan(got) & np.isnan(want))


def _apart(got: float, want: float) -> tuple[str, str]:
    """Both numbers with as few digits, four or more, as show that they differ."""
    for digits in range(4, 18):
        a, b = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if a != b:
            return a, b
    return repr(got), repr(want)


def _name_mistake(check: Check, part: Part, calls: list[Arguments], results: list) -> str:
    """A sentence naming every known mistake that gives exactly these results in every call, or nothing."""

    def matching(mistakes):
        return [m for m in mistakes if all(map(partial(_as_mistaken, check, m), calls, results))]

    # What only this part can show is the better explanation of it.
    named = matching(part.mistakes) or matching(check.mistakes)
    if not named:
        return ""
    sentence = _(", or when ").join(m.sentence for m in named)
    if results[0]["first"].get("kind") == "error":
        return _("This is exactly the error you get when {mistake}.").format(mistake=sentence)
    return _("These are exactly the numbers you get when {mistake}.").format(mistake=sentence)


def _as_mistaken(check: Check, mistake: Mistake, arguments: Arguments, result) -> bool:
    outcome = result.get("first") if isinstance(result, dict) else None
    if not isinstance(outcome, dict):
        return False
    try:
        with np.errstate(all="ignore"):
            wrong = mistake.wrong(*copy.deepcopy(arguments).values())
    except (ValueError, TypeError, IndexError, NameError) as error:
        # Some mistakes end in an exception: they are known by its type and text.
        raised = {"kind": "error", "type": type(error).__name__, "text": str(error)}
        return all(outcome.get(key) == value for key, value in raised.items())
    returned = numbers(outcome)
    if returned is None or isinstance(returned, tuple) != isinstance(wrong, tuple):
        return False
    got, wanted = leaves(returned, check.output), leaves(wrong, check.output)
    return list(got) == list(wanted) and all(
        got[leaf].dtype.kind == wanted[leaf].dtype.kind
        and got[leaf].shape == wanted[leaf].shape
        and bool(_close(got[leaf], wanted[leaf], check.tolerance / 10).all())
        for leaf in got
    )


def _advise(check: Check, arguments: Arguments, result) -> str:
    """Where to look for a mistake that nobody knows, if the answer has the right form and the check can tell."""
    outcome = result["first"]
    want = _expected(check, arguments)
    if check.advice is None or form_complaint(check.name, check.output, outcome, want, ""):
        return ""
    return check.advice(copy.deepcopy(arguments), leaves(numbers(outcome), check.output), leaves(want, check.output))


def number(value: float) -> str:
    """A number as it stands in a sentence: -800, 0.25, 1.5e-05."""
    return f"{value:.0f}" if math.isfinite(value) and value == int(value) and abs(value) < 1e6 else f"{value:.4g}"
