"""The check of `stacked_lstm_forward`: layer on layer, each of which can be run wrongly inside."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Mistake, Part, known
from lstm_ref.checks.problems import random_params, random_state, with_far_numbers
from lstm_ref.checks.s07_full_cell import lstm_forward as one_layer
from lstm_ref.checks.s07_full_cell.lstm_step import B, D, H, T
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, READ
from lstm_ref.core import sequence
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _


def layers_of(rng, *units: int) -> list[LSTMParams]:
    return [random_params(rng, below, above) for below, above in zip((D, *units), units, strict=False)]


def three_layers(rng) -> list[Arguments]:
    """Layers of one size, where exchanged layers give numbers; and of different sizes, where they cannot."""
    return [
        {"xs": rng.normal(0, 1, (B, T, D)), "layers": layers_of(rng, H, H, H)},
        {"xs": with_far_numbers(rng.normal(0, 1, (5, 3, D))), "layers": layers_of(rng, 4, 3)},
    ]


def three_layers_with_states(rng) -> list[Arguments]:
    states = [random_state(rng, B, H) for _layer in range(3)]
    return [{"xs": rng.normal(0, 1, (B, T, D)), "layers": layers_of(rng, H, H, H), "states": states}]


def stack_sizes(arguments: Arguments) -> str:
    batch, steps, inputs = arguments["xs"].shape
    units = ", ".join(str(params.hidden_size) for params in arguments["layers"])
    return _("B={batch}, T={steps}, D={inputs}, layers of H={units}").format(
        batch=batch, steps=steps, inputs=inputs, units=units
    )


FORWARD = one_layer.RUN()  # lstm_forward as it is


def over_layers(
    *,
    forward: Callable = FORWARD,
    read: Callable = lambda xs, below: below,
    begin: Callable = lambda n, states, made: states[n] if states else None,
    result: Callable = lambda outputs, made, states: (outputs[-1], made),
) -> Callable:
    """`stacked_lstm_forward` with one thing wrong.

    forward: what runs a layer. read: what it reads, of xs and the hs of the layer below. begin: the state it begins
    with. result: what is returned, of the hs and the last state of every layer and of the states that were given.
    """

    def stacked(xs, layers, states=None):
        outputs, made, below = [], [], xs
        for n, params in enumerate(layers):
            below, last = forward(read(xs, below), params, begin(n, states, made))
            outputs.append(below)
            made.append(last)
        return result(outputs, made, states)

    return stacked


def returns(change: Callable) -> Callable:
    """Every layer is run rightly; `change(outputs, made)`, of the hs and the last state of each, is returned."""
    return over_layers(result=lambda outputs, made, states: change(outputs, made))


def in_each_layer(*tables) -> tuple[Mistake, ...]:
    """Mistakes in the running of one layer, made in every layer by one who does not call lstm_forward."""
    return tuple(Mistake(m.sentence, over_layers(forward=m.wrong)) for m in known(*tables))


# What leaves hs as it should be for the next layer: (B, T, H).
IN_THE_RUN = one_layer.RUN.slips(
    COLLECTED,
    READ,
    only=[
        "last everywhere",
        "before the step",
        "backwards",
        "reverse order",
        "backwards and turned",
        "step before",
        "first always",
        "last always",
    ],
)


def same_weights(xs, layers, states=None):
    return over_layers()(xs, [layers[0]] * len(layers), states)


def one_run(xs, layers, states=None):
    hs, state = FORWARD(xs, layers[0], states[0] if states else None)
    return hs, [state] * len(layers)


EVERYWHERE = {
    _(
        "every layer reads xs, where it should read the hs of the layer below; or layers are run from the last on"
    ): over_layers(read=lambda xs, below: xs),
    _("the weights of layer 0 are used for every layer, or layer 0 is run twice"): same_weights,
    _("only the first layer is run"): one_run,
    _("return stands inside the loop over the layers, so that only layer 0 is run"): returns(
        lambda outputs, made: (outputs[0], made[:1])
    ),
    _("only the last step of hs is returned: every step's is asked for"): returns(
        lambda outputs, made: (outputs[-1][:, -1], made)
    ),
    _("the next layer is handed the last h, (B, H): it reads hs, every step of the layer below"): over_layers(
        read=lambda xs, below: below if below is xs else below[:, -1]
    ),
    _("the hs of the first layer are returned, not those of the last"): returns(
        lambda outputs, made: (outputs[0], made)
    ),
    _("the hs of all layers are joined: only those of the last layer are asked for"): returns(
        lambda outputs, made: (np.concatenate(outputs, axis=2), made)
    ),
    _("the hs of every layer are returned in a list: only those of the last layer are asked for"): returns(
        lambda outputs, made: (outputs, made)
    ),
    _("a layer starts from the last state of the layer below: each begins with a state of its own"): over_layers(
        begin=lambda n, states, made: made[-1] if made else (states[0] if states else None)
    ),
    _("each layer reads the last h of the layer below at every step: it reads all of its hs in turn"): over_layers(
        read=lambda xs, below: below if below is xs else below * 0 + below[:, -1:]
    ),
    _("the state of the last layer alone is returned, in a list: one state per layer is asked for"): returns(
        lambda outputs, made: (outputs[-1], made[-1:])
    ),
    _("the state of the last layer alone is returned: a list with one state per layer is asked for"): returns(
        lambda outputs, made: (outputs[-1], made[-1])
    ),
    _("the states are returned in reverse: the first is that of the layer that reads xs"): returns(
        lambda outputs, made: (outputs[-1], made[::-1])
    ),
    _("the state of the last layer is returned for every layer"): returns(
        lambda outputs, made: (outputs[-1], [made[-1]] * len(made))
    ),
    _("the two results are exchanged: it is hs, states"): returns(lambda outputs, made: (made, outputs[-1])),
    _("h and c are exchanged in the states that are returned: each is LSTMState(h, c)"): returns(
        lambda outputs, made: (outputs[-1], [LSTMState(s.c, s.h) for s in made])
    ),
}


# What shows only where the layers begin with zeros, and only where states are given.
FROM_ZEROS = in_each_layer(
    one_layer.NOTHING_WRITTEN, one_layer.UNPACKED_AS_C_H, one_layer.RUN.slips(CARRIED, only=["start again"])
)
WITH_STATES = known(
    {
        _("the given states are ignored: each layer starts from zeros"): over_layers(
            begin=lambda n, states, made: None
        ),
        _("one state is shared by all layers: layer n starts from states[n], not from states[0]"): over_layers(
            begin=lambda n, states, made: states[0]
        ),
        _("the given states are handed out in reverse: layer n starts from states[n]"): over_layers(
            begin=lambda n, states, made: states[-1 - n]
        ),
        _("only the first layer starts from its state, the others from zeros"): over_layers(
            begin=lambda n, states, made: None if n else states[0]
        ),
        _("the given states are returned as they came"): over_layers(
            result=lambda outputs, made, states: (outputs[-1], list(states))
        ),
    },
    in_each_layer(one_layer.CELLS_GIVEN_A_STATE),
)


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


STACKED_LSTM_FORWARD = Check(
    name="stacked_lstm_forward",
    output=("hs", "states"),
    reference=sequence.stacked_lstm_forward,
    given=(given.sigmoid, given.lstm_step, given.lstm_forward),
    sizes=stack_sizes,
    axes={"hs": "BTH", "states.h": "BH", "states.c": "BH"},
    leading=("hs",),
    parts={
        "layers": Part(three_layers, only=("hs",), mistakes=FROM_ZEROS),
        "states": Part(three_layers_with_states, mistakes=WITH_STATES),
    },
    mistakes=known(EVERYWHERE, in_each_layer(IN_THE_RUN, one_layer.H_AND_C, one_layer.CELLS)),
    advice=advise_stack,
)
