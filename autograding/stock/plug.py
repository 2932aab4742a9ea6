"""What a course's `nbgrader_config.py` calls: `plug_in(c, checks="my_course.checks")`.

What it sets also holds for plain `nbgrader autograde` and for formgrader's button, because all three read that file.
"""

import os
import shutil
import sys
from pathlib import Path

from traitlets.config import Config

# Our own command leaves this file in each autograded folder. It is not handed back with the feedback.
DONE_STAMP = ".autograding.json"


def plug_in(c: Config, checks: str = "") -> None:
    """Make nbgrader's configuration `c` safe; `checks` is the dotted name of the course's module of checks."""
    c.Autograding.checks = checks
    # The list in nbgrader/coursedir.py, and our stamp.
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", DONE_STAMP]
    c.OverwriteCells.add_missing_cells = True
    # As in nbgrader/converters/generate_assignment.py, with the author's own stubs.
    c.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "nbgrader.preprocessors.InstantiateTests",
        "nbgrader.preprocessors.LockCells",
        "autograding.authoring.starting.ClearSolutions",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # No link is followed, and no file is read twice.
    c.Autograde.exporter_class = "autograding.intake.trusted.ReadOnce"
    # Preflight takes the place of DeduplicateIds: see DESIGN.md, "Copied cells".
    c.Autograde.sanitize_preprocessors = [
        "autograding.intake.preflight.Preflight",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # As in nbgrader/converters/autograde.py, with the sandbox in the place of Execute.
    c.Autograde.autograde_preprocessors = [
        "autograding.run.preprocessor.SandboxExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "autograding.report.pages.Page",
    ]
    # For formgrader, which shows autograded notebooks through an exporter of nbconvert's.
    c.HTMLExporter.preprocessors = ["autograding.report.pages.Shown"]
    c.HTMLExporter.optimistic_validation = True  # of a notebook of any size, once and not after each preprocessor
    # Both preprocessors leave finished HTML and the page's styles; whatever they have not seen is escaped.
    filters = ("markdown2html", "highlight_code", "ansi2html", "strip_files_prefix")
    c.HTMLExporter.filters = dict.fromkeys(filters, "autograding.report.sheet.finished")
    c.CSSHTMLHeaderPreprocessor.enabled = False
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
