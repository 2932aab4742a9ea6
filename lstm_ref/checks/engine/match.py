"""Find the known mistakes that give exactly what came back: its numbers, or the error it ends in."""

import copy
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lstm_ref.checks.engine.answer import Outcome, Result
from lstm_ref.checks.engine.call import plain
from lstm_ref.checks.engine.compare import close, leaves, without_numbers, wrong_leaves
from lstm_ref.checks.engine.declare import Arguments, Check, Mistake, Part
from lstm_ref.checks.engine.form import form_complaint
from lstm_ref.messages import _

_MADE: dict[tuple[Callable, bytes], Any] = {}  # (function, call) -> what it gives
_MOST = 2000  # entries of _MADE, a few kilobytes each
_ERRORS = (ValueError, TypeError, IndexError, AttributeError, NameError, RuntimeError)


class Named(NamedTuple):
    """What is said of known mistakes, and whether they explain all that is wrong."""

    text: str = ""
    whole: bool = True


class Call:
    """The arguments of one call, without those that the judge keeps to itself."""

    def __init__(self, check: Check, arguments: Arguments):
        self.arguments = {name: value for name, value in arguments.items() if name not in check.kept}
        self.bench = check.bench

    @cached_property
    def key(self) -> bytes:
        return pickle.dumps({name: plain(value) for name, value in self.arguments.items()})

    def result_of(self, function: Callable):
        """What a function of our own makes of it: a value, or the exception it ends in. Computed once."""
        if (function, self.key) not in _MADE:
            if len(_MADE) >= _MOST:
                _MADE.clear()
            try:
                with np.errstate(all="ignore"):
                    arguments = copy.deepcopy(self.arguments).values()
                    made = self.bench(function, *arguments) if self.bench else function(*arguments)
            except _ERRORS as error:
                made = error
            _MADE[function, self.key] = made
        return _MADE[function, self.key]


def expected(check: Check, arguments: Arguments):
    """What the reference returns."""
    want = Call(check, arguments).result_of(check.reference)
    if isinstance(want, Exception):
        raise want
    return want


def name_mistake(check: Check, part: Part, calls: list[Arguments], results: list[Result], number: int) -> Named:
    """A sentence naming every known mistake that gives exactly these results in every call, or nothing.

    number: of the call that is complained of.
    """
    pairs = [(Call(check, call), result.first) for call, result in zip(calls, results, strict=True)]
    if not check.any_form and all(_gives(check, Mistake("", check.reference), *pair) for pair in pairs):
        return Named()  # right numbers in a wrong form: a mistake that cannot be seen here would explain nothing

    def matching(mistakes, leaf=None):
        return [m for m in mistakes if all(_gives(check, m, *pair, leaf=leaf) for pair in pairs)]

    # What only this part can show is the better explanation of it.
    named = matching(part.mistakes) or matching(check.mistakes)
    if named and results[number].first.kind == "error":
        # Many lines end in the same error. The numbers of another call say which mistake it was.
        certain = any(result.first.kind != "error" for result in results) or any(m.raises for m in named)
        said = (
            _("This is exactly the error you get when {mistake}.")
            if certain
            else _("This error comes, for instance, when {mistake}.")
        )
        return Named(said.format(mistake=_sentences(named)))
    if named:
        said = _("These are exactly the numbers you get when {mistake}.")
        return Named(said.format(mistake=_sentences(named)))
    # Two mistakes at once: the outputs that others follow from may still give one of them away.
    for leaf in _wrong_leading_leaves(check, part, calls, results):
        named = [
            mistake
            for mistake in matching((*part.mistakes, *check.mistakes), leaf)
            if not any(_contradicted(check, mistake, *pair) for pair in pairs)
        ]
        if 1 <= len(named) <= 2:
            said = _("{leaf} holds exactly the numbers you get when {mistake}.")
            compared = [leaf for leaf in part.only if leaf in leaves(expected(check, calls[0]), check.output)]
            whole = all(_gives(check, m, *pair, leaf=one) for m in named for pair in pairs for one in compared or [""])
            if not whole:
                said += " " + _("That alone does not explain the rest: there is a second mistake.")
            return Named(said.format(leaf=leaf, mistake=_sentences(named)), whole)
    return Named()


def _gives(check: Check, mistake: Mistake, call: Call, outcome: Outcome, leaf: str | None = None) -> bool:
    """Whether the mistake gives this outcome; with `leaf`, whether it gives that one leaf of it."""
    if mistake.raises:
        return outcome.kind == "error" and mistake.raises in outcome.text
    wrong = call.result_of(mistake.wrong)
    if isinstance(wrong, Exception):
        return (outcome.kind, outcome.type, outcome.text) == ("error", type(wrong).__name__, str(wrong))
    if outcome.numbers is None or isinstance(outcome.numbers, tuple) != isinstance(wrong, tuple):
        return False
    got, made = leaves(outcome.numbers, check.output), leaves(wrong, check.output)
    return list(got) == list(made) and all(
        got[name].dtype.kind == made[name].dtype.kind
        and got[name].shape == made[name].shape
        and bool(close(got[name], made[name], check.tolerance / 10).all())
        for name in ([leaf] if leaf else got)
    )


def _contradicted(check: Check, mistake: Mistake, call: Call, outcome: Outcome) -> bool:
    """Whether the mistake would make a leaf wrong that is right."""
    want, wrong = (
        leaves(value, check.output) for value in (expected(check, call.arguments), call.result_of(mistake.wrong))
    )
    got = leaves(outcome.numbers, check.output)
    return any(
        close(got[leaf], want[leaf], check.tolerance).all()
        and (wrong[leaf].shape != want[leaf].shape or not close(wrong[leaf], want[leaf], check.tolerance).all())
        for leaf in want
    )


def _wrong_leading_leaves(check: Check, part: Part, calls: list[Arguments], results: list[Result]) -> list[str]:
    """The wrong leaves that others follow from, in the first call that is wrong, if its form is right."""
    if not check.leading:
        return []
    for arguments, result in zip(calls, results, strict=True):
        want = expected(check, arguments)
        if form_complaint(check.name, check.output, result.first, want, ""):
            return []
        wrong = wrong_leaves(check, part, leaves(result.first.numbers, check.output), leaves(want, check.output))
        if wrong:
            return [leaf for leaf in wrong if without_numbers(leaf) in check.leading]
    return []


def _sentences(mistakes: list[Mistake]) -> str:
    # One sentence may stand for several ways of making the same mistake.
    return _(", or when ").join(dict.fromkeys(mistake.sentence for mistake in mistakes))
