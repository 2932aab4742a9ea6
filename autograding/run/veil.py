"""Until a deadline, keep the problem that was asked out of what a student's function said.

A verdict may quote what the function raised or returned, so whoever raises the problem would read it on their page, and
hand in a second time with it. What the judge says in words of its own is the teacher's choice, and stays.
"""

import re
from datetime import datetime

import numpy as np
from nbgrader.utils import parse_utc

from autograding.quoted import ADDED, leaves_of, quoted, texts_of, windows, with_unseen_as

MARK = "…"
FEWEST = 3  # significant digits; a number of fewer says little of a problem, and occurs by chance
LONGEST = 200_000  # letters; beyond, all of a message counts as the student's words
SHORTEST = 4  # letters of a text of the problem
_NUMBER = re.compile(r"0[xX][0-9a-fA-F.]+p[-+]?\d+|[-+]?(\d+\.?\d*|\.\d+)(?:[eE]([-+]?\d{1,3}))?")
# A reader looks past these, where one of them stands between any two digits.
_BETWEEN = (r"\s", "'", '"', "_", ",")
_FIVE_DIGITS = re.compile(r"0*\.?0*(?:\d\.?){5}")


def problems_are_shown(after: str, now: datetime) -> bool:
    """Whether the deadline (a date that nbgrader can read; none: never) has passed at `now`, which is UTC."""
    return bool(after) and now >= parse_utc(after)


def veiled(message: str, problem: object, reply: object) -> str:
    """The judge's message; numbers and texts of the problem are masked where they stand in the student's words."""
    texts = list(texts_of(reply))
    if not texts or not message:
        return message
    theirs = _from(message, texts)
    if not theirs:
        return message
    numbers = _numbers(problem)
    hidden = [
        (places[found.start()], places[found.end() - 1] + 1)
        for places, candidates in _readings(message)
        for found in candidates
        if _among(found, numbers) or _begins(found, numbers)
    ]
    # Not the names in it, such as those of arguments and types: they are no secret.
    for text in {text for text in texts_of(problem) if len(text) >= SHORTEST and not text.isidentifier()}:
        hidden += [found.span() for found in re.finditer(re.escape(text), message)]
    parts, end = [], 0
    for start, stop in sorted(hidden):
        if stop > end and any(first <= start and stop <= last for first, last in theirs):
            if start > end or not parts:
                parts += [message[end:start], MARK]
            end = stop
    return "".join(parts) + message[end:]


def _readings(message):
    """The numbers of the message as it is, without what shows nothing, and without what stands between single digits;
    each with the places of the letters in the message."""
    places = range(len(message))
    yield places, _NUMBER.finditer(message)
    text, places = _without(with_unseen_as("\0", message, but=" \t\n\r"), places, "\0+")
    text, places = _without(text, places, ADDED)
    yield places, _NUMBER.finditer(text)
    for between in _BETWEEN:
        joined, of_joined = _without(text, places, rf"(?<=[\d.]){between}(?=[\d.])")
        if len(joined) < len(text):  # nobody can say where a number begins
            yield of_joined, (_NUMBER.match(joined, i, i + 20) for i, c in enumerate(joined) if c in "0123456789")


def _without(text, places, dropped):
    kept, end = [], 0
    for found in re.finditer(dropped, text):
        kept += range(end, found.start())
        end = found.end()
    kept += range(end, len(text))
    return "".join(text[i] for i in kept), [places[i] for i in kept]


def _from(message, texts):
    """The places of the message that are taken from the texts."""
    if sum(map(len, texts)) > LONGEST:
        return [(0, len(message))]
    of_message = set(windows(message, FEWEST))
    return quoted(message, {w for text in texts for w in windows(text, FEWEST) if w in of_message}, FEWEST)


def _numbers(problem):
    """The numbers of the problem, without their signs."""
    kinds = (int, float, np.number, np.ndarray)
    leaves = [leaf for leaf in leaves_of(problem) if isinstance(leaf, kinds) and not isinstance(leaf, bool)]
    arrays = [np.asarray(leaf).ravel() for leaf in leaves]
    numbers = [np.abs(array.astype(float)) for array in arrays if array.dtype.kind in "iuf"]
    return np.unique(np.concatenate(numbers)) if numbers else np.array([])


def _begins(found, numbers):
    """Whether it begins as one of the problem's, as where the next number follows without a space of its own."""
    beginning = _FIVE_DIGITS.match(found[1] or "")
    return beginning is not None and "." in beginning[0] and _among(_NUMBER.match(beginning[0]), numbers)


def _among(found, numbers):
    """Whether a printed number is one of the problem's, in full, rounded or cut off."""
    if found[1] is None:
        return True  # hexadecimal: no judge writes floats like that
    digits = found[1].replace(".", "").lstrip("0")
    if len(digits) < FEWEST:
        return False
    exponent = int(found[2] or 0)
    # As texts: a power of ten may be too large for Python.
    unit = float(f"1e{exponent - len(found[1].partition('.')[2])}")
    number = float(f"{found[1]}e{exponent}")
    first, last = np.searchsorted(numbers, number - unit, "right"), np.searchsorted(numbers, number + unit, "left")
    near = numbers[first:last]
    return any(float(f"{number:.{FEWEST - 1}g}") != number for number in near)
