"""Clipping against torch's, finite differences against a gradient known by hand, chrono initialisation."""

import re

import numpy as np
import pytest
import torch

import lstm_ref as ref

GRADS = [np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([0.0, 4.0])]  # norms 3 and 4, together 5


def test_the_norm_is_that_of_all_arrays_together():
    assert ref.global_norm(GRADS) == 5
    assert ref.global_norm(ref.LSTMParams(*[np.ones(2)] * 8)) == 4  # W_hr is None


@pytest.mark.parametrize("max_norm", [0.5, 4.9, 5.0, 5.1, 100.0])
def test_clipping_is_what_torch_does(max_norm):
    tensors = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in GRADS]
    for tensor, grad in zip(tensors, GRADS, strict=True):
        tensor.grad = torch.tensor(grad)
    torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    for tensor, clipped in zip(tensors, ref.clip_by_norm(GRADS, max_norm), strict=True):
        assert clipped == pytest.approx(tensor.grad.numpy(), abs=1e-5)  # torch adds 1e-6 to the norm
    norm = ref.global_norm(ref.clip_by_norm(GRADS, max_norm))
    assert norm == pytest.approx(min(5, max_norm), rel=1e-14)


def test_short_gradients_and_zero_stay_and_arguments_are_left_alone():
    assert all(np.array_equal(a, b) for a, b in zip(ref.clip_by_norm(GRADS, 5.0), GRADS, strict=True))
    assert not ref.clip_by_norm([np.zeros(3)], 1.0)[0].any()
    before = [g.copy() for g in GRADS]
    ref.clip_by_norm(GRADS, 1.0)
    assert all(np.array_equal(a, b) for a, b in zip(before, GRADS, strict=True))


def test_named_tuples_stay_what_they_are_in_numpy_and_torch():
    params = ref.initial_params(2, 3, seed=0)
    clipped = ref.clip_by_norm(params, 0.1)
    assert isinstance(clipped, ref.LSTMParams) and clipped.W_hr is None
    in_torch = ref.clip_by_norm(ref.LSTMParams(*(None if p is None else torch.tensor(p) for p in params)), 0.1)
    assert np.abs(in_torch.W_o.numpy() - clipped.W_o).max() < 1e-15


def test_finite_differences_find_a_gradient_known_by_hand():
    x = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])
    measured = ref.finite_differences(lambda a: (a**3).sum(), x)
    assert measured == pytest.approx(3 * x**2, abs=1e-8)
    assert ref.finite_differences(lambda a: (a**3).sum(), torch.tensor(x)).numpy() == pytest.approx(3 * x**2, abs=1e-8)


def test_a_check_names_the_worst_number():
    x = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])
    right = 3 * x**2
    assert ref.gradient_check(lambda a: (a**3).sum(), x, right).error < 1e-9
    wrong = right.copy()
    wrong[1, 2] = 3.3
    found = ref.gradient_check(lambda a: (a**3).sum(), x, wrong)
    assert found.index == (1, 2) and found.got == 3.3
    assert found.expected == pytest.approx(3) and found.error == pytest.approx(0.1, abs=1e-6)
    wrong[0, 1] = np.nan
    assert ref.gradient_check(lambda a: (a**3).sum(), x, wrong).error == np.inf


def test_chrono_gives_every_unit_its_own_time():
    params = ref.initial_params(2, 2000, seed=0, dtype=np.float32)
    chrono = ref.chrono_params(params, 100, seed=1)
    f, i = ref.sigmoid(chrono.b_f.astype(float)), ref.sigmoid(chrono.b_i.astype(float))
    times = 1 / (1 - f)
    assert 2 <= times.min() < 3 and 98 < times.max() <= 100.001
    assert np.median(times) == pytest.approx(51, abs=3)  # uniform
    assert f + i == pytest.approx(1, abs=1e-6)
    assert chrono.b_f.dtype == np.float32
    assert chrono.W_f is params.W_f and chrono.b_o is params.b_o
    assert np.array_equal(chrono.b_f, ref.chrono_params(params, 100, seed=1).b_f)
    assert not np.array_equal(chrono.b_f, ref.chrono_params(params, 100, seed=2).b_f)


def refused(message, call, error=ValueError):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_wrong_arguments_are_named_with_both_sides():
    refused("max_norm is 0; expected a positive number", lambda: ref.clip_by_norm(GRADS, 0))
    refused("max_norm is nan", lambda: ref.clip_by_norm(GRADS, float("nan")))
    refused("the norm of grads is nan", lambda: ref.clip_by_norm([np.array([np.nan])], 1.0))
    refused("the norm of grads is inf", lambda: ref.clip_by_norm([np.array([np.inf])], 1.0))
    refused("grads is empty", lambda: ref.global_norm([]))
    refused("grads[1] has dtype float32", lambda: ref.global_norm([np.ones(1), np.ones(1, "f4")]), TypeError)
    wrong = np.ones(3)
    refused("gradient has shape (3,); expected (2,)", lambda: ref.gradient_check(np.sum, np.ones(2), wrong))
    refused("longest is 2; expected at least 3", lambda: ref.chrono_params(ref.initial_params(1, 2, seed=0), 2, seed=0))
