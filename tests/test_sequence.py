"""Sequences, layers and directions against `nn.LSTM` with copied weights; the weights to `nn.LSTM` and back."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import lstm_ref as ref

B, T, D, H = 3, 7, 2, 4

GPU = pytest.param(
    "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU: torch.cuda.is_available() is False")
)
# float64: sums of 6 products over 7 steps and 3 layers stay below 1e-15. float32 on a CPU: 6e-8 per rounding. On a GPU
# cuDNN adds in another order, so five times that, with IEEE float32 switched on (see ieee).
TOLERANCE = {("cpu", torch.float64): 1e-12, ("cpu", torch.float32): 1e-6}
TOLERANCE |= {("cuda", torch.float64): 1e-12, ("cuda", torch.float32): 5e-6}


@pytest.fixture(autouse=True)
def ieee():
    """TensorFloat-32 keeps 10 bits of a number, and cuDNN's RNNs use it unless told otherwise."""
    before = torch.backends.cudnn.rnn.fp32_precision
    torch.backends.cudnn.rnn.fp32_precision = "ieee"
    yield
    torch.backends.cudnn.rnn.fp32_precision = before


def module(**options):
    torch.manual_seed(3)
    lstm = nn.LSTM(D, H, batch_first=True, **options)
    with torch.no_grad():
        for weight in lstm.parameters():
            weight.mul_(2)  # to order one: small weights hide mistakes
    return lstm


SHAPES = [
    dict(num_layers=layers, bidirectional=both, proj_size=projection)
    for layers in (1, 3)
    for both in (False, True)
    for projection in (0, 3)
]
# PyTorch warns that it takes a slower path for these; only the numbers matter here.
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning")


@pytest.mark.parametrize("device", ["cpu", GPU])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_output_and_state_is_that_of_nn_lstm_over_chained_calls(shape, dtype, device):
    lstm = module(dtype=dtype, device=device, **shape)
    layers = ref.from_torch(lstm)
    x = torch.randn(2, B, T, D, dtype=dtype, device=device)
    near = dict(rtol=0, atol=TOLERANCE[device, dtype])
    state, states = None, None
    for chunk in x:  # the second call starts from a state that is not zero
        want, state = lstm(chunk, state)
        got, states = ref.stacked_lstm_forward(chunk, layers, states)
        assert got.dtype == dtype and got.device == want.device
        assert torch.allclose(got, want, **near)
        assert torch.allclose(torch.stack([s.h for s in states]), state[0], **near)
        assert torch.allclose(torch.stack([s.c for s in states]), state[1], **near)


@pytest.mark.parametrize("device", ["cpu", GPU])
def test_the_gradient_goes_through_to_the_module(device):
    lstm = module(num_layers=2, dtype=torch.float64, device=device)
    x = torch.randn(B, T, D, dtype=torch.float64, device=device, requires_grad=True)
    ref.stacked_lstm_forward(x, ref.from_torch(lstm))[0].square().sum().backward()
    own = [x.grad.clone(), *(p.grad.clone() for p in lstm.parameters())]
    x.grad = None
    lstm.zero_grad()
    lstm(x)[0].square().sum().backward()
    for got, want in zip(own, [x.grad, *(p.grad for p in lstm.parameters())], strict=True):
        assert (got - want).abs().max() <= 1e-10 * want.abs().max()


def test_numpy_and_torch_give_the_same_numbers():
    params = ref.initial_params(D, H, seed=0, scale=1.0)
    xs = np.random.default_rng(1).normal(size=(B, T, D))
    hs, state = ref.lstm_forward(xs, params)
    tensors = ref.LSTMParams(*(None if p is None else torch.tensor(p) for p in params))
    ths, tstate = ref.lstm_forward(torch.tensor(xs), tensors)
    assert np.abs(hs - ths.numpy()).max() < 1e-14
    assert np.abs(state.c - tstate.c.numpy()).max() < 1e-14


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_weights_go_to_torch_and_come_back(shape):
    there = module(dtype=torch.float64, **shape)
    again = ref.to_torch(ref.from_torch(there))
    x = torch.randn(B, T, D, dtype=torch.float64)
    assert torch.allclose(there(x)[0], again(x)[0], rtol=0, atol=1e-12)
    assert again.batch_first and torch.all(again.bias_hh_l0 == 0)


def test_numpy_weights_go_to_torch_in_its_gate_order():
    params = ref.initial_params(D, H, seed=0)
    lstm = ref.to_torch(params)
    assert np.array_equal(lstm.weight_ih_l0.detach().numpy()[:H], params.W_i[:, H:])
    assert np.array_equal(lstm.weight_hh_l0.detach().numpy()[2 * H : 3 * H], params.W_c[:, :H])
    back = ref.as_numpy(ref.from_torch(lstm)[0])
    assert all(np.array_equal(a, b) for a, b in zip(params[:8], back[:8], strict=True))


def test_without_biases_they_are_zero():
    assert torch.all(ref.from_torch(nn.LSTM(D, H, bias=False))[0].b_f == 0)


def test_the_gates_of_every_step_explain_the_memory():
    params = ref.initial_params(D, H, seed=0, scale=1.0)
    xs = np.random.default_rng(1).normal(size=(B, T, D))
    hs, state, gates = ref.lstm_forward(xs, params, return_gates=True)
    c_prev = np.concatenate([np.zeros((B, 1, H)), gates.c[:, :-1]], axis=1)
    assert gates.c == pytest.approx(gates.f * c_prev + gates.i * gates.candidate, abs=1e-15)
    assert hs == pytest.approx(gates.o * np.tanh(gates.c), abs=1e-15)
    assert np.array_equal(gates.c[:, -1], state.c)


def test_chunks_give_what_the_whole_gives():
    params = ref.initial_params(D, H, seed=0, scale=1.0)
    xs = np.random.default_rng(1).normal(size=(B, T, D))
    whole, last = ref.lstm_forward(xs, params)
    first, state = ref.lstm_forward(xs[:, :3], params)
    second, state = ref.lstm_forward(xs[:, 3:], params, state)
    assert np.array_equal(np.concatenate([first, second], axis=1), whole)
    assert np.array_equal(state.h, last.h)


@pytest.mark.parametrize(
    "message, call",
    [
        ("xs has shape (7, 2), 2 axes; expected 3 axes (B, T, D)", lambda p: ref.lstm_forward(np.ones((T, D)), p)),
        ("so D = 5; the weights expect D = 2", lambda p: ref.lstm_forward(np.ones((B, T, 5)), p)),
        ("no steps; expected T of at least 1", lambda p: ref.lstm_forward(np.ones((B, 0, D)), p)),
        (
            "state.h has shape (1, 4); expected (3, 4)",
            lambda p: ref.lstm_forward(np.ones((B, T, D)), p, ref.LSTMState(np.ones((1, H)), np.ones((B, H)))),
        ),
        ("layers is empty", lambda p: ref.stacked_lstm_forward(np.ones((B, T, D)), [])),
        ("states holds 1 states; expected 2", lambda p: ref.stacked_lstm_forward(np.ones((B, T, D)), [p, p], [None])),
        (
            "layer 1 has (inputs, hidden, outputs, dtype) = (2, 4, 4, 'float64'); expected (4",
            lambda p: ref.to_torch([p, p]),
        ),
        ("layer 1 has 2 directions, layer 0 has 1", lambda p: ref.to_torch([p, (p, p)])),
        ("input_size is 0 and hidden_size is 4", lambda p: ref.initial_params(0, H, seed=0)),
    ],
)
def test_wrong_arguments_are_named_with_both_sides(message, call):
    with pytest.raises(ValueError, match=re.escape(message)):
        call(ref.initial_params(D, H, seed=0))


def test_another_module_is_not_an_lstm():
    with pytest.raises(TypeError, match=re.escape("from_torch got a GRU; expected a torch.nn.LSTM")):
        ref.from_torch(nn.GRU(D, H))
