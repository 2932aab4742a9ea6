"""A cell in the syntax of a newer Python is told from a mistake."""

import sys
import time

import pytest

from autograding.run import newer
from autograding.run.newer import needs_python

NEWER = {
    "3.12": [
        'f"{d["a"]}"',
        "f\"{'\\n'.join(x)}\"",
        'f"{x!r:{y["b"]}}"',
        'f"{x  # a comment\n+ 1}"',
        '%matplotlib inline\nx = f"{f"{f"{1}"}"}" "abc"\n!ls',
        'f"{d["x"]=}"',
        'f"{a != b["c"]}" if f"{d["a"]}" else"z"',
        'f"{{{d["a"]:>{w["x"]}}}}"',
        'print(f"{x["it\'s"]}" f\'{1}\')',
        'f"""{d["a"]}\n{\'\'\'x\'\'\'}"""\nf"{"#"}"',
        'rf"{d["\\d"]}"',
        "type X = int",
        "if a:\n    type X[T] = list[T]",
        "def f[T](x: T): pass",
        "async def f[*Ts, **P](x): pass",
        "class A[T: list[int]](B): pass",
    ],
    "3.14": ["try:\n    pass\nexcept A, B:\n    pass", 't"{x}"', 'def f[T](x):\n    return t"{x["a"]}"'],
}
MISTAKES = [
    "def f(:",
    'e = "smart”',
    'f"{d["a]}"',
    'f"{d[}"',
    'f"{d["a"] b}"',
    'x = = 1\nf"{d["a"]}"',
    "print 5",
    'f"{',
    '"abc',
    "return 5",  # it can be parsed
    "def f[T(x): pass",
    "type X",
    "f'{a b}'",
    "x = [1, 2",
    "(" * 5000,
    'f"{' * 5000,
    "\0",
]


@pytest.fixture(autouse=True)
def python_of_this_test(monkeypatch):
    """As on the oldest Python of the grader. Its own parser cannot be exchanged, so what it can read is left out."""
    monkeypatch.setattr(newer.sys, "version_info", (3, 11, *sys.version_info[2:]))


@pytest.mark.parametrize(
    ("source", "version"),
    [
        (source, version)
        for version, sources in NEWER.items()
        for source in sources
        if sys.version_info[:2] < tuple(int(part) for part in version.split("."))
    ],
)
def test_newer_syntax_is_named_with_its_version(source, version):
    assert needs_python(source) == version


@pytest.mark.parametrize("source", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_not_taken_for_newer_syntax(source):
    assert needs_python(source) == ""


@pytest.mark.parametrize(
    "piece", ["'", 'f"{', "def f[", "[", "except a,", "\n \n", " ", "type ", "x[", 'f"{x}"', "%", "#", "f'\\", "f'{{"]
)
def test_no_text_takes_long(piece):
    before = time.process_time()
    needs_python(piece * (newer.LONGEST // len(piece)))
    assert time.process_time() - before < 5
    assert needs_python('f"{d["a"]}"\n' + " " * newer.LONGEST) == ""
