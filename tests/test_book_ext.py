"""The book's own Sphinx extensions."""

import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import docutils_namespace

EXT = Path(__file__).parents[1] / "book" / "_ext"
sys.path.insert(0, str(EXT))

import exercise_pages  # noqa: E402  the extensions live beside the pages, not in a package
import fresh_pages  # noqa: E402
import whole_streams  # noqa: E402


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "lstm_ref" / "__pycache__").mkdir(parents=True)
    (tmp_path / "lstm_ref" / "cell.py").write_text("c = f * c_prev")
    (tmp_path / "requirements.lock").write_text("numpy==2")
    return tmp_path


def name_of(tree):
    app = SimpleNamespace(srcdir=tree, outdir=tree / "_build" / "html")
    config = SimpleNamespace(fresh_when_changed=["lstm_ref", "requirements.lock"])
    fresh_pages.name_the_cache(app, config)
    return Path(config.nb_execution_cache_path)


def test_the_cache_keeps_its_name_while_nothing_changes(tree):
    before = name_of(tree)
    (tree / "lstm_ref" / "__pycache__" / "cell.pyc").write_bytes(b"compiled")
    (tree / "elsewhere.py").write_text("x")
    assert name_of(tree) == before
    assert before.parent == tree / "_build" / ".jupyter_cache"


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "lstm_ref" / "cell.py").write_text("c = f + c_prev"),
        lambda tree: (tree / "lstm_ref" / "new.js").write_text(""),
        lambda tree: (tree / "lstm_ref" / "cell.py").rename(tree / "lstm_ref" / "core.py"),
        lambda tree: (tree / "requirements.lock").write_text("numpy==3"),
    ],
    ids=["text", "new file", "name", "lock"],
)
def test_the_cache_has_another_name_when_the_code_has_changed(tree, change):
    before = name_of(tree)
    change(tree)
    assert name_of(tree) != before


def test_a_missing_path_is_an_error(tree):
    (tree / "requirements.lock").unlink()
    with pytest.raises(ConfigError, match=r"fresh_when_changed names requirements\.lock, which does not exist"):
        name_of(tree)


def test_a_line_that_came_in_pieces_stays_one_line():
    def printed(text, name="stdout"):
        return nbformat.v4.new_output("stream", name=name, text=text)

    pieces = [printed("output"), printed("to the side\n", "stderr"), printed(" (3, 5, 8)\n"), printed("h_n\n\nc_n\n")]
    shown = whole_streams.joined(pieces)
    assert [(one["name"], one["text"]) for one in shown] == [
        ("stdout", "output (3, 5, 8)\nh_n\n\nc_n\n"),
        ("stderr", "to the side\n"),
    ]
    assert whole_streams.joined(pieces) == shown  # asked twice, it says the same: no piece is counted twice
    assert pieces[0]["text"] == "output"


def notebook(*kinds):
    cells = [{"cell_type": kind, "metadata": {}, "source": kind, "id": str(n)} for n, kind in enumerate(kinds)]
    return [json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})]


@pytest.mark.parametrize("kinds, place", [(("markdown", "code"), 1), (("code",), 0), ((), 0)])
def test_an_exercise_page_says_what_it_is_after_its_title(kinds, place):
    source = notebook(*kinds)
    exercise_pages.add_note(None, "exercises/03_forget_gate/03_forget_gate", source)
    note = json.loads(source[0])["cells"][place]
    assert "{download}`03_forget_gate.ipynb`" in note["source"]
    assert "{doc}`/book/03_forget_gate`" in note["source"]


def test_a_chapter_is_left_alone():
    source = ["# What to forget?"]
    exercise_pages.add_note(None, "book/03_forget_gate", source)
    assert source == ["# What to forget?"]


def told(text, tmp_path):
    """The page that Sphinx makes of a text, and its warnings."""
    (tmp_path / "conf.py").write_text(f"""
import sys
sys.path.insert(0, {str(EXT)!r})
extensions = ["myst_parser", "self_check"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
""")
    (tmp_path / "index.md").write_text(text)
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(tmp_path, tmp_path, tmp_path / "out", tmp_path / "trees", "html", status=None, warning=warnings)
        app.build()
    return (tmp_path / "out" / "index.html").read_text(), warnings.getvalue()


QUESTION = """# Title

:::{question}
:right: 2
How much?

None
: No, because.

*All*
: Because $x$.
:::
"""


def test_a_question_is_a_group_of_answers_each_with_its_explanation(tmp_path):
    page, warnings = told(QUESTION, tmp_path)
    assert not warnings
    assert re.search(r'<div class="lstm-question[^>]*role="radiogroup"', page) or 'role="radiogroup"' in page
    choices = re.findall(
        r'<input type="radio" name="([^"]+)" id="([^"]+)"[^>]*><label for="([^"]+)">(.*?)</label>', page
    )
    assert [label for *_, label in choices] == ["None", "<em>All</em>"]
    assert len({group for group, *_ in choices}) == 1
    assert all(name == target for _, name, target, _ in choices)
    verdicts = re.findall(r'class="lstm-explanation lstm-(right|wrong)[^"]*"', page)
    assert verdicts == ["wrong", "right"]
    assert page.index("How much?") < page.index("None") < page.index("No, because.")


@pytest.mark.parametrize(
    "before, after, words",
    [
        (":right: 2", "", "needs the option :right:"),
        (":right: 2", ":right: 3", "it has 2, and :right: is 3"),
        ("How much?\n", "", "a paragraph that asks"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(tmp_path, before, after, words):
    assert before in QUESTION
    assert words in told(QUESTION.replace(before, after), tmp_path)[1]
