"""What nbgrader and nbconvert do for each student though once is enough: templates compiled, schemas checked."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from types import SimpleNamespace
from unittest.mock import patch

import jsonschema
import nbconvert.exporters.html
import nbgrader.nbgraderformat.common
from bs4 import BeautifulSoup
from jinja2 import BytecodeCache
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML

LARGEST_KEPT = 20_000  # letters of a cell whose coloured form is kept in memory


class _Compiled(BytecodeCache):
    """Compiled templates, kept as long as this process runs. Jinja looks itself whether a source has changed."""

    def __init__(self):
        self.by_key: dict[str, bytes] = {}

    def load_bytecode(self, bucket):
        """Jinja's entry point."""
        if bucket.key in self.by_key:
            bucket.bytecode_from_string(self.by_key[bucket.key])

    def dump_bytecode(self, bucket):
        """Jinja's entry point."""
        self.by_key[bucket.key] = bucket.bytecode_to_string()


class _CodeColoured(Highlight2HTML):
    """Colours code once: the tests are the same for everyone."""

    def __call__(self, source, language=None, metadata=None):
        """nbconvert's entry point."""
        if len(source) > LARGEST_KEPT or self.extra_formatter_options:
            return super().__call__(source, language, metadata)
        magic = (metadata or {}).get("magics_language", "")
        return _coloured(source, language or self.pygments_lexer, magic)


@lru_cache(maxsize=500)
def _coloured(source, language, magic):
    return Highlight2HTML()(source, language, {"magics_language": magic} if magic else {})


@cache
def compiled_once(exporter: type[TemplateExporter]) -> type[TemplateExporter]:
    """The exporter, with templates that are compiled once in this process: half of the time that a page takes."""
    kept = _Compiled()

    class CompiledOnce(exporter):
        def _create_environment(self):
            environment = super()._create_environment()
            environment.bytecode_cache = kept
            return environment

        def from_notebook_node(self, nb, resources=None, **options):
            """nbconvert's entry point."""
            language = nb.metadata.get("language_info", {})
            lexer = language.get("pygments_lexer", language.get("name"))  # as in nbconvert/exporters/html.py
            self.filters["highlight_code"] = _CodeColoured(pygments_lexer=lexer, parent=self)
            return super().from_notebook_node(nb, resources, **options)

    # Under its own name, so that what a course has configured for it holds.
    CompiledOnce.__name__ = exporter.__name__
    return CompiledOnce


@contextmanager
def schemas_checked_once() -> Iterator[None]:
    """Within, nbgrader checks the metadata of a cell, and not for every cell that its own schema is a schema."""
    known = {}

    def validate(instance, schema):
        text = json.dumps(schema)  # nbgrader reads it anew for each notebook
        if text not in known:
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            known[text] = kind(schema)
        error = jsonschema.exceptions.best_match(known[text].iter_errors(instance))
        if error is not None:
            raise error

    with patch.object(nbgrader.nbgraderformat.common, "jsonschema", SimpleNamespace(validate=validate)):
        yield


@contextmanager
def pages_parsed_where_needed() -> Iterator[None]:
    """Within, nbconvert does not take to pieces a page in which it has nothing to add.

    It parses each page and writes it anew (from_notebook_node in nbconvert/exporters/html.py). So it describes pictures
    without a description, and lets the keyboard reach the cells of a template that is not nbgrader's.
    """
    with patch.object(nbconvert.exporters.html, "BeautifulSoup", _parsed_where_needed):
        yield


def _parsed_where_needed(page, features):
    return BeautifulSoup(page, features=features) if _HAS_TO_CHANGE.search(page) else _Finished(page)


# A picture with no description before its tag ends, or a class of that other template.
_HAS_TO_CHANGE = re.compile(r"<img\b(?![^<>]*\salt=)|jp-Notebook", re.IGNORECASE)


class _Finished(str):
    """A page with nothing to change."""

    def select(self, _selector):
        """As in BeautifulSoup: the elements to change."""
        return []
