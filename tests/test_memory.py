"""The memory under given gates, against closed forms, the whole cell, torch, and wrong arguments."""

import re

import numpy as np
import pytest
import torch

import lstm_ref as ref

B, T, H = 3, 5, 4


@pytest.fixture
def gates():
    """f, i, candidate and c0, with sizes that all differ."""
    rng = np.random.default_rng(5)
    f, i = rng.uniform(size=(2, B, T, H))
    return f, i, rng.uniform(-1, 1, (B, T, H)), rng.normal(0, 2, (B, H))


def constant(steps, value):
    return np.full((1, steps, 1), float(value))


def test_every_step_is_an_update_of_the_step_before(gates):
    f, i, candidate, c0 = gates
    c = ref.run_memory(f, i, candidate, c0)
    assert c.shape == (B, T, H)
    before = np.concatenate([c0[:, None], c[:, :-1]], axis=1)
    assert np.abs(c - (f * before + i * candidate)).max() < 1e-15


def test_with_the_gates_of_a_cell_it_gives_the_memory_of_that_cell():
    xs = np.random.default_rng(1).normal(size=(B, T, 2))
    state = ref.LSTMState(*np.random.default_rng(2).normal(size=(2, B, H)))
    gates = ref.lstm_forward(xs, ref.initial_params(2, H, seed=0), state, return_gates=True)[2]
    assert np.array_equal(ref.run_memory(gates.f, gates.i, gates.candidate, state.c), gates.c)


def test_a_counter_counts():
    c = ref.run_memory(constant(50, 1), constant(50, 1), constant(50, 1), np.array([[7.0]]))
    assert c[0, :, 0].tolist() == [7 + n for n in range(1, 51)]


def test_a_leaky_integrator_is_a_geometric_sum():
    f, i, candidate, c0, n = 0.9, 0.3, 0.5, 2.0, np.arange(1, 41)
    c = ref.run_memory(constant(40, f), constant(40, i), constant(40, candidate), np.array([[c0]]))
    assert np.abs(c[0, :, 0] - (f**n * c0 + i * candidate * (1 - f**n) / (1 - f))).max() < 1e-14


def test_a_latch_holds_and_a_reset_clears():
    f, i = np.ones((1, 9, 1)), np.zeros((1, 9, 1))
    f[0, 2], i[0, 2] = 0, 1  # step 3 takes a new value
    f[0, 6] = 0  # step 7 clears
    c = ref.run_memory(f, i, constant(9, -0.75), np.array([[0.5]]))
    assert c[0, :, 0].tolist() == [0.5] * 2 + [-0.75] * 4 + [0] * 3


def test_the_parts_add_up_to_the_last_memory(gates):
    parts = ref.memory_parts(*gates)
    assert parts.shape == (B, T + 1, H)
    assert np.abs(parts.sum(axis=1) - ref.run_memory(*gates)[:, -1]).max() < 1e-14


def test_each_part_is_what_the_memory_would_be_if_nothing_else_were_written(gates):
    f, i, candidate, c0 = gates
    parts = ref.memory_parts(*gates)
    for k in range(T + 1):
        only = np.zeros_like(i)
        if k:
            only[:, k - 1] = i[:, k - 1]
        alone = ref.run_memory(f, only, candidate, c0 * (k == 0))[:, -1]
        assert np.abs(parts[:, k] - alone).max() < 1e-15


def test_units_and_sequences_do_not_touch_each_other(gates):
    f, i, candidate, c0 = gates
    before = ref.run_memory(f, i, candidate, c0)
    c0 = c0.copy()
    c0[1, 2] += 1
    moved = ref.run_memory(f, i, candidate, c0) != before
    assert moved[1, :, 2].all() and moved.sum() == T


def test_the_derivative_along_the_memory_is_the_product_of_the_forget_gates(gates):
    f, i, candidate, c0 = map(torch.from_numpy, gates)
    c0.requires_grad_()
    ref.run_memory(f, i, candidate, c0)[:, -1].sum().backward()
    assert torch.allclose(c0.grad, f.prod(dim=1), rtol=0, atol=1e-15)


@pytest.mark.parametrize("function", [ref.run_memory, ref.memory_parts])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_torch_gives_what_numpy_gives_in_the_same_dtype(function, dtype, gates):
    gates = [value.astype(dtype) for value in gates]
    got, want = function(*map(torch.from_numpy, gates)).numpy(), function(*gates)
    assert got.dtype == want.dtype == dtype
    assert np.abs(got - want).max() <= 8 * np.finfo(dtype).eps


@pytest.mark.parametrize("function", [ref.run_memory, ref.memory_parts])
def test_nothing_that_was_given_is_changed(function, gates):
    before = [value.copy() for value in gates]
    function(*gates)
    assert all(map(np.array_equal, gates, before))


WRONG = [
    (lambda f, i, a, c: (f[0], i, a, c), ValueError, "f has shape (5, 4), 2 axes; expected 3 axes (B, T, H)"),
    (lambda f, i, a, c: (f, i[:, :4], a, c), ValueError, "i has shape (3, 4, 4); expected (3, 5, 4)"),
    (lambda f, i, a, c: (f, i, a[:1], c), ValueError, "candidate has shape (1, 5, 4); expected (3, 5, 4)"),
    (lambda f, i, a, c: (f, i, a, c[:, :3]), ValueError, "c0 has shape (3, 3); expected (3, 4), that is (B, H)"),
    (lambda f, i, a, c: (f[:, :0], i, a, c), ValueError, "f has shape (3, 0, 4): no steps"),
    (lambda f, i, a, c: (f, i, a, c.astype(np.float32)), TypeError, "c0 has dtype float32, f has dtype float64"),
    (lambda f, i, a, c: (f, i, torch.from_numpy(a), c), TypeError, "candidate has library torch, f has library numpy"),
]


@pytest.mark.parametrize("change, error, message", WRONG, ids=[message for _, _, message in WRONG])
@pytest.mark.parametrize("function", [ref.run_memory, ref.memory_parts])
def test_what_does_not_fit_is_refused_with_both_sides(function, change, error, message, gates):
    with pytest.raises(error, match=re.escape(message)):
        function(*change(*gates))
