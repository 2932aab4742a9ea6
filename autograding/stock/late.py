"""Late penalties: a rule that takes a share for each day, and a function that brings penalties up to date."""

import logging
import math
from copy import deepcopy

from nbformat.v4 import new_notebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Float

from autograding.course import Course

DAY = 24 * 60 * 60


class PerDay(LateSubmissionPlugin):
    """Take off a share of the score for each day begun after `grace_minutes`, at most the whole score.

    In nbgrader_config.py: `c.AssignLatePenalties.plugin_class = "autograding.stock.late.PerDay"`, and
    `c.PerDay.share = 0.1`.
    """

    share = Float(0.1, min=0, max=1, help="how much of the score one day costs, 0 to 1").tag(config=True)
    grace_minutes = Float(0, min=0, help="minutes of lateness that cost nothing").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points to take off, or None. nbgrader calls this for each notebook that came late."""
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0:
            return None
        return min(score, self.share * math.ceil(late / DAY) * score)


def assess(course: Course, assignment: str, student: str) -> None:
    """Compute the student's penalties again from the gradebook's due date, extension and scores.

    nbgrader computes them only when it grades: before a person gives points, and before a due date moves.
    """
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(assignment, student)
        if not submission.total_seconds_late and not submission.late_submission_penalty:
            return
        names = [notebook.name for notebook in submission.notebooks]
    for name in names:
        its = {"notebook": name, "assignment": assignment, "student": student, "db_url": course.directory.db_url}
        rule = AssignLatePenalties(config=deepcopy(course.config), log=logging.Logger("nbgrader"))
        # The rule reads the gradebook alone: an empty notebook will do.
        rule.preprocess(new_notebook(), {"nbgrader": its})
