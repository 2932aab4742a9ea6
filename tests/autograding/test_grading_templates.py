"""What is done once for all students leaves the pages as they were; then they are made legible."""

import jinja2
import jsonschema
import nbconvert.exporters.html
import pytest
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from autograding.report.legible import legible
from autograding.report.pages import OF_FEEDBACK, OF_FORMGRADER
from autograding.report.pieces import Piece, painted
from autograding.stock.once import FINISHED, compiled_once, pages_parsed_where_needed, schemas_checked_once


@pytest.fixture
def compilations(monkeypatch):
    """The templates that are compiled, by name."""
    seen, real = [], jinja2.Environment.compile

    def compile(self, source, name=None, *arguments, **keywords):
        seen.append(name)
        return real(self, source, name, *arguments, **keywords)

    monkeypatch.setattr(jinja2.Environment, "compile", compile)
    return seen


def test_a_second_page_compiles_nothing_and_looks_as_without(compilations):
    nb = new_notebook(cells=[new_code_cell("1 + 1", id="one")])
    plain, _resources = HTMLExporter().from_notebook_node(nb)
    assert compilations  # each time, as nbgrader does it
    exporter = compiled_once(HTMLExporter)
    assert exporter is compiled_once(HTMLExporter) and exporter.__name__ == "HTMLExporter"
    assert exporter().from_notebook_node(nb)[0] == plain
    compilations.clear()
    assert exporter().from_notebook_node(nb)[0] == plain
    assert compilations == []


def test_code_is_coloured_as_by_nbconvert():
    for source in ("for x in range(3): print(x)", "%%html\n<b>x</b>", "!ls", "f'{x!r}' @ y"):
        for language, magic in (("", ""), ("ipython3", ""), ("ipython3", "html"), ("r", "")):
            metadata = {"magics_language": magic} if magic else {}
            expected = Highlight2HTML()(source, language or None, metadata)
            assert painted(Piece("program", source, f"{language}|{magic}")) == expected


def test_a_schema_is_checked_once_and_metadata_each_time(monkeypatch):
    meta = {"schema_version": 3, "grade_id": "a", "grade": True, "solution": False, "locked": True, "points": 1}
    good = new_code_cell(metadata={"nbgrader": meta | {"task": False}})
    bad = new_code_cell(metadata={"nbgrader": meta | {"task": False, "points": -1}})
    checked, kind = [], jsonschema.validators.validator_for(MetadataValidatorV3().schema)
    real = kind.check_schema
    monkeypatch.setattr(kind, "check_schema", lambda schema, *more, **options: checked.append(1) or real(schema))
    with pytest.raises(jsonschema.ValidationError) as outside:
        MetadataValidator().validate_nb(new_notebook(cells=[bad]))
    checked.clear()
    with schemas_checked_once():
        for _ in range(3):
            MetadataValidator().validate_nb(new_notebook(cells=[good]))
        with pytest.raises(jsonschema.ValidationError) as inside:
            MetadataValidator().validate_nb(new_notebook(cells=[bad]))
    assert len(checked) == 1 and inside.value.message == outside.value.message


def test_a_page_of_ours_is_not_parsed_whatever_a_student_writes_in_it():
    whole = nbconvert.exporters.html.BeautifulSoup
    words = "<html><body><p>jp-Notebook &lt;img <img src=x></p></body></html>"
    with pages_parsed_where_needed():
        parse = nbconvert.exporters.html.BeautifulSoup
        page = parse(FINISHED + words, features="html.parser")
        assert str(page) == FINISHED + words and page.select("img:not([alt])") == []
        assert [e.name for e in parse(words, features="html.parser").select("img:not([alt])")] == ["img"]
    assert nbconvert.exporters.html.BeautifulSoup is whole
    assert FINISHED in OF_FEEDBACK and FINISHED in OF_FORMGRADER


class _Page(HTMLExporter):
    """What nbgrader's template makes of two tests."""

    def from_notebook_node(self, nb, resources=None, **options):
        tests = '<a href="#gate_equation">Test cell</a> <a href="#gate_limits">Test cell</a>'
        return f"<html><head><title>t</title></head><body>{tests}<p>Test cell, </head></p></body></html>", resources


def test_a_page_names_its_tests_and_wraps_long_lines():
    page, _resources = legible(_Page)().from_notebook_node(new_notebook())
    assert '<a href="#gate_equation">gate_equation</a> <a href="#gate_limits">gate_limits</a>' in page
    assert "<p>Test cell, </head></p>" in page  # what a student wrote stays
    assert page.index("pre-wrap") < page.index("<body>")
    assert legible(_Page).__name__ == "_Page"
