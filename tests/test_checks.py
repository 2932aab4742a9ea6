"""The machinery of checks: its three parts apart, and that it fails closed whatever comes back."""

import re
import sys

import numpy as np
import pytest

import lstm_ref
from lstm_ref.checks import CHECKS, answer_to, check, judge, make
from lstm_ref.checks.engine import call as caller

RIGHT = {name: c.reference for name, c in CHECKS.items()}
# Where settings are asked for, the reference only shows their form: such a check holds no answer.
WITHOUT_ANSWER = ["leaky_settings", "latch_settings", "bump_settings"]
ANSWERED = [name for name in CHECKS if name not in WITHOUT_ANSWER]
ASKED_WITH_NUMBERS = [name for name in CHECKS if any(make(name, 0)["calls"])]


@pytest.mark.parametrize("name", WITHOUT_ANSWER)
def test_a_check_of_settings_holds_no_answer(name):
    with pytest.raises(AssertionError):
        check(name, RIGHT[name])


@pytest.mark.parametrize("name", ANSWERED)
@pytest.mark.parametrize("seed", range(2))
def test_the_reference_passes_and_every_known_mistake_is_named(name, seed):
    its = CHECKS[name]
    check(name, RIGHT[name], seed=seed)
    everywhere = [(mistake, None) for mistake in its.mistakes]
    for mistake, part in everywhere + [(m, name) for name, p in its.parts.items() for m in p.mistakes]:
        with pytest.raises(AssertionError) as refused:
            check(name, mistake.wrong, part, seed)
        assert mistake.sentence in str(refused.value)
        assert ", or when" not in str(refused.value), "two mistakes give the same numbers on this part"


@pytest.mark.parametrize("name", ASKED_WITH_NUMBERS)
def test_a_seed_gives_the_same_problem_again_and_another_seed_another(name):
    assert caller.same(flat(make(name, 1)), flat(make(name, 1)))
    assert not caller.same(flat(make(name, 1)), flat(make(name, 2)))


def flat(problem):
    return problem["calls"]


@pytest.mark.parametrize("name", CHECKS)
def test_the_parts_together_are_the_whole(name):
    whole = make(name, 7)
    pieces = [call for part in CHECKS[name].parts for call in make(name, 7, part)["calls"]]
    assert caller.same(flat(whole), flat({"calls": pieces}))


@pytest.mark.parametrize("name", CHECKS)
def test_a_part_asks_as_many_calls_whatever_the_seed(name):
    """So the judge knows which answers belong to which part without making the problem again."""
    for part in CHECKS[name].parts:
        assert len({len(make(name, seed, part)["calls"]) for seed in range(10)}) == 1


GARBAGE = [
    None,
    True,
    [],
    {},
    "right",
    {"calls": None},
    {"calls": []},
    {"calls": [None, None]},
    {"calls": [{"first": {}}, {"first": {}}]},
    {"calls": [{"first": {"kind": "array", "value": None}}] * 2},
    {"calls": [{"first": {"kind": "array", "value": np.array(["a"])}}] * 2},
    {"calls": [{"first": {"kind": "array", "value": np.ones((3, 4), object)}}] * 2},
    {"calls": [{"first": {"kind": "array", "value": np.ones((3, 4)) + 1j}}] * 2},
    {"calls": [{"first": {"kind": "array", "value": np.full((3, 4), np.nan)}}] * 2},
    {"not_callable": "int"},
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=str)
def test_judge_fails_closed(garbage):
    problem = make("forget_gate", 0, "equation")
    assert judge("forget_gate", problem, garbage, "equation")


def test_an_import_that_only_grading_refuses_is_explained():
    text = "cannot import name 'sigmoid' from 'lstm_ref' (/stand_ins/lstm_ref/__init__.py)"
    outcome = {"kind": "error", "type": "ImportError", "text": text, "line": "from lstm_ref import sigmoid"}
    problem = make("forget_gate", 0, "limits")
    said = judge("forget_gate", problem, {"calls": [{"first": outcome, "second": outcome}]}, "limits")
    assert "does not lend it to a notebook that is graded: write it yourself" in said


def test_an_answer_too_many_or_too_few_is_refused():
    problem = make("forget_gate", 0)
    answer = answer_to(problem, lstm_ref.forget_gate)
    assert judge("forget_gate", problem, answer) is None
    assert judge("forget_gate", problem, {"calls": answer["calls"][:-1]})
    assert "4 answers came back" in judge("forget_gate", problem, {"calls": [*answer["calls"], answer["calls"][0]]})


def test_an_answer_to_another_problem_is_refused():
    answer = answer_to(make("forget_gate", 1), lstm_ref.forget_gate)
    assert judge("forget_gate", make("forget_gate", 2), answer)


def said(name, function, **options):
    with pytest.raises(AssertionError) as refused:
        check(name, function, **options)
    return str(refused.value)


def test_each_bad_habit_has_its_own_sentence():
    noise = np.random.default_rng(0)
    right = lstm_ref.forget_gate

    def raises(h_prev, x, W_f, b_f):
        return h_prev @ x

    assert "is of type NoneType; expected a function" in said("forget_gate", None)
    assert "returned None" in said("forget_gate", lambda *a: None)
    assert "returned a value of type tuple" in said("forget_gate", lambda *a: (right(*a), 0.5))
    assert "Does the return line end in a comma?" in said("forget_gate", lambda *a: (right(*a),))
    assert "returned a value of type float" in said("forget_gate", lambda *a: 0.5)
    assert "NumPy array of <U1" in said("forget_gate", lambda *a: np.array(["a"]))
    assert "has shape (4, 3), expected (3, 4) (B=3, D=2, H=4). It is transposed." in said(
        "forget_gate", lambda *a: np.asfortranarray(right(*a).T)
    )
    assert "has dtype int64" in said("forget_gate", lambda *a: np.ones((3, 4), int))
    assert "has dtype float32" in said("forget_gate", lambda *a: right(*a).astype(np.float32))
    assert "f[0, 0] (sequence 0, unit 0) is nan, expected" in said("forget_gate", lambda *a: right(*a) * np.nan)
    assert "two different answers" in said("forget_gate", lambda *a: right(*a) + 1e-15 * noise.random((3, 4)))
    assert re.search(r"raised ValueError: .* at the line `return h_prev @ x`", said("forget_gate", raises))
    assert "takes 1 positional argument but 4 were given" in said("forget_gate", lambda h_prev: h_prev)


def test_a_stub_is_called_unwritten_and_so_is_one_that_a_written_function_calls():
    def forget_gate(h_prev, x, W_f, b_f):
        raise NotImplementedError

    def helper(z):
        raise NotImplementedError

    assert "forget_gate is not written yet" in said("forget_gate", forget_gate)
    assert "forget_gate calls helper, which is not written yet" in said("forget_gate", lambda h, x, W, b: helper(h))


def test_a_notebook_shows_the_sentences_alone():
    with pytest.raises(AssertionError) as refused:
        check("forget_gate", lambda *a: None, seed=3)
    lines = refused.value._render_traceback_()
    assert lines[0].startswith("forget_gate returned None")
    assert all(len(line) <= 88 for line in lines)


def test_a_right_number_got_in_a_wrong_way_is_not_called_another_mistake():
    with np.errstate(over="warn"):
        text = said("sigmoid", lambda z: 1 / (1 + np.exp(-z)), part="extremes")
    assert "overflowed on the way" in text
    assert "exactly the numbers" not in text


def test_an_unknown_mistake_is_still_located():
    def last_unit_wrong(*arguments):
        f = lstm_ref.forget_gate(*arguments)
        f[2, 3] += 0.125
        return f

    assert re.search(
        r"f\[2, 3\] \(sequence 2, unit 3\) is [\d.]+, expected [\d.]+ \(B=3, D=2, H=4\)\. 1 of 12 numbers differ\.",
        said("forget_gate", last_unit_wrong),
    )


def test_of_an_unknown_mistake_in_a_gate_it_is_said_where_to_look():
    def damaged(where, number):
        def gate(*arguments):
            f = lstm_ref.forget_gate(*arguments)
            if all(argument.any() for argument in arguments):  # an experiment without weights or bias is right
                f[where] = number
            return f

        return said("forget_gate", gate, part="equation", seed=0)

    assert "Only unit 3 is wrong." in damaged((slice(None), 3), 0.5)
    assert "Only sequence 2 is wrong." in damaged((2, slice(None)), 0.5)
    arguments = make("forget_gate", 0, "equation")["calls"][0]
    z = lstm_ref.checks.slips.line.pre_activation(*arguments.values())[1, 2]
    inside = damaged((1, 2), 1 / (1 + np.exp(-0.25)))
    assert f"W_f · [h_prev, x] + b_f is {z:.4g} there, and your number comes from 0.25" in inside
    assert "no z is squashed to your number" in damaged((1, 2), 1.25)


def test_the_problem_of_a_failure_can_be_asked_again():
    text = said("forget_gate", lambda h, x, W, b: 0 * lstm_ref.forget_gate(h, x, W, b) + 0.1234)
    seed = int(re.search(r"seed=(\d+)", text)[1])
    assert said("forget_gate", lambda h, x, W, b: np.full((3, 4), 0.1234), seed=seed) == text


def test_honest_noise_costs_nothing(recwarn, capfd):
    def noisy(h_prev, x, W_f, b_f):
        import sys
        import warnings

        warnings.warn("careful", stacklevel=1)
        print("working", file=sys.stderr)
        print("working")
        return lstm_ref.forget_gate(h_prev, x, W_f, b_f)

    check("forget_gate", noisy)
    assert not recwarn.list and capfd.readouterr() == ("✓ forget_gate\n", "")


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(KeyError, match="no check is named 'gate'; there are .*sigmoid, forget_gate"):
        make("gate", 0)
    with pytest.raises(KeyError, match="has no part 'all'; it has equation, limits"):
        make("forget_gate", 0, "all")


def test_the_caller_needs_nothing_of_the_course():
    source = caller.__file__
    with open(source) as file:
        text = file.read()
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert "lstm_ref" not in imported
    assert imported - sys.stdlib_module_names == {"numpy"}
