"""The sandbox: what it refuses to do without, what it keeps, what may come out of it."""

import collections
import enum
import shutil

import nbformat
import numpy as np
import pytest
from conftest import ASSIGNMENT, cell
from nbformat.v4 import new_code_cell, new_notebook

from autograding.authoring import replay
from autograding.sandbox import bubblewrap
from autograding.sandbox.inside import wire
from autograding.sandbox.outputs import Outputs

pytestmark = pytest.mark.grading


@pytest.fixture
def fresh_identity():
    bubblewrap.identity.cache_clear()
    yield
    bubblewrap.identity.cache_clear()


def test_without_bubblewrap_it_says_what_to_install(monkeypatch, fresh_identity):
    monkeypatch.setattr(shutil, "which", lambda *_a, **_k: None)
    with pytest.raises(bubblewrap.SandboxMissing, match="apt install bubblewrap.*--isolation=none"):
        bubblewrap.identity()


def test_without_namespaces_it_says_what_to_enable(monkeypatch, fresh_identity, tmp_path):
    refuses = tmp_path / "bwrap"
    refuses.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    refuses.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda *_a, **_k: str(refuses))
    with pytest.raises(bubblewrap.SandboxMissing, match="No permissions.*max_user_namespaces"):
        bubblewrap.identity()


def test_the_refusal_reaches_the_teacher_and_grades_nobody(toy):
    toy.hand_in("ada", toy.solution())
    done = toy.run(ASSIGNMENT, PATH="/nowhere")
    assert done.returncode != 0 and "bubblewrap is not installed" in done.stdout + done.stderr
    assert not (toy.root / "autograded" / "ada" / ASSIGNMENT / ".autograding.json").exists()


def test_without_isolation_every_report_says_so(toy):
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.Autograding.isolation = "none"\n')
    wrong = toy.solution()
    cell(wrong, "double").source = "def double(x): return 0"
    toy.hand_in("ada", wrong)
    toy.hand_in("bob", toy.solution())
    table = toy.grade()
    assert table.count("run without a sandbox") >= 2 and "2/6" in table and "6/6" in table
    page = (toy.root / "feedback" / "ada" / ASSIGNMENT / "01_toy.html").read_text(encoding="utf-8")
    assert "run without a sandbox" in page
    rows = (toy.root / "grades" / f"{ASSIGNMENT}.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(rows) == 2 and all("run without a sandbox" in row for row in rows)
    assert "run without a sandbox" in toy.here(replay.main, ASSIGNMENT, "ada").stdout


TREES = [
    None,
    [1, 2.5, "text", True, None, [], {}],
    {"a": np.arange(6.0).reshape(2, 3), "b": [np.array(1.5), np.zeros((0, 3)), np.array([True])]},
    {"nan": float("nan"), "inf": float("-inf"), "l": ["a", "<f8", [1]]},
]


@pytest.mark.parametrize("tree", TREES)
def test_a_plain_tree_comes_back_as_it_went(tree):
    back = wire.unpack(*wire.pack(tree))
    assert repr(back) == repr(tree)


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (np.float64(1.5), 1.5),
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.float64("inf"), float("inf")),
        (np.int64(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (2**2048 + 1, 2**2048 + 1),
        (Colour.RED, 1),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.namedtuple("Pair", "a b")(None, np.int8(2)), [None, 2]),
        ({np.int64(1): np.float64(2), 0.5: None, False: {"x": (1, (2,))}}, {1: 2.0, 0.5: None, False: {"x": [1, [2]]}}),
    ],
)
def test_a_value_of_a_kind_of_these_arrives_as_plain_python(value, arrives):
    assert repr(wire.unpack(*wire.pack({"answer": [value]}))) == repr({"answer": [arrives]})


@pytest.mark.parametrize("value", [object(), {(1, 2): 3}, np.array([object()]), {"a": {1, 2}}, np.array(["text"]), 1j])
def test_nothing_else_can_be_sent(value):
    with pytest.raises(TypeError):
        wire.pack(value)


@pytest.mark.parametrize(
    ("packed", "blob"),
    [
        ([], b""),
        (["a", "|O", [1]], b"12345678"),
        (["a", "<f8", [2]], b"12345678"),
        (["a", "<f8", [-1]], b""),
        (["a", "<f8", [1]], b"1234567890"),
        (["a", "no dtype", [1]], b""),
        (["a", "(2,)f8", [1]], b"1" * 16),
        (["d", ["a", 1], ["a", 2]], b""),
        (["d", [["l"], 1]], b""),
        ({"bare": 1}, b""),
        (["x", 1], b""),
    ],
)
def test_nothing_else_can_be_received(packed, blob):
    with pytest.raises(wire.Malformed):
        wire.unpack(packed, blob)


def test_outputs_are_cut_and_a_flood_is_noticed():
    outputs = Outputs(1000)
    assert outputs.take({"is": "stream", "name": "stdout", "text": "x" * 100})
    assert outputs.take({"is": "stream", "name": "stdout", "text": "x" * 2000})
    assert "left out" in outputs.list[-1].text and len(outputs.list) == 2
    assert not all(outputs.take({"is": "stream", "name": "stdout", "text": "x" * 2000}) for _ in range(100))


ODD = [
    {"is": "display", "data": {"text/json": {"a": 1}}, "metadata": {}},
    {"is": "display", "data": {"application/json": {"a": 1}, "text/plain": "a"}, "metadata": {"x": 1}},
    {"is": "display", "data": {"application/x.y+json": [1]}, "metadata": {}},
    {"is": "display", "data": {"text/json": "text"}, "metadata": {}},
    {"is": "result", "data": {"text/plain": "1"}, "metadata": {}, "count": -1},
    {"is": "result", "data": {"text/plain": "1"}, "metadata": {}, "count": True},
    {"is": "error", "ename": "", "evalue": "", "traceback": [1, "two"]},
]


@pytest.mark.parametrize("message", ODD)
def test_whatever_is_sent_a_notebook_that_holds_it_is_valid(message):
    outputs = Outputs(1000)
    assert outputs.take(message)
    nbformat.validate(new_notebook(cells=[new_code_cell(outputs=outputs.list)]))


@pytest.mark.parametrize("message", [{}, {"is": "stream", "name": "x", "text": 1}, {"is": "display", "data": []}])
def test_a_message_that_no_notebook_knows_is_dropped(message):
    outputs = Outputs(1000)
    assert outputs.take(message) and outputs.list == []


def test_half_a_surrogate_pair_can_be_written_to_a_file():
    outputs = Outputs(1000)
    outputs.take({"is": "stream", "name": "stdout", "text": "\ud800"})
    assert outputs.list[0].text.encode("utf-8") == b"?"
