"""The record phase into a PostgreSQL server, started here on a socket of its own."""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from conftest import ASSIGNMENT, cell
from nbgrader.api import Gradebook

from autograding.course import Course
from autograding.report.results import read_result

# The server refuses to run as root; the Debian package brings this user.
UNPRIVILEGED = "postgres"


def programs() -> Path:
    """The folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    return Path(on_path).parent


@pytest.fixture(scope="module")
def server():
    """The address of an empty database."""
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed (pip install 'psycopg[binary]')")
    bin_folder = programs()
    as_user = {"user": UNPRIVILEGED, "extra_groups": []} if os.getuid() == 0 else {}
    owner = UNPRIVILEGED if as_user else getpass.getuser()
    # Short: the path of a socket may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if as_user:
            os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)

        def run(program, *arguments):
            done = subprocess.run(
                [bin_folder / program, *arguments], capture_output=True, text=True, timeout=120, cwd=folder, **as_user
            )
            assert done.returncode == 0, done.stdout + done.stderr

        data, log = f"{folder}/data", f"{folder}/log"
        run("initdb", "-D", data, "-A", "trust", "-U", owner, "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://{owner}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


@pytest.mark.grading
def test_a_class_is_graded_into_postgresql(toy, server):
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.CourseDirectory.db_url = {server!r}\n")
    wrong = toy.solution()
    cell(wrong, "greet").source = "def greet(name):\n    return name"
    toy.hand_in("ada", toy.solution())
    toy.hand_in("bob", wrong)
    table = toy.grade()
    assert "2 graded now" in table and not (toy.root / "gradebook.db").exists()
    course = Course(toy.root)
    totals = {student: read_result(course, ASSIGNMENT, student).total for student in ("ada", "bob")}
    assert totals == {"ada": 6, "bob": 4}
    with Gradebook(server, "toy") as gradebook:
        assert {s.student.id: s.score for s in gradebook.assignment_submissions(ASSIGNMENT)} == totals
    # A later submission takes the place of the earlier one, and who is done is not graded again.
    toy.hand_in("bob", toy.solution())
    assert "1 graded now, 1 as before" in toy.grade()
    assert read_result(course, ASSIGNMENT, "bob").total == 6
