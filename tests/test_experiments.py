"""What further calls of a wrong function tell: mistakes that no list holds, one line of a solution changed in each."""

import numpy as np
import pytest
from test_exercise_answers import notebook, run_solution

from lstm_ref import check
from lstm_ref.checks import CHECKS, answer_to, further, judge, make
from lstm_ref.checks.engine.experiment import fewest
from lstm_ref.core import cell

# (exercise, function, what stands in the solution, what is put there, what is said)
CHANGED = [
    ("07_full_cell", "lstm_step", "f = sigmoid(hx", "f = sigmoid(2 * hx", "So look at the line of f or at f * c_prev."),
    ("07_full_cell", "lstm_step", "f * state.c", "f * state.c**2", "c_prev = -3 is all of c[0, 0]; it is 9."),
    ("07_full_cell", "lstm_step", "f * state.c", "f[::-1] * state.c", "1 more in c_prev ought to be f ="),
    ("07_full_cell", "lstm_step", "np.tanh(hx", "np.sin(hx", "So look at the line of the candidate."),
    (
        "07_full_cell",
        "lstm_step",
        "i * candidate",
        "i * candidate**2",
        "the candidate or at i * candidate.",
    ),
    ("07_full_cell", "lstm_step", "o * np.tanh(c)", "o * np.sin(c)", "So look at h = o * tanh(c)."),
    ("07_full_cell", "lstm_step", "o * np.tanh(c)", "o * np.tanh(c) + 0.1", "So look at h = o * tanh(c)."),
    ("07_full_cell", "lstm_step", "params.b_o)", "state.c)", "state.h does not change when params.b_o does"),
    ("07_full_cell", "lstm_step", "state.h, x]", "state.h, abs(x)]", "So look at what the lines read, [h_prev, x]."),
    ("07_full_cell", "lstm_forward", "xs[:, t]", "abs(xs[:, t])", "So look at what the lines read, [h_prev, x]."),
    ("03_forget_gate", "forget_gate", "W_f.T", "abs(W_f).T", "So look at the product of [h_prev, x] and W_f."),
    (
        "03_forget_gate",
        "forget_gate",
        "+ b_f",
        "+ b_f[0]",
        "the sigmoid or at the place where b_f is added.",
    ),
    ("03_forget_gate", "forget_gate", ", x]", ", x[::-1]]", "So look at how x meets the last D columns of W_f"),
    ("01_why_lstm", "rnn_step", "h_prev, x]", "h_prev[:, ::-1], x]", "how h_prev meets the first H columns of W"),
    ("01_why_lstm", "rnn_step", "np.tanh(", "np.sin(", "So look at the tanh or at the place where b is added."),
    ("06_output_gate", "hidden_state", "np.tanh(c)", "np.sin(c)", "at the tanh of c"),
    (
        "08_learning",
        "lstm_step_backward",
        "candidate * i * (1 - i)",
        "i * i * (1 - i)",
        "what arrives at the input gate",
    ),
    (
        "08_learning",
        "lstm_step_backward",
        "z_i.T @ hx",
        "2 * z_i.T @ hx",
        "the weights' gradients, d_z.T @ hx.",
    ),
    ("08_learning", "lstm_step_backward", "z_o @ params.W_o", "z_f @ params.W_o", "the way back through W_o"),
    (
        "03_forget_gate",
        "half_life",
        "np.log(f)",
        "np.log(f) * 3",
        "After n steps f ** n is left",
    ),
    (
        "10_pytorch",
        "to_torch_arrays",
        "weight[:, H:]",
        "weight[::-1, H:]",
        "what stands there is params.",
    ),
]


def changed(stem, name, old, new):
    """The function of a solution, in which each `old` is replaced."""
    source = next(c.source for c in notebook(stem).cells if c.source.startswith(f"def {name}("))
    head, _begin, body = source.partition("### BEGIN SOLUTION")
    assert old in body
    return run_solution(stem, name, head + body.replace(old, new))[name]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("stem, name, old, new, words", CHANGED)
def test_a_mistake_that_no_list_holds_is_found_by_experiment(stem, name, old, new, words, seed):
    with pytest.raises(AssertionError) as refused:
        check(name, changed(stem, name, old, new), seed=seed)
    assert words in str(refused.value) and "exactly the" not in str(refused.value)


def test_two_lines_that_are_wrong_are_both_found():
    def step(x, state, params):
        _after, (f, i, candidate, o, _c) = cell.lstm_step_with_gates(x, state, params)
        c = f * f * state.c + i * candidate
        return cell.LSTMState(np.sin(c) * o, c)

    with pytest.raises(AssertionError, match=r"look at the line of f or at f \* c_prev, and at h ="):
        check("lstm_step", step, part="output", seed=0)


def test_numbers_that_were_narrowed_are_told_from_wrong_ones():
    def narrow(h_prev, x, W_f, b_f):
        hx = np.concatenate([h_prev, x], axis=1).astype(np.float32)
        return cell.sigmoid(hx @ W_f.T + b_f)

    with pytest.raises(AssertionError, match="somewhere they are float32, which has 7 digits"):
        check("forget_gate", narrow, seed=0, part="equation")


def test_arguments_in_another_order_are_seen_in_the_first_line():
    with pytest.raises(AssertionError, match=r"called with \(x, h_prev, W, b\); its first line"):
        check("rnn_step", lambda h_prev, x, W, b: np.tanh(np.concatenate([h_prev, x], axis=1) @ W.T + b), seed=0)


def test_the_fewest_lines_explain_every_conflict():
    a, b, c = "abc"
    assert fewest([frozenset({a, b}), frozenset({b, c})]) == [frozenset({b})]
    assert fewest([frozenset({a}), frozenset({b, c})]) == [frozenset({a, b}), frozenset({a, c})]
    assert fewest([frozenset({name}) for name in "abcd"]) == []  # so many at once are no diagnosis


@pytest.mark.parametrize("name", [name for name, its in CHECKS.items() if its.readouts])
def test_the_reference_comes_out_right_in_every_readout(name):
    """Else an experiment would speak against a right line."""
    its = CHECKS[name]
    for part in its.parts:
        for arguments in its.parts[part].calls(np.random.default_rng(0)):
            for one in its.readouts(arguments):
                answers = [its_leaves(its, call) for call in one.calls]
                want = one.want(answers) if callable(one.want) else one.want
                np.testing.assert_allclose(one.read(answers), want, rtol=1e-6, atol=1e-7, err_msg=one.said)


def its_leaves(its, call):
    from lstm_ref.checks.engine.compare import leaves
    from lstm_ref.checks.engine.match import expected

    return leaves(expected(its, call), its.output)


def test_what_the_experiments_bring_makes_nothing_right_and_need_not_be_an_answer():
    def wrong(h_prev, x, W_f, b_f):
        return 0.5 + 0 * h_prev

    problem = make("forget_gate", 0)
    answer = answer_to(problem, wrong)
    more = further("forget_gate", problem, answer)
    plain = judge("forget_gate", problem, answer)
    assert plain
    for odd in (
        None,
        {},
        {"calls": []},
        {"calls": [None]},
        answer,
        {"calls": [{"first": {"kind": "None"}}] * len(more["calls"])},
    ):
        assert judge("forget_gate", problem, answer, further=odd)
    right = answer_to(problem, CHECKS["forget_gate"].reference)
    assert further("forget_gate", problem, right) is None
    assert judge("forget_gate", problem, right, further=answer_to(more, wrong)) is None
