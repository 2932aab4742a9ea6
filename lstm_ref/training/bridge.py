"""The same weights in the document's layout and in `nn.LSTM`'s.

`nn.LSTM` keeps, per layer and direction, `weight_ih` (4H, D), `weight_hh` (4H, H) and two biases (4H,), the four gates
stacked in the order i, f, g, o, where g is the candidate. Only the sum of the two biases matters.
"""

from collections.abc import Sequence

import torch
from torch import nn

from lstm_ref.core.arrays import Array, dtype_name
from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.sequence import Layer, directions
from lstm_ref.messages import _

TORCH_GATE_ORDER = "ifco"  # c for the candidate, which PyTorch calls g


def to_torch(layers: LSTMParams | Sequence[Layer]) -> nn.LSTM:
    """An `nn.LSTM` (batch_first) that computes what `stacked_lstm_forward` computes with these weights.

    Takes one LSTMParams, or a list with one entry per layer, each LSTMParams or a (forward, backward) pair; NumPy or
    torch. The bias goes into `bias_ih`, `bias_hh` is zero. The module gets copies. Raises ValueError where the layers
    do not fit each other: one hidden size, one output size and one number of directions for all.
    """
    layers = [layers] if isinstance(layers, LSTMParams) else list(layers)
    if not layers:
        raise ValueError(_("layers is empty; expected at least one LSTMParams"))
    first = directions(layers[0])
    _expect_one_shape(layers)
    w = torch.as_tensor(first[0].W_f)
    lstm = nn.LSTM(
        input_size=first[0].input_size,
        hidden_size=first[0].hidden_size,
        num_layers=len(layers),
        batch_first=True,
        bidirectional=len(first) == 2,
        proj_size=0 if first[0].W_hr is None else first[0].output_size,
        dtype=w.dtype,
        device=w.device,
    )
    with torch.no_grad():
        for suffix, params in _named(layers):
            width = params.output_size
            weight = torch.cat([torch.as_tensor(getattr(params, f"W_{g}")) for g in TORCH_GATE_ORDER])
            getattr(lstm, f"weight_hh{suffix}").copy_(weight[:, :width])
            getattr(lstm, f"weight_ih{suffix}").copy_(weight[:, width:])
            bias = torch.cat([torch.as_tensor(getattr(params, f"b_{g}")) for g in TORCH_GATE_ORDER])
            getattr(lstm, f"bias_ih{suffix}").copy_(bias)
            getattr(lstm, f"bias_hh{suffix}").zero_()
            if params.W_hr is not None:
                getattr(lstm, f"weight_hr{suffix}").copy_(torch.as_tensor(params.W_hr))
    return lstm


def from_torch(lstm: nn.LSTM) -> list[Layer]:
    """The weights of an `nn.LSTM` in the document's layout: one entry per layer, a pair where it is bidirectional.

    The tensors are views or sums of the module's own parameters, so a gradient taken through them reaches the module;
    `as_numpy` detaches them. Dropout is not part of the weights. Raises TypeError for anything but an `nn.LSTM`.
    """
    if not isinstance(lstm, nn.LSTM):
        raise TypeError(_("from_torch got a {got}; expected a torch.nn.LSTM").format(got=type(lstm).__name__))
    layers = []
    for n in range(lstm.num_layers):
        pair = tuple(_from_suffix(lstm, f"_l{n}{d}") for d in ("", "_reverse")[: 2 if lstm.bidirectional else 1])
        layers.append(pair if lstm.bidirectional else pair[0])
    return layers


def as_numpy(params: LSTMParams) -> LSTMParams:
    """The same weights as NumPy arrays, detached and on the CPU; shapes and dtypes stay."""
    return LSTMParams(*(None if p is None else torch.as_tensor(p).detach().cpu().numpy() for p in params))


def _from_suffix(lstm: nn.LSTM, suffix: str) -> LSTMParams:
    weight = torch.cat([getattr(lstm, f"weight_hh{suffix}"), getattr(lstm, f"weight_ih{suffix}")], dim=1)
    if lstm.bias:
        bias = getattr(lstm, f"bias_ih{suffix}") + getattr(lstm, f"bias_hh{suffix}")
    else:
        bias = torch.zeros_like(weight[:, 0])
    W: dict[str, Array] = dict(zip(TORCH_GATE_ORDER, weight.chunk(4), strict=True))
    b: dict[str, Array] = dict(zip(TORCH_GATE_ORDER, bias.chunk(4), strict=True))
    return LSTMParams(
        *(of[gate] for gate in "fico" for of in (W, b)), getattr(lstm, f"weight_hr{suffix}") if lstm.proj_size else None
    )


def _named(layers: Sequence[Layer]):
    """nn.LSTM's suffix for each LSTMParams: _l0, _l0_reverse, _l1, ..."""
    for n, layer in enumerate(layers):
        for suffix, params in zip(("", "_reverse"), directions(layer), strict=False):
            yield f"_l{n}{suffix}", params


def _expect_one_shape(layers: Sequence[Layer]) -> None:
    first = directions(layers[0])
    output = first[0].output_size * len(first)
    for n, layer in enumerate(layers):
        if len(directions(layer)) != len(first):
            raise ValueError(
                _("layer {n} has {got} directions, layer 0 has {expected}; nn.LSTM has one number for all").format(
                    n=n, got=len(directions(layer)), expected=len(first)
                )
            )
        for params in directions(layer):
            got = (params.input_size, params.hidden_size, params.output_size, dtype_name(params.W_f))
            expected = (
                first[0].input_size if n == 0 else output,
                first[0].hidden_size,
                first[0].output_size,
                dtype_name(first[0].W_f),
            )
            if got != expected:
                raise ValueError(
                    _("layer {n} has (inputs, hidden, outputs, dtype) = {got}; expected {expected}").format(
                        n=n, got=got, expected=expected
                    )
                )
