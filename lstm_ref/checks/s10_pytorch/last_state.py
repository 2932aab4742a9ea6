"""The check of `last_state`: h_n has one row for each layer and direction, and its batch is never first."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s10_pytorch.axes import VIEWED, taken_from
from lstm_ref.checks.slips.pooling import LAST_UNIT
from lstm_ref.core import torch_outputs
from lstm_ref.messages import _


def read(at: Callable) -> Callable:
    """`last_state` that reads h_n at another index, of the layer, the direction and n directions."""
    return lambda h_n, layer, direction, n: h_n[at(layer, direction, n)]


def changed(change: Callable) -> Callable:
    """The right state, (B, H), changed."""
    return lambda *arguments: change(torch_outputs.last_state(*arguments))


MISTAKES = {
    _("the batch is looked for in the first axis: h_n is (layers * directions, B, H), whatever batch_first says"): (
        read(lambda layer, direction, n: (slice(None), layer * n + direction)),
        read(lambda layer, direction, n: (slice(None), -1)),
    ),
    VIEWED: lambda h_n, layer, direction, n: h_n.reshape(h_n.shape[1], -1, h_n.shape[2])[:, layer * n + direction],
    _("the last of h_n is taken whatever is asked for"): read(lambda layer, direction, n: -1),
    _("the direction is not looked at"): read(lambda layer, direction, n: layer * n),
    _("the directions of the layers below are not counted: each layer has `directions` rows in h_n"): (
        read(lambda layer, direction, n: layer),
        read(lambda layer, direction, n: layer + direction),
    ),
    _(
        "all layers forwards are taken to come first; it is layer 0 forwards, layer 0 backwards, layer 1 forwards"
    ): lambda h_n, layer, direction, n: h_n[direction * (len(h_n) // n) + layer],
    _("two directions are taken for granted"): read(lambda layer, direction, n: 2 * layer + direction),
    _("layers are counted from 1; here the first is layer 0"): read(
        lambda layer, direction, n: (layer - 1) * n + direction
    ),
    _("directions are exchanged: 0 is forwards, 1 backwards"): read(
        lambda layer, direction, n: layer * n + n - 1 - direction
    ),
    _("a slice keeps the first axis, with one row; an index takes it away"): changed(lambda h: h[None]),
    _("the result is transposed: it is (B, H)"): changed(lambda h: h.T),
    _("both directions of the layer are returned; one is asked for"): read(
        lambda layer, direction, n: slice(layer * n, layer * n + n)
    ),
    _("h_n[layer, direction] is read: layers and directions share the first axis, and the second is the batch"): read(
        lambda layer, direction, n: (layer, direction)
    ),
    _("all of h_n is returned"): read(lambda layer, direction, n: ...),
    LAST_UNIT: changed(lambda h: h[:, -1]),
    _("the last sequence alone is taken; h_n holds the last step already, and its second axis is the batch"): changed(
        lambda h: h[-1]
    ),
    _("the last layer is taken whatever is asked for"): read(lambda layer, direction, n: direction - n),
    _("the layer is not looked at"): read(lambda layer, direction, n: direction),
    _("`direction` stands where `directions` belongs: a layer has as many rows as there are directions"): read(
        lambda layer, direction, n: layer * direction + direction
    ),
    _("both directions of the layer are joined; one is asked for"): lambda h_n, layer, direction, n: np.concatenate(
        list(h_n[layer * n : layer * n + n]), axis=1
    ),
}


def last_states(rng) -> list[Arguments]:
    """Three layers in both directions, and four in one, with several of them asked for: of c_n, which has no bounds."""
    two, one = rng.uniform(-20, 20, (6, 5, 4)), rng.uniform(-20, 20, (4, 3, 7))
    asked = [(two, 1, 1, 2), (two, 2, 0, 2), (one, 1, 0, 1)]
    names = ("h_n", "layer", "direction", "directions")
    return [dict(zip(names, call, strict=True)) for call in asked]


def sizes_of_h_n(arguments: Arguments) -> str:
    rows, batch, units = arguments["h_n"].shape
    asked = {name: arguments[name] for name in ("layer", "direction", "directions")}
    return f"B={batch}, H={units}, L={rows // asked['directions']}, " + ", ".join(f"{k}={v}" for k, v in asked.items())


LAST_STATE = Check(
    name="last_state",
    output="h",
    reference=torch_outputs.last_state,
    sizes=sizes_of_h_n,
    axes={"h": "BH"},
    parts={"all": Part(last_states)},
    mistakes=MISTAKES,
    advice=taken_from("h_n", "BH"),
)
