"""Where every number of `nn.LSTM` stands in the equations of the book, and the reverse. Needs NumPy, not torch.

`nn.LSTM` stacks its gates i, f, candidate (which it calls g), o, and keeps the weights of x and of h apart; the book
has one matrix for each gate, over [h, x].
"""

from typing import NamedTuple

from lstm_ref.core.arrays import Array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.size import Shapes
from lstm_ref.messages import _

TORCH_GATES = ("i", "f", "candidate", "o")  # in PyTorch's order
LETTERS = {"i": "i", "f": "f", "candidate": "c", "o": "o"}  # of the gates in W_i, W_f, W_c, W_o


class WeightPlace(NamedTuple):
    """Where a number of `nn.LSTM` stands in the book: `array[index]` of one cell, multiplied by `reads[source]`."""

    layer: int
    direction: int  # 0 forwards, 1 backwards
    gate: str  # "i", "f", "candidate", "o"; "projection" for a weight of W_hr
    array: str  # of LSTMParams: "W_f", "b_f", ..., "W_hr"
    index: tuple[int, ...]  # in that array
    reads: str  # "h" of the step before, "x" or "below" (what comes in), "1" for a bias, "o tanh(c)" for a projection
    source: int | None  # which of those numbers; None for a bias


class TorchArrays(NamedTuple):
    """One layer of `nn.LSTM` in one direction, without projection."""

    weight_ih: Array  # (4H, D)
    weight_hh: Array  # (4H, H)
    bias_ih: Array  # (4H,)
    bias_hh: Array  # (4H,)


def torch_shapes(
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    *,
    bias: bool = True,
    bidirectional: bool = False,
    proj_size: int = 0,
) -> Shapes:
    """name -> shape of every parameter of an `nn.LSTM`, in PyTorch's order. The arguments are those of `nn.LSTM`."""
    width = proj_size or hidden_size
    shapes: Shapes = {}
    for layer in range(num_layers):
        for suffix in ("", "_reverse")[: 2 if bidirectional else 1]:
            reads = input_size if layer == 0 else width * (2 if bidirectional else 1)
            shapes[f"weight_ih_l{layer}{suffix}"] = (4 * hidden_size, reads)
            shapes[f"weight_hh_l{layer}{suffix}"] = (4 * hidden_size, width)
            if bias:
                shapes[f"bias_ih_l{layer}{suffix}"] = (4 * hidden_size,)
                shapes[f"bias_hh_l{layer}{suffix}"] = (4 * hidden_size,)
            if proj_size:
                shapes[f"weight_hr_l{layer}{suffix}"] = (proj_size, hidden_size)
    return shapes


def where_is(name: str, row: int, column: int | None = None, **sizes) -> WeightPlace:
    """Where the number `name[row, column]` of an `nn.LSTM` stands in the book; a bias has no column.

    The keyword arguments are those of `torch_shapes`: input_size, hidden_size and so on. Rows and columns count from 0.
    Raises KeyError for a name that this `nn.LSTM` does not have, IndexError for a place outside of the parameter.
    """
    shapes = torch_shapes(**sizes)
    if name not in shapes:
        raise KeyError(
            _("no parameter is named {name!r}; there are {known}").format(name=name, known=", ".join(shapes))
        )
    index = (row,) if column is None else (row, column)
    if len(index) != len(shapes[name]) or not all(0 <= n < size for n, size in zip(index, shapes[name], strict=True)):
        raise IndexError(
            _("{name}[{index}] does not exist: its shape is {shape}, counted from 0").format(
                name=name, index=", ".join(map(str, index)), shape=shapes[name]
            )
        )
    kind, _sep, rest = name.rpartition("_l")
    layer, direction = int(rest.removesuffix("_reverse")), int(rest.endswith("_reverse"))
    if kind == "weight_hr":
        return WeightPlace(layer, direction, "projection", "W_hr", index, "o tanh(c)", column)
    hidden_size = sizes["hidden_size"]
    gate, unit = TORCH_GATES[row // hidden_size], row % hidden_size
    if kind.startswith("bias"):
        return WeightPlace(layer, direction, gate, f"b_{LETTERS[gate]}", (unit,), "1", None)
    if kind == "weight_hh":
        return WeightPlace(layer, direction, gate, f"W_{LETTERS[gate]}", (unit, column), "h", column)
    width = sizes.get("proj_size") or hidden_size  # [h, x]: the columns of x come after those of h
    reads = "below" if layer else "x"
    return WeightPlace(layer, direction, gate, f"W_{LETTERS[gate]}", (unit, width + column), reads, column)


def where_in_torch(
    array: str, *index: int, layer: int = 0, direction: int = 0, **sizes
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The reverse of `where_is`: which numbers of an `nn.LSTM` add up to `array[index]` of one cell; for a bias, two.

    array: "W_f", "b_f", "W_hr", ...; direction: 0 forwards, 1 backwards; the other keyword arguments are those of
    `torch_shapes`. Returns (name, index) pairs. Raises KeyError and IndexError where there is no such number.
    """
    suffix = f"_l{layer}" + ("_reverse" if direction else "")
    if array == "W_hr":
        found = ((f"weight_hr{suffix}", index),)
    else:
        gates = {letter: n for n, letter in enumerate(LETTERS[gate] for gate in TORCH_GATES)}
        kind, _sep, letter = array.partition("_")
        if kind not in ("W", "b") or letter not in gates:
            raise KeyError(_("no array is named {name!r}; there are {known}").format(name=array, known="W_f, b_f, ..."))
        H = sizes["hidden_size"]
        width = sizes.get("proj_size") or H
        unit, *column = index
        if not 0 <= unit < H:
            raise IndexError(
                _("{array} has {H} rows, counted from 0; got row {row}").format(array=array, H=H, row=unit)
            )
        row = gates[letter] * H + unit
        if kind == "b":
            found = tuple((f"{one}{suffix}", (row, *column)) for one in ("bias_ih", "bias_hh"))
        elif column and column[0] < width:
            found = ((f"weight_hh{suffix}", (row, *column)),)
        else:
            found = ((f"weight_ih{suffix}", (row, *(n - width for n in column))),)
    for name, place in found:
        where_is(name, *place, **sizes)  # raises if there is no such number
    return found


def to_torch_arrays(params: LSTMParams) -> TorchArrays:
    """The weights of one cell as `nn.LSTM` keeps them: gates stacked i, f, candidate, o; all of b in bias_ih.

    Raises TypeError for mixed dtypes or libraries.
    """
    xp = same_kind(W_f=params.W_f, b_f=params.b_f)
    H = params.hidden_size
    W = [params.W_i, params.W_f, params.W_c, params.W_o]
    b = [params.b_i, params.b_f, params.b_c, params.b_o]
    weight, bias = xp.concat(W, axis=0), xp.concat(b, axis=0)
    zeros = xp.zeros_like(bias)
    return TorchArrays(weight[:, H:], weight[:, :H], bias, zeros)


def from_torch_arrays(weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array) -> LSTMParams:
    """The weights of one layer and direction of `nn.LSTM`, without projection, in the book's layout.

    Raises ValueError for shapes that do not fit each other, TypeError for mixed dtypes.
    """
    xp = same_kind(weight_ih=weight_ih, weight_hh=weight_hh)
    expect_axes("weight_hh", weight_hh, "4H, H")
    H = weight_hh.shape[1]
    expect_shape("weight_hh", weight_hh, (4 * H, H), "(4H, H)")
    expect_shape("weight_ih", weight_ih, (4 * H, weight_ih.shape[-1]), "(4H, D)")
    for name, one in (("bias_ih", bias_ih), ("bias_hh", bias_hh)):
        expect_shape(name, one, (4 * H,), "(4H,)")
    weight = xp.concat([weight_hh, weight_ih], axis=1)
    bias = bias_ih + bias_hh
    rows = [slice(n * H, (n + 1) * H) for n in range(4)]
    i, f, candidate, o = ((weight[gate], bias[gate]) for gate in rows)
    return LSTMParams(*f, *i, *candidate, *o)
