"""The equations against finite arithmetic, against torch, and against wrong arguments."""

import re

import numpy as np
import pytest
import torch

import lstm_ref as ref

B, D, H = 3, 2, 4


@pytest.fixture
def params():
    return ref.initial_params(D, H, seed=1, scale=1.0)


@pytest.fixture
def inputs():
    rng = np.random.default_rng(2)
    return rng.normal(size=(B, D)), ref.LSTMState(rng.normal(size=(B, H)), rng.normal(size=(B, H)))


def test_sigmoid_holds_at_both_ends_without_a_warning():
    z = np.array([-1e4, -745.0, -40.0, 0.0, 40.0, 1e4])
    with np.errstate(all="raise", under="ignore"):
        s = ref.sigmoid(z)
    assert s[0] == 0 and s[3] == 0.5 and s[5] == 1
    assert s[2] == pytest.approx(np.exp(-40.0), rel=1e-15)  # not merely near 0: right


def test_sigmoid_agrees_with_torch_and_so_does_its_gradient_even_at_zero():
    z = torch.tensor([-3.0, -1e-9, 0.0, 1e-9, 3.0], dtype=torch.float64, requires_grad=True)
    ref.sigmoid(z).sum().backward()
    own, z.grad = z.grad, None
    torch.sigmoid(z).sum().backward()
    assert torch.allclose(own, z.grad, rtol=0, atol=1e-15)


def test_a_gate_is_the_line_on_paper():
    h_prev, x = np.array([[0.5]]), np.array([[1.0]])
    f = ref.forget_gate(h_prev, x, np.array([[1.0, -1.0]]), np.array([0.2]))
    assert f == pytest.approx(1 / (1 + np.exp(-(0.5 - 1.0 + 0.2))), abs=1e-15)


def test_each_gate_reads_h_before_x():
    h_prev, x = np.array([[1.0, 0.0]]), np.array([[0.0]])
    W = np.array([[3.0, 0.0, -7.0], [0.0, 5.0, -7.0]])
    for gate in (ref.forget_gate, ref.input_gate, ref.output_gate):
        assert gate(h_prev, x, W, np.zeros(2)) == pytest.approx(ref.sigmoid(np.array([[3.0, 0.0]])))
    assert ref.candidate(h_prev, x, W, np.zeros(2)) == pytest.approx(np.tanh([[3.0, 0.0]]))


def test_a_step_is_the_six_lines(params, inputs):
    x, (h, c) = inputs
    hx = np.concatenate([h, x], axis=1)
    f, i, o = (1 / (1 + np.exp(-(hx @ params._asdict()[f"W_{g}"].T + params._asdict()[f"b_{g}"]))) for g in "fio")
    c_new = f * c + i * np.tanh(hx @ params.W_c.T + params.b_c)
    got = ref.lstm_step(x, ref.LSTMState(h, c), params)
    assert np.abs(got.c - c_new).max() < 1e-14
    assert np.abs(got.h - o * np.tanh(c_new)).max() < 1e-14


def test_a_step_changes_nothing_that_it_was_given(params, inputs):
    x, state = inputs
    before = [a.copy() for a in (x, *state, *params[:8])]
    ref.lstm_step(x, state, params)
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, *state, *params[:8]), strict=True))


def refused(message, call, error=ValueError):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_wrong_arguments_are_named_with_both_sides(params, inputs):
    x, state = inputs
    h = state.h
    refused("x is a list; expected a NumPy array", lambda: ref.forget_gate(h, [[1.0]], *params[:2]), TypeError)
    refused(
        "W_f has 6 columns; [h_prev, x] has 7 (h_prev 4, x 3)",
        lambda: ref.forget_gate(h, np.ones((B, 3)), *params[:2]),
    )
    refused("It looks transposed", lambda: ref.forget_gate(h, x, params.W_f.T, params.b_f))
    refused("b_f has shape (3,); expected (4,)", lambda: ref.forget_gate(h, x, params.W_f, np.ones(3)))
    refused("h_prev holds 2 sequences and x holds 3", lambda: ref.forget_gate(h[:2], x, *params[:2]))
    refused("x has shape (2,), 1 axes; expected 2 axes (B, D)", lambda: ref.forget_gate(h, x[0], *params[:2]))
    refused("x has dtype int64", lambda: ref.forget_gate(h, x.astype(int), *params[:2]), TypeError)
    refused(
        "x has dtype float32, h_prev has dtype float64",
        lambda: ref.forget_gate(h, x.astype(np.float32), *params[:2]),
        TypeError,
    )
    refused(
        "x has library torch, h_prev has library numpy",
        lambda: ref.forget_gate(h, torch.tensor(x), *params[:2]),
        TypeError,
    )
    refused("state.c has shape (3, 5)", lambda: ref.lstm_step(x, ref.LSTMState(h, np.ones((B, 5))), params))


def test_tensors_on_two_devices_are_refused():
    there = torch.ones(B, D, dtype=torch.float64, device="meta")
    h = torch.ones(B, H, dtype=torch.float64)
    refused("x has device meta, h_prev has device cpu", lambda: ref.concatenate_inputs(h, there))


def test_half_life_and_its_bias_are_inverse():
    steps = np.array([0.5, 1.0, 10.0, 1e6])
    assert ref.half_life(ref.sigmoid(ref.bias_for_half_life(steps))) == pytest.approx(steps, rel=1e-9)


def test_half_life_says_how_often_f_halves():
    f = np.array([0.0, 0.25, 0.5, 0.9, 1.0])
    steps = ref.half_life(f)
    assert steps[0] == 0 and steps[-1] == np.inf
    assert f[1:4] ** steps[1:4] == pytest.approx([0.5] * 3, rel=1e-14)
    assert torch.equal(ref.half_life(torch.tensor([0.5, 1.0])), torch.tensor([1.0, float("inf")]))


def test_half_life_refuses_what_is_not_a_gate():
    refused("outside 0 to 1", lambda: ref.half_life(np.array([0.5, 1.1])))
    refused("not positive", lambda: ref.bias_for_half_life(np.array([0.0])))
