"""The check of `concatenate_inputs`: other ways of putting h_prev and x together."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.core import cell
from lstm_ref.messages import _


def states_and_inputs(rng) -> list[Arguments]:
    """Two sizes, each with B, D and H that differ, so that no axis can be taken for another; x has no bounds."""
    return [
        {"h_prev": rng.uniform(-1, 1, (B, H)), "x": with_far_numbers(rng.normal(0, 1, (B, D)))}
        for B, D, H in ((3, 2, 4), (6, 5, 3))
    ]


def where_in_hx(arguments: Arguments, index: tuple[int, ...]) -> str:
    """One number of hx, and which of the two arrays it should come from."""
    row, column = index
    H = arguments["h_prev"].shape[1]
    source = f"h_prev[{row}, {column}]" if column < H else f"x[{row}, {column - H}]"
    return _("hx[{row}, {column}], which should be {source},").format(row=row, column=column, source=source)


def changed(change: Callable) -> Callable:
    """The right [h, x], changed."""
    return lambda h, x: change(np.concatenate([h, x], axis=1))


CONCATENATE_INPUTS = Check(
    name="concatenate_inputs",
    output="hx",
    reference=cell.concatenate_inputs,
    place=where_in_hx,
    sizes=lambda a: f"B={a['x'].shape[0]}, D={a['x'].shape[1]}, H={a['h_prev'].shape[1]}",
    parts={"joined": Part(states_and_inputs)},
    mistakes={
        _(
            "x comes before h_prev: in this course it is [h, x], and the first H columns of every W belong to h"
        ): lambda h, x: np.concatenate([x, h], axis=1),
        _("h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"): lambda h, x: (
            np.concatenate([h, x], axis=0)
        ),
        _("x and h_prev are joined along axis 0, and x first; it is h_prev first, along axis=1"): lambda h, x: (
            np.concatenate([x, h], axis=0)
        ),
        _("np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"): lambda h, x: np.stack(
            [h, x], axis=1
        ),
        _(
            "np.array is made of both: it wants a new axis and equal shapes; np.concatenate with axis=1 joins them"
        ): lambda h, x: np.array([h, x]),
        _(
            "all sequences are put into one long row, as np.append does without an axis; axis=1 joins the columns"
        ): lambda h, x: np.append(h, x),
        _("np.concatenate is given two arrays; it takes one list of them, and then axis=1"): (
            lambda h, x: np.concatenate(h, x),
            lambda h, x: np.concatenate(h, x, axis=1),
        ),
        _("both are put into a list, as the brackets of the equation look; joined they are one array"): lambda h, x: [
            h,
            x,
        ],
        _("+ between lists puts the rows of x below those of h_prev; joined, they stand side by side"): tuple(
            lambda h, x, listed=listed: listed(h) + listed(x) for listed in (list, np.ndarray.tolist)
        ),
        _("only the first sequence is joined, and the others stay 0: does `return` stand inside the loop?"): changed(
            lambda hx: hx * (np.arange(len(hx)) == 0)[:, None]
        ),
        _("only the last sequence is left: each turn of the loop puts another in its place; collect them all"): changed(
            lambda hx: hx[-1]
        ),
        _("both are returned as a pair; joined they are one array"): lambda h, x: (h, x),
        _(
            "the two are added or multiplied: joined means one after the other, so that each keeps its own weights"
        ): lambda h, x: h + x,
        _("the two are multiplied; [h, x] only puts them side by side"): (
            lambda h, x: h @ x,
            lambda h, x: h.T @ x,
            lambda h, x: h @ x.T,
            lambda h, x: np.dot(h, x),
        ),
        _("h_prev alone is returned"): lambda h, x: h,
        _("x alone is returned"): lambda h, x: x,
        _("the result is transposed: each row is one sequence, so B comes first"): changed(lambda hx: hx.T),
        _("the first sequence is used for the whole batch"): changed(lambda hx: np.tile(hx[0], (len(hx), 1))),
        _("only the first sequence of the batch is returned"): changed(lambda hx: hx[0]),
        _("the numbers are poured into the right shape by reshape, so that the sequences are mixed up"): lambda h, x: (
            np.append(h, x).reshape(len(x), -1)
        ),
        _("tanh is taken of it: the gates squash later; here nothing is computed"): changed(np.tanh),
    },
)
