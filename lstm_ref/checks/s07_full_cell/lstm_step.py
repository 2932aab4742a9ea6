"""The check of `lstm_step`: the memory is judged by itself first, so that a wrong o or h does not cost c."""

from lstm_ref.checks import given
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.experiments.cell import NAMES, READERS, readouts_of_step
from lstm_ref.checks.problems import random_params, random_state, with_far_numbers
from lstm_ref.checks.slips.cell import wrong_cells
from lstm_ref.core import cell

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
    readouts=readouts_of_step,
    lines=NAMES,
    readers=READERS,
)
