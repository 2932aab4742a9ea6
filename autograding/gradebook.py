"""Make a new gradebook as nbgrader does, without starting another Python for it."""

from alembic.script import ScriptDirectory
from nbgrader.api import Base
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text


def ensure_gradebook(db_url: str) -> None:
    """Create the tables at `db_url` where there are none yet.

    nbgrader would do so by itself (nbgrader/api.py:1298), but asks the command `alembic` for the version of its
    tables, which takes 3 s or more: as long as grading a submission.
    """
    engine = create_engine(db_url)
    if not inspect(engine).get_table_names():
        with engine.begin() as connection:
            Base.metadata.create_all(bind=connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:v)"), {"v": version})
    engine.dispose()
