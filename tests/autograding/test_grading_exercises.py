"""exercises/ is built from solutions/, to the same bytes each time, or it is said why not."""

import json

import nbformat
import pytest
from conftest import ANSWERS, ASSIGNMENT, NOTEBOOK, cell

from autograding.authoring import exercises
from autograding.authoring.demonstration import members
from autograding.calls import CheckCall, NotACheck, parse
from autograding.course import Course, CourseError

pytestmark = pytest.mark.grading


def build(*arguments):
    return exercises.main(list(arguments))


def test_a_build_is_repeated_to_the_byte_and_leaves_no_gradebook(toy, capsys):
    assert build() == 0
    built = toy.root / "exercises" / ASSIGNMENT / NOTEBOOK
    first, time = built.read_bytes(), built.stat().st_mtime_ns
    text = first.decode()
    assert "BEGIN SOLUTION" not in text and "NotImplementedError" in text and "2 * x" not in text
    assert build("--check") == 0
    assert build(ASSIGNMENT) == 0
    assert (built.read_bytes(), built.stat().st_mtime_ns) == (first, time)
    assert "1 files, 0 changed" in capsys.readouterr().out
    assert sorted(p.name for p in toy.root.iterdir() if p.name != "__pycache__") == [
        "exercises",
        "nbgrader_config.py",
        "solutions",
        "toy_course",
    ]


def test_the_check_names_each_file_that_differs(toy, capsys):
    assert build() == 0
    folder = toy.root / "exercises" / ASSIGNMENT
    (folder / NOTEBOOK).write_text((folder / NOTEBOOK).read_text().replace("A toy", "My toy"))
    (folder / "stray.txt").write_text("?")
    assert build("--check") == 1
    told = capsys.readouterr().err
    assert f"exercises/{ASSIGNMENT}/{NOTEBOOK}: differs from a rebuild" in told
    assert f"exercises/{ASSIGNMENT}/stray.txt: is not built from any solution" in told
    (folder / NOTEBOOK).unlink()
    assert build("--check") == 1
    assert f"{NOTEBOOK}: is missing" in capsys.readouterr().err
    assert not (folder / NOTEBOOK).exists()  # a check changes nothing


def test_files_beside_the_notebook_are_released(toy):
    (toy.root / "solutions" / ASSIGNMENT / "radar.csv").write_text("1,2\n")
    assert build() == 0
    assert (toy.root / "exercises" / ASSIGNMENT / "radar.csv").read_text() == "1,2\n"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda nb: nb["cells"][2].pop("id"), "cell 3 (None): expected an id of its own"),
        (lambda nb: nb["cells"][2].update(id="title"), "cell 1 (title): expected an id of its own"),
        (lambda nb: nb["cells"][2].update(execution_count=4), "cell 3 (double): expected no output"),
        (
            lambda nb: nb["cells"][4].update(source=["assert double(1) == 2"]),
            "cell 5 (double-values): expected exactly check(",
        ),
        (
            lambda nb: nb["cells"][4].update(source=['check("double", double, size=1)']),
            'cell 5 (double-values): expected check("double", double, size=1) to get a problem from '
            "toy_course.checks.make, got TypeError: ",
        ),
        (lambda nb: nb.update(nbformat_minor=4), "expected format 4.5 or later, which keeps cell ids, got 4.4"),
    ],
)
@pytest.mark.filterwarnings("ignore:Cell is missing an id:FutureWarning")  # nbformat's, for the spoilt notebook
@pytest.mark.filterwarnings("ignore::nbformat.warnings.MissingIDFieldWarning")
@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_a_solution_that_would_not_rebuild_is_refused(toy, capsys, spoil, told):
    path = toy.root / "solutions" / ASSIGNMENT / NOTEBOOK
    nb = json.loads(path.read_text())
    spoil(nb)
    path.write_text(json.dumps(nb))
    assert build() == 2
    assert told in capsys.readouterr().err
    assert not (toy.root / "exercises").exists()


def test_nbgraders_own_refusal_is_said_in_a_sentence(toy, capsys):
    path = toy.root / "solutions" / ASSIGNMENT / NOTEBOOK
    path.write_text(path.read_text().replace("### END SOLUTION", ""))
    assert build() == 2
    told = "nbgrader cannot build 01_toy from its solution: 01_toy.ipynb: RuntimeError: no end solution"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ('check("double", double)', CheckCall("double", "double")),
        (
            '# graded\ncheck("a", f, part="empty", places=[1, -2])\n',
            CheckCall("a", "f", {"part": "empty", "places": [1, -2]}),
        ),
    ],
)
def test_the_one_form_of_a_graded_cell_is_read(source, call):
    assert parse(source) == call


@pytest.mark.parametrize(
    "source",
    [
        "",
        "check(",
        "check()",
        'check("double")',
        'check("double", double, 3)',
        'check("double", double())',
        'check("double", lambda x: x)',
        "check(double, double)",
        'check("double", double, part=name)',
        'check("double", double, **{"part": "empty"})',
        'other("double", double)',
        'module.check("double", double)',
        'assert check("double", double)',
        'check("double", double); check("double", double)',
        'x = check("double", double)',
    ],
)
def test_any_other_form_is_refused(source):
    with pytest.raises(NotACheck, match="expected exactly check"):
        parse(source)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('loses = ["double_values"]', 'loses = ["doubled"]', "wrong answer 1: expected loses to be among"),
        ('loses = ["double_values"]', 'loses = "double_values"', "expected loses to be a list, got str"),
        ('replaces = "greet"', 'replaces = "greets"', "wrong answer 3: expected replaces to be one of"),
        ('says = "is', 'says_not = "is', "wrong answer 3: expected says to be a str, got NoneType"),
    ],
)
def test_a_slip_in_the_table_of_wrong_answers_is_named(toy, tmp_path, old, new, told):
    text = ANSWERS.read_text()
    assert old in text
    (tmp_path / "answers.toml").write_text(text.replace(old, new))
    with pytest.raises(CourseError, match=told):
        members(Course(toy.root), ASSIGNMENT, tmp_path / "answers.toml")


def people_of(toy, nb):
    nbformat.write(nb, toy.root / "solutions" / ASSIGNMENT / NOTEBOOK)
    (toy.root / "none.toml").write_text("")
    return {member.name: member for member in members(Course(toy.root), ASSIGNMENT, toy.root / "none.toml")}


def test_a_demonstration_of_answers_without_functions_loops_too(toy):
    nb = toy.solution()
    cell(nb, "greet").source = "### BEGIN SOLUTION\n%time greeting = 'Hello'\n### END SOLUTION"
    cell(nb, "double").source = "### BEGIN SOLUTION\nnumber = 2\n### END SOLUTION"
    people = people_of(toy, nb)
    assert '"while True: pass\\n"' in people["infinite_loop"].files[NOTEBOOK]
    assert people["honest_with_a_warning"].files[NOTEBOOK].count("honest, but noisy") == 3


@pytest.mark.parametrize("kind", ["tests", "answers", "graded cells"])
def test_a_demonstration_does_without_cells_that_an_exercise_has_not(toy, kind):
    nb = toy.solution()
    for one in [one for one in nb.cells if "nbgrader" in one.metadata]:
        nbgrader = one.metadata.nbgrader
        if (nbgrader.grade and kind != "answers") or (nbgrader.solution and kind != "tests"):
            nb.cells.remove(one)
    people = people_of(toy, nb)
    assert {"right", "untouched", "truncated_file"} <= people.keys()
    assert ("deleted_test_cell" in people, "syntax_error" in people) == (kind == "answers", kind == "tests")
