"""What lies beside a notebook and what a course shows it: it must fit, and must not hold what students may not see."""

import os
from pathlib import Path

from autograding.course import Course
from autograding.intake.remarks import Remark
from autograding.messages import _, plain
from autograding.sandbox.bubblewrap import SYSTEM
from autograding.sandbox.interpreter import interpreter
from autograding.sandbox.limits import MEGABYTE, Limits
from autograding.stock.own_files import files_below
from autograding.troubles import CourseError, WrongOption

KEPT = ("source", "submitted", "autograded", "feedback")


def require_room(course: Course, assignment: str, limits: Limits) -> None:
    """Raise CourseError where the teacher's own files are more than a notebook's folder may hold."""
    paths = list(map(Path, files_below(course.folder("source", ".", assignment), course.directory.ignore)))
    sizes = {path: path.stat().st_size for path in paths if path.suffix != ".ipynb"}
    if sum(sizes.values()) > limits.folder_bytes:
        largest = max(sizes, key=sizes.get)
        raise CourseError(
            _(
                "the files beside the notebooks of {assignment} take {got} MB, the largest of them {name}; the folder "
                "of a notebook holds {most} MB. Raise c.Autograding.folder_bytes or, for data that are only read, name "
                "their folder in c.Autograding.folders"
            ).format(
                assignment=assignment,
                got=_megabytes(sum(sizes.values())),
                name=plain(largest.name),
                most=_megabytes(limits.folder_bytes),
            )
        )
    # Each folder counts as a file does.
    number = len(sizes) + len({path.parent for path in sizes})
    if number > limits.folder_files:
        raise CourseError(
            _(
                "there are {got} files and folders beside the notebooks of {assignment}; the folder of a notebook "
                "holds {most}. Raise c.Autograding.folder_files or, for data that are only read, name their folder in "
                "c.Autograding.folders"
            ).format(assignment=assignment, got=number, most=limits.folder_files)
        )


def _megabytes(size):
    return f"{size / MEGABYTE:.3g}"


def refuse_secrets(course: Course, limits: Limits) -> None:
    """Raise WrongOption where what is shown to notebooks holds solutions, submissions, marks or checks."""
    kept = _kept(course)
    checks = [] if course.checks is None else [Path(course.checks.__file__).resolve()]
    shown = [("c.Autograding.folders", outside) for _inside, outside in limits.folders]
    shown += [("c.Autograding.python_path", place) for place in limits.python_path]
    own = len(shown)  # an installed package of checks is masked: see bubblewrap.installed
    shown += [(_("the folder of Python"), place) for place in interpreter(limits.python).folders]
    if limits.isolation != "none":
        shown += [(_("the system, which is shown to notebooks,"), place) for place in SYSTEM]
    for number, (option, place) in enumerate(shown):
        if not os.path.exists(place):
            continue
        inner = [name for name in _names_of_a_class(course) if os.path.lexists(os.path.join(place, name))]
        secret = next(
            (path for path in kept + checks * (number < own) if _holds(place, path)),
            Path(place, inner[0]) if inner else None,
        )
        if secret is not None:
            raise WrongOption(
                _(
                    "{option} names {place}, in which students could read {secret}; move one of them elsewhere, so "
                    "that what they may see is in a folder of its own"
                ).format(option=option, place=place, secret=secret)
            )


def _kept(course):
    """What students may not see, wherever it lies."""
    directory = course.directory
    kept = [Path(course.root, getattr(directory, f"{step}_directory")) for step in KEPT]
    kept += [course.configuration, course.class_folder / "grades", Path(course.class_folder, "gradebook.db")]
    if directory.db_url.startswith("sqlite:///"):
        kept.append(Path(directory.db_url.removeprefix("sqlite:///")))
    exchange = course.config.Exchange.get("root", "") if "Exchange" in course.config else ""
    kept += [Path(exchange)] if exchange else []
    return [path.resolve() for path in kept]


def _names_of_a_class(course):
    """What any class has in its folder."""
    return ("gradebook.db", Path(course.directory.submitted_directory).name)


def _holds(place, secret):
    """Whether the folder holds the secret or lies in it, under whatever name it is mounted."""
    around = [path for path in (secret, *secret.parents) if path.exists()]
    within = [Path(place), *Path(place).parents]
    return any(os.path.samefile(place, path) for path in around) or secret in within


def leave_out(copy: Path, own: set[Path], limits: Limits) -> list[Remark]:
    """Remove files of a student's from a copy until it fits, the largest first; those in `own` are the teacher's."""
    files = [path for path in copy.rglob("*") if path.is_file() and path.suffix != ".ipynb"]
    sizes = {path: path.stat().st_size for path in files}
    room, left_out = limits.folder_bytes - sum(sizes.values()), []
    for path in sorted(sizes.keys() - own, key=lambda path: (-sizes[path], path)):
        if room >= 0:
            break
        path.unlink()
        room += sizes[path]
        left_out.append(Remark("left out", plain(path.relative_to(copy).as_posix())))
    return left_out
