"""The check of `last_valid_output`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part, known
from lstm_ref.checks.s10_pytorch.last_of_both import LAST_SEQUENCE, LAST_UNIT, sizes_of_output
from lstm_ref.checks.s10_pytorch.to_batch_first import taken_from
from lstm_ref.checks.s10_pytorch.to_torch_arrays import rows
from lstm_ref.core import torch_outputs
from lstm_ref.messages import _


def _valid(output, lengths):
    """Which steps are no padding, (B, T, 1)."""
    return (np.arange(output.shape[1]) < lengths[:, None])[:, :, None]


def _by_length(output, lengths):
    order = np.argsort(-lengths, kind="stable")
    return output[order, lengths[order] - 1]


LAST_VALID = known(
    {
        _("the last step is taken: for a shorter sequence that is padding"): lambda output, lengths: output[:, -1],
        _("step `lengths` is read: steps count from 0, so the last valid one is lengths - 1"): lambda output, lengths: (
            output[rows(output), lengths]
        ),
        _("the step before the last valid one is read"): lambda output, lengths: output[rows(output), lengths - 2],
        _("output[:, lengths - 1] is read: that takes all these steps of every sequence"): lambda output, lengths: (
            output[:, lengths - 1]
        ),
        _("output[lengths - 1] is read: that takes sequences, and not steps"): lambda output, lengths: output[
            lengths - 1
        ],
        _("the last valid step of the longest sequence is taken for all"): lambda output, lengths: output[
            :, lengths.max() - 1
        ],
        _("the last valid step of the shortest sequence is taken for all"): lambda output, lengths: output[
            :, lengths.min() - 1
        ],
        _("steps are counted from the end: -lengths is that many steps before it"): lambda output, lengths: output[
            rows(output), -lengths
        ],
        _("the first step is taken"): lambda output, lengths: output[:, 0],
        _("the results stand in the order of the lengths, longest first, and not in that of the batch"): _by_length,
        _("the mean over all steps is taken, padding included"): lambda output, lengths: output.mean(axis=1),
        _("the largest over all steps is taken, padding included"): lambda output, lengths: output.max(axis=1),
        _("the mean over the valid steps is taken; the last one is asked for"): lambda output, lengths: (
            (output * _valid(output, lengths)).sum(axis=1) / lengths[:, None]
        ),
        _("the sum over the valid steps is taken; the last one is asked for"): lambda output, lengths: (
            output * _valid(output, lengths)
        ).sum(axis=1),
        _("the largest over the valid steps is taken; the last one is asked for"): lambda output, lengths: np.where(
            _valid(output, lengths), output, -np.inf
        ).max(axis=1),
        LAST_UNIT: lambda output, lengths: output[..., -1],
        LAST_SEQUENCE: lambda output, lengths: output[-1],
        _("a slice keeps the axis of the steps, with one in it; an index takes it away"): lambda output, lengths: (
            output[rows(output), lengths - 1][:, None]
        ),
        _("the last unit alone is taken: [..., -1] is a unit"): lambda output, lengths: output[
            rows(output), lengths - 1, -1
        ],
        _("one sequence alone came back: does `return` stand inside the loop?"): lambda output, lengths: output[
            0, lengths[0] - 1
        ],
        _("all valid steps are taken, end to end; one step of each sequence is asked for"): lambda output, lengths: (
            output[_valid(output, lengths)[:, :, 0]]
        ),
        _("the step after the last valid one is taken: steps count from 0"): (
            lambda output, lengths: output[np.arange(output.shape[1]) == lengths[:, None]],
            lambda output, lengths: output[rows(output), np.minimum(lengths, output.shape[1] - 1)],
        ),
        _(
            "the padding is set to zero and the last step is read: for a shorter sequence that is such a zero"
        ): lambda output, lengths: (output * _valid(output, lengths))[:, -1],
        _(
            "the results stand in the order of the lengths, shortest first, and not in that of the batch"
        ): lambda output, lengths: output[np.argsort(lengths), np.sort(lengths) - 1],
        _(
            "everything is read from sequence 0: output[:, lengths - 1][0] does it, or sequences put end to end"
        ): lambda output, lengths: output.reshape(-1, output.shape[2])[lengths - 1],
        _(
            "the padding is set to zero and every step is kept; one step of each sequence is asked for"
        ): lambda output, lengths: output * _valid(output, lengths),
    }
)


def padded(rng) -> list[Arguments]:
    """Outputs that go on in the padding, as they do; one sequence fills all steps, one a single step."""
    lengths = ([3, 6, 1, 5], [4, 2, 3])
    return [{"output": rng.uniform(-1, 1, (len(one), 6, 3)), "lengths": np.array(one)} for one in lengths]


VALID = Check(
    name="last_valid_output",
    output="h",
    reference=torch_outputs.last_valid_output,
    sizes=sizes_of_output,
    axes={"h": "BH"},
    parts={"all": Part(padded)},
    mistakes=LAST_VALID,
    advice=taken_from("output", "BH"),
)
