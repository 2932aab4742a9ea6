"""One digest of everything that a grade depends on, so that only what changed is graded again."""

import hashlib
import os
import platform
import stat
from importlib.metadata import version
from pathlib import Path

from autograding.course import Course

# What decides how a notebook is run and judged, besides the course's own files.
TOOLS = ("nbgrader", "nbclient", "nbconvert", "nbformat", "jupyter_client", "ipykernel", "numpy")


def of_course(course: Course, assignment: str) -> str:
    """The digest of the teacher's side: solution, configuration, checks, this package, the tools' versions."""
    parts = [platform.python_version(), *(version(tool) for tool in TOOLS)]
    parts.append(of_tree(course.folder("source", ".", assignment)))
    parts.append(hashlib.sha256((course.root / "nbgrader_config.py").read_bytes()).hexdigest())
    parts.append(of_tree(Path(__file__).parent))
    if course.checks is not None:
        # The whole package of the checks: they call the reference beside them.
        package = course.checks.__name__.partition(".")[0]
        parts += [of_tree(Path(folder)) for folder in _folders(package)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _folders(package):
    spec = __import__(package).__spec__
    return spec.submodule_search_locations or [spec.origin]


def of_tree(path: Path) -> str:
    """The digest of a folder's names and contents, or of one file. Links are named, not followed."""
    total = hashlib.sha256()
    for found in sorted([path, *path.rglob("*")] if path.is_dir() else [path]):
        if "__pycache__" in found.parts or ".ipynb_checkpoints" in found.parts:
            continue
        mode = found.lstat().st_mode
        total.update(repr((str(found.relative_to(path)), stat.S_IFMT(mode))).encode())
        if stat.S_ISLNK(mode):
            total.update(os.fsencode(os.readlink(found)))
        elif stat.S_ISREG(mode):
            with found.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
