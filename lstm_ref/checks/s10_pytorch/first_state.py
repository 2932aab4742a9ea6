"""The check of `first_state`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.core import torch_outputs
from lstm_ref.messages import _


def _two(*shape):
    return np.zeros(shape), np.zeros(shape)


FIRST_STATE = {
    _(
        "the batch comes first: batch_first is for input and output, and changes nothing about h and c"
    ): lambda batch, layers, directions, H: _two(batch, layers * directions, H),
    _("the directions are not counted: each layer has one state for each"): lambda batch, layers, directions, H: _two(
        layers, batch, H
    ),
    _(
        "the directions widen the state: each has H numbers of its own, in the first axis"
    ): lambda batch, layers, directions, H: _two(layers, batch, directions * H),
    _("one state serves all layers"): lambda batch, layers, directions, H: _two(1, batch, H),
    _("the layers have no axis"): lambda batch, layers, directions, H: _two(batch, H),
    _("the batch has no axis"): lambda batch, layers, directions, H: _two(layers * directions, H),
    _("layers and directions have an axis each; nn.LSTM has one for both"): lambda batch, layers, directions, H: _two(
        layers, directions, batch, H
    ),
    _("the units come before the batch: it is (layers * directions, B, H)"): lambda batch, layers, directions, H: _two(
        layers * directions, H, batch
    ),
    _("h_0 alone is returned: nn.LSTM wants both, (h_0, c_0)"): lambda batch, layers, directions, H: _two(
        layers * directions, batch, H
    )[0],
    _(
        "layers and directions are added; each layer has a state for each direction, so they are multiplied"
    ): lambda batch, layers, directions, H: _two(layers + directions, batch, H),
    _("two directions are taken for granted"): lambda batch, layers, directions, H: _two(2 * layers, batch, H),
    _("the layers are not counted: each has a state of its own"): lambda batch, layers, directions, H: _two(
        directions, batch, H
    ),
    _("the directions are counted twice: in the first axis, and in the width"): lambda batch, layers, directions, H: (
        _two(layers * directions, batch, directions * H)
    ),
    _("batch and layers have changed places"): lambda batch, layers, directions, H: _two(batch * directions, layers, H),
    _("one array holds both; nn.LSTM wants a tuple of two, (h_0, c_0)"): lambda batch, layers, directions, H: np.zeros(
        (2, layers * directions, batch, H)
    ),
    _("c_0 is filled with ones: a memory begins empty, so it holds zeros"): lambda batch, layers, directions, H: (
        np.zeros((layers * directions, batch, H)),
        np.ones((layers * directions, batch, H)),
    ),
    _("they are filled with ones: a memory begins empty"): lambda batch, layers, directions, H: tuple(
        one + 1 for one in _two(layers * directions, batch, H)
    ),
}


def configurations(rng) -> list[Arguments]:
    """Both directions, then one; B is odd and above 4, so that it is no number of layers, nor twice one."""
    return [
        {
            "batch": int(rng.choice((5, 7, 9))),
            "num_layers": int(rng.integers(2, 5)),
            "directions": directions,
            "hidden_size": int(rng.integers(10, 60)),
        }
        for directions in (2, 1)
    ]


FIRST = Check(
    name="first_state",
    output=("h_0", "c_0"),
    reference=torch_outputs.first_state,
    sizes=lambda a: ", ".join(f"{name}={size}" for name, size in a.items()),
    parts={"all": Part(configurations)},
    mistakes=FIRST_STATE,
)
