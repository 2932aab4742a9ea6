"""The check of `to_torch_arrays`: the four gates stacked in PyTorch's order, and their columns cut into x's and h's."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.compare import first_difference
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, Raising, known
from lstm_ref.checks.problems import random_params
from lstm_ref.checks.s10_pytorch.gate_order import NO_G, ORDER, SIZES, orders
from lstm_ref.core import torch_layout
from lstm_ref.core.cell import LSTMParams  # the caller makes the named tuples that it finds where a function stands
from lstm_ref.messages import _


def stacked(
    order: str = ORDER,
    weight: Callable = lambda W, H: W,
    bias: Callable = lambda b, H: (b, 0 * b),
    cut: Callable = lambda W, H, D: (W[:, H:], W[:, :H]),
    result: Callable = lambda *arrays: arrays,
) -> Callable:
    """`to_torch_arrays` with one thing changed: the gates' order, what is stacked, how it is cut, what is returned."""

    def to_torch_arrays(params: LSTMParams):
        H, D = params.hidden_size, params.input_size
        W, b = (np.concatenate([getattr(params, f"{kind}_{gate}") for gate in order]) for kind in "Wb")
        return result(*cut(weight(W, H), H, D), *bias(b, H))

    return to_torch_arrays


def _by_unit(rows, H):
    """Four rows for the first unit, four for the second, ..."""
    return rows.reshape(4, H, *rows.shape[1:]).swapaxes(0, 1).reshape(rows.shape)


def _eight_taken_apart(params):
    W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o = params
    return W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o


MISTAKES = known(
    orders(stacked),
    {
        _(
            "the columns are taken as [x, h]; in this course h comes first, so the first H columns go to weight_hh"
        ): stacked(cut=lambda W, H, D: (W[:, :D], W[:, D:])),
        _("weight_ih and weight_hh are exchanged: ih reads what comes in, x, and hh reads h"): stacked(
            result=lambda ih, hh, b_ih, b_hh: (hh, ih, b_ih, b_hh)
        ),
        _("the weights are transposed: each unit of each gate has a row, so weight_ih is (4H, D)"): stacked(
            result=lambda ih, hh, b_ih, b_hh: (ih.T, hh.T, b_ih, b_hh)
        ),
        _("the rows are sorted by unit; nn.LSTM has all H rows of one gate, then all of the next"): stacked(
            weight=_by_unit, bias=lambda b, H: (_by_unit(b, H), 0 * b)
        ),
        _("the gates stand side by side, along axis 1; nn.LSTM has them one below the other"): stacked(
            result=lambda ih, hh, *b: (*(np.concatenate(np.split(w, 4), axis=1) for w in (ih, hh)), *b)
        ),
        _("np.stack makes an axis for the gates; np.concatenate puts them one below the other"): (
            stacked(result=lambda *arrays: tuple(one.reshape(4, -1, *one.shape[1:]) for one in arrays)),
            stacked(result=lambda ih, hh, *b: (*(one.reshape(4, -1, one.shape[1]) for one in (ih, hh)), *b)),
        ),
        _("b goes into both biases: nn.LSTM adds the two, so every bias counts twice"): stacked(
            bias=lambda b, H: (b, b)
        ),
        _("b goes into bias_hh and zeros into bias_ih: the sum is right, but here b goes into bias_ih"): stacked(
            bias=lambda b, H: (0 * b, b)
        ),
        _("half of b goes into each: the sum is right, but here b goes into bias_ih"): stacked(
            bias=lambda b, H: (b / 2, b / 2)
        ),
        _("both biases are zero: b is left out"): stacked(bias=lambda b, H: (0 * b, 0 * b)),
        _("bias_hh has H zeros; it belongs to all four gates, so it has 4H"): stacked(
            bias=lambda b, H: (b, np.zeros(H))
        ),
        _("one bias is returned; nn.LSTM has two for each layer, bias_ih and bias_hh"): stacked(
            result=lambda ih, hh, b_ih, b_hh: (ih, hh, b_ih)
        ),
        _("the columns are not cut: those of h go to weight_hh, those of x to weight_ih"): stacked(
            cut=lambda W, H, D: (W, W)
        ),
        _("rows are cut off, W[:H]; h and x differ in the columns, W[:, :H]"): stacked(
            cut=lambda W, H, D: (W[H:], W[:H])
        ),
        _("H is read from the columns of W_f, of which there are H + D; its rows are H"): stacked(
            cut=lambda W, H, D: (W[:, H + D :], W[:, : H + D])
        ),
        _("the bias is cut in two halves; all of it, 4H numbers, goes into bias_ih"): stacked(
            bias=lambda b, H: (b[: 2 * H], b[2 * H :])
        ),
        _("the biases of the gates are added to each other; they stand one behind the other, 4H in all"): (
            stacked(bias=lambda b, H: (b.reshape(4, H).sum(axis=0), np.zeros(H))),
            stacked(bias=lambda b, H: (b.reshape(4, H).sum(axis=0), np.zeros(4 * H))),
        ),
        _(
            "LSTMParams is taken apart by position: by name, as params.W_f, nothing can be mistaken (it has W_hr, too)"
        ): Raising("too many values to unpack (expected 8", _eight_taken_apart),
        NO_G: (
            Raising("has no attribute 'W_g'", lambda params: params.W_g),
            Raising("has no attribute 'b_g'", lambda params: params.b_g),
        ),
        _("the same gate's weights stand there four times"): (stacked("iiii"), stacked("ffff")),
    },
)


def cells(rng) -> list[Arguments]:
    return [{"params": random_params(rng, D, H)} for D, H in SIZES]


def advise_weights(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """From which gate and column the first wrong number should come."""
    leaf, index = first_difference(got, want)
    params = arguments["params"]
    if leaf == "bias_hh":
        return _("bias_hh should hold 4H zeros.")
    place = torch_layout.where_is(f"{leaf}_l0", *index, input_size=params.input_size, hidden_size=params.hidden_size)
    return _("That number should be params.{array}[{index}].").format(
        array=place.array, index=", ".join(map(str, place.index))
    )


TO_TORCH_ARRAYS = Check(
    name="to_torch_arrays",
    output=("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    reference=lambda params: tuple(torch_layout.to_torch_arrays(params)),
    sizes=lambda arguments: f"D={arguments['params'].input_size}, H={arguments['params'].hidden_size}",
    leading=("weight_ih", "weight_hh"),
    parts={"weights": Part(cells, only=("weight_ih", "weight_hh")), "biases": Part(cells, only=("bias_ih", "bias_hh"))},
    mistakes=MISTAKES,
    advice=advise_weights,
)
