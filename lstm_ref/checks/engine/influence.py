"""Find out by experiment what an output depends on: change one argument, and see what moves and what stays."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lstm_ref.checks.engine.compare import place_of, without_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves
from lstm_ref.messages import _

MOVED, STAYED = 1e-6, 1e-12  # what lies between may be rounding, and is not spoken of
MOST_SAID = 2


class Change(NamedTuple):
    """One argument, or a part of it, is changed."""

    name: str  # "params.W_f"
    arguments: Arguments


def changes(check: Check, arguments: Arguments) -> list[Change]:
    """Every array of floats among the arguments, each changed in one call."""
    return [
        Change(name, changed)
        for argument, value in arguments.items()
        if argument not in check.kept
        for name, turned in _turned(argument, value)
        for changed in [arguments | {argument: turned}]
    ]


def _turned(name: str, value) -> Iterator[tuple[str, object]]:
    """(name of an array in the value, the value with that array turned round by one place)."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 1:
        # Within their bounds, and so that no mean, sum or largest number stays what it was.
        turned = np.roll(value, 1) * np.linspace(0.6, 0.95, value.size).reshape(value.shape)
        if not np.array_equal(turned, value):
            yield name, turned
    elif hasattr(value, "_fields"):
        for field, item in zip(value._fields, value, strict=True):
            for inner, turned in _turned(f"{name}.{field}", item):
                yield inner, value._replace(**{field: turned})
    elif isinstance(value, list):
        for n, item in enumerate(value):
            for inner, turned in _turned(f"{name}[{n}]", item):
                yield inner, [*value[:n], turned, *value[n + 1 :]]


def odd_influences(
    check: Check, done: Sequence[Change], got: Sequence[Leaves | None], want: Sequence[Leaves]
) -> tuple[str, list[str]]:
    """What is odd about what moves, as sentences; and the arguments that move nothing that they ought to.

    The first of `got` and `want` belong to the arguments as they were.
    """
    before, right = got[0], want[0]
    if before is None:
        return "", []
    missing, extra = {}, {}
    for change, mine, others in zip(done, got[1:], want[1:], strict=True):
        if mine is None or any(mine[leaf].shape != others[leaf].shape for leaf in others):
            continue
        for leaf in sorted(right, key=lambda leaf: without_numbers(leaf) not in check.leading):
            moved, moves = _distance(before[leaf], mine[leaf]), _distance(right[leaf], others[leaf])
            if (moves > MOVED).any() and (moved <= STAYED).all():
                missing.setdefault(change.name, leaf)
            # A whole number, such as a label, may stay what it was though its argument counts.
            elif right[leaf].dtype.kind == "f" and (odd := (moves <= STAYED) & (moved > MOVED)).any():
                whole = (moves <= STAYED).all()
                at = tuple(int(n) for n in np.argwhere(odd)[0])
                extra.setdefault(change.name, leaf if whole else place_of(check, leaf, at))
    said = [
        _("{outputs} does not change when {argument} does, and ought to.").format(outputs=leaf, argument=name)
        for name, leaf in missing.items()
    ]
    said += [
        _("{outputs} changes when {argument} does, and ought not to.").format(outputs=leaf, argument=name)
        for name, leaf in extra.items()
    ]
    return " ".join(said[:MOST_SAID]), list(missing)


def _distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(a) & np.isfinite(b), np.abs(a - b) / (1 + np.abs(a)), np.nan)
