"""The gradebook: create it without starting another Python, wait for it, and write each student in one transaction."""

import os
import sqlite3
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import URL, Connection, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError, SAWarning
from sqlalchemy.orm import scoped_session, sessionmaker

from autograding.course import CourseError
from autograding.messages import _, plain

LONGEST_WAIT = 60  # seconds for which we wait for a program that holds the gradebook
BETWEEN_TRIES = 0.1
# SQLite: only the beginning and the end of a transaction may have to wait, where we can say so. Another database waits
# by itself.
SETTINGS = {
    "sqlite": ("PRAGMA busy_timeout = 900", "PRAGMA cache_spill = false"),
    "postgresql": (f"SET lock_timeout = '{LONGEST_WAIT}s'",),
}
TO_WRITE = {"sqlite": ("BEGIN IMMEDIATE",)}
TO_READ = {"sqlite": ("BEGIN", "SELECT 1 FROM sqlite_master LIMIT 1")}

# nbgrader looks up rows by these columns without an index, so each look-up reads the whole table: after 5,000 students
# a new one took twice as long as the first. An index only makes nbgrader faster.
INDEXES = {
    "autograding_notebooks_of_submission": ("submitted_notebook", "assignment_id"),
    "autograding_grades_of_notebook": ("grade", "notebook_id"),
    "autograding_comments_of_notebook": ("comment", "notebook_id"),
    "autograding_cells_of_notebook": ("base_cell", "notebook_id"),
}


class GradebookUnusable(CourseError):
    """The gradebook cannot be read or written; the text says why, and what the teacher can do."""


def ensure_gradebook(db_url: str) -> bool:
    """Create the tables at `db_url` if there are none yet, and the indexes that a large class needs.

    Returns whether there were none. Raises GradebookUnusable, and changes nothing, where what is there is no gradebook.
    nbgrader would make the tables by itself (Gradebook in nbgrader/api.py), but asks the command `alembic` for the
    version of its tables. That takes 3 s or more: as long as grading a submission.
    """
    _require_file(db_url)
    engine = _engine(db_url)
    newest = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    try:
        with _transaction(engine, TO_READ) as connection:
            tables = inspect(connection).get_table_names()
            ours = set(tables) & set(Base.metadata.tables)
            if engine.dialect.name == "sqlite":
                (found,) = connection.execute(text("PRAGMA quick_check(1)")).first()
                if found != "ok":
                    raise GradebookUnusable(_damaged(db_url, plain(found)))
                # A file is the gradebook's alone. In a server's database other programs may have tables.
                ours = set(tables)
            if ours:
                _require_version(connection, tables, newest)
        with _transaction(engine, TO_WRITE) as connection:
            if not ours:
                Base.metadata.create_all(bind=connection)
                connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:v)"), {"v": newest})
            found = inspect(connection)
            for name, (table, column) in INDEXES.items():
                if name not in {index["name"] for index in found.get_indexes(table)}:
                    connection.execute(text(f"CREATE INDEX {name} ON {table} ({column})"))
    finally:
        engine.dispose()
    return not ours


def _require_file(db_url):
    """SQLite makes a file where there is none. Anything but a file it would refuse without a word, or wait for."""
    url = make_url(db_url)
    if url.get_backend_name() == "sqlite" and url.database and os.path.exists(url.database):
        if not os.path.isfile(url.database):
            raise GradebookUnusable(_damaged(db_url, _("it is no file")))


def _require_version(connection, tables, newest):
    where = _place(connection.engine.url)
    missing = sorted(set(Base.metadata.tables) - set(tables))
    if missing:
        raise GradebookUnusable(
            _damaged(connection.engine.url, _("it has no table {names}").format(names=", ".join(missing)))
        )
    version = None
    if "alembic_version" in tables:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version != newest:
        raise GradebookUnusable(
            _(
                "the gradebook {place} is of another version of nbgrader (expected {newest}, got {got}). Save a copy "
                "of it, run `nbgrader db upgrade`, and run this again"
            ).format(place=where, newest=newest, got=version or _("none"))
        )


def _place(url):
    """How people know the gradebook: by its file, or by its address without the password."""
    url = make_url(url)
    return url.database if url.get_backend_name() == "sqlite" and url.database else url.render_as_string()


def _damaged(db_url, why):
    return _(
        "the gradebook {place} is damaged ({why}), and was left as it is, because it may hold points that people gave. "
        "Put a backup in its place, or move it away: then a new one is begun and everybody is graded again. "
        "What people gave is put back as far as the stamps in autograded/ know it"
    ).format(place=_place(db_url), why=why)


def unusable(db_url: str | URL, error: BaseException) -> GradebookUnusable | None:
    """What to tell of an error where it, or what led to it, is the gradebook's; None for an error of one student."""
    while error is not None:
        if isinstance(error, GradebookUnusable):
            return error
        # Those of a student's data (a text, a number that the gradebook does not take) are of other classes.
        if isinstance(error, OperationalError | InternalError | InterfaceError) or type(error) is DatabaseError:
            why = plain(str(error.orig))
            if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return GradebookUnusable(_damaged(db_url, why))
            return GradebookUnusable(
                _("the gradebook {place} cannot be used ({why}). Nothing is lost; mend it, and run this again").format(
                    place=_place(db_url), why=why
                )
            )
        error = error.__cause__ or error.__context__
    return None


def _code(error):
    """SQLite's number of an error, without its details; 0 for another database."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


def _engine(db_url):
    """Connections on which we say ourselves when a transaction begins."""
    engine = create_engine(db_url)

    @event.listens_for(engine, "connect")
    def connected(connection, _record):
        if engine.dialect.name == "sqlite":
            connection.isolation_level = None
        cursor = connection.cursor()
        for setting in SETTINGS.get(engine.dialect.name, ()):
            cursor.execute(setting)
        cursor.close()
        connection.commit()

    return engine


@contextmanager
def _transaction(engine, begin):
    """A connection in a transaction, begun in the way that is named in `begin` for each kind of database."""
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            for statement in begin.get(engine.dialect.name, ()):
                _patiently(connection, statement)
            yield connection
            if not transaction.is_active:
                raise RuntimeError("nbgrader took back what it was to record")
            if engine.dialect.name == "sqlite":
                _patiently(connection, "COMMIT")
    except Exception as error:
        told = unusable(engine.url, error)
        if told is None:
            raise
        raise told from error


def _patiently(connection, statement):
    """Execute a statement as soon as no other program holds the gradebook."""
    until, waits = time.monotonic() + LONGEST_WAIT, False
    while True:
        try:
            connection.exec_driver_sql(statement).close()
            return
        except OperationalError as error:
            if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            place = _place(connection.engine.url)
            if not waits:
                waiting = _("another program holds the gradebook {place}; waiting for it, for {n} seconds at most")
                print(waiting.format(place=place, n=LONGEST_WAIT), file=sys.stderr, flush=True)
            waits = True
            if time.monotonic() > until:
                raise GradebookUnusable(
                    _(
                        "another program has held the gradebook {place} for {n} seconds: formgrader, a shell of "
                        "sqlite3, or another grading. Nothing is lost; close it there, and run this again"
                    ).format(place=place, n=LONGEST_WAIT)
                ) from error
            time.sleep(BETWEEN_TRIES)


class OpenGradebook:
    """One connection for a whole run.

    nbgrader opens the gradebook ten times for each student, looks for all tables each time, and commits after every
    cell. A run that is cut short could then leave a student with the scores of two submissions.
    """

    def __init__(self, db_url: str, course_id: str):
        self.db_url = db_url
        self.is_new = ensure_gradebook(db_url)
        self._engine = _engine(db_url)
        with self.one_transaction():
            # The course's entry, and that of nbgrader's preprocessors, which know no course.
            for gradebook in (Gradebook(db_url, course_id), Gradebook(db_url)):
                gradebook.check_course(gradebook.course_id)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """Commit everything that nbgrader writes within, or nothing."""
        with _transaction(self._engine, TO_WRITE) as connection, _every_gradebook_on(self.db_url, connection):
            yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read within, from one state of the gradebook."""
        with _transaction(self._engine, TO_READ) as connection, _every_gradebook_on(self.db_url, connection):
            yield connection


@contextmanager
def _every_gradebook_on(db_url, connection):
    """Give nbgrader the open transaction whenever it opens the gradebook: its commits then only flush."""
    opened = Gradebook.__init__
    # If nbgrader rolls back, the whole transaction rolls back. No other process writes, so objects stay valid after
    # nbgrader's commits and are not read again.
    session = scoped_session(
        sessionmaker(bind=connection, join_transaction_mode="rollback_only", expire_on_commit=False)
    )

    def open_shared(self, url, course_id="default_course", authenticator=None):
        if url != db_url:
            opened(self, url, course_id, authenticator)
            return
        self.engine, self.db = connection.engine, session
        self.course_id, self.authenticator = course_id, authenticator

    def close_shared(self):
        if self.db is not session:
            closed(self)

    closed = Gradebook.close
    with (
        patch.object(Gradebook, "__init__", open_shared),
        patch.object(Gradebook, "close", close_shared),
        warnings.catch_warnings(),
    ):
        # SQLAlchemy 2 warns of nbgrader's models of 2015, three times for each student. It is harmless.
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
        try:
            yield
        finally:
            session.remove()
