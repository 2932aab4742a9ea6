"""An answer, read once: what `call.run` wrote of a function, as typed objects that the rest of the engine relies on.

It may come from a stranger's process and be anything at all. Whatever `call.run` does not write is no answer.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lstm_ref.checks.engine.call import DEEPEST, same

LARGEST = 2**63  # whole numbers beyond are infinity: NumPy has no room for them
NUMBERS = {"int": int, "float": float, "bool": bool}
GROUPS = ("tuple", "list", "named tuple", "iterator", "dict")


class NotAnAnswer(ValueError):
    """What came back is not of the form that `call.run` writes."""


@dataclass(frozen=True)
class Outcome:
    """How one call ended: what was returned, or the error."""

    kind: str  # "array", "float", "None", "tuple", "error", ..., or the name of any other type
    value: np.ndarray | int | float | None = None  # of an array or a number
    items: tuple["Outcome", ...] | None = None  # of a tuple, list, named tuple or dict that is not too large to be told
    fields: tuple[str, ...] = ()  # the names in a named tuple, or the keys of a dict
    type: str = ""  # of a named tuple, or of an error
    text: str = ""  # of an error, as the next two
    line: str = ""  # the student's own
    function: str = ""  # in which it was raised

    @cached_property
    def numbers(self):
        """The value that the outcome stands for: a number, an array, a group of such; None if it holds no numbers."""
        if self.items is not None:
            # None inside a group holds no numbers: an empty tuple, so that it is not taken for a value that has none.
            values = [() if item.kind == "None" else item.numbers for item in self.items]
            if any(value is None for value in values):
                return None
            if self.kind == "dict":
                return dict(zip(self.fields, values, strict=True))
            if self.kind == "named tuple":
                return _Named(self.fields, values)
            return values if self.kind == "list" else tuple(values)
        if self.kind == "int" and abs(self.value) >= LARGEST:
            return math.inf if self.value > 0 else -math.inf
        return self.value if self.kind in ("int", "float", "array") else None

    def same(self, other: "Outcome") -> bool:
        """Whether both say the same, nan equal to nan."""
        mine, others = ((one.kind, one.fields, one.type, one.text, one.line, one.function) for one in (self, other))
        if mine != others or not same(self.value, other.value) or len(self.items or ()) != len(other.items or ()):
            return False
        return all(one.same(two) for one, two in zip(self.items or (), other.items or (), strict=True))

    @property
    def full_kind(self) -> str:
        """The type in a sentence: "array", "LSTMState(h, c)"."""
        return f"{self.type}({', '.join(self.fields)})" if self.kind == "named tuple" else self.kind


@dataclass(frozen=True)
class Result:
    """Two calls of the function with the same arguments."""

    first: Outcome
    second: Outcome | None
    mutated: tuple[str, ...]  # the arguments that the first call changed, as "state.c"
    warnings: tuple[str, ...]


def read_answer(answer) -> list[Result] | str:
    """One result for each call; or, where there was no function to call, the type of what stands in its place.

    Raises NotAnAnswer.
    """
    if not isinstance(answer, dict):
        raise NotAnAnswer
    if isinstance(answer.get("not_callable"), str):
        return answer["not_callable"]
    if not isinstance(answer.get("calls"), list):
        raise NotAnAnswer
    return [_result(tree) for tree in answer["calls"]]


def _result(tree) -> Result:
    if not isinstance(tree, dict):
        raise NotAnAnswer
    second = tree.get("second")
    return Result(
        first=read_outcome(tree.get("first")),
        second=None if second is None else read_outcome(second),
        mutated=_texts(tree.get("mutated", [])),
        warnings=_texts(tree.get("warnings", [])),
    )


def read_outcome(tree, depth: int = 0) -> Outcome:
    """One outcome, as `call.describe` writes it. Raises NotAnAnswer."""
    if not isinstance(tree, dict) or depth > DEEPEST:
        raise NotAnAnswer
    texts = {key: tree.get(key, "") for key in ("kind", "type", "text", "line", "function")}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["kind"]:
        raise NotAnAnswer
    kind, value = texts["kind"], tree.get("value")
    if kind == "array":
        is_so = isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
    else:
        is_so = type(value) is NUMBERS[kind] if kind in NUMBERS else value is None
    if not is_so:
        raise NotAnAnswer
    items = tree.get("items")
    if items is None or kind not in GROUPS:
        return Outcome(**texts, value=value)
    if not isinstance(items, list):
        raise NotAnAnswer
    fields = _texts(tree.get("fields")) if kind in ("named tuple", "dict") else ()
    if kind in ("named tuple", "dict") and len(fields) != len(items):
        raise NotAnAnswer
    return Outcome(**texts, items=tuple(read_outcome(item, depth + 1) for item in items), fields=fields)


def _texts(value) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise NotAnAnswer
    return tuple(value)


class _Named(tuple):
    """A named tuple as it came back: its own class is not known here."""

    def __new__(cls, fields, values):
        made = super().__new__(cls, values)
        made._fields = fields
        return made

    def __getattr__(self, name):
        if name in self._fields:
            return self[self._fields.index(name)]
        raise AttributeError(name)
