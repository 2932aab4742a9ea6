"""Readouts of the line of the output, h = o * tanh(c)."""

from collections.abc import Sequence

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.messages import _

OF_SHOWN = {"o": _("how o multiplies"), "tanh": _("the tanh of c")}


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
