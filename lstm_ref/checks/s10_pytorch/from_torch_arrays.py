"""The check of `from_torch_arrays`: the way back from `to_torch_arrays`, on which two biases become one."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.compare import first_difference
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, Raising, known
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.s10_pytorch.gate_order import NO_G, ORDER, SIZES, orders
from lstm_ref.core import torch_layout
from lstm_ref.core.cell import LSTMParams
from lstm_ref.messages import _


def taken(
    order: str = ORDER,
    join: Callable = lambda ih, hh: np.concatenate([hh, ih], axis=1),
    bias: Callable = lambda ih, hh: ih + hh,
    take: Callable = lambda rows, n, H: rows[n * H : (n + 1) * H],
    change: Callable = lambda params: params,
) -> Callable:
    """`from_torch_arrays` with one thing changed: the gates' order, how columns or biases are joined, what is taken."""

    def from_torch_arrays(weight_ih, weight_hh, bias_ih, bias_hh):
        joined = {"W": join(weight_ih, weight_hh), "b": bias(bias_ih, bias_hh)}
        H = weight_hh.shape[1]
        return change(
            LSTMParams(**{f"{kind}_{gate}": take(joined[kind], n, H) for n, gate in enumerate(order) for kind in "Wb"})
        )

    return from_torch_arrays


def _cut_weights_alone(weight_ih, weight_hh, bias_ih, bias_hh):
    params = taken()(weight_ih, weight_hh, bias_ih, bias_hh)
    return params._replace(**dict.fromkeys(("b_f", "b_i", "b_c", "b_o"), bias_ih + bias_hh))


MISTAKES = known(
    orders(taken),
    {
        _("the columns are joined as [x, h]; in this course h comes first, so weight_hh stands to the left"): taken(
            join=lambda ih, hh: np.concatenate([ih, hh], axis=1)
        ),
        _("bias_hh is left out: nn.LSTM adds both biases"): taken(bias=lambda ih, hh: ih),
        _("bias_ih is left out: nn.LSTM adds both biases"): taken(bias=lambda ih, hh: hh),
        _("the mean of the two biases is taken: nn.LSTM adds them"): taken(bias=lambda ih, hh: (ih + hh) / 2),
        _("the biases are multiplied: nn.LSTM adds them"): taken(bias=lambda ih, hh: ih * hh),
        _("one bias is taken from the other: nn.LSTM adds them"): taken(bias=lambda ih, hh: ih - hh),
        _("every fourth row is taken; nn.LSTM has all H rows of one gate, then all of the next"): taken(
            take=lambda rows, n, H: rows[n::4]
        ),
        _("every gate gets the first H rows: each has H rows of its own"): taken(take=lambda rows, n, H: rows[:H]),
        _("the matrices are transposed: each of the H units has a row, so W_f is (H, H+D)"): taken(
            change=lambda p: LSTMParams(*(one.T for one in p[:8]))
        ),
        _("the weights of x are left out: W_f is (H, H+D)"): taken(join=lambda ih, hh: hh),
        _("the weights of h are left out: W_f is (H, H+D)"): taken(join=lambda ih, hh: ih),
        _("all four gates are given to each: W_f is the H rows of the forget gate alone"): taken(
            take=lambda rows, n, H: rows
        ),
        _("LSTMParams gets four W and then four b; its order is W_f, b_f, W_i, b_i, ...: give them by name"): taken(
            change=lambda p: LSTMParams(p.W_f, p.W_i, p.W_c, p.W_o, p.b_f, p.b_i, p.b_c, p.b_o)
        ),
        _("the biases are not cut: b_f is the H numbers of the forget gate alone"): _cut_weights_alone,
        _("the two biases are put end to end: nn.LSTM adds them"): taken(
            take=lambda rows, n, H: rows[n * len(rows) // 4 : (n + 1) * len(rows) // 4],
            bias=lambda *biases: np.concatenate(biases),
        ),
        NO_G: Raising("unexpected keyword argument 'W_g'", lambda *arrays: LSTMParams(W_g=arrays[0])),
        _("H is read from the rows of weight_hh, of which there are 4H"): taken(
            take=lambda rows, n, H: rows[4 * n * H : 4 * (n + 1) * H]
        ),
    },
)
WEIGHTS = tuple(f"params.W_{gate}" for gate in "fico")


def layers(rng) -> list[Arguments]:
    return [
        {
            "weight_ih": rng.normal(0, 1, (4 * H, D)),
            "weight_hh": rng.normal(0, 1, (4 * H, H)),
            "bias_ih": with_far_numbers(rng.normal(0, 1, 4 * H)),
            "bias_hh": rng.normal(0, 1, 4 * H),
        }
        for D, H in SIZES
    ]


def advise_params(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """From which rows and columns the first wrong number should come."""
    leaf, index = first_difference(got, want)
    sizes = {"input_size": arguments["weight_ih"].shape[1], "hidden_size": arguments["weight_hh"].shape[1]}
    found = torch_layout.where_in_torch(leaf.removeprefix("params."), *index, **sizes)
    source = " + ".join(f"{name.removesuffix('_l0')}[{', '.join(map(str, at))}]" for name, at in found)
    return _("That number should be {source}.").format(source=source)


FROM_TORCH_ARRAYS = Check(
    name="from_torch_arrays",
    output="params",
    reference=torch_layout.from_torch_arrays,
    sizes=lambda a: f"D={a['weight_ih'].shape[1]}, H={a['weight_hh'].shape[1]}",
    leading=WEIGHTS,
    parts={
        "weights": Part(layers, only=WEIGHTS),
        "biases": Part(layers, only=tuple(f"params.b_{gate}" for gate in "fico")),
    },
    mistakes=MISTAKES,
    advice=advise_params,
)
