"""Pages of strangers' notebooks: safe to open, silent about what students are not to see, and of a bounded size."""

import functools
import http.server
import json
import os
import re
import threading
import time
from html import escape
from pathlib import Path
from types import SimpleNamespace

import nbconvert.exporters.html
import nbformat
import nbgrader.server_extensions.formgrader.formgrader as extension
import nbgrader.server_extensions.formgrader.handlers as formgrader
import pytest
from conftest import ASSIGNMENT, cell
from jinja2 import FileSystemLoader
from jinja2.utils import markupsafe
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from test_grading_person import ask_why
from traitlets.config import Config

from autograding.authoring.expected import page_text
from autograding.report import pages
from autograding.report.pages import remove_other_files
from autograding.report.sheet import Finished, finished
from autograding.stock.plug import plug_in

pytestmark = pytest.mark.grading

SHOWS = """
from IPython.display import HTML, Javascript, Latex, Markdown, display
display(HTML("<table><thead><tr><th scope='col'>head</th></tr></thead></table>"))
display(HTML("<b>bold</b><script>steal()</script><img src=x onerror=steal()><a href='javascript:steal()'>here</a>"))
display(Javascript("steal()"))
display(Latex("</div><script>steal()</script>"))
display(Latex("$" + chr(92) + "href{javascript:steal()}{x} " + chr(92) + "href{https://example.org}{y}$"))
display(Markdown("[here](javascript:steal()) <iframe src='https://example.org' onload='steal()'></iframe>"))
display({"image/svg+xml": "<svg onload='steal()'><script>steal()</script></svg>"}, raw=True)
display({"image/png": "x' onerror='steal()"}, raw=True)
display({"application/vnd.custom": "<script>steal()</script>"}, raw=True)
print("<script>steal()</script>")
"""
HIDDEN = """
assert double(1) == 2
### BEGIN HIDDEN TESTS
assert double(21) == 42, "the secret question"
### END HIDDEN TESTS
"""


def as_formgrader_shows(path) -> str:
    """The page that formgrader's SubmissionHandler makes of an autograded notebook."""
    extension = FormgradeExtension()
    extension.initialize([])
    exporter = HTMLExporter(config=extension.config)
    names = ("assignment_id", "notebook_id", "submission_id", "student", "last_name", "first_name")
    names = dict.fromkeys((*names, "notebook_path", "filename"), "x") | {"index": 0, "total": 1, "base_url": ""}
    return exporter.from_filename(str(path), resources=names)[0]


def live(page: str) -> list[str]:
    """What of a student's would run: the text steal() where a browser takes it for code."""
    scripts = re.findall(r"<script[^>]*>.*?</script>", page, re.DOTALL)
    tags = re.findall(r"<[a-zA-Z][^>]*steal\(\)[^>]*>", page)
    return [found for found in scripts if "steal()" in found] + tags


def test_no_script_from_an_output_runs_and_no_hidden_test_is_shown(toy):
    solution = toy.solution()
    cell(solution, "greet_check").source = HIDDEN.strip()
    nbformat.write(solution, toy.root / "solutions" / ASSIGNMENT / "01_toy.ipynb")
    cell(solution, "greet_check").source = "assert double(1) == 2"
    cell(solution, "double").source = "def double(x):\n    return 2 if isinstance(x, int) else x"
    solution.cells.append(new_code_cell(SHOWS.strip(), id="shows"))
    solution.cells.append(new_markdown_cell("<script>steal()</script>[here](javascript:steal())", id="says"))
    folder = toy.hand_in("ada", solution)
    (folder / "page.html").write_text("<script>steal()</script>")
    toy.grade()
    feedback = toy.root / "feedback" / "ada" / ASSIGNMENT
    beside = {"timestamp.txt", "submission_secret.txt"}
    assert {path.name for path in feedback.iterdir()} == {"01_toy.html"} | beside
    page = (feedback / "01_toy.html").read_text(encoding="utf-8")
    assert live(page) == []
    assert "<b>bold</b>" in page and '<th scope="col">head</th>' in page and "<h1" in page
    assert "HIDDEN TESTS" not in page and "assert double(21)" not in page_text(page)
    shown = as_formgrader_shows(toy.root / "autograded" / "ada" / ASSIGNMENT / "01_toy.ipynb")
    assert live(shown) == [] and "<b>bold</b>" in shown and "the secret question" in shown
    # What is removed from the page stays where the teacher looks.
    assert (toy.root / "autograded" / "ada" / ASSIGNMENT / "page.html").is_file()


FORMULAS = r"""
A step $c_t = f_t \odot c_{t-1}$, and \\(x < y\\); five dollars, \$5.

$$
\begin{aligned}
f_t &= \sigma(W_f \, [h_{t-1}, x_t] + b_f) \\
h_t &= \frac{o_t}{2}
\end{aligned}
$$

\begin{equation}
\sqrt{2}
\end{equation}

What nobody knows: $\nobody{x}$, and $\href{javascript:steal()}{here}$, and a script $</code><script>steal()</script>$.
"""
LATEX = r"""
from IPython.display import Latex, Math, display
display(Math(r"\tanh x"), Latex(r"if $a<b$ then \begin{align}a &= b\end{align}"))
"""


@pytest.mark.browser
def test_formulas_are_shown_without_asking_anyone(toy, visit):
    solution = toy.solution()
    solution.cells.append(new_markdown_cell(FORMULAS, id="formulas"))
    solution.cells.append(new_code_cell(LATEX, id="latex"))
    toy.hand_in("ada", solution)
    toy.grade()
    path = toy.root / "feedback" / "ada" / ASSIGNMENT / "01_toy.html"
    assert live(path.read_text(encoding="utf-8")) == []
    page = visit(path.as_uri())  # which complains of a request to anywhere else
    formulas = page.locator("math")
    assert [one.get_attribute("display") for one in formulas.all()] == [
        "inline", "inline", "block", "block", "inline", "inline", "inline", "inline", "block"
    ]  # fmt: skip
    # Set, not only there: the lines of the aligned ones stand below each other, and meet at their equals signs.
    boxes = [sign.bounding_box() for sign in formulas.nth(2).locator("mo", has_text="=").all()]
    assert len(boxes) == 2 and abs(boxes[0]["x"] - boxes[1]["x"]) < 1 and boxes[1]["y"] > boxes[0]["y"] + 10
    assert formulas.nth(2).locator("mfrac").bounding_box()["height"] > 20
    assert page.locator("code", has_text=r"\nobody{x}").count() == 1
    text = page.locator("body").inner_text()
    assert "$5" in text and r"\odot" not in text and r"\frac" not in text


def test_a_script_that_runs_would_be_seen():
    assert live("<p><script>steal()</script></p>") and live("<img src=x onerror=steal()>")
    assert not live("&lt;script&gt;steal()&lt;/script&gt;")


COVER = "position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:9999;margin:-999px"
LOADS = ";".join(
    f"{name}: url(http://127.0.0.1:9/{name}), auto" for name in ("cursor", "background", "content", "mask")
)
EVERY_CLASS = (
    "modal-backdrop in full-credit no-credit mark-graded score extra-credit tabbable comment help nbgrader_cell"
)
HTML = f"""
<div class="{EVERY_CLASS}" id="why" name="score" style="{COVER};{LOADS}">cover</div>
<button class="full-credit">button</button><input class="score" value="2"><textarea class="comment">x</textarea>
<form action="/formgrader/api/grade/g1"><span class="full-credit">span</span></form>
<a href="/formgrader?path=/tmp" class="full-credit" data-link="x">link</a>
<img srcset="http://127.0.0.1:9/i.png 1x" src="http://127.0.0.1:9/i.png" alt="picture">
<link rel="stylesheet" href="http://127.0.0.1:9/s.css"><style>@import "http://127.0.0.1:9/t.css"; * {{{COVER}}}</style>
<svg style="{COVER}"><image href="http://127.0.0.1:9/v.png"></image></svg><base href="http://127.0.0.1:9/">
<math href="http://127.0.0.1:9/m"><mtext class="full-credit" style="{COVER}">math</mtext></math>
<video poster="http://127.0.0.1:9/p.png" src="http://127.0.0.1:9/a"></video><iframe src="http://127.0.0.1:9/f"></iframe>
<meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/r"><object data="http://127.0.0.1:9/o"></object>

$\\class{{full-credit}}{{tex}}$ $\\style{{cursor: url(http://127.0.0.1:9/c)}}{{tex}}$ \\\\(\\cssId{{why}}{{tex}}\\\\)
"""


class Formgrader(http.server.SimpleHTTPRequestHandler):
    """As much of nbgrader's server as its page needs: the page, its scripts, one grade and one comment."""

    def __init__(self, *arguments, page, saved):
        self.page, self.saved = page, saved
        super().__init__(*arguments, directory=Path(formgrader.__file__).parent)

    def log_message(self, *_arguments):
        """Say nothing."""

    def do_GET(self):
        """The page, an answer of the interface, or a file."""
        if "/api/" in self.path:
            grade = {"id": "g1", "name": "why", "auto_score": 0, "manual_score": None, "max_score": 2}
            grade |= {"extra_credit": None, "needs_manual_grade": True, "auto_comment": None, "manual_comment": None}
            self._answer(json.dumps([grade]), "application/json")
        elif "/submissions/" in self.path:
            self._answer(self.page, "text/html; charset=utf-8")
        else:
            self.path = self.path.removeprefix("/formgrader")
            super().do_GET()

    def do_PUT(self):
        """Keep what is saved."""
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.saved.append((self.path, json.loads(text)))
        self._answer(text, "application/json")

    do_POST = do_PUT

    def _answer(self, text, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.mark.browser
def test_no_click_on_what_a_student_wrote_gives_points_and_nothing_is_fetched(toy, visit):
    nb = ask_why(toy)
    cell(nb, "why").source = HTML
    nb.cells.append(new_markdown_cell(HTML, id="more"))
    shows = f"from IPython.display import HTML, Latex, Markdown, display\nx = {HTML!r}\n"
    nb.cells.append(new_code_cell(shows + "display(HTML(x), Markdown(x), Latex(x)); raise ValueError(x)", id="shows"))
    toy.hand_in("ada", nb)
    toy.grade()
    shown = as_formgrader_shows(toy.root / "autograded" / "ada" / ASSIGNMENT / "01_toy.ipynb")
    saved = []
    handler = functools.partial(Formgrader, page=shown, saved=saved)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        foreign = []

        def watch(page):
            page.route(
                lambda url: not url.startswith((f"http://127.0.0.1:{server.server_port}/", "data:")),
                lambda route: foreign.append(route.request.url) or route.abort(),
            )

        page = visit(f"http://127.0.0.1:{server.server_port}/formgrader/submissions/x/", prepare=watch)
        page.wait_for_selector("input.score[placeholder='0']")  # the scripts have begun
        place = page.locator(".nbgrader_cell", has=page.locator("input#why"))
        answer = place.locator(".text_cell_render")
        for one in answer.locator("*").all():
            one.dispatch_event("click")
        assert saved == [] and "/submissions/x/" in page.url
        deadline = time.monotonic() + 60
        while not saved and time.monotonic() < deadline:
            place.get_by_role("button", name="No credit").click()  # where the mouse is: nothing covers it
            page.wait_for_timeout(1000)  # on a busy machine its script may not listen yet
        assert {(path, model["manual_score"]) for path, model in saved} == {("/formgrader/api/grade/g1", 0)}
        assert foreign == []
        # What the policy keeps out is nbgrader's own MathJax, and nothing else.
        assert all("cdnjs.cloudflare.com" in trouble for trouble in page.troubles), page.troubles
        page.troubles = []
        server.shutdown()
    feedback = (toy.root / "feedback" / "ada" / ASSIGNMENT / "01_toy.html").as_uri()
    page = visit(feedback)  # which complains of any request
    assert page.locator("[style*=fixed], [style*=url], .full-credit, button, input, form, svg, iframe").count() == 0
    assert page.get_by_text("cover").count() >= 4


def page_of(nb, **changes) -> str:
    """The page that formgrader's exporter makes of a notebook, with this package's configuration."""
    config = Config()
    plug_in(config)
    config.HTMLExporter.template_name = "classic"
    for name, value in changes.items():
        section, trait = name.split(".")
        config[section][trait] = value
    return HTMLExporter(config=config).from_notebook_node(nb)[0]


def test_a_page_of_any_number_of_cells_and_outputs_has_its_size():
    graded = new_code_cell("check('a', a)", id="graded")
    graded.metadata.nbgrader = {"grade": True, "grade_id": "graded", "locked": True, "solution": False, "points": 1}
    cells = [new_code_cell(f"x = {number}", id=f"c{number}") for number in range(1_500)]
    cells[0].outputs = [new_output("stream", text="y" * 10_000_000)]
    cells[0].outputs += [new_output("display_data", {"image/png": "a" * 8_000_000}) for _ in range(5)]
    cells[1].outputs = [new_output("display_data", {"text/html": "<b>z</b>"}) for _ in range(2_000)]
    cells[2].source = "w" * 1_000_000
    began = time.monotonic()
    page = page_of(new_notebook(cells=[*cells, graded, new_code_cell("last", id="last")]))
    assert time.monotonic() - began < 120 and len(page) < 30_000_000
    assert "check" in page and "Cells of this notebook that are not shown here: 502." in page_text(page)
    assert 199_000 < page.count("y") < 260_000 and page.count("<b>z</b>") < 1_001 and page.count("png;base64,aaaa") == 2


def test_what_no_preprocessor_has_seen_is_escaped():
    assert finished("<b>x") == "&lt;b&gt;x" and finished(Finished("<b>x")) == "<b>x"
    nb = new_notebook(cells=[new_code_cell("<script>1</script>", id="a"), new_markdown_cell("<b>1</b>", id="b")])
    page = page_of(nb, **{"HTMLExporter.preprocessors": [], "CSSHTMLHeaderPreprocessor.enabled": True})
    assert "&lt;script&gt;1&lt;/script&gt;" in page and "&lt;b&gt;1&lt;/b&gt;" in page


def test_only_pages_stay_in_a_feedback_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x").write_text("")
    for name in ("01_toy.html", "other.html", "data.csv", "timestamp.txt", "submission_secret.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "link").symlink_to("/etc")
    remove_other_files(tmp_path, {"01_toy.html"})
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {"01_toy.html", "timestamp.txt", "submission_secret.txt"}  # the exchange looks for the last two


def test_names_links_and_folders_of_any_kind_are_removed_or_told(tmp_path, monkeypatch):
    folder = os.fsencode(tmp_path)
    for name in (
        b"\xe9t\xe9.txt",
        b"n" * 255,
        b"a\nb",
        b" ",
        b"-rf",
        b"locked/inner/x",
        b"01_toy.html/x",
        b"timestamp.txt/x",
    ):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_text("")
    (tmp_path / "submission_secret.txt").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "locked" / "inner").chmod(0)
    (tmp_path / "locked").chmod(0)
    assert remove_other_files(tmp_path, {"01_toy.html"}) == [] and list(tmp_path.iterdir()) == []
    (tmp_path / "stays").write_text("")
    (tmp_path / "goes").write_text("")

    def refuse(path):
        if os.path.basename(path) == "stays":
            raise PermissionError(path)
        os.remove(path)

    monkeypatch.setattr(pages, "os", SimpleNamespace(**vars(os) | {"unlink": refuse}))
    assert remove_other_files(tmp_path, {"01_toy.html"}) == ["stays"] and len(list(tmp_path.iterdir())) == 1
    assert remove_other_files(tmp_path / "nowhere", set()) == []


LIVE = ["<img src=x onerror=steal()>", '"+steal()+"', "'><script>steal()</script>", "\\"]


@pytest.mark.parametrize("student", LIVE)
def test_a_students_name_is_text_on_formgraders_page(student):
    config = Config()
    plug_in(config)
    config.HTMLExporter.template_name, config.HTMLExporter.extra_template_basedirs = (
        "formgrade",
        [formgrader.template_path],
    )
    names = ("assignment_id", "notebook_id", "submission_id", "student", "last_name", "first_name", "notebook_path")
    resources = dict.fromkeys(names, student) | {"index": 0, "total": 1, "base_url": ""}
    page = HTMLExporter(config=config).from_notebook_node(new_notebook(), resources=resources)[0]
    written = escape(student).replace("\\", "&#92;")
    assert f'var submission_id = "{written}";' in page
    assert student == "\\" or student not in page


@pytest.mark.parametrize("student", LIVE[:3])
def test_a_students_name_is_text_on_the_pages_that_list_students(student, monkeypatch):
    monkeypatch.setattr(extension, "Environment", extension.Environment)
    monkeypatch.setattr(nbconvert.exporters.html, "BeautifulSoup", nbconvert.exporters.html.BeautifulSoup)
    plug_in(Config())
    environment = extension.Environment(loader=FileSystemLoader([formgrader.template_path]))
    for template in ("manage_students_assignments.tpl", "manage_students_notebook_submissions.tpl"):
        made = environment.get_template(template).render(student_id=student, assignment_id="x", base_url="")
        assert str(markupsafe.escape(student)) in made and student not in made
