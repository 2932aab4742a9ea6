"""The check of `with_forget_bias`: both biases of a stack of layers, as nn.LSTM keeps them, one row for each layer."""

import numpy as np

from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.s08_learning.problems import GATE_NAMES, H
from lstm_ref.messages import _


def _span(places) -> str:
    """Indices in words: "4 to 7" where none is missing, else "0, 4, 5"."""
    first, *rest = map(int, places) if len(places) else (0,)
    if len(rest) > 1 and rest[-1] - first == len(rest):
        return _("{first} to {last}").format(first=first, last=rest[-1])
    return ", ".join(map(str, (first, *rest)))


def which_columns(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where the biases were changed, and where they were to be."""
    H = arguments["bias_ih"].shape[1] // 4
    said = [
        _("With H={H} the forget gate's part is the columns {first} to {last}, in every row.").format(
            H=H, first=H, last=2 * H - 1
        )
    ]
    for name in ("bias_ih", "bias_hh"):
        changed = wrong_numbers(got[name], arguments[name])
        rows, columns = (_span(np.flatnonzero(changed.any(axis=axis))) for axis in (1, 0))
        said.append(
            _("In {name} you changed: columns {columns}, rows {rows}.").format(name=name, columns=columns, rows=rows)
            if changed.any()
            else _("In {name} you changed nothing.").format(name=name)
        )
    return " ".join(said)


STACKS = (
    (1.03125, 3, H),
    (7.5, 2, H + 1),
)  # value, layers, H: sizes that differ, so that none can be written as a number


def two_biases(rng) -> list[Arguments]:
    calls = []
    for value, layers, units in STACKS:
        draws = [with_far_numbers(rng.uniform(-0.5, 0.5, (layers, 4 * units))) for _bias in range(2)]
        calls.append({"bias_ih": draws[0], "bias_hh": draws[1], "value": value})
    return calls


def sizes_of_biases(arguments: Arguments) -> str:
    layers, width = arguments["bias_ih"].shape
    return _("{layers} layers, H={H}").format(layers=layers, H=width // 4)


def set_where(
    ih=lambda old, value: value, hh=lambda old, value: 0.0, gate: int = 1, layers=slice(None), units: int | None = None
):
    """Both biases with a slice of them set to `ih` and `hh`, from what stood there and the value that is asked for."""

    def with_forget_bias(bias_ih, bias_hh, value):
        H = units or bias_ih.shape[1] // 4
        where = (layers, slice(gate * H, (gate + 1) * H))
        bias_ih, bias_hh = bias_ih.copy(), bias_hh.copy()
        bias_ih[where], bias_hh[where] = ih(bias_ih[where], value), hh(bias_hh[where], value)
        return bias_ih, bias_hh

    return with_forget_bias


WITH_FORGET_BIAS = Check(
    name="with_forget_bias",
    output=("bias_ih", "bias_hh"),
    reference=set_where(),
    sizes=sizes_of_biases,
    advice=which_columns,
    parts={"values": Part(two_biases)},
    mistakes={
        _("only the first layer is set: every layer forgets"): set_where(layers=0),
        _("only the last layer is set: every layer forgets"): set_where(layers=-1),
        **{
            _("the {gate} is set: the order is i, f, g, o, so the forget gate is the second quarter").format(
                gate=GATE_NAMES[letter]
            ): set_where(gate=quarter)
            for quarter, letter in ((0, "i"), (2, "c"), (3, "o"))
        },
        _("both biases are set to value: they are added, so the gate gets twice that"): set_where(
            hh=lambda old, value: value
        ),
        _("bias_hh is left as it was: it is added to bias_ih, so its forget part has to be 0"): set_where(
            hh=lambda old, value: old
        ),
        _("each bias gets half: here value goes into bias_ih and 0 into bias_hh"): set_where(
            lambda old, value: value / 2, lambda old, value: value / 2
        ),
        _("value is put into bias_hh and 0 into bias_ih: it is asked for the other way round"): set_where(
            lambda old, value: 0.0, lambda old, value: value
        ),
        _("all four gates are set: only the forget gate is to be"): lambda bias_ih, bias_hh, value: (
            np.full_like(bias_ih, value),
            np.zeros_like(bias_hh),
        ),
        _("value is added to what was there: it is to take its place"): set_where(lambda old, value: old + value),
        _("value is added to what was there, and bias_hh is left: value replaces it, 0 goes into bias_hh"): set_where(
            lambda old, value: old + value, lambda old, value: old
        ),
        _("H is written as the number {H}: it is a quarter of the columns, bias_ih.shape[1] // 4").format(
            H=H
        ): set_where(units=H),
        _("the two are returned in the wrong order: (bias_ih, bias_hh)"): lambda *arguments: set_where()(*arguments)[
            ::-1
        ],
        _(
            "the other gates are lost: start from copies of both and set the forget gate's part alone"
        ): lambda bias_ih, bias_hh, value: set_where()(0 * bias_ih, 0 * bias_hh, value),
    },
)
