"""Readouts of lines that multiply and add what they are given: the update of the memory, and what is shown of it."""

from collections.abc import Sequence

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.messages import _

OF_UPDATE = {"kept": _("f * c_prev"), "written": _("i * candidate"), "sum": _("the sum of the two")}
OF_SHOWN = {"o": _("how o multiplies"), "tanh": _("the tanh of c")}


def readouts_of_update(arguments: Arguments) -> list[Readout]:
    """The readouts of `update_memory(f, c_prev, i, candidate)`."""
    f, c_prev, i, candidate = arguments.values()
    names = list(arguments)
    zero, one = np.zeros_like(f), np.ones_like(f)

    def call(*values) -> Arguments:
        return dict(zip(names, values, strict=True))

    def c(answers: Sequence[Leaves]):
        return answers[0]["c"]

    ought = _("With {setting}, c[{{at}}] ought to be {what}, {{want}}; it is {{got}}.")
    return [
        readout(lines, clears, [call(*values)], c, want, ought.format(setting=setting, what=what))
        for lines, clears, values, want, setting, what in (
            ("kept written sum", "", (zero, c_prev, zero, candidate), zero, "f = 0, i = 0", "0"),
            ("kept sum", "", (one, c_prev, zero, zero), c_prev, _("f = 1 and a candidate of 0"), "c_prev"),
            ("kept sum", "kept", (f, c_prev, zero, zero), f * c_prev, _("a candidate of 0"), "f * c_prev"),
            ("written sum", "", (zero, zero, one, candidate), candidate, "c_prev = 0, i = 1", _("the candidate")),
            ("written sum", "written", (zero, zero, i, candidate), i * candidate, "c_prev = 0", "i * candidate"),
            (
                "kept written sum",
                "sum",
                (f, c_prev, i, candidate),
                f * c_prev + i * candidate,
                _("all of it"),
                _("the sum"),
            ),
        )
    ]


def readouts_of_shown(arguments: Arguments) -> list[Readout]:
    """The readouts of `hidden_state(o, c)`."""
    o, c = arguments.values()

    def h(answers: Sequence[Leaves]):
        return answers[0]["h"]

    ought = _("With {setting}, h[{{at}}] ought to be {what}, {{want}}; it is {{got}}.")
    return [
        readout(
            lines,
            clears,
            [{"o": gate, "c": memory}],
            h,
            gate * np.tanh(memory),
            ought.format(setting=setting, what=what),
        )
        for lines, clears, gate, memory, setting, what in (
            ("tanh o", "tanh", np.ones_like(o), c, "o = 1", "tanh(c)"),
            ("o", "", np.zeros_like(o), c, "o = 0", "0"),
            ("o tanh", "o", o, np.full_like(c, 30.0), "c = 30", "o"),
            ("o tanh", "", o, np.zeros_like(c), "c = 0", "0"),
        )
    ]
