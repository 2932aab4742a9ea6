"""Make up a class from a solution, to see the grading at work:
`autograding demonstration ASSIGNMENT --answers WRONG.toml --out submitted`.

Each member does one thing, is named after it, and is expected to lose certain cells. `expected.disagreements` compares
that with the grades. WRONG.toml holds one table for each wrong answer:

    [[wrong]]
    name = "one_minus_f"
    replaces = "forget_gate"              # grade_id of the solution cell that it replaces
    source = '''…'''                      # the whole cell
    loses = ["forget_gate_values"]        # grade_ids of the graded cells that it costs
    says = "1 - f"                        # found on the feedback page
"""

import argparse
import ast
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbgrader.utils import is_grade, is_solution

from autograding.course import Course, CourseError
from autograding.messages import _
from autograding.scratch import PREFIX
from autograding.stock.convert import generate
from autograding.stock.gradebook import OpenGradebook
from autograding.terminal import in_any_locale

SECONDS_TO_IMPORT = 2
FIELDS = {"name": str, "replaces": str, "source": str, "loses": list, "says": str}


@dataclass(frozen=True)
class Member:
    """One made-up student: files by name, the graded cells lost, and a text that the feedback must hold."""

    name: str
    files: dict[str, str]
    loses: frozenset[str] = frozenset()
    says: str = ""
    waits: frozenset[str] = frozenset()  # the given answers that a person grades


def members(course: Course, assignment: str, answers: Path) -> list[Member]:
    """The whole class, from the solution notebook and the table of wrong answers."""
    course.require(assignment)
    paths = sorted(course.folder("source", ".", assignment).glob("*.ipynb"))
    if len(paths) != 1:
        raise CourseError(
            _("a demonstration needs one notebook in {assignment}, got {n}").format(assignment=assignment, n=len(paths))
        )
    solution = nbformat.read(paths[0], as_version=4)
    wrong = _read_answers(answers, solution)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as scratch:
        into = Path(scratch, "release")
        with OpenGradebook(f"sqlite:///{scratch}/gradebook.db", course.directory.course_id) as book:
            stub = generate(course, assignment, into, book) / paths[0].name
        untouched = nbformat.read(stub, as_version=4)
    people = [*_wrong(solution, wrong, paths[0].name), *_accidents(solution, untouched, wrong, paths[0].name)]
    written = _names(solution, lambda cell: is_grade(cell) and is_solution(cell))
    return [replace(person, waits=written - person.loses) for person in people]


def _names(nb, wanted) -> frozenset[str]:
    return frozenset(cell.metadata.nbgrader.grade_id for cell in nb.cells if wanted(cell))


def _read_answers(path, solution):
    with path.open("rb") as file:
        entries = tomllib.load(file).get("wrong", [])
    answers = {c.metadata.nbgrader.grade_id for c in solution.cells if is_solution(c)}
    graded = {c.metadata.nbgrader.grade_id for c in solution.cells if is_grade(c)}
    for number, entry in enumerate(entries, start=1):
        where = _("{file}, wrong answer {n}").format(file=path, n=number)
        for field, kind in FIELDS.items():
            if not isinstance(entry.get(field), kind):
                got = type(entry.get(field)).__name__
                raise CourseError(
                    _("{where}: expected {field} to be a {kind}, got {got}").format(
                        where=where, field=field, kind=kind.__name__, got=got
                    )
                )
        if entry["replaces"] not in answers:
            raise CourseError(
                _("{where}: expected replaces to be one of {known}, got {got}").format(
                    where=where, known=sorted(answers), got=entry["replaces"]
                )
            )
        if not set(entry["loses"]) <= graded:
            raise CourseError(
                _("{where}: expected loses to be among {known}, got {got}").format(
                    where=where, known=sorted(graded), got=entry["loses"]
                )
            )
    return entries


def _wrong(solution, entries, name):
    for entry in entries:
        nb = deepcopy(solution)
        _cell(nb, entry["replaces"]).source = entry["source"].strip("\n")
        yield Member(f"wrong_{entry['name']}", {name: _text(nb)}, frozenset(entry["loses"]), entry["says"])


def _accidents(solution, untouched, wrong, name):
    """Accidents that happen in every class, some of which stop stock nbgrader."""
    graded = [cell.metadata.nbgrader.grade_id for cell in solution.cells if is_grade(cell) and not is_solution(cell)]
    code = [cell for cell in solution.cells if cell.cell_type == "code"]
    answers = [cell.metadata.nbgrader.grade_id for cell in code if is_solution(cell)]
    everything = _names(solution, is_grade)
    text = _text(solution)

    def edited(edit: Callable, *arguments) -> dict[str, str]:
        nb = deepcopy(solution)
        edit(nb, *arguments)
        return {name: _text(nb)}

    yield Member("right", {name: text})
    yield Member("untouched", {name: _text(untouched)}, everything)
    yield Member("empty_file", {name: ""}, everything, _("the file is empty"))
    yield Member("no_notebook", {"notes.txt": "I could not do it.\n"}, everything, name)
    if answers:
        after_last = frozenset(_graded_after(solution, answers[-1]))
        yield Member("syntax_error", edited(_break_syntax, answers[-1]), after_last, "SyntaxError")
        yield Member("infinite_loop", edited(_in_every_function, answers[-1], "while True: pass"), after_last)
    slow = {"slow_to_import.py": f"import time\n\ntime.sleep({SECONDS_TO_IMPORT})\n"}
    yield Member("slow_import", edited(_add_first, "import slow_to_import") | slow)
    if graded:
        yield Member("deleted_test_cell", edited(_delete, graded[0]), says=graded[0])
    if wrong:
        cheat = deepcopy(solution)
        _cell(cheat, wrong[0]["replaces"]).source = wrong[0]["source"].strip("\n")
        for lost in wrong[0]["loses"]:
            _delete(cheat, lost)
        yield Member(
            "wrong_and_deleted_its_tests", {name: _text(cheat)}, frozenset(wrong[0]["loses"]), wrong[0]["says"]
        )
    if answers and graded:
        yield Member("copied_cells", edited(_copy, answers[0], graded[0]), says=graded[0])
    yield Member("truncated_file", {name: text[: len(text) * 2 // 3]}, everything, _("damaged or cut short"))
    yield Member("wrong_file_name", {name.replace(".ipynb", " (1).ipynb"): text}, says="(1)")
    warn = "import warnings; warnings.warn('honest, but noisy', stacklevel=1)"
    yield Member("honest_with_a_warning", edited(_everywhere, warn))


def _text(nb):
    return nbformat.writes(nb) + "\n"


def _cell(nb, grade_id):
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def _graded_after(nb, answer):
    """The graded cells between an answer and the next one."""
    names = []
    for cell in nb.cells[nb.cells.index(_cell(nb, answer)) + 1 :]:
        if is_solution(cell):
            break
        names += [cell.metadata.nbgrader.grade_id] if is_grade(cell) else []
    return names


def _break_syntax(nb, answer):
    _cell(nb, answer).source += "\nreturn return"


def _in_every_function(nb, answer, line):
    """Put one line first in every function of the answer, or of all answers; where it has none, before the answer."""
    for cell in nb.cells:
        if is_solution(cell) and cell.cell_type == "code" and answer in (None, cell.metadata.nbgrader.grade_id):
            cell.source = _with_first(line, cell.source)


def _with_first(line, source):
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics
        return f"{line}\n{source}"
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        function.body[1 if ast.get_docstring(function) else 0 : 0] = ast.parse(line).body
    return ast.unparse(tree) if functions else f"{line}\n{source}"


def _everywhere(nb, line):
    """Put one line first in every function of all answers, and into a cell before them."""
    _in_every_function(nb, None, line)
    _add_first(nb, line)


def _add_first(nb, source):
    nb.cells.insert(0, nbformat.v4.new_code_cell(source, id="of-my-own"))


def _delete(nb, grade_id):
    nb.cells.remove(_cell(nb, grade_id))


def _copy(nb, *grade_ids):
    copies = [deepcopy(_cell(nb, name)) for name in grade_ids]
    for number, cell in enumerate(copies):
        cell.id = f"copy-{number}"
    nb.cells.extend(copies)


def write(people: Iterable[Member], assignment: str, out: Path) -> None:
    """Write each member's files to `out`/member/assignment."""
    for member in people:
        folder = out / member.name / assignment
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in member.files.items():
            (folder / name).write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write the class; return the exit status."""
    parser = argparse.ArgumentParser(prog="autograding demonstration", description=_("Make up a class."))
    parser.add_argument("assignment")
    parser.add_argument("--answers", type=Path, required=True, metavar="TOML", help=_("the table of wrong answers"))
    parser.add_argument("--out", type=Path, default=Path("submitted"), help=_("where the class hands in"))
    options = parser.parse_args(arguments)
    try:
        people = members(Course(Path.cwd()), options.assignment, options.answers)
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2
    write(people, options.assignment, options.out)
    print(
        _("{n} submissions of {assignment} in {out}/").format(
            n=len(people), assignment=options.assignment, out=options.out
        )
    )
    return 0


if __name__ == "__main__":
    in_any_locale()
    sys.exit(main())
