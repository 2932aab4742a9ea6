"""Every option of a course, its default, its value here and the reason: `autograding options`.

An option that is added anywhere gets its line in `reasons`: a test compares these with what the code reads, and with
the table in README.md, which `python tools/options_table.py` writes.
"""

import argparse
import difflib
import shutil
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from autograding.course import Course, CourseError
from autograding.intake.handed_in import LARGEST_FOLDER, MOST_FILES
from autograding.messages import _
from autograding.sandbox.limits import MEGABYTE, Limits, limits_from
from autograding.stock.late import PerDay
from autograding.terminal import in_any_locale

# Options that are no limits.
OTHERS = {
    "checks": "",
    "problems_shown_after": "",
    "mark_schemes_shown": False,
    "handed_in_bytes": LARGEST_FOLDER,
    "handed_in_files": MOST_FILES,
    "solution_loses": {},
    "notebooks_beside": (),
    "notebooks_before": {},
}
# What the course itself notes beside them.
NOTED = {"home"}


@dataclass(frozen=True)
class Option:
    """One option of `c.Autograding`, or of a class of ours."""

    name: str
    default: object
    reason: str


def reasons() -> dict[str, str]:
    """Why each option of `c.Autograding` is there, and why its default is what it is."""
    return {
        "checks": _("the dotted name of the course's module of checks; `plug_in(c, checks=...)` sets it"),
        "problems_shown_after": _(
            'a date, such as "2026-12-24 18:00 UTC". Before it, numbers of the problem are taken out where a verdict '
            "quotes what a student's function said, so that nobody hands in a second time with them. Never by default"
        ),
        "handed_in_bytes": _("of all files that a student hands in beside the notebooks; what is more is left out"),
        "handed_in_files": _("how many of them; the notebooks count apart"),
        "mark_schemes_shown": _("whether mark schemes are on students' pages: they are written for those who grade"),
        "solution_loses": _(
            "graded cells that the solution need not earn, by ASSIGNMENT, ASSIGNMENT/CELL or ASSIGNMENT/NOTEBOOK/CELL, "
            'each with a reason that every report tells: {"a1/bonus": "nobody has solved it yet"}. None by default: a '
            "test that the solution fails is nearly always a broken one"
        ),
        "notebooks_beside": _(
            "names of other notebooks of the assignment that one may run, as by `%run helper.ipynb`. None by default: "
            "a notebook beside may hold what is graded"
        ),
        "notebooks_before": _(
            'what is run before a notebook, for the files that it leaves: {"part2": ["part1"]} runs part1 of the same '
            "submission first"
        ),
        "isolation": _(
            '"none" runs notebooks without a sandbox, with all your own rights: for submissions that you trust as you '
            "trust yourself. Every report says so"
        ),
        "cell_seconds": _(
            "of one cell, in time of the processor, so that a busy machine costs nobody points. nbgrader's own "
            "`c.ExecutePreprocessor.timeout` sets it as well. Enough to train a small network"
        ),
        "notebook_seconds": _(
            "of all cells of a notebook together, and as much again for all graded calls; ten times `cell_seconds`, "
            "where that is more"
        ),
        "memory_bytes": _("of one process; all of a submission's processes may have a quarter more"),
        "processes": _("and threads, of a submission: libraries start one for each core"),
        "file_bytes": _("of each file that a notebook writes"),
        "folder_bytes": _("of all files beside a notebook, the course's and those that it writes: they lie in memory"),
        "folder_files": _("and folders, beside a notebook"),
        "output_bytes": _("of one cell; what is more is left out, and the notebook goes on"),
        "outputs_bytes": _("of a whole notebook: it goes into the gradebook's folders and on the page"),
        "answer_bytes": _("of what a graded call returns"),
        "judge_seconds": _("of the processor, to judge what one cell sent: it may have been made to take long"),
        "judge_bytes": _("of the process that reads and judges it"),
        "restarts": _("how many new kernels a notebook gets whose kernel died, so that later cells keep their points"),
        "runtime": _(
            'a container runtime and its options, such as ["crun"], in the place of bubblewrap: for machines whose '
            "rules allow only that"
        ),
        "python": _(
            "the program of another Python, which has the course's packages: absolute, or beside this configuration. "
            "It needs IPython and NumPy. The kernel that `c.ExecutePreprocessor.kernel_name` names does as well"
        ),
        "folders": _(
            'what notebooks may read besides, at the same place or at another: ["data"] or '
            '{"/data": "/srv/course/data"}. None by default: whatever is named, students can read'
        ),
        "python_path": _("folders of modules that notebooks may import: PYTHONPATH is not passed on"),
        "environment": _('variables that notebooks see, such as {"MODE": "test"}: yours may hold secrets'),
        "hosts": _(
            "hosts on the network, HOST or HOST:PORT, that notebooks may ask by HTTP or HTTPS. None by default: what a "
            "notebook can send, a student can read elsewhere"
        ),
        "preload": _("what is imported once for the class and not for each student; what is not installed is skipped"),
    }


def options() -> list[Option]:
    """All options, in the order of the table."""
    limits, why = Limits(), reasons()
    found = [Option(f"Autograding.{name}", default, why[name]) for name, default in OTHERS.items()]
    found += [Option(f"Autograding.{name}", getattr(limits, name), why[name]) for name in Limits.__dataclass_fields__]
    traits = PerDay.class_own_traits(config=True)
    return found + [Option(f"PerDay.{name}", trait.default(), trait.help) for name, trait in traits.items()]


def shown(value: object) -> str:
    """A value as one writes it in a configuration; large sizes in megabytes."""
    if type(value) is int and value >= MEGABYTE and value % MEGABYTE == 0:
        return f"{value // MEGABYTE} * 2**20"
    return repr(value).replace("'", '"')


def markdown() -> str:
    """The table of README.md."""
    head = [_("option"), _("default"), _("what for, and why so")]
    rows = [(f"`c.{one.name}`", f"`{shown(one.default)}`", one.reason) for one in options()]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * 3, *rows)) + "\n"


def here(course: Course, option: Option) -> object:
    """The value of an option in a course."""
    section, name = option.name.split(".")
    if section == "Autograding" and name in Limits.__dataclass_fields__:
        return getattr(limits_from(course.config), name)
    return course.config[section].get(name, option.default) if section in course.config else option.default


def unknown(course: Course) -> list[str]:
    """A sentence for each option that the course sets and nothing reads."""
    known = [option.name.partition(".")[2] for option in options() if option.name.startswith("Autograding.")]
    told = []
    for name in sorted(set(course.config.Autograding) - NOTED - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        text = _("there is no option c.Autograding.{name}; is it {near}?") if near else _("there is no option c.{name}")
        told.append(text.format(name=name if near else f"Autograding.{name}", near=near[0] if near else ""))
    return told


def main(arguments: list[str] | None = None) -> int:
    """Print every option; return 1 if the course sets one that there is not."""
    parser = argparse.ArgumentParser(
        prog="autograding options", description=_("Print every option: what it is in this course, and why.")
    )
    parser.parse_args(arguments)
    try:
        course = Course(Path.cwd()) if Path("nbgrader_config.py").is_file() else None
        lines = [line for option in options() for line in _lines(course, option)]
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2
    print("\n".join(lines))
    faults = [] if course is None else unknown(course)
    for fault in faults:
        print(_("error: {error}").format(error=fault), file=sys.stderr)
    return 1 if faults else 0


def _lines(course, option):
    value, told = option.default if course is None else here(course, option), option.reason
    if shown(value) != shown(option.default):
        told = _("(by default {default}) {reason}").format(default=shown(option.default), reason=told)
    width = shutil.get_terminal_size().columns
    yield f"c.{option.name} = {shown(value)}"
    yield textwrap.fill(told, width, initial_indent="    ", subsequent_indent="    ")


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
