"""Judge the calls of one part: form first, then habits, then numbers; then why, as far as it can be told.

Whatever is not a right answer in the right form is refused with a sentence.
"""

import copy
from dataclasses import replace

from lstm_ref.checks.engine.answer import Result
from lstm_ref.checks.engine.compare import leaves, number_complaint
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.engine.explain import advise, explain
from lstm_ref.checks.engine.form import as_asked, form_complaint
from lstm_ref.checks.engine.match import expected, name_mistake
from lstm_ref.messages import _


def judge_part(check: Check, part: Part, calls: list[Arguments], results: list[Result]) -> str | None:
    """None if every call of the part was answered rightly, else what is wrong, where, got, expected, and why.

    results: one for each call.
    """
    for n, (arguments, result) in enumerate(zip(calls, results, strict=True)):
        result = _as_asked(check, part, arguments, result)
        complaint, worth_explaining = _judge_call(check, part, arguments, result)
        if complaint and worth_explaining:
            whole = [_as_asked(check, None, *pair) for pair in zip(calls, results, strict=True)]
            why = (
                name_mistake(check, part, calls, whole)
                or advise(check, arguments, result)
                or explain(check, calls[:n], arguments, result)
            )
            complaint = f"{complaint} {why}".strip()
        if complaint:
            return complaint
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
    if result.mutated:
        text = _(
            "{name} changed its argument {argument} in place. Whoever called it still needs that array: "
            "make a new one, for instance a + b and not a += b."
        ).format(name=check.name, argument=", ".join(result.mutated))
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
