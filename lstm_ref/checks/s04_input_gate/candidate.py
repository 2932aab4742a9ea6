"""The check of `candidate`."""

import numpy as np

from lstm_ref.checks.slips.line import (
    in_pieces,
    line_check,
    on_z,
    softmax,
)
from lstm_ref.core import cell
from lstm_ref.messages import _


def tanh_by_hand(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def atanh(value):
    """The inverse of tanh; nan outside of -1 to 1, and at its ends."""
    with np.errstate(all="ignore"):
        return np.where(np.abs(value) < 1, np.arctanh(value), np.nan)


CANDIDATE = line_check(
    "candidate",
    "candidate",
    "c",
    cell.candidate,
    np.tanh,
    atanh,
    at_the_limits={
        _("tanh is written with exp(z) and exp(-z): for large z infinity by infinity is nan; np.tanh is safe"): on_z(
            tanh_by_hand
        ),
        _(
            "tanh is written as (1 - exp(-2z)) / (1 + exp(-2z)), which is nan for very negative z; np.tanh is safe"
        ): on_z(lambda z: (1 - np.exp(-2 * z)) / (1 + np.exp(-2 * z))),
        _("tanh is written as (exp(2z) - 1) / (exp(2z) + 1), which is nan for large z; np.tanh is safe"): on_z(
            lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)
        ),
        _("z is clipped before tanh, so that the candidate never reaches its ends"): tuple(
            on_z(lambda z, end=end: np.tanh(np.clip(z, -end, end))) for end in (5, 10)
        ),
    },
    mistakes={
        _("the sigmoid is used instead of tanh: then no candidate is negative, and the memory can only grow"): on_z(
            cell.sigmoid
        ),
        _("tanh is written inverted, with the two exponents exchanged: that is -tanh(z)"): on_z(lambda z: -np.tanh(z)),
        _("the fraction of tanh is upside down: that is 1 / tanh(z), which is never between -1 and 1"): on_z(
            lambda z: 1 / np.tanh(z)
        ),
        _("tanh is halved: (1 + tanh(z)) / 2 runs from 0 to 1"): on_z(lambda z: (1 + np.tanh(z)) / 2),
        _("2 * sigmoid(z) - 1 is returned, which is tanh(z / 2); tanh(z) is 2 * sigmoid(2 * z) - 1"): on_z(
            lambda z: np.tanh(z / 2)
        ),
        _("2 * sigmoid(z) is returned: it runs from 0 to 2 and is never negative"): on_z(lambda z: 2 * cell.sigmoid(z)),
        _("2 * sigmoid(2 * z) is returned: the - 1 is missing, so that it runs from 0 to 2"): on_z(
            lambda z: 2 * cell.sigmoid(2 * z)
        ),
        _("the denominator of tanh has no parentheses: a / b + c is (a / b) + c, and not a / (b + c)"): on_z(
            lambda z: (np.exp(z) - np.exp(-z)) / np.exp(z) + np.exp(-z)
        ),
        _(
            "sinh is returned, (exp(z) - exp(-z)) / 2: its denominator is not the one of tanh, and it has no bound"
        ): on_z(np.sinh),
        _("tan is used instead of tanh"): on_z(np.tan),
        _("arctan is used instead of tanh: it runs from -1.57 to 1.57"): on_z(np.arctan),
        _("the derivative 1 - tanh(z)**2 is returned, and not the candidate"): on_z(lambda z: 1 - np.tanh(z) ** 2),
        _("tanh is left out: z has no bound, and so a write would have none"): on_z(lambda z: z),
        _("relu is used instead of tanh: it cannot be negative, and it has no upper bound"): on_z(
            lambda z: np.maximum(z, 0)
        ),
        _("relu is put on top of tanh: then no candidate is negative, and the memory can only grow"): on_z(
            lambda z: np.maximum(np.tanh(z), 0)
        ),
        _("z is clipped to -1..1 instead of squashed: tanh bends long before its ends"): on_z(
            lambda z: np.clip(z, -1, 1)
        ),
        _("the absolute value is taken: the sign of a write comes from the candidate, and from nowhere else"): on_z(
            lambda z: np.abs(np.tanh(z))
        ),
        _("only the sign of z is returned: a candidate is a number between -1 and 1, and not only its ends"): on_z(
            np.sign
        ),
        _(
            "h_prev is added: the candidate alone is asked for, and what is kept is the forget gate's to say"
        ): lambda h_prev, x, W_c, b_c: h_prev + cell.candidate(h_prev, x, W_c, b_c),
        _("tanh is taken twice"): on_z(lambda z: np.tanh(np.tanh(z))),
        _("the sigmoid is taken after tanh: it cannot leave 0.27 to 0.73"): on_z(lambda z: cell.sigmoid(np.tanh(z))),
        _("the sigmoid is taken before tanh: then no candidate is negative"): on_z(lambda z: np.tanh(cell.sigmoid(z))),
        _("softmax is used: its numbers share 1 and are never negative; each unit has a candidate of its own"): on_z(
            softmax
        ),
        _(
            "the pieces W h, W x and b go through tanh one by one and are then added; add first, then take one tanh"
        ): in_pieces(np.tanh),
        _("the sigmoid squashes the pieces W h, W x and b one by one; add first, then take one tanh"): in_pieces(
            cell.sigmoid
        ),
    },
)
