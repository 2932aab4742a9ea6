"""Cells that lost their names, and answers in cells of the student's own, are found again."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograding.intake.answers import answers_in, defined_in
from autograding.intake.preflight import clean
from autograding.intake.remarks import Remark
from autograding.run.preprocessor import given_to
from autograding.stock.master import MasterCell, PlacedCell

STUB = 'def {name}(x):\n    """{name}."""\n    raise NotImplementedError()'
ANSWER = "def {name}(x):\n    return x"


def master_cell(name, source, cell_type="code", grade=False, solution=False):
    return MasterCell(name, cell_type, source, "0" * 32, not solution, grade, solution, False, float(grade))


MASTER = [
    master_cell("one", STUB.format(name="one"), solution=True),
    master_cell("one_check", 'check("one", one)', grade=True),
    master_cell("two", STUB.format(name="two"), solution=True),
    master_cell("two_check", 'check("two", two)', grade=True),
    master_cell("essay", "YOUR ANSWER HERE", "markdown", grade=True, solution=True),
]
PLACES = [
    PlacedCell(None, "markdown", "# Title"),
    PlacedCell(None, "code", "import numpy as np"),
    *(PlacedCell(cell.name, cell.cell_type, "") for cell in MASTER[:4]),
    PlacedCell(None, "markdown", "Now write."),
    PlacedCell("essay", "markdown", ""),
    PlacedCell(None, "markdown", "## The end"),
]


def released():
    """The notebook as students get it."""
    texts, named = iter([place.source for place in PLACES if place.name is None]), {cell.name: cell for cell in MASTER}
    cells = []
    for number, place in enumerate(PLACES):
        make = new_code_cell if place.cell_type == "code" else new_markdown_cell
        about = {"nbgrader": {"grade_id": place.name}} if place.name else {}
        source = named[place.name].source if place.name else next(texts)
        cells.append(make(source, id=f"cell-{number}", metadata=about))
    return new_notebook(cells=cells)


def solved():
    nb = released()
    for name in ("one", "two"):
        called(nb, name).source = ANSWER.format(name=name)
    called(nb, "essay").source = "Because."
    return nb


def called(nb, name):
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def without_names(nb):
    for cell in nb.cells:
        cell.metadata = nbformat.NotebookNode()
    return nb


def shown(nb):
    """The names of cells; of others the first line."""
    return [c.metadata.get("nbgrader", {}).get("grade_id") or c.source.splitlines()[0] for c in nb.cells]


def test_a_notebook_with_its_names_is_left_as_it_is():
    for make in (released, solved):
        nb = make()
        assert clean(nb, MASTER, PLACES) == [] and [c.source for c in nb.cells] == [c.source for c in make().cells]


def test_names_that_a_program_dropped_are_found_by_the_texts():
    nb = without_names(solved())
    assert clean(nb, MASTER, PLACES) == [Remark("unnamed")]
    kept = ["# Title", "import numpy as np", "def one(x):", "one_check", "def two(x):", "two_check", "Now write."]
    assert shown(nb) == [*kept, "essay", "## The end"]
    assert called(nb, "essay").source == "Because."
    assert [c.metadata.get("nbgrader") for c in nb.cells if "check" in c.source] == [
        MASTER[1].metadata,
        MASTER[3].metadata,
    ]


def test_an_empty_notebook_is_not_said_to_have_lost_its_names():
    nb = new_notebook()
    assert {remark.kind for remark in clean(nb, MASTER, PLACES)} == {"restored"}


@pytest.mark.parametrize(
    ("names", "place"), [(["two"], -1), (["one"], -1), (["one", "two"], -1), (["one"], 0), (["two"], 2)]
)
def test_an_answer_beside_its_stub_is_asked_where_it_stands(names, place):
    nb = solved()
    for name in names:
        called(nb, name).source = STUB.format(name=name)
        own = new_code_cell(ANSWER.format(name=name), id=f"own-{name}")
        nb.cells.insert(place if place >= 0 else len(nb.cells), own)
    assert clean(nb, MASTER, PLACES) == [Remark("elsewhere", ", ".join(names))]
    nbformat.validate(nb)
    assert len({cell.id for cell in nb.cells}) == len(nb.cells) == len(PLACES)
    order = shown(nb)
    for name in ("one", "two"):
        answer = order.index(name if name not in names else f"def {name}(x):")
        assert answer < order.index(f"{name}_check")
    assert not any("NotImplementedError" in cell.source for cell in nb.cells)


def test_what_stands_between_an_answer_at_the_end_and_its_place_is_asked_after_it():
    """The second answer may call the first."""
    nb = solved()
    called(nb, "one").source = STUB.format(name="one")
    nb.cells.append(new_code_cell(ANSWER.format(name="one"), id="own"))
    clean(nb, MASTER, PLACES)
    order = shown(nb)
    assert order[-3:] == ["def one(x):", "one_check", "two_check"]


def test_a_solved_copy_counts_where_the_last_copy_is_the_stub():
    nb = solved()
    copy = called(nb, "one").copy()
    copy["source"], copy["id"] = STUB.format(name="one"), "copy"
    nb.cells.insert(nb.cells.index(called(nb, "one")) + 1, nbformat.from_dict(copy))
    assert clean(nb, MASTER, PLACES) == [Remark("copied", "one"), Remark("elsewhere", "one")]
    assert not any("NotImplementedError" in cell.source for cell in nb.cells)


def test_an_attempt_elsewhere_takes_nothing_from_an_answer_in_its_cell():
    nb = solved()
    nb.cells.append(new_code_cell("def one(x):\n    return 0", id="attempt"))
    assert clean(nb, MASTER, PLACES) == []
    assert called(nb, "one").source == ANSWER.format(name="one")


def test_a_missing_answer_that_was_typed_again_in_its_place_needs_no_word():
    nb = solved()
    del called(nb, "one").metadata["nbgrader"]
    assert clean(nb, MASTER, PLACES) == [] and "one" not in shown(nb)


@pytest.mark.parametrize("stub_is_there", [True, False])
@pytest.mark.parametrize("after", ["Now write.", "YOUR ANSWER HERE"])
def test_a_text_beside_the_cell_for_it_is_the_answer_and_waits_for_a_person(after, stub_is_there):
    nb = solved()
    called(nb, "essay").source = "YOUR ANSWER HERE"
    if not stub_is_there:
        after = "Now write."
        nb.cells.remove(called(nb, "essay"))
    place = next(place for place, cell in enumerate(nb.cells) if cell.source == after)
    nb.cells.insert(place + 1, new_markdown_cell("Because.", id="own"))
    assert clean(nb, MASTER, PLACES) == [Remark("elsewhere", "essay")]
    assert called(nb, "essay").source == "Because." and "YOUR ANSWER HERE" not in [cell.source for cell in nb.cells]
    assert shown(nb)[-1] == "## The end"


def test_the_courses_own_text_after_an_unwritten_answer_is_not_the_answer():
    nb = released()
    called(nb, "one").source = ANSWER.format(name="one")
    assert clean(nb, MASTER, PLACES) == []
    assert called(nb, "essay").source == "YOUR ANSWER HERE"


@pytest.mark.parametrize(
    ("first", "given"),
    [
        ("import numpy as np", False),
        ("import numpy as np  \r\n", False),
        ("import torch\nimport numpy as np", True),
        ("", True),
        (None, True),
    ],
)
def test_the_courses_own_imports_are_given_where_they_were_changed(first, given):
    nb = released()
    nb.cells.insert(0, new_code_cell("1 + 1", id="own"))
    if first is None:
        del nb.cells[2]
    else:
        nb.cells[2].source = first
    assert given_to(nb, PLACES) == (("import numpy as np",) if given else ())


def test_imports_that_come_after_an_answer_are_given_too():
    nb = released()
    nb.cells.append(nb.cells.pop(1))
    assert given_to(nb, PLACES) == ("import numpy as np",)
    assert given_to(nb, [PlacedCell("prepare", "code", ""), *PLACES]) == ()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    y = 1\nasync def g(): pass\nclass H: pass", {"f", "g", "H"}),
        ("f = lambda x: x\ng: int = 3\nh == 4\ni += 1\nprint(a=3)", {"f", "g"}),
        ("", set()),
        ("# def f(): pass\n'''\n  def g(): pass'''", set()),
    ],
)
def test_what_a_cell_defines_is_found_without_running_it(source, names):
    assert defined_in(source) == names


def test_answers_are_those_that_differ_from_their_stubs():
    stubs = {cell.name: cell.source for cell in MASTER if cell.solution}
    assert answers_in(released(), stubs) == {}
    assert set(answers_in(solved(), stubs)) == {"one", "two", "essay"}
    assert set(answers_in(without_names(solved()), stubs)) == {"one", "two"}
    assert answers_in(without_names(released()), stubs) == {}
