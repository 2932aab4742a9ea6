"""Readouts of the six lines of the cell: gates are held open or shut by their biases, the memory starts from zero.

A gate fails in parts: at its ends it follows its bias alone ("f_open", "f_shut"); between them it reads [h_prev, x]
through its weights ("f"). Whether a line is wrong, or the place where its result is used, numbers cannot tell apart:
then both are said.
"""

from collections.abc import Sequence

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves
from lstm_ref.checks.engine.experiment import Readout, readout
from lstm_ref.core import cell
from lstm_ref.core.cell import LSTMState
from lstm_ref.messages import _

END = 100.0  # a bias that leaves nothing but 0 or 1
NAMES = {
    "hx": _("what the lines read, [h_prev, x]"),
    **dict.fromkeys(("f", "f_open", "f_shut"), _("the line of f")),
    **dict.fromkeys(("kept", "memory"), _("f * c_prev")),
    **dict.fromkeys(("i", "i_open", "i_shut"), _("the line of i")),
    **dict.fromkeys(("candidate", "up", "down"), _("the line of the candidate")),
    "written": _("i * candidate"),
    "sum": _("the sum that is c"),
    **dict.fromkeys(("o", "o_open", "o_shut"), _("the line of o")),
    "h": _("h = o * tanh(c)"),
}


# Which lines are wrong where a change of one of these moves nothing that it ought to move.
READERS = {
    **{f"params.{kind}_f": "f f_open f_shut kept" for kind in "Wb"},
    **{f"params.{kind}_i": "i i_open i_shut written" for kind in "Wb"},
    **{f"params.{kind}_c": "candidate up down written" for kind in "Wb"},
    **{f"params.{kind}_o": "o o_open o_shut h" for kind in "Wb"},
    "state.c": "kept memory",
}


def readouts_of_step(arguments: Arguments) -> list[Readout]:
    """The readouts of `lstm_step(x, state, params)`; only h and c of what comes back are looked at."""
    x, (h_prev, c_prev), params = arguments.values()
    _after, (f, i, candidate, o, _c) = cell.lstm_step_with_gates(x, LSTMState(h_prev, c_prev), params)
    zero, one = np.zeros_like(c_prev), np.ones_like(c_prev)

    def call(c=c_prev, **ends):
        """With this memory, and the gates held at these ends: f=1 is open, f=-1 shut, candidate=-1 is -1."""
        biases = {
            f"b_{'c' if name == 'candidate' else name}": np.full(c.shape[1], END * end) for name, end in ends.items()
        }
        return {"x": x, "state": LSTMState(h_prev, c), "params": params._replace(**biases)}

    def more(answers: Sequence[Leaves]):
        return answers[1]["state.c"] - answers[0]["state.c"]

    def c_of(answers: Sequence[Leaves]):
        return answers[0]["state.c"]

    def new(answers: Sequence[Leaves]):
        return answers[0]["state.c"] - answers[1]["state.c"]

    def h_of(answers: Sequence[Leaves]):
        return answers[0]["state.h"]

    def ratio(answers: Sequence[Leaves]):
        return answers[0]["state.h"] / np.tanh(answers[0]["state.c"])

    gates = {"f": f, "i": i, "o": o, "the candidate": candidate, "1 - f": 1 - f}

    def but(*names):
        return {name: gate for name, gate in gates.items() if name not in names}

    shut = call(zero, i=-1)
    kept = _("With {bias} f is {want}, so 1 more in c_prev ought to be {want} more in c[{{at}}]; it is {{got}}.")
    wrote = _("With c_prev = 0, {biases}, c[{{at}}] ought to be {want}; it is {{got}}.")
    found = [
        readout(
            f"f_{end} kept memory sum",
            f"f_{end}",
            [call(zero, f=bias), call(one, f=bias)],
            more,
            want,
            kept.format(bias=f"b_f = {100 * bias}", want=int(want[0, 0])),
            **but("f"),
        )
        for end, bias, want in (("open", 1, one), ("shut", -1, zero))
    ]
    found += [
        readout(
            "f f_open f_shut kept memory sum hx",
            "f kept hx",
            [call(zero), call(one)],
            more,
            f,
            _("1 more in c_prev ought to be f = {want} more in c[{at}]; it is {got}."),
            **but("f"),
        ),
        readout(
            "kept memory sum f_open i_shut written",
            "memory sum",
            [call(-3 * one, f=1, i=-1)],
            c_of,
            -3 * one,
            _("With f = 1 and i = 0, by b_f = 100 and b_i = -100, c_prev = -3 is all of c[{at}]; it is {got}."),
        ),
        readout(
            "kept memory sum f i candidate",
            "",
            [call(zero), call(one), call(-3 * one)],
            lambda answers: answers[2]["state.c"] - answers[0]["state.c"],
            lambda answers: -3 * more(answers),
            _("c_prev = -3 ought to add -3 times what c_prev = 1 adds: {want} to c[{at}]; it adds {got}."),
        ),
        readout(
            "i_shut written memory sum",
            "i_shut",
            [shut],
            c_of,
            zero,
            wrote.format(biases="b_i = -100", want=0),
            **gates,
        ),
        readout(
            "candidate up down i i_open i_shut written sum hx",
            "candidate i written hx",
            [call(zero), shut],
            new,
            i * candidate,
            _("With c_prev = 0, c[{at}] ought to be i * candidate = {want}; it is {got}."),
        ),
        readout(
            "candidate up down i_open i_shut written sum hx",
            "candidate hx",
            [call(zero, i=1), shut],
            new,
            candidate,
            _("With c_prev = 0 and b_i = 100, c[{at}] ought to be the candidate, {want}; it is {got}."),
            **but("the candidate"),
        ),
    ]
    for end, sign in (("up", 1), ("down", -1)):
        found += [
            readout(
                f"i_open {end} i_shut written sum",
                f"i_open {end}",
                [call(zero, i=1, candidate=sign), shut],
                new,
                sign * one,
                wrote.format(biases=f"b_i = 100, b_c = {100 * sign}", want=sign),
                **gates,
            ),
            readout(
                f"i i_open i_shut {end} written sum hx",
                "i hx",
                [call(zero, candidate=sign), shut],
                new,
                sign * i,
                _("With c_prev = 0 and b_c = {b}, c[{{at}}] ought to be {sign}i = {{want}}; it is {{got}}.").format(
                    b=100 * sign, sign="" if sign > 0 else "-"
                ),
                **{name: sign * gate for name, gate in but("i").items()},
            ),
            readout(
                end,
                "",
                [call(zero, i=1, candidate=sign), call(zero, i=1, candidate=sign / 2)],
                lambda answers: answers[1]["state.c"],
                c_of,
                _(
                    "With c_prev = 0 and b_i = 100, b_c = {b} and b_c = {half} ought to write the same; "
                    "c[{{at}}] is {{want}} and {{got}}."
                ).format(b=100 * sign, half=50 * sign),
            ),
        ]
    return found + [
        readout(
            "h o_open",
            "o_open",
            [call(o=1)],
            h_of,
            lambda answers: np.tanh(c_of(answers)),
            _("With b_o = 100 o is 1, and h the tanh of c: of your c[{at}] that is {want}; h is {got}."),
        ),
        readout(
            "h o_shut",
            "o_shut",
            [call(o=-1)],
            h_of,
            zero,
            _("With b_o = -100 o is 0, so h[{at}] ought to be 0; it is {got}."),
        ),
        readout(
            "h",
            "",
            [call(o=1), call(c_prev + 1, o=1)],
            lambda answers: ratio(answers[1:]),
            ratio,
            _("With b_o = 100, h / tanh(c) ought not to change with c_prev; at [{at}] it does, from {want} to {got}."),
        ),
        readout(
            "o o_open o_shut h hx",
            "o h hx",
            [call()],
            ratio,
            o,
            _("h / tanh(c) of your own h and c ought to be o = {want} at [{at}]; it is {got}."),
            **but("o"),
        ),
    ]
