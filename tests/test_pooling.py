"""Pooling over valid steps: by hand, unmoved by padding, the same in NumPy and torch, with gradients."""

import re

import numpy as np
import pytest
import torch

from lstm_ref import attention_pool, attention_weights, last_valid, last_valid_output, max_valid, mean_valid

B, T, H = 3, 5, 4
LENGTHS = [2, 5, 1]
V = np.array([1.0, -2.0, 0.5, 0.25])


def attention(hs, lengths):
    return attention_pool(hs, lengths, torch.tensor(V, dtype=hs.dtype) if isinstance(hs, torch.Tensor) else V)


POOLINGS = (last_valid, mean_valid, max_valid, attention)


@pytest.fixture
def hs():
    return np.random.default_rng(0).normal(size=(B, T, H))


def test_each_pooling_by_hand(hs):
    for b, n in enumerate(LENGTHS):
        valid = hs[b, :n]
        powers = np.exp(valid @ V)
        by_hand = (valid[-1], valid.sum(0) / n, valid.max(0), (powers / powers.sum()) @ valid)
        for pooling, expected in zip(POOLINGS, by_hand, strict=True):
            np.testing.assert_allclose(pooling(hs, LENGTHS)[b], expected, rtol=0, atol=1e-14)
    assert np.array_equal(last_valid_output(hs, LENGTHS), last_valid(hs, LENGTHS))


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("filled", [0.0, 100.0, -100.0, np.nan, np.inf, -np.inf])
def test_what_stands_in_the_padding_and_how_long_it_is_changes_nothing(hs, pooling, filled):
    expected = pooling(hs, LENGTHS)
    longer = np.concatenate([hs, np.full((B, 3, H), filled)], axis=1)
    for b, n in enumerate(LENGTHS):
        longer[b, n:] = filled
    with np.errstate(invalid="ignore"):  # a NaN in the padding: hs @ v has it too, before it is left out
        np.testing.assert_allclose(pooling(longer, LENGTHS), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("lengths", [LENGTHS, np.array(LENGTHS), torch.tensor(LENGTHS)], ids=["list", "numpy", "torch"])
def test_torch_gives_the_same_and_no_gradient_to_the_padding(hs, pooling, lengths):
    tensor = torch.tensor(hs, requires_grad=True)
    pooled = pooling(tensor, lengths)
    np.testing.assert_allclose(pooled.detach().numpy(), pooling(hs, LENGTHS), rtol=0, atol=1e-14)
    (pooled * torch.tensor(V)).sum().backward()
    for b, n in enumerate(LENGTHS):
        assert torch.all(tensor.grad[b, n:] == 0) and torch.any(tensor.grad[b, :n] != 0)
    assert torch.autograd.gradcheck(lambda one: pooling(one, lengths), tensor)


def test_large_scores_do_not_overflow(hs):
    weights = attention_weights(hs, LENGTHS, 1e4 * V)
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-14)
    assert np.all(weights[0, 2:] == 0)


WRONG_LENGTHS = [[0, 5, 1], [2, 6, 1], [2, 5], [2, 5, 1, 1], [-1, 5, 1]]


@pytest.mark.parametrize("lengths", WRONG_LENGTHS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_lengths_that_do_not_fit_are_named(hs, pooling, lengths):
    with pytest.raises(ValueError, match=re.escape(f"lengths is {lengths}; expected 3 whole numbers from 1 to T = 5")):
        pooling(hs, lengths)


def test_other_wrong_arguments_are_named(hs):
    with pytest.raises(ValueError, match=re.escape("hs has shape (5, 4), 2 axes; expected 3 axes (B, T, H)")):
        mean_valid(hs[0], LENGTHS)
    with pytest.raises(ValueError, match=re.escape("v has shape (3,); expected (4,), that is (H,)")):
        attention_pool(hs, LENGTHS, V[:3])
    with pytest.raises(TypeError, match="v has dtype float32, hs has dtype float64"):
        attention_pool(hs, LENGTHS, V.astype(np.float32))
