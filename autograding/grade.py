"""Grade one submission through nbgrader, so that no accident costs another student or gives undeserved points."""

import json
import shutil
import tempfile
from copy import deepcopy
from glob import escape
from pathlib import Path

from nbgrader.converters import Autograde, GenerateFeedback

from autograding import digest
from autograding.convert import ConversionFailed, convert, generate
from autograding.course import Course
from autograding.plug import DONE_MARK
from autograding.remarks import Remark
from autograding.staging import stage, stage_stub


class Grader:
    """Grades one assignment's submissions one at a time: `with Grader(course, name) as grader: grader.grade(student)`.

    nbgrader runs once per student, because one bad submission ends its whole run (nbgrader/converters/base.py:409-430).
    """

    def __init__(self, course: Course, assignment: str):
        self.course, self.assignment = course, course.require(assignment)
        self.log = course.class_folder / "grades" / f"{assignment}.log"

    def __enter__(self):
        self._scratch = tempfile.TemporaryDirectory(prefix="autograding-")
        self.scratch = Path(self._scratch.name)
        # The gradebook learns the cells of the solution as it is now; exercises/ is left alone.
        self.released = generate(self.course, self.assignment, self.scratch / "released")
        self.teacher_digest = digest.of_course(self.course, self.assignment)
        return self

    def __exit__(self, *_exception):
        self._scratch.cleanup()

    def is_done(self, student: str) -> bool:
        """Whether this very submission was graded to the end, by these very checks."""
        mark = self._mark(student)
        return mark.is_file() and json.loads(mark.read_text())["digest"] == self._digest(student)

    def grade(self, student: str) -> bool:
        """Grade, write the feedback, leave the mark; return whether the submission's own notebook was graded.

        Raises ConversionFailed, and leaves no mark, where the grader and not the submission is in trouble.
        """
        inputs = self._digest(student)
        self._mark(student).unlink(missing_ok=True)
        submission = self.course.folder("submitted", student, self.assignment)
        graded = True
        try:
            self._run(student, lambda into: stage(submission, self.released, into, self.course.directory.ignore))
        except ConversionFailed as failure:
            if not failure.by_the_notebook:
                raise
            # Whatever an earlier submission scored must not stand for this one: the untouched exercise is recorded.
            graded = False
            reason = Remark("stopped", str(failure))
            self._run(student, lambda into: stage_stub(self.released, reason, into))
        self._feedback(student)
        self._mark(student).write_text(json.dumps({"digest": inputs}))
        return graded

    def _run(self, student, fill):
        """Autograde what `fill` puts into a fresh folder, as if the student had handed that in."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            remarks = fill(Path(folder, student, self.assignment))
            config = deepcopy(self.course.config)
            config.Preflight.remarks = {name: [list(r) for r in noticed] for name, noticed in remarks.items()}
            directory = self._directory(student, submitted_directory=folder)
            converter = Autograde(coursedir=directory, config=config)
            converter.force = True
            convert(converter, self.log)

    def _feedback(self, student):
        converter = GenerateFeedback(coursedir=self._directory(student), config=deepcopy(self.course.config))
        converter.force = True
        try:
            convert(converter, self.log)
        except ConversionFailed:
            # The old page would tell of another submission.
            shutil.rmtree(self.course.folder("feedback", student, self.assignment), ignore_errors=True)
            raise

    def _directory(self, student, **changes):
        # nbgrader takes the student for a pattern.
        return self.course.directory_with(student_id=escape(student), assignment_id=self.assignment, **changes)

    def _mark(self, student):
        return self.course.folder("autograded", student, self.assignment) / DONE_MARK

    def _digest(self, student):
        submitted = digest.of_tree(self.course.folder("submitted", student, self.assignment))
        return f"{self.teacher_digest}:{submitted}"
