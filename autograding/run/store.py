"""A store for executed notebooks until they are recorded, each under the digest of everything that it depends on.

A result is stored completely or not at all, whenever the run is cut short: `put` writes it to another name, syncs it to
the disk, and renames it. `get` checks what it reads against a digest.
"""

import hashlib
import os
from dataclasses import fields, is_dataclass
from pathlib import Path

HALF = ".half-"


def key_of(job: object, environment: str) -> str:
    """The digest of a job (a dataclass of plain data) and of the environment that executes it."""
    total = hashlib.sha256()
    _feed(total, environment)
    _feed(total, job)
    return total.hexdigest()


def _feed(total, value):
    """Add a value to the digest, with its kind and length first, so that different values differ."""
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
        # The text of a set or of an object may differ between processes.
        raise TypeError(f"a job is plain data, got {type(value).__name__}")


class Store:
    """A folder of executed notebooks by key."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def sweep(self) -> None:
        """Remove files that earlier runs left half written. Only the run that holds the lock may call this."""
        for half in self.folder.glob(f"{HALF}*"):
            half.unlink()

    def get(self, key: str) -> bytes | None:
        """The result, or None where there is none or it is damaged."""
        try:
            digest, _line, content = self._place(key).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        return content if digest == _digest(content) else None

    def put(self, key: str, content: bytes) -> None:
        """Store a result. Where the disk is full, it raises OSError and stores nothing."""
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
        """Remove a result."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key):
        return self.folder / f"{key}.ipynb"


def write_whole(path: Path, content: str) -> None:
    """Write a small file completely or not at all. It is on the disk when this returns."""
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
