"""Grade one assignment's submissions through nbgrader, so that no accident takes points away or gives any.

This process prepares each submission and records it; only this process writes. Any worker executes it.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import IncludeHeaderFooter

from autograding import scratch
from autograding.course import Course
from autograding.durable import clear, file_to_append_to, folder_to_write_in, sync_trees
from autograding.intake.handed_in import read
from autograding.intake.staging import stage
from autograding.messages import _
from autograding.plugged import DONE_STAMP
from autograding.report import painter
from autograding.report.legible import legible
from autograding.run import digest
from autograding.run.apart import execute_apart
from autograding.run.beside import refuse_secrets, require_room
from autograding.run.done import Damaged, Stamp, amiss_in, files_of, read_stamp
from autograding.run.languages import require_python
from autograding.run.prepare import Prepared, autograder, prepare, require_name
from autograding.run.record import reading_store
from autograding.run.schedule import Pool, outcomes_of
from autograding.run.store import Store, key_of
from autograding.sandbox.limits import limits_from
from autograding.seeds import course_key, secret_of_page
from autograding.stock.convert import convert, ends_the_run, errors_of_gradebook_in, generate
from autograding.stock.exchange import complete
from autograding.stock.gradebook import OpenGradebook
from autograding.stock.late import assess
from autograding.stock.master import master_read_once
from autograding.stock.once import compiled_once, pages_parsed_where_needed, schemas_checked_once
from autograding.stock.one_student import one_student
from autograding.stock.own_files import copy_below
from autograding.stock.written import begin_anew, dated_of, places_in, put_back, written_for
from autograding.troubles import of_the_machine

AUTOGRADED, FEEDBACK = "autograded", "feedback"


class Graded(NamedTuple):
    """The end of one student's grading. After an error nothing is recorded, and the submission is not to blame."""

    student: str
    error: Exception | None = None
    lost: str = ""  # what people had given, and is no longer in the gradebook
    given: bool = False  # a person gave something, or the late penalty changed


class Standing(NamedTuple):
    """How far a student is."""

    graded: bool = False  # submission, autograded notebooks, scores and stamp agree
    shown: bool = False  # and so do the pages
    amiss: tuple[str, ...] = ()  # what was found that no run of ours leaves

    @property
    def done(self) -> bool:
        return self.graded and self.shown


class Unsteady(Exception):
    """A student's folders are not as they must be to be graded; the text says what is wrong."""


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
        self._opened = ExitStack()
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _open(self):
        limits = limits_from(self.course.config)
        refuse_secrets(self.course, limits)
        for path in sorted(self.course.folder("source", ".", self.assignment).glob("*.ipynb")):
            require_python(nbformat.read(path, as_version=4), path.stem)
        require_room(self.course, self.assignment, limits)
        for top in (self._top(AUTOGRADED), self._top(FEEDBACK)):
            if os.path.lexists(top):
                folder_to_write_in(top)
        folder_to_write_in(self.log.parent)
        with file_to_append_to(self.log):
            pass  # it can be written
        self._opened.enter_context(errors_of_gradebook_in(self.log))
        # What it draws where there is none is kept there; one that is no key is refused.
        self._key_of_seeds = course_key(self._top(AUTOGRADED).parent)
        self.seeds = hashlib.sha256(self._key_of_seeds).hexdigest()
        # nbconvert validates a notebook once after all preprocessors, not after each of them.
        self.course.config.Exporter.optimistic_validation = True
        self.book = OpenGradebook(self.course.directory.db_url, self.course.directory.course_id)
        self._opened.enter_context(self.book)
        # Tell the gradebook the cells of today's solution. This leaves exercises/ as it is.
        self.released = generate(self.course, self.assignment, self.scratch / "released", self.book)
        with self.book.reading(), self.course.gradebook() as gradebook:
            self._places = places_in(gradebook, self.assignment)
        self.environment = f"{digest.of_course(self.course, self.assignment, __name__)}:{limits.isolation}"
        painter.start()
        self.store = Store(self.course.class_folder / "grades" / "executed")
        self.store.sweep()
        self.recording = reading_store(self.course.config, self.store, self.environment)
        self._opened.enter_context(master_read_once())
        self._opened.enter_context(schemas_checked_once())
        self._opened.enter_context(pages_parsed_where_needed())

    def __exit__(self, *_exception):
        self._opened.close()
        self._scratch.cleanup()
        self._held.close()

    def graded_names(self) -> set[str]:
        """The names of the graded cells, with and without their notebook's."""
        graded = [(notebook, cell) for notebook, cell, kind in self._places if kind == "grade"]
        return {name for notebook, cell in graded for name in (cell, f"{notebook}/{cell}")}

    def begun_anew(self) -> str:
        """A sentence where the gradebook was gone or empty although somebody had been graded; else empty."""
        if not self.book.is_new or not any(self._top(AUTOGRADED).glob(f"*/*/{DONE_STAMP}")):
            return ""
        return _(
            "the gradebook was gone or empty, although students had been graded; a new one was begun. What people gave "
            "is put back as far as the stamps in {folder} know it; enter due dates and extensions again. If you have "
            "a backup, put it in its place, and run this again"
        ).format(folder=self._top(AUTOGRADED))

    def is_done(self, student: str) -> bool:
        """Whether exactly this submission was graded to the end, by exactly these checks, and all of it is there."""
        return self.standings([student])[student].done

    def standings(self, students: Iterable[str]) -> dict[str, Standing]:
        """How far each student is. The gradebook is asked once for all of them."""
        students = list(students)
        with self.book.reading() as connection:
            written = written_for(connection, self.assignment, students[0] if len(students) == 1 else None)
        return {student: self._standing(student, written.get(student)) for student in students}

    def _standing(self, student, written):
        try:
            self._require_folders(student)
            stamp = self._read_stamp(student)
            if stamp is None:
                return Standing()
            inputs = self._inputs(self._handed_in(student).digest())
        except Damaged as damage:
            return Standing(amiss=(_("the stamp in {step}/: {why}").format(step=AUTOGRADED, why=damage),))
        except Unsteady:  # told when the student is graded
            return Standing()
        except OSError as error:
            if of_the_machine(error):
                raise
            return Standing()  # told when the student is graded
        folders = self._folders(student)
        amiss = list(amiss_in(stamp, folders, AUTOGRADED))
        if stamp.seeds != self.seeds:
            amiss.append(_("the key of the seeds is another one, so other problems are asked"))
        if written is None:
            amiss.append(_("the gradebook has no scores"))
        elif written.digest != stamp.scores:
            amiss.append(_("the gradebook has other scores than were recorded"))
        graded, pages = not amiss and stamp.inputs == inputs, list(amiss_in(stamp, folders, FEEDBACK))
        return Standing(graded, not pages, tuple(amiss + pages))

    def _require_folders(self, student):
        """nbgrader writes through a link, and ends the run where a file is in the place of a folder."""
        for step, folder in self._folders(student).items():
            for path in (folder, *folder.parents):
                if path == self._top(step) or not path.is_relative_to(self._top(step)):
                    break
                if path.is_symlink() or (path.exists() and not path.is_dir()):
                    raise Unsteady(_("{path} is a link or a file, expected a folder; move it away").format(path=path))

    def _folders(self, student):
        return {step: self.course.folder(step, student, self.assignment) for step in (AUTOGRADED, FEEDBACK)}

    def _top(self, step):
        return Path(self.course.root, getattr(self.course.directory, f"{step}_directory"))

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
            mine = underway[student] = Underway(student)
            try:
                jobs = self._begin(mine)
            except Exception as error:  # `_finish` returns it; the other students go on
                if ends_the_run(error):
                    raise
                mine.error = error
                yield (student, None), None
                continue
            for key in jobs:
                if force:
                    self.store.drop(key)
            missing = sorted(key for key in jobs if self.store.get(key) is None)
            mine.missing = set(missing)  # a copy: `grade` takes from it while this waits at a yield
            if missing:
                yield from (((student, key), jobs[key]) for key in missing)
            else:
                yield (student, None), None

    def _begin(self, mine):
        """Put the student's rows in order, take back the stamp, and prepare the submission; return its jobs by key."""
        require_name(mine.student)
        self._require_folders(mine.student)
        self._mend_rows(mine.student)
        clear(self._stamp(mine.student))
        mine.prepared = self.prepare(mine.student)
        mine.inputs = self._inputs(mine.prepared.digest)
        return {self.key(job): job for job in mine.prepared.jobs}

    def _mend_rows(self, student):
        """Give the student the rows that the gradebook has lost, with what people gave as far as the stamp knows it."""
        try:
            stamp = self._read_stamp(student)
        except Damaged:
            stamp = None
        with self.book.reading() as connection:
            written = self._written(connection, student)
        lost = stamp is not None and (written is None or written.digest != stamp.scores)
        broken = written is not None and written.places != self._places
        if not lost and not broken:
            return
        with self.book.one_transaction(), self.course.gradebook() as gradebook:
            if broken:
                begin_anew(gradebook, self.assignment, student)
                put_back(gradebook, self.assignment, student, written.scores, written.comments)
            if lost:
                scores, comments, _late = stamp.on_page
                put_back(gradebook, self.assignment, student, scores, comments)

    def prepare(self, student: str) -> Prepared:
        """Prepare the student's submission for execution."""
        handed_in = self._handed_in(student)  # read once: what is graded is what the stamp tells of
        prepared = self._prepare(student, lambda into: stage(handed_in, self.released, into))
        prepared.digest = handed_in.digest()
        return prepared

    def _handed_in(self, student):
        wanted = {path.name for path in self.released.glob("*.ipynb")}
        ignore = self.course.directory.ignore
        return read(self.course.submission(student, self.assignment), ignore, wanted, self.course.config)

    def prepare_solution(self) -> Prepared:
        """Prepare the solution, as if a student had handed it in."""
        source = self.course.folder("source", ".", self.assignment)

        def fill(into):
            copy_below(source, into, self.course.directory.ignore)
            header = IncludeHeaderFooter(config=self.course.config)
            # With what students get before and after it.
            for path in into.glob("*.ipynb") if header.header or header.footer else ():
                nb, _resources = header.preprocess(nbformat.read(path, as_version=4), {})
                nbformat.write(nb, path)
            return {}

        return self._prepare("solution", fill)

    def _prepare(self, student, fill):
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            with self.book.reading():
                return prepare(self.course, self.assignment, student, folder, fill)
        except BaseException:
            shutil.rmtree(folder)
            raise

    def key(self, job) -> str:
        """The key that a job's result is stored under."""
        return key_of(job, self.environment)

    def _finish(self, mine):
        """Record the executed notebooks, write the feedback, and leave the stamp last."""
        try:
            if mine.error is None:
                self._record(mine.prepared)
                self._feedback(mine.student)
                self._leave_stamp(mine.student, mine.inputs)
        except Exception as error:
            if ends_the_run(error):
                raise
            mine.error = error
        finally:
            if mine.prepared is not None:
                mine.prepared.discard()
        if mine.error is None:
            for job in mine.prepared.jobs:
                self.store.drop(self.key(job))
        return Graded(mine.student, mine.error)

    def _record(self, prepared):
        who, copy = prepared.student, prepared.folder
        converter = autograder(self.course, self.recording, self.assignment, who, copy, prepared.remarks)
        converter.config.AsPrepared.notebooks = prepared.texts
        converter.force = True
        with self.book.one_transaction():
            convert(converter, self.log)

    def _feedback(self, student):
        directory = self.course.directory_with(assignment_id=self.assignment)
        converter = one_student(GenerateFeedback, directory, deepcopy(self.course.config), student)
        converter.exporter_class = legible(compiled_once(converter.exporter_class))
        converter.force = True
        try:
            with self.book.one_transaction():
                convert(converter, self.log)
            page_in = self.course.folder(FEEDBACK, student, self.assignment)
            complete(page_in, secret_of_page(self._key_of_seeds, student, self.assignment))
        except Exception:
            # Remove the old page: it tells of another submission.
            shutil.rmtree(self.course.folder("feedback", student, self.assignment), ignore_errors=True)
            raise

    def renew_feedback(self, students: Iterable[str]) -> Iterator[Graded]:
        """Write the feedback again where a person gave points or a comment, a late penalty changed, or a page is not
        as it was written.

        A person's points and a new due date change late penalties, so `assess` computes these first.
        """
        with self.book.reading() as connection:
            written = written_for(connection, self.assignment)
            dated = dated_of(connection, self.assignment)
        for student in students:
            try:
                renewed = self._renew(student, written[student], student in dated)
            except Exception as error:
                if ends_the_run(error):
                    raise
                renewed = Graded(student, error)
            if renewed is not None:
                yield renewed

    def _renew(self, student, now, dated):
        if dated or now.late:
            with self.book.one_transaction():
                assess(self.course, self.assignment, student)
            with self.book.reading() as connection:
                now = self._written(connection, student)
        stamp = self._read_stamp(student)
        given = stamp.on_page != now.on_page
        if not given and not any(amiss_in(stamp, self._folders(student), FEEDBACK)):
            return None
        self._feedback(student)
        self._leave_stamp(student, stamp.inputs)
        return Graded(student, lost=_gone(stamp.on_page[0], now.scores), given=given)

    def _written(self, connection, student):
        return written_for(connection, self.assignment, student).get(student)

    def _leave_stamp(self, student, inputs):
        """Put notebooks and pages on the disk, and the stamp last: it says that they are there."""
        folders = self._folders(student)
        sync_trees({folder: self._top(step) for step, folder in folders.items()})
        with self.book.reading() as connection:
            written = self._written(connection, student)
        stamp = Stamp(inputs, self.seeds, written.digest, written.on_page, files_of(folders))
        stamp.write(self._stamp(student), self._whose(student))

    def _stamp(self, student):
        return self.course.folder("autograded", student, self.assignment) / DONE_STAMP

    def _read_stamp(self, student):
        return read_stamp(self._stamp(student), self._whose(student))

    def _whose(self, student):
        return [student, self.assignment]

    def _inputs(self, digest_of_submission):
        return f"{self.environment}:{digest_of_submission}"


def _gone(before, now):
    """The points that people had given to cells which have none now."""
    have = {(notebook, cell) for notebook, cell, *_scores in now}
    return ", ".join(
        f"{cell} {score:g}"
        for notebook, cell, score, _extra in before
        if score is not None and (notebook, cell) not in have
    )


class Underway:
    """A student who is prepared and not yet recorded."""

    def __init__(self, student: str):
        self.student, self.inputs = student, ""
        self.prepared: Prepared | None = None
        self.missing: set[str] = set()
        self.error: Exception | None = None
