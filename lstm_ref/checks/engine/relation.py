"""What wrong numbers have to do with the right ones, or with the arguments: a factor, a difference, another place."""

from collections.abc import Iterator, Sequence

import numpy as np

from lstm_ref.checks.engine.compare import close, first_wrong, leaves, number, place_of, wrong_leaves
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.messages import _

FEWEST = 4  # numbers; of fewer, a factor may be chance
FLOAT32 = 1e-5  # of a number: what a few lines in float32 lose


def relation(
    check: Check, part: Part, arguments: Arguments, answers: Sequence[Leaves | None], wants: Sequence[Leaves]
) -> str:
    """A sentence, or nothing. The first answer is that to the arguments; the others were asked with changed ones."""
    if not answers or answers[0] is None:
        return ""
    wrong = wrong_leaves(check, part, answers[0], wants[0])
    if not wrong:
        return ""
    leaf = wrong[0]
    pairs = [
        (got[leaf], want[leaf])
        for got, want in zip(answers, wants, strict=True)
        if got is not None and got[leaf].shape == want[leaf].shape
    ]
    return _factor_or_difference(leaf, pairs) or _place_of_origin(check, arguments, leaf, *pairs[0])


def _factor_or_difference(leaf: str, pairs) -> str:
    got, want = (np.concatenate([np.ravel(side).astype(float) for side in sides]) for sides in zip(*pairs, strict=True))
    if len(np.unique(want)) < FEWEST or not np.isfinite(got).all() or not np.isfinite(want).all():
        return ""
    apart = np.abs(got - want) / np.maximum(np.abs(want), 1e-3)
    if apart.max() < FLOAT32 and np.median(apart) < FLOAT32 / 30:
        return _(
            "The numbers differ by at most {n:.0e} of themselves: somewhere they are float32, which has 7 digits. "
            "Where are they narrowed?"
        ).format(n=apart.max())
    shift = got[0] - want[0]
    if close(got, want + shift, 1e-9).all():
        return _("Every number of {leaf} is what is asked for, plus {n}.").format(leaf=leaf, n=number(shift))
    largest = int(np.abs(want).argmax())
    factor = got[largest] / want[largest]
    if factor and close(got, factor * want, 1e-9).all():
        if factor == -1:
            return _("Every number of {leaf} has the wrong sign, and nothing else is wrong.").format(leaf=leaf)
        return _("Every number of {leaf} is {n} times what is asked for.").format(leaf=leaf, n=number(factor))
    other = int(np.abs(want - want[largest]).argmax())
    slope = (got[largest] - got[other]) / (want[largest] - want[other])
    shift = got[largest] - slope * want[largest]
    if slope and close(got, slope * want + shift, 1e-9).all():
        return _(
            "Every number of {leaf} is {n} times what is asked for, plus {shift}: is it scaled on the way?"
        ).format(leaf=leaf, n=number(slope), shift=number(shift))
    return ""


def _place_of_origin(check: Check, arguments: Arguments, leaf: str, got: np.ndarray, want: np.ndarray) -> str:
    """Where a number that was only to be put elsewhere comes from, and which belongs there."""
    if got.shape != want.shape or got.ndim == 0 or want.dtype.kind != "f":
        return ""
    places: dict[float, str] = {}
    for name, array in _arrays(check, arguments):
        for index in np.ndindex(array.shape):
            value = float(array[index])
            places[value] = "" if value in places else f"{name}[{', '.join(map(str, index))}]"
    if not all(places.get(float(value)) for value in want.flat):
        return ""  # the numbers are computed, or one of them stands in two places
    at = first_wrong(got != want, "")
    there = place_of(check, leaf, at)
    belongs, found = places[float(want[at])], places.get(float(got[at]))
    if not found:
        return _("{belongs} belongs at {there}; what stands there is in none of the arguments.").format(
            belongs=belongs, there=there
        )
    return _("{belongs} belongs at {there}; what stands there is {found}.").format(
        belongs=belongs, there=there, found=found
    )


def _arrays(check: Check, arguments: Arguments) -> Iterator[tuple[str, np.ndarray]]:
    for argument, value in arguments.items():
        if argument not in check.kept:
            found = leaves(value, argument)
            yield from ((name, array) for name, array in found.items() if array.dtype.kind == "f" and array.ndim)
