"""Whether a known mistake gives exactly what came back: its numbers, or the exception it ends in."""

import copy
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from lstm_ref.checks.engine.call import plain
from lstm_ref.checks.engine.form import leaves, numbers
from lstm_ref.messages import _

_MADE: dict[tuple[Callable, bytes], Any] = {}  # (wrong function, problem) -> what it gives
_MOST = 2000  # entries of _MADE, a few kilobytes each
_ENDINGS = (ValueError, TypeError, IndexError, AttributeError, NameError, RuntimeError)


class Problem:
    """The arguments of one call; those that the judge keeps to itself are not among them."""

    def __init__(self, arguments: dict, check):
        self.arguments = {name: value for name, value in arguments.items() if name not in check.kept}
        self.bench = check.bench

    @cached_property
    def key(self) -> bytes:
        return pickle.dumps({name: plain(value) for name, value in self.arguments.items()})

    def under(self, wrong: Callable):
        """What a wrong function makes of it: a value, or the exception it ends in. Computed once."""
        if (wrong, self.key) not in _MADE:
            if len(_MADE) >= _MOST:
                _MADE.clear()
            try:
                with np.errstate(all="ignore"):
                    arguments = copy.deepcopy(self.arguments).values()
                    _MADE[wrong, self.key] = self.bench(wrong, *arguments) if self.bench else wrong(*arguments)
            except _ENDINGS as error:
                _MADE[wrong, self.key] = error
        return _MADE[wrong, self.key]


class Returned:
    """What came back from one call: an outcome in good form."""

    def __init__(self, outcome: dict):
        self.outcome, self.value = outcome, numbers(outcome)


def gives(check, mistake, problem: Problem, returned: Returned, leaf: str | None = None) -> bool:
    """Whether the mistake gives this outcome; with `leaf`, whether it gives that one leaf of it."""
    if mistake.raises:
        return returned.outcome.get("kind") == "error" and mistake.raises in str(returned.outcome.get("text"))
    wrong = problem.under(mistake.wrong)
    if isinstance(wrong, Exception):
        raised = {"kind": "error", "type": type(wrong).__name__, "text": str(wrong)}
        return all(returned.outcome.get(key) == text for key, text in raised.items())
    if returned.value is None or isinstance(returned.value, tuple) != isinstance(wrong, tuple):
        return False
    got, wanted = leaves(returned.value, check.output), leaves(wrong, check.output)
    return list(got) == list(wanted) and all(
        got[name].dtype.kind == wanted[name].dtype.kind
        and got[name].shape == wanted[name].shape
        and bool(close(got[name], wanted[name], check.tolerance / 10).all())
        for name in ([leaf] if leaf else got)
    )


def close(got: np.ndarray, want: np.ndarray, tolerance: float) -> np.ndarray:
    """Where two arrays of one shape agree. nan agrees with nothing but nan, inf with inf of its sign."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= tolerance * (1 + np.abs(np.where(np.isfinite(want), want, 0)))
    return near | (got == want) | (np.isnan(got) & np.isnan(want))


def sentences(mistakes: list) -> str:
    # One sentence may stand for several ways of writing the same mistake.
    return _(", or when ").join(dict.fromkeys(mistake.sentence for mistake in mistakes))
