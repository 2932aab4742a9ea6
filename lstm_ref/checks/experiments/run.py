"""Readouts of a cell that runs over a sequence: of one step from any state, as of the cell, and of the loop."""

from dataclasses import replace

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.checks.experiments import cell
from lstm_ref.checks.experiments.line import readouts_of_line
from lstm_ref.checks.experiments.products import OF_UPDATE, readouts_of_update
from lstm_ref.core import memory, rnn, sequence
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
    return [*found, _whole_run(" ".join(NAMES), arguments, hs)]


def names_of_rnn(parts: dict[str, str]) -> dict[str, str]:
    return parts | {"loop": NAMES["loop"]}


def readouts_of_rnn_forward(arguments: Arguments) -> list[Readout]:
    """The readouts of `rnn_forward(xs, h0, W, b)`: of one step as of a line, and of the loop."""
    xs, h0, W, b = arguments.values()
    step = {"x": xs[:, 0], "h_prev": h0, "W": W, "b": b}
    found = [
        replace(
            one,
            calls=tuple({"xs": c["x"][:, None], "h0": c["h_prev"], "W": c["W"], "b": c["b"]} for c in one.calls),
        )
        for one in readouts_of_line(np.tanh, "h")(step)
    ]
    hs, _last = rnn.rnn_forward(xs, rnn.RNNParams(W, b), h0)
    return [*found, _whole_run("squash bias h x product loop", arguments, hs)]


def _whole_run(lines: str, arguments: Arguments, hs: np.ndarray) -> Readout:
    return readout(
        lines,
        "",
        [arguments],
        lambda answers: answers[0]["hs"],
        hs,
        _("A run of one step is right from any state; in this one hs[{at}] ought to be {want}, and is {got}."),
    )


MEMORY_NAMES = OF_UPDATE | {"loop": NAMES["loop"]}


def readouts_of_memory(arguments: Arguments) -> list[Readout]:
    """The readouts of `run_memory(f, i, candidate, c0)`: of one step as of the update, and of the loop."""
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
    return [
        *found,
        readout(
            " ".join(MEMORY_NAMES),
            "",
            [arguments],
            lambda answers: answers[0]["c"],
            memory.run_memory(*arguments.values()),
            _("A run of one step is right from any memory; in this one c[{at}] ought to be {want}, and is {got}."),
        ),
    ]
