"""The plain RNN against nn.RNN; products of Jacobians against autograd and against small changes."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import lstm_ref as ref

B, T, D, H = 3, 7, 2, 4


@pytest.fixture
def params():
    return ref.initial_rnn_params(D, H, seed=1, scale=1.0)


@pytest.fixture
def xs():
    return np.random.default_rng(2).normal(size=(B, T, D))


@pytest.fixture
def h0():
    return np.random.default_rng(3).uniform(-1, 1, (B, H))


def module(params):
    """An nn.RNN with the same weights; the bias is split between its two biases."""
    rnn = nn.RNN(D, H, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.tensor(params.W[:, :H]))
        rnn.weight_ih_l0.copy_(torch.tensor(params.W[:, H:]))
        rnn.bias_ih_l0.copy_(torch.tensor(params.b) / 4)
        rnn.bias_hh_l0.copy_(3 * torch.tensor(params.b) / 4)
    return rnn


def tensors(params):
    return type(params)(*(None if p is None else torch.tensor(p) for p in params))


def test_every_output_is_that_of_nn_rnn(params, xs, h0):
    want, last = module(params)(torch.tensor(xs), torch.tensor(h0)[None])
    hs, h = ref.rnn_forward(xs, params, h0)
    assert np.abs(hs - want.detach().numpy()).max() < 1e-14
    assert np.array_equal(h, hs[:, -1])
    assert np.abs(h - last[0].detach().numpy()).max() < 1e-14


def test_without_h0_it_starts_from_zeros(params, xs):
    assert np.array_equal(ref.rnn_forward(xs, params)[0], ref.rnn_forward(xs, params, np.zeros((B, H)))[0])


def test_a_step_is_the_line_on_paper():
    h = ref.rnn_step(np.array([[1.0]]), np.array([[0.5]]), ref.RNNParams(np.array([[2.0, -1.0]]), np.array([0.25])))
    assert h == pytest.approx(np.tanh(2.0 * 0.5 - 1.0 + 0.25), abs=1e-15)


def test_chunks_give_what_the_whole_gives_and_nothing_is_changed(params, xs, h0):
    before = [a.copy() for a in (xs, h0, *params)]
    whole, last = ref.rnn_forward(xs, params, h0)
    first, h = ref.rnn_forward(xs[:, :3], params, h0)
    second, h = ref.rnn_forward(xs[:, 3:], params, h)
    assert np.array_equal(np.concatenate([first, second], axis=1), whole)
    assert np.array_equal(h, last)
    assert all(np.array_equal(a, b) for a, b in zip(before, (xs, h0, *params), strict=True))


def test_numpy_and_torch_give_the_same_numbers(params, xs, h0):
    hs, _ = ref.rnn_forward(xs, params, h0)
    ths, _ = ref.rnn_forward(torch.tensor(xs), tensors(params), torch.tensor(h0))
    assert np.abs(hs - ths.numpy()).max() < 1e-14
    norms = ref.jacobian_product_norms(hs, params)
    assert ref.jacobian_product_norms(ths, tensors(params)).numpy() == pytest.approx(norms, rel=1e-12)


def autograd_norms(last, sources):
    """Spectral norms of d last / d source for every sequence and source: (B, number of sources)."""
    norms = torch.empty(B, len(sources), dtype=torch.float64)
    for b in range(B):
        rows = [torch.autograd.grad(last[b, j], sources, retain_graph=True) for j in range(H)]
        for k in range(len(sources)):
            norms[b, k] = torch.linalg.matrix_norm(torch.stack([row[k][b] for row in rows]), ord=2)
    return norms.numpy()


def test_rnn_norms_are_those_of_autograd(params, xs, h0):
    p, h, hs = tensors(params), torch.tensor(h0, requires_grad=True), []
    for t in range(T):
        h = ref.rnn_step(torch.tensor(xs[:, t]), h, p)
        hs.append(h)
    want = autograd_norms(h, hs[::-1])
    norms = ref.jacobian_product_norms(ref.rnn_forward(xs, params, h0)[0], params)
    assert norms.shape == (B, T)
    assert norms == pytest.approx(want, rel=1e-10)
    assert norms[:, 0] == pytest.approx(1)


def test_a_step_jacobian_is_what_a_small_change_does(params, xs, h0):
    tiny = 1e-6
    h = ref.rnn_step(xs[:, 0], h0, params)
    jacobian = ref.step_jacobian(h, params)
    for k in range(H):
        moved = np.zeros(H)
        moved[k] = tiny
        up, down = (ref.rnn_step(xs[:, 0], h0 + sign * moved, params) for sign in (1, -1))
        assert jacobian[:, :, k] == pytest.approx((up - down) / (2 * tiny), abs=1e-9)


@pytest.mark.parametrize("with_state", [False, True])
def test_lstm_norms_are_those_of_autograd_the_way_through_h_included(xs, h0, with_state):
    params = ref.initial_params(D, H, seed=4, scale=1.0)
    state = ref.LSTMState(h0, np.random.default_rng(5).normal(size=(B, H))) if with_state else None
    norms = ref.memory_norms(xs, params, state)
    p = tensors(params)
    now = ref.LSTMState(*map(torch.tensor, state)) if state else ref.zero_state(torch.tensor(xs), p)
    now = ref.LSTMState(now.h.requires_grad_(), now.c)
    cs = []
    for t in range(T):
        now = ref.lstm_step(torch.tensor(xs[:, t]), now, p)
        cs.append(now.c)
    assert norms.shape == (B, T)
    assert norms == pytest.approx(autograd_norms(now.c, cs[::-1]), rel=1e-10)


def test_radius_rescales_the_recurrent_block_alone():
    drawn, rescaled = ref.initial_rnn_params(D, H, seed=0), ref.initial_rnn_params(D, H, seed=0, radius=1.5)
    assert np.abs(np.linalg.eigvals(rescaled.W[:, :H])).max() == pytest.approx(1.5, rel=1e-12)
    assert np.array_equal(drawn.W[:, H:], rescaled.W[:, H:]) and np.array_equal(drawn.b, rescaled.b)
    assert np.abs(drawn.W).max() <= 0.5 < np.abs(rescaled.W[:, :H]).max()  # 1/sqrt(4)


def test_without_input_the_norms_follow_the_radius():
    """At h = 0 the Jacobian is W_h itself, whose powers grow with its spectral radius."""
    params = ref.initial_rnn_params(D, 16, seed=0, radius=0.9)._replace(b=np.zeros(16))
    norms = ref.jacobian_product_norms(ref.rnn_forward(np.zeros((1, 200, D)), params)[0], params)[0]
    assert (norms[199] / norms[99]) ** (1 / 100) == pytest.approx(0.9, rel=1e-2)


def test_the_lag_until_is_the_first_one_below_and_t_if_there_is_none():
    norms = np.array([[1.0, 0.5, 0.05, 0.5], [1.0, 1.5, 0.9, 0.8], [0.05, 1.0, 1.0, 1.0]])
    assert ref.lag_until(norms, 0.1).tolist() == [2, 4, 0]
    assert ref.lag_until(torch.tensor(norms), 0.1).tolist() == [2, 4, 0]


def refused(message, call, error=ValueError):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_wrong_arguments_are_named_with_both_sides(params, xs, h0):
    step = ref.rnn_step
    refused("W has shape (4, 6); expected (4, 7), that is (H, H+D)", lambda: step(np.ones((B, 3)), h0, params))
    refused("h_prev holds 2 sequences and x holds 3", lambda: step(xs[:, 0], h0[:2], params))
    refused("b has shape (3,); expected (4,)", lambda: step(xs[:, 0], h0, params._replace(b=np.ones(3))))
    refused("W has dtype float32", lambda: step(xs[:, 0], h0, params._replace(W=np.ones((4, 6), "f4"))), TypeError)
    refused("xs has shape (3, 2), 2 axes; expected 3 axes (B, T, D)", lambda: ref.rnn_forward(xs[:, 0], params))
    refused("no steps; expected T of at least 1", lambda: ref.rnn_forward(xs[:, :0], params))
    refused("so D = 1; the weights expect D = 2", lambda: ref.rnn_forward(xs[:, :, :1], params))
    refused("h0 has shape (2, 4); expected (3, 4)", lambda: ref.rnn_forward(xs, params, h0[:2]))
    refused("h has shape (3, 5); expected (3, 4)", lambda: ref.step_jacobian(np.ones((B, 5)), params))
    refused("hs has shape (3, 4), 2 axes; expected 3 axes", lambda: ref.jacobian_product_norms(h0, params))
    refused("hidden_size is 0; both must be at least 1", lambda: ref.initial_rnn_params(D, 0, seed=0))
    refused("radius is -1; expected a number of at least 0", lambda: ref.initial_rnn_params(D, H, seed=0, radius=-1))
    projected = ref.initial_params(D, H, seed=0)._replace(W_hr=np.ones((2, H)))
    refused("params has a projection W_hr", lambda: ref.memory_norms(xs, projected))
