"""What a grade depends on: a change of that grades the class again, and no other change does."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ASSIGNMENT, forget_the_course

from autograding.__main__ import main
from autograding.course import Course
from autograding.run import dependencies, digest, grade
from autograding.run.grade import Grader
from lstm_ref.checks import CHECKS, defined_in

REPOSITORY = Path(__file__).parents[2]
EXERCISE = "03_forget_gate"
# Reads the name of an assignment, says what its grades depend on, and so on.
SAY = """
import json, sys
from pathlib import Path
from autograding.course import Course
from autograding.run.digest import state_of

course = Course(Path.cwd())
for line in sys.stdin:
    print(json.dumps(state_of(course, line.strip(), "autograding.run.grade")), flush=True)
"""
USED = {
    "lstm_ref/checks/s03_forget_gate/__init__.py",
    "lstm_ref/checks/slips/line.py",
    "lstm_ref/checks/__init__.py",
    "lstm_ref/checks/engine/judge.py",
    "lstm_ref/core/cell.py",
    "lstm_ref/core/memory.py",
    "lstm_ref/locale/fr/LC_MESSAGES/lstm_ref.mo",
    "autograding/locale/fr/LC_MESSAGES/autograding.mo",
    "autograding/run/verdicts.py",
    "autograding/report/pages.py",
    "autograding/intake/preflight.py",
    "autograding/authoring/starting.py",
    "autograding/run/record.py",
    "autograding/run/execute.py",
    "autograding/sandbox/inside/parent.py",
    "autograding/sandbox/inside/kernel.py",
    "autograding/sandbox/inside/shell.py",
}
USED_BY_ANOTHER_NAME = {
    "lstm_ref/stand_ins/lstm_ref/__init__.py": "the stand-ins",
    "solutions/03_forget_gate/03_forget_gate.ipynb": "the solution",
    "nbgrader_config.py": "the configuration",
}
NOT_USED = {
    "lstm_ref/checks/s05_memory_update/__init__.py",
    "lstm_ref/checks/slips/cell.py",
    "lstm_ref/checks/s99_more.py",
    "lstm_ref/widgets/base.css",
    "lstm_ref/widgets/forget_gate.js",
    "lstm_ref/widgets/forget_gate.py",
    "lstm_ref/figures/s03_forget_gate.py",
    "lstm_ref/core/keeper.py",
    "lstm_ref/__init__.pyi",
    "lstm_ref/locale/lstm_ref.pot",
    "autograding/__main__.py",
    "autograding/run/command.py",
    "autograding/report/results.py",
    "autograding/report/notes.py",
    "autograding/run/progress.py",
    "autograding/authoring/replay.py",
    "autograding/authoring/demonstration.py",
    "autograding/authoring/expected.py",
    "autograding/authoring/exercises.py",
    "autograding/run/schedule.py",
    "autograding/run/digest.py",
    "autograding/DESIGN.md",
    "autograding/locale/autograding.pot",
    "solutions/05_memory_update/05_memory_update.ipynb",
}
NEW = {"lstm_ref/locale/fr", "autograding/locale/fr", "lstm_ref/checks/s99_more.py"}


def changed(file: Path) -> None:
    """Something more in a file, or a new file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n")


class ThisCourse:
    """A copy of the course, and a process in it that says what the grades of its assignments depend on."""

    def __init__(self, root):
        self.root = root
        for name in ("autograding", "lstm_ref", "solutions"):
            shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(REPOSITORY / "nbgrader_config.py", root)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        environment = os.environ | {"PYTHONPATH": str(root)}
        self.process = subprocess.Popen([sys.executable, "-c", SAY], cwd=root, env=environment, **pipes)

    def state(self, assignment: str) -> dict[str, str]:
        self.process.stdin.write(f"{assignment}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stale(self, assignment: str, *names: str) -> set[str]:
        """What a grade depends on and is no longer as it was after a change of these files."""
        before = self.state(assignment)
        for name in names:
            assert (self.root / name).exists() or any(name.startswith(new) for new in NEW), name
            changed(self.root / name)
        return {name for name, _digest in before.items() ^ self.state(assignment).items()}


@pytest.fixture(scope="module")
def this_course(tmp_path_factory):
    course = ThisCourse(tmp_path_factory.mktemp("course"))
    yield course
    course.process.stdin.close()
    course.process.wait()
    course.process.stdout.close()


def test_all_that_a_grade_of_exercise_3_depends_on_makes_it_stale(this_course):
    assert this_course.stale(EXERCISE, *USED, *USED_BY_ANOTHER_NAME) == USED | set(USED_BY_ANOTHER_NAME.values())
    caller = {"lstm_ref/checks/engine/call.py", "the caller"}
    assert this_course.stale(EXERCISE, "lstm_ref/checks/engine/call.py") == caller


def test_what_it_does_not_depend_on_leaves_it_as_it_is(this_course):
    assert this_course.stale(EXERCISE, *NOT_USED) == set()


def test_each_exercise_depends_on_its_own_checks(this_course):
    """Exercise 6 asks for the memories of exercise 5, but its checks import none of those."""
    checks = "lstm_ref/checks/s05_memory_update/__init__.py"
    for assignment, stale in {"05_memory_update": {checks}, "06_output_gate": set(), "10_pytorch": set()}.items():
        assert this_course.stale(assignment, checks) == stale
    # Its notebook imports this widget, but finds a stand-in while it is graded.
    assert this_course.stale("05_memory_update", "lstm_ref/widgets/settings_puzzle.py") == set()


def test_the_course_says_of_each_check_where_it_is_defined():
    for name in CHECKS:
        assert CHECKS[name] in sys.modules[defined_in(name)].CHECKS
    assert defined_in("no_check") is None


def toy_digest(toy):
    return digest.of_course(Course(toy.root), ASSIGNMENT, grade.__name__)


@pytest.mark.parametrize(
    "distribution",
    ["nbgrader", "nbconvert", "nbformat", "ipython", "traitlets", "numpy", "beautifulsoup4", "torch", "matplotlib"],
)
def test_an_upgrade_of_what_grades_is_seen(toy, monkeypatch, distribution):
    """What the grader imports, what runs in the sandbox, what is imported there before the notebook."""
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "del c.Autograding.preload\n")  # the grader's own choice
    before = toy_digest(toy)
    real = dependencies.version
    monkeypatch.setattr(dependencies, "version", lambda name: "new" if name == distribution else real(name))
    assert toy_digest(toy) != before


@pytest.mark.parametrize("distribution", ["nbclient", "jupyter_client", "ipykernel", "distributed", "grimp", "torch"])
def test_an_upgrade_of_what_is_not_used_is_not(toy, monkeypatch, distribution):
    """torch is not used here: the toy course preloads less."""
    before = toy_digest(toy)
    real = dependencies.version
    monkeypatch.setattr(dependencies, "version", lambda name: "new" if name == distribution else real(name))
    assert toy_digest(toy) == before


# Each with a name of its own: what a configuration imports stays imported.


def written(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def imported_by_a_check(toy):
    written(toy.root / "toy_course" / "checks.py", "\ndef lazily():\n    from toy_course import imported\n")
    return toy.root / "toy_course" / "imported.py"


def imported_by_the_configuration(toy):
    written(toy.root / "nbgrader_config.py", "import helper_of_config\n")
    return toy.root / "helper_of_config.py"


def named_by_the_configuration(toy):
    written(toy.root / "nbgrader_config.py", 'c.AssignLatePenalties.plugin_class = "named_rules.late.Rule"\n')
    (toy.root / "named_rules").mkdir()
    (toy.root / "named_rules" / "__init__.py").write_text("")
    return toy.root / "named_rules" / "late.py"


def imported_beside_the_solution(toy):
    written(toy.root / "solutions" / ASSIGNMENT / "beside.py", "import helper_beside\n")
    return toy.root / "helper_beside.py"


def the_caller(toy):
    return toy.root / "toy_course" / "caller.py"


def a_stand_in(toy):
    return toy.root / "toy_course" / "stand_ins" / "toy_course" / "more.py"


@pytest.mark.parametrize(
    "place",
    [
        imported_by_a_check,
        imported_by_the_configuration,
        named_by_the_configuration,
        imported_beside_the_solution,
        the_caller,
        a_stand_in,
    ],
)
def test_whatever_is_imported_or_named_counts_and_nothing_beside_it(toy, place):
    file = place(toy)
    changed(file)
    before = toy_digest(toy)
    changed(toy.root / "toy_course" / "not_imported.py")
    changed(toy.root / "not_imported.py")
    assert toy_digest(toy) == before
    changed(file)
    assert toy_digest(toy) != before


def test_a_course_may_say_which_module_defines_a_check(toy):
    """The toy asks for "double" and "greet"; its checks are now a package, that imports others by their names."""
    folder = toy.root / "toy_course"
    (folder / "found").mkdir()
    (folder / "found" / "__init__.py").write_text("from toy_course.checks import CALLER, STAND_INS, judge, make\n")
    written(toy.root / "nbgrader_config.py", 'plug_in(c, checks="toy_course.found")\n')
    for name in ("double", "other"):
        (folder / "found" / f"{name}.py").write_text("")

    def stale(name):
        before = toy_digest(toy)
        changed(folder / "found" / f"{name}.py")
        return toy_digest(toy) != before

    assert stale("double") and stale("other")  # nothing is said, so all modules in there count
    defined_in = '\ndef defined_in(name):\n    return f"{__name__}.{name}" if name in ("double", "other") else None\n'
    written(folder / "found" / "__init__.py", defined_in)
    forget_the_course()
    assert stale("double") and not stale("other")


def test_a_module_that_is_no_python_is_named(toy):
    (toy.root / "toy_course" / "broken.py").write_text("this is no Python")
    toy.hand_in("ada", toy.solution())
    done = toy.here(main, ASSIGNMENT)
    assert done.returncode == 2
    assert "cannot find out what grades depend on" in done.stderr and "broken.py, line 1" in done.stderr


@pytest.mark.grading
def test_marks_stay_done_until_something_changes_that_they_depend_on(toy, monkeypatch):
    def is_done():
        with Grader(Course(toy.root), ASSIGNMENT) as grader:
            return grader.is_done("ada")

    toy.hand_in("ada", toy.solution())
    toy.grade()
    changed(toy.root / "toy_course" / "style.css")
    changed(toy.root / "toy_course" / "not_imported.py")
    assert is_done()
    with monkeypatch.context() as patch:
        real = dependencies.version
        patch.setattr(dependencies, "version", lambda name: "new" if name == "ipython" else real(name))
        assert not is_done()
    changed(toy.root / "toy_course" / "checks.py")
    assert not is_done()
