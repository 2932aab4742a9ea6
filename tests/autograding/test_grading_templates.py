"""Feedback templates are compiled once, and the pages are the same."""

import jinja2
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

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
