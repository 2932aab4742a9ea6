"""Which problem a student is asked: fresh for each of them, the same whenever they are graded again."""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

# Beside the class's results, and as private as they are: who knows it can foresee every problem.
KEY_FILE = Path("grades", "seed.key")


def seed(key: bytes, student: str, assignment: str, grade_id: str) -> int:
    """The seed of one graded cell's problem: below 2**63, unforeseeable without the key."""
    text = json.dumps([student, assignment, grade_id]).encode()
    return int.from_bytes(hmac.digest(key, text, hashlib.sha256)[:8], "big") >> 1


def course_key(root: Path) -> bytes:
    """The course's key, made when it is first wanted; an appeal can be answered as long as it is kept."""
    path = root / KEY_FILE
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(half, path)  # whole or not at all, and never over the key that another process has made
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return path.read_bytes().strip()
