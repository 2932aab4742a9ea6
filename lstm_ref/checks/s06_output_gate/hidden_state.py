"""The check of `hidden_state`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.slips.line import SIZES, softmax
from lstm_ref.core import cell
from lstm_ref.messages import _


def in_brackets(name: str):
    """How to name one number of a function with one result: o[2, 0]."""
    return lambda arguments, index: f"{name}[{', '.join(map(str, index))}]"


def gates_and_memories(rng) -> list[Arguments]:
    """Memories well beyond 1, of both signs: close to 0, tanh(c) and c are nearly the same."""
    return [
        {"o": rng.uniform(0.1, 0.9, (B, H)), "c": rng.uniform(0.3, 3, (B, H)) * random_signs(rng, (B, H))}
        for B, _D, H in SIZES
    ]


def random_signs(rng, shape):
    return rng.choice([-1.0, 1.0], shape)


def shut_open_and_far(rng) -> list[Arguments]:
    """Gates that are shut and wide open, memories so large that exp(c) has no float64."""
    o = rng.permutation(np.repeat([0.0, 0.5, 1.0], [4, 4, 4])).reshape(3, 4)
    far = rng.permutation(np.array([0.0, 0.5, 3, 30, 720, 900, 2000, 5, 1e6, 40, 1, 0.1])).reshape(3, 4)
    return [{"o": o, "c": far * random_signs(rng, (3, 4))}]


def tanh_from_exp(c):
    return (np.exp(c) - np.exp(-c)) / (np.exp(c) + np.exp(-c))


def tanh_from_exp_of_2c(c):
    return (np.exp(2 * c) - 1) / (np.exp(2 * c) + 1)


def what_was_there(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The two numbers that a wrong output was made of."""
    wrong = ~(np.abs(got["h"] - want["h"]) <= 1e-9)
    units = np.flatnonzero(wrong.any(axis=0))
    if len(units) == 1 and wrong.sum() > 1:
        return _("Only unit {n} is wrong.").format(n=units[0])
    index = tuple(np.argwhere(wrong)[0])
    o, c = float(arguments["o"][index]), float(arguments["c"][index])
    return _("There o is {o:.4g} and c is {c:.4g}, so tanh(c) is {squashed:.4g}. Which of them went astray?").format(
        o=o, c=c, squashed=np.tanh(c)
    )


HIDDEN_STATE = Check(
    name="hidden_state",
    output="h",
    reference=cell.hidden_state,
    place=in_brackets("h"),
    sizes=lambda arguments: "B={}, H={}".format(*arguments["o"].shape),
    advice=what_was_there,
    parts={
        "equation": Part(gates_and_memories),
        "limits": Part(
            shut_open_and_far,
            mistakes={
                _(
                    "tanh is written with exp, which for a large memory divides infinity by infinity: nan; "
                    "np.tanh is safe"
                ): tuple(lambda o, c, tanh=tanh: o * tanh(c) for tanh in (tanh_from_exp, tanh_from_exp_of_2c)),
                _("a gate of exactly 0 is taken for open"): lambda o, c: np.where(o == 0, np.tanh(c), o * np.tanh(c)),
            },
        ),
    },
    mistakes={
        _("tanh is left out: o * c can be any number, and h has to stay between -1 and 1"): lambda o, c: o * c,
        _("the output gate is left out: tanh(c) shows the whole memory at every step"): lambda o, c: np.tanh(c) + 0 * o,
        _("neither tanh nor the gate is there: the memory itself is returned"): lambda o, c: c + 0 * o,
        _("only the gate is returned: it says how much to show, not what"): lambda o, c: o + 0 * c,
        _("sigmoid is used where tanh belongs: then h cannot be negative"): lambda o, c: o * cell.sigmoid(c),
        _(
            "tanh is taken of the product: first squash the memory, then let the gate through, o * tanh(c)"
        ): lambda o, c: np.tanh(o * c),
        _("o and tanh(c) are added: a gate multiplies"): lambda o, c: o + np.tanh(c),
        _("the two letters are swapped: it is the memory that is squashed"): lambda o, c: c * np.tanh(o),
        _("tanh squashes the gate too: o is a fraction already"): lambda o, c: np.tanh(o) * np.tanh(c),
        _("a second sigmoid is taken of o: it is a fraction already"): lambda o, c: cell.sigmoid(o) * np.tanh(c),
        _("tanh is taken twice"): lambda o, c: o * np.tanh(np.tanh(c)),
        _("tanh(c) is written as 2 sigmoid(c) - 1, which is tanh(c / 2): it is 2 sigmoid(2 c) - 1"): lambda o, c: (
            o * np.tanh(c / 2)
        ),
        _("1 - o multiplies: o = 1 shows everything, o = 0 nothing"): lambda o, c: (1 - o) * np.tanh(c),
        _("tanh is the wrong way round: (e^c - e^-c) stands above, not (e^-c - e^c)"): lambda o, c: -o * np.tanh(c),
        _("tanh is upside down: its reciprocal is returned"): lambda o, c: o / np.tanh(c),
        _("the gate divides: it multiplies"): lambda o, c: np.tanh(c) / o,
        _("brackets are missing: tanh(c) is (e^c - e^-c) / (e^c + e^-c)"): tuple(
            wrong
            for wrong in (
                lambda o, c: o * (np.exp(c) - np.exp(-c) / np.exp(c) + np.exp(-c)),
                lambda o, c: o * ((np.exp(c) - np.exp(-c)) / np.exp(c) + np.exp(-c)),
                lambda o, c: o * (np.exp(c) - np.exp(-c)) / np.exp(c) + np.exp(-c),
                lambda o, c: o * (np.exp(c) - np.exp(-c) / (np.exp(c) + np.exp(-c))),
            )
        ),
        _("brackets are missing: tanh(c) is 2 sigmoid(2 c) - 1, and o multiplies all of it"): lambda o, c: (
            o * 2 * cell.sigmoid(2 * c) - 1
        ),
        _("a factor is missing: tanh(c) is 2 sigmoid(2 c) - 1"): lambda o, c: o * (cell.sigmoid(2 * c) - 1),
        _("the gate is rounded to 0 or 1: it is a fraction"): lambda o, c: np.round(o) * np.tanh(c),
        _("np.sinh is used for np.tanh"): lambda o, c: o * np.sinh(c),
        _("np.cosh is used for np.tanh"): lambda o, c: o * np.cosh(c),
        _("np.arctan is used for np.tanh"): lambda o, c: o * np.arctan(c),
        _("np.tan is used for np.tanh"): lambda o, c: o * np.tan(c),
        _("np.arctanh is used for np.tanh: that is its inverse"): lambda o, c: o * np.arctanh(c),
        _("the memory is cut off at -1 and 1: tanh bends towards them"): lambda o, c: o * np.clip(c, -1, 1),
        _("relu is used for tanh"): lambda o, c: o * np.maximum(c, 0),
        _("the sign of the memory is lost"): lambda o, c: o * np.abs(np.tanh(c)),
        _("softmax is used: it makes the units share 1, while each unit shows its own memory"): lambda o, c: (
            o * softmax(c)
        ),
        _("np.dot or @ is used: that sums over units; * works element by element"): tuple(
            lambda o, c, product=product: product(o, np.tanh(c)) for product in (np.dot, np.matmul)
        ),
        _("np.dot or @ is used, with a transpose to make the shapes fit; * works element by element"): (
            lambda o, c: o @ np.tanh(c).T,
            lambda o, c: o.T @ np.tanh(c),
        ),
        _("h is transposed: one row per sequence is expected, (B, H)"): lambda o, c: (o * np.tanh(c)).T,
        _("h is summed over the units"): lambda o, c: (o * np.tanh(c)).sum(axis=1),
        _("h is averaged over the units"): lambda o, c: (o * np.tanh(c)).mean(axis=1),
        _("math.tanh is used, which takes one number; np.tanh takes an array"): lambda o, c: float(c),
    },
)
