"""nbgrader's converters for exactly one student, whatever the student is called."""

import re
from functools import cache
from pathlib import Path

from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config


def one_student(
    converter: type[BaseConverter], directory: CourseDirectory, config: Config, student: str
) -> BaseConverter:
    """The converter for one student's submission of the assignment that `directory` names."""
    made = _exact(converter)(coursedir=directory, config=config)
    made.student = student
    return made


@cache
def _exact(converter):
    """The converter, without patterns.

    nbgrader reads a student's name as a pattern, and the folder that it finds once more (init_notebooks in
    nbgrader/converters/base.py), so that `a[1]` has no notebooks; takes spaces off its ends (student_id in
    nbgrader/coursedir.py); and takes names out of paths by an expression that no line end matches.
    """

    class Exact(converter):
        student = ""

        def init_notebooks(self):
            folder = self._format_source(self.coursedir.assignment_id, self.student)
            self.assignments = {folder: sorted(map(str, Path(folder).glob("*.ipynb")))}
            self.notebooks = []

        def _format_source(self, assignment_id, student_id, escape=False):
            if not escape:
                return super()._format_source(assignment_id, student_id)
            place = re.escape(self._input_directory)
            student = f"(?P<student_id>{re.escape(self.student)})"
            assignment = f"(?P<assignment_id>{re.escape(self.coursedir.assignment_id)})"
            return self.coursedir.format_path(place, student, assignment, escape=True)

    # Keep the name, so that a course's configuration of the converter holds.
    Exact.__name__ = converter.__name__
    return Exact
