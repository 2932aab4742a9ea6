"""Mistakes in running the cell over a sequence and layer on layer: what chapter 7's checks compare an answer with."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Mistake, known
from lstm_ref.checks.given import lstm_forward, lstm_step
from lstm_ref.checks.slips.cell import EXCHANGED, STARTS_FROM_ZEROS, wrong_cells
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _

# --- one layer over a sequence ---------------------------------------------------------------------------------------


def zeros(xs, params) -> LSTMState:
    return LSTMState(*np.zeros((2, len(xs), params.W_f.shape[0])))


def run(step: Callable, xs, params, state, *, start=None, carry=None, read=None, keep=None) -> tuple:
    """`step` over xs -> hs, the last state and every state; changed where a learner may go wrong.

    start(state, xs, params): the first state. carry(new, first, t): what the next step begins with. read(xs, t): the
    input of step t. keep(old, new): what is collected of a step.
    """
    first = zeros(xs, params) if state is None else state
    state = start(first, xs, params) if start else first
    kept = []
    for t in range(xs.shape[1]):
        old, new = state, step(read(xs, t) if read else xs[:, t], state, params)
        kept.append(keep(old, new) if keep else new.h)
        state = carry(new, first) if carry else new
    return np.stack(kept, axis=1), state


def over_sequence(step: Callable = lstm_step, result: Callable | None = None, **changes) -> Callable:
    """`lstm_forward` with another step, or changed as in `run`; `result(hs, state, first)` is what is returned."""

    def forward(xs, params, state=None):
        hs, last = run(step, xs, params, state, **changes)
        return result(hs, last, zeros(xs, params) if state is None else state) if result else (hs, last)

    return forward


def sequence_cells(given_state: bool = False) -> tuple[Mistake, ...]:
    """Mistakes in the six lines, run over a sequence by one who does not call lstm_step.

    Some show what they are only where a state is given: those that never write all give zeros from zeros, and others
    give what a mistake in the running gives.
    """
    return tuple(
        Mistake(m.sentence, over_sequence(m.wrong))
        for m in wrong_cells()
        if (_never_writes(m) or m.sentence in (EXCHANGED, STARTS_FROM_ZEROS)) == given_state
    )


def _never_writes(mistake: Mistake) -> bool:
    """Whether a wrong step leaves a memory of 0 at 0, whatever comes in."""
    params = LSTMParams(*(np.ones((1, 2)), np.ones(1)) * 4)
    try:
        state = mistake.wrong(np.ones((1, 1)), LSTMState(*np.zeros((2, 1, 1))), params)
    except (ValueError, TypeError, IndexError):
        return False
    return not np.any(state)


def _time_last(xs, params, state=None):
    return [lstm_step(xs[:, :, t], state or zeros(xs, params), params) for t in range(xs.shape[1])]


def _batch_as_time(xs, params, state=None):
    return over_sequence(read=lambda xs, t: xs[t])(xs, params, state)


def _plain_tuple(xs, params, state=None):
    return lstm_step(xs[:, 0], tuple(zeros(xs, params)), params)


def _last_not_written(xs, params, state=None):
    state = state or zeros(xs, params)
    hs = np.zeros((*xs.shape[:2], params.W_f.shape[0]))
    for t in range(xs.shape[1] - 1):
        state = lstm_step(xs[:, t], state, params)
        hs[:, t] = state.h
    return hs, state


def _with_steps(count: Callable) -> Callable:
    """`count(xs)` steps are taken, be they fewer than there are, or more, which ends in an error."""

    def forward(xs, params, state=None):
        state, hs = state or zeros(xs, params), []
        for t in range(count(xs)):
            state = lstm_step(xs[:, t], state, params)
            hs.append(state.h)
        return np.stack(hs, axis=1), state

    return forward


def _all_states(xs, params, state=None):
    states = []
    hs, _last = run(lstm_step, xs, params, state, keep=lambda old, new: states.append(new) or new.h)
    return hs, LSTMState(*(np.stack(values, axis=1) for values in zip(*states, strict=True)))


# In what a step reads and hands on: these show in a stack too.
IN_THE_RUN = known(
    {
        _("step t reads xs[:, t - 1], so that the first step reads the last input"): over_sequence(
            read=lambda xs, t: xs[:, t - 1]
        ),
        _("every step reads the first input, xs[:, 0]"): over_sequence(read=lambda xs, t: xs[:, 0]),
        _("hs holds the state before each step: append h after the step"): over_sequence(keep=lambda old, new: old.h),
        _("hs holds the memory c: what the cell says is h"): over_sequence(keep=lambda old, new: new.c),
        _("h and c are exchanged on their way to the next step"): over_sequence(
            carry=lambda new, first: LSTMState(new.c, new.h)
        ),
        _("time runs backwards: the last step is read first"): lambda xs, params, state=None: lstm_forward(
            xs[:, ::-1], params, state
        ),
        _("the steps of hs stand in reverse order, as when each h is put in front of the list"): over_sequence(
            result=lambda hs, last, first: (hs[:, ::-1], last)
        ),
        _("time runs backwards, and hs is turned round again"): lambda xs, params, state=None: _turned(
            *lstm_forward(xs[:, ::-1], params, state)
        ),
        _(
            "every step of hs is the last h: one array is written again and again, and the list holds it many times"
        ): over_sequence(result=lambda hs, last, first: (hs * 0 + last.h[:, None], last)),
    }
)

SEQUENCE = known(
    IN_THE_RUN,
    {
        _("the given state is ignored: the sequence starts from zeros whatever `state` holds"): over_sequence(
            start=lambda first, xs, params: zeros(xs, params)
        ),
        _("h and c are exchanged in the state that is returned: it is LSTMState(h, c)"): over_sequence(
            result=lambda hs, last, first: (hs, LSTMState(last.c, last.h))
        ),
        _("the first state is returned, and not the one after the last step"): over_sequence(
            result=lambda hs, last, first: (hs, first)
        ),
        _("h of the last step is returned for both, h and c"): over_sequence(
            result=lambda hs, last, first: (hs, LSTMState(last.h, last.h))
        ),
        _(
            "the state after the first step is returned, and not the one after the last"
        ): lambda xs, params, state=None: (
            lstm_forward(xs, params, state)[0],
            lstm_forward(xs[:, :1], params, state)[1],
        ),
        _(
            "hs is reshaped from (T, B, H) to (B, T, H), which mixes the sequences up: np.stack(hs, axis=1) does not"
        ): over_sequence(result=lambda hs, last, first: (hs.swapaxes(0, 1).reshape(hs.shape), last)),
        _("whole states are collected: hs takes the h of each, state.h"): over_sequence(keep=lambda old, new: new),
        _("the loop ends one step too early: the last step of hs is never written"): _last_not_written,
        _("as many steps are taken as there are inputs, D: T is xs.shape[1]"): _with_steps(lambda xs: xs.shape[2]),
        _("as many steps are taken as there are sequences, B: T is xs.shape[1]"): _with_steps(len),
        _("the last step is left out"): lambda xs, params, state=None: lstm_forward(xs[:, :-1], params, state),
        _("the first step is left out"): lambda xs, params, state=None: lstm_forward(xs[:, 1:], params, state),
        _("the first state stands in front of hs: hs holds what follows each step, T of them"): over_sequence(
            result=lambda hs, last, first: (np.concatenate([first.h[:, None], hs], axis=1), last)
        ),
        _(
            "the steps are stacked along axis 0, which gives (T, B, H): np.stack(hs, axis=1) is batch first"
        ): over_sequence(result=lambda hs, last, first: (hs.swapaxes(0, 1), last)),
        _("the steps are stacked along the last axis: np.stack(hs, axis=1) gives (B, T, H)"): over_sequence(
            result=lambda hs, last, first: (hs.swapaxes(1, 2), last)
        ),
        _(
            "np.concatenate puts the steps end to end along axis 1: np.stack(hs, axis=1) makes an axis for them"
        ): over_sequence(result=lambda hs, last, first: (hs.reshape(len(hs), -1), last)),
        _(
            "np.concatenate puts the steps below each other along axis 0: np.stack(hs, axis=1) makes an axis for them"
        ): over_sequence(result=lambda hs, last, first: (np.concatenate(list(hs.swapaxes(0, 1))), last)),
        _("only the last h is returned as hs: every step's is asked for"): over_sequence(
            result=lambda hs, last, first: (last.h, last)
        ),
        _("the state holds every step: after the last one h and c are (B, H) each"): _all_states,
        _("the two results are exchanged: it is hs, state"): over_sequence(result=lambda hs, last, first: (last, hs)),
        _(
            "xs[t] is read: that is sequence t of the batch with all its steps; step t of all is xs[:, t]"
        ): _batch_as_time,
        _("xs[:, :, t] is read, which is input t at all steps; step t of all is xs[:, t]"): _time_last,
        _("a plain tuple (h, c) is handed to lstm_step, which asks for state.h"): _plain_tuple,
        _("five steps are taken, however long the sequence is: T is xs.shape[1]"): _with_steps(lambda xs: 5),
    },
)


def _swapped(hs, state):
    return hs.swapaxes(0, 1), state


def _none(first, xs, params):
    return None


def _unpacked(xs, params, state=None):
    h, c = state
    return lstm_forward(xs, params, LSTMState(h, c))


def _turned(hs, state):
    return hs[:, ::-1], state


def _not_carried(carry: Callable) -> Callable:
    """What the next step begins with is wrong, but the state that is returned is that of the last step."""

    def forward(xs, params, state=None):
        made = []
        hs, _last = run(lstm_step, xs, params, state, carry=carry, keep=lambda old, new: made.append(new) or new.h)
        return hs, made[-1]

    return forward


def _first_again(new, first):
    return first


def _given_h(new, first):
    return LSTMState(first.h, new.c)


def _given_c(new, first):
    return LSTMState(new.h, first.c)


def _exchanged(state: LSTMState, *_others) -> LSTMState:
    return LSTMState(state.c, state.h)


_UNPACKED_AS_C_H = Mistake(
    _("h and c are exchanged where a state is unpacked: h, c = state"),
    over_sequence(start=_exchanged, carry=_exchanged, keep=lambda old, new: new.c),
)


_FROM_ZEROS_AGAIN = known(
    (_UNPACKED_AS_C_H,),
    {
        _("every step begins with the first state again: the new one is not carried on"): tuple(
            wrong for wrong in (over_sequence(carry=_first_again), _not_carried(_first_again))
        ),
    },
)


def _begun_with(zeros_of: Callable, sentence: str) -> Mistake:
    """`zeros_of(B, T, D, H)`: h and c to begin with, of another shape."""

    def start(first, xs, params):
        return LSTMState(*[np.zeros(zeros_of(*xs.shape, params.W_f.shape[0]))] * 2)

    return Mistake(sentence, over_sequence(start=start))


NOTHING_WRITTEN = _(
    "nothing is written: from zeros the memory stays 0 if i * candidate is not added to it, or if the state of a step "
    "is returned as it came"
)
FROM_ZEROS = known(
    {
        NOTHING_WRITTEN: over_sequence(result=lambda hs, last, first: (0 * hs, first)),
        _(
            "xs[t] is read, with a state of T rows: that is sequence t of the batch; step t of all is xs[:, t]"
        ): lambda xs, params, state=None: _swapped(*lstm_forward(xs.swapaxes(0, 1), params)),
        _("state is None and is used as it is: make zeros first, (B, H) each"): (
            over_sequence(start=_none),
            _unpacked,
        ),
        _(
            "the zeros to begin with have D numbers per sequence: h and c have H, as many as W_f has rows"
        ): over_sequence(start=lambda first, xs, params: LSTMState(*np.zeros((2, len(xs), xs.shape[2])))),
    },
    _FROM_ZEROS_AGAIN,
    (
        _begun_with(
            lambda B, T, D, H: (T, H), _("the zeros to begin with have T rows: h and c are (B, H), without steps")
        ),
    ),
    (_begun_with(lambda B, T, D, H: (H, B), _("the zeros to begin with are (H, B): the batch comes first, (B, H)")),),
    (
        _begun_with(
            lambda B, T, D, H: (1, H), _("the zeros to begin with have one row: every sequence has its own, (B, H)")
        ),
    ),
    (
        _begun_with(
            lambda B, T, D, H: (B, H + D), _("the zeros to begin with have H + D numbers per sequence: h and c have H")
        ),
    ),
    (
        _begun_with(
            lambda B, T, D, H: (),
            _("the state to begin with is LSTMState(0, 0), two numbers: make arrays, (B, H) each"),
        ),
    ),
    {
        _("the zeros to begin with are (H,) each: every sequence has a state of its own, (B, H)"): over_sequence(
            start=lambda first, xs, params: LSTMState(first.h[0], first.c[0])
        ),
    },
)


# Where a state is given, these differ from one another; from zeros they do not.
CARRIED = known(
    {
        _("the given h is used at every step: that of the step before is not carried on"): tuple(
            wrong for wrong in (over_sequence(carry=_given_h), _not_carried(_given_h))
        ),
        _("the given c is used at every step: that of the step before is not carried on"): tuple(
            wrong for wrong in (over_sequence(carry=_given_c), _not_carried(_given_c))
        ),
    },
    (_UNPACKED_AS_C_H,),
    {
        _("h is taken from the given state and c begins with zeros: the memory must be carried on too"): over_sequence(
            start=lambda first, xs, params: LSTMState(first.h, 0 * first.c)
        ),
        _("c is taken from the given state and h begins with zeros: the gates of the first step read h"): over_sequence(
            start=lambda first, xs, params: LSTMState(0 * first.h, first.c)
        ),
        _("every step begins with the given state again: the new one is not carried on"): tuple(
            wrong for wrong in (over_sequence(carry=_first_again), _not_carried(_first_again))
        ),
    },
    sequence_cells(given_state=True),
)


# --- layer on layer --------------------------------------------------------------------------------------------------


def run_stack(xs, layers, states, *, forward=lstm_forward, read=None, begin=None) -> tuple:
    """All layers -> every layer's hs and last state; read(xs, hs_below): what a layer reads; begin(n, states, made)."""
    outputs, made, below = [], [], xs
    for n, params in enumerate(layers):
        state = begin(n, states, made) if begin else (states[n] if states else None)
        below, last = forward(read(xs, below) if read else below, params, state)
        outputs.append(below)
        made.append(last)
    return outputs, made


def over_layers(result: Callable | None = None, **changes) -> Callable:
    """`stacked_lstm_forward` changed as in `run_stack`; `result(outputs, states, given)` is what is returned."""

    def forward(xs, layers, states=None):
        outputs, made = run_stack(xs, layers, states, **changes)
        return result(outputs, made, states) if result else (outputs[-1], made)

    return forward


def stack_cells(given_state: bool = False) -> tuple[Mistake, ...]:
    """Mistakes in the six lines and in the running, made by one who does not call lstm_forward."""
    inside = (*(() if given_state else IN_THE_RUN), *sequence_cells(given_state))
    return tuple(Mistake(m.sentence, over_layers(forward=m.wrong)) for m in inside)


def _same_weights(xs, layers, states=None):
    return over_layers()(xs, [layers[0]] * len(layers), states)


def _one_run(xs, layers, states=None):
    hs, state = lstm_forward(xs, layers[0], states[0] if states else None)
    return hs, [state] * len(layers)


STACK = known(
    {
        _(
            "every layer reads xs, where it should read the hs of the layer below; or layers are run from the last on"
        ): over_layers(read=lambda xs, below: xs),
        _("the weights of layer 0 are used for every layer, or layer 0 is run twice"): _same_weights,
        _("only the first layer is run"): _one_run,
        _("return stands inside the loop over the layers, so that only layer 0 is run"): over_layers(
            result=lambda outputs, made, given: (outputs[0], made[:1])
        ),
        _("only the last step of hs is returned: every step's is asked for"): over_layers(
            result=lambda outputs, made, given: (outputs[-1][:, -1], made)
        ),
        _("the next layer is handed the last h, (B, H): it reads hs, every step of the layer below"): over_layers(
            read=lambda xs, below: below if below is xs else below[:, -1]
        ),
        _("the hs of the first layer are returned, not those of the last"): over_layers(
            result=lambda outputs, made, given: (outputs[0], made)
        ),
        _("the hs of all layers are joined: only those of the last layer are asked for"): over_layers(
            result=lambda outputs, made, given: (np.concatenate(outputs, axis=2), made)
        ),
        _("the hs of every layer are returned in a list: only those of the last layer are asked for"): over_layers(
            result=lambda outputs, made, given: (outputs, made)
        ),
        _("a layer starts from the last state of the layer below: each begins with a state of its own"): over_layers(
            begin=lambda n, states, made: made[-1] if made else (states[0] if states else None)
        ),
        _(
            "each layer reads the last h of the layer below at every step: it reads all of its hs, step by step"
        ): over_layers(read=lambda xs, below: below if below is xs else below * 0 + below[:, -1:]),
        _("the state of the last layer alone is returned, in a list: one state per layer is asked for"): over_layers(
            result=lambda outputs, made, given: (outputs[-1], made[-1:])
        ),
        _("the state of the last layer alone is returned: a list with one state per layer is asked for"): over_layers(
            result=lambda outputs, made, given: (outputs[-1], made[-1])
        ),
        _("the states are returned in reverse: the first is that of the layer that reads xs"): over_layers(
            result=lambda outputs, made, given: (outputs[-1], made[::-1])
        ),
        _("the state of the last layer is returned for every layer"): over_layers(
            result=lambda outputs, made, given: (outputs[-1], [made[-1]] * len(made))
        ),
        _("the two results are exchanged: it is hs, states"): over_layers(
            result=lambda outputs, made, given: (made, outputs[-1])
        ),
        _("h and c are exchanged in the states that are returned: each is LSTMState(h, c)"): over_layers(
            result=lambda outputs, made, given: (outputs[-1], [LSTMState(s.c, s.h) for s in made])
        ),
    }
)

# From zeros, and with given states: what only these can show.
STACK_FROM_ZEROS = known(
    {
        NOTHING_WRITTEN: over_layers(
            forward=FROM_ZEROS[0].wrong, result=lambda outputs, made, given: (0 * outputs[-1], made)
        ),
    },
    tuple(Mistake(m.sentence, over_layers(forward=m.wrong)) for m in _FROM_ZEROS_AGAIN),
)
STACK_STATES = known(
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
            result=lambda outputs, made, given: (outputs[-1], list(given))
        ),
    },
    stack_cells(given_state=True),
)
