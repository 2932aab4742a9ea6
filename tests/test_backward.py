"""The backward passes against torch's autograd and against finite differences, for every input."""

import re

import numpy as np
import pytest
import torch

import lstm_ref as ref

B, T, D, H = 3, 5, 2, 4
rng = np.random.default_rng(8)
XS = rng.normal(size=(B, T, D))
STATE = ref.LSTMState(rng.uniform(-1, 1, (B, H)), rng.normal(size=(B, H)))
D_HS = rng.normal(size=(B, T, H))
D_STATE = ref.LSTMState(rng.normal(size=(B, H)), rng.normal(size=(B, H)))
PARAMS = ref.initial_params(D, H, seed=1, scale=1.0)
RNN = ref.initial_rnn_params(D, H, seed=2, scale=1.0)


def tensors(values, grad=False):
    if values is None or isinstance(values, np.ndarray):
        return None if values is None else torch.tensor(values, requires_grad=grad)
    return type(values)(*(tensors(v, grad) for v in values))


def leaves(values):
    """Every array of nested named tuples, in order."""
    if values is None:
        return []
    return [values] if not isinstance(values, tuple) else [leaf for v in values for leaf in leaves(v)]


def close(got, want, tolerance=1e-10):
    got, want = leaves(got), leaves(want)
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        assert tuple(a.shape) == tuple(b.shape)
        assert np.abs(np.asarray(a) - np.asarray(b)).max() < tolerance


def lstm_loss(xs, state, params):
    """The loss whose gradients are D_HS and D_STATE."""
    hs, last = ref.lstm_forward(xs, params, state)
    d_hs, d_state = (D_HS, D_STATE) if isinstance(xs, np.ndarray) else (tensors(D_HS), tensors(D_STATE))
    return (hs * d_hs).sum() + (last.h * d_state.h).sum() + (last.c * d_state.c).sum()


def rnn_loss(xs, h0, params):
    hs, last = ref.rnn_forward(xs, params, h0)
    d_hs, d_h = (D_HS, D_STATE.h) if isinstance(xs, np.ndarray) else (tensors(D_HS), tensors(D_STATE.h))
    return (hs * d_hs).sum() + (last * d_h).sum()


def by_autograd(loss, xs, state, params):
    inputs = tensors(xs, True), tensors(state, True), tensors(params, True)
    flat = leaves(inputs)
    return torch.autograd.grad(loss(*inputs), flat)


def test_lstm_gradients_are_those_of_autograd():
    grads = ref.lstm_backward(D_HS, XS, PARAMS, STATE, D_STATE)
    close(grads, by_autograd(lstm_loss, XS, STATE, PARAMS))


def test_rnn_gradients_are_those_of_autograd():
    grads = ref.rnn_backward(D_HS, XS, RNN, STATE.h, D_STATE.h)
    close(grads, by_autograd(rnn_loss, XS, STATE.h, RNN))


def test_a_step_is_a_sequence_of_one():
    x, (_state, gates) = XS[:, 0], ref.lstm_step_with_gates(XS[:, 0], STATE, PARAMS)
    step = ref.lstm_step_backward(D_STATE, x, STATE, gates, PARAMS)
    whole = ref.lstm_backward(D_STATE.h[:, None], x[:, None], PARAMS, STATE, D_STATE._replace(h=0 * STATE.h))
    close(step._replace(x=step.x[:, None]), whole, 1e-14)


def test_nn_lstm_gets_the_same_gradients():
    lstm = ref.to_torch(PARAMS)
    hs, (h, c) = lstm(tensors(XS), (tensors(STATE.h)[None], tensors(STATE.c)[None]))
    loss = (hs * tensors(D_HS)).sum() + (h[0] * tensors(D_STATE.h)).sum() + (c[0] * tensors(D_STATE.c)).sum()
    loss.backward()
    grads = ref.lstm_backward(D_HS, XS, PARAMS, STATE, D_STATE).params
    joined = np.concatenate([getattr(grads, f"W_{g}") for g in "ifco"])
    assert np.abs(lstm.weight_hh_l0.grad.numpy() - joined[:, :H]).max() < 1e-10
    assert np.abs(lstm.weight_ih_l0.grad.numpy() - joined[:, H:]).max() < 1e-10
    bias = np.concatenate([getattr(grads, f"b_{g}") for g in "ifco"])
    assert np.abs(lstm.bias_ih_l0.grad.numpy() - bias).max() < 1e-10


def test_every_gradient_is_what_finite_differences_measure():
    grads = ref.lstm_backward(D_HS, XS, PARAMS, STATE, D_STATE)
    losses = {"x": lambda a: lstm_loss(a, STATE, PARAMS)}
    losses |= {f: lambda a, f=f: lstm_loss(XS, STATE._replace(**{f: a}), PARAMS) for f in "hc"}
    names = [n for n in PARAMS._fields if n != "W_hr"]
    losses |= {n: lambda a, n=n: lstm_loss(XS, STATE, PARAMS._replace(**{n: a})) for n in names}
    at = {"x": XS, **STATE._asdict(), **PARAMS._asdict()}
    found = {"x": grads.x, **grads.state._asdict(), **grads.params._asdict()}
    for name, loss in losses.items():
        assert ref.gradient_check(loss, at[name], found[name]).error < 1e-8, name


def test_numpy_and_torch_give_the_same_numbers():
    got = ref.lstm_backward(*map(tensors, (D_HS, XS, PARAMS, STATE, D_STATE)))
    assert isinstance(got.params.W_f, torch.Tensor)
    close(got, ref.lstm_backward(D_HS, XS, PARAMS, STATE, D_STATE), 1e-13)
    got = ref.rnn_backward(*map(tensors, (D_HS, XS, RNN, STATE.h, D_STATE.h)))
    close(got, ref.rnn_backward(D_HS, XS, RNN, STATE.h, D_STATE.h), 1e-13)


def test_left_out_arguments_are_zeros():
    zeros = ref.LSTMState(np.zeros((B, H)), np.zeros((B, H)))
    close(ref.lstm_backward(D_HS, XS, PARAMS), ref.lstm_backward(D_HS, XS, PARAMS, zeros, zeros), 1e-15)
    close(ref.rnn_backward(D_HS, XS, RNN), ref.rnn_backward(D_HS, XS, RNN, zeros.h, zeros.h), 1e-15)


def test_chunks_that_hand_the_gradient_over_give_the_whole_and_nothing_is_changed():
    arguments = (D_HS, XS, PARAMS, STATE, D_STATE)
    before = [a.copy() for a in leaves(arguments)]
    whole = ref.lstm_backward(*arguments)
    _hs, middle = ref.lstm_forward(XS[:, :2], PARAMS, STATE)
    late = ref.lstm_backward(D_HS[:, 2:], XS[:, 2:], PARAMS, middle, D_STATE)
    early = ref.lstm_backward(D_HS[:, :2], XS[:, :2], PARAMS, STATE, late.state)
    close(np.concatenate([early.x, late.x], axis=1), whole.x, 1e-13)
    close(early.state, whole.state, 1e-13)
    added = [a + b for a, b in zip(leaves(early.params), leaves(late.params), strict=True)]
    for a, b in zip(added, leaves(whole.params), strict=True):
        close(a, b, 1e-13)
    assert all(np.array_equal(a, b) for a, b in zip(before, leaves(arguments), strict=True))


def test_with_the_ways_through_h_shut_the_gradient_on_c_is_the_product_of_the_forget_gates():
    shut = PARAMS._replace(
        **{f"W_{g}": np.hstack([np.zeros((H, H)), getattr(PARAMS, f"W_{g}")[:, H:]]) for g in "fico"}
    )
    _hs, _last, gates = ref.lstm_forward(XS, shut, STATE, return_gates=True)
    only_c = ref.LSTMState(np.zeros((B, H)), np.ones((B, H)))
    grads = ref.lstm_backward(np.zeros((B, T, H)), XS, shut, STATE, only_c)
    close(grads.state.c, gates.f.prod(axis=1), 1e-14)
    assert not grads.state.h.any()


def test_the_gradient_on_c_is_the_jacobian_that_chapter_1_measures():
    """A column of ones for each unit gives the whole matrix dc_T/dc_0, whose norm memory_norms returns."""
    xs = np.concatenate([np.zeros((1, 1, D)), XS[:1]], axis=1)
    _hs, first = ref.lstm_forward(xs[:, :1], PARAMS)
    rows = []
    for unit in range(H):
        d_state = ref.LSTMState(np.zeros((1, H)), np.eye(H)[[unit]])
        grads = ref.lstm_backward(np.zeros((1, T, H)), xs[:, 1:], PARAMS, first, d_state)
        o = ref.output_gate(np.zeros((1, H)), xs[:, 0], PARAMS.W_o, PARAMS.b_o)
        # memory_norms changes c_1 and with it h_1 = o tanh(c_1).
        rows.append(grads.state.c[0] + (grads.state.h * o * (1 - np.tanh(first.c) ** 2))[0])
    norm = np.linalg.norm(np.array(rows), ord=2)
    assert norm == pytest.approx(ref.memory_norms(xs, PARAMS)[0, T], rel=1e-12)


def refused(message, call, error=ValueError):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_wrong_arguments_are_named_with_both_sides():
    back, step = ref.lstm_backward, ref.lstm_step_backward
    gates = ref.lstm_step_with_gates(XS[:, 0], STATE, PARAMS)[1]
    refused("d_hs has shape (3, 4, 4); expected (3, 5, 4)", lambda: back(D_HS[:, 1:], XS, PARAMS))
    refused("d_hs has dtype float32", lambda: back(D_HS.astype("f4"), XS, PARAMS), TypeError)
    short = ref.LSTMState(STATE.h[:2], STATE.c)
    refused("d_state.h has shape (2, 4); expected (3, 4)", lambda: step(short, XS[:, 0], STATE, gates, PARAMS))
    projected = PARAMS._replace(W_hr=np.ones((2, H)))
    refused("params has a projection W_hr", lambda: back(D_HS, XS, projected))
    refused("params has a projection W_hr", lambda: step(STATE, XS[:, 0], STATE, gates, projected))
    refused("d_h has shape (2, 4); expected (3, 4)", lambda: ref.rnn_backward(D_HS, XS, RNN, None, STATE.h[:2]))
    refused("d_hs has shape (3, 4, 4)", lambda: ref.rnn_backward(D_HS[:, 1:], XS, RNN))
