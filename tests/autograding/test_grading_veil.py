"""The problem that was asked stays out of what a student's function said, until the teacher's deadline."""

import re
from datetime import datetime

import numpy as np
import pytest

from autograding.quoted import leaves_of, quoted, windows
from autograding.run.veil import MARK, problems_are_shown, veiled

PROBLEM = {
    "x": np.array([0.3468185486363148, -0.640831318, 2.0, 1234567.0]),
    "more": [{"name": "Ada Lovelace"}, 128, True],
}
# Every way in which a text may hold them.
FORMS = ["0.3468185486363148", "0.34681855", "0.347", "0.346", "3.47e-1", "+.3468", "0.640831318", "-0.6408", "0.641"]
FORMS += ["1234567.0", "1234567", "1.23e6", "1.234567E+06", "128", "128.0", "Ada Lovelace", "0x1.63245p-2"]


@pytest.mark.parametrize("form", FORMS)
def test_a_problem_in_a_students_words_is_masked_in_every_usual_form(form):
    for said in (
        form,
        f"it is {form}!",
        f"[{form}, {form}]",
        f"x={form};",
        "\n".join([form] * 3),
        f"a 'quoted' {form}",
    ):
        for message in (f"double gave {said!r}", f"double failed: ValueError: {said}", f"double gave {said[:40]!r}…"):
            for reply in ({"answer": said}, {"answer": {"kind": "error", "text": said}}, {"answer": [said, 1.0]}):
                left = veiled(message, PROBLEM, reply)
                assert form not in left and MARK in left and left.startswith("double"), (message, left)


BETWEEN = [
    "\x01",
    "\x7f",
    "\u200b",
    "\xad",
    "\u202a",
    "\x1b",
    "\x1b[?1h",
    "\x1b[31m",
    "\u0301",
    "\ufe0f",
    "\u3164",
    "\x1c\x1c",
]
BETWEEN += [" ", "'", "_", ",", "\n"]


@pytest.mark.parametrize("between", BETWEEN, ids=ascii)
def test_a_problem_is_masked_whatever_lies_between_its_letters(between):
    for said in (between.join("0.34681 and -7.5 of Ada Lovelace"), between.join("0.346818548")):
        for message in (f"double failed: {said}", f"double gave {said!r}"):
            left = "".join(re.findall("[0-9a-z]", veiled(message, PROBLEM, {"answer": said}).lower()))
            assert "346" not in left and "34681" not in re.sub("x[01]c|x[01]1|x7f|xad", "", left), message
            assert left.startswith("double")


def test_a_judges_own_words_stay():
    judged = "double(0.3468) of 'Ada Lovelace' is 0.6936, and 128 of them 256; got"
    for reply in (
        {"answer": 0.3468},
        {"answer": "nothing"},
        {"answer": np.ones(3)},
        {},
        {"failed": "it took too long"},
    ):
        assert veiled(judged, PROBLEM, reply) == judged
    assert veiled("", PROBLEM, {"answer": "0.3468"}) == ""


def test_an_honest_error_stays():
    for said in (
        "shapes (3,4) and (4,) not aligned: 4 (dim 1) != 2 (dim 0)",
        "index 64 is out of bounds, 0.25 and 100",
    ):
        message = f"double failed: ValueError: {said}"
        assert veiled(message, PROBLEM, {"answer": {"kind": "error", "text": said}}) == message
    greeting = "greet gave 'Hello, Bob!', expected 'Hello, Eve!'"
    assert veiled(greeting, {"name": "Eve?"}, {"answer": "Hello, Bob!"}) == greeting


def test_a_number_that_no_computer_holds_is_a_number_as_any_other():
    for said in ("1.23e999", "1.23e-999", "123e308 " + "9" * 400):
        assert veiled(f"gave {said}", PROBLEM | {"far": np.array([np.inf, np.nan])}, {"answer": said}) == f"gave {said}"


def test_a_reply_of_any_depth_and_size_is_read():
    deep: object = "0.34681"
    for _ in range(100_000):
        deep = [deep]
    assert veiled("gave 0.34681", PROBLEM, {"answer": deep}) == f"gave {MARK}"
    assert len(list(leaves_of({"a": [1, (2, {"b": 3})], "c": []}))) == 6
    long = {"answer": ["y" * 1_000_000, "z"]}
    assert veiled("gave 0.34681, expected 2", PROBLEM, long) == f"gave {MARK}, expected 2"
    many = {"x": np.random.default_rng(1).random(1_000_000)}
    assert veiled("gave 0.347", many, {"answer": "0.347"}) == f"gave {MARK}"


def test_the_deadline_is_a_date_that_nbgrader_reads():
    for after in (
        "2026-12-24 18:00 Europe/Berlin",
        "2026-12-24 17:00",
        "2026-12-24 17:00:00 UTC",
        "2026-12-24T18:00+01:00",
    ):
        assert not problems_are_shown(after, datetime(2026, 12, 24, 16, 59))
        assert problems_are_shown(after, datetime(2026, 12, 24, 17, 0))
    assert not problems_are_shown("", datetime(2999, 1, 1))


def test_places_are_found_however_they_are_printed():
    source = 'assert double(21) == 42, "six\\n times"'
    known = set(windows(source, 12))
    for printed in (
        source,
        repr(source),
        source.replace(" ", ""),
        "\x1b[31m".join(source.split(" ")),
        source.replace(" ", "\n   "),
    ):
        text = f"before {printed} after"
        ((start, end),) = quoted(text, known, 12)
        assert text[:start].rstrip("\"' ") == "before" and text[end:].lstrip("\"' ") == "after", printed
    assert quoted("nothing of it", known, 12) == [] and quoted("", known, 12) == []
