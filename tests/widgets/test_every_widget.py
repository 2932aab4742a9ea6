"""What every widget of the course has, whatever it shows. New widgets are found among the names of `lstm_ref`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lstm_ref
from lstm_ref.widgets.base import CourseWidget

NAMED = [getattr(lstm_ref, name) for name in lstm_ref.__all__]
KINDS = [kind for kind in NAMED if isinstance(kind, type) and issubclass(kind, CourseWidget)]


def test_each_module_of_widgets_has_one_that_is_named():
    modules = {path.stem for path in Path(lstm_ref.__file__).with_name("widgets").glob("*.py")} - {"__init__", "base"}
    assert {kind.__module__.rpartition(".")[2] for kind in KINDS} == modules


@pytest.mark.parametrize("kind", KINDS)
def test_a_display_offers_the_live_view_a_picture_and_a_sentence(kind):
    data, _ = kind()._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert data["text/html"].startswith('<figure class="lstm-still"><svg role="img" aria-label="')
    assert data["image/png"].startswith("iVBOR")  # a PNG's first bytes in base 64
    assert data["text/plain"].endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_a_still_picture_is_the_same_every_time(kind):
    assert kind()._repr_mimebundle_()[0]["text/html"] == kind()._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_front_end_needs_nothing_but_itself(kind):
    code = kind()._esm
    for word in ("import ", "import(", "http://", "https://", "fetch("):
        assert word not in code.replace("http://www.w3.org/2000/svg", ""), word


@pytest.mark.parametrize("kind", KINDS)
def test_every_label_that_the_front_end_asks_for_exists(kind):
    widget = kind()
    asked = set(re.findall(r"\blabels\.(\w+)", widget._esm))
    assert asked and asked <= set(widget.labels), asked - set(widget.labels)


# These classes only set a colour for what they contain.
LETTERS = {f"lstm-{letter}" for letter in ("f", "i", "candidate", "o", "c", "h", "left", "rnn", "plain")}


def test_a_class_that_one_widget_alone_uses_is_called_after_it():
    """All widgets share one style sheet: `.lstm-layer` of one widget once changed the `.lstm-layer` of another."""
    folder = Path(lstm_ref.__file__).with_name("widgets")
    styled = set(re.findall(r"\.(lstm-[a-z-]+)", (folder / "base.css").read_text(encoding="utf-8")))
    users = {}
    for file in folder.glob("*.js"):
        for name in re.findall(r"lstm-[a-z-]*[a-z]", file.read_text(encoding="utf-8")):
            users.setdefault(name, set()).add(file.stem)
    alone = {name: stem for name, (stem, *others) in users.items() if not others and stem not in ("base", "lanes")}
    assert len(alone) > 50
    strangers = {n: stem for n, stem in alone.items() if n.split("-")[1] not in stem.split("_")}
    assert {n: stem for n, stem in strangers.items() if n in styled - LETTERS} == {}


def test_import_of_the_widgets_does_not_load_matplotlib():
    names = ", ".join(kind.__name__ for kind in KINDS)
    code = f"import sys; from lstm_ref import {names}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
