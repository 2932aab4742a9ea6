"""Kinds of attack and accident: each kind is a generator of members, and knows what must become of each of them.

A module `kinds_*.py` holds the members of one or more kinds. `cases` are the names under which what happened is known;
a member without one is a fresh one of the same kind.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from notebooks import WRONG, rewritten, save

FULL = 6
NOT_GRADED = "not graded"  # how an outcome without a mark begins
# Seconds and bytes in which every member is tried; what takes memory stops by itself at MOST.
TIMEOUT, MEMORY, MOST = 8, 2**29, 2**30
LIMITS = f"""
c.ExecutePreprocessor.timeout = {TIMEOUT}
c.Autograding.notebook_seconds = 40
c.Autograding.memory_bytes = {MEMORY}
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a member, in a few words, and whether that is how it must be."""

    held: bool
    got: str


@dataclass(frozen=True)
class Member:
    """One submission of a kind to the toy course, and what must become of it."""

    name: str
    kind: str
    family: int  # 1 answers, 2 sandbox and channel, 3 resources and files, 4 pages and names, 5 robustness, 6 honest
    write: Callable[[NotebookNode, Path], None]
    deserves: float = 2
    least: float | None = None  # points that it must have; by default all that it deserves
    told: str = ""  # what the page must say
    reason: str = ""  # for somebody who cannot have a mark: what the command says of them
    never: str = ""  # a pattern that must not be found in the page's text
    case: str = ""
    often: bool = False  # whether it is tried at every change, and not only by benchmarks/attacks.py
    student: str = ""  # the folder that it is handed in as, where the name is the attack
    stock: str = ""  # what stock nbgrader does, where it is not let to
    check: Callable[[str], str] = field(default=lambda page: "")  # of the page's HTML: what is wrong with it, in words

    def expected(self) -> str:
        """In words."""
        if self.reason:
            return f"no mark, “{self.reason}”"
        points = f"{self.deserves:g} of {FULL}" if self.least in (None, self.deserves) else f"{self.deserves:g} at most"
        return ", ".join(filter(None, [points, self.told and f"“{self.told}”", self.never and f"never “{self.never}”"]))

    def judged(self, points: float | None, text: str, html: str, said: str) -> Outcome:
        """The outcome, from the points, the page (its text and itself) and what the command said of this student."""
        if points is None:
            return Outcome(bool(self.reason) and self.reason in said, f"{NOT_GRADED}: {' '.join(said.split())[:200]}")
        least = self.deserves if self.least is None else self.least
        faults = [] if least <= points <= self.deserves else [f"{points:g} of {FULL}"]
        if self.told and self.told not in text:
            faults.append(f"the page does not say “{self.told}”")
        if self.never and (found := re.search(self.never, text)):
            start = max(0, found.start() - 20)
            faults.append(f"the page says “…{text[start : found.end() + 60]}…”")
        faults += filter(None, [self.check(html)])
        return Outcome(not faults, ", ".join(faults) or f"{points:g} of {FULL}")


def coded(name: str, kind: str, family: int, cells: dict[str, str], **more) -> Member:
    """A member that is code in the toy's cells `double` (by default one that returns 0), `greet`, `first`, `last`."""
    cells = {"double": WRONG} | cells
    return Member(name, kind, family, lambda nb, folder: save(rewritten(nb, cells), folder), **more)
