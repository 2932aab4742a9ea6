"""Readouts of a cell that runs over a sequence: of one step from any state, as of the cell, and of the loop."""

from dataclasses import replace

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.checks.experiments import cell
from lstm_ref.core import sequence
from lstm_ref.core.cell import LSTMState
from lstm_ref.messages import _

NAMES = cell.NAMES | {"loop": _("the loop: what each step reads, and what is carried on to the next")}


def readouts_of_forward(arguments: Arguments) -> list[Readout]:
    """The readouts of `lstm_forward(xs, params, state=None)`."""
    xs, params = arguments["xs"], arguments["params"]
    state = arguments.get("state") or LSTMState(*np.zeros((2, len(xs), params.hidden_size)) + 0.5)
    step = {"x": xs[:, 0], "state": state, "params": params}
    found = [
        replace(
            one, calls=tuple({"xs": c["x"][:, None], "params": c["params"], "state": c["state"]} for c in one.calls)
        )
        for one in cell.readouts_of_step(step)
    ]
    hs, _last = sequence.lstm_forward(*arguments.values())
    return [
        *found,
        readout(
            " ".join(NAMES),
            "",
            [arguments],
            lambda answers: answers[0]["hs"],
            hs,
            _("A run of one step is right from any state; in this one hs[{at}] ought to be {want}, and is {got}."),
        ),
    ]
