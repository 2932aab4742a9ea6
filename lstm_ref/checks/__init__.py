"""Checks: each makes a problem from a seed, calls a function on it, and judges what comes back.

The three parts can be used apart. `check(name, function)` runs them together, in a notebook. A grader that does not
trust the function runs `make` and `judge` itself and carries the file `CALLER` to where the function may run.
"""

import importlib
import pkgutil
import secrets
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from inspect import getsource
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from lstm_ref.checks import sections, session
from lstm_ref.checks.engine import call
from lstm_ref.checks.engine.answer import NotAnAnswer, Result, read_answer
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.engine.explain import called_with
from lstm_ref.checks.engine.judge import further_calls, is_right, judge_part
from lstm_ref.core.backward import LSTMGrads
from lstm_ref.core.cell import Gates, LSTMParams, LSTMState
from lstm_ref.messages import _

CALLER = Path(call.__file__)
# A notebook that is graded finds this in the place of lstm_ref: no reference and no judge.
STAND_INS = Path(__file__).parents[1] / "stand_ins"
# The named tuples that arguments may be.
_TYPES = {kind.__name__: kind for kind in (Gates, LSTMGrads, LSTMParams, LSTMState)}
# A folder that is named as an exercise, s03_forget_gate, holds the checks of that exercise.
STEMS = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[1:3].isdigit())
_MODULES = {stem: importlib.import_module(f"{__name__}.{stem}") for stem in STEMS}
_BY_STEM = {stem: module.CHECKS for stem, module in _MODULES.items()}
CHECKS: dict[str, Check] = {check.name: check for checks in _BY_STEM.values() for check in checks}
if len(CHECKS) != sum(map(len, _BY_STEM.values())):
    raise ImportError("two checks have the same name")
# Where the book explains what a check asks: the chapter's stem, and the title of one of its sections.
SECTIONS = {name: (stem[1:], title) for stem, module in _MODULES.items() for name, title in module.SECTIONS.items()}


def defined_in(name: str) -> str | None:
    """The module that defines a check, or None if there is no check of this name.

    A page or an assignment that asks for a check depends on that module. Its name is put together at run time, above,
    where no reader of imports can see it.
    """
    return next((f"{__name__}.{stem}" for stem, checks in _BY_STEM.items() if name in {c.name for c in checks}), None)


class CheckFailed(AssertionError):
    """What a check says to a wrong function. A notebook shows the sentences and none of the check's own lines.

    page: the address of the section that explains it, if it has one. A notebook makes a link of it.
    """

    page: str | None = None

    def _render_traceback_(self):
        lines = [line for part in str(self).splitlines() for line in textwrap.wrap(part, 88)]
        return lines if self.page is None else [*lines, self.page]


def make(name: str, seed: int, part: str | None = None) -> dict:
    """The problem of a check: what to call the function with. The same seed gives the same problem.

    A plain tree: {"calls": [{argument: what `call.plain` makes of it}], "given": {name: source text}, ...}. `sent` is
    what of it `call.run` takes, `lent` what `call.lend` takes; the rest the judge keeps. Raises KeyError for an unknown
    check or part.
    """
    check = _find(name)
    with _undisturbed():
        by_part = {chosen: _calls(check, chosen, seed) for chosen in _parts(check, part)}
    return {
        "calls": [
            {argument: call.plain(value) for argument, value in arguments.items()}
            for calls in by_part.values()
            for arguments in calls
        ],
        "given": {lent.__name__: _source(lent) for lent in check.given},
        "bench": [check.bench.__name__, _source(check.bench)] if check.bench else None,
        "once": check.once,
        "kept": list(check.kept),
        "parts": {chosen: len(calls) for chosen, calls in by_part.items()},
    }


def lent(problem: dict) -> dict[str, str] | None:
    """The functions that are lent while this problem is asked, by their text, or None. They may be called, not read."""
    return problem["given"] or None


def sent(problem: dict) -> dict:
    """The problem without what the judge keeps to itself, such as the labels of recordings to be told apart.

    Of functions that are lent it has the names alone.
    """
    calls = [{name: value for name, value in one.items() if name not in problem["kept"]} for one in problem["calls"]]
    rest = {name: value for name, value in problem.items() if name not in ("kept", "parts")}
    return rest | {"calls": calls, "given": list(problem["given"])}


def answer_to(problem: dict, function) -> dict:
    """The function's answer, called in this process: what `judge` takes."""
    return call.run(sent(problem), function, call.lend(problem["given"]))


def judge(name: str, problem: dict, answer, part: str | None = None, further=None) -> str | None:
    """None if `answer`, as `answer_to` gives it, is right; else what the student is told.

    problem: what `make(name, seed, part)` gave; it is trusted, `answer` is not. further: the answer to the problem that
    `further(name, problem, answer, part)` gave, if there was one. Raises KeyError for an unknown check or part.
    """
    check = _find(name)
    _parts(check, part)
    with _undisturbed():
        answered = _read(check, problem, answer)
        if isinstance(answered, str):
            return answered
        try:
            more = [] if further is None else read_answer(further)
        except NotAnAnswer:
            more = []
        because = _in_another_order(check, answered[0].calls, answer)
        for one in answered:
            fits = more and len(more) == len(further_calls(check, one.part, one.calls, one.results))
            complaint = judge_part(check, one.part, one.calls, one.results, more if fits else None, because)
            if complaint:
                return None if _own_are_right(check, answered) else complaint
    return None


def further(name: str, problem: dict, answer, part: str | None = None) -> dict | None:
    """A second problem, which finds out by experiment where a wrong function is wrong; None if there is none.

    It is asked and answered as the first, and its answer goes to `judge`.
    """
    check = _find(name)
    with _undisturbed():
        answered = _read(check, problem, answer)
        if isinstance(answered, str):
            return None
        for one in answered:
            if not is_right(check, one.part, one.calls, one.results):
                more = further_calls(check, one.part, one.calls, one.results)
                plain = [{argument: call.plain(value) for argument, value in each.items()} for each in more]
                return problem | {"calls": plain, "once": True} if plain else None
    return None


class _Answered(NamedTuple):
    """What a function answered to one part; `own`, with the student's own functions where others were lent, or []."""

    part: Part
    calls: list[Arguments]
    results: list[Result]
    own: list[Result]


def _read(check: Check, problem: dict, answer) -> list[_Answered] | str:
    """The answers to each part of a problem, or what is to be said where there are none."""
    calls = [{argument: call.built(value, _TYPES) for argument, value in one.items()} for one in problem["calls"]]
    try:
        results = read_answer(answer)
        own = read_answer({"calls": answer["own"]}) if "own" in answer else []
    except NotAnAnswer:
        return _("No answer came back from {name}.").format(name=check.name)
    if isinstance(results, str):
        return _("{name} is of type {got}; expected a function. Was it overwritten, or never defined?").format(
            name=check.name, got=results
        )
    if len(results) != len(calls):
        return _("{name} was called {expected} times, but {got} answers came back.").format(
            name=check.name, expected=len(calls), got=len(results)
        )
    found, start = [], 0
    for chosen, count in problem["parts"].items():
        its = slice(start, start + count)
        found.append(
            _Answered(check.parts[chosen], calls[its], results[its], own[its] if len(own) == len(calls) else [])
        )
        start += count
    return found


def _in_another_order(check: Check, calls: list[Arguments], answer: dict) -> str:
    """What to say where the first line of a function has the right names in another order than they are given in."""
    asked, got = called_with(check, calls[0]), answer.get("parameters")
    if not isinstance(got, list) or got == asked or sorted(map(str, got)) != sorted(asked):
        return ""
    return _("{name} is called with ({asked}); its first line has them in another order, ({got}).").format(
        name=check.name, asked=", ".join(asked), got=", ".join(map(str, got))
    )


def _own_are_right(check: Check, answered: list[_Answered]) -> bool:
    """A function may call the student's own in a way of theirs, which what is lent cannot know."""
    return all(one.own and is_right(check, one.part, one.calls, one.own) for one in answered)


def check(name: str, function, part: str | None = None, seed: int | None = None) -> None:
    """Check a student's function. Prints one line with a ✓ if it is right.

    name: of the check, such as "forget_gate"; part: one part of it, all by default; seed: which problem, a new one each
    time by default. Raises AssertionError whose text says what is wrong, where, what came, what was expected, names the
    mistake if it is a known one, and which section of the book explains it.
    """
    seed = secrets.randbelow(100_000) if seed is None else seed
    problem = make(name, seed, part)
    answer = answer_to(problem, function)
    complaint = judge(name, problem, answer, part)
    session.remember(name, problem["parts"], function, passed=complaint is None)
    if complaint is None:
        _say(f"✓ {name}" if part is None else f"✓ {name} ({part})")
        return
    if more := further(name, problem, answer, part):
        complaint = judge(name, problem, answer, part, answer_to(more, function))
    only = "" if part is None else f', part="{part}"'
    again = f'check("{name}", {getattr(function, "__name__", name)}{only}, seed={seed})'
    told = [complaint, _("To ask the same again: {again}").format(again=again), sections.sentence(*SECTIONS[name])]
    failed = CheckFailed("\n".join(told))
    failed.page = sections.address(*SECTIONS[name])
    raise failed


def what_is_missing(exercise: str) -> None:
    """Print one line: that all checks of an exercise passed, or what is still missing, by what they said last.

    exercise: such as "03_forget_gate". What was not checked since the kernel was started counts as missing, and what
    was changed since is named.
    """
    if f"s{exercise}" not in _BY_STEM:
        known = ", ".join(stem[1:] for stem in STEMS)
        raise KeyError(_("no exercise is named {exercise!r}; there are {known}").format(exercise=exercise, known=known))
    _say(session.summary(_BY_STEM[f"s{exercise}"]))


def _say(line):
    """Print it, also where the terminal has no ✓: a right answer must not fail there."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding))


def _find(name: str) -> Check:
    if name not in CHECKS:
        raise KeyError(_("no check is named {name!r}; there are {known}").format(name=name, known=", ".join(CHECKS)))
    return CHECKS[name]


def _parts(check: Check, part: str | None) -> list[str]:
    if part is not None and part not in check.parts:
        raise KeyError(
            _("the check {name} has no part {part!r}; it has {known}").format(
                name=check.name, part=part, known=", ".join(check.parts)
            )
        )
    return list(check.parts) if part is None else [part]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What a notebook has set for all of Python reaches none of the course's own lines."""
    with call.undisturbed(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def _source(function: Callable) -> str:
    return getsource(function)


def _calls(check: Check, part: str, seed: int) -> list[dict]:
    rng = np.random.default_rng([seed, crc32(f"{check.name}/{part}".encode())])
    return check.parts[part].calls(rng)
