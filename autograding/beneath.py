"""Open what strangers may change without following a link, whatever is changed meanwhile.

Every name is opened by itself, relative to a folder that is open already, and never through a link. So no path is
looked up a second time, and to put a link in the place of a folder leads nowhere.
"""

import errno
import heapq
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# O_NONBLOCK: a pipe that was put in the place of a file must not be waited for.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class NotOrdinary(OSError):
    """A name that is neither a file nor a folder, or not the one of them that was wanted."""


class TooLarge(OSError):
    """A file with more bytes than may be read."""


class Place(NamedTuple):
    """A folder of strangers: `base` is the teacher's, and may be a link; the names beneath it may not."""

    base: Path
    names: tuple[str, ...]

    @contextmanager
    def opened(self) -> Iterator["Folder"]:
        """The folder, opened."""
        folder = Folder(os.open(self.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        try:
            for name in self.names:
                outer, folder = folder, folder.folder(name)
                outer.close()
            yield folder
        finally:
            folder.close()


class Folder:
    """An open folder."""

    def __init__(self, handle: int):
        self._handle = handle

    def close(self) -> None:
        """Let go of it; a second time does nothing."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle = None

    def names(self, most: int, order: Callable[[str], object]) -> tuple[list[str], bool]:
        """The first names in this order, at most so many; and whether there are more."""
        with os.scandir(self._handle) as entries:
            names = heapq.nsmallest(most + 1, (entry.name for entry in entries), key=order)
        return names[:most], len(names) > most

    def info(self, name: str) -> os.stat_result:
        """What is there under that name; of a link, the link itself."""
        return os.stat(name, dir_fd=self._handle, follow_symlinks=False)

    def folder(self, name: str) -> "Folder":
        """The folder in it of that name, opened."""
        return Folder(self._open(name, stat.S_ISDIR, os.O_DIRECTORY))

    def content(self, name: str, most: int) -> bytes:
        """The bytes of the file of that name. Raises TooLarge for more than `most`, before they are read."""
        with os.fdopen(self._open(name, stat.S_ISREG, 0), "rb") as file:
            if os.fstat(file.fileno()).st_size > most:
                raise TooLarge(errno.EFBIG, os.strerror(errno.EFBIG), name)
            content = file.read(most + 1)  # it may have grown since
        if len(content) > most:
            raise TooLarge(errno.EFBIG, os.strerror(errno.EFBIG), name)
        return content

    def _open(self, name, is_wanted, flags):
        # Devices and pipes are not opened at all: that alone may do something.
        _require(is_wanted, self.info(name), name)
        handle = os.open(name, _READ | flags, dir_fd=self._handle)
        try:
            _require(is_wanted, os.fstat(handle), name)
        except NotOrdinary:
            os.close(handle)
            raise
        return handle


def _require(is_wanted, info, name):
    if stat.S_ISLNK(info.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
    if not is_wanted(info.st_mode):
        raise NotOrdinary(errno.EINVAL, os.strerror(errno.EINVAL), name)
