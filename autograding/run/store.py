"""A store for executed notebooks until they are recorded, each under the digest of everything that it depends on.

A result is stored completely or not at all, whenever the run is cut short (`durable`). `get` checks what it reads
against a digest: whatever else is found under that name counts as nothing, and `put` replaces it.
"""

import hashlib
from dataclasses import fields, is_dataclass
from pathlib import Path

from autograding import durable
from autograding.durable import clear, folder_to_write_in, read_regular, write_whole

LARGEST = 512 * 2**20  # bytes; what is longer was not written here


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
        self.folder = folder_to_write_in(folder)

    def sweep(self) -> None:
        """Remove files that earlier runs left half written. Only the run that holds the lock may call this."""
        durable.sweep(self.folder)

    def get(self, key: str) -> bytes | None:
        """The result, or None where there is none or it is damaged."""
        found = read_regular(self._place(key), LARGEST)
        if found is None:
            return None
        digest, _line, content = found.partition(b"\n")
        return content if digest == _digest(key, content) else None

    def put(self, key: str, content: bytes) -> None:
        """Store a result. Where the disk is full, it raises OSError and stores nothing."""
        if self._place(key).is_dir():
            clear(self._place(key))
        write_whole(self._place(key), _digest(key, content) + b"\n" + content)

    def drop(self, key: str) -> None:
        """Remove a result."""
        clear(self._place(key))

    def _place(self, key):
        return self.folder / f"{key}.ipynb"


def _digest(key, content):
    # With the key, so that no result is taken for another's.
    return hashlib.sha256(key.encode() + b"\n" + content).hexdigest().encode()
