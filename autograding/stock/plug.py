"""What a course's `nbgrader_config.py` calls: `plug_in(c, checks="my_course.checks")`."""

import os
import shutil
import sys
from pathlib import Path

from traitlets.config import Config

from autograding.plugged import settle


def plug_in(c: Config, checks: str = "") -> None:
    """Make nbgrader's configuration `c` safe; `checks` is the dotted name of the course's module of checks."""
    if checks or "checks" not in c.Autograding:
        c.Autograding.checks = checks
    settle(c)
    put_alembic_on_path()
    if formgrader := sys.modules.get("nbgrader.server_extensions.formgrader.formgrader"):
        from autograding.stock.formgrader import make_safe  # needed in Jupyter's server alone

        make_safe(formgrader)


def put_alembic_on_path() -> None:
    """Let nbgrader find `alembic`, which it starts by name for a new gradebook (get_alembic_version in
    nbgrader/api.py).

    It lies in the virtual environment's folder of programs, which is on PATH only in an activated environment.
    """
    here = str(Path(sys.executable).parent)
    if shutil.which("alembic") is None and shutil.which("alembic", path=here):
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
