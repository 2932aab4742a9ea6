"""Build exercises/ from solutions/ through nbgrader:
`autograding exercises [ASSIGNMENT ...] [--check]`.

The same solution gives the same bytes. `--check` builds in another folder, names each file that differs, and then
fails. No gradebook is left behind.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import nbformat
from nbgrader.utils import is_grade, is_solution

from autograding.calls import NotACheck, parse
from autograding.course import Course, CourseError
from autograding.messages import _
from autograding.scratch import PREFIX
from autograding.stock.convert import generate
from autograding.stock.gradebook import OpenGradebook
from autograding.terminal import in_any_locale

IGNORED = {".ipynb_checkpoints", "__pycache__"}


def main(arguments: list[str] | None = None) -> int:
    """Build or check the exercises; return the exit status."""
    parser = argparse.ArgumentParser(prog="autograding exercises", description=_("Build the exercises."))
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help=_("default: all"))
    parser.add_argument("--check", action="store_true", help=_("build in another folder, compare, change nothing"))
    options = parser.parse_args(arguments)
    try:
        course = Course(Path.cwd())
        names = [course.require(name) for name in options.assignments] or course.assignments
        return check(course, names) if options.check else build(course, names)
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2


def build(course: Course, assignments: list[str]) -> int:
    """Write the files that changed into the release folder."""
    release = course.root / course.directory.release_directory
    with tempfile.TemporaryDirectory(prefix=PREFIX) as scratch:
        built = _build_all(course, assignments, Path(scratch))
        changed = [name for name in sorted(built) if not _same(built[name], release / name)]
        for name in changed:
            (release / name).parent.mkdir(parents=True, exist_ok=True)
            (release / name).write_bytes(built[name].read_bytes())
            print(_("built {file}").format(file=release.relative_to(course.root) / name))
    print(_("{n} files, {changed} changed").format(n=len(built), changed=len(changed)))
    return 0


def check(course: Course, assignments: list[str]) -> int:
    """Compare the release folder with a rebuild; return 1 if they differ."""
    release = course.root / course.directory.release_directory
    with tempfile.TemporaryDirectory(prefix=PREFIX) as scratch:
        built = _build_all(course, assignments, Path(scratch))
        different = [name for name in sorted(built) if not _same(built[name], release / name)]
    kept = {p.relative_to(release).as_posix() for name in assignments for p in _files(release / name)}
    shown = release.relative_to(course.root)
    for name in different:
        what = _("differs from a rebuild") if (release / name).exists() else _("is missing")
        print(f"{shown / name}: {what}", file=sys.stderr)
    for name in sorted(kept - set(built)):
        print(f"{shown / name}: {_('is not built from any solution')}", file=sys.stderr)
    if different or kept - set(built):
        print(_("to rebuild: python -m autograding exercises"), file=sys.stderr)
        return 1
    return 0


def _build_all(course, assignments, scratch):
    """Build into `scratch`; return each file's place by its name relative to the release folder."""
    faults = [fault for name in assignments for fault in faults_of(course, name)]
    if faults:
        raise CourseError("\n".join([_("the solutions are not ready to be built:"), *(f"  {f}" for f in faults)]))
    built = {}
    with OpenGradebook(f"sqlite:///{scratch / 'gradebook.db'}", course.directory.course_id) as book:
        for name in assignments:
            folder = generate(course, name, scratch / "release", book)
            built |= {p.relative_to(scratch / "release").as_posix(): p for p in _files(folder)}
    return built


def _files(folder):
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and not IGNORED.intersection(p.parts)]


def _same(one, other):
    return other.is_file() and one.read_bytes() == other.read_bytes()


def faults_of(course: Course, assignment: str) -> list[str]:
    """The faults of a solution that make its exercise differ at each build, or its grading fail."""
    faults = []
    for path in sorted(course.folder("source", ".", assignment).glob("*.ipynb")):
        where = path.relative_to(course.root)
        # Not nbformat.read: it gives a new id, different each time, to a cell without one.
        written = json.loads(path.read_text(encoding="utf-8"))
        got = (written.get("nbformat"), written.get("nbformat_minor"))
        if got < (4, 5):
            text = _("expected format 4.5 or later, which keeps cell ids, got {a}.{b}")
            faults.append(f"{where}: " + text.format(a=got[0], b=got[1]))
            continue
        ids = [cell.get("id") for cell in written["cells"]]
        nb = nbformat.read(path, as_version=4)
        for number, (cell, identity) in enumerate(zip(nb.cells, ids, strict=True), start=1):
            place = f"{where}, " + _("cell {n} ({id}): ").format(n=number, id=identity)
            if not identity or ids.count(identity) > 1:
                faults.append(place + _("expected an id of its own, got none or another cell's"))
            faults += [place + fault for fault in _faults_of_cell(cell, course.checks)]
    return faults


def _faults_of_cell(cell, checks):
    faults = []
    if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
        faults.append(_("expected no output and no execution number, got some: clear them"))
    if checks is not None and cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
        try:
            call = parse(cell.source)
            checks.make(call.name, 0, **call.keywords)
        except NotACheck as error:
            faults.append(str(error))
        except Exception as error:  # the course's own code may raise anything: its author is told
            text = _("expected {cell} to get a problem from {module}, got {error}")
            got = f"{type(error).__name__}: {error}"
            faults.append(text.format(cell=cell.source.strip(), module=f"{checks.__name__}.make", error=got))
    return faults


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
