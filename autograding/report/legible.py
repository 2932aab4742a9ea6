"""Legible feedback pages: long lines wrap, and each test has its own name."""

import re
from functools import cache

from nbconvert.exporters import TemplateExporter

from autograding.report.formulas import without_mathjax

# nbgrader's page shows a test's message on one long line, which runs out of the window. Its headings are one line high:
# on a phone the white score fell out of the blue.
WRAPPED = (
    "<style>pre { white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; } "
    "div.nbgrader_cell .panel-heading { height: auto; overflow: hidden; }</style>\n</head>"
)
LINK_OF_A_TEST = re.compile(r'(<a href="#([^"]+)">)Test cell(</a>)')


@cache
def legible(exporter: type[TemplateExporter]) -> type[TemplateExporter]:
    """The exporter, with pages that wrap long lines and name each test; nbgrader calls all of them "Test cell"."""

    class Legible(exporter):
        def from_notebook_node(self, nb, resources=None, **options):
            """nbconvert's entry point."""
            page, resources = super().from_notebook_node(nb, resources, **options)
            page = LINK_OF_A_TEST.sub(r"\1\2\3", page)
            return without_mathjax(page).replace("</head>", WRAPPED, 1), resources

    # Keep the name, so that a course's configuration of the exporter holds.
    Legible.__name__ = exporter.__name__
    return Legible
