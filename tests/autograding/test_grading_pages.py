"""Feedback pages: safe to open, and silent about what students are not to see."""

import re

import nbformat
import pytest
from conftest import ASSIGNMENT, cell
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

from autograding.authoring.expected import page_text
from autograding.report.pages import remove_other_files

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
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name", "first_name")
    names = dict.fromkeys((*names, "notebook_path", "filename"), "x") | {"index": 0, "total": 1}
    return exporter.from_filename(str(path), resources=names)[0]


def live(page: str) -> list[str]:
    """What of a student's would run: the text steal() where a browser takes it for code."""
    scripts = re.findall(r"<script[^>]*>.*?</script>", page, re.DOTALL)
    tags = re.findall(r"<[a-zA-Z][^>]*steal\(\)[^>]*>", page)
    formulas = re.findall(r"\\href(?!\{https://example)[^$]*", page)
    return [found for found in scripts + formulas if "steal()" in found] + tags


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
    assert sorted(path.name for path in feedback.iterdir()) == ["01_toy.html"]
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
    assert live(r"$\href{javascript:steal()}{x}$") and not live(r"$\href{https://example.org}{steal()}$")
    assert not live("&lt;script&gt;steal()&lt;/script&gt;")


def test_only_pages_stay_in_a_feedback_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x").write_text("")
    for name in ("01_toy.html", "other.html", "data.csv", "timestamp.txt", "submission_secret.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "link").symlink_to("/etc")
    remove_other_files(tmp_path, {"01_toy.html"})
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {"01_toy.html", "timestamp.txt", "submission_secret.txt"}  # the exchange looks for the last two
