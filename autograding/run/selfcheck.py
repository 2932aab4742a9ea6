"""Grade the solution before the class: otherwise a course that cannot be imported gives everyone 0."""

import logging
from contextlib import closing
from typing import NamedTuple

import nbformat
from nbgrader.utils import determine_grade

from autograding.course import CourseError
from autograding.messages import _, plain
from autograding.overruled import overruled, reason_for
from autograding.report.notes import failures_in, message_of
from autograding.run.apart import execute_apart
from autograding.run.grade import Grader
from autograding.run.schedule import Pool, outcomes_of
from autograding.stock.convert import ends_the_run
from autograding.stock.faults import called

MOST_TOLD = 5


class Loss(NamedTuple):
    """A graded cell of the solution that lost points."""

    notebook: str
    cell: str
    text: str


def require_full_marks(grader: Grader, pool: Pool) -> None:
    """Raise CourseError unless the solution gets every point, but for those that the teacher says it may lose.

    It takes the same path as the submissions.
    """
    reasons = _reasons(grader)
    try:
        prepared = grader.prepare_solution()
    except Exception as error:
        if ends_the_run(error):
            raise
        raise CourseError(_refusal(str(error))) from error
    told = []
    try:
        for job, name in zip(prepared.jobs, prepared.texts, strict=True):
            nb = _executed(grader, pool, job)
            losses = [loss for loss in _losses(job, name, nb) if reason_for(reasons, name, loss.cell) is None]
            if losses:
                # A cell that failed comes before what is lost by it.
                told += [f"{name}.ipynb: {text}" for text in [*failures_in(nb), *(loss.text for loss in losses)]]
    finally:
        prepared.discard()
    if told:
        raise CourseError(_refusal(" ".join(_ended(text) for text in told[:MOST_TOLD])) + " " + _way_round(grader))


def _reasons(grader):
    """What the teacher says about losses, and only about cells that there are."""
    reasons = overruled(grader.course.config, grader.assignment)
    known = {"", *grader.graded_names()}
    for name in reasons.keys() - known:
        raise CourseError(
            _("c.Autograding.solution_loses names {name}, but {assignment} has only {known}").format(
                name=f"{grader.assignment}/{name}", assignment=grader.assignment, known=", ".join(sorted(known - {""}))
            )
        )
    return reasons


def _executed(grader, pool, job):
    """The executed solution. It stays in the store, so that a run that continues does not execute it again."""
    key = grader.key(job)
    found = grader.store.get(key)
    if found is None:
        with closing(outcomes_of(pool, execute_apart, [(key, job)], 1)) as outcomes:
            for outcome in outcomes:
                if outcome.error is not None:
                    raise CourseError(_refusal(str(outcome.error))) from outcome.error
                found = outcome.result
        grader.store.put(key, found)
    return nbformat.reads(found.decode("utf-8"), as_version=4)


def _losses(job, notebook, nb):
    graded = {cell.name: cell for cell in job.graded}
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name not in graded:
            continue
        score, _most = determine_grade(cell, logging.getLogger(__name__))
        # None: a person has to grade the cell.
        if score is not None and score < graded[name].points:
            what = {"name": called(name, cell.source), "score": score, "points": graded[name].points}
            said = plain(message_of(cell), 300)
            told = _("{name} gives {score:g} of {points:g}").format(**what)
            yield Loss(notebook, name, f"{told}: {said}" if said else told)


def _ended(text):
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _refusal(why):
    return _("the solution does not get every point, so no submission was graded: {why}").format(why=why)


def _way_round(grader):
    return _("If it is meant so, say it in {file}: c.Autograding.solution_loses = {{'{name}': 'the reason'}}").format(
        file=grader.course.configuration.name, name=f"{grader.assignment}/CELL"
    )
