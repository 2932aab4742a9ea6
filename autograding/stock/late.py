"""Late penalties: a rule of a share for each day, beside nbgrader's "none" and "zero", and keeping them up to date."""

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
    """A share of the score is taken off for each day begun, once the time of grace is over; never more than all of it.

    In nbgrader_config.py: `c.AssignLatePenalties.plugin_class = "autograding.stock.late.PerDay"`, and
    `c.PerDay.share = 0.1`.
    """

    share = Float(0.1, min=0, max=1, help="how much of the score one day costs, 0 to 1").tag(config=True)
    grace_minutes = Float(0, min=0, help="so many minutes late cost nothing").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points to take off, or None for none. nbgrader calls it for each notebook that came late."""
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0:
            return None
        return min(score, self.share * math.ceil(late / DAY) * score)


def assess(course: Course, assignment: str, student: str) -> None:
    """Set the student's penalties by the due date, extension and scores as the gradebook has them now.

    nbgrader does so only when it grades: before a person has given points, and perhaps before the due date was moved.
    """
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(assignment, student)
        if not submission.total_seconds_late and not submission.late_submission_penalty:
            return
        names = [notebook.name for notebook in submission.notebooks]
    for name in names:
        its = {"notebook": name, "assignment": assignment, "student": student, "db_url": course.directory.db_url}
        rule = AssignLatePenalties(config=deepcopy(course.config), log=logging.Logger("nbgrader"))
        # The rule looks at the gradebook alone: the notebook it is handed need not be the student's.
        rule.preprocess(new_notebook(), {"nbgrader": its})
