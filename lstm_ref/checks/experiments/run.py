"""Readouts of what runs over a sequence: of a run of one step. Of the loop, the first wrong step tells."""

from dataclasses import replace

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Readout
from lstm_ref.checks.experiments import cell
from lstm_ref.checks.experiments.line import readouts_of_line
from lstm_ref.core.cell import LSTMState


def readouts_of_forward(arguments: Arguments) -> list[Readout]:
    """The readouts of `lstm_forward(xs, params, state=None)`."""
    xs, params = arguments["xs"], arguments["params"]
    state = arguments.get("state") or LSTMState(*np.full((2, len(xs), params.hidden_size), 0.5))
    step = {"x": xs[:, 0], "state": state, "params": params}
    return [
        replace(
            one, calls=tuple({"xs": c["x"][:, None], "params": c["params"], "state": c["state"]} for c in one.calls)
        )
        for one in cell.readouts_of_step(step)
    ]


def readouts_of_rnn_forward(arguments: Arguments) -> list[Readout]:
    """The readouts of `rnn_forward(xs, h0, W, b)`."""
    xs, h0, W, b = arguments.values()
    step = {"x": xs[:, 0], "h_prev": h0, "W": W, "b": b}
    return [
        replace(
            one,
            calls=tuple({"xs": c["x"][:, None], "h0": c["h_prev"], "W": c["W"], "b": c["b"]} for c in one.calls),
        )
        for one in readouts_of_line(np.tanh, "h")(step)
    ]
