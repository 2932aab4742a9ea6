"""What the teacher's table says of cells that fail: which cell, which line, and not too much."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograding.report import notes
from autograding.report.notes import notes_on

COLOURED = "\x1b[31m----\x1b[39m\n\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line 2\x1b[39m\n"
DEEPER = "\x1b[36mCell\x1b[39m In[1], line 9\n"


def failing(source, name="ValueError", text="too bad", trace=COLOURED + DEEPER, **metadata):
    error = new_output("error", ename=name, evalue=text, traceback=[trace])
    return new_code_cell(source, outputs=[error], metadata=metadata)


def told(*cells):
    return notes_on(new_notebook(cells=list(cells)), [], set())


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (failing("\n  a = 1\nb"), "The cell that begins “a = 1” fails at line 2: ValueError: too bad."),
        (
            failing("x", nbgrader={"grade_id": "double", "solution": True}),
            "Cell double fails at line 2: ValueError: too bad.",
        ),
        (failing("x", trace="hidden"), "The cell that begins “x” fails: ValueError: too bad."),
        (
            failing("x", "SyntaxError", "invalid syntax (<ipython-input-6-0>, line 7) — and more", ""),
            "The cell that begins “x” fails at line 7: SyntaxError: invalid syntax — and more.",
        ),
        (
            failing("x", "SyntaxError", "perhaps a comma? (3746362597.py, line 1)", ""),
            "The cell that begins “x” fails at line 1: SyntaxError: perhaps a comma?",
        ),
    ],
)
def test_a_cell_that_fails_is_named_with_its_line(cell, said):
    assert told(cell) == [said]


def test_a_try_of_an_answer_and_a_graded_cell_are_told_elsewhere():
    tried = failing('check("double", double)\n', "NameError", "name 'double' is not defined")
    graded = failing("x", nbgrader={"grade_id": "double_values", "grade": True})
    assert told(tried, graded) == []


def test_the_table_stays_short():
    said = told(*(failing(f"x{number}") for number in range(notes.MOST_FAILURES + 3)))
    assert len(said) == notes.MOST_FAILURES + 1 and said[-1] == "3 more cells fail."
