"""The check of `hidden_state`: what can be got wrong is the product, tanh, and which of the two is squashed."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.experiments.shown import OF_SHOWN, readouts_of_shown
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import SIZES
from lstm_ref.checks.slips.output import IN_H
from lstm_ref.checks.slips.squashing import tanh_far_out
from lstm_ref.core import cell
from lstm_ref.messages import _


def gates_and_memories(rng) -> list[Arguments]:
    """Memories well beyond 1, of both signs: close to 0, tanh(c) and c are nearly the same."""
    return [
        {"o": rng.uniform(0.1, 0.9, (B, H)), "c": rng.uniform(0.3, 3, (B, H)) * random_signs(rng, (B, H))}
        for B, _D, H in SIZES
    ]


def random_signs(rng, shape):
    return rng.choice([-1.0, 1.0], shape)


def shut_open_and_far(rng) -> list[Arguments]:
    """Gates that are shut and wide open, memories so large that exp(c) has no float64.

    Every sequence and every unit has two gates that are not shut, so that nothing can be left out unseen.
    """
    o = np.array([[0, 0.5, 1, 1], [0.5, 1, 0, 0], [1, 0, 0.5, 0.5]])
    o = rng.permutation(rng.permutation(o), axis=1)
    far = rng.permutation(np.array([0.0, 0.5, 3, 30, 720, 900, 2000, 5, 1e6, 40, 1, 0.1])).reshape(3, 4)
    return [{"o": o, "c": far * random_signs(rng, (3, 4))}]


def what_was_there(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The two numbers that a wrong output was made of."""
    index = first_wrong(wrong_numbers(got["h"], want["h"]), "BH")
    o, c = float(arguments["o"][index]), float(arguments["c"][index])
    return _("There o is {o:.4g} and c is {c:.4g}, so tanh(c) is {squashed:.4g}. Which of them went astray?").format(
        o=o, c=c, squashed=np.tanh(c)
    )


HIDDEN_STATE = Check(
    name="hidden_state",
    output="h",
    reference=cell.hidden_state,
    axes={"h": "BH"},
    readouts=readouts_of_shown,
    lines=OF_SHOWN,
    sizes=lambda arguments: "B={}, H={}".format(*arguments["o"].shape),
    advice=what_was_there,
    parts={
        "equation": Part(gates_and_memories),
        "limits": Part(
            shut_open_and_far,
            mistakes=known(
                within(lambda tanh: lambda o, c: o * tanh(c), tanh_far_out("c")),
                {_("a gate of exactly 0 is taken for open"): lambda o, c: np.where(o == 0, np.tanh(c), o * np.tanh(c))},
            ),
        ),
    },
    mistakes=known(
        IN_H,
        {
            _("neither tanh nor the gate is there: the memory itself is returned"): lambda o, c: c + 0 * o,
            _("np.dot or @ is used: that sums over units; * works element by element"): (
                lambda o, c: np.dot(o, np.tanh(c)),
                lambda o, c: o @ np.tanh(c),
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
    ),
)
