"""A plain test in two texts: they do what the test does, at its lines, and a bare assert says what it compared."""

import ast

import pytest

from autograding.run.plain_tests import taken_apart

SAID = {
    "assert twice(4) == 9": "assert twice(4) == 9, where twice(4) is 8",
    "assert 9 != twice(4) != 8": "assert 9 != twice(4) != 8, where twice(4) is 8",
    "assert (twice(4) ==\n        9)": "assert twice(4) == 9, where twice(4) is 8",
    "x = 3; assert not twice(x), (\n)": None,
    "assert not twice(2)": "assert not twice(2), where twice(2) is 4",
    "assert isinstance(twice(2), str)": "assert isinstance(twice(2), str), where twice(2) is 4, str is <class 'str'>",
    "assert twice(1) == 2 and twice(2) == 5": "assert twice(1) == 2 and twice(2) == 5",
    "assert twice('ä%') == 'ä'": "assert twice('ä%') == 'ä', where twice('ä%') is 'ä%ä%'",
    "for n in (1, 2):\n    assert twice(n) == 2 # é": "assert twice(n) == 2, where twice(n) is 4",
    "assert all(n > 1 for n in (1, 2))": "assert all(n > 1 for n in (1, 2))",
    "assert twice(2) == 5, 'mine'": "mine",
    "assert ()": "assert (), where () is ()",
    "assert twice(1) == 2; assert twice(2) == 2": "assert twice(2) == 2, where twice(2) is 4",
}


def run(test, calls=None):
    """What the test gives: its last value, or the text of its error and the line."""
    namespace = {"twice": lambda x: (calls if calls is not None else []).append(x) or 2 * x}
    try:
        exec(compile(test.body, "test", "exec"), namespace)
        return None if test.last is None else eval(compile(test.last, "test", "eval"), namespace)
    except AssertionError as error:
        return str(error), error.__traceback__.tb_next.tb_lineno


@pytest.mark.parametrize("source", SAID)
def test_a_bare_assert_says_what_it_compared_and_computes_nothing_twice(source):
    calls, plainly = [], []
    told, line = run(taken_apart(source, tells=True), calls)
    silent, same_line = run(taken_apart(source), plainly)
    assert told == (SAID[source] if SAID[source] is not None else "()")
    assert line == same_line and calls == plainly
    assert silent in ("", "mine", "()")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 / 2", 0.5),
        ("x = 1; 0.5  # half", 0.5),
        ("x = (1,\n2)\nsum(\n  x)", 3),
        ("if True:\n    0.5", None),
        ("# nothing", None),
        ("", None),
        ("'ä'; 2", 2),
        ("assert twice(4) == 8\ntwice(4);", None),
        ("x = 1\n0.5;  # shown by nobody", None),
        ("x = 'a\x0cb'\nassert len(x) == 3\n0.5", 0.5),
        ("# pasted\u2028text\nassert twice(4) == 8\nx = 1\n0.5", 0.5),
        ("x = 1\r\n0.5", 0.5),
    ],
)
def test_the_last_expression_alone_may_score(source, value):
    test = taken_apart(source)
    assert run(test) == value
    if test.last is not None:
        assert ast.parse(test.last).body[0].value.lineno == ast.parse(source).body[-1].lineno


def test_magics_and_what_python_cannot_read_go_through():
    assert "run_line_magic('matplotlib', 'inline')" in taken_apart("%matplotlib inline\n1").body
    assert taken_apart("def (") == ("def (", None)
