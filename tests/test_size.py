"""Sizes: counted against torch's own parameters, and against the arrays of a run."""

from itertools import product

import numpy as np
import pytest
from torch import nn

import lstm_ref
from lstm_ref import cell_shapes, parameter_count, sequence_shapes

CONFIGURATIONS = list(product([1, 2, 5], [2, 3, 64], [1, 2, 3], [False, True], [0, 1], [True, False]))


@pytest.mark.parametrize("D, H, layers, bidirectional, projection, bias", CONFIGURATIONS)
def test_the_count_is_torchs(D, H, layers, bidirectional, projection, bias):
    lstm = nn.LSTM(D, H, layers, bidirectional=bidirectional, proj_size=projection, bias=bias)
    counted = parameter_count(D, H, layers, biases=2 if bias else 0, bidirectional=bidirectional, proj_size=projection)
    assert counted == sum(p.numel() for p in lstm.parameters())


def test_the_count_with_one_bias_is_that_of_the_equations():
    for D, H in [(1, 1), (2, 5), (7, 3)]:
        params = lstm_ref.initial_params(D, H, seed=0)
        assert parameter_count(D, H, biases=1) == sum(p.size for p in params if p is not None)
    assert (parameter_count(2, 64, 2), parameter_count(2, 64, 2, biases=1)) == (50_688, 50_176)


def test_the_shapes_of_a_step_are_those_of_its_arrays():
    B, D, H = 3, 2, 4
    params = lstm_ref.initial_params(D, H, seed=0)
    x, before = np.ones((B, D)), lstm_ref.LSTMState(np.zeros((B, H)), np.zeros((B, H)))
    after, gates = lstm_ref.lstm_step_with_gates(x, before, params)
    arrays = {
        "x": x,
        "h_prev": before.h,
        "c_prev": before.c,
        "hx": lstm_ref.concatenate_inputs(before.h, x),
        "W_f": params.W_f,
        "b_f": params.b_f,
        "f": gates.f,
        "c": after.c,
        "h": after.h,
    }
    assert cell_shapes(B, D, H) == {name: array.shape for name, array in arrays.items()}


def test_the_shapes_of_a_sequence_are_those_of_its_arrays():
    B, T, D, H = 3, 5, 2, 4
    first, second = lstm_ref.initial_params(D, H, seed=0), lstm_ref.initial_params(H, H, seed=1)
    xs = np.ones((B, T, D))
    hs, state = lstm_ref.lstm_forward(xs, first)
    lstm_ref.lstm_forward(hs, second)  # fits
    arrays = {"xs": xs, "hs": hs, "h": state.h, "c": state.c, "W_f": first.W_f, "W_f_2": second.W_f}
    assert sequence_shapes(B, T, D, H) == {name: array.shape for name, array in arrays.items()}


@pytest.mark.parametrize(
    "ask, words",
    [
        (lambda: parameter_count(0, 4), "input_size is 0; expected a whole number of at least 1"),
        (lambda: parameter_count(2, 2.5), "hidden_size is 2.5; expected a whole number of at least 1"),
        (lambda: parameter_count(2, 4, 0), "num_layers is 0; expected a whole number of at least 1"),
        (lambda: parameter_count(2, 4, biases=3), "biases is 3; expected 0, 1 or 2 for each gate and unit"),
        (
            lambda: parameter_count(2, 4, proj_size=4),
            "proj_size is 4; expected 0 for none, or less than hidden_size, 4",
        ),
        (lambda: cell_shapes(3, -1, 4), "input_size is -1; expected a whole number of at least 1"),
        (lambda: sequence_shapes(3, 0, 2, 4), "steps is 0; expected a whole number of at least 1"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(ask, words):
    with pytest.raises(ValueError) as refusal:
        ask()
    assert str(refusal.value) == words
