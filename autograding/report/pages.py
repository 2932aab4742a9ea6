"""Safe pages of strangers' notebooks, for students (feedback) and for teachers (formgrader).

A page is opened in the browser of students and teachers; formgrader's runs with the teacher's rights, and its scripts
bind to classes and ids. The templates of both insert Markdown, HTML and code as they are. So the preprocessors here put
finished HTML in the place of every text, made in a process of its own (`painter`), and `finished`, which takes the
place of the templates' filters, escapes everything else.
"""

import os
import shutil
import stat
from html import escape
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.preprocessors.clearhiddentests import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from autograding.messages import _
from autograding.report.hidden import HiddenTests, without_mark_schemes
from autograding.report.sheet import paint
from autograding.stock.once import FINISHED

# As Jupyter shows outputs. A rule of an output's own counts more. Nothing of a student's is painted outside its own
# place, and pictures shrink to it; what is wider, such as a table, can be moved in it. Pages are light: a browser that
# prefers the dark must not turn their colours round, since pictures and tables bring their own.
LOOK = """
:root { color-scheme: only light; }
.input_area, .text_cell_render, .output_subarea { contain: paint; overflow: auto; }
.output_subarea img, .text_cell_render img { border: none; max-width: 100%; object-fit: contain; }
.output_subarea img:not([height]), .text_cell_render img:not([height]) { height: auto; }
.rendered_html table { border: none; border-collapse: collapse; margin: 0 0 1em; }
.rendered_html th, .rendered_html td { border: none; padding: 0.3em 0.6em; vertical-align: middle; }
.rendered_html thead { border-bottom: 1px solid #bdbdbd; }
.rendered_html tbody tr:nth-child(odd) { background: #f5f5f5; }
.output_html th, .output_html td { text-align: right; }
.output_html caption { text-align: center; }
.output_html label { font-weight: inherit; }
summary { display: list-item; }
"""
# The templates put the page's styles into a <style>, which ends here and begins again. The policy holds for all that
# follows: no page loads anything from elsewhere.
HEAD = """{look}</style>
<meta name="color-scheme" content="only light">
<meta http-equiv="Content-Security-Policy" content="base-uri 'none'; form-action 'none'; default-src 'none'; {policy}">
<meta name="referrer" content="no-referrer">
{finished}
{script}<style>"""
OF_FEEDBACK = HEAD.format(
    policy="img-src data:; font-src 'self'; style-src 'unsafe-inline'", look=LOOK, finished=FINISHED, script=""
)
# Formgrader's own scripts expect MathJax, which the policy keeps out, and wait for its word that it is done.
OF_FORMGRADER = HEAD.format(
    policy="img-src 'self' data:; font-src 'self' data:; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'",
    look=LOOK,
    finished=FINISHED,
    script="<script>window.MathJax = {Hub: {Startup: {signal: {Interest: tell => tell('End')}}}};</script>\n",
)


class Page(NbGraderPreprocessor):
    """Make a page of feedback: no hidden test, no unsafe content, no other file; and say which answers wait."""

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        hidden = HiddenTests(ClearHiddenTests(parent=self))
        hidden.take_off(nb.cells)
        if not self.config.Autograding.get("mark_schemes_shown", False):
            without_mark_schemes(nb.cells, self.config)
        _say_who_waits(nb, resources)
        paint(nb, hidden, _folder_of(resources))
        # Our parent is the exporter, and its parent is the converter.
        converter, names = self.parent.parent, resources["nbgrader"]
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        left = remove_other_files(folder, {Path(notebook).stem + ".html" for notebook in converter.notebooks})
        if left:
            self.log.warning("Could not be removed from %r: %r", str(folder), left)
        return _dressed(self, nb, resources, OF_FEEDBACK)


class Shown(NbGraderPreprocessor):
    """Make a page of formgrader. Hidden tests stay visible."""

    def preprocess(self, nb, resources):
        """nbconvert's entry point."""
        if isinstance(self.parent.parent, GenerateFeedback):
            return nb, resources  # `Page` follows
        paint(nb, None, _folder_of(resources))
        # The template inserts names as they are, and a student's folder may have any name.
        for name, value in resources.items():
            if isinstance(value, str):
                resources[name] = escape(value).replace("\\", "&#92;")
        return _dressed(self, nb, resources, OF_FORMGRADER)


def _folder_of(resources):
    """The notebook's folder, where the exporter knows it (from_filename in nbconvert/exporters/exporter.py)."""
    path = resources.get("metadata", {}).get("path", "")
    return Path(path) if path else None


def _dressed(preprocessor, nb, resources, head):
    """Give the page its styles and its policy."""
    nb, resources = CSSHTMLHeaderPreprocessor(parent=preprocessor.parent, style="default").preprocess(nb, resources)
    resources["inlining"]["css"].append(head)
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


# `nbgrader release_feedback` finds the submission of a page by these.
FOR_THE_EXCHANGE = {"timestamp.txt", "submission_secret.txt"}


def remove_other_files(folder: Path, pages: set[str]) -> list[str]:
    """Keep only pages in a student's feedback: nbgrader copies all files of the notebook's folder there.

    Returns the names of what could not be removed, which is no reason to stop.
    """
    pages, left = pages | FOR_THE_EXCHANGE, []
    for entry in list(os.scandir(folder)) if folder.is_dir() else ():
        if entry.name in pages and entry.is_file(follow_symlinks=False):
            continue
        try:
            _remove(entry)
        except OSError:
            left.append(entry.name)
    return left


def _remove(entry):
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.path)
        return
    for inner, _folders, _files in os.walk(entry.path):  # from the top, so that each one can be entered
        os.chmod(inner, stat.S_IRWXU)
    shutil.rmtree(entry.path)
