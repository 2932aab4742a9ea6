"""The check of `to_batch_first`: other ways of giving an array its shape, which mix up its numbers."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.s10_pytorch.axes import VIEWED, taken_from
from lstm_ref.messages import _

MISTAKES = {
    VIEWED: lambda xs: xs.reshape(xs.shape[1], xs.shape[0], -1),
    _("nothing is exchanged: the batch is read as time, and each step sees all sequences in a row"): lambda xs: xs,
    _("all three axes are turned round, as .T does; only the first two are exchanged"): lambda xs: xs.T,
    _("the last two axes are exchanged; it is the first two"): lambda xs: xs.swapaxes(1, 2),
    _("the first axis goes to the end; it is exchanged with the second"): lambda xs: np.moveaxis(xs, 0, -1),
    _("the last axis comes first; only the first two are exchanged"): lambda xs: xs.transpose(2, 0, 1),
    _("the numbers are poured into another shape, column by column; np.swapaxes exchanges axes"): lambda xs: xs.reshape(
        (xs.shape[1], xs.shape[0], -1), order="F"
    ),
    _("one sequence alone is returned; all of them are asked for"): lambda xs: xs[:, 0],
    _("the batch is turned round as well"): lambda xs: xs.swapaxes(0, 1)[::-1],
    _("time runs backwards as well"): lambda xs: xs[::-1].swapaxes(0, 1),
    _("the steps are joined into one long row for each sequence"): lambda xs: np.concatenate(list(xs), axis=1),
}


def time_first(rng) -> list[Arguments]:
    return [{"xs": with_far_numbers(rng.normal(0, 1, shape))} for shape in ((5, 3, 2), (4, 6, 3))]


TO_BATCH_FIRST = Check(
    name="to_batch_first",
    output="xs",
    reference=lambda xs: xs.swapaxes(0, 1),
    sizes=lambda a: "T={}, B={}, D={}".format(*a["xs"].shape),
    axes={"xs": "BTD"},
    parts={"all": Part(time_first)},
    mistakes=MISTAKES,
    advice=taken_from("xs", "BTD"),
)
