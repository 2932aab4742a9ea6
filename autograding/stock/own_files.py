"""The teacher's files beside a notebook, found as nbgrader finds them, but in folders of any name and through links."""

import fnmatch
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader import utils
from nbgrader.converters import base


def files_below(folder: str | Path, ignore: list[str] | None = None) -> list[str]:
    """The paths of all files below a folder of the teacher's, without those whose names match a pattern of `ignore`.

    nbgrader looks for names by patterns in which the folder's own name counts as one, so in `lab [1]` it ignores
    nothing; and it leaves out a folder that is a link.
    """
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True):
        here = os.stat(place)
        if (here.st_dev, here.st_ino) in seen:  # a link leads back
            folders.clear()
            continue
        seen.add((here.st_dev, here.st_ino))
        folders[:] = sorted(name for name in folders if not _is_ignored(name, ignore))
        paths = [os.path.join(place, name) for name in sorted(names) if not _is_ignored(name, ignore)]
        found += [path for path in paths if os.path.isfile(path)]  # no pipe, and no link that leads nowhere
    return found


def copy_below(folder: Path, into: Path, ignore: list[str]) -> None:
    """Copy them to another folder, which is made."""
    into.mkdir(parents=True)
    for path in files_below(folder, ignore):
        target = into / Path(path).relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _is_ignored(name, ignore):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in ignore or ())


@contextmanager
def found_by_name() -> Iterator[None]:
    """Within, nbgrader's converters find files so."""
    before = base.find_all_files, utils.find_all_files
    base.find_all_files = utils.find_all_files = files_below
    try:
        yield
    finally:
        base.find_all_files, utils.find_all_files = before
