"""The LSTM's relatives, each against a library that has it: `nn.GRU` and `nn.LSTM` of PyTorch, the LSTM of ONNX.

The operator of ONNX has peepholes and coupled gates. Its reference in NumPy computes in float64 but has no coupled
gates; onnxruntime has both, in float32.
"""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from torch import nn

import lstm_ref as ref

B, T, D, H = 3, 6, 2, 4
# float32: 6e-8 per rounding, with a few roundings in each of six chained steps.
NEAR = {np.float64: 1e-12, np.float32: 1e-6}


def drawn(dtype, *shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def problem(dtype):
    """Weights of order one, a state that is not zero, sizes that all differ."""
    params = ref.LSTMParams(
        *(drawn(dtype, *shape, seed=n) for n, shape in enumerate([(H, H + D), (H,)] * 4)),
    )
    peepholes = ref.Peepholes(*(drawn(dtype, H, seed=20 + n) for n in range(3)))
    state = ref.LSTMState(drawn(dtype, B, H, seed=30), drawn(dtype, B, H, seed=31))
    return drawn(dtype, B, T, D, seed=40), params, peepholes, state


def onnx_lstm(xs, params, peepholes, state, *, coupled, reference):
    """The operator's outputs: time first; gates in the order i, o, f, c; peepholes i, o, f."""
    gates = "iofc"
    W = np.concatenate([getattr(params, f"W_{gate}") for gate in gates])
    biases = [getattr(params, f"b_{gate}") for gate in gates]
    given = {
        "X": xs.swapaxes(0, 1),
        "W": W[None, :, H:],
        "R": W[None, :, :H],
        "B": np.concatenate([*biases, *(0 * b for b in biases)])[None],
        "h0": state.h[None],
        "c0": state.c[None],
        "P": np.concatenate([peepholes.p_i, peepholes.p_o, peepholes.p_f])[None],
    }
    names = ["X", "W", "R", "B", "", "h0", "c0", "P"]
    node = helper.make_node("LSTM", names, ["hs", "h", "c"], hidden_size=H, input_forget=int(coupled))
    kind = TensorProto.DOUBLE if xs.dtype == np.float64 else TensorProto.FLOAT
    graph = helper.make_graph(
        [node],
        "one_layer",
        [helper.make_tensor_value_info(name, kind, array.shape) for name, array in given.items()],
        [
            helper.make_tensor_value_info("hs", kind, (T, 1, B, H)),
            *(helper.make_tensor_value_info(name, kind, (1, B, H)) for name in "hc"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    if reference:
        hs, h, c = ReferenceEvaluator(model).run(None, given)
    else:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        hs, h, c = session.run(None, given)
    return hs[:, 0].swapaxes(0, 1), ref.LSTMState(h[0], c[0])


def largest_difference(got, want):
    return max(np.abs(g - w).max() for g, w in ((got[0], want[0]), (got[1].h, want[1].h), (got[1].c, want[1].c)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_peepholes_are_those_of_the_operator(dtype):
    xs, params, peepholes, state = problem(dtype)
    want = onnx_lstm(xs, params, peepholes, state, coupled=False, reference=dtype is np.float64)
    got = ref.peephole_forward(xs, params, peepholes, state)
    assert largest_difference(got, want) < NEAR[dtype]
    assert got[0].dtype == dtype


@pytest.mark.parametrize("changed", ["p_f", "p_i", "p_o"])
def test_each_peephole_is_compared(changed):
    xs, params, peepholes, state = problem(np.float64)
    want = onnx_lstm(xs, params, peepholes, state, coupled=False, reference=True)
    wrong = peepholes._replace(**{changed: -getattr(peepholes, changed)})
    assert largest_difference(ref.peephole_forward(xs, params, wrong, state), want) > 0.1


def test_without_peepholes_it_is_the_lstm():
    xs, params, peepholes, state = problem(np.float64)
    none = ref.Peepholes(*(0 * p for p in peepholes))
    got, want = ref.peephole_forward(xs, params, none, state), ref.lstm_forward(xs, params, state)
    assert largest_difference(got, want) == 0


def test_the_output_gate_sees_the_new_memory_and_the_others_the_old_one():
    """By hand: sigmoid(0) = 1/2 everywhere but where the peephole of 1 looks."""
    nothing = ref.LSTMParams(*([np.zeros((1, 2)), np.zeros(1)] * 4))._replace(b_c=np.array([1.0]))
    before = ref.LSTMState(np.array([[0.0]]), np.array([[2.0]]))
    half = 0.5 * np.tanh(1.0)
    look = {"p_f": np.zeros(1), "p_i": np.zeros(1), "p_o": np.zeros(1)}
    at_new = ref.peephole_step(np.zeros((1, 1)), before, nothing, ref.Peepholes(**look | {"p_o": np.ones(1)}))
    at_old = ref.peephole_step(np.zeros((1, 1)), before, nothing, ref.Peepholes(**look | {"p_f": np.ones(1)}))
    assert at_new.c.item() == pytest.approx(1.0 + half, abs=1e-15)
    assert at_new.h.item() == pytest.approx(np.tanh(1.0 + half) / (1 + np.exp(-1.0 - half)), abs=1e-15)
    assert at_old.c.item() == pytest.approx(2.0 / (1 + np.exp(-2.0)) + half, abs=1e-15)


def test_coupled_gates_are_those_of_the_operator():
    xs, params, peepholes, state = problem(np.float32)
    # The operator keeps the input gate and takes f = 1 - i. As 1 - sigmoid(z) = sigmoid(-z), i = 1 - f has -W_f.
    turned = params._replace(W_i=-params.W_f, b_i=-params.b_f)
    none = ref.Peepholes(*(0 * p for p in peepholes))
    want = onnx_lstm(xs, turned, none, state, coupled=True, reference=False)
    got = ref.coupled_forward(xs, coupled(params), state)
    assert largest_difference(got, want) < NEAR[np.float32]
    loose = onnx_lstm(xs, params, none, state, coupled=False, reference=False)
    assert largest_difference(got, loose) > 0.1


def coupled(params):
    return ref.CoupledParams(*(getattr(params, name) for name in ref.CoupledParams._fields))


def test_coupled_gates_are_the_lstm_whose_input_gate_is_one_minus_the_forget_gate():
    xs, params, _peepholes, state = problem(np.float64)
    turned = params._replace(W_i=-params.W_f, b_i=-params.b_f)
    got, want = ref.coupled_forward(xs, coupled(params), state), ref.lstm_forward(xs, turned, state)
    assert largest_difference(got, want) < 1e-14


def test_a_coupled_memory_stays_between_minus_one_and_one():
    xs, params, _peepholes, _state = problem(np.float64)
    large = ref.CoupledParams(*(20 * array for array in coupled(params)))
    state = None
    for _again in range(20):
        _hs, state = ref.coupled_forward(xs, large, state)
        assert np.abs(state.c).max() <= 1
    _hs, loose = ref.lstm_forward(np.tile(xs, (1, 20, 1)), ref.LSTMParams(*(20 * a for a in params[:8])))
    assert np.abs(loose.c).max() > 1


@pytest.fixture
def gru():
    torch.manual_seed(3)
    module = nn.GRU(D, H, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(2)  # to order one: small weights hide mistakes
    return module


def test_the_gru_is_nn_gru_over_chained_calls(gru):
    params = ref.gru_from_torch(gru)
    state = before = None
    for xs in torch.randn(2, B, T, D, dtype=torch.float64):
        want, state = gru(xs, state)
        got, before = ref.gru_forward(xs, params, before)
        assert torch.allclose(got, want, rtol=0, atol=1e-12)
        assert torch.allclose(before, state[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ref.GRUParams._fields)
def test_each_weight_of_the_gru_is_compared(gru, name):
    params = ref.gru_from_torch(gru)
    xs = torch.randn(B, T, D, dtype=torch.float64)
    wrong = params._replace(**{name: -getattr(params, name)})
    assert (ref.gru_forward(xs, wrong)[0] - gru(xs)[0]).abs().max() > 1e-3


def test_a_gradient_reaches_the_module(gru):
    xs = torch.randn(B, T, D, dtype=torch.float64)
    ref.gru_forward(xs, ref.gru_from_torch(gru))[0].square().sum().backward()
    own = [p.grad.clone() for p in gru.parameters()]
    gru.zero_grad()
    gru(xs)[0].square().sum().backward()
    for got, want in zip(own, [p.grad for p in gru.parameters()], strict=True):
        assert (got - want).abs().max() <= 1e-10 * want.abs().max()


def test_numpy_and_torch_give_the_same_numbers(gru):
    xs, params, peepholes, state = problem(np.float64)

    def tensors(values):
        return type(values)(*(None if v is None else torch.tensor(v) for v in values))

    for run, more in ((ref.peephole_forward, (params, peepholes, state)), (ref.coupled_forward, (coupled(params),))):
        got = run(torch.tensor(xs), *(tensors(values) for values in more))[0]
        assert np.abs(got.numpy() - run(xs, *more)[0]).max() < 1e-14
    weights = ref.GRUParams(*(w.detach() for w in ref.gru_from_torch(gru)))
    got = ref.gru_forward(xs, ref.GRUParams(*(w.numpy() for w in weights)))[0]
    assert np.abs(got - ref.gru_forward(torch.tensor(xs), weights)[0].numpy()).max() < 1e-14


def test_what_does_not_fit_is_refused_in_words(gru):
    xs, params, peepholes, state = problem(np.float64)
    with pytest.raises(ValueError, match=r"p_o has shape \(1,\); expected \(4,\), that is \(H,\)"):
        ref.peephole_forward(xs, params, peepholes._replace(p_o=np.ones(1)))
    with pytest.raises(ValueError, match=r"params has W_hr, a projection of shape \(2, 4\); expected none"):
        ref.peephole_forward(xs, params._replace(W_hr=np.ones((2, H))), peepholes)
    with pytest.raises(TypeError, match="p_f has dtype float32"):
        ref.peephole_forward(xs, params, ref.Peepholes(*(p.astype(np.float32) for p in peepholes)))
    with pytest.raises(ValueError, match=r"state.c has shape \(3, 1\); expected \(3, 4\)"):
        ref.coupled_forward(xs, coupled(params), state._replace(c=state.c[:, :1]))
    with pytest.raises(ValueError, match="no steps; expected T of at least 1"):
        ref.coupled_forward(xs[:, :0], coupled(params))
    weights = ref.GRUParams(*(w.detach().numpy() for w in ref.gru_from_torch(gru)))
    with pytest.raises(ValueError, match=r"b_hn has shape \(1,\); expected \(4,\)"):
        ref.gru_forward(xs, weights._replace(b_hn=np.ones(1)))
    with pytest.raises(ValueError, match=r"W_n has shape \(6, 4\); expected \(4, 6\), that is \(H, H\+D\)"):
        ref.gru_forward(xs, weights._replace(W_n=weights.W_n.T))
    with pytest.raises(ValueError, match="has 2 layers, bidirectional=False, bias=True; expected 1, False, True"):
        ref.gru_from_torch(nn.GRU(D, H, num_layers=2))
