"""What lies beside a notebook and what a course shows it: it must fit, and must not hold what students may not see."""

from pathlib import Path

from autograding.course import Course
from autograding.intake.remarks import Remark
from autograding.messages import _, plain
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
    """Raise WrongOption where a folder that is shown to notebooks holds solutions, submissions or marks."""
    kept = [Path(course.root, getattr(course.directory, f"{step}_directory")) for step in KEPT]
    kept += [course.configuration, course.class_folder / "grades", Path(course.class_folder, "gradebook.db")]
    shown = [("folders", Path(outside)) for _inside, outside in limits.folders]
    shown += [("python_path", Path(place)) for place in limits.python_path]
    for option, place in shown:
        for secret in kept:
            if secret.resolve().is_relative_to(place) or place.is_relative_to(secret.resolve()):
                raise WrongOption(
                    _(
                        "c.Autograding.{option} names {place}, in which students could read {secret}; move what they "
                        "may see to a folder of its own"
                    ).format(option=option, place=place, secret=secret)
                )


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
