"""One run at a time for one class: two would write to the same gradebook and folders."""

import fcntl
import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from autograding.course import CourseError
from autograding.durable import folder_to_write_in
from autograding.messages import _, plain


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Lock the class in `folder`, or say who holds it. The system releases the lock when the process ends."""
    place = folder_to_write_in(folder) / ".lock"
    # Never through a link: what it points to would be overwritten.
    handle = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    with os.fdopen(handle, "a+", encoding="utf-8", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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


def _user():
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the system has no name for this user
        return str(os.getuid())
