"""What code depends on: each thing that it uses counts, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograding.run import dependencies
from autograding.run.dependencies import Code, code_in, digest_of_state, digest_of_tree, names_in

# A package like a course's: a facade, widgets with files beside them, checks that are imported by their names.
FILES = {
    "reference/__init__.py": "import lazy_loader\n\nfound, *_others = lazy_loader.attach_stub(__name__, __file__)",
    "reference/__init__.pyi": "from .cell import step as step\nfrom .slider import Slider\nfrom . import dial",
    "reference/cell.py": "import numpy as np\n\nfrom .texts import say",
    "reference/texts.py": "from pathlib import Path\n\nPLACE = Path(__file__).with_name('locale')",
    "reference/locale/fr/texts.mo": "bonjour",
    "reference/locale/texts.pot": "a template",
    "reference/slider.py": "from reference import step\nfrom reference.front import text\n\nS = text('slider','lanes')",
    "reference/slider.js": "",
    "reference/lanes.js": "",
    "reference/front.py": "STYLE = 'front.css'",
    "reference/front.css": "",
    "reference/dial.py": "SCRIPT = 'dial'",
    "reference/dial.js": "",
    "reference/lazy.py": "def draw():\n    import matplotlib.pyplot\n    from . import cell",
    "reference/typed.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from reference import dial",
    "reference/asked/__init__.py": "from importlib import import_module\nfrom reference import texts",
    "reference/asked/first.py": "from reference import cell",
    "reference/asked/second.py": "",
    "reference/asked/second/data.csv": "beside a module of the same name",
    "alone.py": "import scipy\nfrom reference import dial",
}
CELL = ["reference/__init__.py", "reference/cell.py", "reference/texts.py", "reference/locale/fr/texts.mo", "numpy"]
SLIDER = ["slider.py", "slider.js", "lanes.js", "front.py", "front.css"]
DIAL = ["reference/__init__.py", "reference/dial.py", "reference/dial.js"]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "used, expected",
    [
        ("reference.cell", CELL),
        ("reference.cell.step", CELL),
        ("reference.step", CELL),
        ("reference.Slider", [*CELL, *(f"reference/{name}" for name in SLIDER)]),
        ("reference.dial", DIAL),
        ("reference", [*CELL, *DIAL, *(f"reference/{name}" for name in SLIDER), "lazy-loader"]),
        ("reference.lazy", [*CELL, "reference/lazy.py", "matplotlib"]),
        ("reference.typed", ["reference/__init__.py", "reference/typed.py"]),
        ("reference.asked.first", [*CELL, "reference/asked/__init__.py", "reference/asked/first.py"]),
        (
            "reference.asked.second",
            ["reference/__init__.py", "reference/asked/__init__.py", "reference/asked/second.py"],
        ),
        ("alone", ["alone.py", "scipy", *DIAL]),
        ("alone.anything", ["alone.py", "scipy", *DIAL]),
        ("json.decoder", []),
        ("IPython.core", ["ipython"]),
        ("nobody_has_this", ["nobody_has_this"]),
    ],
)
def test_all_that_is_used_is_named_and_nothing_else(tree, used, expected):
    """Imports within a function, names of the facade, files beside a module; and not what a package itself imports."""
    assert sorted(Code("reference").state([used])) == sorted(set(expected))


def test_a_change_of_what_is_used_is_seen_and_another_is_not(tree):
    before = Code("reference").state(["reference.Slider"])
    (tree / "reference" / "dial.js").write_text("changed")
    (tree / "reference" / "locale" / "texts.pot").write_text("changed")
    (tree / "reference" / "more.py").write_text("from reference import Slider")
    (tree / "reference" / "__pycache__").mkdir()
    (tree / "reference" / "__pycache__" / "slider.pyc").write_text("compiled")
    assert Code("reference").state(["reference.Slider"]) == before
    for name in ("cell.py", "lanes.js", "front.css", "locale/fr/texts.mo", "locale/fr/more.mo"):
        before = Code("reference").state(["reference.Slider"])
        with (tree / "reference" / name).open("a") as file:
            file.write("\n# changed")
        after = Code("reference").state(["reference.Slider"])
        assert after != before and digest_of_state(after) != digest_of_state(before), name


def test_the_facade_may_find_a_name_elsewhere(tree):
    before = Code("reference").state(["reference.step"])
    (tree / "reference" / "other.py").write_text("")
    (tree / "reference" / "__init__.pyi").write_text("from .other import step as step")
    assert before.keys() - Code("reference").state(["reference.step"]).keys() == set(CELL[1:])


def test_of_what_was_installed_the_version_counts(monkeypatch):
    def upgraded(name):
        monkeypatch.setattr(dependencies, "version", lambda one: "new" if one == name else "old")
        return digest_of_state(dependencies.versions(["bs4", "numpy", "json", "nobody_has_this"]))

    before = upgraded("nothing")
    assert upgraded("beautifulsoup4") != before != upgraded("numpy")
    assert upgraded("torch") == before


def test_what_nothing_depends_on_takes_along_what_it_alone_imports(tree):
    assert "numpy" in Code("reference").state(["reference.asked.first"])
    state = Code("reference", without=["reference.cell"]).state(["reference.asked.first"])
    assert sorted(state) == ["reference/__init__.py", "reference/asked/__init__.py", "reference/asked/first.py"]


def test_checks_that_are_found_by_their_names_count_as_the_course_says(tree):
    code = Code("reference")
    every = {"reference.asked", "reference.asked.first", "reference.asked.second"}
    assert code.of_checks(SimpleNamespace(__name__="reference.asked"), ["one"]) == every
    defined_in = {"one": "reference.asked.first", "two": "reference.asked.second"}.get
    asked = SimpleNamespace(__name__="reference.asked", defined_in=defined_in)
    assert code.of_checks(asked, ["one", "no check"]) == {"reference.asked", "reference.asked.first"}


@pytest.mark.parametrize(
    "text, names",
    [
        ("import a", {"a"}),
        ("import a.b", {"a.b"}),
        ("import a.b as c\nc.d.e", {"a.b.d"}),
        ("import a as c\nc.d(c.e)", {"a.d", "a.e"}),
        ("import a as c\nc.d(c)", {"a.d", "a"}),  # handed on: anything of it may be used
        ("from a.b import c as d", {"a.b.c"}),
        ("from a import *", {"a"}),
        ("from . import c\nfrom ..b import d", {"p.q.c", "p.b.d"}),
        ("from ...b import d\nimport a", {"a"}),  # which fails when it is run
        ("def f():\n    import a", {"a"}),
        ("'import a'", set()),
    ],
)
def test_what_a_text_imports(text, names):
    assert names_in(text, "p.q") == names


def test_a_package_that_is_not_there_is_named():
    with pytest.raises(ModuleNotFoundError, match="no Python package or module no_such_course to be read"):
        Code("no_such_course")


def test_a_notebook_is_read_as_python():
    cells = ["%matplotlib inline\nimport numpy as np", "this is no Python", "!ls\nfrom torch import nn", "np.ones(3)"]
    assert names_in(code_in(cells)) == {"numpy.ones", "torch.nn"}


def test_a_link_is_named_and_not_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").write_text("one")
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "outside")
    before = digest_of_tree(tmp_path / "folder")
    (tmp_path / "outside").write_text("two")
    assert digest_of_tree(tmp_path / "folder") == before
    (tmp_path / "folder" / "link").unlink()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "elsewhere")
    assert digest_of_tree(tmp_path / "folder") != before


def test_the_book_finds_this_without_nbgrader():
    without = "import sys; sys.modules['nbgrader'] = sys.modules['sphinx'] = None; import autograding.run.dependencies"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", without], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
