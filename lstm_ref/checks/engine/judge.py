"""Compare what a student's function returned with the reference, and name the mistake.

A comparison never trusts the answer: it may have come from a stranger's process and be any plain tree. Whatever is not
a right answer in the right form is refused with a sentence.

A function may return a number, an array, or a (named) tuple, list or dict of such. Its numbers are compared leaf by
leaf; a leaf has a name such as "f", "state.h" or "states[1].c".
"""

import copy
import math
from inspect import signature

import numpy as np

from lstm_ref.checks.engine.call import same
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Mistake, Part
from lstm_ref.checks.engine.errors import meaning
from lstm_ref.checks.engine.form import as_asked, form_complaint, is_result, leaves, numbers
from lstm_ref.checks.engine.match import Problem, Returned, close, gives, sentences
from lstm_ref.messages import _


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
    for n, (arguments, result) in enumerate(zip(calls, results, strict=True)):
        complaint, about_the_value = _judge_call(check, check.parts[part], arguments, result)
        if complaint and about_the_value:
            why = (
                _name_mistake(check, check.parts[part], calls, results)
                or _advise(check, arguments, result)
                or _explain(check, calls[:n], arguments, result)
            )
            complaint = f"{complaint} {why}".strip()
        if complaint:
            return complaint
    return None


def _judge_call(check: Check, part: Part, arguments: Arguments, result) -> tuple[str | None, bool]:
    """What is wrong with one call, in one or two sentences, or None; and whether it is the value that is wrong.

    A right value got in a wrong way must not be explained by a mistake that happens to give the right value here.
    """
    if not is_result(result):
        return _("No answer came back from {name}.").format(name=check.name), False
    sizes = check.sizes(arguments)
    if check.any_form:
        if result["first"]["kind"] == "error":
            return form_complaint(check.name, check.output, result["first"], None, sizes), True
        return check.behaviour(copy.deepcopy(arguments), numbers(result["first"])), True
    want = _expected(check, arguments)
    behaviour = part.behaviour or check.behaviour
    outcome = as_asked(result["first"], want, whole_too=behaviour is not None)
    form = form_complaint(check.name, check.output, outcome, want, sizes)
    if form:
        return form, True
    habit = _habit_complaint(check, result)
    if habit:
        return habit, False
    if behaviour:
        return behaviour(copy.deepcopy(arguments), numbers(outcome)), True
    got, want = leaves(numbers(outcome), check.output), leaves(want, check.output)
    complaint = _number_complaint(check, part, arguments, got, want)
    if complaint:
        return complaint, True
    return _overflow_complaint(check, part, result), False


def _expected(check: Check, arguments: Arguments):
    want = Problem(arguments, check).under(check.reference)
    if isinstance(want, Exception):
        raise want
    return want


def _habit_complaint(check: Check, result: dict) -> str | None:
    """None if the function left its arguments alone and said the same twice."""
    mutated = result.get("mutated")
    if mutated:
        text = _(
            "{name} changed its argument {argument} in place. Whoever called it still needs that array: "
            "make a new one, for instance a + b and not a += b."
        ).format(name=check.name, argument=", ".join(mutated))
        if any("[" in place for place in mutated):
            text += " " + _("The same holds for a list: do not put anything into it, collect in a list of your own.")
        return text
    outcome, again = result["first"], result.get("second")
    if again is None or again["kind"] != outcome["kind"]:
        return _("{name} answered a first call, but not a second one with the same arguments.").format(name=check.name)
    if not same(outcome, again):
        return _(
            "{name} gave two different answers to the same arguments. It must depend on nothing else: "
            "no random numbers, nothing kept from the last call."
        ).format(name=check.name)
    return None


def _overflow_complaint(check: Check, part: Part, result: dict) -> str | None:
    """None if the numbers on the way stayed within float64, where that is asked for."""
    if part.quiet and any("overflow" in text for text in result.get("warnings") or ()):
        return _(
            "{name} overflowed on the way: NumPy warned of a number too large for float64. exp(z) is safe only for "
            "z of at most 709; use the form that suits the sign of z."
        ).format(name=check.name)
    return None


def _number_complaint(check: Check, part: Part, arguments: Arguments, got: Leaves, want: Leaves) -> str | None:
    """None if every number that the part compares is right, else the first that is not, and which outputs are right."""
    wrong = {leaf: ~close(got[leaf], want[leaf], check.tolerance) for leaf in part.only or want}
    bad = sorted((leaf for leaf in wrong if wrong[leaf].any()), key=lambda leaf: _general(leaf) not in check.first)
    if not bad:
        return None
    leaf = bad[0]
    index = first_wrong(wrong[leaf], _axes(check, leaf))
    shown_got, shown_want = _apart(float(got[leaf][index]), float(want[leaf][index]))
    place = check.place(arguments, index) if check.place else _place(check, leaf, index)
    text = _("{place} is {got}, expected {want} ({sizes}).").format(
        place=place, got=shown_got, want=shown_want, sizes=check.sizes(arguments)
    )
    if wrong[leaf].size > 1:
        text += " " + _("{wrong} of {all} numbers differ.").format(wrong=int(wrong[leaf].sum()), all=wrong[leaf].size)
    if len(wrong) > 1:
        good = [name for name in wrong if name not in bad]
        if good:
            text += " " + _("Right: {good}. Wrong: {bad}.").format(good=", ".join(good), bad=", ".join(bad))
    return text


def first_wrong(wrong: np.ndarray, axes: str) -> tuple[int, ...]:
    """The index of the first True: the earliest step where there are steps ("T"), for the later ones follow from it."""
    places = np.argwhere(wrong)
    if "T" in axes:
        places = places[np.argsort(places[:, axes.index("T")], kind="stable")]
    return tuple(int(n) for n in places[0])


def _general(leaf: str) -> str:
    """A leaf without its numbers: states[1].h is "states.h"."""
    return "".join(character for character in leaf if character not in "[]0123456789")


def _axes(check: Check, leaf: str) -> str:
    return check.axes.get(_general(leaf), "")


def _place(check: Check, leaf: str, index: tuple[int, ...]) -> str:
    """One number in the letters of the course and in words: hs[1, 0, 2] (sequence 1, step 0, unit 2)."""
    if not index:
        return leaf
    words = {"B": _("sequence {n}"), "T": _("step {n}"), "H": _("unit {n}"), "D": _("input {n}")}
    axes = _axes(check, leaf)
    named = [words[axis].format(n=n) for axis, n in zip(axes, index, strict=False) if axis in words]
    said = f" ({', '.join(named)})" if len(named) == len(index) else ""
    return f"{leaf}[{', '.join(map(str, index))}]{said}"


def _apart(got: float, want: float) -> tuple[str, str]:
    """Both numbers with as few digits, four or more, as show that they differ; whole numbers in full."""
    got, want = got + 0.0, want + 0.0  # -0.0 + 0.0 is 0.0
    if got != want and all(math.isfinite(n) and n == int(n) and abs(n) < 1e15 for n in (got, want)):
        return f"{got:.0f}", f"{want:.0f}"
    for digits in range(4, 18):
        a, b = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if a != b:
            return a, b
    return repr(got), repr(want)


def _name_mistake(check: Check, part: Part, calls: list[Arguments], results: list) -> str:
    """A sentence naming every known mistake that gives exactly these results in every call, or nothing."""
    if not all(map(is_result, results)):
        return ""
    pairs = [(Problem(call, check), Returned(result["first"])) for call, result in zip(calls, results, strict=True)]
    if not check.any_form and all(gives(check, Mistake("", check.reference), *pair) for pair in pairs):
        return ""  # right numbers in a wrong form: a mistake that cannot be seen here would explain nothing

    def matching(mistakes, leaf=None):
        return [m for m in mistakes if all(gives(check, m, *pair, leaf=leaf) for pair in pairs)]

    # What only this part can show is the better explanation of it.
    named = matching(part.mistakes) or matching(check.mistakes)
    if named and any(result["first"].get("kind") == "error" for result in results):
        return _("This is exactly the error you get when {mistake}.").format(mistake=sentences(named))
    if named:
        return _("These are exactly the numbers you get when {mistake}.").format(mistake=sentences(named))
    # Two mistakes at once: the outputs that others follow from may still give one of them away.
    for leaf in _wrong_leaves(check, part, calls, results):
        named = matching((*part.mistakes, *check.mistakes), leaf)
        if 1 <= len(named) <= 2:
            return _(
                "{leaf} holds exactly the numbers you get when {mistake}. That alone does not explain the rest: "
                "there is a second mistake."
            ).format(leaf=leaf, mistake=sentences(named))
    return ""


def _wrong_leaves(check: Check, part: Part, calls: list[Arguments], results: list) -> list[str]:
    """The first leaves that are wrong, if there are several to tell apart and the form is right."""
    if not check.first:
        return []
    for arguments, result in zip(calls, results, strict=True):
        want = _expected(check, arguments)
        if not is_result(result) or form_complaint(check.name, check.output, result["first"], want, ""):
            return []
        got, want = leaves(numbers(result["first"]), check.output), leaves(want, check.output)
        wrong = [leaf for leaf in part.only or want if not close(got[leaf], want[leaf], check.tolerance).all()]
        if wrong:
            return [leaf for leaf in wrong if _general(leaf) in check.first]
    return []


def _advise(check: Check, arguments: Arguments, result) -> str:
    """Where to look for a mistake that nobody knows, if the answer has the right form and the check can tell."""
    if check.advice is None or not is_result(result):
        return ""
    outcome = result["first"]
    want = _expected(check, arguments)
    if form_complaint(check.name, check.output, outcome, want, ""):
        return ""
    return check.advice(copy.deepcopy(arguments), leaves(numbers(outcome), check.output), leaves(want, check.output))


def _asked_with(check: Check, arguments: Arguments) -> list[str]:
    """The names of what the function is called with; a bench calls it with other things than it was given."""
    if not check.bench:
        return list(arguments)
    return [name for name, one in signature(check.reference).parameters.items() if one.default is one.empty]


def _explain(check: Check, before: list[Arguments], arguments: Arguments, result) -> str:
    """What to say to an error of Python's own, or to an array of the wrong shape, where nothing better is known."""
    if not is_result(result):
        return ""
    outcome = result["first"]
    if outcome.get("kind") == "error":
        said = meaning(check.name, outcome, _asked_with(check, arguments))
        if outcome.get("type") in ("ValueError", "IndexError"):
            said += " " + _one_size(check, before, arguments, result)
        return said.strip()
    return _steps(check, arguments, outcome) or _one_size(check, before, arguments, result)


def _steps(check: Check, arguments: Arguments, outcome: dict) -> str:
    """What to say to steps that are too few."""
    if check.any_form:
        return ""
    value, want = numbers(outcome), _expected(check, arguments)
    if value is None or isinstance(value, tuple) != isinstance(want, tuple):
        return ""
    got, want = leaves(value, check.output), leaves(want, check.output)
    for leaf in want:
        expected, shape = want[leaf].shape, got[leaf].shape if leaf in got else ()
        if not _axes(check, leaf).startswith("BT") or len(shape) != len(expected) or shape[1] == expected[1]:
            continue
        if shape[:2] == expected[1::-1]:
            return _("The first two axes are the wrong way round: np.stack(steps, axis=1) puts the sequences first.")
        if sorted(shape) == sorted(expected):
            return _(
                "The axes come in another order; .T turns all of them round. np.stack(steps, axis=1) puts the "
                "sequences first and the steps second."
            )
        if (shape[0], *shape[2:]) != (expected[0], *expected[2:]):
            continue
        if shape[1] == 1:
            return _("One step alone came back. Does `return` stand inside the loop?")
        if shape[1] == expected[0]:
            return _("There are as many steps as sequences: len(a) is B, and a.shape[1] is T.")
    return ""


def _one_size(check: Check, before: list[Arguments], arguments: Arguments, result) -> str:
    """What to say to an error or a wrong shape, where the calls before, of other sizes, were right."""
    sizes = check.sizes(before[-1]) if before else ""
    if sizes in ("", check.sizes(arguments)) or _shapes(before[-1]) == _shapes(arguments):
        return ""
    if not form_complaint(check.name, check.output, result["first"], _expected(check, arguments), ""):
        return ""
    return _("With {sizes} it was right: is a size written there as a number?").format(sizes=sizes)


def _shapes(value) -> list:
    """Of every array among the arguments of a call."""
    if isinstance(value, dict | list | tuple):
        return [_shapes(item) for item in (value.values() if isinstance(value, dict) else value)]
    return list(np.shape(value))


def number(value: float) -> str:
    """A number as it stands in a sentence: -800, 0.25, 1.5e-05."""
    return f"{value:.0f}" if math.isfinite(value) and value == int(value) and abs(value) < 1e6 else f"{value:.4g}"
