"""What the functions of chapter 10 that only pick numbers of an array, or move its axes, have in common."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.advice import first_difference
from lstm_ref.checks.engine.declare import Arguments, Leaves
from lstm_ref.messages import _

VIEWED = _(
    "the numbers are poured into another shape: reshape and view keep their order, so the sequences are mixed up; "
    "np.swapaxes exchanges axes"
)


def taken_from(name: str, axes: str) -> Callable:
    """Advice for a function that only picks numbers of its argument `name`: which one stands in the wrong place."""

    def advise(arguments: Arguments, got: Leaves, want: Leaves) -> str:
        leaf, index = first_difference(got, want, axes)
        # The numbers are drawn, so no two of them are the same.
        here, there = (
            [f"{name}[{', '.join(map(str, place))}]" for place in np.argwhere(arguments[name] == leaves[leaf][index])]
            for leaves in (got, want)
        )
        if not here:
            return _("That number does not stand in {name}. Nothing is computed here: {right} belongs there.").format(
                name=name, right=there[0]
            )
        return _("That is {found}; {right} belongs there.").format(found=here[0], right=there[0])

    return advise
