"""Begin an exercise: `autograding new-exercise 02_mean`.

Writes a solution, its checks where the course has checks, and a table of wrong answers, all from templates/, and builds
what students get. What it writes works at once, so that it can be tried after each change. Nothing is overwritten.
"""

import argparse
import importlib
import keyword
import re
import sys
from pathlib import Path
from string import Template

from autograding.authoring import exercises
from autograding.course import Course, CourseError
from autograding.messages import _
from autograding.terminal import in_any_locale

TEMPLATES = Path(__file__).with_name("templates")
NAME = re.compile(r"[\w-]+")


def main(arguments: list[str] | None = None) -> int:
    """Write the exercise; return the exit status."""
    parser = argparse.ArgumentParser(prog="autograding new-exercise", description=_("Begin an exercise."))
    parser.add_argument("name", help=_("the exercise's folder, for example 02_mean"))
    parser.add_argument("--function", help=_("the function that it asks for; by default the name without its number"))
    options = parser.parse_args(arguments)
    try:
        course = Course(Path.cwd())
        write(places_of(course, options.name, options.function), course.root)
        _forget(course.checks)
        return exercises.build(Course(Path.cwd()), [options.name])
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2


def places_of(course: Course, name: str, function: str | None = None) -> dict[Path, str]:
    """The files of a new exercise of this course, with their texts."""
    words, source = words_of(name, function), course.folder("source", ".", name)
    if course.checks is None:
        return files(course.root, source, words)
    checks = course.checks
    if not hasattr(checks, "EXERCISES") or not hasattr(checks, "CHECKS"):
        raise CourseError(
            _(
                "the checks of this course, {place}, are not laid out as new-course does it (there is no list "
                "EXERCISES). Write the new check and the solution by hand"
            ).format(place=checks.__file__)
        )
    texts = files(course.root, source, words, Path(checks.__file__).parent)
    refuse_overwriting(texts, course.root)
    if words["function"] in checks.CHECKS:
        raise CourseError(
            _("there is a check {name} already, in {module}; call this one otherwise, by --function").format(
                name=words["function"], module=checks.CHECKS[words["function"]].__module__
            )
        )
    return texts


def files(root: Path, source: Path, words: dict[str, str], package: Path | None = None) -> dict[Path, str]:
    """The files of an exercise, with their texts; `package` is the folder of the course's checks, if it has checks."""
    answers, notebook = root / "wrong_answers" / f"{words['name']}.toml", source / f"{words['name']}.ipynb"
    if package is None:
        return {
            notebook: filled("exercise_plain.ipynb", words),
            answers: filled("wrong_answers_plain.toml", words),
        }
    words = words | {"module": package.name}
    return {
        notebook: filled("exercise.ipynb", words),
        answers: filled("wrong_answers.toml", words),
        package / f"exercise_{words['name'].replace('-', '_')}.py": filled("exercise.py", words),
    }


def words_of(name: str, function: str | None = None) -> dict[str, str]:
    """What the templates of an exercise ask for. Raises CourseError for a name that cannot be one."""
    if not NAME.fullmatch(name):
        raise CourseError(
            _("{name!r} cannot be an exercise: expected letters, digits, _ and -, such as 02_mean").format(name=name)
        )
    function = function or re.sub(r"^[\d_]+", "", name).replace("-", "_")
    if not function.isidentifier() or not function.isascii() or keyword.iskeyword(function):
        raise CourseError(_("{name!r} cannot be a function: say which, by --function").format(name=function))
    return {"name": name, "function": function}


def _forget(checks):
    """Let the checks be imported again: they were, before the new file was there."""
    package = "" if checks is None else checks.__package__
    for name in [name for name in sys.modules if package and f"{name}.".startswith(f"{package}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def filled(template: str, words: dict[str, str]) -> str:
    """A template's text with these words."""
    return Template((TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")).substitute(words)


def refuse_overwriting(texts: dict[Path, str], root: Path) -> None:
    """Raise CourseError if one of the files is there already."""
    there = [str(place.relative_to(root)) for place in texts if place.exists()]
    if there:
        raise CourseError(_("nothing is overwritten, and there are: {files}").format(files=", ".join(there)))


def write(texts: dict[Path, str], root: Path) -> None:
    """Write all files, or none if one is there already."""
    refuse_overwriting(texts, root)
    for place, text in texts.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        print(_("wrote {file}").format(file=place.relative_to(root)))


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
