"""The check of `lstm_forward`."""

from lstm_ref.checks.engine.compare import first_wrong
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s07_full_cell.lstm_step import B, D, H, T, random_params, random_state, shared_place, wrong_numbers
from lstm_ref.checks.slips.loop import (
    CARRIED,
    FROM_ZEROS,
    SEQUENCE,
    sequence_cells,
)
from lstm_ref.core import sequence
from lstm_ref.messages import _


def advise_sequence(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that differs; or, if hs is right, that only the returned state is wrong."""
    wrong = wrong_numbers(got["hs"], want["hs"])
    if not wrong.any():
        return _(
            "hs is right, so every step is. What is wrong is the state that is returned: it is the state after the "
            "last step, whose h is hs[:, -1]."
        )
    _hs, _last, gates = sequence.lstm_forward(*arguments.values(), return_gates=True)
    at = first_wrong(wrong, "BTH")
    step = at[1]
    if step == 0:
        begin = _("the given state") if arguments.get("state") is not None else _("zeros")
        said = _(
            "Already step 0 is wrong: it begins with {begin} and reads xs[:, 0]. Look at what goes into the first step."
        ).format(begin=begin)
    else:
        right = _("Step 0 is right") if step == 1 else _("Steps 0 to {last} are right").format(last=step - 1)
        said = _(
            "{right}, step {step} is the first that differs: look at what is carried on, h and c both, and at which "
            "input step {step} reads."
        ).format(right=right, step=step)
    numbers = _("There f is {f:.4g}, i {i:.4g}, the candidate {candidate:.4g}, c {c:.4g} and o {o:.4g}.").format(
        **{name: values[at] for name, values in gates._asdict().items()}
    )
    return f"{said} {numbers} {shared_place(wrong.any(axis=1))}".strip()


PIECES = (2, 1, 3)  # steps of the pieces into which a sequence is cut


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


def sequence_sizes(arguments: Arguments) -> str:
    batch, steps, inputs = arguments["xs"].shape
    return f"B={batch}, T={steps}, D={inputs}, H={arguments['params'].hidden_size}"


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
