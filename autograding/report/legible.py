"""A feedback page that can be read: sentences are not cut off at the right, and each test stands under its own name."""

import re
from functools import cache

from nbconvert.exporters import TemplateExporter

from autograding.report.formulas import without_mathjax

# nbgrader's page shows what a test says on one long line, which runs out of the window. Its headings are one line high:
# on a phone the score, white as it is, fell out of the blue.
WRAPPED = (
    "<style>pre { white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; } "
    "summary { display: list-item; } "
    "div.nbgrader_cell .panel-heading { height: auto; overflow: hidden; }</style>\n</head>"
)
LINK_OF_A_TEST = re.compile(r'(<a href="#([^"]+)">)Test cell(</a>)')


@cache
def legible(exporter: type[TemplateExporter]) -> type[TemplateExporter]:
    """The exporter, whose pages wrap long lines and name their tests: nbgrader calls all of them "Test cell"."""

    class Legible(exporter):
        def from_notebook_node(self, nb, resources=None, **options):
            """nbconvert's entry point."""
            page, resources = super().from_notebook_node(nb, resources, **options)
            page = LINK_OF_A_TEST.sub(r"\1\2\3", page)
            return without_mathjax(page).replace("</head>", WRAPPED, 1), resources

    # Under its own name, so that what a course has configured for it holds.
    Legible.__name__ = exporter.__name__
    return Legible
