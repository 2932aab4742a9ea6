"""Which parts of nbgrader ours take the place of, in a course's configuration.

What the course itself sets stays: lists are added to, and a part of nbgrader that is not safe is exchanged for one of
ours, wherever a list names it. It holds for plain `nbgrader autograde` and for formgrader's button as well, because all
three read the same configuration.
"""

import warnings

from traitlets.config import Config, LazyConfigValue
from traitlets.utils.importstring import import_item

from autograding.messages import _

# Our own command leaves this file in each autograded folder. It is not handed back with the feedback.
DONE_STAMP = ".autograding.json"

# As in nbgrader/coursedir.py, converters/generate_assignment.py, autograde.py and generate_feedback.py: what a list
# holds where the course does not say otherwise.
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")
OF_EXERCISES = (
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
)
SANITISING = (
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
GRADING = (
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)
OF_FEEDBACK = ("nbgrader.preprocessors.GetGrades",)

NBCONVERTS_OWN = "nbconvert.preprocessors.ExecutePreprocessor"
PREFLIGHT, SANDBOX = "autograding.intake.preflight.Preflight", "autograding.run.preprocessor.SandboxExecute"
PAGE, SHOWN = "autograding.report.pages.Page", "autograding.report.pages.Shown"
READ_ONCE = "autograding.intake.trusted.ReadOnce"
STYLES = {"CSSHTMLHeaderPreprocessor"}
# Preflight takes the place of DeduplicateIds: see DESIGN.md, "Copied cells".
IN_ITS_PLACE = {
    "ClearSolutions": "autograding.authoring.starting.ClearSolutions",
    "DeduplicateIds": PREFLIGHT,
    "Execute": SANDBOX,
}
FILTERS = ("markdown2html", "highlight_code", "ansi2html", "strip_files_prefix")


def settle(c: Config) -> None:
    """Put what is ours into a configuration. Done once more, it mends what was set after the first time."""
    c.CourseDirectory.ignore = list(dict.fromkeys([*_list(c, "CourseDirectory", "ignore", IGNORED), DONE_STAMP]))
    c.OverwriteCells.setdefault("add_missing_cells", True)
    c.GenerateAssignment.preprocessors = exchanged(_list(c, "GenerateAssignment", "preprocessors", OF_EXERCISES))
    # No link is followed, and no file is read twice.
    if c.Autograde.get("exporter_class", READ_ONCE) != READ_ONCE:
        own = _name(c.Autograde.exporter_class)
        warnings.warn(_("c.Autograde.exporter_class = {own} cannot be kept").format(own=own), stacklevel=2)
    c.Autograde.exporter_class = READ_ONCE
    sanitising = exchanged(_list(c, "Autograde", "sanitize_preprocessors", SANITISING))
    # First, since it builds the cells anew.
    c.Autograde.sanitize_preprocessors = [PREFLIGHT, *(one for one in sanitising if one != PREFLIGHT)]
    grading = exchanged(_list(c, "Autograde", "autograde_preprocessors", GRADING))
    # Without one, the outputs that a student saved would be scored.
    c.Autograde.autograde_preprocessors = grading if SANDBOX in grading else [SANDBOX, *grading]
    shown = exchanged(_list(c, "GenerateFeedback", "preprocessors", OF_FEEDBACK))
    # Last: whatever text is put into a notebook after it, a page shows escaped. It brings the page's styles itself.
    c.GenerateFeedback.preprocessors = [*(one for one in shown if _name(one) not in STYLES and one != PAGE), PAGE]
    # For formgrader, which shows autograded notebooks through an exporter of nbconvert's.
    own = _list(c, "HTMLExporter", "preprocessors", ())
    c.HTMLExporter.preprocessors = [*(one for one in own if one != SHOWN), SHOWN]
    c.HTMLExporter.setdefault("optimistic_validation", True)  # of a notebook of any size, once and not after each step
    # Both preprocessors leave finished HTML and the page's styles; whatever they have not seen is escaped.
    filters = c.HTMLExporter.get("filters", {})
    filters = filters.get_value({}) if isinstance(filters, LazyConfigValue) else filters
    c.HTMLExporter.filters = {**filters, **dict.fromkeys(FILTERS, "autograding.report.sheet.finished")}
    c.CSSHTMLHeaderPreprocessor.enabled = False


def exchanged(preprocessors: list) -> list:
    """The list with our own parts in the place of nbgrader's."""
    own = [IN_ITS_PLACE.get(_name(one), one) if _is_stock(one) else one for one in preprocessors]
    return [SANDBOX if _executes(one) else one for one in own]


def _executes(preprocessor):
    """Whether it is a way of its own to run a notebook, such as a class made from nbgrader's or nbconvert's."""
    if isinstance(preprocessor, str):
        if preprocessor.partition(".")[0] in ("nbgrader", "autograding"):
            return False
        if preprocessor == NBCONVERTS_OWN:
            return True
        try:
            preprocessor = import_item(preprocessor)
        except ImportError:  # nbgrader tells of it
            return False
    # By names, so that nothing is imported for it.
    kinds = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in getattr(preprocessor, "__mro__", ())}
    return bool(kinds & {"nbclient.NotebookClient", "nbconvert.ExecutePreprocessor"})


def _list(c, section, name, default):
    """What the course has set, or what nbgrader would take; with what the course adds to it."""
    value = c[section].get(name, list(default))
    return value.get_value(list(default)) if isinstance(value, LazyConfigValue) else list(value)


def _name(preprocessor):
    return preprocessor.__name__ if isinstance(preprocessor, type) else str(preprocessor).rpartition(".")[2]


def _is_stock(preprocessor):
    place = preprocessor.__module__ if isinstance(preprocessor, type) else str(preprocessor)
    return place.partition(".")[0] == "nbgrader"
