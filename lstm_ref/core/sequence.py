"""A cell run over sequences, layer on layer, in one direction or both. Batch first: (B, T, D)."""

from collections.abc import Sequence

from lstm_ref.core.arrays import Array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import Gates, LSTMParams, LSTMState, lstm_step_with_gates
from lstm_ref.messages import _

# One layer: its parameters, or a (forward, backward) pair of them.
Layer = LSTMParams | tuple[LSTMParams, LSTMParams]


def zero_state(xs: Array, params: LSTMParams) -> LSTMState:
    """The default state before the first step: zeros, h (B, H) or (B, P) and c (B, H), of the dtype and device of `xs`.

    Raises TypeError for xs that are not a floating array.
    """
    xp = same_kind(xs=xs)
    like = xs[:, :1, :1][:, 0, :]  # (B, 1): carries B, dtype and device, whatever the library
    return LSTMState(
        xp.zeros_like(like) * xp.zeros_like(params.W_f[0, : params.output_size]),
        xp.zeros_like(like) * xp.zeros_like(params.b_f),
    )


def lstm_forward(
    xs: Array, params: LSTMParams, state: LSTMState | None = None, *, return_gates: bool = False
) -> tuple[Array, LSTMState] | tuple[Array, LSTMState, Gates]:
    """Run one layer over sequences: xs (B, T, D) -> hs (B, T, H), the last state, and on request every gate.

    `state` is where to start, zeros by default; it is not changed. Feeding a sequence in chunks, each with the state
    that the last one returned, gives what the whole sequence gives. With `return_gates` the third result holds f, i,
    candidate, o and c, (B, T, H) each. Raises ValueError and TypeError as `lstm_step`.
    """
    xp = same_kind(xs=xs, W_f=params.W_f)
    expect_axes("xs", xs, "B, T, D")
    batch, steps, width = xs.shape
    if width != params.input_size:
        raise ValueError(
            _("xs has shape {got}, (B, T, D), so D = {d}; the weights expect D = {expected}").format(
                got=tuple(xs.shape), d=width, expected=params.input_size
            )
        )
    if steps == 0:
        raise ValueError(_("xs has shape {got}: no steps; expected T of at least 1").format(got=tuple(xs.shape)))
    state = zero_state(xs, params) if state is None else LSTMState(*state)
    expect_shape("state.h", state.h, (batch, params.output_size), "(B, H)")
    expect_shape("state.c", state.c, (batch, params.hidden_size), "(B, H)")

    hs, gates = [], []
    for t in range(steps):
        state, gates_t = lstm_step_with_gates(xs[:, t, :], state, params)
        hs.append(state.h)
        gates.append(gates_t)
    hs = xp.stack(hs, axis=1)
    if not return_gates:
        return hs, state
    return hs, state, Gates(*(xp.stack(list(values), axis=1) for values in zip(*gates, strict=True)))


def stacked_lstm_forward(
    xs: Array, layers: Sequence[Layer], states: Sequence[LSTMState] | None = None
) -> tuple[Array, list[LSTMState]]:
    """Run layer on layer, each over the outputs of the one below: (B, T, D) -> (B, T, H) and every last state.

    A layer that is a pair runs in both directions, and its outputs are joined, forward first: (B, T, 2H). `states` and
    the returned list have one LSTMState per layer and direction, in the order of `nn.LSTM`: layer 0 forward, layer 0
    backward, layer 1 forward, and so on. Raises ValueError and TypeError as `lstm_forward`.
    """
    runs = [(n, params, d) for n, layer in enumerate(layers) for d, params in enumerate(directions(layer))]
    if not runs:
        raise ValueError(_("layers is empty; expected at least one LSTMParams"))
    if states is None:
        states = [None] * len(runs)
    if len(states) != len(runs):
        raise ValueError(
            _("states holds {got} states; expected {expected}, one per layer and direction").format(
                got=len(states), expected=len(runs)
            )
        )
    xp = same_kind(xs=xs)
    last_states, outputs = [], []
    for (n, params, direction), state in zip(runs, states, strict=True):
        if direction == 0 and n > 0:
            xs, outputs = xp.concat(outputs, axis=2), []
        turned = xp.flip(xs, axis=1) if direction else xs
        hs, last = lstm_forward(turned, params, state)
        outputs.append(xp.flip(hs, axis=1) if direction else hs)
        last_states.append(last)
    return xp.concat(outputs, axis=2), last_states


def directions(layer: Layer) -> tuple[LSTMParams, ...]:
    """The parameters of a layer: one, or forward and backward."""
    return (layer,) if isinstance(layer, LSTMParams) else tuple(layer)
