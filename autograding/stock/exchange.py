"""What `nbgrader release_feedback` reads beside each page: one student's file that it cannot read stops it for all."""

from pathlib import Path

from autograding.durable import clear, read_regular, write_whole

# nbgrader reads these from the folders of one submission, and from no other.
DATE, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST = 200


def complete(folder: Path, secret: str) -> None:
    """Let both files lie beside a page, as they came with the submission, or ours where those cannot be used.

    An empty date is none. The page's name in the exchange is made of the secret, so nobody may guess it.
    """
    for name, ours in ((DATE, ""), (SECRET, secret)):
        if not _is_plain(read_regular(folder / name, LONGEST), may_be_empty=name == DATE):
            clear(folder / name)
            write_whole(folder / name, ours)


def _is_plain(content, may_be_empty):
    """Whether every locale reads it in the same way."""
    if content is None or not content.isascii():
        return False
    text = content.decode().strip()
    return text.isprintable() and (may_be_empty or bool(text))
