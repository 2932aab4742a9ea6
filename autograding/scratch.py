"""Folders for what is needed only while a process works; what a killed process leaves is removed by the next run.

A folder belongs to whoever holds its lock. The system lets go of a lock when its process ends, however it ends, and
knows of it in other containers too, where a process's number says nothing.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from io import TextIOWrapper
from pathlib import Path

PREFIX = "autograding-"
LOCK = ".held"
# A folder without a lock was begun by a process that died at once, or is being begun.
BEGINNING = 3600  # seconds


def hold(folder: Path) -> TextIOWrapper:
    """Make `folder` this process's own for as long as the file that is returned is open."""
    file = (folder / LOCK).open("w")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def sweep() -> list[Path]:
    """Remove this user's folders that nobody holds any more, and return them."""
    return [folder for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _is_left(folder) and _remove(folder)]


def _is_left(folder):
    try:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # no lock; or the folder went this moment
        return folder.exists() and time.time() - found.st_mtime > BEGINNING
    return True


def _remove(folder):
    # What cannot be removed is in nobody's way, and must not keep a class from being graded.
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
