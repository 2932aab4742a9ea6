"""What a student sees in a notebook: a tick, a link to the section that explains, and what is still missing at the end.

That JupyterLab goes on past a check that fails is in test_lab_browser.py.
"""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from docutils.nodes import make_id
from nbclient import NotebookClient
from nbgrader.utils import determine_grade, is_grade

import lstm_ref
from lstm_ref import check, what_is_missing
from lstm_ref.checks import CHECKS, SECTIONS, sections, session
from lstm_ref.core import cell, memory

ROOT = Path(__file__).parents[1]
STEMS = sorted(folder.name for folder in (ROOT / "solutions").iterdir())


@pytest.fixture(autouse=True)
def ran(monkeypatch):
    """A session in which nothing was checked, in a notebook: the cells that were run."""
    monkeypatch.setattr(session, "_said", {})
    cells = []
    history = SimpleNamespace(input_hist_raw=cells, input_hist_parsed=cells)
    shell = SimpleNamespace(history_manager=history)
    monkeypatch.setattr(sys.modules["__main__"], "get_ipython", lambda: shell, raising=False)
    return cells


def wrong(*arguments):
    return cell.forget_gate(*arguments) / 2


def always_half(h_prev, x, W_f, b_f):
    return cell.forget_gate(h_prev, x, 0 * W_f, 0 * b_f)


def fails(*arguments, **parts):
    with pytest.raises(AssertionError) as refusal:
        check(*arguments, **parts)
    return refusal.value


def test_a_check_that_passes_shows_one_line(capsys):
    assert check("forget_gate", cell.forget_gate) is None  # a value would be scored as points by nbgrader
    check("forget_gate", cell.forget_gate, part="limits")
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("✓ forget_gate\n✓ forget_gate (limits)\n", "")


def test_a_right_answer_does_not_fail_where_there_is_no_tick(monkeypatch, tmp_path):
    with (tmp_path / "said").open("w", encoding="ascii") as plain:
        monkeypatch.setattr(sys, "stdout", plain)
        check("forget_gate", cell.forget_gate)
    assert (tmp_path / "said").read_text() == "? forget_gate\n"


def missing(capsys, exercise="03_forget_gate"):
    capsys.readouterr()
    what_is_missing(exercise)
    return capsys.readouterr().out.strip()


def test_the_last_line_says_what_is_missing_by_what_was_said_last(capsys):
    assert missing(capsys) == "Not checked yet: sigmoid, forget_gate, half_life, bias_for_half_life."
    check("sigmoid", cell.sigmoid)
    check("bias_for_half_life", memory.bias_for_half_life)
    fails("forget_gate", wrong)
    check("half_life", memory.half_life, part="between")
    assert missing(capsys) == "Still missing: forget_gate. Not checked yet: half_life (ends)."
    check("forget_gate", cell.forget_gate)
    fails("forget_gate", always_half, part="limits")
    check("half_life", memory.half_life, part="ends")
    assert missing(capsys) == "Still missing: forget_gate (limits)."
    check("forget_gate", cell.forget_gate)
    assert missing(capsys) == "✓ All 4 checks passed."
    fails("forget_gate", wrong)
    assert missing(capsys) == "Still missing: forget_gate."


def test_a_function_that_was_changed_after_its_check_is_named(capsys, ran):
    for name in ("output_gate", "hidden_state", "memory_from_output", "reveal"):
        check(name, getattr(lstm_ref, name))
    asked = Path(cell.__file__).read_text(encoding="utf-8")
    ran += ["", asked, "print(output_gate)", "def output_gates(): pass"]
    assert missing(capsys, "06_output_gate") == "✓ All 4 checks passed."
    ran.append("def output_gate(h_prev, x, W_o, b_o:  # with a syntax error, so the old one is still there")
    assert missing(capsys, "06_output_gate") == "Changed since it was checked: output_gate."
    ran.append(asked)  # back again
    assert missing(capsys, "06_output_gate") == "✓ All 4 checks passed."


def test_an_exercise_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError, match="no exercise is named 'forget_gate'; there are 01_why_lstm, "):
        what_is_missing("forget_gate")


def test_a_complaint_ends_with_the_section_and_a_notebook_adds_the_link(monkeypatch):
    monkeypatch.delenv("LSTM_COURSE_BOOK", raising=False)
    said = 'The book explains it in chapter 3, "The same line as code".'
    complaint = fails("forget_gate", wrong)
    assert str(complaint).splitlines()[-1] == said
    here = "http://127.0.0.1:8000/book/03_forget_gate.html#the-same-line-as-code"
    assert complaint._render_traceback_()[-2:] == [said, here]
    monkeypatch.setenv("LSTM_COURSE_BOOK", "https://example.org/course/")
    there = "https://example.org/course/book/03_forget_gate.html#the-same-line-as-code"
    assert fails("forget_gate", wrong)._render_traceback_()[-1] == there
    monkeypatch.setenv("LSTM_COURSE_BOOK", "")
    assert fails("forget_gate", wrong)._render_traceback_()[-1] == said


def titles(stem):
    """The titles of a chapter's sections, outside of its programs."""
    page = (ROOT / "book" / f"{stem}.md").read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^##+ (.*)$", prose, re.MULTILINE)


@pytest.mark.parametrize("name", CHECKS)
def test_the_section_of_every_check_is_in_the_book_once(name):
    stem, section = SECTIONS[name]
    ids = [make_id(title) for title in titles(stem)]
    assert section in titles(stem)
    assert ids.count(make_id(section)) == 1  # Sphinx gives a second one another name
    assert sections.address(stem, section).endswith(f"/book/{stem}.html#{make_id(section)}")


def test_no_section_is_named_for_a_check_that_does_not_exist():
    assert SECTIONS.keys() == CHECKS.keys()


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("folder", ["solutions", "exercises"])
def test_every_exercise_goes_on_sums_up_and_links_its_chapter(folder, stem):
    first, *_rest, last = cells = nbformat.read(ROOT / folder / stem / f"{stem}.ipynb", as_version=4).cells
    title = re.search(r"^# (.*)$", (ROOT / "book" / f"{stem}.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert f"[{title}]({sections.BOOK}/book/{stem}.html)" in first.source
    assert last.source == f'from lstm_ref import what_is_missing\n\nwhat_is_missing("{stem}")'
    assert "nbgrader" not in last.metadata
    # Where the course cannot be imported, all else is noise.
    stops = [
        cell.id
        for cell in cells
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])
    ]
    assert stops == ["imports"]


def test_run_all_goes_on_and_nbgrader_still_sees_each_failure():
    nb = nbformat.read(ROOT / "exercises" / "03_forget_gate" / "03_forget_gate.ipynb", as_version=4)
    answers = {
        "sigmoid": "from lstm_ref import sigmoid",
        "forget-gate": "def forget_gate(h_prev, x, W_f, b_f:\n    pass",
        "half-life": "def half_life(f):\n    return np.log(0.5) / np.log(f)",
    }
    for one in nb.cells:
        one.source = answers.get(one.id, one.source)
    NotebookClient(nb, kernel_name="python3").execute()  # raises at the first error that no tag allows
    assert nb.cells[-1].outputs[0].text == (
        "Still missing: half_life (ends), bias_for_half_life. Not checked yet: forget_gate.\n"
    )
    marks = {one.metadata.nbgrader.grade_id: determine_grade(one)[0] for one in nb.cells if is_grade(one)}
    assert marks == {
        "sigmoid_values": 1,
        "sigmoid_extremes": 1,
        "forget_gate_equation": 0,
        "forget_gate_limits": 0,
        "half_life_between": 1,
        "half_life_ends": 0,
        "bias_for_half_life_values": 0,
    }
