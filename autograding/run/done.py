"""The stamp of a student who is done: what was graded, and what the grading left, by digest.

Done means that the stamp, the gradebook's rows and the files agree. A power cut, a restored backup and a foreign hand
make them disagree; then `amiss_in` and `Grader.standings` say where.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from autograding.durable import print_of, read_regular, write_whole
from autograding.messages import _, plain
from autograding.stock.exchange import DATE, SECRET

VERSION = 3
LARGEST_STAMP, LARGEST = 2**24, 2**30  # bytes, of a stamp and of any other file
KEPT = {"autograded": ("*.ipynb",), "feedback": ("*.html", DATE, SECRET)}


class Damaged(Exception):
    """A stamp cannot be used; the text says why."""


@dataclass(frozen=True)
class Stamp:
    """What was so when a student was done."""

    inputs: str  # the digest of the submission, and of what a grade depends on besides
    seeds: str  # the digest of the key of the problems' seeds
    scores: str  # the digest of what a machine gave, as it is in the gradebook
    on_page: list  # what people gave, and late penalties
    files: dict[str, str]  # size and digest of each autograded notebook and each page, by "autograded/NAME"

    def write(self, path: Path, whose: list[str]) -> None:
        """Leave the stamp; `whose` are the student and the assignment."""
        content = asdict(self)
        told = {"version": VERSION, "whose": whose, "stamp": content, "sha256": _seal(whose, content)}
        write_whole(path, json.dumps(told))


def read_stamp(path: Path, whose: list[str]) -> Stamp | None:
    """The stamp of this student, or None where there is none. Raises Damaged for anything else in its place."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    text = read_regular(path, LARGEST_STAMP)
    if text is None:
        raise Damaged(_("it cannot be read, or is no file"))
    if not text.strip(b"\0 \n"):
        raise Damaged(_("it is empty"))
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Damaged(_("it is damaged")) from error
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise Damaged(_("it is no stamp of this version of the grader"))
    content = found.get("stamp")
    if found.get("sha256") != _seal(found.get("whose"), content):
        raise Damaged(_("it is damaged"))
    if found.get("whose") != whose:
        raise Damaged(_("it is another student's, or another assignment's"))
    return Stamp(**content)


def _seal(whose, content):
    return hashlib.sha256(json.dumps([whose, content], sort_keys=True).encode()).hexdigest()


def files_of(folders: dict[str, Path]) -> dict[str, str]:
    """Size and digest of a student's notebooks and pages, in the folders by the names of their steps."""
    return {f"{step}/{path.name}": print_of(path, LARGEST) for step in KEPT for path in _kept_in(folders, step)}


def _kept_in(folders, step):
    return sorted(path for pattern in KEPT[step] for path in folders[step].glob(pattern))


def amiss_in(stamp: Stamp, folders: dict[str, Path], step: str) -> Iterator[str]:
    """What is not as the stamp says in the folder of that step."""
    expected = {name: said for name, said in stamp.files.items() if name.startswith(f"{step}/")}
    for name, said in expected.items():
        found = print_of(folders[step] / Path(name).name, int(said.partition(" ")[0]))
        if found == said:
            continue
        if found.startswith("0 "):
            yield _("{name} is empty").format(name=name)
        else:
            yield (_("{name} was changed") if found else _("{name} is gone, or cannot be read")).format(name=name)
    for path in _kept_in(folders, step):
        if f"{step}/{path.name}" not in expected:
            yield _("{name} was added").format(name=f"{step}/{plain(path.name)}")
