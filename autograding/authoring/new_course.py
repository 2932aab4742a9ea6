"""Begin a course: `autograding new-course statistics`.

Writes a small course that works at once: configuration, an exercise with its solution, checks with a caller and
stand-ins, wrong answers, tests, a page for its teacher. `--plain` writes one whose graded cells are plain nbgrader
tests.
"""

import argparse
import re
import sys
from pathlib import Path

from autograding.authoring import exercises
from autograding.authoring.new_exercise import files, filled, words_of, write
from autograding.course import Course, CourseError
from autograding.messages import _
from autograding.terminal import in_any_locale

FIRST = "01_double"
# Each file, and its template.
OF_ALL = {
    "nbgrader_config.py": "nbgrader_config.py",
    "README.md": "course_readme.md",
    ".gitignore": "gitignore",
    "tests/test_exercises.py": "test_exercises.py",
}
OF_CHECKS = {
    "{module}/__init__.py": "init.py",
    "{module}/checks.py": "checks.py",
    "{module}/caller.py": "caller.py",
    "{module}/stand_ins/{module}/__init__.py": "stand_in.py",
}


def main(arguments: list[str] | None = None) -> int:
    """Write the course; return the exit status."""
    parser = argparse.ArgumentParser(prog="autograding new-course", description=_("Begin a course."))
    parser.add_argument("folder", type=Path, help=_("a folder that is not there yet, or is empty"))
    parser.add_argument(
        "--plain", action="store_true", help=_("plain nbgrader tests, which run beside the students' code; no checks")
    )
    options = parser.parse_args(arguments)
    try:
        return begin(options.folder.absolute(), options.plain)
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2


def begin(root: Path, plain: bool = False) -> int:
    """Write a course into `root`, and build what its students get."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise CourseError(_("{folder} is there already; a course begins in a folder of its own").format(folder=root))
    course = re.sub(r"[^a-z0-9]+", "_", root.name.lower()).strip("_") or "course"
    module = f"{course}_course" if course[0].isalpha() else f"course_{course}"
    words = words_of(FIRST) | {"course": course, "module": module}
    words["checks"] = "" if plain else f', checks="{module}.checks"'
    words["and_check"] = "" if plain else _(" and its check")
    texts = {place: filled(template, words) for place, template in OF_ALL.items()}
    if not plain:
        texts["README.md"] += filled("course_readme_checks.md", words)
        texts |= {place.format(module=module): filled(template, words) for place, template in OF_CHECKS.items()}
    exercise = files(root, root / "source" / FIRST, words, None if plain else root / module)
    write({root / place: text for place, text in texts.items()} | exercise, root)
    return exercises.build(Course(root), [FIRST])


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
