"""Grade the solution before the class: otherwise a course that cannot be imported gives everyone 0."""

import logging
from contextlib import closing

import nbformat
from nbgrader.utils import determine_grade

from autograding.course import CourseError
from autograding.messages import _, plain
from autograding.report.notes import message_of
from autograding.run.execute import execute
from autograding.run.grade import Grader
from autograding.run.schedule import Pool, outcomes_of
from autograding.stock.convert import ends_the_run


def require_full_marks(grader: Grader, pool: Pool) -> None:
    """Raise CourseError unless the solution gets every point. It takes the same path as the submissions."""
    try:
        prepared = grader.prepare_solution()
    except Exception as error:
        if ends_the_run(error):
            raise
        raise CourseError(_refusal(str(error))) from error
    try:
        losses = [loss for job in prepared.jobs for loss in _losses(job, _executed(grader, pool, job))]
    finally:
        prepared.discard()
    if losses:
        raise CourseError(_refusal("; ".join(losses)))


def _executed(grader, pool, job):
    """The executed solution. It stays in the store, so that a run that continues does not execute it again."""
    key = grader.key(job)
    found = grader.store.get(key)
    if found is None:
        with closing(outcomes_of(pool, execute, [(key, job)], 1)) as outcomes:
            for outcome in outcomes:
                if outcome.error is not None:
                    raise CourseError(_refusal(f"{type(outcome.error).__name__}: {outcome.error}")) from outcome.error
                found = outcome.result
        grader.store.put(key, found)
    return nbformat.reads(found.decode("utf-8"), as_version=4)


def _losses(job, nb):
    """A sentence for each graded cell that lost points."""
    graded = {cell.name: cell.points for cell in job.graded}
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name not in graded:
            continue
        score, _most = determine_grade(cell, logging.getLogger(__name__))
        # None: a person has to grade the cell.
        if score is not None and score < graded[name]:
            what = {"name": name, "score": score, "points": graded[name], "said": plain(message_of(cell), 300)}
            yield _("{name} gives {score:g} of {points:g} ({said})").format(**what)


def _refusal(why):
    return _("the solution does not get every point, so no submission was graded: {why}").format(why=why)
