"""A trusted copy of one submission, made before nbgrader sees it.

nbgrader follows links, trusts sizes, and gives up on a notebook that it cannot read. So nothing is graded in place:
`stage` writes what was read of the submission, and gives a notebook with a wrong name or place its right one (see
`choice`). Where there is nothing to grade, it takes the released notebook, so that the student still gets a score, a
page and a reason.
"""

import errno
import json
import re
import shutil
import warnings
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.utils import parse_utc

from autograding.intake.answers import name_of
from autograding.intake.choice import choose, read_file, why_not_opened
from autograding.intake.handed_in import HandedIn
from autograding.intake.notebook import Unreadable
from autograding.intake.remarks import Remark
from autograding.messages import _, plain
from autograding.stock.exchange import DATE, SECRET

# Files left out that are named one by one.
MOST_NAMED = 5
AT_THE_TOP = {(DATE,), (SECRET,)}
LONGEST_DATE = 200
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
        nb, home, remarks[path.stem] = choose(handed_in, path, {other.name for other in wanted})
        if nb is None:
            shutil.copyfile(path, into / path.name)
        else:
            _give_back_pictures(nb, path)
            nbformat.write(nb, into / path.name)
            homes.append(home)
    general = _write_files(handed_in.files, homes, into, [path.stem for path in wanted])
    return {name: [*noticed, *general] for name, noticed in remarks.items()}


def _give_back_pictures(nb, released):
    """Put the pictures of the teacher's questions back where an editor dropped them, as some do with all of them."""
    if b'"attachments"' not in released.read_bytes():
        return
    questions = [cell for cell in nbformat.read(released, as_version=4).cells if cell.get("attachments")]
    by_name = {name: cell.attachments for cell in questions if (name := name_of(cell)) is not None}
    by_text = {cell.source.strip(): cell.attachments for cell in questions}
    for cell in nb.cells:
        pictures = by_name.get(name_of(cell)) or by_text.get(cell.source.strip())
        if pictures and cell.cell_type != "code":
            cell.attachments = {**pictures, **cell.get("attachments", {})}


def stage_as_it_is(handed_in: HandedIn, into: Path) -> dict[str, Read]:
    """Write the files that can be trusted to `into`; return what was read of the notebooks at the top, by their names.

    For plain nbgrader, which chooses among the notebooks itself. Raises Unreadable where the folder could not be read.
    """
    if handed_in.refused:
        raise Unreadable(why_not_opened(handed_in.refused))
    into.mkdir(parents=True)
    notebooks = {Path(file.path[0]).stem: file for file in handed_in.notebooks if len(file.path) == 1}
    general = _write_files(handed_in.files, [], into, list(notebooks))
    found = {}
    for name, file in notebooks.items():
        (into / file.path[0]).touch()  # nbgrader asks whether it is there
        try:
            nb, noticed = read_file(file, ())
            found[name] = Read(nbformat.writes(nb), [*noticed, *general])
        except Unreadable as error:
            found[name] = Read("", general, str(error))
    return found


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
