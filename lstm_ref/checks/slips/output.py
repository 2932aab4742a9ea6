"""Mistakes in h = o * tanh(c), as functions of (o, c)."""

import numpy as np

from lstm_ref.checks.engine.declare import known
from lstm_ref.checks.given import sigmoid
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.squashing import tanh_mistakes
from lstm_ref.messages import _

IN_H = known(
    {
        _("the output gate is left out: tanh(c) shows the whole memory at every step"): lambda o, c: np.tanh(c) + 0 * o,
        _("only the gate is returned: it says how much to show, not what"): lambda o, c: o + 0 * c,
        _("tanh is taken of the product: first squash the memory, then let the gate through, o * tanh(c)"): (
            lambda o, c: np.tanh(o * c)
        ),
        _("o and tanh(c) are added: a gate multiplies"): lambda o, c: o + np.tanh(c),
        _("the gate divides: it multiplies"): lambda o, c: np.tanh(c) / o,
        _("1 - o multiplies: o = 1 shows everything, o = 0 nothing"): lambda o, c: (1 - o) * np.tanh(c),
        _("the gate is rounded to 0 or 1: it is a fraction"): lambda o, c: np.round(o) * np.tanh(c),
        _("the two letters are swapped: it is the memory that is squashed"): lambda o, c: c * np.tanh(o),
        _("tanh squashes the gate too: o is a fraction already"): lambda o, c: np.tanh(o) * np.tanh(c),
        _("a second sigmoid is taken of o: it is a fraction already"): lambda o, c: sigmoid(o) * np.tanh(c),
        _("parentheses are missing: tanh(c) is (e^c - e^-c) / (e^c + e^-c), and o multiplies all of it"): (
            lambda o, c: o * (np.exp(c) - np.exp(-c)) / np.exp(c) + np.exp(-c)
        ),
        _("parentheses are missing: tanh(c) is 2 sigmoid(2 c) - 1, and o multiplies all of it"): lambda o, c: (
            o * 2 * sigmoid(2 * c) - 1
        ),
    },
    within(lambda tanh: lambda o, c: o * tanh(c), tanh_mistakes("c", _("then h is never negative"))),
)
