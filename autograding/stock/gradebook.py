"""The gradebook: create it without starting another Python, and write each student in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.orm import scoped_session, sessionmaker

# nbgrader looks up rows by these columns without an index, so each look-up reads the whole table: after 5,000 students
# a new one took twice as long as the first. An index only makes nbgrader faster.
INDEXES = {
    "autograding_notebooks_of_submission": ("submitted_notebook", "assignment_id"),
    "autograding_grades_of_notebook": ("grade", "notebook_id"),
    "autograding_comments_of_notebook": ("comment", "notebook_id"),
    "autograding_cells_of_notebook": ("base_cell", "notebook_id"),
}


def ensure_gradebook(db_url: str) -> None:
    """Create the tables at `db_url` if there are none yet, and the indexes that a large class needs.

    nbgrader would make the tables by itself (Gradebook in nbgrader/api.py), but asks the command `alembic` for the
    version of its tables. That takes 3 s or more: as long as grading a submission.
    """
    engine = create_engine(db_url)
    if not inspect(engine).get_table_names():
        with engine.begin() as connection:
            Base.metadata.create_all(bind=connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:v)"), {"v": version})
    found = inspect(engine)
    with engine.begin() as connection:
        for name, (table, column) in INDEXES.items():
            if name not in {index["name"] for index in found.get_indexes(table)}:
                connection.execute(text(f"CREATE INDEX {name} ON {table} ({column})"))
    engine.dispose()


class OpenGradebook:
    """One connection for a whole run.

    nbgrader opens the gradebook ten times for each student, looks for all tables each time, and commits after every
    cell. A run that is cut short could then leave a student with the scores of two submissions.
    """

    def __init__(self, db_url: str, course_id: str):
        self.db_url = db_url
        Gradebook(db_url, course_id).close()  # creates the course's entry
        Gradebook(db_url).close()  # and that of nbgrader's preprocessors, which know no course
        self._engine = create_engine(db_url)

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """Commit everything that nbgrader writes within, or nothing."""
        with self._engine.begin() as connection, _every_gradebook_on(self.db_url, connection):
            yield


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
    with patch.object(Gradebook, "__init__", open_shared), patch.object(Gradebook, "close", close_shared):
        try:
            yield
        finally:
            session.remove()


def said_by_a_person(book: Gradebook, assignment: str, student: str) -> list:
    """All scores and comments that people gave a submission in formgrader, and its late penalties."""
    notebooks = sorted(book.find_submission(assignment, student).notebooks, key=lambda notebook: notebook.name)
    scores = [(n.name, g.name, g.manual_score, g.extra_credit) for n in notebooks for g in n.grades]
    comments = [(n.name, c.name, c.manual_comment) for n in notebooks for c in n.comments]
    late = [(n.name, "", n.late_submission_penalty) for n in notebooks if n.late_submission_penalty]
    return [sorted(map(list, rows), key=lambda row: row[:2]) for rows in (scores, comments, late)]
