"""The digest of everything that a grade depends on, and of nothing else. When it changes, grade again."""

import os
import platform
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
from grimp.exceptions import SourceSyntaxError
from nbgrader.utils import is_grade
from traitlets.config import LazyConfigValue

from autograding.calls import NotACheck, parse
from autograding.course import Course, CourseError
from autograding.messages import _
from autograding.run import dependencies, schedule
from autograding.run.dependencies import Code, code_in, digest_of_state, digest_of_tree, names_in
from autograding.run.verdicts import folder_of_stand_ins
from autograding.sandbox import inside, kernels
from autograding.sandbox.interpreter import interpreter
from autograding.sandbox.limits import limits_from
from autograding.stock.own_files import files_below

DOTTED_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
# These decide where and whether a job runs, and find the Python that runs it, which counts itself.
CHANGE_NO_GRADE = (schedule.__name__, dependencies.__name__, kernels.__name__, __name__)


def of_course(course: Course, assignment: str, grader: str) -> str:
    """The digest of everything but the submission; `grader` is the module that grades."""
    try:
        return digest_of_state(state_of(course, assignment, grader))
    except SourceSyntaxError as error:
        raise CourseError(_("cannot find out what grades depend on: {error}").format(error=error)) from error


def state_of(course: Course, assignment: str, grader: str) -> dict[str, str]:
    """All that a grade depends on besides the submission, with digests or versions. DESIGN.md says what and why."""
    solution = course.folder("source", ".", assignment)
    configuration = course.configuration
    state = {"Python": platform.python_version(), "the solution": digest_of_tree(solution)}
    state["the configuration"] = digest_of_tree(configuration)
    limits = limits_from(course.config)
    notebooks = [nbformat.read(path, as_version=4) for path in sorted(solution.glob("*.ipynb"))]
    named = {nb.metadata.get("kernelspec", {}).get("name", "") for nb in notebooks}
    for program in {limits_from(course.config, kernel).python for kernel in named} - {""}:
        found = interpreter(program)
        state[f"the Python {program}"] = digest_of_state({"version": str(found.version), "has": str(found.installed)})
    for place in limits.python_path:
        state[f"the modules in {place}"] = digest_of_tree(Path(place))
    for place, outside in limits.folders:
        state[f"the folder {place}"] = _digest_of_looks(Path(outside))
    # Imported inside the sandbox: before the notebook, by it, and by the modules in its folder.
    cells = [cell for nb in notebooks for cell in nb.cells]
    there = {*limits.preload, *_names_in_modules(solution)}
    there |= names_in(code_in(cell.source for cell in cells if cell.cell_type == "code"))
    # Imported outside, in the grader.
    here = {grader, *_plugged_in(course.config), *names_in(configuration.read_text(encoding="utf-8"))}
    packages = {grader.partition(".")[0]}
    if course.checks is not None:
        package = course.checks.__name__.partition(".")[0]
        packages.add(package)
        state["the caller"] = digest_of_tree(course.checks.CALLER)
        stand_ins = folder_of_stand_ins(course.checks)
        if stand_ins is not None:
            state["the stand-ins"] = digest_of_tree(stand_ins)
            there.update(_names_in_modules(stand_ins))
        # In the sandbox that package is hidden: its name finds the stand-ins.
        there = {name for name in there if name.partition(".")[0] != package}
    code = Code(*packages, without=CHANGE_NO_GRADE)
    if course.checks is not None:
        here |= code.of_checks(course.checks, _asked(cells))
    # The grader runs these inside the sandbox and does not import them.
    return state | code.state(here | there | code.beneath(inside.__name__))


def _digest_of_looks(place):
    """Of what a folder, or a file, shows without being read: data may be large."""
    looks = {path: os.stat(path) for path in (files_below(place) if place.is_dir() else [str(place)])}
    return digest_of_state({path: f"{info.st_size} {info.st_mtime_ns}" for path, info in looks.items()})


def _plugged_in(value) -> Iterator[str]:
    """The dotted names in a configuration: preprocessors, plugins, and so on."""
    if isinstance(value, LazyConfigValue):
        value = value.to_dict()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for one in value:
            yield from _plugged_in(one)
    elif isinstance(value, type):
        yield f"{value.__module__}.{value.__qualname__}"
    elif isinstance(value, str) and DOTTED_NAME.fullmatch(value):
        yield value


def _names_in_modules(folder):
    for file in sorted(folder.rglob("*.py")):
        yield from names_in(code_in([file.read_text("utf-8")]), ".".join(file.parent.relative_to(folder).parts))


def _asked(cells):
    """The names of the checks that the graded cells call; graded cells of another form call none."""
    for cell in cells:
        if is_grade(cell) and cell.cell_type == "code":
            with suppress(NotACheck):
                yield parse(cell.source).name
