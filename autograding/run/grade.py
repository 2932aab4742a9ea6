"""Grade one assignment's submissions through nbgrader, so that no accident takes points away or gives any.

This process prepares each submission and records it; only this process writes. Any worker executes it.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from copy import deepcopy
from glob import escape
from pathlib import Path
from typing import NamedTuple

from nbgrader.converters import GenerateFeedback

from autograding import scratch
from autograding.course import Course
from autograding.intake.staging import stage
from autograding.report.legible import legible
from autograding.run import digest
from autograding.run.apart import execute_apart
from autograding.run.dependencies import digest_of_tree
from autograding.run.prepare import Prepared, autograder, prepare
from autograding.run.record import reading_store
from autograding.run.schedule import Pool, outcomes_of
from autograding.run.store import Store, key_of, write_whole
from autograding.sandbox.limits import limits_from
from autograding.stock.convert import ConversionFailed, convert, generate
from autograding.stock.gradebook import OpenGradebook, said_by_a_person
from autograding.stock.late import assess
from autograding.stock.master import master_read_once
from autograding.stock.once import compiled_once, pages_parsed_where_needed, schemas_checked_once
from autograding.stock.plug import DONE_STAMP


class Graded(NamedTuple):
    """The end of one student's grading. After an error nothing is recorded, and the submission is not to blame."""

    student: str
    error: Exception | None = None


class Grader:
    """`with Grader(course, name) as grader: for graded in grader.grade(students, pool, ahead): ...`.

    nbgrader runs once for each student, because one bad submission ends its whole run (convert_notebooks in
    nbgrader/converters/base.py).
    """

    def __init__(self, course: Course, assignment: str):
        self.course, self.assignment = course, course.require(assignment)
        self.log = course.class_folder / "grades" / f"{assignment}.log"

    def __enter__(self):
        scratch.sweep()
        self._scratch = tempfile.TemporaryDirectory(prefix=scratch.PREFIX)
        self.scratch = Path(self._scratch.name)
        self._held = scratch.hold(self.scratch)
        # nbconvert validates a notebook once after all preprocessors, not after each of them.
        self.course.config.Exporter.optimistic_validation = True
        # Tell the gradebook the cells of today's solution. This leaves exercises/ as it is.
        try:
            self.released = generate(self.course, self.assignment, self.scratch / "released")
            isolation = limits_from(self.course.config).isolation
            self.environment = f"{digest.of_course(self.course, self.assignment, __name__)}:{isolation}"
        except BaseException:
            self._let_go()
            raise
        self.store = Store(self.course.class_folder / "grades" / "executed")
        self.store.sweep()
        self.recording = reading_store(self.course.config, self.store, self.environment)
        self.book = OpenGradebook(self.course.directory.db_url, self.course.directory.course_id)
        self._quickly = ExitStack()
        self._quickly.enter_context(master_read_once())
        self._quickly.enter_context(schemas_checked_once())
        self._quickly.enter_context(pages_parsed_where_needed())
        return self

    def __exit__(self, *_exception):
        self._quickly.close()
        self.book.close()
        self._let_go()

    def _let_go(self):
        self._scratch.cleanup()
        self._held.close()

    def is_done(self, student: str) -> bool:
        """Whether exactly this submission was graded to the end, by exactly these checks."""
        stamp = self._stamp(student)
        return stamp.is_file() and json.loads(stamp.read_text())["digest"] == self._digest(student)

    def grade(self, students: Iterable[str], pool: Pool, ahead: int, force: bool = False) -> Iterator[Graded]:
        """Grade the students in the order in which the pool finishes; with `force`, execute everything again.

        Raises OSError where the disk is full. What was recorded until then is complete; nothing else is recorded.
        """
        underway: dict[str, Underway] = {}
        with closing(outcomes_of(pool, execute_apart, self._jobs(students, underway, force), ahead)) as outcomes:
            for (student, key), notebook, error in outcomes:
                mine = underway[student]
                mine.missing.discard(key)
                mine.error = mine.error or error
                if notebook is not None:
                    self.store.put(key, notebook)
                if not mine.missing:
                    yield self._finish(underway.pop(student))

    def _jobs(self, students, underway, force):
        """The jobs, prepared as late as possible; one entry without a job for a student with nothing to execute."""
        for student in students:
            mine = underway[student] = Underway(student, self._digest(student))
            self._stamp(student).unlink(missing_ok=True)
            try:
                mine.prepared = self.prepare(student)
            except OSError:
                raise
            except Exception as error:  # `_finish` returns it; the other students go on
                mine.error = error
                yield (student, None), None
                continue
            jobs = {self.key(job): job for job in mine.prepared.jobs}
            for key in jobs:
                if force:
                    self.store.drop(key)
            missing = sorted(key for key in jobs if self.store.get(key) is None)
            mine.missing = set(missing)  # a copy: `grade` takes from it while this waits at a yield
            if missing:
                yield from (((student, key), jobs[key]) for key in missing)
            else:
                yield (student, None), None

    def prepare(self, student: str) -> Prepared:
        """Prepare the student's submission for execution."""
        submission = self.course.folder("submitted", student, self.assignment)
        return self._prepare(student, lambda into: stage(submission, self.released, into, self.course.directory.ignore))

    def prepare_solution(self) -> Prepared:
        """Prepare the solution, as if a student had handed it in."""
        source = self.course.folder("source", ".", self.assignment)

        def fill(into):
            shutil.copytree(source, into, ignore=shutil.ignore_patterns(*self.course.directory.ignore))
            return {}

        return self._prepare("solution", fill)

    def _prepare(self, student, fill):
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            with self.book.one_transaction():
                return prepare(self.course, self.assignment, student, folder, fill)
        except BaseException:
            shutil.rmtree(folder)
            raise

    def key(self, job) -> str:
        """The key that a job's result is stored under."""
        return key_of(job, self.environment)

    def _finish(self, mine):
        """Record the executed notebooks, write the feedback, and leave the stamp last."""
        prepared = mine.prepared
        if mine.error is not None:
            if prepared is not None:
                prepared.discard()
            return Graded(mine.student, error=mine.error)
        try:
            self._record(prepared)
            self._feedback(mine.student)
        except ConversionFailed as failure:
            return Graded(mine.student, error=failure)
        finally:
            prepared.discard()
        self._leave_stamp(mine.student, mine.inputs)
        for job in mine.prepared.jobs:
            self.store.drop(self.key(job))
        return Graded(mine.student)

    def _record(self, prepared):
        who, copy = prepared.student, prepared.folder
        converter = autograder(self.course, self.recording, self.assignment, who, copy, prepared.remarks)
        converter.config.AsPrepared.notebooks = prepared.texts
        converter.force = True
        with self.book.one_transaction():
            convert(converter, self.log)

    def _feedback(self, student):
        # nbgrader reads the student's name as a pattern.
        directory = self.course.directory_with(student_id=escape(student), assignment_id=self.assignment)
        converter = GenerateFeedback(coursedir=directory, config=deepcopy(self.course.config))
        converter.exporter_class = legible(compiled_once(converter.exporter_class))
        converter.force = True
        try:
            with self.book.one_transaction():
                convert(converter, self.log)
        except ConversionFailed:
            # Remove the old page: it tells of another submission.
            shutil.rmtree(self.course.folder("feedback", student, self.assignment), ignore_errors=True)
            raise

    def renew_feedback(self, students: Iterable[str]) -> Iterator[Graded]:
        """Write the feedback again where a person gave points or a comment, or a late penalty changed, since.

        A person's points and a new due date change late penalties, so `assess` computes these first.
        """
        for student in students:
            with self.book.one_transaction():
                assess(self.course, self.assignment, student)
            stamp = json.loads(self._stamp(student).read_text())
            if stamp.get("person") == self._said(student):
                continue
            try:
                self._feedback(student)
            except ConversionFailed as failure:
                yield Graded(student, error=failure)
                continue
            self._leave_stamp(student, stamp["digest"])
            yield Graded(student)

    def _said(self, student):
        with self.book.one_transaction(), self.course.gradebook() as gradebook:
            return said_by_a_person(gradebook, self.assignment, student)

    def _leave_stamp(self, student, digest_of_inputs):
        write_whole(self._stamp(student), json.dumps({"digest": digest_of_inputs, "person": self._said(student)}))

    def _stamp(self, student):
        return self.course.folder("autograded", student, self.assignment) / DONE_STAMP

    def _digest(self, student):
        submitted = digest_of_tree(self.course.folder("submitted", student, self.assignment))
        return f"{self.environment}:{submitted}"


class Underway:
    """A student who is prepared and not yet recorded."""

    def __init__(self, student: str, inputs: str):
        self.student, self.inputs = student, inputs
        self.prepared: Prepared | None = None
        self.missing: set[str] = set()
        self.error: Exception | None = None
