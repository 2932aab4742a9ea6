"""Compare what a student's function returned with the reference, and name the mistake.

A comparison never trusts the answer: it may have come from a stranger's process and be any plain tree. Whatever is not
a right answer in the right form is refused with a sentence.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from lstm_ref.messages import _

Arguments = dict[str, np.ndarray]


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
    output: str  # what it returns, in the course's letters
    reference: Callable
    parts: Mapping[str, Part]
    place: Callable[[Arguments, tuple[int, ...]], str]  # how to name one number of the result
    sizes: Callable[[Arguments], str]  # the sizes of one call, in letters
    mistakes: tuple[Mistake, ...] = ()
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
            complaint = f"{complaint} {_name_mistake(check, check.parts[part], calls, results)}".strip()
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
    with np.errstate(all="ignore"):
        want = np.asarray(check.reference(*arguments.values()))
    sizes = check.sizes(arguments)
    form = _form_complaint(check, outcome, want, sizes)
    if form:
        return form, True
    habit = _habit_complaint(check, result, outcome)
    if habit:
        return habit, False
    numbers = _number_complaint(check, arguments, outcome["value"], want, sizes)
    if numbers:
        return numbers, True
    return _overflow_complaint(check, part, result), False


def _form_complaint(check: Check, outcome: dict, want: np.ndarray, sizes: str) -> str | None:
    """None if a floating array of the right shape came back."""
    kind, value = outcome.get("kind"), outcome.get("value")
    names = {"name": check.name, "output": check.output, "expected": want.shape, "sizes": sizes}
    if kind == "error" and outcome.get("type") == "NotImplementedError":
        unwritten = outcome.get("function")
        if unwritten and unwritten != check.name:
            return _("{name} calls {unwritten}, which is not written yet.").format(name=check.name, unwritten=unwritten)
        return _("{name} is not written yet: it still raises NotImplementedError.").format(**names)
    if kind == "error":
        line = str(outcome.get("line", ""))
        text = _("{name} raised {type}: {text}").format(
            name=check.name, type=outcome.get("type"), text=outcome.get("text")
        )
        return text + (_(" — at the line `{line}` ({sizes}).").format(line=line, sizes=sizes) if line else ".")
    if kind == "None":
        return _("{name} returned None; expected {output}. Is the return statement missing?").format(**names)
    if kind == "torch tensor":
        return _(
            "{name} returned a torch tensor; this exercise is in NumPy, expected an array of shape {expected}."
        ).format(**names)
    if kind != "array" or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return _(
            "{name} returned a value of type {kind}; expected a NumPy array of shape {expected} ({sizes})."
        ).format(kind=kind, **names)
    if value.shape != want.shape:
        turned = _(" It is transposed.") if value.ndim == 2 and value.shape == want.shape[::-1] else ""
        return _("{output} has shape {got}, expected {expected} ({sizes}).").format(got=value.shape, **names) + turned
    if value.dtype.kind in "iub":
        return _("{output} has dtype {dtype}, whole numbers; expected float64. Was it rounded or cast?").format(
            dtype=value.dtype, **names
        )
    if value.dtype.itemsize < 8:
        return _("{output} has dtype {dtype}; expected float64, as the arguments are. Where is it narrowed?").format(
            dtype=value.dtype, **names
        )
    return None


def _habit_complaint(check: Check, result: dict, outcome: dict) -> str | None:
    """None if the function left its arguments alone and said the same twice."""
    mutated = result.get("mutated")
    if mutated:
        return _(
            "{name} changed its argument {argument} in place. Whoever called it still needs that array: "
            "make a new one, for instance a + b and not a += b."
        ).format(name=check.name, argument=", ".join(map(str, mutated)))
    again = result.get("second")
    if not isinstance(again, dict) or again.get("kind") != "array" or not isinstance(again.get("value"), np.ndarray):
        return _("{name} answered a first call, but not a second one with the same arguments.").format(name=check.name)
    if not np.array_equal(outcome["value"], again["value"], equal_nan=True):
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


def _number_complaint(check: Check, arguments: Arguments, got: np.ndarray, want: np.ndarray, sizes: str) -> str | None:
    """None if every number is right, else the first that is not."""
    wrong = ~_close(got, want, check.tolerance)
    if not wrong.any():
        return None
    index = tuple(int(n) for n in np.argwhere(wrong)[0])
    shown_got, shown_want = _apart(float(got[index]), float(want[index]))
    text = _("{place} is {got}, expected {want} ({sizes}).").format(
        place=check.place(arguments, index), got=shown_got, want=shown_want, sizes=sizes
    )
    if wrong.size > 1:
        text += " " + _("{wrong} of {all} numbers differ.").format(wrong=int(wrong.sum()), all=wrong.size)
    return text


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
            wrong = np.asarray(mistake.wrong(*map(np.copy, arguments.values())))
    except (ValueError, TypeError, IndexError) as error:
        # Some mistakes end in an exception: they are known by its type and text.
        raised = {"kind": "error", "type": type(error).__name__, "text": str(error)}
        return all(outcome.get(key) == value for key, value in raised.items())
    got = outcome.get("value")
    return (
        outcome.get("kind") == "array"
        and isinstance(got, np.ndarray)
        and got.dtype.kind == "f"
        and got.shape == wrong.shape
        and bool(_close(got, wrong, check.tolerance / 10).all())
    )


def number(value: float) -> str:
    """A number as it stands in a sentence: -800, 0.25, 1.5e-05."""
    return f"{value:.0f}" if math.isfinite(value) and value == int(value) and abs(value) < 1e6 else f"{value:.4g}"
