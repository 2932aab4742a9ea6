"""Files that are whole and on the disk, or not there at all: also after a power cut."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TextIO

from autograding.course import CourseError
from autograding.messages import _
from autograding.troubles import of_the_machine

HALF = ".half"
AT_ONCE = 10


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file completely, or leave what was there. It is on the disk when this returns."""
    half = _write_aside(path, content, 0o666)
    try:
        half.replace(path)
    except BaseException:
        half.unlink()
        raise
    sync(path.parent)


def create_whole(path: Path, content: bytes, mode: int) -> None:
    """As `write_whole`, but where another process was first, its file stays."""
    half = _write_aside(path, content, mode)
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink()
    sync(path.parent)


def _write_aside(path, content, mode):
    half = path.with_name(f".{path.name}.{os.getpid()}{HALF}")
    half.unlink(missing_ok=True)
    try:
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(handle)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return half


def sweep(folder: Path) -> None:
    """Remove what was left half written in `folder`. Only the run that holds the lock may call this."""
    for half in folder.glob(f".*{HALF}"):
        clear(half)


def clear(path: Path) -> None:
    """Remove what stands at `path`, whatever it is, so that our own file can take its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Put a file's bytes, or a folder's names, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_trees(tops: dict[Path, Path]) -> None:
    """Put all files in some folders on the disk, and the names of every folder from there up to the folder's top.

    All at once: a disk finishes ten requests together in the time of one.
    """
    paths = []
    for folder, top in tops.items():
        for place, _folders, names in os.walk(folder):
            files = (Path(place, name) for name in names)
            paths += [Path(place), *(path for path in files if stat.S_ISREG(path.lstat().st_mode))]
        paths += [above for above in folder.parents if above.is_relative_to(top)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _done in threads.map(sync, paths):
            pass  # what a thread raised is raised here


def read_regular(path: Path, most_bytes: int) -> bytes | None:
    """The bytes of a regular file; None for anything else: a link, a folder, a longer file, one that cannot be read."""
    with _opened(path) as file:
        return None if file is None or os.fstat(file.fileno()).st_size > most_bytes else file.read(most_bytes)


def print_of(path: Path, most_bytes: int) -> str:
    """The size and the digest of a regular file; empty for anything else, and for one that cannot be read.

    Of a longer file only the size is told: one with holes would take hours to read.
    """
    with _opened(path) as file:
        if file is None:
            return ""
        size = os.fstat(file.fileno()).st_size
        return f"{size} {hashlib.file_digest(file, 'sha256').hexdigest() if size <= most_bytes else '-'}"


@contextmanager
def _opened(path):
    """A regular file, open for reading; or None. A link is not followed, and a pipe not waited for."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if of_the_machine(error):
            raise
        yield None
        return
    try:
        regular = stat.S_ISREG(os.fstat(handle).st_mode)
        with os.fdopen(handle, "rb", closefd=False) if regular else nullcontext() as file:
            yield file
    finally:
        os.close(handle)


@contextmanager
def file_to_append_to(path: Path) -> Iterator[TextIO]:
    """A file of our own, made if it is not there. Raises CourseError for anything else.

    A link is not followed, since what it points to would be written to, and a pipe not waited for.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except OSError as error:
        if of_the_machine(error):
            raise
        raise in_the_way(path, error.strerror) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise in_the_way(path, _("it is no file"))
    with os.fdopen(handle, "a+", encoding="utf-8", errors="replace") as file:
        yield file


def in_the_way(path: Path, why: str) -> CourseError:
    """What to tell of something that stands where grading writes a file."""
    return CourseError(
        _("grading writes the file {path}, which cannot be done ({why}); move away what is there").format(
            path=path, why=why
        )
    )


def folder_to_write_in(path: Path) -> Path:
    """The folder, made if it is not there. Raises CourseError where nothing can be written in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if of_the_machine(error):
            raise
        raise CourseError(
            _("grading writes in the folder {path}, which cannot be made ({reason}); move away what is there").format(
                path=path, reason=error.strerror
            )
        ) from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise CourseError(
            _("grading writes in the folder {path}, which may not be written in; allow it, and run this again").format(
                path=path
            )
        )
    return path
