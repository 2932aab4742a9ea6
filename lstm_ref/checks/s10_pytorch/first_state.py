"""The check of `first_state`: two arrays of zeros, so that there is little but their shape to get wrong."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.core import torch_outputs
from lstm_ref.messages import _


def zeros(shape: Callable) -> Callable:
    """`first_state` whose two arrays of zeros have this shape, of B, L layers, n directions and H."""
    return lambda B, L, n, H: (np.zeros(shape(B, L, n, H)), np.zeros(shape(B, L, n, H)))


def changed(change: Callable) -> Callable:
    """The right first state, (h_0, c_0), changed."""
    return lambda B, L, n, H: change(*torch_outputs.first_state(B, L, n, H))


MISTAKES = {
    _("the batch comes first: batch_first is for input and output, and changes nothing about h and c"): zeros(
        lambda B, L, n, H: (B, L * n, H)
    ),
    _("the directions are not counted: each layer has one state for each"): zeros(lambda B, L, n, H: (L, B, H)),
    _("the directions widen the state: each has H numbers of its own, in the first axis"): zeros(
        lambda B, L, n, H: (L, B, n * H)
    ),
    _("one state serves all layers"): zeros(lambda B, L, n, H: (1, B, H)),
    _("the layers have no axis"): zeros(lambda B, L, n, H: (B, H)),
    _("the batch has no axis"): zeros(lambda B, L, n, H: (L * n, H)),
    _("layers and directions have an axis each; nn.LSTM has one for both"): zeros(lambda B, L, n, H: (L, n, B, H)),
    _("the units come before the batch: it is (layers * directions, B, H)"): zeros(lambda B, L, n, H: (L * n, H, B)),
    _("h_0 alone is returned: nn.LSTM wants both, (h_0, c_0)"): changed(lambda h, c: h),
    _("layers and directions are added; each layer has a state for each direction, so they are multiplied"): zeros(
        lambda B, L, n, H: (L + n, B, H)
    ),
    _("two directions are taken for granted"): zeros(lambda B, L, n, H: (2 * L, B, H)),
    _("the layers are not counted: each has a state of its own"): zeros(lambda B, L, n, H: (n, B, H)),
    _("the directions are counted twice: in the first axis, and in the width"): zeros(
        lambda B, L, n, H: (L * n, B, n * H)
    ),
    _("batch and layers have changed places"): zeros(lambda B, L, n, H: (B * n, L, H)),
    _("c_0 is filled with ones: a memory begins empty, so it holds zeros"): changed(lambda h, c: (h, c + 1)),
    _("they are filled with ones: a memory begins empty"): changed(lambda h, c: (h + 1, c + 1)),
}


def configurations(rng) -> list[Arguments]:
    """Both directions, then one; B is odd and above 4, so that it is no number of layers, nor twice one."""
    return [
        {
            "batch": int(rng.choice((5, 7, 9))),
            "num_layers": int(rng.integers(3, 5)),
            "directions": directions,
            "hidden_size": int(rng.integers(10, 60)),
        }
        for directions in (2, 1)
    ]


FIRST_STATE = Check(
    name="first_state",
    output=("h_0", "c_0"),
    reference=torch_outputs.first_state,
    sizes=lambda a: ", ".join(f"{name}={size}" for name, size in a.items()),
    parts={"all": Part(configurations)},
    mistakes=MISTAKES,
)
