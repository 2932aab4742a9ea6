"""Every number of nn.LSTM is found in the book's equations and back; its outputs are read correctly."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from torch import nn

import lstm_ref as ref
from lstm_ref.core.torch_layout import TORCH_GATES

ROOT = Path(__file__).parents[1]
B, T, D, H = 3, 5, 2, 4
KINDS = [
    dict(input_size=2, hidden_size=4),
    dict(input_size=2, hidden_size=4, num_layers=3),
    dict(input_size=3, hidden_size=4, num_layers=2, bidirectional=True),
    dict(input_size=2, hidden_size=5, num_layers=2, bidirectional=True, proj_size=3),
    dict(input_size=1, hidden_size=1),
]


def module(**sizes):
    torch.manual_seed(7)
    return nn.LSTM(batch_first=True, dtype=torch.float64, **sizes)


@pytest.mark.parametrize("sizes", [*KINDS, dict(input_size=2, hidden_size=3, bias=False)])
def test_the_shapes_are_those_of_torch_in_its_order(sizes):
    there = {name: tuple(value.shape) for name, value in module(**sizes).named_parameters()}
    assert list(ref.torch_shapes(**sizes).items()) == list(there.items())


def test_the_line_of_the_course_has_50688_numbers():
    shapes = ref.torch_shapes(input_size=2, hidden_size=64, num_layers=2)
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 50_688 == ref.parameter_count(2, 64, 2)


@pytest.mark.parametrize("sizes", KINDS)
def test_every_number_is_where_the_bridge_puts_it(sizes):
    """A weight is marked in the module; from_torch shows the mark at the one place that where_is names."""
    lstm = module(**sizes)
    with torch.no_grad():
        for value in lstm.parameters():
            value.zero_()
    for name, value in lstm.named_parameters():
        for index in np.ndindex(*value.shape):
            with torch.no_grad():
                value[index] = 1
            place = ref.where_is(name, *index, **sizes)
            marked = [
                (n, d, array, tuple(found))
                for n, layer in enumerate(ref.from_torch(lstm))
                for d, params in enumerate([layer] if isinstance(layer, ref.LSTMParams) else layer)
                for array, numbers in params._asdict().items()
                if numbers is not None
                for found in numbers.detach().nonzero().tolist()
            ]
            assert marked == [(place.layer, place.direction, place.array, place.index)]
            back = ref.where_in_torch(place.array, *place.index, layer=place.layer, direction=place.direction, **sizes)
            assert (name, index) in back and len(back) == (2 if name.startswith("bias") else 1)
            with torch.no_grad():
                value[index] = 0


@pytest.mark.parametrize("sizes", KINDS)
def test_what_a_weight_is_multiplied_by_is_what_the_place_says(sizes):
    """The sum of a gate, built number by number from the places, equals that of the book's equation."""
    lstm = module(**sizes)
    layer = ref.from_torch(lstm)[0]
    params = ref.as_numpy(layer if isinstance(layer, ref.LSTMParams) else layer[0])
    rng = np.random.default_rng(1)
    read = {"h": rng.normal(size=params.output_size), "x": rng.normal(size=params.input_size), "1": [1.0]}
    sums = {gate: np.zeros(params.hidden_size) for gate in TORCH_GATES}
    for name, value in lstm.named_parameters():
        if not name.endswith("_l0") or name.startswith("weight_hr"):
            continue
        for index in np.ndindex(*value.shape):
            place = ref.where_is(name, *index, **sizes)
            sums[place.gate][place.index[0]] += value[index].item() * read[place.reads][place.source or 0]
    hx = np.concatenate([read["h"], read["x"]])
    for gate, letter in zip(TORCH_GATES, "ifco", strict=True):
        want = getattr(params, f"W_{letter}") @ hx + getattr(params, f"b_{letter}")
        np.testing.assert_allclose(sums[gate], want, rtol=0, atol=1e-13)


def test_a_deeper_layer_reads_the_one_below():
    place = ref.where_is("weight_ih_l1_reverse", 5, 7, input_size=2, hidden_size=4, num_layers=2, bidirectional=True)
    assert place == ref.WeightPlace(1, 1, "f", "W_f", (1, 11), "below", 7)


SIZES = dict(input_size=2, hidden_size=4)


@pytest.mark.parametrize(
    "call, error, says",
    [
        (lambda: ref.where_is("weight_ih_l1", 0, 0, **SIZES), KeyError, "no parameter is named 'weight_ih_l1'"),
        (lambda: ref.where_is("weight_ih_l0", 16, 0, **SIZES), IndexError, r"its shape is \(16, 2\)"),
        (lambda: ref.where_is("weight_ih_l0", -1, 0, **SIZES), IndexError, "counted from 0"),
        (lambda: ref.where_is("bias_ih_l0", 3, 0, **SIZES), IndexError, r"its shape is \(16,\)"),
        (lambda: ref.where_is("weight_hh_l0", 3, **SIZES), IndexError, r"its shape is \(16, 4\)"),
        (lambda: ref.where_in_torch("W_g", 0, 0, **SIZES), KeyError, "no array is named 'W_g'"),
        (lambda: ref.where_in_torch("W_f", 4, 0, **SIZES), IndexError, "W_f has 4 rows"),
        (lambda: ref.where_in_torch("W_f", 0, 6, **SIZES), IndexError, "does not exist"),
        (lambda: ref.where_in_torch("W_f", 0, 0, layer=1, **SIZES), KeyError, "no parameter"),
        (lambda: ref.where_in_torch("W_hr", 0, 0, **SIZES), KeyError, "no parameter is named 'weight_hr_l0'"),
    ],
)
def test_what_does_not_exist_is_refused(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_the_arrays_go_into_a_module_and_come_back():
    params = ref.initial_params(D, H, seed=2, scale=1.0)
    arrays = ref.to_torch_arrays(params)
    lstm = module(**SIZES)
    lstm.load_state_dict({f"{name}_l0": torch.tensor(value) for name, value in arrays._asdict().items()})
    xs = np.random.default_rng(0).normal(size=(B, T, D))
    hs, state = ref.lstm_forward(xs, params)
    output, (h_n, c_n) = lstm(torch.tensor(xs))
    np.testing.assert_allclose(output.detach(), hs, rtol=0, atol=1e-13)
    np.testing.assert_allclose(c_n[0].detach(), state.c, rtol=0, atol=1e-13)
    for again, before in zip(ref.from_torch_arrays(*arrays)[:8], params[:8], strict=True):
        np.testing.assert_array_equal(again, before)


def test_both_biases_count():
    lstm = module(**SIZES)
    arrays = [value.detach().numpy() for value in lstm.parameters()]
    want = ref.as_numpy(ref.from_torch(lstm)[0])
    for got, wanted in zip(ref.from_torch_arrays(*arrays)[:8], want[:8], strict=True):
        np.testing.assert_array_equal(got, wanted)
    with pytest.raises(ValueError, match="bias_hh"):
        ref.from_torch_arrays(*arrays[:3], arrays[3][1:])


@pytest.mark.parametrize("directions", [1, 2])
def test_last_states_and_outputs_are_those_of_torch(directions):
    lstm = module(num_layers=2, bidirectional=directions == 2, **SIZES)
    x = torch.randn(B, T, D, dtype=torch.float64)
    zeros = [torch.tensor(state) for state in ref.first_state(B, 2, directions, H)]
    output, (h_n, c_n) = lstm(x, zeros)
    assert torch.equal(output, lstm(x)[0])
    _hs, states = ref.stacked_lstm_forward(x, ref.from_torch(lstm))
    for layer in range(2):
        for direction in range(directions):
            want = states[layer * directions + direction]
            assert torch.allclose(ref.last_state(h_n, layer, direction, directions), want.h, rtol=0, atol=1e-13)
            assert torch.allclose(ref.last_state(c_n, layer, direction, directions), want.c, rtol=0, atol=1e-13)
    if directions == 2:
        assert torch.equal(ref.last_of_both(output), torch.cat([h_n[-2], h_n[-1]], dim=1))
    else:
        assert torch.equal(ref.last_state(h_n, 1, 0, 1), output[:, -1])
    with pytest.raises(IndexError, match="layer 2, direction 0 does not exist"):
        ref.last_state(h_n, 2, 0, directions)


def test_the_last_valid_output_is_the_packed_last_state_whatever_the_padding():
    lstm = module(**SIZES)
    x, lengths = torch.randn(B, T, D, dtype=torch.float64), torch.tensor([2, 5, 3])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    _output, (h_n, _c_n) = lstm(packed)
    got = ref.last_valid_output(lstm(x)[0], lengths)
    assert torch.allclose(got, h_n[0], rtol=0, atol=1e-13)
    longer = torch.cat([x, 100 * torch.ones(B, 2, D, dtype=torch.float64)], dim=1)
    assert torch.allclose(ref.last_valid_output(lstm(longer)[0], lengths), got, rtol=0, atol=1e-13)
    for wrong in ([0, 1, 2], [2, 6, 1], [2, 3]):
        with pytest.raises(ValueError, match="expected 3 whole numbers from 1 to T = 5"):
            ref.last_valid_output(np.ones((B, T, H)), wrong)


def test_the_snippet_at_the_end_of_the_exercise_says_true_twice(capsys):
    """With the solution's functions, against a real nn.LSTM."""
    notebook = nbformat.read(ROOT / "solutions" / "10_pytorch" / "10_pytorch.ipynb", as_version=4)
    names = {}
    for cell in notebook.cells:
        if cell.id == "imports" or cell.metadata.get("nbgrader", {}).get("solution"):
            exec(cell.source, names)
    snippet = next(cell.source for cell in notebook.cells if cell.id == "end").split("```python\n")[1].split("```")[0]
    exec(snippet, names)
    assert capsys.readouterr().out.split() == ["True", "True"]
