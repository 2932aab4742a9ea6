"""The seeds of problems: each submission gets other problems, and the same ones whenever it is graded again."""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

# In the folder of the class's results, and as private: with the key, one can compute every problem in advance.
KEY_FILE = Path("grades", "seed.key")


def seed(key: bytes, student: str, assignment: str, grade_id: str, work: bytes) -> int:
    """The seed of one graded cell's problem: below 2**63, and unpredictable without the key.

    work: the digest of what was handed in. A problem that got out is of no use to a second hand-in, or to anybody else.
    """
    text = json.dumps([student, assignment, grade_id, work.hex()]).encode()
    return int.from_bytes(hmac.digest(key, text, hashlib.sha256)[:8], "big") >> 1


def digest_of_work(sources: list[str], files: tuple[tuple[str, bytes], ...]) -> bytes:
    """The digest of a notebook's code and of the files beside it."""
    total = hashlib.sha256(json.dumps(sources).encode())
    for name, content in files:
        total.update(json.dumps([name, len(content)]).encode())
        total.update(content)
    return total.digest()


def course_key(root: Path) -> bytes:
    """The class's key, made at its first use. As long as it is kept, a grade can be replayed."""
    path = root / KEY_FILE
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(half, path)  # all of it or nothing, and never over a key that another process made
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return path.read_bytes().strip()
