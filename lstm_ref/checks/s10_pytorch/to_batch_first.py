"""The check of `to_batch_first`."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.messages import _

VIEWED = _(
    "the numbers are poured into another shape: reshape and view keep their order, so the sequences are mixed up; "
    "np.swapaxes exchanges axes"
)


BATCH_FIRST = known(
    {
        VIEWED: lambda xs: xs.reshape(xs.shape[1], xs.shape[0], -1),
        _(
            "nothing is exchanged: the batch would be read as time, and each step would see all sequences in a row"
        ): lambda xs: xs,
        _("all three axes are turned round, as .T does; only the first two are exchanged"): lambda xs: xs.T,
        _("the last two axes are exchanged; it is the first two"): lambda xs: xs.swapaxes(1, 2),
        _("the first axis goes to the end; it is exchanged with the second"): lambda xs: np.moveaxis(xs, 0, -1),
        _("the last axis comes first; only the first two are exchanged"): lambda xs: xs.transpose(2, 0, 1),
        _("the numbers are poured into another shape, column by column; np.swapaxes exchanges axes"): lambda xs: (
            xs.reshape((xs.shape[1], xs.shape[0], -1), order="F")
        ),
        _("one sequence alone is returned; all of them are asked for"): lambda xs: xs[:, 0],
        _("the batch is turned round as well"): lambda xs: xs.swapaxes(0, 1)[::-1],
        _("time runs backwards as well"): lambda xs: xs[::-1].swapaxes(0, 1),
        _("the steps are joined into one long row for each sequence"): lambda xs: np.concatenate(list(xs), axis=1),
    }
)


def time_first(rng) -> list[Arguments]:
    return [{"xs": rng.normal(0, 1, shape)} for shape in ((5, 3, 2), (4, 6, 3))]


def taken_from(name: str, axes: str):
    """Advice for a function that only picks numbers of its argument `name`: which one stands in the wrong place."""

    def advise(arguments: Arguments, got: Leaves, want: Leaves) -> str:
        source, (leaf,) = arguments[name], want
        index = first_wrong(~(np.abs(got[leaf] - want[leaf]) <= 1e-9), axes)
        # The numbers are drawn, so no two of them are the same.
        here, there = (
            [f"{name}[{', '.join(map(str, place))}]" for place in np.argwhere(source == leaves[leaf][index])]
            for leaves in (got, want)
        )
        if not here:
            return _("That number does not stand in {name}. Nothing is computed here: {right} belongs there.").format(
                name=name, right=there[0]
            )
        return _("That is {found}; {right} belongs there.").format(found=here[0], right=there[0])

    return advise


TO_BATCH_FIRST = Check(
    name="to_batch_first",
    output="xs",
    reference=lambda xs: xs.swapaxes(0, 1),
    sizes=lambda a: "T={}, B={}, D={}".format(*a["xs"].shape),
    axes={"xs": "BTD"},
    parts={"all": Part(time_first)},
    mistakes=BATCH_FIRST,
    advice=taken_from("xs", "BTD"),
)
