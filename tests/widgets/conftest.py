"""What the tests of the widgets share: pages are loaded without typesetting formulas, because no widget has any."""

import functools

import pytest


@pytest.fixture
def visit(visit):
    return functools.partial(visit, formulas=False)
