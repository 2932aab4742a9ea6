"""Temporary folders of a process. The next run removes those that a killed process left.

A folder belongs to the process that holds its lock. The system releases the lock when that process ends, however it
ends. That works across containers too, where process numbers say nothing.
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
# A folder without a lock: its process died at once, or is about to lock it.
BEGINNING = 3600  # seconds


def hold(folder: Path) -> TextIOWrapper:
    """Lock `folder` for this process, as long as the returned file is open."""
    file = (folder / LOCK).open("w")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def sweep() -> list[Path]:
    """Remove this user's folders that no process holds any more, and return them."""
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
    except FileNotFoundError:  # no lock; or the folder was removed just now
        return folder.exists() and time.time() - found.st_mtime > BEGINNING
    return True


def _remove(folder):
    # A folder that cannot be removed harms nothing, and must not stop the grading.
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
