"""The check of `lstm_step`: the memory is judged by itself first, so that a wrong o or h does not cost c."""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.problems import random_params, random_state, with_far_numbers
from lstm_ref.checks.slips.cell import wrong_cells
from lstm_ref.core import cell
from lstm_ref.messages import _


def shared_place(wrong: np.ndarray) -> str:
    """What all the wrong numbers (B, H) have in common, if only one unit or one sequence is wrong."""
    sequences, units = (np.flatnonzero(wrong.any(axis=axis)) for axis in (1, 0))
    if len(units) == 1 and wrong.shape[1] > 1:
        return _("Only unit {n} is wrong: look at row {n} of the weights.").format(n=units[0])
    if len(sequences) == 1 and wrong.shape[0] > 1:
        return _("Only sequence {n} of the batch is wrong.").format(n=sequences[0])
    return ""


def advise_step(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """c is right and h wrong: it is o or the last line. c wrong: the three numbers it is made of, to compare."""
    _state, gates = cell.lstm_step_with_gates(**arguments)
    wrong_c = wrong_numbers(got["state.c"], want["state.c"])
    if wrong_c.any():
        at = first_wrong(wrong_c, "BH")
        said = _(
            "h follows from c, so look at c first. There c_prev is {c_prev:.4g}, f is {f:.4g}, i is {i:.4g} and the "
            "candidate is {candidate:.4g}, and c = f * c_prev + i * candidate: compare them with your own."
        ).format(c_prev=arguments["state"].c[at], f=gates.f[at], i=gates.i[at], candidate=gates.candidate[at])
        return f"{said} {shared_place(wrong_c)}".strip()
    wrong_h = wrong_numbers(got["state.h"], want["state.h"])
    at = first_wrong(wrong_h, "BH")
    said = _(
        "c is right, and so are f, i and the candidate: the fault is in o, or in h = o * tanh(c). There o is {o:.4g} "
        "and tanh(c) is {squashed:.4g}; your h would need an o of {needed:.4g}."
    ).format(o=gates.o[at], squashed=np.tanh(gates.c[at]), needed=float(got["state.h"][at] / np.tanh(gates.c[at])))
    return f"{said} {shared_place(wrong_h)}".strip()


# Sizes that all differ, so that no axis can be taken for another.
B, D, H, T = 3, 2, 4, 5


def three_steps(rng) -> list[Arguments]:
    """Two steps in a row, the second from where the first should have ended; and one of a cell of another size.

    There B is larger than H, and one x and one c_prev lie far out: neither has bounds.
    """
    params, state, (x, x_next) = random_params(rng, D, H), random_state(rng, B, H), rng.normal(0, 1, (2, B, D))
    after = cell.lstm_step(x, state, params)
    other = {"x": with_far_numbers(rng.normal(0, 1, (6, 3))), "state": random_state(rng, 6, 5)}
    with_far_numbers(other["state"].c)
    other["params"] = random_params(rng, 3, 5)
    return [{"x": x, "state": state, "params": params}, {"x": x_next, "state": after, "params": params}, other]


def step_sizes(arguments: Arguments) -> str:
    (batch, inputs), units = arguments["x"].shape, arguments["params"].hidden_size
    return f"B={batch}, D={inputs}, H={units}"


LSTM_STEP = Check(
    name="lstm_step",
    output="state",
    reference=cell.lstm_step,
    given=(given.sigmoid,),
    sizes=step_sizes,
    axes={"state.h": "BH", "state.c": "BH"},
    leading=("state.c",),
    parts={"memory": Part(three_steps, only=("state.c",)), "output": Part(three_steps)},
    mistakes=wrong_cells(),
    advice=advise_step,
)
