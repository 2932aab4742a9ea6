"""Readouts of what runs over a sequence: of a run of one step. Of the loop, the first wrong step tells."""

from dataclasses import replace

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Readout
from lstm_ref.checks.experiments import cell
from lstm_ref.checks.experiments.line import readouts_of_line
from lstm_ref.checks.experiments.products import readouts_of_update
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


def readouts_of_memory(arguments: Arguments) -> list[Readout]:
    """The readouts of `run_memory(f, i, candidate, c0)`."""
    f, i, candidate, *c0 = arguments.values()
    before = c0[0] if c0 else np.zeros_like(f[:, 0])
    step = {"f": f[:, 0], "c_prev": before, "i": i[:, 0], "candidate": candidate[:, 0]}
    found = []
    for one in readouts_of_update(step):
        calls = [
            {"f": c["f"][:, None], "i": c["i"][:, None], "candidate": c["candidate"][:, None], "c0": c["c_prev"]}
            for c in one.calls
        ]
        found.append(replace(one, calls=tuple(calls), want=np.asarray(one.want)[:, None]))
    return found
