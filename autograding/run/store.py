"""Executed notebooks, kept under the digest of everything that they depend on until they are recorded.

A result is there whole or not at all, whenever the run is cut short: it is written aside, forced to the disk, and then
renamed. What the disk gives back is checked against a digest of its own.
"""

import hashlib
import os
from dataclasses import fields, is_dataclass
from pathlib import Path

HALF = ".half-"


def key_of(job: object, environment: str) -> str:
    """The digest of a job (a dataclass of plain data) and of what it is executed with."""
    total = hashlib.sha256()
    _feed(total, environment)
    _feed(total, job)
    return total.hexdigest()


def _feed(total, value):
    """Take in a value so that no two different ones look alike: kind and length before each."""
    if is_dataclass(value):
        value = tuple((field.name, getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        total.update(b"(%d" % len(value))
        for part in value:
            _feed(total, part)
    elif isinstance(value, bytes):
        total.update(b"b%d:" % len(value))
        total.update(value)
    elif isinstance(value, str | int | float | None):
        text = repr(value).encode()
        total.update(b"r%d:" % len(text))
        total.update(text)
    else:
        # The text of a set or of an object may differ from one process to the next.
        raise TypeError(f"a job is plain data, got {type(value).__name__}")


class Store:
    """A folder of executed notebooks by key."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def sweep(self) -> None:
        """Remove what runs that were cut short left half written. Only for the one run that may write here."""
        for half in self.folder.glob(f"{HALF}*"):
            half.unlink()

    def get(self, key: str) -> bytes | None:
        """The result, or None where there is none or where the disk has damaged it."""
        try:
            digest, _line, content = self._place(key).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        return content if digest == _digest(content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep a result. Raises OSError, and keeps nothing, where the disk is full."""
        half = self.folder / f"{HALF}{os.getpid()}-{key}"
        try:
            with half.open("wb") as file:
                file.write(_digest(content) + b"\n" + content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._place(key))
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        _sync_folder(self.folder)

    def drop(self, key: str) -> None:
        """Forget a result."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key):
        return self.folder / f"{key}.ipynb"


def write_whole(path: Path, content: str) -> None:
    """Write a small file whole or not at all, and on the disk when this returns."""
    half = path.with_name(path.name + ".half")
    with half.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    _sync_folder(path.parent)


def _digest(content):
    return hashlib.sha256(content).hexdigest().encode()


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
