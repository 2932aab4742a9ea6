"""What the gates of a trained `nn.LSTM` do, in a few numbers."""

from typing import NamedTuple

import torch
from torch import nn

from lstm_ref.core.arrays import Array
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _
from lstm_ref.training.bridge import from_torch

SHUT, OPEN = 0.05, 0.95  # beyond these a sigmoid is saturated: its slope is below a fifth of the steepest


class GateStatistics(NamedTuple):
    """One gate of one layer, over all units, sequences and valid steps."""

    mean: float
    shut: float  # share of the values below 0.05
    open: float  # share of the values above 0.95


def gate_statistics(lstm: nn.LSTM, xs: torch.Tensor, lengths: Array, layer: int = 0) -> dict[str, GateStatistics]:
    """How open the gates f, i and o of one layer are while it reads xs (B, T, D), lengths (B,); padding is left out.

    A gate that is shut or open at nearly every step decides nothing, and hardly any gradient passes through it. Raises
    TypeError for anything but an `nn.LSTM`, ValueError for a bidirectional one, IndexError for a missing layer.
    """
    layers = from_torch(lstm)
    if lstm.bidirectional:
        raise ValueError(_("the LSTM is bidirectional; expected one direction"))
    if not 0 <= layer < len(layers):
        raise IndexError(_("layer {layer} does not exist; there are {count}").format(layer=layer, count=len(layers)))
    with torch.no_grad():
        for params in layers[: layer + 1]:
            xs, _state, gates = lstm_forward(xs, params, return_gates=True)
        valid = torch.arange(xs.shape[1])[None, :] < torch.as_tensor(lengths)[:, None]
        found = {}
        for name in ("f", "i", "o"):
            values = getattr(gates, name)[valid]  # (valid steps of all sequences, H)
            shares = (values.mean(), (values < SHUT).float().mean(), (values > OPEN).float().mean())
            found[name] = GateStatistics(*(float(share) for share in shares))
    return found
