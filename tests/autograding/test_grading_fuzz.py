"""What a stranger's kernel may send, by the thousand: each reader refuses it with its own error, or reads it rightly.

The examples are the same each time (`derandomize`), so nothing fails by luck. To look further, take that away in
`examples`, and multiply the numbers.
"""

import json
import time
from functools import cache

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

import lstm_ref.checks
from autograding.calls import parse
from autograding.run import verdicts
from autograding.sandbox.inside import wire
from autograding.sandbox.outputs import DEEPEST, MOST_OUTPUTS, Outputs
from autograding.sandbox.session import Ended


def examples(count):
    """So many examples, the same each time; a slow machine fails none of them."""
    return settings(
        max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


TEXTS = st.one_of(st.text(st.characters(), max_size=12), st.sampled_from(["\ud800", "a\x00b", "\x1b[2J", "</script>"]))
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([2**63, -(2**64), 2**1024, 10**318, 0.1, float("nan"), -0.0])
)
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
JSON = st.recursive(
    PLAIN, lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXTS, part, max_size=4), max_leaves=20
)

# ---- frames ----------------------------------------------------------------------------------------------------------

TEXT, BLOB = 300, 200
HEADS = st.builds(wire.HEAD.pack, st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
WHOLE = st.builds(
    lambda message, blob: (lambda text: wire.HEAD.pack(len(text), len(blob)) + text + blob)(
        json.dumps(message).encode()
    ),
    st.one_of(JSON, st.dictionaries(TEXTS, JSON, max_size=3)),
    st.binary(max_size=20),
)
LIARS = st.builds(
    lambda text, announced, blob: wire.HEAD.pack(announced, len(blob)) + text + blob,
    st.one_of(st.binary(max_size=60), st.text('[]{},:"\\ 1e-.nul', max_size=60).map(str.encode)),
    st.integers(0, TEXT + 5),
    st.binary(max_size=20),
)
STREAMS = st.lists(st.one_of(WHOLE, WHOLE, LIARS, HEADS, st.binary(max_size=40)), max_size=5).map(b"".join)


def read_at_once(stream):
    """The frames of a stream, read in the simplest way, and whether something in it is not a frame."""
    found, at = [], 0
    while len(stream) - at >= wire.HEAD.size:
        text, blob = wire.HEAD.unpack_from(stream, at)
        if text > TEXT or blob > BLOB:
            return found, True
        at += wire.HEAD.size
        if at + text + blob > len(stream):
            return found, False
        try:
            message = json.loads(stream[at : at + text].decode("ascii"))
        except (ValueError, RecursionError):
            return found, True
        if not isinstance(message, dict):
            return found, True
        found.append((repr(message), stream[at + text : at + text + blob]))
        at += text + blob
    return found, False


@examples(400)
@given(STREAMS, st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_frames_are_the_same_however_their_bytes_come(stream, parts):
    frames, found, malformed, at = wire.Frames(TEXT, BLOB), [], False, 0
    while at < len(stream) and not malformed:
        for size in parts:
            try:
                found += [(repr(message), blob) for message, blob in frames.feed(stream[at : at + size])]
            except wire.Malformed:
                malformed = True
                break
            assert len(frames._kept) <= wire.HEAD.size + TEXT + BLOB + size
            at += size
    expected, wrong = read_at_once(stream)
    # A part that holds a wrong frame gives none of the right ones before it.
    assert found == expected[: len(found)] and malformed == wrong and (malformed or found == expected)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"a":' * 5000,
        b"[" * 4_000_000,
        b'"' * 4_000_000,
        b'["' + b"\\" * 4_000_000,
        b'{"a":[' + b"[]," * 300_000 + b"1]}",
        b'{"a":' + b"9" * 4000 + b"}",
        b'{"a":1.' + b"9" * 4_000_000 + b"}",
        b"[" + b"1" * 319 + b"]",
        '{"a": [1]}'.encode("utf-16"),
        '{"a": "\u2200"}'.encode(),
    ],
)
def test_what_would_swell_is_refused_before_it_is_parsed(text):
    start = time.process_time()
    with pytest.raises(wire.Malformed):
        wire.message_of(text)
    assert time.process_time() - start < 5  # it takes 0.1 s


def test_brackets_and_quotes_in_texts_count_for_nothing():
    message = {"a": ["[{" * 5000, '"],' * 300_000, "\\" * 5001, '\\"' * 999], "b": {"c\\": "1" * 400}}
    assert wire.message_of(json.dumps(message).encode()) == message


# ---- trees -----------------------------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.sampled_from(
        [*wire.DTYPES, ">f8", "|O", "m8[s/0]", "M8", "<f16", "f8,f8", "(2,)f8", "|S4", "|V8", "[", "float"]
    ),
    TEXTS,
)
SIZES = st.one_of(st.integers(0, 3), st.integers(-1, 2**70), PLAIN)
ARRAYS = st.builds(lambda name, shape: ["a", name, shape], NAMES, st.one_of(st.lists(SIZES, max_size=40), JSON))
RIGHT_ARRAYS = st.builds(
    lambda name, shape: ["a", name, shape], st.sampled_from([*wire.DTYPES]), st.lists(st.integers(0, 3), max_size=3)
)
PACKED = st.recursive(
    st.one_of(PLAIN, ARRAYS, RIGHT_ARRAYS, RIGHT_ARRAYS),
    lambda part: st.one_of(
        st.lists(part, max_size=4).map(lambda items: ["l", *items]),
        st.dictionaries(TEXTS, part, max_size=4).map(lambda items: ["d", *map(list, items.items())]),
        st.lists(part, max_size=4),
        st.dictionaries(TEXTS, part, max_size=2),
        st.lists(st.lists(part, max_size=3), max_size=3).map(lambda items: ["d", *items]),
    ),
    max_leaves=12,
)


def needed(packed):
    """How many bytes the arrays of a packed tree need, as far as it is one."""
    if isinstance(packed, list) and len(packed) == 3 and packed[0] == "a" and packed[1] in wire.DTYPES:
        sizes = packed[2] if isinstance(packed[2], list) else [0]
        good = all(type(size) is int and 0 <= size < 9 for size in sizes)
        return wire.DTYPES[packed[1]].itemsize * int(np.prod(sizes)) if good and len(sizes) < 9 else 0
    return sum(map(needed, packed)) if isinstance(packed, list) else 0


@examples(800)
@given(PACKED, st.binary(min_size=64, max_size=64), st.integers(0, 20))
def test_a_tree_is_refused_or_is_exactly_what_was_packed(packed, bytes_, odd):
    size = needed(packed) + max(0, odd - 19)
    blob = (bytes_ * (size // 64 + 1))[:size]
    try:
        tree = wire.unpack(packed, blob)
    except wire.Malformed:
        return
    again, other = wire.pack(tree)
    assert repr(again) == repr(packed) and other == blob


def deep(kind, levels):
    tree = 1
    for _level in range(levels):
        tree = [kind, tree] if kind == "l" else [kind, ["k", tree]]
    return tree


@pytest.mark.parametrize(
    ("packed", "blob"),
    [
        (deep("l", 900), b""),
        (deep("d", 900), b""),
        (2**wire.INTEGER_BITS, b""),
        (["d", [2**wire.KEY_BITS, 1]], b""),
        (["d", [1, 1], [True, 1]], b""),
        (["l", *[["a", "|i1", [0]]] * (wire.MOST_ARRAYS + 1)], b""),
        (["a", "|i1", [1] * 33], b"1"),
        (["a", "<f8", [0, 2**62]], b""),
        (["a", "<f8", [2**40, 0, 2**40]], b""),
        (["a", "<f8", [True]], b"12345678"),
        (["a", "|b1", [1]], b"\2"),
    ],
)
def test_what_no_tree_holds_is_refused(packed, blob):
    with pytest.raises(wire.Malformed):
        wire.unpack(packed, blob)


@pytest.mark.parametrize(
    "tree",
    [
        deep("x", 60),
        2**wire.INTEGER_BITS,
        {2**wire.KEY_BITS: 1},
        np.ones((1,) * 33),
        [np.ones(1)] * (wire.MOST_ARRAYS + 1),
    ],
)
def test_what_would_be_refused_there_is_not_sent(tree):
    with pytest.raises(TypeError):
        wire.pack(tree)


def test_a_long_double_becomes_a_float():
    back = wire.unpack(*wire.pack([np.longdouble("1e4000"), np.array([0.5], np.longdouble)][1:]))
    assert back[0].dtype == float and back[0] == 0.5


# ---- outputs ---------------------------------------------------------------------------------------------------------

TYPES = (
    st.sampled_from(
        [
            "text/plain",
            "text/html",
            "application/json",
            "application/x+json",
            "application/json\n",
            "image/png",
            "",
            "a/b\n",
        ]
    )
    | TEXTS
)
BUNDLES = st.dictionaries(TYPES, st.one_of(TEXTS, JSON), max_size=3)
ODD_KEYS = st.sampled_from(
    ["items", "update", "__class__", "get", "output_type", "nbgrader", "tags", "needs_background"]
)
METADATA = st.dictionaries(st.one_of(ODD_KEYS, TEXTS, TYPES), JSON, max_size=3)
MESSAGES = st.one_of(
    st.fixed_dictionaries({"is": st.just("stream"), "name": st.sampled_from(["stdout", "stderr", "x"]), "text": TEXTS}),
    st.fixed_dictionaries(
        {"is": st.just("display"), "data": BUNDLES, "metadata": METADATA},
        optional={"display_id": st.sampled_from(["a", "b", None, 1]), "update": st.booleans()},
    ),
    st.fixed_dictionaries({"is": st.just("result"), "data": BUNDLES, "metadata": METADATA, "count": PLAIN}),
    st.fixed_dictionaries(
        {"is": st.just("error"), "ename": TEXTS, "evalue": TEXTS, "traceback": st.lists(PLAIN, max_size=4)}
    ),
    st.fixed_dictionaries({"is": st.just("clear"), "wait": PLAIN}),
    st.sampled_from([{"is": "cut"}, {"is": "unfit"}, {}, {"is": ["display"]}, {"is": "display", "data": {}}]),
    st.dictionaries(TEXTS, JSON, max_size=4),
)
KEPT = []


@examples(400)
@given(st.lists(MESSAGES, max_size=8), st.sampled_from([300, 3000]))
def test_what_is_kept_makes_a_valid_notebook_that_can_be_scored(messages, most):
    outputs = Outputs(most)
    for message in messages:
        outputs.take(message)
    cell = new_code_cell(
        "1", outputs=outputs.list, metadata={"nbgrader": {"grade": True, "solution": False, "points": 1}}
    )
    nb = new_notebook(cells=[cell])
    nbformat.validate(nb)
    text = nbformat.writes(nb)
    assert nbformat.reads(text.encode().decode(), as_version=4) == nb and len(text) < 2500 + 12 * most
    json.loads(text, parse_constant=pytest.fail)  # no NaN, which a browser does not read
    verdicts.fold_in(cell, "", 1, Ended(None))
    score, most = determine_grade(cell)
    assert 0 <= score <= most
    if len(KEPT) < 200:
        KEPT.append(outputs.list)


def test_a_page_can_be_made_of_all_that_was_kept():
    assert KEPT
    nb = new_notebook(cells=[new_code_cell("1", outputs=outputs) for outputs in KEPT])
    page, _resources = HTMLExporter(preprocessors=["autograding.report.pages.Shown"]).from_notebook_node(nb)
    assert "</html>" in page


def nested(levels):
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize("metadata", [False, True])
def test_an_output_of_too_many_levels_or_values_is_left_out_and_said_to_be(metadata):
    for value, fits in ((nested(DEEPEST - 2), True), (nested(DEEPEST), False), ([1] * 200_000, False)):
        outputs = Outputs(10 << 20)
        data = {"application/json": [] if metadata else value}
        outputs.take({"is": "display", "data": data, "metadata": {"x": value} if metadata else {}})
        (output,) = outputs.list
        assert (output.output_type == "display_data") == fits and (fits or "is left out" in output.text)


TINY = [
    {"is": "stream", "name": "stdout", "text": ""},
    {"is": "display", "data": {"text/plain": ""}, "metadata": {}, "display_id": "a"},
    {"is": "display", "data": {"text/plain": ""}, "metadata": {}, "display_id": "a", "update": True},
    {"is": "error", "ename": "", "evalue": "", "traceback": []},
    {"is": "clear", "wait": True},
    {"is": "cut"},
    {},
]


@pytest.mark.parametrize("message", TINY)
def test_a_flood_of_messages_that_say_nothing_ends(message):
    outputs, count = Outputs(1 << 20), 0
    while outputs.take(message):
        count += 1
        assert count < 200_000
    assert len(outputs.list) <= MOST_OUTPUTS + 1


# ---- answers ---------------------------------------------------------------------------------------------------------

ANY_ARRAY = st.builds(
    lambda kind, shape, fill: np.full(shape, fill).astype(kind),
    st.sampled_from(["<f8", "<f4", "<f2", "<i8", "<u8", "|i1", "|b1"]),
    st.lists(st.integers(0, 3), max_size=3).map(tuple),
    st.sampled_from([0, 1, 100]),
) | st.builds(np.full, st.integers(0, 3), st.sampled_from([np.nan, np.inf, -np.inf, 1e308]))
TREES = st.recursive(
    st.one_of(PLAIN, ANY_ARRAY),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.one_of(TEXTS, st.sampled_from(
        ["answer", "failed", "undefined", "calls", "first", "second", "kind", "value", "items", "fields", "type"]
    )), part, max_size=4),
    max_leaves=12,
)  # fmt: skip


@st.composite
def nearly(draw, tree):
    """The tree with some of its parts replaced by others."""
    if draw(st.integers(0, 30)) == 0:
        return draw(TREES)
    if isinstance(tree, dict):
        return {key: draw(nearly(value)) for key, value in tree.items() if draw(st.integers(0, 40))}
    if isinstance(tree, list):
        return [draw(nearly(value)) for value in tree[:3]] + tree[3:]
    return tree


# One of each kind of answer: arrays, named tuples, tuples of whole numbers, dicts, lists, and what a bench brings.
ASKED = ("forget_gate", "lstm_step", "cell_shapes", "soft_and", "stacked_lstm_forward", "class_loss")


@cache
def right_answer(name):
    """A problem of the check and the right answer to it, as it travels."""
    problem = lstm_ref.checks.make(name, 1)
    answer = lstm_ref.checks.answer_to(problem, lstm_ref.checks.CHECKS[name].reference)
    return problem, wire.unpack(*wire.pack(answer))


@examples(300)
@given(st.data(), st.sampled_from(ASKED))
def test_the_courses_judge_takes_any_answer(data, name):
    problem, right = right_answer(name)
    reply = {"answer": data.draw(nearly(right))}
    verdict = verdicts.judged(lstm_ref.checks, parse(f'check("{name}", {name})'), problem, reply)
    assert "could not be judged" not in verdict.message
    assert writable(verdict)


def writable(verdict):
    """Whether a notebook with this verdict can be written to a file."""
    cell = new_code_cell("1")
    verdicts.write(cell, verdict)
    return nbformat.writes(new_notebook(cells=[cell])).encode()


@pytest.mark.parametrize("name", ASKED)
def test_the_right_answer_is_right(name):
    problem, right = right_answer(name)
    assert lstm_ref.checks.judge(name, problem, right) is None


@examples(200)
@given(st.one_of(TREES, st.fixed_dictionaries({"answer": TREES}), st.fixed_dictionaries({"failed": TEXTS})))
def test_any_reply_gets_a_verdict_that_a_notebook_can_hold(reply):
    call = parse('check("forget_gate", forget_gate)')
    verdict = verdicts.judged(lstm_ref.checks, call, right_answer("forget_gate")[0], reply)
    assert not verdict.right and writable(verdict)


def test_half_a_surrogate_pair_in_what_a_judge_quotes_can_be_written():
    assert writable(verdicts.Verdict("expected 1, got '\ud800'"))
