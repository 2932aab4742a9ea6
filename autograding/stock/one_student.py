"""nbgrader's converters for exactly one folder, whatever student and assignment are called."""

import os
import re
from functools import cache
from pathlib import Path

from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograding.stock.own_files import found_by_name


def one_student(
    converter: type[BaseConverter], directory: CourseDirectory, config: Config, student: str
) -> BaseConverter:
    """The converter for one student's submission of the assignment that `directory` names; "." is the teacher."""
    made = _exact(converter)(coursedir=directory, config=config)
    made.student = student
    return made


@cache
def _exact(converter):
    """The converter, without patterns.

    nbgrader reads a student's name as a pattern, and the folder that it finds once more (init_notebooks in
    nbgrader/converters/base.py), so that `a[1]` has no notebooks; takes spaces off its ends (student_id in
    nbgrader/coursedir.py); and takes names out of paths by an expression that no line end matches. An assignment's name
    is a pattern to it, too.
    """

    class Exact(converter):
        student = ""

        def init_notebooks(self):
            folder = self._format_source(self.coursedir.assignment_id, self.student)
            # The folder as it is written: the teacher's has a "." in it, by which nbgrader knows it.
            names = sorted(path.name for path in Path(folder).glob("*.ipynb"))
            self.assignments = {folder: [os.path.join(folder, name) for name in names]}
            self.notebooks = []

        def init_assignment(self, assignment_id, student_id):
            with found_by_name():
                super().init_assignment(assignment_id, student_id)

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
