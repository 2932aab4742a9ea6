"""The cell written so that each of its lines can be made wrong, and the mistakes made of that.

`wrong_step(h=lambda v: v.o * v.c)` is `lstm_step` without the tanh around c. What a line can use is in `v`: x, h_prev,
c_prev, the parameters, and whatever the lines before it gave; f, i, the candidate and o are functions of (h_prev, x, W,
b), as in slips/line.py.
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from lstm_ref.checks.engine.declare import Mistake, known
from lstm_ref.checks.given import sigmoid
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import (
    BIAS_LEFT_OUT,
    BIAS_OUTSIDE,
    H_IGNORED,
    bias_outside,
    in_pieces,
    line_mistakes,
    names_of_a_line,
    on_z,
    pre_activation,
    without_bias,
)
from lstm_ref.checks.slips.output import IN_H
from lstm_ref.checks.slips.parameters import mixed_up
from lstm_ref.checks.slips.squashing import NO_SIGMOID, TANH_FOR_SIGMOID, TURNED_TANH, sigmoid_mistakes, tanh_mistakes
from lstm_ref.checks.slips.update import updates
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _

# Over a sequence that begins with zeros these give the same numbers as a mistake in the loop, such as a state that is
# not carried on. There the loop's sentence is said.
EXCHANGED = _("the two are exchanged in what is returned: it is LSTMState(h, c)")
STARTS_FROM_ZEROS = _("the step starts from zeros: h and c of the state that came in are lost, not carried on")

LETTER_OF = {"f": "f", "i": "i", "candidate": "c", "o": "o"}  # of its weights: W_f, b_f, ...
SQUASHED_BY = {"f": sigmoid, "i": sigmoid, "candidate": np.tanh, "o": sigmoid}

RIGHT = {
    "params": lambda p: p,
    "state": lambda state: (state.h, state.c),
    "reads": lambda v: (v.h_prev, v.x),
    **{name: on_z(squash) for name, squash in SQUASHED_BY.items()},
    "c": lambda v: v.f * v.c_prev + v.i * v.candidate,
    "h": lambda v: v.o * np.tanh(v.c),
    "result": lambda v: LSTMState(v.h, v.c),
}


def wrong_step(**changes: Callable) -> Callable:
    """`lstm_step` with some of the lines of RIGHT replaced."""
    if not set(changes) <= set(RIGHT):
        raise TypeError(f"no lines are called {sorted(set(changes) - set(RIGHT))}; there are {sorted(RIGHT)}")
    line = {**RIGHT, **changes}

    def step(x, state, params):
        v = SimpleNamespace(x=x, params=line["params"](params))
        v.h_prev, v.c_prev = line["state"](state)
        for name, letter in LETTER_OF.items():
            W, b = getattr(v.params, f"W_{letter}"), getattr(v.params, f"b_{letter}")
            setattr(v, name, line[name](*line["reads"](v), W, b))
        v.c = line["c"](v)
        v.h = line["h"](v)
        return line["result"](v)

    return step


# In a cell these give the same numbers as other mistakes: f and i swapped as their weights exchanged, for instance. The
# cell has a sentence of its own for both.
SAID_OTHERWISE = ("swapped", "subtracted", "tanh of the new", "tanh of the candidate")


def _wrong_c(update: Callable) -> Callable:
    return wrong_step(c=lambda v: update(v.f, v.c_prev, v.i, v.candidate))


def wrong_cells() -> tuple[Mistake, ...]:
    """Every mistake of the six lines that a learner was seen to make, or may well make, as a wrong `lstm_step`."""
    return known(
        updates(_wrong_c, without=SAID_OTHERWISE),
        within(lambda wrong: wrong_step(c=wrong), OF_OTHER_THINGS_IN_C),
        within(lambda wrong: wrong_step(h=lambda v: wrong(v.o, v.c)), IN_H, _("in h = o * tanh(c) {mistake}")),
        within(lambda wrong: wrong_step(h=wrong), OF_OTHER_THINGS_IN_H),
        within(lambda wrong: wrong_step(reads=wrong), IN_WHAT_IS_READ),
        _in_each_line(),
        _in_one_line(),
        _in_squashing(),
        _in_the_parameters(),
        _in_the_state(),
        within(lambda wrong: wrong_step(result=wrong), IN_THE_RESULT),
    )


# A wrong c; slips/update.py has those made of f, c_prev, i and the candidate alone.
OF_OTHER_THINGS_IN_C = {
    _("f and i are swapped, in the update or in the order of their weights"): lambda v: (
        v.i * v.c_prev + v.f * v.candidate
    ),
    _("f multiplies h_prev: what is kept or forgotten is the memory, f * c_prev"): lambda v: (
        v.f * v.h_prev + v.i * v.candidate
    ),
    _("i * h_prev is written: what is written is the candidate"): lambda v: v.f * v.c_prev + v.i * v.h_prev,
    _("tanh is taken twice: c is squashed when it is computed, and again in h"): lambda v: np.tanh(RIGHT["c"](v)),
}
# A wrong h; slips/output.py has those made of o and c alone.
OF_OTHER_THINGS_IN_H = {
    _("h is computed from the old memory: h = o * tanh(c) takes the c of this step"): lambda v: v.o * np.tanh(v.c_prev),
    _("h is computed from the candidate: h = o * tanh(c) takes the whole memory"): lambda v: v.o * np.tanh(v.candidate),
    _("the memory itself is returned as h: tanh and o are lost, or h and c are one array, written in place"): (
        lambda v: v.c
    ),
    _("the memory is added to the output gate after its sigmoid, so that o is no fraction any more"): lambda v: (
        (v.o + v.c) * np.tanh(v.c)
    ),
}
IN_THE_RESULT = {
    EXCHANGED: lambda v: LSTMState(v.c, v.h),
    _("h is returned for both, h and c"): lambda v: LSTMState(v.h, v.h),
    _("the old memory is returned with the new h"): lambda v: LSTMState(v.h, v.c_prev),
    _("the new memory is returned with the old h"): lambda v: LSTMState(v.h_prev, v.c),
    _("the state is returned as it came: nothing of the step is in it"): lambda v: LSTMState(v.h_prev, v.c_prev),
    _("the c that is carried on is squashed: tanh belongs to h alone, c stays as it is"): lambda v: LSTMState(
        v.h, np.tanh(v.c)
    ),
}
# Something else than (h_prev, x) is read by every line.
IN_WHAT_IS_READ = {
    _("h_prev is ignored, or not carried on: the gates read x alone, as if h were 0"): lambda v: (0 * v.h_prev, v.x),
    _("the gates read the memory, [c_prev, x]: they read [h_prev, x]"): lambda v: (v.c_prev, v.x),
    _("the gates read tanh(c_prev) and not h_prev"): lambda v: (np.tanh(v.c_prev), v.x),
}


def _in_squashing() -> tuple[Mistake, ...]:
    of_tanh = tanh_mistakes("z", _("then no candidate is negative, and the memory can only grow"))
    turned = of_tanh.pop(TURNED_TANH.format(z="z"))  # another mistake gives the same numbers, and is said with it
    return known(
        within(
            lambda wrong: wrong_step(**dict.fromkeys(("f", "i", "o"), on_z(wrong))),
            sigmoid_mistakes(_("a gate")),
            _("in each gate {mistake}"),
        ),
        within(lambda wrong: wrong_step(candidate=on_z(wrong)), of_tanh, _("in the candidate {mistake}")),
        {
            _(
                "tanh is written inverted in the candidate, (e^-z - e^z) / (e^-z + e^z), or i * candidate is subtracted"
            ): wrong_step(candidate=on_z(turned)),
            _("tanh is written inverted both times, (e^-z - e^z) / (e^-z + e^z): its sign is turned"): wrong_step(
                candidate=on_z(turned), h=lambda v: -v.o * np.tanh(v.c)
            ),
        },
    )


def _in_each_line() -> tuple[Mistake, ...]:
    names = {"output": _("each gate"), "W": "W", "b": _("b of each line"), "squash": _("sigmoid or tanh"), "low": "0"}
    found = []
    for same in zip(*(line_mistakes(names, squash) for squash in SQUASHED_BY.values()), strict=True):
        if same[0].sentence != H_IGNORED:  # over a sequence another mistake gives the same numbers: see below
            lines = dict(zip(SQUASHED_BY, (mistake.wrong for mistake in same), strict=True))
            found.append(Mistake(same[0].sentence, wrong_step(**lines)))
    pieces = {name: in_pieces(squash) for name, squash in SQUASHED_BY.items()}
    return known(
        tuple(found),
        {
            _("each line squashes the pieces W h, W x and b one by one; add first, then take one sigmoid or tanh"): (
                wrong_step(**pieces)
            )
        },
    )


def _in_one_line() -> tuple[Mistake, ...]:
    found = {}
    for name, letter in LETTER_OF.items():
        squash = SQUASHED_BY[name]
        table = {BIAS_LEFT_OUT: without_bias(squash), BIAS_OUTSIDE: bias_outside(squash)}
        if squash is sigmoid:
            table |= {NO_SIGMOID: pre_activation, TANH_FOR_SIGMOID: on_z(np.tanh)}
        names = names_of_a_line(name, f"W_{letter}", f"b_{letter}", squash)
        for sentence, wrong in table.items():
            said = _("in {line} {mistake}").format(line=name, mistake=sentence.format(**names))
            found[said] = wrong_step(**{name: wrong})
    return known(found)


def _in_the_state() -> tuple[Mistake, ...]:
    as_c_h = {"state": lambda state: (state.c, state.h)}
    return known(
        {
            _("h and c are exchanged when the state is unpacked: h, c = state"): wrong_step(**as_c_h),
            _("h and c are exchanged when the state is unpacked, and again in what is returned"): wrong_step(
                **as_c_h, result=lambda v: LSTMState(v.c, v.h)
            ),
            STARTS_FROM_ZEROS: wrong_step(state=lambda state: (0 * state.h, 0 * state.c)),
        },
    )


def _unpacked(params: LSTMParams):
    W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o = params


def _in_the_parameters() -> tuple[Mistake, ...]:
    def step(taken):
        return wrong_step(params=lambda p: p._replace(**{name: getattr(p, other) for name, other in taken.items()}))

    return known(
        within(step, mixed_up(LETTER_OF)),
        {
            _("the parameters are unpacked into eight names; LSTMParams has nine fields: use params.W_f"): wrong_step(
                params=_unpacked
            ),
        },
    )
