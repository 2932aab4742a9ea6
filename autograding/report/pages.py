"""Safe feedback pages: no hidden test, no script from a cell, and no other file in their folder.

A page is made from a stranger's notebook and opened in the browser of students and teachers. `Page` runs before
nbgrader's template (nbgrader/server_extensions/formgrader/templates/feedback/index.html.j2), which inserts Markdown and
HTML as they are. nbconvert's own cleaning (HTMLExporter.sanitize_html) leaves out that template's Markdown cells, and
shows honest headings and tables as source.
"""

import re
import shutil
from functools import lru_cache
from pathlib import Path

from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors.clearhiddentests import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from autograding.messages import _
from autograding.report.formulas import LINK, latex_to_html, markdown_to_html

# What a browser shows without running it. HTML, Markdown and formulas are cleaned. JavaScript, widgets, SVG and every
# unknown type are left out.
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/gif")

TAGS = frozenset(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i img kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul "
    "var".split()
)
ATTRIBUTES = frozenset("alt border class colspan dir height lang rowspan scope style title width".split())
LARGEST_KEPT = 20_000  # letters; the cleaned form of a longer text is not kept in memory


class Page(NbGraderPreprocessor):
    """Remove hidden tests, unsafe content and other files; say which answers wait for a person."""

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        hidden = ClearHiddenTests(parent=self)
        for cell in nb.cells:
            if hidden._remove_hidden_test_region(cell):
                _shorten_errors(cell)
        _say_who_waits(nb, resources)
        _clean_once(nb, resources)
        # Our parent is the exporter, and its parent is the converter.
        converter, names = self.parent.parent, resources["nbgrader"]
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        remove_other_files(folder, {Path(notebook).stem + ".html" for notebook in converter.notebooks})
        return nb, resources


def _say_who_waits(nb, resources):
    """Say in the comment that nobody has graded an answer yet: the page shows 0 for it."""
    written = [cell for cell in nb.cells if is_grade(cell) and is_solution(cell)]
    if not written:
        return
    names = resources["nbgrader"]
    with Gradebook(names["db_url"]) as book:
        for cell in written:
            where = (cell.metadata.nbgrader["grade_id"], names["notebook"], names["assignment"], names["student"])
            if book.find_grade(*where).needs_manual_grade:
                said = [_("A person has yet to grade this answer."), cell.metadata.nbgrader.get("comment")]
                cell.metadata.nbgrader["comment"] = " ".join(text for text in said if text)


class Shown(NbGraderPreprocessor):
    """Clean the pages of formgrader, which run with the teacher's rights. Hidden tests stay visible."""

    def preprocess(self, nb, resources):
        """nbconvert's entry point."""
        _clean_once(nb, resources)
        return nb, resources


def _clean_once(nb, resources):
    """Clean all that is shown, once: feedback runs both preprocessors, and a second cleaning would remove formulas."""
    if resources.get("autograding_cleaned"):
        return
    resources["autograding_cleaned"] = True
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            _keep_what_is_shown(output)
        if cell.cell_type != "code":
            _clean_text(cell)


def clean_html(html: str) -> str:
    """Remove everything from HTML that is not known to be harmless."""
    cleaner = Cleaner(
        tags=TAGS,
        attributes=_harmless,
        protocols=("http", "https", "mailto", "data"),
        strip=True,
        css_sanitizer=CSSSanitizer(),
    )
    return LINK.sub(r"\\text", cleaner.clean(html))


def _harmless(tag, name, value):
    """Whether an attribute may stay. A picture from another server would tell who reads the page, and when."""
    if name == "src":
        return tag == "img" and value.startswith(("data:image/png;", "data:image/jpeg;", "data:image/gif;"))
    if name == "href":
        return tag == "a" and value.startswith(("http://", "https://", "mailto:", "#"))
    return name in ATTRIBUTES


def _clean_text(cell):
    """Replace the cell's Markdown by clean HTML, because nbgrader's template inserts it as it is."""
    if cell.cell_type == "raw":
        cell.cell_type = "markdown"
    cell.pop("attachments", None)
    html = (_cleaned if len(cell.source) < LARGEST_KEPT else _cleaned.__wrapped__)(cell.source)
    # To Markdown a block of HTML ends at the first empty line: fill those.
    cell.source = "<div>" + re.sub(r"\n\s*\n", "\n<!-- -->\n", html.strip()) + "</div>"


@lru_cache(maxsize=500)
def _cleaned(source):
    """The cleaned HTML of a Markdown text, kept: most texts of a class are the teacher's, the same for everyone."""
    return markdown_to_html(source, clean_html)


def _shorten_errors(cell):
    """Drop the traceback, which quotes the lines around the failed one: the hidden tests."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]


def _keep_what_is_shown(output: NotebookNode) -> None:
    if output.output_type not in ("display_data", "execute_result"):
        return
    kept = {kind: value for kind, value in output.data.items() if kind in SHOWN}
    if "text/markdown" in kept:
        kept["text/html"] = markdown_to_html(kept.pop("text/markdown"), clean_html)
    elif "text/html" in kept:
        kept["text/html"] = clean_html(kept["text/html"])
    if "text/latex" in kept:
        kept.setdefault("text/html", latex_to_html(kept.pop("text/latex")))
    for kind in ("image/png", "image/jpeg", "image/gif"):
        if not all(c.isalnum() or c in "+/=\n" for c in kept.get(kind, "")):
            del kept[kind]  # not base64, so not a picture
    output.metadata = NotebookNode()  # it holds file names, and may ask for frames
    output.data = NotebookNode(kept or {"text/plain": _("[An output that is not shown here.]")})


# `nbgrader release_feedback` finds the submission of a page by these.
FOR_THE_EXCHANGE = {"timestamp.txt", "submission_secret.txt"}


def remove_other_files(folder: Path, pages: set[str]) -> None:
    """Keep only pages in a student's feedback: nbgrader copies all files of the notebook's folder there."""
    pages = pages | FOR_THE_EXCHANGE
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in pages:
            path.unlink()
