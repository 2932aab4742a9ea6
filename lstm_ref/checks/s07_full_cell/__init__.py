"""What chapter 7 asks for: one step of the cell, a layer over a sequence, and layers stacked on each other."""

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s07_full_cell.advice import advise_sequence, advise_stack, advise_step
from lstm_ref.checks.slips.cell import wrong_cells
from lstm_ref.checks.slips.loop import (
    CARRIED,
    FROM_ZEROS,
    SEQUENCE,
    STACK,
    STACK_FROM_ZEROS,
    STACK_STATES,
    sequence_cells,
    stack_cells,
)
from lstm_ref.core import cell, sequence
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _

# Sizes that all differ, so that no axis can be taken for another.
B, D, H, T = 3, 2, 4, 5
PIECES = (2, 1, 3)  # steps of the pieces into which a sequence is cut


# --- problems: weights of order one, a state and biases that are not zero; small weights hide mistakes -------------


def random_params(rng, inputs: int = D, units: int = H) -> LSTMParams:
    return LSTMParams(*(rng.normal(0, 1, shape) for _gate in "fico" for shape in ((units, units + inputs), (units,))))


def random_state(rng, batch: int = B, units: int = H) -> LSTMState:
    return LSTMState(rng.uniform(-1, 1, (batch, units)), rng.normal(0, 1, (batch, units)))


def three_steps(rng) -> list[Arguments]:
    """Two steps in a row, the second from where the first should have ended; and one of a cell of another size."""
    params, state, (x, x_next) = random_params(rng), random_state(rng), rng.normal(0, 1, (2, B, D))
    after = cell.lstm_step(x, state, params)
    other = {"x": rng.normal(0, 1, (2, 3)), "state": random_state(rng, 2, 5), "params": random_params(rng, 3, 5)}
    return [{"x": x, "state": state, "params": params}, {"x": x_next, "state": after, "params": params}, other]


def without_state(rng) -> list[Arguments]:
    """Two cells of different sizes: whoever writes a number for H, B or T has them right in one of them at most."""
    return [
        {"xs": rng.normal(0, 1, (batch, steps, D)), "params": random_params(rng, units=units)}
        for batch, steps, units in ((B, T, H), (4, 3, 5))
    ]


def with_state(rng) -> list[Arguments]:
    return [{"xs": rng.normal(0, 1, (B, T, D)), "params": random_params(rng), "state": random_state(rng)}]


def in_pieces(rng) -> list[Arguments]:
    """A sequence cut in pieces of unequal length, one of a single step; each begins where the one before should end."""
    params, state, calls = random_params(rng), random_state(rng, batch=5), []
    for steps in PIECES:
        xs = rng.normal(0, 1, (5, steps, D))
        calls.append({"xs": xs, "params": params, "state": state})
        _hs, state = sequence.lstm_forward(xs, params, state)
    return calls


def layers_of(rng, *units: int) -> list[LSTMParams]:
    return [random_params(rng, below, above) for below, above in zip((D, *units), units, strict=False)]


def three_layers(rng) -> list[Arguments]:
    """Layers of one size, where exchanged layers give numbers; and of different sizes, where they cannot."""
    return [
        {"xs": rng.normal(0, 1, (B, T, D)), "layers": layers_of(rng, H, H, H)},
        {"xs": rng.normal(0, 1, (2, 3, D)), "layers": layers_of(rng, 4, 3)},
    ]


def three_layers_with_states(rng) -> list[Arguments]:
    states = [random_state(rng) for _layer in range(3)]
    return [{"xs": rng.normal(0, 1, (B, T, D)), "layers": layers_of(rng, H, H, H), "states": states}]


# --- in the letters of the course ------------------------------------------------------------------------------------


def step_sizes(arguments: Arguments) -> str:
    (batch, inputs), units = arguments["x"].shape, arguments["params"].hidden_size
    return f"B={batch}, D={inputs}, H={units}"


def sequence_sizes(arguments: Arguments) -> str:
    batch, steps, inputs = arguments["xs"].shape
    return f"B={batch}, T={steps}, D={inputs}, H={arguments['params'].hidden_size}"


def stack_sizes(arguments: Arguments) -> str:
    batch, steps, inputs = arguments["xs"].shape
    units = ", ".join(str(params.hidden_size) for params in arguments["layers"])
    return _("B={batch}, T={steps}, D={inputs}, layers of H={units}").format(
        batch=batch, steps=steps, inputs=inputs, units=units
    )


LSTM_STEP = Check(
    name="lstm_step",
    output="state",
    reference=cell.lstm_step,
    given=("sigmoid",),
    sizes=step_sizes,
    axes={"state.h": "BH", "state.c": "BH"},
    first=("state.c",),
    parts={"memory": Part(three_steps, only=("state.c",)), "output": Part(three_steps)},
    mistakes=wrong_cells(),
    advice=advise_step,
)

LSTM_FORWARD = Check(
    name="lstm_forward",
    output=("hs", "state"),
    reference=sequence.lstm_forward,
    given=("sigmoid", "lstm_step"),
    sizes=sequence_sizes,
    axes={"hs": "BTH", "state.h": "BH", "state.c": "BH"},
    first=("hs",),
    parts={
        "values": Part(without_state, only=("hs",), mistakes=FROM_ZEROS),
        "carried": Part(with_state, mistakes=CARRIED),
        "chunks": Part(in_pieces, mistakes=CARRIED),
    },
    mistakes=(*SEQUENCE, *sequence_cells()),
    advice=advise_sequence,
)

STACKED = Check(
    name="stacked_lstm_forward",
    output=("hs", "states"),
    reference=sequence.stacked_lstm_forward,
    given=("sigmoid", "lstm_step", "lstm_forward"),
    sizes=stack_sizes,
    axes={"hs": "BTH", "states.h": "BH", "states.c": "BH"},
    first=("hs",),
    parts={
        "layers": Part(three_layers, only=("hs",), mistakes=STACK_FROM_ZEROS),
        "states": Part(three_layers_with_states, mistakes=STACK_STATES),
    },
    mistakes=(*STACK, *stack_cells()),
    advice=advise_stack,
)

CHECKS = (LSTM_STEP, LSTM_FORWARD, STACKED)
