"""The book's own Sphinx extensions."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import docutils_namespace

import lstm_ref
from autograding.run import dependencies
from autograding.run.dependencies import Code
from lstm_ref.checks import CHECKS, defined_in, sections

EXT = Path(__file__).parents[1] / "book" / "_ext"
sys.path.insert(0, str(EXT))

import exercise_pages  # noqa: E402  the extensions live beside the pages, not in a package
import fresh_pages  # noqa: E402
import whole_streams  # noqa: E402

# A small book with two executed pages, one that is not executed, and a package of its own.
SMALL = {
    "index.md": "# Title\n\n```{toctree}\none\ntwo\n```\n",
    "one.md": """---
file_format: mystnb
kernelspec:
  name: python3
---
# One

```{code-cell}
from reference import shown
print(open("results/rows.csv").read())
```
""",
    "two.md": """---
file_format: mystnb
kernelspec:
  name: python3
---
# Two

```{code-cell}
from reference.asked import check
for name in ["double"]:
    check(name)
```
""",
    "reference/__init__.py": "",
    "reference/shown.py": "",
    "reference/asked/__init__.py": """
from importlib import import_module
from reference import judge

def defined_in(name):
    return {"double": "reference.asked.double", "other": "reference.asked.other"}.get(name)

def check(name):
    import_module(defined_in(name))
""",
    "reference/asked/double.py": "import numpy",
    "reference/asked/other.py": "",
    "reference/judge.py": "",
    "results/rows.csv": "1,2",
    "results/more.csv": "3,4",
}
CONF = f"""
import sys
sys.path.insert(0, {str(EXT)!r})
extensions = ["myst_nb", "fresh_pages"]
exclude_patterns = ["_build"]
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
fresh_packages = ["reference"]
fresh_checks = "reference.asked"
fresh_data = ["results"]
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    for name, text in SMALL.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "reference"]:
        del sys.modules[name]


def environment(root, *pages, excluded=()):
    """As much of Sphinx's environment as the extension uses."""
    settings = NbParserConfig(execution_cache_path=str(root / "cache"), execution_excludepatterns=excluded)
    return SimpleNamespace(
        found_docs=pages,
        doc2path=lambda name: str(root / (name if Path(name).suffix else f"{name}.md")),
        myst_config=MdParserConfig(),
        mystnb_config=settings,
    )


def changed_pages(root, env):
    config = SimpleNamespace(fresh_packages=["reference"], fresh_checks="reference.asked", fresh_data=["results"])
    app = SimpleNamespace(srcdir=root, config=config)
    return sorted(fresh_pages.find_changed_pages(app, env, set(), set(), set()))


@pytest.mark.parametrize(
    "name, pages",
    [
        ("reference/shown.py", ["one"]),
        ("results/rows.csv", ["one"]),
        ("reference/__init__.py", ["one", "two"]),
        ("reference/asked/__init__.py", ["two"]),
        ("reference/asked/double.py", ["two"]),
        ("reference/judge.py", ["two"]),
        ("reference/asked/other.py", []),
        ("reference/unused.py", []),
        ("results/more.csv", []),
        ("requirements.lock", []),
    ],
)
def test_a_page_has_another_key_when_something_changed_that_it_uses(small, name, pages):
    env = environment(small, "index", "one", "two")
    assert changed_pages(small, env) == ["one", "two"]
    with (small / name).open("a") as file:
        file.write("\n")
    assert changed_pages(small, env) == pages
    assert changed_pages(small, env) == []


@pytest.mark.parametrize(
    "distribution, pages", [("numpy", ["two"]), ("ipykernel", ["one", "two"]), ("torch", []), ("nbgrader", [])]
)
def test_a_page_has_another_key_when_a_package_was_upgraded_that_it_uses(small, monkeypatch, distribution, pages):
    env = environment(small, "one", "two")
    changed_pages(small, env)
    real = dependencies.version
    monkeypatch.setattr(dependencies, "version", lambda name: "new" if name == distribution else real(name))
    assert changed_pages(small, env) == pages


def test_a_page_that_is_not_executed_has_no_key(small):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("from reference import shown")])
    nbformat.write(nb, small / "three.ipynb")
    assert changed_pages(small, environment(small, "index", "three.ipynb", excluded=["three.ipynb"])) == []
    assert changed_pages(small, environment(small, "index", "three.ipynb")) == ["three.ipynb"]


def test_a_file_of_data_may_be_named_by_a_pattern(small):
    page, data = 'sorted(results.glob("*.csv"))', fresh_pages.data_files(small, ["results"])
    assert {"results/rows.csv", "results/more.csv"} <= fresh_pages.state_of(page, Code("reference"), "", data).keys()
    assert "results/rows.csv" not in fresh_pages.state_of('print("*")', Code("reference"), "", data)


def test_a_missing_folder_of_data_is_an_error(small):
    with pytest.raises(ConfigError, match="fresh_data names reslts, expected a folder in"):
        fresh_pages.data_files(small, ["reslts"])


def test_the_key_is_in_the_kernelspec_and_nothing_else_is_changed():
    text = SMALL["one.md"].replace("python3", "python3\ntitle: Été")
    keyed = fresh_pages.with_key(text, "abc")
    before, after = (read_myst_markdown_notebook(one, add_source_map=True) for one in (text, keyed))
    assert after.metadata.kernelspec.pop("uses") == "abc"
    assert after.metadata == before.metadata and after.metadata.source_map == [6, 9]
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
    assert text.count("\n") == keyed.count("\n")  # a message about the page names the right line
    nb = json.loads(fresh_pages.with_key(notebook("code")[0], "abc"))
    assert nb["metadata"]["kernelspec"] == {"name": "python3", "display_name": "Python 3", "uses": "abc"}


# For each line of input, builds the small book and prints which pages were read and which of them were executed. It is
# a process of its own because Sphinx never forgets which extension reads .md.
BUILD = """
import io, json, re, sys
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

for line in sys.stdin:
    read, said = [], io.StringIO()
    with docutils_namespace():
        places = {"srcdir": ".", "confdir": ".", "outdir": "_build/html", "doctreedir": "_build/trees"}
        app = Sphinx(**places, buildername="html", status=said, warning=sys.stderr, warningiserror=True)
        app.connect("source-read", lambda _app, name, _source: read.append(name))
        app.build()
    executed = re.findall(r"(\\w+)\\.md: Executed notebook", re.sub(r"\\x1b\\[[0-9;]*m", "", said.getvalue()))
    print(json.dumps([sorted(read), sorted(executed)]), flush=True)
"""


@pytest.fixture
def built(small):
    """Builds the small book, with extensions of its own."""
    shutil.copytree(EXT, small / "_ext", ignore=shutil.ignore_patterns("__pycache__"))
    (small / "conf.py").write_text(CONF.replace(str(EXT), str(small / "_ext")))
    places = os.pathsep.join([str(EXT.parents[1]), str(small)])
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD],
        cwd=small,
        env=os.environ | {"PYTHONPATH": places},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def build():
        process.stdin.write("build\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield build
    process.stdin.close()
    process.wait()
    process.stdout.close()


def test_pages_are_read_again_and_executed_again_just_when_they_must(small, built):
    assert built() == [["index", "one", "two"], ["one", "two"]]
    assert built() == [[], []]
    (small / "reference" / "shown.py").write_text("x = 1")
    assert built() == [["one"], ["one"]]
    # As it was before: the result is still in the cache.
    (small / "reference" / "shown.py").write_text("")
    assert built() == [["one"], []]
    (small / "_ext" / "whole_streams.py").write_text("")
    assert built() == [["index", "one", "two"], []]
    assert built() == [[], []]


def test_the_cache_keeps_some_results_of_each_page_and_no_more(small):
    env = environment(small, "one", "two")
    changed_pages(small, env)
    assert get_cache(env.mystnb_config.execution_cache_path).get_cache_limit() == 2 * fresh_pages.KEPT


PAGES = sorted(path for path in (EXT.parent).glob("*.md") if path.read_text(encoding="utf-8").startswith("---"))


@pytest.fixture(scope="module")
def reference():
    return Code("lstm_ref"), fresh_pages.data_files(EXT.parents[1], ["benchmarks/results"])


@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_a_page_of_this_book_depends_on_what_it_names_and_on_no_other_widget_check_or_result(path, reference):
    page = fresh_pages.executed_page(environment(path.parent), path.name)
    code, data = reference
    state = fresh_pages.state_of(page, code, "lstm_ref.checks", data)
    named = {name for name in lstm_ref.__all__ if re.search(rf"\b{name}\b", page)} - {"Array"}
    modules = {name: sys.modules[getattr(lstm_ref, name).__module__] for name in lstm_ref.__all__ if name != "Array"}
    places = {name: Path(module.__file__).relative_to(EXT.parents[1]) for name, module in modules.items()}
    assert {str(places[name]) for name in named} <= state.keys()
    widgets = {place for name, place in places.items() if place.parent.name == "widgets" and name in named}
    shown = {name for name in state if re.fullmatch(r"lstm_ref/widgets/\w+\.py", name)}
    assert shown - {"lstm_ref/widgets/__init__.py", "lstm_ref/widgets/base.py"} == set(map(str, widgets))
    assert {str(place.with_suffix(".js")) for place in widgets} <= state.keys()
    assert {name for name in state if name.startswith("benchmarks")} == {p for p in data if Path(p).name in page}
    asked = {defined_in(name) for name in CHECKS if f'"{name}"' in page and "check(" in page}
    asked = {str(Path(sys.modules[module].__file__).relative_to(EXT.parents[1])) for module in asked}
    assert asked <= state.keys()
    assert not [name for name in state if name.startswith("autograding")]


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


def test_an_exercise_links_its_chapter_within_the_book():
    """In a notebook the link is a whole address, which need not be the book's."""
    source = notebook("markdown")
    link = f"[a chapter]({sections.BOOK}/book/03_forget_gate.html)"
    source[0] = source[0].replace('"source": "markdown"', f'"source": "{link}"')
    exercise_pages.add_note(None, "exercises/03_forget_gate/03_forget_gate", source)
    assert json.loads(source[0])["cells"][0]["source"] == "[a chapter](../../book/03_forget_gate.md)"


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
source_suffix = {{".md": "markdown"}}  # or Sphinx puts it among the defaults of every later book of this process
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
