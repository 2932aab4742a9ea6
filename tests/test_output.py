"""What is shown of a memory over a sequence, and how the memory is found from its output."""

import numpy as np
import pytest

from lstm_ref import LSTMState, hidden_state, initial_params, lstm_forward, memory_from_output, reveal

B, T, D, H = 3, 5, 2, 4


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def test_reveal_is_what_a_whole_cell_does_with_these_gates(rng):
    params = initial_params(D, H, seed=1, scale=1.5)
    start = LSTMState(rng.uniform(-1, 1, (B, H)), rng.normal(0, 2, (B, H)))
    xs = rng.normal(size=(B, T, D))
    hs, state, gates = lstm_forward(xs, params, start, return_gates=True)
    shown, c = reveal(start.c, gates.f, gates.i, gates.candidate, gates.o)
    np.testing.assert_allclose(shown, hs, rtol=0, atol=1e-14)
    np.testing.assert_allclose(c, state.c, rtol=0, atol=1e-14)


def test_what_is_hidden_is_kept(rng):
    """The memory at the end is the same whatever the output gate did."""
    gates = [rng.uniform(0, 1, (B, T, H)) for _ in range(3)]
    c_0 = rng.normal(size=(B, H))
    open_, shut = np.ones((B, T, H)), np.zeros((B, T, H))
    seen, c = reveal(c_0, *gates, open_)
    nothing, c_hidden = reveal(c_0, *gates, shut)
    assert np.all(nothing == 0) and np.all(seen != 0)
    np.testing.assert_array_equal(c, c_hidden)


def test_the_memory_comes_back_from_its_output(rng):
    c, o = rng.uniform(-3, 3, (B, H)), rng.uniform(0.1, 1, (B, H))
    np.testing.assert_allclose(memory_from_output(hidden_state(o, c), o), c, rtol=1e-12, atol=1e-12)


def test_where_no_memory_can_be_told_it_is_nan_or_infinite():
    h = np.array([0.0, 0.3, 0.5, -0.5, 0.6, -0.6, 0.0])
    o = np.array([0.0, 0.0, 0.5, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(memory_from_output(h, o), [np.nan, np.nan, np.inf, -np.inf, np.nan, np.nan, 0.0])


def test_torch_gives_the_same_and_a_gradient():
    import torch

    o = torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64)
    h = torch.tensor([0.25, -0.5, 0.0], dtype=torch.float64, requires_grad=True)
    c = memory_from_output(h, o)
    # The atanh of the two libraries may differ in the last bits, depending on the processor: 4 units are allowed.
    np.testing.assert_allclose(c.detach().numpy(), memory_from_output(h.detach().numpy(), o.numpy()), rtol=2**-49)
    c[0].backward()
    assert h.grad[0].item() == pytest.approx(1 / (0.5 * (1 - 0.25)), rel=1e-12)  # 1 / (o (1 - tanh(c)**2))


@pytest.mark.parametrize(
    "change, error, words",
    [
        ({"f": np.zeros((B, H))}, ValueError, "f has shape (3, 4), 2 axes; expected 3 axes (B, T, H)"),
        ({"o": np.zeros((B, T + 1, H))}, ValueError, "o has shape (3, 6, 4); expected (3, 5, 4)"),
        ({"c_0": np.zeros((B, H + 1))}, ValueError, "c_0 has shape (3, 5); expected (3, 4), that is (B, H)"),
        ({"i": np.zeros((B, T, H), np.float32)}, TypeError, "i has dtype float32"),
    ],
)
def test_gates_that_do_not_fit_are_refused_in_words(change, error, words):
    given = {"c_0": np.zeros((B, H)), **{name: np.zeros((B, T, H)) for name in ("f", "i", "candidate", "o")}}
    with pytest.raises(error) as refusal:
        reveal(**{**given, **change})
    assert words in str(refusal.value)


def test_a_sequence_without_steps_and_a_gate_beyond_its_ends_are_refused():
    empty = np.zeros((B, 0, H))
    with pytest.raises(ValueError, match="no steps"):
        reveal(np.zeros((B, H)), empty, empty, empty, empty)
    with pytest.raises(ValueError, match="o holds a value outside 0 to 1"):
        memory_from_output(np.array([0.5]), np.array([1.5]))
    with pytest.raises(ValueError, match=r"h has shape \(2,\); expected \(1,\)"):
        memory_from_output(np.zeros(2), np.ones(1))
