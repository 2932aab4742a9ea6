"""The check of `lstm_forward`.

A student who does not call lstm_step can make every mistake of the cell here. The parts start from zeros, from a given
state, and in pieces: each shows what the others cannot.
"""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Mistake, Part, known
from lstm_ref.checks.experiments.cell import NAMES, READERS
from lstm_ref.checks.experiments.run import readouts_of_forward
from lstm_ref.checks.problems import random_params, random_state
from lstm_ref.checks.s07_full_cell.lstm_step import B, D, H, T
from lstm_ref.checks.slips.cell import EXCHANGED, STARTS_FROM_ZEROS, wrong_cells
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, FINAL, READ, STACKED, Loop
from lstm_ref.core import sequence
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _

PIECES = (2, 1, 3)  # steps of the pieces into which a sequence is cut


def without_state(rng) -> list[Arguments]:
    """Two cells of different sizes: a number written for H, B or T is right in one of them at most."""
    return [
        {"xs": rng.normal(0, 1, (batch, steps, D)), "params": random_params(rng, D, units)}
        for batch, steps, units in ((B, T, H), (6, 3, 5))
    ]


def with_state(rng) -> list[Arguments]:
    return [{"xs": rng.normal(0, 1, (B, T, D)), "params": random_params(rng, D, H), "state": random_state(rng, B, H)}]


def in_pieces(rng) -> list[Arguments]:
    """A sequence cut in pieces of unequal length, one of a single step; each begins where the one before should end."""
    params, state, calls = random_params(rng, D, H), random_state(rng, 5, H), []
    for steps in PIECES:
        xs = rng.normal(0, 1, (5, steps, D))
        calls.append({"xs": xs, "params": params, "state": state})
        _hs, state = sequence.lstm_forward(xs, params, state)
    return calls


def sequence_sizes(arguments: Arguments) -> str:
    batch, steps, inputs = arguments["xs"].shape
    return f"B={batch}, T={steps}, D={inputs}, H={arguments['params'].hidden_size}"


def step_of(cell: Callable) -> Callable:
    """The step of a loop, made of an `lstm_step`, right or wrong: what is shown of a state is h."""

    def step(state, x, params):
        new = cell(x, state, params)
        return new, new.h

    return step


def taken_apart(xs, params, state=None):
    zeros = LSTMState(*np.zeros((2, len(xs), params.W_f.shape[0])))
    return (xs,), zeros if state is None else state, (params,)


RUN = Loop(
    step=step_of(given.lstm_step),
    take_apart=taken_apart,
    seen=lambda state: state.h,
    letters={"x": "xs", "D": "D", "h": "h", "hs": "hs", "first": "the first state", "final": "state"},
)


def cells() -> tuple[tuple[Mistake, ...], tuple[Mistake, ...]]:
    """Mistakes in the six lines, run over a sequence by one who does not call lstm_step.

    The second group shows what it is only where a state is given: those that never write all give zeros from zeros, and
    others give what a mistake in the running gives.
    """
    from_any_state, given_a_state = [], []
    for m in wrong_cells():
        needs_a_state = never_writes(m) or m.sentence in (EXCHANGED, STARTS_FROM_ZEROS)
        group = given_a_state if needs_a_state else from_any_state
        group.append(Mistake(m.sentence, RUN(step=step_of(m.wrong))))
    return tuple(from_any_state), tuple(given_a_state)


def never_writes(mistake: Mistake) -> bool:
    """Whether a wrong step leaves a memory of 0 at 0, whatever comes in."""
    params = LSTMParams(*((np.ones((1, 2)), np.ones(1)) * 4))
    try:
        state = mistake.wrong(np.ones((1, 1)), LSTMState(*np.zeros((2, 1, 1))), params)
    except (ValueError, TypeError, IndexError):
        return False
    return not np.any(state)


CELLS, CELLS_GIVEN_A_STATE = cells()


def carries(carry: Callable) -> tuple[Callable, Callable]:
    """Something else is carried on: the last state is returned as it is, or as it would be carried on."""
    return RUN(carry=carry), RUN(carry=carry, final=carry)


def begins_with(shape: Callable) -> Callable:
    """h and c to begin with are zeros of the shape that `shape(B, T, D, H)` gives."""
    return RUN(start=lambda v: LSTMState(*[np.zeros(shape(*v.xs[0].shape, v.first.h.shape[1]))] * 2))


def exchanged(state: LSTMState) -> LSTMState:
    return LSTMState(state.c, state.h)


def unpacked(state):
    h, c = state
    return LSTMState(h, c)


# The stack takes this table and the next two as well.
CARRIED_AS_C_H = _("h and c are exchanged on their way to the next step")
H_AND_C = {
    _("hs holds the memory c: what the cell says is h"): RUN(keep=lambda v: v.new.c),
    CARRIED_AS_C_H: RUN(carry=lambda v: exchanged(v.new), final=lambda v: exchanged(v.new)),
}
UNPACKED_AS_C_H = {
    _("h and c are exchanged where a state is unpacked: h, c = state"): RUN(
        start=lambda v: exchanged(v.first),
        carry=lambda v: exchanged(v.new),
        keep=lambda v: v.new.c,
        final=lambda v: exchanged(v.new),
    )
}
NOTHING_WRITTEN = {
    _(
        "nothing is written: from zeros the memory stays 0 if i * candidate is not added to it, or if the state of a "
        "step is returned as it came"
    ): RUN(keep=lambda v: 0 * v.shown, final=lambda v: v.first)
}

EVERYWHERE = {
    _("h and c are exchanged in the state that is returned: it is LSTMState(h, c)"): RUN(
        final=lambda v: exchanged(v.new)
    ),
    _("h of the last step is returned for both, h and c"): RUN(final=lambda v: LSTMState(v.new.h, v.new.h)),
    _("whole states are collected: hs takes the h of each, state.h"): RUN(keep=lambda v: v.new),
    _("a plain tuple (h, c) is handed to lstm_step, which asks for state.h"): RUN(start=lambda v: tuple(v.first)),
    _("five steps are taken, however long the sequence is: T is xs.shape[1]"): RUN(order=lambda T, x: range(5)),
}

FROM_ZEROS = known(
    RUN.slips(CARRIED, only=["start again"]),
    UNPACKED_AS_C_H,
    NOTHING_WRITTEN,
    {
        _("xs[t] is read, with a state of T rows: that is sequence t of the batch; step t of all is xs[:, t]"): RUN(
            start=lambda v: LSTMState(*np.zeros((2, v.xs[0].shape[1], v.first.h.shape[1]))),
            order=lambda T, x: range(len(x)),
            read=lambda x, t: x[t],
            stack=np.stack,
        ),
        _("state is None and is used as it is: make zeros first, (B, H) each"): (
            RUN(start=lambda v: None),
            RUN(start=lambda v: unpacked(None)),
        ),
        _("the zeros to begin with have D numbers per sequence: h and c have H, as many as W_f has rows"): begins_with(
            lambda B, T, D, H: (B, D)
        ),
        _("the zeros to begin with have T rows: h and c are (B, H), without steps"): begins_with(
            lambda B, T, D, H: (T, H)
        ),
        _("the zeros to begin with are (H, B): the batch comes first, (B, H)"): begins_with(lambda B, T, D, H: (H, B)),
        _("the zeros to begin with have one row: every sequence has its own, (B, H)"): begins_with(
            lambda B, T, D, H: (1, H)
        ),
        _("the zeros to begin with are (H,) each: every sequence has a state of its own, (B, H)"): begins_with(
            lambda B, T, D, H: (H,)
        ),
        _("the zeros to begin with have H + D numbers per sequence: h and c have H"): begins_with(
            lambda B, T, D, H: (B, H + D)
        ),
        _("the state to begin with is LSTMState(0, 0), two numbers: make arrays, (B, H) each"): begins_with(
            lambda B, T, D, H: ()
        ),
    },
)

# Where a state is given, these differ from one another; from zeros they do not.
WITH_STATE = known(
    RUN.slips(CARRIED, only=["start again"]),
    UNPACKED_AS_C_H,
    {
        CARRIED_AS_C_H: RUN(carry=lambda v: exchanged(v.new)),
        _("the given h is used at every step: that of the step before is not carried on"): carries(
            lambda v: LSTMState(v.first.h, v.new.c)
        ),
        _("the given c is used at every step: that of the step before is not carried on"): carries(
            lambda v: LSTMState(v.new.h, v.first.c)
        ),
        _("h is taken from the given state and c begins with zeros: the memory must be carried on too"): RUN(
            start=lambda v: LSTMState(v.first.h, 0 * v.first.c)
        ),
        _("c is taken from the given state and h begins with zeros: the gates of the first step read h"): RUN(
            start=lambda v: LSTMState(0 * v.first.h, v.first.c)
        ),
    },
    CELLS_GIVEN_A_STATE,
)


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
    return f"{said} {numbers}"


LSTM_FORWARD = Check(
    name="lstm_forward",
    output=("hs", "state"),
    reference=sequence.lstm_forward,
    given=(given.sigmoid, given.lstm_step),
    sizes=sequence_sizes,
    axes={"hs": "BTH", "state.h": "BH", "state.c": "BH"},
    leading=("hs",),
    parts={
        "values": Part(without_state, only=("hs",), mistakes=FROM_ZEROS),
        "carried": Part(with_state, mistakes=WITH_STATE),
        "chunks": Part(in_pieces, mistakes=WITH_STATE),
    },
    mistakes=known(
        RUN.slips(STACKED, COLLECTED, READ, CARRIED, FINAL, without=["start again"]), H_AND_C, EVERYWHERE, CELLS
    ),
    advice=advise_sequence,
    readouts=readouts_of_forward,
    lines=NAMES,
    readers=READERS,
    tells=lambda got, want: bool(wrong_numbers(got["hs"], want["hs"])[:, 0].any()),
)
