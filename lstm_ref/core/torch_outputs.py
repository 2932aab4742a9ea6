"""What `nn.LSTM` takes and gives, and how to read it: first and last states, both directions, padded sequences.

For NumPy arrays and torch tensors alike. `h_n` and `c_n` have the shape (layers * directions, B, H) whatever
`batch_first` says; the outputs here are batch first, (B, T, H), and of both directions (B, T, 2H), forward first.
"""

import numpy as np

from lstm_ref.core.arrays import Array, expect_axes, same_kind
from lstm_ref.core.pooling import last_valid
from lstm_ref.messages import _


def first_state(batch: int, num_layers: int, directions: int, hidden_size: int) -> tuple[np.ndarray, np.ndarray]:
    """(h_0, c_0) of zeros, in the shape that `nn.LSTM` expects: (layers * directions, B, H) each."""
    shape = (num_layers * directions, batch, hidden_size)
    return np.zeros(shape), np.zeros(shape)


def last_state(h_n: Array, layer: int, direction: int, directions: int) -> Array:
    """The last state of one layer and direction, (B, H), out of h_n or c_n, (layers * directions, B, H).

    Layers count from 0; direction 0 is forwards, 1 backwards. Raises IndexError where there is no such layer.
    """
    expect_axes("h_n", h_n, "L, B, H")
    if not 0 <= direction < directions or not 0 <= layer < h_n.shape[0] // directions:
        raise IndexError(
            _("layer {layer}, direction {direction} does not exist; layers: {layers}, directions: {directions}").format(
                layer=layer, direction=direction, layers=h_n.shape[0] // directions, directions=directions
            )
        )
    return h_n[layer * directions + direction]


def last_of_both(output: Array) -> Array:
    """The output of each direction when it has read everything: (B, T, 2H) -> (B, 2H), forward first.

    For the forward direction that is the last step; for the backward one, which reads from the end, the first. Raises
    ValueError for anything but three axes.
    """
    xp = same_kind(output=output)
    expect_axes("output", output, "B, T, 2H")
    H = output.shape[2] // 2
    return xp.concat([output[:, -1, :H], output[:, 0, H:]], axis=1)


def last_valid_output(output: Array, lengths: Array) -> Array:
    """The output at the last step that is not padding: (B, T, H), lengths (B,) -> (B, H). Forward direction only.

    The same as `last_valid`, under the name that `nn.LSTM` gives its outputs; errors as there.
    """
    return last_valid(output, lengths)
