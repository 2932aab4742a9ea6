"""What the tests of the widgets share: pages whose formulas are left as they are written, for no widget holds any."""

import functools

import pytest


@pytest.fixture
def visit(visit):
    return functools.partial(visit, formulas=False)
