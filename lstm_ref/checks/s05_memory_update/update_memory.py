"""The check of `update_memory`: one line, so that even an unknown mistake can be told from its numbers."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Part, known
from lstm_ref.checks.slips.update import SIZES, after, by_hand, combination, update, updates
from lstm_ref.core import cell
from lstm_ref.messages import _


def random_update(rng, sizes: tuple[int, int, int] = SIZES[0]) -> Arguments:
    """Gates and candidates within their bounds, and a memory larger than 1: it has none."""
    B, _T, H = sizes
    return {
        "f": rng.uniform(0.1, 0.9, (B, H)),
        "c_prev": rng.normal(0, 2, (B, H)),
        "i": rng.uniform(0.1, 0.9, (B, H)),
        "candidate": rng.uniform(-1, 1, (B, H)),
    }


def open_and_shut(rng) -> list[Arguments]:
    """Gates at 0 and at 1 in all four combinations, and a memory that has counted far."""
    call = random_update(rng)
    B, H = call["f"].shape
    call["f"], call["i"] = np.tile([0.0, 0.0, 1.0, 1.0], (B, 1)), np.tile([0.0, 1.0, 0.0, 1.0], (B, 1))
    signs = rng.permuted(np.resize([-1.0, 1.0], (H, B)).T, axis=0)  # both of them for each unit
    call["c_prev"] = rng.uniform(100, 1000, (B, H)) * signs
    return [call]


def update_advice(arguments: Arguments, got: np.ndarray, want: np.ndarray) -> str:
    """What the numbers are made of, if they are a sum of products of the arguments; else which of them are wrong."""
    made_of = combination(got, **arguments)
    if made_of:
        return _("Your numbers are {made_of}; asked for is f * c_prev + i * candidate.").format(made_of=made_of)
    wrong = wrong_numbers(got, want)
    return by_hand(*(argument[first_wrong(wrong, "BH")] for argument in arguments.values()))


UPDATE_MEMORY = Check(
    name="update_memory",
    output="c",
    reference=cell.update_memory,
    axes={"c": "BH"},
    sizes=lambda arguments: "B={}, H={}".format(*arguments["f"].shape),
    parts={
        "equation": Part(lambda rng: [random_update(rng, sizes) for sizes in SIZES]),
        "limits": Part(
            open_and_shut,
            mistakes={
                _("the memory is clipped: f, i and the candidate have bounds, c has none"): after(
                    lambda c: np.clip(c, -10, 10)
                )
            },
        ),
    },
    mistakes=known(
        updates(lambda wrong: wrong),
        {
            _("c is transposed: one row per sequence, (B, H)"): after(lambda c: c.T),
            _("the units are summed up: each unit has a memory of its own"): after(lambda c: c.sum(axis=1)),
            _("the sequences are averaged: each sequence of the batch has a memory of its own"): after(
                lambda c: c.mean(axis=0)
            ),
            _("the output is given, tanh(c) scaled by a gate: c alone is asked for"): lambda f, c, i, a: (
                i * np.tanh(update(f, c, i, a))
            ),
        },
    ),
    advice=lambda arguments, got, want: update_advice(arguments, got["c"], want["c"]),
)
