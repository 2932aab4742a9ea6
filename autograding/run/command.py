"""Grade a class: `autograding grade ASSIGNMENT [--student GLOB] [--jobs N] [--force] [--class FOLDER] ...`."""

import argparse
import sys
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

from autograding.course import Course, CourseError
from autograding.intake.remarks import warning_unisolated
from autograding.messages import _, inert, plain
from autograding.report.results import read_results, require_place, table, write_csv
from autograding.run import schedule
from autograding.run.grade import Grader
from autograding.run.lock import only_run
from autograding.run.progress import Progress
from autograding.run.selfcheck import require_full_marks

AHEAD_ON_CLUSTER = 100
MOST_NAMES = 10  # in one sentence


def main(arguments: list[str] | None = None) -> int:
    """Grade what is new in submitted/, print the table of the class, write its CSV; return the exit status."""
    options = _options(arguments)
    try:
        course = Course(Path.cwd(), options.class_folder)
        if options.isolation:
            course.config.Autograding.isolation = options.isolation
        course.require(options.assignment)
        with only_run(course.class_folder / "grades"):
            return _grade(course, options)
    except CourseError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return 2
    except OSError as error:
        text = _("error: {error}. What was graded is kept; fix this, and the same command continues from here")
        print(text.format(error=error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(_("\nstopped; what was graded is kept, and the same command continues from here"), file=sys.stderr)
        return 130


def _options(arguments):
    parser = argparse.ArgumentParser(prog="autograding grade", description=_("Grade the submissions of a class."))
    parser.add_argument("assignment", help=_("the assignment's folder in submitted/, for example 03_forget_gate"))
    parser.add_argument("--student", default="*", metavar="GLOB", help=_("only students whose name matches"))
    parser.add_argument("--force", action="store_true", help=_("grade again what was graded already"))
    parser.add_argument("--csv", type=Path, metavar="PATH", help=_("where the CSV goes (grades/ASSIGNMENT.csv)"))
    parser.add_argument(
        "--class",
        type=Path,
        metavar="FOLDER",
        dest="class_folder",
        help=_("grade FOLDER/submitted, and write everything under FOLDER (the course's own folder)"),
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help=_("how many notebooks run at once (as many as there are processors)"),
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help=_("run the notebooks on a Dask cluster, for example tcp://10.0.0.1:8786")
    )
    parser.add_argument(
        "--isolation",
        choices=["bubblewrap", "none"],
        help=_("none: run submissions that you trust without a sandbox, with all your own rights"),
    )
    return parser.parse_args(arguments)


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("expected 1 or more, got {number}").format(number=number))
    return number


def _grade(course, options):
    path = options.csv or course.class_folder / "grades" / f"{options.assignment}.csv"
    require_place(path)
    everyone = course.students(options.assignment)
    chosen = [student for student in everyone if fnmatchcase(student, options.student)]
    if not chosen:
        raise CourseError(
            _("no submission {folder}/{student}/{assignment}; handed in by {n}").format(
                folder=course.directory.submitted_directory,
                student=options.student,
                assignment=options.assignment,
                n=len(everyone),
            )
        )
    with Grader(course, options.assignment) as grader:
        _notice(grader.begun_anew())
        standings = grader.standings(chosen)
        for told in _told_of(standings):
            _notice(told)
        todo = [student for student in chosen if options.force or not standings[student].graded]
        before = [student for student in chosen if not options.force and standings[student].graded]
        renewed = list(grader.renew_feedback(before))
        troubles = {one.student: one.error for one in renewed if one.error is not None}
        troubles |= _grade_new(grader, todo, options) if todo else {}
        standings = grader.standings(everyone)
    graded = [student for student in everyone if standings[student].done]
    results, unread = read_results(course, options.assignment, graded)
    print(table([result for result in results if result.student in set(chosen)]))
    write_csv(results, options.assignment, path)
    print(
        _("{new} graded now, {old} as before. CSV: {csv}. Feedback: {feedback}/").format(
            new=len(todo) - len(troubles.keys() & set(todo)),
            old=len(before),
            csv=path,
            feedback=course.directory.feedback_directory,
        )
    )
    written = [one for one in renewed if one.error is None]
    if given := sum(one.given for one in written):
        text = _("Feedback pages renewed: {n}. A person gave points or a comment, or the late penalty changed.")
        print(text.format(n=given))
    if mended := len(written) - given:
        print(_("Feedback pages written anew: {n}. They were gone, or not as grading had left them.").format(n=mended))
    for one in renewed:
        if one.lost:
            _notice(
                _(
                    "{student}: points that a person gave are no longer in the gradebook: {lost}. Unless a person took "
                    "them away, the gradebook is an older one; give them again"
                ).format(student=plain(one.student), lost=plain(one.lost))
            )
    if course.config.Autograding.get("isolation") == "none":
        print(warning_unisolated())
    for student, failure in troubles.items():
        text = _("{student} is not graded. The submission is not to blame: {failure}; see {log}")
        _complain(text.format(student=inert(student), failure=plain(str(failure), 300), log=grader.log))
    # Who was changed by another hand while we were at work.
    unmarked = unread | {s: "; ".join(standings[s].amiss) for s in chosen if not standings[s].done}
    for student in unmarked.keys() - troubles.keys():
        why = plain(str(unmarked[student])) or _("it changed while the class was graded")
        _complain(_("{student} has no mark ({why}); run this again").format(student=inert(student), why=why))
    return 1 if troubles or unmarked else 0


def _notice(text):
    if text:
        print(_("noticed: {text}").format(text=text), file=sys.stderr)


def _complain(text):
    print(_("error: {error}").format(error=text), file=sys.stderr)


def _told_of(standings):
    """A sentence for each kind of thing that was found amiss, with the students whose it is."""
    found = {}
    for student, standing in standings.items():
        for what in standing.amiss:
            found.setdefault((what, standing.graded), []).append(inert(student))
    for (what, graded), students in found.items():
        names = ", ".join(students[:MOST_NAMES])
        if len(students) > MOST_NAMES:
            names = _("{names} and {n} more").format(names=names, n=len(students) - MOST_NAMES)
        done = _("the page is written anew") if graded else _("graded anew from what was handed in")
        yield _("{students}: {what}; {done}").format(students=names, what=what, done=done)


def _grade_new(grader, todo, options):
    """Grade these students; return the errors by the names of those who could not be graded."""
    jobs = options.jobs or schedule.processors()
    # A cluster has more workers than this machine can count: submit enough jobs to keep them all busy.
    ahead = options.jobs or AHEAD_ON_CLUSTER if options.scheduler else 2 * jobs
    troubles = {}
    with schedule.Dask(options.scheduler) if options.scheduler else schedule.Local(jobs, str(grader.scratch)) as pool:
        require_full_marks(grader, pool)
        with Progress(len(todo)) as progress, closing(grader.grade(todo, pool, ahead, options.force)) as everyone:
            for graded in everyone:
                if graded.error is not None:
                    troubles[graded.student] = graded.error
                progress.step(failed=graded.error is not None)
    return troubles
