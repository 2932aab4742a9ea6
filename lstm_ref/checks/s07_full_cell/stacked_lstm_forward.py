"""The check of `stacked_lstm_forward`."""

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s07_full_cell.lstm_step import B, D, H, T, random_params, random_state, wrong_numbers
from lstm_ref.checks.slips.loop import (
    STACK,
    STACK_FROM_ZEROS,
    STACK_STATES,
    stack_cells,
)
from lstm_ref.core import sequence
from lstm_ref.core.cell import LSTMParams
from lstm_ref.messages import _


def advise_stack(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first layer whose state is wrong, and what it reads."""
    wrong = sorted({int(leaf[7]) for leaf in want if leaf[0] == "s" and wrong_numbers(got[leaf], want[leaf]).any()})
    hs_wrong = wrong_numbers(got["hs"], want["hs"])
    if not wrong:
        return _("Every layer's state is right. hs is what the last layer says at each step: which one is returned?")
    n = wrong[0]
    if not hs_wrong.any():
        return _(
            "hs is right, so every layer ran rightly. Wrong is the list of states, from that of layer {n} on."
        ).format(n=n)
    if n == 0:
        return _("Already layer 0 is wrong: it reads xs, with layers[0], and starts from states[0] or from zeros.")
    right = _("Layer 0 is right") if n == 1 else _("Layers 0 to {last} are right").format(last=n - 1)
    return _(
        "{right}, layer {n} is the first that differs: it reads the hs of layer {below}, all steps of them, with "
        "layers[{n}], and starts from states[{n}] or from zeros."
    ).format(right=right, n=n, below=n - 1)


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


def stack_sizes(arguments: Arguments) -> str:
    batch, steps, inputs = arguments["xs"].shape
    units = ", ".join(str(params.hidden_size) for params in arguments["layers"])
    return _("B={batch}, T={steps}, D={inputs}, layers of H={units}").format(
        batch=batch, steps=steps, inputs=inputs, units=units
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
