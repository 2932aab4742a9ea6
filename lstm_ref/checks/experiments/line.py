"""Readouts of one line, squash(W · [h_prev, x] + b): without its weights, its bias, or half of its columns."""

from collections.abc import Callable, Sequence

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.messages import _


def names_of_parts(W: str, b: str, squash: str) -> dict[str, str]:
    """What a sentence calls the parts of a line."""
    return {
        "squash": _("the {squash}").format(squash=squash),
        "bias": _("the place where {b} is added").format(b=b),
        "h": _("how h_prev meets the first H columns of {W}").format(W=W),
        "x": _("how x meets the last D columns of {W}").format(W=W),
        "product": _("the product of [h_prev, x] and {W}").format(W=W),
    }


def readers(W: str, b: str) -> dict[str, str]:
    """Which parts are wrong where a change of one of these moves nothing."""
    return {W: "h x product", b: "bias", "h_prev": "h product", "x": "x product"}


def readouts_of_line(squash: Callable, output: str) -> Callable[[Arguments], list[Readout]]:
    """The readouts of a function of h_prev, x, W and b, in any order, of which the last two have any names."""

    def readouts(arguments: Arguments) -> list[Readout]:
        h_prev, x = arguments["h_prev"], arguments["x"]
        (W_name, W), (b_name, b) = list(arguments.items())[2:]
        H = h_prev.shape[1]

        def call(rows: np.ndarray, bias: np.ndarray) -> Arguments:
            return arguments | {W_name: rows, b_name: bias}

        def line(rows: np.ndarray, bias: np.ndarray):
            return squash(h_prev @ rows[:, :H].T + x @ rows[:, H:].T + bias)

        def result(answers: Sequence[Leaves]):
            return answers[0][output]

        none, zero, grid = np.zeros_like(W), np.zeros_like(b), np.linspace(-2, 2, len(b))
        left, right = W.copy(), W.copy()
        left[:, H:], right[:, :H] = 0, 0
        ought = _("{output}[{{at}}] ought to be {want}; it is {{got}}.")
        return [
            readout(
                lines,
                clears,
                [call(rows, bias)],
                result,
                line(rows, bias),
                f"{said} {ought.format(output=output, want=want)}",
            )
            for lines, clears, rows, bias, said, want in (
                ("squash bias", "", none, zero, _("With no weights and no bias"), "{want}"),
                (
                    "squash bias",
                    "squash bias",
                    none,
                    grid,
                    _("With no weights"),
                    _("the {squash} of the bias, {{want}}").format(squash=squash.__name__),
                ),
                (
                    "squash bias h product",
                    "h",
                    left,
                    zero,
                    _("With no bias, and 0 in the last D columns of {W},").format(W=W_name),
                    "{want}",
                ),
                (
                    "squash bias x product",
                    "x",
                    right,
                    zero,
                    _("With no bias, and 0 in the first H columns of {W},").format(W=W_name),
                    "{want}",
                ),
            )
        ]

    return readouts
