"""Feedback templates are compiled once, and the pages are the same; then they are made legible."""

import jinja2
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from autograding.legible import legible
from autograding.templates import compiled_once


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
