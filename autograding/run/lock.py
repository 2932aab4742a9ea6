"""One run at a time for one class: two would write to the same gradebook and folders."""

import errno
import fcntl
import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from autograding.course import CourseError
from autograding.durable import file_to_append_to, folder_to_write_in
from autograding.messages import _, plain


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Lock the class in `folder`, or say who holds it. The system releases the lock when the process ends."""
    with file_to_append_to(folder_to_write_in(folder) / ".lock") as file, _opened(folder) as inside:
        try:
            # The file may be deleted meanwhile, and another one made in its place.
            _lock(file)
            _lock(inside)
        except BlockingIOError as error:
            file.seek(0)
            who = plain(file.read()) or _("another run")
            raise CourseError(
                _("this class is already being graded ({who}); wait for that run, or stop it").format(who=who)
            ) from error
        file.truncate(0)
        who = {"pid": os.getpid(), "user": _user(), "host": socket.gethostname()}
        file.write(
            _("process {pid} of {user} on {host}, since {when}").format(
                when=f"{datetime.now():%Y-%m-%d %H:%M:%S}", **who
            )
        )
        file.flush()
        yield
        file.truncate(0)


@contextmanager
def _opened(folder):
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)


def _lock(what):
    try:
        fcntl.flock(what, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # NFS locks no folder (flock(2)): there the file alone counts.
        if error.errno != errno.EBADF:
            raise


def _user():
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the system has no name for this user
        return str(os.getuid())
