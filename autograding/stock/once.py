"""Do once what nbgrader and nbconvert do for each student: compile templates, check schemas."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from unittest.mock import patch

import jsonschema
import nbconvert.exporters.html
import nbgrader.nbgraderformat.common
from bs4 import BeautifulSoup
from jinja2 import BytecodeCache
from nbconvert.exporters import TemplateExporter


class _Compiled(BytecodeCache):
    """Compiled templates, kept while this process runs. Jinja itself checks whether a source has changed."""

    def __init__(self):
        self.by_key: dict[str, bytes] = {}

    def load_bytecode(self, bucket):
        """Jinja's entry point."""
        if bucket.key in self.by_key:
            bucket.bytecode_from_string(self.by_key[bucket.key])

    def dump_bytecode(self, bucket):
        """Jinja's entry point."""
        self.by_key[bucket.key] = bucket.bytecode_to_string()


@cache
def compiled_once(exporter: type[TemplateExporter]) -> type[TemplateExporter]:
    """The exporter, with templates that are compiled once in this process. That saves half the time of a page."""
    kept = _Compiled()

    class CompiledOnce(exporter):
        def _create_environment(self):
            environment = super()._create_environment()
            environment.bytecode_cache = kept
            return environment

    # Keep the name, so that a course's configuration of the exporter holds.
    CompiledOnce.__name__ = exporter.__name__
    return CompiledOnce


@contextmanager
def schemas_checked_once() -> Iterator[None]:
    """Within, nbgrader checks the metadata of each cell, but not its own schema again for each cell."""
    known = {}

    def validate(instance, schema):
        text = json.dumps(schema)  # nbgrader reads the schema again for each notebook
        if text not in known:
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            known[text] = kind(schema)
        error = jsonschema.exceptions.best_match(known[text].iter_errors(instance))
        if error is not None:
            raise error

    with patch.object(nbgrader.nbgraderformat.common, "jsonschema", SimpleNamespace(validate=validate)):
        yield


# A page with this mark is finished. It stands before whatever is a student's.
FINISHED = "<!-- finished: each picture has a description -->"


@contextmanager
def pages_parsed_where_needed() -> Iterator[None]:
    """Within, nbconvert parses no page of ours.

    Otherwise it parses every page and writes it again (from_notebook_node in nbconvert/exporters/html.py), to describe
    pictures without a description, and to let the keyboard reach the cells of a template that is not nbgrader's. That
    takes many times the page's memory, and ours need neither.
    """
    with patch.object(nbconvert.exporters.html, "BeautifulSoup", parsed_where_needed):
        yield


def parsed_where_needed(page: str, features: str) -> object:
    """The page in the place of its elements, where it is finished."""
    return _Finished(page) if FINISHED in page else BeautifulSoup(page, features=features)


class _Finished(str):
    """A page with nothing to change."""

    def select(self, _selector):
        """As in BeautifulSoup: the elements to change."""
        return []
