"""Judge the calls of one part: form first, then habits, then numbers; then why, as far as it can be told.

Whatever is not a right answer in the right form is refused with a sentence.
"""

import copy
from dataclasses import replace
from typing import NamedTuple

from lstm_ref.checks.engine.answer import Result
from lstm_ref.checks.engine.call import SLIGHTLY
from lstm_ref.checks.engine.compare import leaves, number_complaint
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.engine.experiment import Found, experiments, found_out
from lstm_ref.checks.engine.explain import advise, explain
from lstm_ref.checks.engine.form import as_asked, form_complaint
from lstm_ref.checks.engine.match import expected, name_mistake
from lstm_ref.messages import _


class Wrong(NamedTuple):
    """The first call of a part that was not answered rightly."""

    number: int
    complaint: str
    explainable: bool  # a mistake that happens to give the right value would explain nothing


def judge_part(
    check: Check,
    part: Part,
    calls: list[Arguments],
    results: list[Result],
    further: list[Result] | None = None,
    because: str = "",
) -> str | None:
    """None if every call of the part was answered rightly, else what is wrong, where, got, expected, and why.

    results: one for each call; further: one for each of `further_calls`, if they were made; because: why, if that is
    known from elsewhere.
    """
    wrong = _first_wrong_call(check, part, calls, results)
    if wrong is None or not wrong.explainable:
        return wrong and wrong.complaint
    if because:
        return f"{wrong.complaint} {because}"
    n, arguments = wrong.number, calls[wrong.number]
    results = [_as_asked(check, None, *pair) for pair in zip(calls, results, strict=True)]
    result = _as_asked(check, part, arguments, results[n])
    named = name_mistake(check, part, calls, results, n)
    why = named.text
    if why and result.first.kind == "error":
        why = f"{explain(check, calls[:n], arguments, result)} {why}".strip()
    if not named.whole and further:
        why += " " + found_out(check, part, arguments, [one.first for one in further]).lines
    if not why:
        found = found_out(check, part, arguments, [one.first for one in further]) if further else Found()
        # What this part does not compare may tell, too: a list that is too short.
        where = found.lines or _uncompared(check, arguments, results[n], wrong.complaint)
        if not where:
            said = advise(check, arguments, result) or explain(check, calls[:n], arguments, result)
            where = f"{found.relation} {said}".strip()
        why = f"{found.influences} {where}".strip()
    return f"{wrong.complaint} {why}".strip()


def _uncompared(check: Check, arguments: Arguments, result: Result, complaint: str) -> str:
    """What is wrong with the form of what the part does not compare."""
    if check.any_form or check.behaviour or result.first.kind == "error":
        return ""
    sizes = check.sizes(arguments)
    form = form_complaint(check.name, check.output, result.first, expected(check, arguments), sizes)
    return "" if form is None or form in complaint else form


def further_calls(check: Check, part: Part, calls: list[Arguments], results: list[Result]) -> list[Arguments]:
    """What to call the function with once more, to find out where it is wrong; [] where its mistake is known."""
    wrong = _first_wrong_call(check, part, calls, results)
    if wrong is None or not wrong.explainable:
        return []
    results = [_as_asked(check, None, *pair) for pair in zip(calls, results, strict=True)]
    named = name_mistake(check, part, calls, results, wrong.number)
    if named.text and named.whole:
        return []
    return experiments(check, calls[wrong.number], results[wrong.number].first)


def _first_wrong_call(check: Check, part: Part, calls: list[Arguments], results: list[Result]) -> Wrong | None:
    for n, (arguments, result) in enumerate(zip(calls, results, strict=True)):
        complaint, explainable = _judge_call(check, part, arguments, _as_asked(check, part, arguments, result))
        if complaint:
            return Wrong(n, complaint, explainable)
    return None


def is_right(check: Check, part: Part, calls: list[Arguments], results: list[Result]) -> bool:
    """Whether every call of the part was answered rightly."""
    pairs = [(call, _as_asked(check, part, call, result)) for call, result in zip(calls, results, strict=True)]
    return not any(_judge_call(check, part, *pair)[0] for pair in pairs)


def _as_asked(check: Check, part: Part | None, arguments: Arguments, result: Result) -> Result:
    """The result in the form that is asked for, as far as it has it. part: it alone counts; None: all of it does."""
    if check.any_form:
        return result
    want, only = expected(check, arguments), part.only if part else ()
    free = (part and part.behaviour or check.behaviour) is not None
    first, second = (
        outcome and as_asked(outcome, want, check.output, only, free) for outcome in (result.first, result.second)
    )
    return replace(result, first=first, second=second)


def _judge_call(check: Check, part: Part, arguments: Arguments, result: Result) -> tuple[str | None, bool]:
    """What is wrong with one call, in one or two sentences, or None; and whether it is worth explaining.

    A wrong form or value is. A right value got in a wrong way is not: a mistake that happens to give the right value
    here would explain nothing.
    """
    sizes = check.sizes(arguments)
    if check.any_form:
        if result.first.kind == "error":
            return form_complaint(check.name, check.output, result.first, None, sizes), True
        return check.behaviour(copy.deepcopy(arguments), result.first.numbers), True
    want = expected(check, arguments)
    form = form_complaint(check.name, check.output, result.first, want, sizes)
    if form:
        return form, True
    habit = _habit_complaint(check, result)
    if habit:
        return habit, False
    behaviour = part.behaviour or check.behaviour
    if behaviour:
        return behaviour(copy.deepcopy(arguments), result.first.numbers), True
    got, want = leaves(result.first.numbers, check.output), leaves(want, check.output)
    complaint = number_complaint(check, part, arguments, got, want)
    if complaint:
        return complaint, True
    return _overflow_complaint(check, part, result), False


def _habit_complaint(check: Check, result: Result) -> str | None:
    """None if the function left its arguments alone and said the same twice."""
    slightly = [where.removeprefix(SLIGHTLY) for where in result.mutated if where.startswith(SLIGHTLY)]
    if slightly and len(slightly) == len(result.mutated):
        return _(
            "{name} put its argument {argument} back, but not exactly: what is added and taken off again leaves "
            "rounding behind. Move a copy, {argument}.copy()."
        ).format(name=check.name, argument=slightly[0])
    if result.mutated:
        text = _(
            "{name} changed its argument {argument} in place. Whoever called it still needs that array: "
            "make a new one, for instance a + b and not a += b."
        ).format(name=check.name, argument=", ".join(where.removeprefix(SLIGHTLY) for where in result.mutated))
        if any("[" in place for place in result.mutated):
            text += " " + _("The same holds for a list: do not put anything into it, collect in a list of your own.")
        return text
    if result.second is None or result.second.kind != result.first.kind:
        return _("{name} answered a first call, but not a second one with the same arguments.").format(name=check.name)
    if not result.first.same(result.second):
        return _(
            "{name} gave two different answers to the same arguments. It must depend on nothing else: "
            "no random numbers, nothing kept from the last call."
        ).format(name=check.name)
    return None


def _overflow_complaint(check: Check, part: Part, result: Result) -> str | None:
    """None if the numbers on the way stayed within float64, where that is asked for."""
    if part.refuses_overflow and any("overflow" in text for text in result.warnings):
        return _(
            "{name} overflowed on the way: NumPy warned of a number too large for float64. exp(z) is safe only for "
            "z of at most 709; use the form that suits the sign of z."
        ).format(name=check.name)
    return None
