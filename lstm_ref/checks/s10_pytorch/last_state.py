"""The check of `last_state`: h_n has one row for each layer and direction, and its batch is never first."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s10_pytorch.axes import VIEWED, taken_from
from lstm_ref.checks.slips.pooling import LAST_UNIT
from lstm_ref.core import torch_outputs
from lstm_ref.messages import _

LAST_STATE = {
    _("the batch is looked for in the first axis: h_n is (layers * directions, B, H), whatever batch_first says"): (
        lambda h_n, layer, direction, directions: h_n[:, layer * directions + direction],
        lambda h_n, layer, direction, directions: h_n[:, -1],
    ),
    VIEWED: lambda h_n, layer, direction, directions: h_n.reshape(h_n.shape[1], -1, h_n.shape[2])[
        :, layer * directions + direction
    ],
    _("the last of h_n is taken whatever is asked for"): lambda h_n, layer, direction, directions: h_n[-1],
    _("the direction is not looked at"): lambda h_n, layer, direction, directions: h_n[layer * directions],
    _("the directions of the layers below are not counted: each layer has `directions` rows in h_n"): (
        lambda h_n, layer, direction, directions: h_n[layer],
        lambda h_n, layer, direction, directions: h_n[layer + direction],
    ),
    _(
        "all layers forwards are taken to come first; it is layer 0 forwards, layer 0 backwards, layer 1 forwards"
    ): lambda h_n, layer, direction, directions: h_n[direction * (len(h_n) // directions) + layer],
    _("two directions are taken for granted"): lambda h_n, layer, direction, directions: h_n[2 * layer + direction],
    _("layers are counted from 1; here the first is layer 0"): lambda h_n, layer, direction, directions: h_n[
        (layer - 1) * directions + direction
    ],
    _("directions are exchanged: 0 is forwards, 1 backwards"): lambda h_n, layer, direction, directions: h_n[
        layer * directions + directions - 1 - direction
    ],
    _("a slice keeps the first axis, with one row; an index takes it away"): lambda h_n, layer, direction, directions: (
        h_n[layer * directions + direction :][:1]
    ),
    _("the result is transposed: it is (B, H)"): lambda h_n, layer, direction, directions: (
        h_n[layer * directions + direction].T
    ),
    _("both directions of the layer are returned; one is asked for"): lambda h_n, layer, direction, directions: h_n[
        layer * directions : (layer + 1) * directions
    ],
    _(
        "h_n[layer, direction] is read: layers and directions share the first axis, and the second is the batch"
    ): lambda h_n, layer, direction, directions: h_n[layer, direction],
    _("all of h_n is returned"): lambda h_n, layer, direction, directions: h_n,
    LAST_UNIT: lambda h_n, layer, direction, directions: h_n[layer * directions + direction, :, -1],
    _(
        "the last sequence alone is taken; h_n holds the last step already, and its second axis is the batch"
    ): lambda h_n, layer, direction, directions: h_n[layer * directions + direction, -1],
    _("the last layer is taken whatever is asked for"): lambda h_n, layer, direction, directions: h_n[
        direction - directions
    ],
    _("the layer is not looked at"): lambda h_n, layer, direction, directions: h_n[direction],
    _(
        "`direction` stands where `directions` belongs: a layer has as many rows as there are directions"
    ): lambda h_n, layer, direction, directions: h_n[layer * direction + direction],
    _("both directions of the layer are joined; one is asked for"): lambda h_n, layer, direction, directions: (
        np.concatenate(list(h_n[layer * directions : (layer + 1) * directions]), axis=1)
    ),
}


def last_states(rng) -> list[Arguments]:
    """Three layers in both directions, and four in one, with several of them asked for."""
    two, one = rng.uniform(-1, 1, (6, 5, 4)), rng.uniform(-1, 1, (4, 3, 7))
    asked = [(two, 1, 1, 2), (two, 2, 0, 2), (one, 1, 0, 1)]
    names = ("h_n", "layer", "direction", "directions")
    return [dict(zip(names, call, strict=True)) for call in asked]


def sizes_of_h_n(arguments: Arguments) -> str:
    rows, batch, units = arguments["h_n"].shape
    asked = {name: arguments[name] for name in ("layer", "direction", "directions")}
    return f"B={batch}, H={units}, L={rows // asked['directions']}, " + ", ".join(f"{k}={v}" for k, v in asked.items())


LAST = Check(
    name="last_state",
    output="h",
    reference=torch_outputs.last_state,
    sizes=sizes_of_h_n,
    axes={"h": "BH"},
    parts={"all": Part(last_states)},
    mistakes=LAST_STATE,
    advice=taken_from("h_n", "BH"),
)
