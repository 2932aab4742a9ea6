"""Make formgrader's other pages safe, which show the names of students and no notebook."""

from functools import partial
from types import ModuleType

import nbconvert.exporters.html
from jinja2 import Environment

from autograding.stock.once import parsed_where_needed


def make_safe(formgrader: ModuleType) -> None:
    """Escape what its templates insert: a student's folder may have any name. `formgrader` is the loaded extension.

    It makes its environment after it has read the course's configuration (init_tornado_settings in
    nbgrader/server_extensions/formgrader/formgrader.py).
    """
    formgrader.Environment = partial(Environment, autoescape=True)
    nbconvert.exporters.html.BeautifulSoup = parsed_where_needed
