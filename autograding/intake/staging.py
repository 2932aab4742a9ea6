"""A trusted copy of one submission, made before nbgrader sees it.

nbgrader follows links, trusts sizes, and gives up on a notebook that it cannot read. So nothing is graded in place:
`stage` writes what was read of the submission, and gives a notebook with a wrong name or place its right one. Where
there is nothing to grade, it takes the released notebook, so that the student still gets a score, a page and a reason.
"""

import errno
import json
import os
import re
import shutil
import warnings
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.utils import is_solution, parse_utc

from autograding.intake.handed_in import FOLDER, LARGE, LONG, MANY, STRANGE, File, HandedIn
from autograding.intake.notebook import LARGEST_FILE, Unreadable, read_notebook, too_large
from autograding.intake.preflight import same_text
from autograding.intake.remarks import Remark
from autograding.messages import _, plain
from autograding.stock.exchange import DATE, SECRET

# Notebooks that are looked at where none has the right name.
MOST_CANDIDATES = 20
# Files left out that are named one by one.
MOST_NAMED = 5
AT_THE_TOP = {(DATE,), (SECRET,)}
LONGEST_DATE = 200
LONGEST_NAME_TOLD = 50  # of several
# parse_utc looks up the time zone as a file, and takes any path for its name.
A_PATH = re.compile(r"(?<!\w)/|\.\.")


class Read(NamedTuple):
    """A notebook as it was read, or why it could not be."""

    text: str
    remarks: list[Remark]
    refused: str = ""


def stage(handed_in: HandedIn, released: Path, into: Path) -> dict[str, list[Remark]]:
    """Write the part of a submission that can be trusted to `into`; return each notebook's remarks.

    `released` is the folder that students got: it says which notebooks are expected. Raises FileNotFoundError where the
    submission was taken away.
    """
    if handed_in.gone:
        raise FileNotFoundError(errno.ENOENT, _("the submission was taken away while it was read"))
    into.mkdir(parents=True)
    wanted = sorted(released.glob("*.ipynb"))
    remarks, homes = {}, []
    for path in wanted:
        nb, home, remarks[path.stem] = _find_notebook(handed_in, path, {other.name for other in wanted})
        if nb is None:
            shutil.copyfile(path, into / path.name)
        else:
            nbformat.write(nb, into / path.name)
            homes.append(home)
    general = _write_files(handed_in.files, homes, into, [path.stem for path in wanted])
    return {name: [*noticed, *general] for name, noticed in remarks.items()}


def stage_as_it_is(handed_in: HandedIn, into: Path) -> dict[str, Read]:
    """Write the files that can be trusted to `into`; return what was read of the notebooks at the top, by their names.

    For plain nbgrader, which chooses among the notebooks itself. Raises Unreadable where the folder could not be read.
    """
    if handed_in.refused:
        raise Unreadable(_why_not_opened(handed_in.refused))
    into.mkdir(parents=True)
    notebooks = {Path(file.path[0]).stem: file for file in handed_in.notebooks if len(file.path) == 1}
    general = _write_files(handed_in.files, [], into, list(notebooks))
    found = {}
    for name, file in notebooks.items():
        (into / file.path[0]).touch()  # nbgrader asks whether it is there
        try:
            nb, noticed = _read(file, ())
            found[name] = Read(nbformat.writes(nb), [*noticed, *general])
        except Unreadable as error:
            found[name] = Read("", general, str(error))
    return found


def _find_notebook(handed_in, wanted, expected):
    """The student's notebook for the `wanted` one, or None; the folder that it lies in; and remarks."""
    if handed_in.refused:
        return None, (), [Remark("unreadable", _why_not_opened(handed_in.refused))]
    released = nbformat.read(wanted, as_version=4)
    known, others = _grade_ids(released), expected - {wanted.name}
    right = next((file for file in handed_in.notebooks if file.path == (wanted.name,)), None)
    if right is not None and right.why != FOLDER:
        try:
            nb, noticed = _read(right, known)
        except Unreadable as error:
            return None, (), [Remark("unreadable", str(error))]
        return nb, (), [*noticed, *_answered_elsewhere(handed_in, nb, released, others)]
    found = list(_candidates(handed_in, known, others))
    # Of two candidates none is chosen: the student must say which.
    if len(found) == 1:
        path, nb, noticed = found[0]
        kind = "renamed" if path[-1] != wanted.name else "nested"
        return nb, path[:-1], [Remark(kind, plain("/".join(path))), *noticed]
    if right is not None and not found:
        return None, (), [Remark("unreadable", _why(right))]
    if found:
        return None, (), [Remark("several", _names(path for path, *_rest in found))]
    return None, (), [Remark("missing", wanted.name)]


def _candidates(handed_in, known, without):
    """The place of each notebook with cells of the assignment, the notebook, and what was noticed in it."""
    others = (file for file in handed_in.notebooks if file.content and file.path[-1] not in without)
    for file in islice(others, MOST_CANDIDATES):
        try:
            nb, noticed = _read(file, known)
        except Unreadable:
            continue  # any file may lie here: only a fault of the wanted notebook is told
        if known & _grade_ids(nb):
            yield file.path, nb, noticed


def _answered_elsewhere(handed_in, nb, released, without):
    """A remark where the notebook with the right name holds no work, and others do: Jupyter calls a copy otherwise."""
    stubs = {name: cell for cell in released.cells if is_solution(cell) for name in _grade_ids_of(cell)}
    if _is_answered(nb, stubs):
        return []
    others = _candidates(handed_in, set(stubs), without)
    answered = [path for path, other, _noticed in others if _is_answered(other, stubs)]
    return [Remark("another", _names(answered))] if answered else []


def _is_answered(nb, stubs):
    """Whether any answer differs from its stub."""
    return any(
        not same_text(cell.source, stubs[name].source)
        for cell in nb.cells
        for name in _grade_ids_of(cell)
        if name in stubs
    )


def _names(paths):
    return ", ".join(plain("/".join(path), LONGEST_NAME_TOLD) for path in paths)


def _read(file, known):
    if file.content is None:
        raise too_large(file.size, LARGEST_FILE) if file.why == LARGE else Unreadable(_why(file))
    return read_notebook(file.content, known)


def _why(file):
    """Why something was left out, in words."""
    reasons = {
        STRANGE: _("it is not an ordinary file"),
        FOLDER: _("it is a folder"),
        MANY: _("there are too many files"),
        LONG: _("the names of its folders are too long"),
        "ELOOP": _("it is a link, and links are not followed"),
    }
    number = getattr(errno, file.why, 0)
    return reasons.get(file.why) or _("it cannot be opened ({error})").format(error=os.strerror(number))


def _why_not_opened(reason):
    """Why the submission's folder could not be read, in words."""
    why = _("it is no folder") if reason == STRANGE else _why(File((), 0, why=reason))
    return _("the folder that was handed in: {why}").format(why=why)


def _grade_ids(nb):
    return {name for cell in nb.cells for name in _grade_ids_of(cell)}


def _grade_ids_of(cell):
    meta = cell.metadata.get("nbgrader")
    return {str(meta["grade_id"])} if isinstance(meta, dict) and "grade_id" in meta else set()


def _write_files(files, homes, into, names):
    """Write all files but the notebooks, those beside a notebook that lay deeper to where the notebook is now."""
    taken, folders, left_out, undated = set(), set(), [], []
    ours = {*(f"{name}.{ending}" for name in names for ending in ("ipynb", "html")), DATE, SECRET}
    for file, path in [*_moved(files, homes), *((file, file.path) for file in files)]:
        outer = {path[:length] for length in range(1, len(path))}
        # It lies where another file or a folder is, or below a file, or where grading itself writes or reads one.
        is_in_the_way = path in taken | folders or outer & taken or (path[0] in ours and path not in AT_THE_TOP)
        if file.content is None or is_in_the_way or not _is_text(path):
            left_out.append(plain("/".join(file.path)))
        elif path == (DATE,) and not _is_date(text := _text_of_date(file.content)):
            undated.append(Remark("undated", plain(text)))
        else:
            taken.add(path)
            folders |= outer
            target = into.joinpath(*path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode() if path == (DATE,) else file.content)
    left_out = list(dict.fromkeys(left_out))
    remarks = [Remark("left out", name) for name in left_out[:MOST_NAMED]]
    more = [Remark("more left out", str(len(left_out) - MOST_NAMED))] if len(left_out) > MOST_NAMED else []
    return [*undated, *remarks, *more]


def _is_text(path):
    """Whether a path can be written down in a notebook, a log, a sandbox: all of them are UTF-8."""
    try:
        "/".join(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _moved(files, homes):
    for home in dict.fromkeys(homes):
        for file in files:
            path = file.path[len(home) :]
            if home and file.path[: len(home)] == home and path and path[0] not in (DATE, SECRET):
                yield file, path


def _text_of_date(content):
    """The date in whatever encoding of Unicode an editor chose; not all of a long file."""
    encoding = json.detect_encoding(content)  # of JSON, but by the zeros of letters that a date has, too
    return content[: 8 * LONGEST_DATE].decode(encoding, errors="replace").strip()


def _is_date(text):
    if len(text) > LONGEST_DATE or A_PATH.search(text):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # an unknown time zone would count as UTC
            parse_utc(text)
    except (ValueError, OverflowError, RuntimeWarning):
        return not text  # to nbgrader an empty file means no date
    return True
