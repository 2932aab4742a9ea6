"""Compare the numbers of an answer with those expected, and say which is the first that is wrong.

A function may return a number, an array, or a (named) tuple, list or dict of such. Its numbers are compared leaf by
leaf; a leaf has a name such as "f", "state.h" or "states[1].c".
"""

import math

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.messages import _


def leaves(value, output) -> Leaves:
    """name -> array of every number or array in a value: {"hs": ..., "state.h": ..., "states[1].c": ...}."""
    found = {}

    def walk(part, label):
        if hasattr(part, "_fields"):
            for field, item in zip(part._fields, part, strict=True):
                walk(item, f"{label}.{field}")
        elif isinstance(part, dict):
            for key, item in sorted(part.items()):
                walk(item, f'{label}["{key}"]')
        elif isinstance(part, list | tuple):
            for n, item in enumerate(part):
                walk(item, f"{label}[{n}]")
        elif part is not None:
            found[label] = np.asarray(part)

    if isinstance(output, tuple) and isinstance(value, tuple) and len(value) == len(output):
        for item, label in zip(value, output, strict=True):
            walk(item, label)
    else:
        walk(value, output if isinstance(output, str) else ", ".join(output))
    return found


def close(got: np.ndarray, want: np.ndarray, tolerance: float) -> np.ndarray:
    """Where two arrays of one shape agree. nan agrees with nothing but nan, inf with inf of its sign."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= tolerance * (1 + np.abs(np.where(np.isfinite(want), want, 0)))
    return near | (got == want) | (np.isnan(got) & np.isnan(want))


def wrong_numbers(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Where two arrays of one shape differ by more than rounding; nan is wrong."""
    return ~close(got, want, 1e-9)


def first_difference(got: Leaves, want: Leaves, axes: str = "") -> tuple[str, tuple[int, ...]]:
    """The first leaf with a wrong number, and that number's index: of the earliest step if the axes have steps, T."""
    leaf = next(leaf for leaf in want if wrong_numbers(got[leaf], want[leaf]).any())
    return leaf, first_wrong(wrong_numbers(got[leaf], want[leaf]), axes)


def wrong_leaves(check: Check, part: Part, got: Leaves, want: Leaves) -> list[str]:
    """Those that the part compares and that are wrong; those that others follow from come first."""
    wrong = [leaf for leaf in part.only or want if not close(got[leaf], want[leaf], check.tolerance).all()]
    return sorted(wrong, key=lambda leaf: without_numbers(leaf) not in check.leading)


def number_complaint(check: Check, part: Part, arguments: Arguments, got: Leaves, want: Leaves) -> str | None:
    """None if every number that the part compares is right, else the first that is not, and which outputs are right."""
    bad = wrong_leaves(check, part, got, want)
    if not bad:
        return None
    leaf = bad[0]
    wrong = ~close(got[leaf], want[leaf], check.tolerance)
    index = first_wrong(wrong, axes_of(check, leaf))
    shown_got, shown_want = apart(float(got[leaf][index]), float(want[leaf][index]))
    place = check.place(arguments, index) if check.place else place_of(check, leaf, index)
    text = _("{place} is {got}, expected {want} ({sizes}).").format(
        place=place, got=shown_got, want=shown_want, sizes=check.sizes(arguments)
    )
    if wrong.size > 1:
        text += " " + _("{wrong} of {all} numbers differ.").format(wrong=int(wrong.sum()), all=wrong.size)
        text += _all_in_one(wrong, axes_of(check, leaf))
    good = [name for name in part.only or want if name not in bad]
    if good:
        text += " " + _("Right: {good}. Wrong: {bad}.").format(good=", ".join(good), bad=", ".join(bad))
    return text


def _all_in_one(wrong: np.ndarray, axes: str) -> str:
    """What all the wrong numbers have in common, if only one unit or one sequence of several is wrong."""
    said = {"H": _(" Only unit {n} is wrong."), "B": _(" Only sequence {n} is wrong.")}
    for axis, letter in enumerate(axes):
        where = np.unique(np.nonzero(wrong)[axis])
        if letter in said and len(where) == 1 and wrong.shape[axis] > 1 and wrong.sum() > 1:
            return said[letter].format(n=where[0])
    return ""


def first_wrong(wrong: np.ndarray, axes: str) -> tuple[int, ...]:
    """The index of the first True: the earliest step where there are steps ("T"), for the later ones follow from it."""
    places = np.argwhere(wrong)
    if "T" in axes:
        places = places[np.argsort(places[:, axes.index("T")], kind="stable")]
    return tuple(int(n) for n in places[0])


def without_numbers(leaf: str) -> str:
    """states[1].h is "states.h"."""
    return "".join(character for character in leaf if character not in "[]0123456789")


def axes_of(check: Check, leaf: str) -> str:
    return check.axes.get(without_numbers(leaf), "")


def place_of(check: Check, leaf: str, index: tuple[int, ...]) -> str:
    """One number in the letters of the course and in words: hs[1, 0, 2] (sequence 1, step 0, unit 2)."""
    if not index:
        return leaf
    axes = axes_of(check, leaf)
    words = {"B": _("sequence {n}"), "T": _("step {n}"), "H": _("unit {n}"), "D": _("input {n}")}
    named = [words[axis].format(n=n) for axis, n in zip(axes, index, strict=False) if axis in words]
    said = f" ({', '.join(named)})" if len(named) == len(index) else ""
    return f"{leaf}[{', '.join(map(str, index))}]{said}"


def apart(got: float, want: float) -> tuple[str, str]:
    """Both numbers with as few digits, four or more, as show that they differ; whole numbers in full."""
    got, want = got + 0.0, want + 0.0  # -0.0 + 0.0 is 0.0
    if got != want and all(math.isfinite(n) and n == int(n) and abs(n) < 1e15 for n in (got, want)):
        return f"{got:.0f}", f"{want:.0f}"
    for digits in range(4, 18):
        a, b = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if a != b:
            return a, b
    return repr(got), repr(want)


def number(value: float) -> str:
    """A number as it stands in a sentence: -800, 0.25, 1.5e-05."""
    return f"{value:.0f}" if math.isfinite(value) and value == int(value) and abs(value) < 1e6 else f"{value:.4g}"
