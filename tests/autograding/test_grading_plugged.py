"""What a course sets in nbgrader's configuration stays, before `plug_in(c)` and after it, and what is ours is there."""

import pytest
from conftest import Toy
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from autograding.course import Course
from autograding.plugged import DONE_STAMP, PAGE, PREFLIGHT, READ_ONCE, SANDBOX, SHOWN, settle
from autograding.stock.plug import plug_in

# Each list that is touched: its section, its name, what of ours must be in it, what of nbgrader's must not.
LISTS = [
    ("CourseDirectory", "ignore", DONE_STAMP, None),
    ("GenerateAssignment", "preprocessors", "autograding.authoring.starting.ClearSolutions", "ClearSolutions"),
    ("Autograde", "sanitize_preprocessors", PREFLIGHT, "DeduplicateIds"),
    ("Autograde", "autograde_preprocessors", SANDBOX, "Execute"),
    ("GenerateFeedback", "preprocessors", PAGE, "CSSHTMLHeaderPreprocessor"),
    ("HTMLExporter", "preprocessors", SHOWN, None),
]
OWN = "my_course.Own"


def kept(c: Config, section: str, name: str, ours: str, gone: str | None) -> bool:
    """Whether the course's own entry and ours are there, each once, and nbgrader's unsafe part is not."""
    found = c[section][name]
    unsafe = [
        one for one in found if gone and one in (f"nbgrader.preprocessors.{gone}", f"nbconvert.preprocessors.{gone}")
    ]
    return found.count(OWN) == 1 and found.count(ours) == 1 and not unsafe


@pytest.mark.parametrize(("section", "name", "ours", "gone"), LISTS)
def test_what_a_list_held_before_stays(section, name, ours, gone):
    whole = Config()
    whole[section][name] = [f"nbgrader.preprocessors.{gone}", OWN] if gone else [OWN]
    added = Config()
    added[section][name].append(OWN)
    for c in (whole, added):
        plug_in(c)
        assert kept(c, section, name, ours, gone)
        if c is whole:
            assert len(c[section][name]) == 2
        else:
            assert len(c[section][name]) > 2 or section == "HTMLExporter"  # with all that nbgrader would take


@pytest.mark.parametrize(("section", "name", "ours", "gone"), LISTS)
def test_what_a_list_is_given_afterwards_stays(section, name, ours, gone):
    c = Config()
    plug_in(c)
    c[section][name].append(OWN)
    assert kept(c, section, name, ours, gone)
    c[section][name] = [f"nbgrader.preprocessors.{gone}", OWN] if gone else [OWN]
    settle(c)  # as Course does with a configuration that was read to its end
    assert kept(c, section, name, ours, gone)


def test_a_page_is_made_last_and_the_cells_are_built_anew_first():
    c = Config()
    c.GenerateFeedback.preprocessors = [PAGE, OWN]
    c.Autograde.sanitize_preprocessors = [OWN, PREFLIGHT]
    plug_in(c)
    assert c.GenerateFeedback.preprocessors[-1] == PAGE and c.Autograde.sanitize_preprocessors[0] == PREFLIGHT


def test_other_options_stay_too():
    c = Config()
    c.Autograding.checks = "my_course.checks"
    c.OverwriteCells.add_missing_cells = False
    c.HTMLExporter.optimistic_validation = False
    c.HTMLExporter.filters = {"my_filter": OWN, "highlight_code": OWN}
    plug_in(c)
    assert c.Autograding.checks == "my_course.checks"
    assert c.OverwriteCells.add_missing_cells is False and c.HTMLExporter.optimistic_validation is False
    assert c.HTMLExporter.filters["my_filter"] == OWN
    assert c.HTMLExporter.filters["highlight_code"] == "autograding.report.sheet.finished"


def test_no_other_way_to_run_a_notebook_stays():
    own = type("Mine", (Execute,), {})
    for executor in (own, "nbconvert.preprocessors.ExecutePreprocessor", "nbclient.NotebookClient"):
        c = Config()
        c.Autograde.autograde_preprocessors = [executor, "nbgrader.preprocessors.SaveAutoGrades"]
        plug_in(c)
        assert c.Autograde.autograde_preprocessors == [SANDBOX, "nbgrader.preprocessors.SaveAutoGrades"]
    c = Config()
    c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.SaveAutoGrades"]
    plug_in(c)
    assert c.Autograde.autograde_preprocessors[0] == SANDBOX


def test_the_one_that_cannot_stay_is_named():
    c = Config()
    c.Autograde.exporter_class = OWN
    with pytest.warns(UserWarning, match="Own cannot be kept"):
        plug_in(c)
    assert c.Autograde.exporter_class == READ_ONCE


def test_a_course_that_forgets_the_sandbox_afterwards_has_it(tmp_path):
    toy = Toy(tmp_path / "course")
    with (toy.root / "nbgrader_config.py").open("a") as file:
        file.write("c.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.Execute']\n")
    assert Course(toy.root).config.Autograde.autograde_preprocessors == [SANDBOX]
