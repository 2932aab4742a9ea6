"""Find which places of a text were taken from another text, however they are spaced, quoted, escaped or coloured."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# What printing adds or changes: terminal colours, the escapes of repr(), white space and quotes.
ADDED = r"\x1b(?:\[[0-?]*[ -/]*[@-~])?|\\+(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})?"
# Letters that show nothing and are of no such category: fillers.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


_SKIPPED = re.compile(rf"{ADDED}|[\s'\"]+")


def with_unseen_as(blank: str, text: str, but: str = "") -> str:
    """The text with this letter for each that shows nothing, or only on another letter: controls, formats, marks,
    spaces. Not for the escape, with which more begins, nor for those of `but`.
    """
    letters = set(text).difference("\x1b", but)
    unseen = [letter for letter in letters if letter in _FILLERS or unicodedata.category(letter)[0] in "CMZ"]
    return text.translate(dict.fromkeys(map(ord, unseen), blank))


def windows(text: str, length: int) -> Iterator[str]:
    """Every run of `length` letters of a text, not counting what printing adds."""
    letters = _SKIPPED.sub("", with_unseen_as(" ", text))
    return (letters[i : i + length] for i in range(len(letters) - length + 1))


def quoted(text: str, known: set[str], length: int) -> list[tuple[int, int]]:
    """The places (start, end) of a text that consist of known windows of that length, in order."""
    hits = [i for i, window in enumerate(windows(text, length)) if window in known]
    if not hits:
        return []
    places = _places(text)
    found: list[tuple[int, int]] = []
    for i in hits:
        start, end = places[i], places[i + length - 1] + 1
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        elif found and places[i - 1] + 1 == found[-1][1]:  # only something skipped lies between
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _places(text):
    """Where each letter stands in the text that counts as a letter."""
    places, end = [], 0
    for skipped in _SKIPPED.finditer(with_unseen_as(" ", text)):
        places.extend(range(end, skipped.start()))
        end = skipped.end()
    places.extend(range(end, len(text)))
    return places


def texts_of(tree: object) -> Iterator[str]:
    """Every text in a tree of plain data, also the keys of its dictionaries."""
    for leaf in leaves_of(tree):
        if isinstance(leaf, str):
            yield leaf


def leaves_of(tree: object) -> Iterator[object]:
    """Everything in a tree of lists, tuples and dictionaries that is none of these. It may be of any depth."""
    waiting: list[Iterable] = [iter([tree])]
    while waiting:
        for node in waiting[-1]:
            if isinstance(node, dict):
                waiting.append(iter([part for pair in node.items() for part in pair]))
                break
            if isinstance(node, list | tuple):
                waiting.append(iter(node))
                break
            yield node
        else:
            waiting.pop()
