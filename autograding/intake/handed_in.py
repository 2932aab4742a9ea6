"""Read what one student handed in, once, as plain data. Grading and its digest see the same bytes.

What cannot or may not be read is listed with the reason. Nothing in a submission can end the run, and no folder costs
more than a few hundred megabytes and a second.
"""

import errno
import fnmatch
import hashlib
import os
import stat
from collections.abc import Collection
from typing import NamedTuple

from traitlets.config import Config

from autograding.beneath import NotOrdinary, Place, TooLarge
from autograding.intake.notebook import LARGEST_FILE, MEGABYTE
from autograding.intake.unpacked import entries
from autograding.plugged import DONE_STAMP
from autograding.troubles import of_the_machine

NOTEBOOK = (".ipynb", ".ipynb.json", ".ipynb.txt")  # some browsers add an ending to what they save
LARGEST_FOLDER = 100 * MEGABYTE
LARGEST_NOTEBOOKS = 2 * LARGEST_FILE  # all of them together
MOST_FILES = 500
MOST_NAMES = 2_000  # in one folder
MOST_SEEN = 20_000
DEEPEST = 20
# The path goes on below a temporary folder, and no path of the system may be longer than 4096.
LONGEST_PATH = 1_000
LONGEST_NAME = 255  # bytes, of one file: an archive may hold a longer one

# Why something was left out, beside the names of the system's errors, such as EACCES.
LARGE, STRANGE, FOLDER, MANY, LONG, PACKED = "large", "strange", "folder", "many", "long", "packed"


class File(NamedTuple):
    """A file, by its place in the submission; without content where it was left out."""

    path: tuple[str, ...]
    size: int
    content: bytes | None = None
    why: str = ""  # it was left out


class HandedIn(NamedTuple):
    """All that one student handed in for an assignment."""

    notebooks: tuple[File, ...] = ()
    files: tuple[File, ...] = ()
    refused: str = ""  # why the folder itself could not be read

    @property
    def gone(self) -> bool:
        """Whether the folder was taken away."""
        return self.refused == errno.errorcode[errno.ENOENT]

    def digest(self) -> str:
        """The digest of names and contents. What was left out counts by name, size and reason."""
        total = hashlib.sha256(repr(self.refused).encode())
        for file in (*self.notebooks, *self.files):
            total.update(repr((file.path, file.size, file.why, file.content is None)).encode())
            total.update(hashlib.sha256(file.content or b"").digest())
        return total.hexdigest()


def read(place: Place, ignore: list[str], wanted: Collection[str] = (), config: Config | None = None) -> HandedIn:
    """Read a submission. `ignore` are patterns of names; the notebooks named by `wanted` are read first.

    `config` may allow more than the usual number and size of files.
    """
    config = config or Config()
    room = config.Autograding.get("handed_in_bytes", LARGEST_FOLDER)
    most = config.Autograding.get("handed_in_files", MOST_FILES)
    reading = _Reading([*ignore, f"{DONE_STAMP}*"], wanted, room, most)
    try:
        with place.opened() as folder:
            reading.all_of(folder, ())
    except OSError as error:
        return HandedIn(refused=_reason(error))
    return HandedIn(tuple(reading.notebooks), tuple(reading.files))


def is_notebook(name: str) -> bool:
    """Whether a file is called as notebooks are."""
    return name.lower().endswith(NOTEBOOK)


def _reason(error):
    """A short word for an error of one submission; the run's own are raised."""
    if of_the_machine(error):
        raise error
    if isinstance(error, TooLarge):
        return LARGE
    return STRANGE if isinstance(error, NotOrdinary) else errno.errorcode.get(error.errno, STRANGE)


class _Reading:
    def __init__(self, ignore, wanted, room, most):
        self.ignore, self.wanted, self.most = ignore, wanted, most
        self.names = MOST_NAMES if most <= MOST_FILES else max(MOST_NAMES, most)
        self.notebooks: list[File] = []
        self.files: list[File] = []
        self.room = {True: LARGEST_NOTEBOOKS, False: room}  # bytes left, for notebooks and for other files
        self.seen = 0

    def _order(self, name):
        return name not in self.wanted, not is_notebook(name), name

    def all_of(self, folder, path):
        """The files of a folder, then its folders: what lies further up is read first."""
        names, more = folder.names(min(self.names, MOST_SEEN - self.seen), self._order)
        self.seen += len(names)
        folders = [name for name in names if not self._is_ignored(name) and self._one(folder, name, (*path, name))]
        if more:
            self.files.append(File((*path, "…"), 0, why=MANY))
        for name in folders:
            self._folder(folder, name, (*path, name))

    def _is_ignored(self, name):
        # Not nbgrader's is_ignored: it lists the whole folder for every file and pattern.
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.ignore)

    def _one(self, folder, name, path):
        """Read one file, or list it with a reason; whether it is a folder."""
        of_notebooks = is_notebook(name)
        found = self._found(of_notebooks)
        size, content, why = 0, None, ""
        try:
            info = folder.info(name)
            if is_folder := stat.S_ISDIR(info.st_mode):
                if of_notebooks:
                    found.append(File(path, 0, why=FOLDER))
                return is_folder
            size = info.st_size
            why = self._objection(path, len(found))
            if not why:
                content = folder.content(name, self._most(of_notebooks))
        except OSError as error:
            why = _reason(error)
        if content is not None and (packed := entries(name, content, is_notebook, MOST_NAMES)):
            self._all_packed(packed, path)
        else:
            self._add(path, size, content, why)
        return False

    def _add(self, path, size, content, why=""):
        of_notebooks = is_notebook(path[-1])
        if content is not None:
            size = len(content)
            self.room[of_notebooks] -= size
        self._found(of_notebooks).append(File(path, size, content, why))

    def _all_packed(self, packed, path):
        """An archive is a folder: what is in it counts as if it lay there."""
        for inner, size, read in packed:
            place = (*path, *inner)
            if any(self._is_ignored(part) for part in inner):
                continue
            of_notebooks, content = is_notebook(place[-1]), None
            why = MANY if len(place) > DEEPEST else self._objection(place, len(self._found(of_notebooks)))
            if not why and size > self._most(of_notebooks):
                why = LARGE
            if not why:
                try:
                    content = read()
                except ValueError:
                    why = PACKED
                    self.room[of_notebooks] -= size  # it has cost as much
            self._add(place, size, content, why)

    def _found(self, of_notebooks):
        return self.notebooks if of_notebooks else self.files

    def _most(self, of_notebooks):
        return min(LARGEST_FILE, self.room[True]) if of_notebooks else self.room[False]

    def _objection(self, path, number):
        if _is_long(path):
            return LONG
        return MANY if number >= self.most else ""

    def _folder(self, outer, name, path):
        """Read a folder, or list it with a reason."""
        why = MANY if len(path) > DEEPEST or self.seen >= MOST_SEEN else LONG if _is_long(path) else ""
        if not why:
            try:
                folder = outer.folder(name)
            except OSError as error:
                why = _reason(error)
        if why:
            self.files.append(File(path, 0, why=why))
            return
        try:
            self.all_of(folder, path)
        except OSError as error:
            self.files.append(File(path, 0, why=_reason(error)))
        finally:
            folder.close()


def _is_long(path):
    lengths = [len(os.fsencode(name)) for name in path]
    return sum(lengths) + len(lengths) > LONGEST_PATH or max(lengths) > LONGEST_NAME
