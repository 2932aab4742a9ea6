"""A trusted copy of one submission, made before nbgrader sees it.

nbgrader follows links, trusts sizes, and gives up on a notebook that it cannot read. So nothing is graded in place:
`stage` copies regular files and gives a notebook with a wrong name its right one. Where there is nothing to grade, it
takes the released notebook, so that the student still gets a score, a page and a reason.
"""

import fnmatch
import json
import os
import shutil
import stat
import warnings
from pathlib import Path

import nbformat
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.utils import parse_utc

from autograding.intake.remarks import Remark
from autograding.messages import _

MEGABYTE = 2**20
# An honest notebook of the course is under 1 MB with its outputs; its pictures may make it several.
LARGEST_NOTEBOOK = 20 * MEGABYTE
LARGEST_FOLDER = 100 * MEGABYTE
MOST_FILES = 500


class Unreadable(ValueError):
    """A file is not a notebook; the text says why."""


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a stranger's notebook. Raises Unreadable, which says why, for anything else."""
    text = _read_regular(path, LARGEST_NOTEBOOK).decode("utf-8", errors="replace")
    if not text.strip():
        raise Unreadable(_("the file is empty"))
    faults = {}
    try:
        json.loads(text)  # nbformat's own message for damaged JSON repeats the whole file
        with warnings.catch_warnings():
            # Jupyter before 2021 gave cells no ids: nbformat adds them, and warns.
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            warnings.simplefilter("ignore", DuplicateCellId)
            nb = nbformat.reads(text, as_version=4, capture_validation_error=faults)
            nbformat.writes(nb).encode("utf-8")  # half a surrogate pair can be read but not written
    except json.JSONDecodeError as error:
        where = _("the file is damaged or cut short at line {line}").format(line=error.lineno)
        raise Unreadable(where) from error
    except RecursionError as error:
        raise Unreadable(_("its JSON is nested too deeply")) from error
    except Exception as error:
        # nbformat raises many kinds of errors for a wrong structure: KeyError, AttributeError, TypeError, its own.
        raise Unreadable(_("it is not a Jupyter notebook ({error})").format(error=type(error).__name__)) from error
    if faults:
        fault = faults["ValidationError"].message
        raise Unreadable(_("it is not a valid Jupyter notebook: {fault}").format(fault=fault))
    return nb


def _read_regular(path, most_bytes):
    """The bytes of a regular file: never through a link, never more than `most_bytes`."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(_("the file cannot be opened ({error})").format(error=error.strerror)) from error
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise Unreadable(_("it is not an ordinary file"))
        if info.st_size > most_bytes:
            sizes = {"got": info.st_size // MEGABYTE, "most": most_bytes // MEGABYTE}
            raise Unreadable(_("it is {got} MB long; expected {most} MB at most").format(**sizes))
        return file.read(most_bytes)


def stage(submission: Path, released: Path, into: Path, ignore: list[str]) -> dict[str, list[Remark]]:
    """Copy the part of `submission` that can be trusted to `into`; return each notebook's remarks.

    `released` is the folder that students got: it says which notebooks are expected.
    """
    into.mkdir(parents=True)
    general = _copy_files(submission, into, ignore)
    remarks = {}
    for wanted in sorted(released.glob("*.ipynb")):
        nb, noticed = _find_notebook(submission, wanted)
        target = into / wanted.name
        if nb is None:
            shutil.copyfile(wanted, target)
        else:
            nbformat.write(nb, target)
        remarks[wanted.stem] = noticed + general
    return remarks


def _find_notebook(submission, wanted):
    """The student's notebook for the `wanted` one, or None; and remarks."""
    if (submission / wanted.name).exists() or (submission / wanted.name).is_symlink():
        try:
            return read_notebook(submission / wanted.name), []
        except Unreadable as error:
            return None, [Remark("unreadable", str(error))]
    ours = _grade_ids(nbformat.read(wanted, as_version=4))
    found = []
    for path in sorted(submission.glob("*.ipynb"))[:MOST_FILES]:
        try:
            nb = read_notebook(path)
        except Unreadable:
            continue  # any file may lie here: only a fault of the wanted notebook is told
        if ours & _grade_ids(nb):
            found.append((path.name, nb))
    # Of two candidates none is chosen: the student must say which.
    if len(found) == 1 and not (wanted.parent / found[0][0]).exists():
        return found[0][1], [Remark("renamed", found[0][0])]
    return None, [Remark("missing", wanted.name)]


def _grade_ids(nb):
    metas = (cell.metadata.get("nbgrader") for cell in nb.cells)
    return {str(meta["grade_id"]) for meta in metas if isinstance(meta, dict) and "grade_id" in meta}


def _copy_files(submission, into, ignore):
    """Copy all files but the notebooks: regular files, up to a size and a number."""
    remarks, size, number = [], 0, 0
    for folder, names, files in os.walk(submission, followlinks=False):
        names[:] = sorted(n for n in names if not _is_ignored(n, ignore))
        remarks += [Remark("left out", n) for n in names if os.path.islink(os.path.join(folder, n))]
        for name in sorted(files):
            path = Path(folder, name)
            if name.endswith(".ipynb") or _is_ignored(name, ignore):
                continue
            try:
                content = _read_regular(path, LARGEST_FOLDER - size)
            except Unreadable:
                remarks.append(Remark("left out", name))
                continue
            size, number = size + len(content), number + 1
            if number > MOST_FILES:
                return [*remarks, Remark("left out", name)]
            if name == "timestamp.txt" and not _is_date(content):
                remarks.append(Remark("undated", content.decode("utf-8", errors="replace")))
                continue
            target = into / path.relative_to(submission)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return remarks


def _is_ignored(name, patterns):
    # Not nbgrader's is_ignored: it lists the whole folder for every file and pattern.
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _is_date(content):
    text = content.decode("utf-8", errors="replace").strip()
    try:
        parse_utc(text)
    except (ValueError, OverflowError):
        return not text  # to nbgrader an empty file means no date
    return True
