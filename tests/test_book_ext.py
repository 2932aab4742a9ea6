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
import formulas  # noqa: E402
import fresh_pages  # noqa: E402
import light_pages  # noqa: E402
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


def mathml(tex: str, block: bool = False) -> str:
    return formulas.as_mathml(tex, block)


@pytest.mark.parametrize(
    "tex, holds",
    [
        (r"\mathrm{diag}(1 - h^2)", "<mi>diag</mi>"),
        (r"\boxed{f_t}", '<mrow class="lstm-boxed">'),
        (r"\hat c_t", '<mo stretchy="false">\u02c6</mo>'),
        (r"b_i = -b_f", '<mo form="prefix">\u2212</mo>'),
        (r"|c_t|", '<mo stretchy="false" lspace="0" rspace="0">|</mo>'),
        (r"o_t \tanh(c_t)", '</msub><mspace width="0.167em" /><mi>tanh</mi><mo'),
        (r"a \mathrel{+{=}} b", "<mo>+=</mo>"),
        (r"\partial L / \partial h", '<mi mathvariant="normal">\u2202</mi>'),
    ],
)
def test_a_formula_is_mathml_that_browsers_draw(tex, holds):
    assert holds in mathml(tex)


def test_equations_are_aligned_by_their_signs():
    made = mathml(r"\begin{aligned} f &= 1 \\[0.6em] h &= 2 \end{aligned}", block=True)
    assert made.startswith('<math display="block">') and made.count("<mtr>") == 2
    assert 'class="lstm-aligned"' in made and "0.6" not in made and "\\" not in made
    # A matrix is no equation.
    assert "lstm-aligned" not in mathml(r"\begin{pmatrix} 1 & 2 \end{pmatrix}")


def test_a_command_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match=r"\\nosuch"):
        mathml(r"a + \nosuch{b}")


def test_a_formula_that_cannot_be_shown_is_named_by_page_and_line(tmp_path):
    warned = io.StringIO()
    (tmp_path / "index.md").write_text("# Title\n\nText with $a + \\nosuch b$.\n", encoding="utf-8")
    with docutils_namespace():
        settings = {"extensions": ["myst_nb", "formulas"], "myst_enable_extensions": ["dollarmath"]}
        app = Sphinx(
            tmp_path, None, tmp_path / "out", tmp_path / "trees", "html", settings, status=None, warning=warned
        )
        app.build()
    assert "index.md:3: WARNING: formula 'a + \\\\nosuch b'" in warned.getvalue()
    assert "<code>a + \\nosuch b</code>" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


THEME = {
    "styles/theme.css": '@import "../basic.css";\n.used, .gone { color: red }\n.gone b { color: blue }\n'
    "@media print { .gone { color: red } .used:not(.gone) { background: url(../pictures/a.png) } }\n"
    "@media screen { .gone { color: red } }\n#main { margin: 0 }\nhtml .fa-bars:before { content: '\\\\f0c9' }\n",
    "basic.css": ".basic { color: green }\n@keyframes turn { from { margin: 0 } }\n",
    "scripts/fontawesome.js": "icons()",
    "doctools.js": "first()",
    "later.js": "second('by-script')",
    "documentation_options.js": "const OPTIONS = {};",
    "mount_widgets.js": "mount()",
    "searchtools.js": "search()",
}
PAGE_OF_THEME = """<html><head><title>A page</title>
  <link rel="stylesheet" href="{up}_static/styles/theme.css?digest=1" />
  <script defer src="{up}_static/scripts/fontawesome.js?digest=1"></script>
  <script src="{up}_static/documentation_options.js?v=1"></script>
  <script src="{up}_static/doctools.js?v=1"></script>
  <script>let between = 1;</script>
  <script src="{up}_static/later.js"></script>
  <script data-sorry="No." src="{up}_static/mount_widgets.js"></script>
  <script src="{up}_static/searchtools.js"></script>
  </head><body><p class="used basic" id="main">Text <i class="fa-bars"></i></p></body></html>"""


@pytest.fixture
def themed(tmp_path):
    """A small build, as the theme leaves it."""
    for name, text in THEME.items():
        file = tmp_path / "_static" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for name, up in {"search.html": "", "book/one.html": "../"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PAGE_OF_THEME.format(up=up), encoding="utf-8")
    return tmp_path


def lighten(folder) -> str:
    app = SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=str(folder))
    light_pages.lighten(app, None)
    return (folder / "book" / "one.html").read_text(encoding="utf-8")


def test_a_page_asks_for_one_style_sheet_with_the_rules_that_are_used(themed):
    page = lighten(themed)
    [address] = re.findall(r'rel="stylesheet" href="([^"]*)"', page)
    style = (themed / "book" / address).read_text(encoding="utf-8")
    kept = [
        ".basic",
        "@keyframes turn",
        ".used{",
        ".used:not(.gone)",
        "#main",
        ".fa-bars",
        "url(styles/../pictures/a.png)",
    ]
    assert [rule for rule in kept if rule not in style] == []
    assert ".gone b" not in style and "screen" not in style and "@import" not in style and ".used,.gone" not in style


def test_a_class_that_only_a_script_gives_keeps_its_rules(themed):
    (themed / "_static" / "basic.css").write_text(".by-script { color: green }", encoding="utf-8")
    page = lighten(themed)
    [address] = re.findall(r'rel="stylesheet" href="([^"]*)"', page)
    assert ".by-script" in (themed / "book" / address).read_text(encoding="utf-8")


def test_scripts_of_the_head_are_one_and_hold_nothing_up(themed):
    page = lighten(themed)
    [address] = re.findall(r'<script defer src="([^"]*)"', page)
    assert (themed / "book" / address).read_text(encoding="utf-8") == "first()\n;\nsecond('by-script')\n;\n"
    assert "fontawesome" not in page and "searchtools" not in page
    assert "<script>const OPTIONS = {};</script>" in page and "let between = 1;" in page
    assert '<script data-sorry="No.">mount()</script>' in page


def test_a_search_finds_its_scripts_and_those_that_they_call_before_them(themed):
    lighten(themed)
    page = (themed / "search.html").read_text(encoding="utf-8")
    called, search = page.index('<script src="_static/pages.'), page.index('src="_static/searchtools.js"')
    assert page.index("const OPTIONS") < page.index("let between") < called < search and "defer" not in page


def test_a_page_that_was_not_built_again_stays_as_it_is(themed):
    first = lighten(themed)
    (themed / "_static" / "doctools.js").write_text("changed()", encoding="utf-8")
    assert lighten(themed) == first
    (themed / "book" / "one.html").write_text(PAGE_OF_THEME.format(up="../"), encoding="utf-8")
    again = lighten(themed)
    assert again != first and "pages." in again
