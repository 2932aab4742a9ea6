"""The seeds of problems: each submission gets other problems, and the same ones whenever it is graded again."""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from autograding.course import CourseError
from autograding.durable import create_whole, folder_to_write_in
from autograding.messages import _

# In the folder of the class's results, and as private: with the key, one can compute every problem in advance.
KEY_FILE = Path("grades", "seed.key")
LENGTH = 64
DIGITS = b"0123456789abcdef"
FEWEST_KINDS = 8  # of 64 digits that were drawn, fewer are different once in 10**15 times


def seed(key: bytes, student: str, assignment: str, grade_id: str, work: bytes) -> int:
    """The seed of one graded cell's problem: below 2**63, and unpredictable without the key.

    work: the digest of what was handed in. A problem that got out is of no use to a second hand-in, or to anybody else.
    """
    text = json.dumps([student, assignment, grade_id, work.hex()]).encode()
    return int.from_bytes(hmac.digest(key, text, hashlib.sha256)[:8], "big") >> 1


def secret_of_page(key: bytes, student: str, assignment: str) -> str:
    """What stands for the secret of a submission that came without one: the same each time, and nobody else's."""
    return hmac.digest(key, json.dumps(["page", student, assignment]).encode(), hashlib.sha256).hex()


def digest_of_work(cells: list[str | None], files: tuple[tuple[str, bytes], ...]) -> bytes:
    """The digest of a notebook's code cells, their names and sources, and of the files beside it."""
    total = hashlib.sha256(json.dumps(cells).encode())
    for name, content in files:
        total.update(json.dumps([name, len(content)]).encode())
        total.update(content)
    return total.digest()


def course_key(root: Path) -> bytes:
    """The class's key, made at its first use. As long as it is kept, a grade can be replayed.

    Raises CourseError for a key that was not drawn here: with an empty one everybody could foresee their problems.
    """
    path = root / KEY_FILE
    if not os.path.lexists(path):
        folder_to_write_in(path.parent)
        create_whole(path, secrets.token_hex(LENGTH // 2).encode(), 0o600)
    if not path.is_file():
        raise CourseError(_refusal(path, _("it is no file")))
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise CourseError(
            _("the key of the seeds, {path}, cannot be read ({why}); allow it, and run this again").format(
                path=path, why=error.strerror
            )
        ) from error
    if len(key) != LENGTH or not set(key) <= set(DIGITS):
        raise CourseError(
            _refusal(path, _("expected {n} hexadecimal digits, got {got} bytes").format(n=LENGTH, got=len(key)))
        )
    if len(set(key)) < FEWEST_KINDS:
        raise CourseError(_refusal(path, _("its digits repeat, so nobody drew them")))
    return key


def _refusal(path, why):
    return _(
        "the key of the seeds, {path}, is not one that was drawn here ({why}), and with it everybody's problems could "
        "be foreseen. Restore it from a backup; or delete it: then every problem is drawn anew, and all is graded again"
    ).format(path=path, why=why)
