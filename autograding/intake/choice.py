"""Choose the notebook to be graded among what was handed in: copies, archives, other names, programs.

The one with the right name is graded where it holds an answer. Else another one is, if there is no doubt which; and
what was found is told.
"""

import errno
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.utils import is_solution

from autograding.intake.answers import Lines, answers_in, defined_in, name_of
from autograding.intake.handed_in import FOLDER, LARGE, LONG, MANY, PACKED, STRANGE, File, HandedIn
from autograding.intake.notebook import (
    LARGEST_FILE,
    Unreadable,
    looks_like_one,
    program_as_notebook,
    read_notebook,
    too_large,
)
from autograding.intake.remarks import Remark
from autograding.messages import _, plain

# Notebooks that are looked at beside the one with the right name.
MOST_CANDIDATES = 20
# Files that are named one by one, where there is no notebook.
MOST_NAMED = 5
LONGEST_NAME_TOLD = 50  # of several
# A text in which functions are looked for. A program is shorter by far.
LONGEST_PROGRAM = 2**20


class Chosen(NamedTuple):
    """The notebook to be graded, or None; the folder that it lay in; and remarks."""

    nb: nbformat.NotebookNode | None
    home: tuple[str, ...]
    remarks: list[Remark]


class _Found(NamedTuple):
    """A notebook of the assignment, its answers, and the remark on its name."""

    path: tuple[str, ...]
    nb: nbformat.NotebookNode
    noticed: list[Remark]
    answers: dict[str, Lines]
    kind: str = ""

    def chosen(self, *why: Remark) -> Chosen:
        """To be graded, and why it is this one."""
        return Chosen(self.nb, self.path[:-1], [*why, *self.noticed])


def choose(handed_in: HandedIn, wanted: Path, expected: set[str]) -> Chosen:
    """The student's notebook for the released one at `wanted`; `expected` are the names of all notebooks released."""
    if handed_in.refused:
        return Chosen(None, (), [Remark("unreadable", why_not_opened(handed_in.refused))])
    look = _Look(handed_in, wanted, expected)
    right, spoilt = look.at_the_right_name()
    others = list(look.at_notebooks())
    if right is not None and right.answers:
        fuller = [other.path for other in others if len(other.answers) > len(right.answers)]
        return right.chosen(*([Remark("fuller", _names(fuller))] if fuller else []))
    # Where nobody's work was found yet, it may lie under any name.
    if not any(other.answers for other in others):
        others += [*look.at_other_files()]
    answered = [other for other in others if other.answers]
    # Of several with the same answers any will do.
    one = answered[0] if len({frozenset(other.answers.items()) for other in answered}) == 1 else None
    another = [Remark("another", _names(other.path for other in answered))] if answered else []
    if one and (right or spoilt):
        why = Remark("untouched") if right else Remark("spoilt", spoilt)
        return one.chosen(why, Remark("program" if one.kind == "program" else "instead", _name(one.path)))
    if right or spoilt:
        return right.chosen(*another) if right else Chosen(None, (), [Remark("unreadable", spoilt), *another])
    if one is None and others and not answered:
        one = others[0]
    if one is not None:
        return one.chosen(Remark(one.kind, _name(one.path)))
    if answered:
        return Chosen(None, (), [Remark("several", _names(other.path for other in answered))])
    return Chosen(None, (), [Remark("missing", wanted.name), *look.what_there_is()])


class _Look:
    """What was handed in, as one released notebook wants it."""

    def __init__(self, handed_in, wanted, expected):
        released = nbformat.read(wanted, as_version=4)
        self.handed_in, self.name, self.without = handed_in, wanted.name, expected - {wanted.name}
        self.known = {name_of(cell) for cell in released.cells} - {None}
        self.stubs = {name_of(cell): cell.source for cell in released.cells if is_solution(cell)}
        self.functions = {function for stub in self.stubs.values() for function in defined_in(stub)}

    def at_the_right_name(self) -> tuple[_Found | None, str]:
        """The notebook where it should be; or why it is none, empty if there is nothing."""
        file = next((file for file in self.handed_in.notebooks if file.path == (self.name,)), None)
        if file is None:
            return None, ""
        try:
            nb, noticed = read_file(file, self.known)
        except Unreadable as error:
            # A folder of this name may hold the notebook, which then is one that lies deeper.
            return None, "" if file.why == FOLDER and len(self.handed_in.notebooks) > 1 else str(error)
        return _Found(file.path, nb, noticed, answers_in(nb, self.stubs)), ""

    def at_notebooks(self) -> Iterator[_Found]:
        """The other notebooks that belong to the assignment."""
        files = (file for file in self.handed_in.notebooks if file.path != (self.name,))
        yield from self._read(files, read_file, lambda path: "nested" if path[-1] == self.name else "renamed")

    def at_other_files(self) -> Iterator[_Found]:
        """Notebooks that are not called so; where there is none, programs that define what was asked."""
        hidden = (file for file in self.handed_in.files if file.content and looks_like_one(file.content))
        found = list(self._read(hidden, read_file, lambda _path: "renamed"))
        if not any(other.answers for other in found):
            everything = [*self.handed_in.notebooks, *self.handed_in.files]
            programs = (file for file in everything if file.content and file.size <= LONGEST_PROGRAM)
            found += self._read(programs, self._read_program, lambda _path: "program")
        return iter(found)

    def _read(self, files, reader, kind_of):
        files = (file for file in files if file.content and file.path[-1] not in self.without)
        for file in islice(files, MOST_CANDIDATES):
            try:
                nb, noticed = reader(file, self.known)
            except Unreadable:
                continue  # any file may lie here: only a fault of the wanted notebook is told
            answers = answers_in(nb, self.stubs)
            if answers or self.known & {name_of(cell) for cell in nb.cells}:
                yield _Found(file.path, nb, noticed, answers, kind_of(file.path))

    def _read_program(self, file, known):
        nb = program_as_notebook(file.content)
        if not any(self.functions & defined_in(cell.source) for cell in nb.cells):
            raise Unreadable
        return nb, []

    def what_there_is(self) -> list[Remark]:
        """A remark that names what was handed in, where there is anything."""
        files = [file for file in [*self.handed_in.notebooks, *self.handed_in.files]]
        told = [_name(file.path) + (f" ({_why(file)})" if file.content is None else "") for file in files]
        more = ["…"] if len(told) > MOST_NAMED else []
        return [Remark("handed in", ", ".join([*told[:MOST_NAMED], *more]))] if told else []


def read_file(file: File, known) -> tuple[nbformat.NotebookNode, list[Remark]]:
    """The notebook in a file that was handed in, and what was noticed. Raises Unreadable."""
    if file.content is None:
        raise too_large(file.size, LARGEST_FILE) if file.why == LARGE else Unreadable(_why(file))
    return read_notebook(file.content, known)


def _name(path):
    return plain("/".join(path))


def _names(paths):
    return ", ".join(plain("/".join(path), LONGEST_NAME_TOLD) for path in paths)


def _why(file):
    """Why something was left out, in words."""
    reasons = {
        LARGE: _("it is too large"),
        STRANGE: _("it is not an ordinary file"),
        FOLDER: _("it is a folder"),
        MANY: _("there are too many files"),
        LONG: _("the names of its folders are too long"),
        PACKED: _("its archive is damaged, or asks for a password"),
        "ELOOP": _("it is a link, and links are not followed"),
    }
    number = getattr(errno, file.why, 0)
    return reasons.get(file.why) or _("it cannot be opened ({error})").format(error=os.strerror(number))


def why_not_opened(reason: str) -> str:
    """Why the submission's folder could not be read, in words."""
    why = _("it is no folder") if reason == STRANGE else _why(File((), 0, why=reason))
    return _("the folder that was handed in: {why}").format(why=why)
