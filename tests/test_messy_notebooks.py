"""Exercise 3 as Colab, editors, learning platforms and people in a hurry leave it, graded in one class.

Nothing that a student did right is lost, and the teacher's table says what was found.
"""

import contextlib
import io
import json
import shutil
import sys
import zipfile
from copy import deepcopy
from pathlib import Path

import pytest

from autograding.__main__ import main
from autograding.authoring.expected import page_text
from autograding.course import Course
from autograding.report.results import read_result

ROOT = Path(__file__).parents[1]
STEM = "03_forget_gate"
NAME = f"{STEM}.ipynb"
QUICK = '\nc.Autograding.preload = ("numpy", "IPython.core.interactiveshell")\n'
SOLUTION = json.loads((ROOT / "solutions" / STEM / NAME).read_text(encoding="utf-8"))
RELEASED = json.loads((ROOT / "exercises" / STEM / NAME).read_text(encoding="utf-8"))
ANSWERS = ("sigmoid", "forget_gate", "half_life", "bias_for_half_life")

pytestmark = [pytest.mark.grading]


def named(nb, name):
    return next(cell for cell in nb["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def code(source):
    return {"cell_type": "code", "source": source}


def with_imports(source):
    """The solution with another first cell of code, or without any."""
    nb = deepcopy(SOLUTION)
    place = next(place for place, cell in enumerate(nb["cells"]) if cell["cell_type"] == "code")
    nb["cells"][place : place + 1] = [] if source is None else [code(source)]
    return nb


def with_answer(name, source):
    nb = deepcopy(SOLUTION)
    named(nb, name)["source"] = source
    return nb


def left_as_released(place, *names):
    """The solution with stubs left where they were, and these answers in one cell elsewhere."""
    nb = deepcopy(SOLUTION)
    own = code("\n\n\n".join("".join(named(nb, name)["source"]) for name in names))
    for name in names:
        named(nb, name)["source"] = named(RELEASED, name)["source"]
    nb["cells"].insert(place if place >= 0 else len(nb["cells"]), own)
    return nb


def without_names():
    nb = deepcopy(SOLUTION)
    for cell in nb["cells"]:
        cell["metadata"] = {"colab": {}}
    return nb


def program():
    marks = {"code": "# In[ ]:\n\n\n", "markdown": "# "}
    texts = [marks[cell["cell_type"]] + "".join(cell["source"]) for cell in SOLUTION["cells"]]
    return "\n\n".join(text.replace("\n", "\n# ") if text.startswith("# #") else text for text in texts)


def archive():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr(f"home/{NAME}", json.dumps(SOLUTION))
        opened.writestr(f"__MACOSX/home/._{NAME}", b"\0\5\x16\7")
    return packed.getvalue()


def one_code_cell_more(*sources):
    nb = deepcopy(SOLUTION)
    nb["cells"][2:2] = map(code, sources)
    return nb


PASTED = {"cell_type": "markdown", "metadata": {}, "source": "![](attachment:gone.png)"}
COLAB = "from google.colab import drive\ndrive.mount('/content')\nimport numpy as np\nfrom lstm_ref import check"
OWN_NP = "import numpy\n\n\nclass np:\n    abs = exp = where = log = numpy.ones_like\n\n\n1 / 0"
NEWER = 'def half_life(f):\n    d = {"x": 1}\n    return f"{d["x"]}"'
TOLD_OF_NEWER = "this is written for Python 3.12 or later, and" if sys.version_info < (3, 12) else "half_life_between: "
# student: (what is handed in by name, the points, what the table says)
CLASS = {
    "colab": ({NAME: with_imports(COLAB)}, 10, "“from google.colab import drive” fails at line 1: ModuleNotFoundError"),
    "imports_deleted": ({NAME: with_imports(None)}, 10, ""),
    "own_names_win": ({NAME: with_imports(OWN_NP)}, 0, "fails at line 8: ZeroDivisionError"),
    "at_the_end": ({NAME: left_as_released(-1, "sigmoid")}, 10, "the cell for it held no answer: sigmoid."),
    "all_at_the_end": ({NAME: left_as_released(-1, *ANSWERS)}, 10, f"held no answer: {', '.join(ANSWERS)}."),
    "above": ({NAME: left_as_released(2, "half_life")}, 10, "the cell for it held no answer: half_life."),
    "newer": ({NAME: with_answer("half_life", NEWER)}, 8, TOLD_OF_NEWER),
    "own_cells": (
        {NAME: one_code_cell_more("a = 1\nb = a / 0", "print(“x”)")},
        10,
        "The cell that begins “a = 1” fails at line 2: ZeroDivisionError: division by zero. "
        "The cell that begins “print(“x”)” fails at line 1: SyntaxError",
    ),
    "no_names": ({NAME: without_names()}, 10, "had lost the names"),
    "json": ({f"{STEM}.json": SOLUTION}, 10, f"was named {STEM}.json"),
    "zip": ({f"{STEM}.zip": archive()}, 10, f"{STEM}.zip/home/{NAME}"),
    "program": ({f"{STEM}.py": program().encode()}, 10, f"but a program, {STEM}.py"),
    "pdf": ({"answers.pdf": b"%PDF-1.7"}, 0, "What was handed in: answers.pdf."),
    "copy": ({NAME: RELEASED, f"{STEM}-Copy1.ipynb": SOLUTION}, 10, f"{STEM}-Copy1.ipynb"),
    "picture": ({NAME: SOLUTION | {"cells": [PASTED, *SOLUTION["cells"]]}}, 10, ""),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    root = tmp_path_factory.mktemp("messy")
    shutil.copytree(ROOT / "solutions" / STEM, root / "solutions" / STEM)
    (root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + QUICK)
    for student, (files, _points, _told) in CLASS.items():
        folder = root / "submitted" / student / STEM
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    printed, errors = io.StringIO(), io.StringIO()
    with contextlib.chdir(root), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        assert main([STEM, "--jobs", "2"]) == 0, printed.getvalue() + errors.getvalue()
    return Course(root)


@pytest.mark.parametrize("student", CLASS)
def test_nothing_right_is_lost_and_what_was_found_is_told(graded, student):
    _files, points, told = CLASS[student]
    result = read_result(graded, STEM, student)
    notes = " ".join(result.notes)
    assert (result.total, result.points) == (points, 10), notes
    assert told in notes if told else not notes
    page = graded.folder("feedback", student, STEM) / f"{STEM}.html"
    assert "Exercise 3" in page_text(page.read_text(encoding="utf-8"))
