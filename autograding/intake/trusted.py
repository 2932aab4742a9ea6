"""Let plain `nbgrader autograde`, and formgrader's button, read a submission as our own command does.

nbgrader copies whatever lies in a submission, through links too, and opens its notebooks by their paths. As the
converter's exporter, `ReadOnce` is where it can be given something else: the bytes that `handed_in` has read.
"""

import tempfile
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets.config import Config

from autograding.beneath import Place
from autograding.intake.handed_in import read
from autograding.intake.notebook import Unreadable
from autograding.intake.staging import Read, stage_as_it_is
from autograding.messages import _, plain


class ReadOnce(NotebookExporter):
    """The exporter of nbgrader's Autograde. What it converts first is the copy of the submission, not the submission.

    A submission that cannot be read is an error of that student, which nbgrader tells; the others are graded.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.found: dict[str, Read] = {}
        if isinstance(self.parent, Autograde):
            self._copies = self.parent.init_assignment
            self.parent.init_assignment = self._init_assignment

    def _init_assignment(self, assignment_id, student_id):
        """In the place of nbgrader's: it is shown a folder in which every file was written by us."""
        course, self.found = self.parent.coursedir, {}
        submitted = course.submitted_directory
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(course.format_path(folder, student_id, assignment_id))
            try:
                self.found = stage_as_it_is(self._read(assignment_id, student_id), copy)
                self._require_readable(assignment_id)
            except Unreadable as error:
                raise NbGraderException(
                    _("the submission of {student} cannot be read: {why}").format(student=plain(student_id), why=error)
                ) from error
            told = {name: [list(remark) for remark in notebook.remarks] for name, notebook in self.found.items()}
            self.update_config(Config(Preflight={"remarks": told}))
            course.submitted_directory = folder
            try:
                self._copies(assignment_id, student_id)
            finally:
                course.submitted_directory = submitted

    def _read(self, assignment, student):
        course = self.parent.coursedir
        base = Path(course.root, course.submitted_directory)
        folder = Path(course.root, course.format_path(course.submitted_directory, student, assignment))
        wanted = {Path(notebook).name for notebook in self.parent.notebooks}
        return read(Place(base, folder.relative_to(base).parts), course.ignore, wanted, self.parent.config)

    def _require_readable(self, assignment):
        """Refuse before nbgrader begins a row for the student, which would count as 0. It skips unknown notebooks."""
        course = self.parent.coursedir
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                known = {notebook.name for notebook in gradebook.find_assignment(assignment).notebooks}
            except MissingEntry:
                return  # as nbgrader says itself
        gone = Read("", [], _("it was taken away while it was read"))
        for name in known & {Path(notebook).stem for notebook in self.parent.notebooks}:
            if why := self.found.get(name, gone).refused:
                raise Unreadable(f"{plain(name)}.ipynb: {why}")

    def from_file(self, file_stream, resources=None, **options):
        """nbconvert's entry point."""
        if not (isinstance(self.parent, Autograde) and self.parent._sanitizing):
            return super().from_file(file_stream, resources, **options)
        text = self.found[resources["nbgrader"]["notebook"]].text
        return self.from_notebook_node(nbformat.reads(text, as_version=4), resources, **options)
