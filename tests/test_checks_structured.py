"""Checks whose arguments and results are named tuples, lists and tuples of several outputs: form, names, lending."""

import collections
import random

import numpy as np
import pytest

import lstm_ref
from lstm_ref import LSTMParams, LSTMState
from lstm_ref.checks import CHECKS, answer_to, check, given, judge, make
from lstm_ref.checks.engine import call as caller
from lstm_ref.checks.engine.answer import NotAnAnswer, read_outcome

STEP, FORWARD, STACKED = "lstm_step", "lstm_forward", "stacked_lstm_forward"
KINDS = (LSTMParams, LSTMState)  # found here by name when arguments are built
REFERENCE = {name: CHECKS[name].reference for name in (STEP, FORWARD, STACKED)}


def said(name, function, **options):
    with pytest.raises(AssertionError) as refused:
        check(name, function, seed=0, **options)
    return str(refused.value)


# --- form: what is said of an answer of the wrong kind ---------------------------------------------------------------

Wider = collections.namedtuple("Wider", "h c o")
Other = collections.namedtuple("LSTMState", "hidden cell")


def of_step(change):
    return lambda x, state, params: change(lstm_ref.lstm_step(x, state, params))


def of_run(change):
    return lambda xs, params, state=None: change(*lstm_ref.lstm_forward(xs, params, state))


def of_stack(change):
    return lambda xs, layers, states=None: change(*lstm_ref.stacked_lstm_forward(xs, layers, states))


FORMS = [
    (STEP, of_step(tuple), "returned a plain tuple for state; expected LSTMState(h, c), which names its parts"),
    (STEP, of_step(lambda s: Other(*s)), "a value of type LSTMState(hidden, cell) for state; expected LSTMState(h, c)"),
    (STEP, of_step(lambda s: Wider(*s, s.h)), "of type Wider(h, c, o) for state; expected LSTMState(h, c) (B=3,"),
    (STEP, of_step(lambda s: s.h), "returned a value of type array for state; expected LSTMState(h, c)"),
    (STEP, of_step(list), "returned a value of type list for state"),
    (STEP, of_step(lambda s: s._replace(c=s.c.T)), "state.c has shape (4, 3), expected (3, 4)"),
    (STEP, of_step(lambda s: s._replace(h=0.5)), "a value of type float for state.h; expected a NumPy array"),
    (STEP, of_step(lambda s: s._replace(h=None)), "a value of type None for state.h"),
    (STEP, of_step(lambda s: s._replace(c=s)), "a value of type LSTMState(h, c) for state.c; expected a NumPy array"),
    (FORWARD, of_run(lambda hs, state: hs), "a value of type array; expected (hs, state), a tuple of 2"),
    (FORWARD, of_run(lambda hs, state: (hs, *state)), "of type tuple of 3; expected (hs, state), a tuple of 2"),
    (FORWARD, of_run(lambda hs, state: {hs.shape, state.h.shape}), "of type set; expected (hs, state), a tuple of 2"),
    (FORWARD, of_run(lambda hs, state: iter([hs])), "of type tuple of 1; expected (hs, state), a tuple of 2"),
    (FORWARD, of_run(lambda hs, state: (hs, tuple(state))), "a plain tuple for state; expected LSTMState(h, c)"),
    (FORWARD, of_run(lambda hs, state: state), "of type LSTMState(h, c); expected (hs, state)"),
    (FORWARD, of_run(lambda hs, state: (list(hs), state)), "a value of type list for hs"),
    (STACKED, of_stack(lambda hs, states: (hs, iter(states))), "of type iterator for states; expected a list of 3"),
    (
        STACKED,
        of_stack(lambda hs, states: (hs, map(tuple, states))),
        "gone through once: list(...) makes a list",
    ),
    (STACKED, of_stack(lambda hs, states: (hs, states + states)), "of type list of 6 for states; expected a list of 3"),
    (STACKED, of_stack(lambda hs, states: (hs, [])), "of type list of 0 for states; expected a list of 3"),
    (STACKED, of_stack(lambda hs, states: (hs, [tuple(s) for s in states])), "a plain tuple for states[0]"),
    (STACKED, of_stack(lambda hs, states: (hs, [states] * 3)), "a value of type list for states[0]"),
]


@pytest.mark.parametrize("name, function, words", FORMS, ids=[words for *_, words in FORMS])
def test_an_answer_of_the_wrong_kind_is_told_what_is_expected(name, function, words):
    assert words in said(name, function)


def test_a_named_tuple_of_another_class_with_the_same_fields_is_right():
    """A notebook may define its own LSTMState: it is the fields that count."""
    own = collections.namedtuple("Mine", "h c")
    check(STEP, of_step(lambda state: own(*state)))


# --- whatever comes back, judge refuses it with a sentence -----------------------------------------------------------

DEEP = {"kind": "list", "items": []}
for _n in range(3000):
    DEEP = {"kind": "list", "items": [DEEP]}
ARRAY = {"kind": "array", "value": np.ones((3, 4))}
STATE = {"kind": "named tuple", "type": "LSTMState", "fields": ["h", "c"], "items": [ARRAY, ARRAY]}
HOSTILE = [
    None,
    7,
    "array",
    [],
    {},
    {"kind": None},
    {"kind": ["array"], "value": np.ones((3, 4))},
    {"kind": np.array(["array", "array"]), "value": np.ones((3, 4))},
    {"kind": "named tuple"},
    {**STATE, "items": None},
    {**STATE, "items": 3},
    {**STATE, "items": [ARRAY]},
    {**STATE, "items": [ARRAY, ARRAY, ARRAY]},
    {**STATE, "items": [ARRAY, None]},
    {**STATE, "items": [ARRAY, 3.0]},
    {**STATE, "items": {"h": ARRAY, "c": ARRAY}},
    {**STATE, "fields": None},
    {**STATE, "fields": "hc"},
    {**STATE, "fields": ["h", "h"]},
    {**STATE, "fields": [["h"], ["c"]]},
    {**STATE, "fields": np.array(["h", "c"])},
    {**STATE, "fields": ["h", "c", "o"]},
    {**STATE, "type": 5, "fields": ["a", "b"]},
    {**STATE, "items": [ARRAY, STATE]},
    {**STATE, "items": [ARRAY, {"kind": "int", "value": 10**400}]},
    {**STATE, "items": [ARRAY, {"kind": "array", "value": np.array(["a"] * 12).reshape(3, 4)}]},
    {**STATE, "items": [ARRAY, {"kind": "array", "value": np.ones((3, 4), complex)}]},
    {**STATE, "items": [ARRAY, {"kind": "array", "value": np.ones((3, 4), object)}]},
    {**STATE, "items": [ARRAY, {"kind": "array", "value": np.full((3, 4), np.nan)}]},
    {**STATE, "items": [ARRAY, {"kind": "array", "value": "ones"}]},
    {"kind": "tuple", "items": [ARRAY, STATE]},
    {"kind": "tuple", "items": [ARRAY, {"kind": "list", "items": [STATE, STATE, STATE]}]},
    {"kind": "tuple", "items": [ARRAY, {"kind": "list", "items": [STATE, None, STATE]}]},
    {"kind": "dict", "fields": ["h", "c"], "items": [ARRAY, ARRAY]},
    {"kind": "error", "type": 1, "text": None, "line": [], "function": {}},
    {"kind": "error", "type": "NotImplementedError", "function": ["f"]},
    DEEP,
]


@pytest.mark.parametrize("name", REFERENCE)
@pytest.mark.parametrize("outcome", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_outcome_is_refused(name, outcome):
    problem = make(name, 0)
    results = [{"first": outcome, "second": outcome, "mutated": [], "warnings": []} for _call in problem["calls"]]
    assert judge(name, problem, {"calls": results})


@pytest.mark.parametrize("name", REFERENCE)
@pytest.mark.parametrize(
    "wrong",
    [
        {"first": None},
        {"second": None},
        {"second": 3},
        {"second": {"kind": "error"}},
        {"mutated": 5},
        {"mutated": [3]},
        {"mutated": "state"},
        {"mutated": {"state": 1}},
        {"warnings": 5},
        {"warnings": [None]},
    ],
    ids=str,
)
def test_a_right_answer_in_a_hostile_wrapping_is_refused(name, wrong):
    problem = make(name, 0)
    answer = answer_to(problem, REFERENCE[name])
    assert judge(name, problem, answer) is None
    assert judge(name, problem, {"calls": [{**result, **wrong} for result in answer["calls"]]})


def test_random_trees_never_pass_and_never_raise():
    rng = random.Random(5)
    kinds = ["array", "named tuple", "tuple", "list", "int", "float", "dict", "error", "None", None, 3]

    def tree(depth):
        made = {"kind": rng.choice(kinds)}
        for key, values in {
            "value": [None, 1, 2.5, np.ones((3, 4)), np.zeros(0), "x", 10**30, float("nan")],
            "fields": [None, ["h", "c"], ["h"], "hc", [1, 2]],
            "type": ["LSTMState", 3],
        }.items():
            if rng.random() < 0.6:
                made[key] = rng.choice(values)
        if depth and rng.random() < 0.8:
            made["items"] = [tree(depth - 1) for _n in range(rng.randint(0, 3))]
        return made

    problems = {name: make(name, 0) for name in REFERENCE}
    for _n in range(300):
        for name, problem in problems.items():
            outcome = tree(3)
            results = [{"first": outcome, "second": outcome, "mutated": []} for _call in problem["calls"]]
            assert judge(name, problem, {"calls": results})


def test_what_the_caller_writes_is_an_outcome():
    for name, reference in REFERENCE.items():
        for result in answer_to(make(name, 1), reference)["calls"]:
            assert read_outcome(result["first"]).numbers is not None
    for value in (10**400, [[[[[1]]]]], [0] * 100, {"a": [None, (1.5, True)]}, np.array(["a"])):
        assert read_outcome(caller.describe(value)).kind
    nested = {"kind": "list", "items": [{"kind": "list", "items": [{"kind": 3}]}]}
    with pytest.raises(NotAnAnswer):
        read_outcome(nested)


# --- arguments -------------------------------------------------------------------------------------------------------


def in_a_notebook(source):
    """The function that a notebook defines, with its own named tuples beside it."""
    names = {}
    exec("import numpy as np\nfrom lstm_ref import LSTMParams, LSTMState\n" + source, names)
    return names


def test_arguments_come_as_the_notebooks_own_types():
    names = in_a_notebook(
        "from typing import Any, NamedTuple\n"
        "class LSTMState(NamedTuple):\n    h: Any\n    c: Any\n    def twice(self):\n        return 2 * self.h\n"
        "seen = []\n"
        "def lstm_step(x, state, params):\n"
        "    seen.append((type(state) is LSTMState, type(params) is LSTMParams, state.twice().shape))\n"
    )
    answer_to(make(STEP, 0), names["lstm_step"])
    assert {seen[:2] for seen in names["seen"]} == {(True, True)}
    assert {seen[2] for seen in names["seen"]} == {(3, 4), (6, 5)}


def test_layers_and_states_come_as_lists_of_the_notebooks_own_types():
    names = in_a_notebook(
        "seen = []\n"
        "def stacked_lstm_forward(xs, layers, states=None):\n"
        "    seen.append((type(layers), {type(p) is LSTMParams for p in layers}, states and type(states[2])))\n"
    )
    answer_to(make(STACKED, 0, "states"), names["stacked_lstm_forward"])
    assert set(map(str, names["seen"])) == {str((list, {True}, names["LSTMState"]))}


MUTATIONS = [
    (STEP, "state.c[:] *= 0.5", "state.c"),
    (STEP, "state.h[0] += 1", "state.h"),
    (STEP, "params.W_f[:] = 0", "params.W_f"),
    (STEP, "params.b_o[1] = 7", "params.b_o"),
    (STEP, "x[:] = 0", "x"),
    (FORWARD, "xs[0] = 0", "xs"),
    (FORWARD, "params.W_i[2, 2] = 1", "params.W_i"),
    (STACKED, "layers[1].b_c[:] = 0", "layers[1].b_c"),
    (STACKED, "layers.reverse()", "layers"),
    (STACKED, "layers.pop()", "layers"),
    (STACKED, "layers[0] = None", "layers[0]"),
]


@pytest.mark.parametrize("name, line, where", MUTATIONS, ids=[line for _, line, _ in MUTATIONS])
def test_a_change_inside_an_argument_is_noticed_and_named(name, line, where):
    """The right answer is computed first, so nothing else is wrong."""
    first = {STEP: "x, state, params", FORWARD: "xs, params, state=None", STACKED: "xs, layers, states=None"}[name]
    plain = first.replace("=None", "")
    names = in_a_notebook(
        f"import lstm_ref\ndef f({first}):\n    made = lstm_ref.{name}({plain})\n    {line}\n    return made"
    )
    text = said(name, names["f"])
    assert "changed its argument " in text
    changed = text.split("changed its argument ")[1].split(" in place")[0].split(", ")
    assert all(place.startswith(where) for place in changed), changed


def test_changes_are_named_where_they_are():
    before = caller.plain([LSTMState(np.zeros(2), np.ones(2)), 3, (1.0, 2)])
    after = caller.plain([LSTMState(np.zeros(2), np.ones(2) * 2), 3, (1.0, 5)])
    assert caller.changes(before, before, "a") == []
    assert caller.changes(before, after, "a") == ["a[0].c", "a[2][1]"]
    assert caller.changes(before, after[:2], "a") == ["a"]
    assert caller.changes(before, None, "a") == ["a"]


# --- which output, which step ----------------------------------------------------------------------------------------


def test_the_output_that_others_follow_from_is_named_first_and_the_right_ones_are_listed():
    text = said(STEP, of_step(lambda s: LSTMState(s.h + 0.01, s.c - 0.01)), part="output")
    assert text.startswith("state.c[0, 0] (sequence 0, unit 0) is ")
    text = said(STEP, of_step(lambda s: LSTMState(s.h + 0.01, s.c)))
    assert text.startswith("state.h[0, 0] ") and "Right: state.c. Wrong: state.h." in text


def test_the_first_wrong_step_is_named_before_the_first_wrong_sequence():
    def late(hs, state):
        hs = hs.copy()
        hs[0, 4] += 0.1
        hs[2, 1, 3] += 0.1
        return hs, state

    text = said(FORWARD, of_run(late))
    assert text.startswith("hs[2, 1, 3] (sequence 2, step 1, unit 3) is ")
    assert "Step 0 is right, step 1 is the first that differs" in text


def test_a_part_compares_only_its_own_outputs():
    wrong_h = of_step(lambda s: s._replace(h=0 * s.h))
    check(STEP, wrong_h, part="memory")
    assert "state.h" in said(STEP, wrong_h, part="output")


# --- unknown mistakes ------------------------------------------------------------------------------------------------

UNKNOWN = [
    (STEP, of_step(lambda s: s._replace(h=0.9 * s.h)), "So look at the line of o or at h = o * tanh(c)."),
    (STEP, of_step(lambda s: s._replace(c=s.c + 0.1 * (np.arange(4) == 2))), "Only unit 2 is wrong"),
    (STEP, of_step(lambda s: s._replace(c=1.1 * s.c)), "look at the sum that is c, and at h = o * tanh(c)."),
    (
        STEP,
        of_step(lambda s: s._replace(h=s.h - 0.1 * (np.arange(len(s.h)) == 2)[:, None])),
        "Only sequence 2 is wrong",
    ),
    (FORWARD, of_run(lambda hs, s: (hs, s._replace(c=s.c + 0.1))), "hs is right, so every step is"),
    (FORWARD, of_run(lambda hs, s: (hs + 0.1, s)), "Already step 0 is wrong: it begins with zeros"),
    (FORWARD, of_run(lambda hs, s: (hs + 0.1 * (np.arange(hs.shape[1]) > 2)[:, None], s)), "Steps 0 to 2 are right"),
    (STACKED, of_stack(lambda hs, s: (1.1 * hs, s)), "Every layer's state is right."),
    (
        STACKED,
        of_stack(lambda hs, s: (hs, [*s[:-1], LSTMState(s[-1].h, s[-1].c + 1)])),
        "the list of states, from that",
    ),
    (STACKED, of_stack(lambda hs, s: (2 * hs, [LSTMState(*(1.1 * v for v in one)) for one in s])), "Already layer 0"),
]


@pytest.mark.parametrize("name, function, words", UNKNOWN, ids=[words for *_, words in UNKNOWN])
def test_an_unknown_mistake_is_told_where_to_look(name, function, words):
    text = said(name, function)
    assert words in text and "exactly the" not in text


def test_of_two_mistakes_at_once_the_first_is_still_named():
    def wrong(x, state, params):
        _new, g = lstm_ref.core.cell.lstm_step_with_gates(x, state, params)
        c = (1 - g.f) * state.c + g.i * g.candidate
        return LSTMState(0.9 * g.o * np.tanh(c), c)

    text = said(STEP, wrong, part="output")
    assert "state.c holds exactly the numbers you get when 1 - f is used" in text
    assert "there is a second mistake" in text


# --- what is lent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHECKS)
def test_no_problem_holds_the_text_of_what_it_asks_for(name):
    sources = make(name, 0)["given"]
    assert name not in sources
    assert not any(f"def {name}(" in source for source in sources.values())


def test_a_step_that_is_wrong_costs_nothing_in_the_sequence_and_the_stack():
    source = """
def lstm_step(x, state, params):
    return 'wrong'
def lstm_forward(xs, params, state=None):
    if state is None:
        state = LSTMState(*np.zeros((2, len(xs), len(params.b_f))))
    hs = []
    for t in range(xs.shape[1]):
        state = lstm_step(xs[:, t], state, params)
        assert type(state) is LSTMState
        hs.append(state.h)
    return np.stack(hs, axis=1), state
def stacked_lstm_forward(xs, layers, states=None):
    last = []
    for n, params in enumerate(layers):
        xs, state = lstm_forward(xs, params, states and states[n])
        assert type(state) is LSTMState
        last.append(state)
    return xs, last
"""
    names = in_a_notebook(source)
    check(FORWARD, names["lstm_forward"])
    check(STACKED, names["stacked_lstm_forward"])
    names["lstm_forward"] = None
    check(STACKED, names["stacked_lstm_forward"])
    assert "expected LSTMState(h, c)" in said(STEP, names["lstm_step"])


MISSING = """
def lstm_forward(xs, params, state=None):
    state = state or LSTMState(*np.zeros((2, len(xs), params.hidden_size)))
    hs = []
    for t in range(xs.shape[1]):
        state = lstm_step(xs[:, t], state, params)
        hs.append(state.h)
    return np.stack(hs, axis=1), state
"""


def test_a_step_that_is_missing_costs_nothing_in_the_sequence_and_stays_missing():
    names = in_a_notebook(MISSING)
    check(FORWARD, names["lstm_forward"])
    assert "lstm_step" not in names and "sigmoid" not in names


OWN = """
def lstm_step(h, c, x, params):
    made = [np.hstack([h, x]) @ W.T + b for W, b in zip(params[:8:2], params[1:8:2])]
    f, i, o = (1 / (1 + np.exp(-made[n])) for n in (0, 1, 3))
    c = f * c + i * np.tanh(made[2])
    return o * np.tanh(c), c
def lstm_forward(xs, params, state=None):
    h, c = state or np.zeros((2, len(xs), params.hidden_size))
    hs = []
    for t in range(xs.shape[1]):
        h, c = lstm_step(h, c, xs[:, t], params)
        hs.append(h)
    return np.stack(hs, axis=1), LSTMState(h, c)
"""


def test_a_step_of_another_form_costs_nothing_in_the_sequence_that_calls_it_so():
    check(FORWARD, in_a_notebook(OWN)["lstm_forward"])
    both = in_a_notebook(OWN.replace("f * c + i", "f * c - i"))
    assert said(FORWARD, both["lstm_forward"]) and said(STEP, both["lstm_step"])


def test_the_form_is_judged_for_what_the_part_compares():
    for wrong in (lambda hs, s: (hs, tuple(s)), lambda hs, s: (hs, "none"), lambda hs, s: (hs, s._replace(c=s.c[0]))):
        check(FORWARD, of_run(wrong), part="values")
        assert said(FORWARD, of_run(wrong), part="carried")
    check(STEP, of_step(lambda s: s._replace(h=0.5)), part="memory")
    assert "state.h" in said(STEP, of_step(lambda s: s._replace(h=0.5)), part="output")


WRAPPED = {
    "np.errstate": "f = np.errstate(over='ignore')(g)",
    "without wraps": "def put(h):\n    return lambda *a: h(*a)\nf = put(put(g))",
    "partial": "import functools\nf = functools.partial(g)",
    "object": "class F:\n    def __call__(self, *a):\n        return g(*a)\nf = F()",
    "made with": "class F:\n    def __init__(self, h):\n        self.h = h\n    __call__ = print\nf = F(g)",
    "method": "class F:\n    def run(self, *a):\n        return g(*a)\nf = F().run",
    "static": "class F:\n    run = staticmethod(g)\nf = F.run",
    "torch": "import torch\nf = torch.no_grad()(g)",
    "cached": "import functools\nf = functools.lru_cache(g)",
    "vectorized": "f = np.vectorize(g)",
}


@pytest.mark.parametrize("way", WRAPPED.values(), ids=WRAPPED)
def test_a_wrapped_function_finds_the_names_of_its_notebook(way):
    names = in_a_notebook("def g(*a):\n    return a\n" + way)
    assert caller._home(names["f"]) is names


def test_the_lent_functions_are_right():
    for name in (STEP, FORWARD):
        check(name, getattr(given, name))
