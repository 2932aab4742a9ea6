"""What importing the reference costs, and that its texts can be translated."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

import lstm_ref
from lstm_ref.checks import STAND_INS

HEAVY = ("torch", "matplotlib", "ipywidgets", "anywidget", "IPython")
LOADED = f"import sys; print(*(name for name in {HEAVY} if name in sys.modules))"


def python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_and_using_the_reference_loads_numpy_alone():
    use = "import numpy as np, lstm_ref as r; r.lstm_forward(np.ones((1, 2, 1)), r.initial_params(1, 3, 0)); r.check;"
    assert python(use + LOADED) == ""


@pytest.mark.parametrize("name, loads", [("to_torch", "torch"), ("GateExplorer", "anywidget")])
def test_the_test_above_can_fail(name, loads):
    assert loads in python(f"import lstm_ref; lstm_ref.{name};" + LOADED)


def test_every_public_name_is_found_and_documented():
    for name in lstm_ref.__all__:
        if name != "Array":  # an alias, explained where it is defined
            assert getattr(lstm_ref, name).__doc__, name
    with pytest.raises(AttributeError, match="has no attribute 'forget_gates'"):
        getattr(lstm_ref, "forget_gates")  # noqa: B009 (as an attribute it would be a statement without effect)


def test_every_public_name_is_found_where_it_is_defined():
    """Editors read __init__.pyi, and the book finds in it what its pages depend on."""
    stub = Path(lstm_ref.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    found = {name: place for place, name in re.findall(r"^from (\S+) import (\w+) as \w+$", stub, re.MULTILINE)}
    assert found.keys() == set(lstm_ref.__all__) == set(dir(lstm_ref))
    found.pop("Array")
    assert {name: getattr(lstm_ref, name).__module__ for name in found} == {
        name: f"lstm_ref{place}" for name, place in found.items()
    }


def test_what_is_installed_holds_all_that_the_package_reads(tmp_path):
    root = Path(lstm_ref.__file__).parents[1]
    for name in ("lstm_ref", "autograding"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tmp_path)
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('.'))"
    done = subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / done.stdout.split()[-1]) as wheel:
        shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = [path for name in ("lstm_ref", "autograding") for path in (tmp_path / name).rglob("*") if path.is_file()]
    of_others = {"README.md", "DESIGN.md", "LICENSE", "pyproject.toml"}
    assert shipped == {path.relative_to(tmp_path).as_posix() for path in files if path.name not in of_others}


def test_every_public_name_stands_in_the_book_once():
    page = (Path(__file__).parents[1] / "book" / "api.md").read_text(encoding="utf-8")
    described = re.findall(r"^\.\. auto(?:class|function):: (\w+)$", page, re.MULTILINE)
    assert sorted(described) == sorted(set(lstm_ref.__all__) - {"Array"})


@pytest.fixture
def french(tmp_path):
    """A catalogue with three texts, and where to find it."""
    catalogue = Catalog(locale="fr")
    catalogue.add("the bias {b} is left out", "le biais {b} manque")
    catalogue.add("forget gate f", "porte d'oubli f")
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "lstm_ref.mo").open("wb") as file:
        write_mo(file, catalogue)
    return {"LSTM_COURSE_LOCALE": str(tmp_path), "LSTM_COURSE_LANGUAGE": "fr"}


def test_messages_come_in_the_reader_s_language(french):
    code = """
import lstm_ref as r
def forget_gate(h, x, W, b):
    return r.forget_gate(h, x, W, 0 * b)
try:
    r.check("forget_gate", forget_gate)
except AssertionError as error:
    print(error)
"""
    assert "le biais b_f manque" in python(code, **french)
    assert "the bias b_f is left out" in python(code)


def test_a_language_that_is_missing_is_not_passed_over(tmp_path):
    code = "from lstm_ref.messages import _\ntry:\n    _('x')\nexcept FileNotFoundError as e:\n    print('missing', e)"
    environment = {"LSTM_COURSE_LOCALE": str(tmp_path), "LSTM_COURSE_LANGUAGE": "fr"}
    assert "missing" in python(code, **environment)


def test_the_stand_in_for_strangers_has_the_same_types_and_no_answers():
    there = f"import sys; sys.path.insert(0, {str(STAND_INS)!r}); import lstm_ref as r; "
    names = python(there + "print(*dir(r))").split()
    assert {"check", "LSTMState", "LSTMParams"} <= set(names)
    assert not set(names) & {"forget_gate", "sigmoid", "half_life", "lstm_step"}
    fields = python(there + "print(r.LSTMParams._fields, r.LSTMState._fields)")
    assert fields == f"{lstm_ref.LSTMParams._fields} {lstm_ref.LSTMState._fields}"


def test_what_a_type_can_do_in_a_notebook_it_can_do_while_that_is_graded():
    """A right answer that uses `params.hidden_size` must not lose its points in the sandbox."""
    there = f"import sys; sys.path.insert(0, {str(STAND_INS)!r}); import lstm_ref as r; "
    for name in ("LSTMParams", "LSTMState", "Gates", "LSTMGrads"):
        public = {attribute for attribute in dir(getattr(lstm_ref, name)) if not attribute.startswith("_")}
        assert public == set(python(there + f"print(*(n for n in dir(r.{name}) if n[0] != '_'))").split())
    sizes = "import numpy as np; W, b = np.ones((4, {columns})), np.ones(4); p = r.LSTMParams(*[W, b] * 4{more}); "
    show = "print(p.hidden_size, p.output_size, p.input_size)"
    for columns, more, want in ((6, "", "4 4 2"), (5, ", np.ones((3, 4))", "4 3 2")):
        made = sizes.format(columns=columns, more=more) + show
        assert python(there + made) == python("import lstm_ref as r; " + made) == want
