"""The check of `last_of_both`: forwards is done at the last step, backwards at the first."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s10_pytorch.axes import taken_from
from lstm_ref.checks.slips.pooling import AXIS_KEPT, LAST_NUMBER, LAST_SEQUENCE
from lstm_ref.core import torch_outputs
from lstm_ref.messages import _


def halves(output):
    H = output.shape[2] // 2
    return output[:, :, :H], output[:, :, H:]


def both(read: Callable) -> Callable:
    """`last_of_both` as `read(forwards, backwards)` makes it, (B, T, H) each."""
    return lambda output: read(*halves(output))


def joined(*arrays):
    return np.concatenate(arrays, axis=1)


MISTAKES = {
    _(
        "the last step is taken for both directions, or the backward half is turned round once more: there the "
        "backward one has read a single step"
    ): lambda output: output[:, -1],
    _("the first step is taken for both directions: there the forward one has read a single step"): lambda output: (
        output[:, 0]
    ),
    LAST_NUMBER: lambda output: output[..., -1],
    LAST_SEQUENCE: lambda output: output[-1],
    _("the two directions are exchanged: forwards is done at the last step, backwards at the first"): both(
        lambda f, b: joined(f[:, 0], b[:, -1])
    ),
    _("the backward half comes first: it is forward first"): both(lambda f, b: joined(b[:, 0], f[:, -1])),
    _("the halves are exchanged: the first H numbers are those of the forward direction"): both(
        lambda f, b: joined(b[:, -1], f[:, 0])
    ),
    _("the halves are added: they are joined, forward first"): both(lambda f, b: f[:, -1] + b[:, 0]),
    _("the mean of the halves is taken: they are joined, forward first"): both(lambda f, b: (f[:, -1] + b[:, 0]) / 2),
    _("the forward direction alone is returned"): both(lambda f, b: f[:, -1]),
    _("the backward direction alone is returned"): both(lambda f, b: b[:, 0]),
    _("the halves get an axis of their own, as np.stack makes one; np.concatenate joins them"): both(
        lambda f, b: np.stack([f[:, -1], b[:, 0]], axis=1)
    ),
    _("the halves are joined along axis 0, one batch below the other"): both(
        lambda f, b: np.concatenate([f[:, -1], b[:, 0]])
    ),
    _("every other number is taken for one direction: the first H are forward, the last H backward"): lambda output: (
        joined(output[:, -1, ::2], output[:, 0, 1::2])
    ),
    _("two results are returned; they are joined to one array, as np.concatenate does along axis 1"): both(
        lambda f, b: (f[:, -1], b[:, 0])
    ),
    AXIS_KEPT: both(lambda f, b: np.concatenate([f[:, -1:], b[:, :1]], axis=2)),
    _("all 2H numbers of both steps are taken; each direction has H of them"): (
        lambda output: output[:, [-1, 0]],
        lambda output: joined(output[:, -1], output[:, 0]),
    ),
    _("both steps are read from the forward half"): both(lambda f, b: joined(f[:, -1], f[:, 0])),
    _("the first axis is taken for the steps: batch first, it is output[:, -1]"): lambda output: joined(
        output[-1, :, : output.shape[2] // 2], output[0, :, output.shape[2] // 2 :]
    ),
    _("the first sequence alone is read"): both(lambda f, b: np.concatenate([f[0, -1], b[0, 0]])),
    _("the sum over all steps is taken"): lambda output: output.sum(axis=1),
    _("the mean over all steps is taken"): lambda output: output.mean(axis=1),
    _("the largest over all steps is taken"): lambda output: output.max(axis=1),
}


def outputs_of_both(rng) -> list[Arguments]:
    return [{"output": rng.uniform(-1, 1, shape)} for shape in ((3, 5, 8), (2, 7, 6))]


def sizes_of_output(arguments: Arguments) -> str:
    batch, steps, width = arguments["output"].shape
    return f"B={batch}, T={steps}, H={width // 2}"


LAST_OF_BOTH = Check(
    name="last_of_both",
    output="h",
    reference=torch_outputs.last_of_both,
    sizes=sizes_of_output,
    axes={"h": "BH"},
    parts={"all": Part(outputs_of_both)},
    mistakes=MISTAKES,
    advice=taken_from("output", "BH"),
)
