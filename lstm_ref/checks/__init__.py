"""Checks: each makes a problem from a seed, calls a function on it, and judges the arrays that come back.

The three parts can be used apart. `check(name, function)` runs them together, in a notebook. A grader that does not
trust the function runs `make` and `judge` itself and carries the file `CALLER` to where the function may run.
"""

import importlib
import pkgutil
import secrets
import textwrap
from collections.abc import Callable
from functools import cache
from inspect import getsource
from pathlib import Path
from zlib import crc32

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine import call as caller
from lstm_ref.checks.engine.declare import Check
from lstm_ref.checks.engine.judge import judge_part
from lstm_ref.core.backward import LSTMGrads
from lstm_ref.core.cell import Gates, LSTMParams, LSTMState
from lstm_ref.messages import _

CALLER = Path(caller.__file__)
# What a notebook finds under the name lstm_ref where a stranger's code runs: no reference and no judge.
STAND_INS = Path(__file__).parents[1] / "stand_ins"
# The named tuples that arguments may be.
_TYPES = {kind.__name__: kind for kind in (Gates, LSTMGrads, LSTMParams, LSTMState)}
# A module of this package that is named as an exercise, s03_forget_gate, holds the checks of that exercise.
STEMS = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[1:3].isdigit())
_BY_STEM = {stem: importlib.import_module(f"{__name__}.{stem}").CHECKS for stem in STEMS}
CHECKS: dict[str, Check] = {check.name: check for checks in _BY_STEM.values() for check in checks}
if len(CHECKS) != sum(map(len, _BY_STEM.values())):
    raise ImportError("two checks have the same name")


def defined_in(name: str) -> str | None:
    """The module that defines a check, or None for a name that is not of one: who asks for it depends on that module.

    The module of checks imports them by their names, which cannot be seen in its text.
    """
    return next((f"{__name__}.{stem}" for stem, checks in _BY_STEM.items() if name in {c.name for c in checks}), None)


class CheckFailed(AssertionError):
    """What a check says to a wrong function. A notebook shows the sentences and none of the check's own lines."""

    def _render_traceback_(self):
        return [line for part in str(self).splitlines() for line in textwrap.wrap(part, 88)]


def make(name: str, seed: int, part: str | None = None) -> dict:
    """The problem of a check: what to call the function with. The same seed gives the same problem.

    A plain tree: {"calls": [{argument: what `caller.plain` makes of it}], "given": {name: source text}}, and what else
    `caller.run` knows of. Only what `sent` leaves of it may go where the function runs. Raises KeyError for an unknown
    check or part.
    """
    check = _find(name)
    calls = [call for chosen in _parts(check, part) for call in _calls(check, chosen, seed)]
    calls = [{argument: caller.plain(value) for argument, value in call.items()} for call in calls]
    problem = {"calls": calls, "given": {lent: _source(getattr(given, lent)) for lent in check.given}}
    if check.bench:
        problem["bench"] = [check.bench.__name__, _source(check.bench)]
    return problem | {"once": check.once, "kept": list(check.kept)}


def sent(problem: dict) -> dict:
    """The problem without what the judge keeps to itself, such as the labels of recordings to be told apart."""
    kept = problem["kept"]
    calls = [{name: value for name, value in call.items() if name not in kept} for call in problem["calls"]]
    return {name: value for name, value in problem.items() if name != "kept"} | {"calls": calls}


def judge(name: str, problem: dict, answer, part: str | None = None) -> str | None:
    """None if `answer`, what `caller.run(problem, function)` returned, is right; else the sentences for the student.

    `problem` is trusted, `answer` is not. Raises KeyError for an unknown check or part.
    """
    check = _find(name)
    results = answer.get("calls") if isinstance(answer, dict) else None
    start = 0
    for chosen in _parts(check, part):
        count = _number_of_calls(check.parts[chosen].calls)
        calls = [
            {argument: caller.built(value, _TYPES) for argument, value in call.items()}
            for call in problem["calls"][start : start + count]
        ]
        own = {**answer, "calls": results[start : start + count]} if isinstance(results, list) else answer
        complaint = judge_part(check, chosen, calls, own)
        if complaint:
            return complaint
        start += count
    if isinstance(results, list) and len(results) != start:
        return _("{name} was called {expected} times, but {got} answers came back.").format(
            name=name, expected=start, got=len(results)
        )
    return None


def check(name: str, function, part: str | None = None, seed: int | None = None) -> None:
    """Check a student's function. Silent if it is right.

    name: of the check, such as "forget_gate"; part: one part of it, all by default; seed: which problem, a new one each
    time by default. Raises AssertionError whose text says what is wrong, where, what came, what was expected, and names
    the mistake if it is a known one.
    """
    seed = secrets.randbelow(100_000) if seed is None else seed
    problem = make(name, seed, part)
    complaint = judge(name, problem, caller.run(sent(problem), function), part)
    if complaint:
        only = "" if part is None else f', part="{part}"'
        again = f'check("{name}", {getattr(function, "__name__", name)}{only}, seed={seed})'
        raise CheckFailed(complaint + "\n" + _("To ask the same again: {again}").format(again=again))


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


@cache
def _source(function: Callable) -> str:
    return getsource(function)


@cache
def _number_of_calls(calls: Callable) -> int:
    """Of a part: the same for every seed, so that not every judgement makes a problem to count them."""
    return len(calls(np.random.default_rng(0)))


def _calls(check: Check, part: str, seed: int) -> list[dict]:
    rng = np.random.default_rng([seed, crc32(f"{check.name}/{part}".encode())])
    return check.parts[part].calls(rng)
