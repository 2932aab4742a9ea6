"""What chapter 10 asks for: weights translated to nn.LSTM and back, and its states and outputs read."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.engine.judge import first_wrong
from lstm_ref.checks.s10_pytorch.last_state import BATCH_FIRST, FIRST_STATE, LAST_OF_BOTH, LAST_STATE, LAST_VALID
from lstm_ref.checks.s10_pytorch.to_torch_arrays import FROM_TORCH, TO_TORCH
from lstm_ref.core import torch_layout, torch_outputs
from lstm_ref.core.cell import LSTMParams
from lstm_ref.messages import _

SIZES = ((2, 4), (5, 3))  # D and H: once the one is larger, once the other
WEIGHTS = tuple(f"params.W_{gate}" for gate in "fico")


# --- problems: sizes that all differ, and biases whose two halves differ ----------------------------------------------


def cells(rng) -> list[Arguments]:
    return [
        {"params": LSTMParams(*(rng.normal(0, 1, shape) for _gate in "fico" for shape in ((H, H + D), (H,))))}
        for D, H in SIZES
    ]


def layers(rng) -> list[Arguments]:
    return [
        {
            "weight_ih": rng.normal(0, 1, (4 * H, D)),
            "weight_hh": rng.normal(0, 1, (4 * H, H)),
            "bias_ih": rng.normal(0, 1, 4 * H),
            "bias_hh": rng.normal(0, 1, 4 * H),
        }
        for D, H in SIZES
    ]


def time_first(rng) -> list[Arguments]:
    return [{"xs": rng.normal(0, 1, shape)} for shape in ((5, 3, 2), (4, 6, 3))]


def configurations(rng) -> list[Arguments]:
    """Both directions, then one; B is odd and above 4, so that it is no number of layers, nor twice one."""
    return [
        {
            "batch": int(rng.choice((5, 7, 9))),
            "num_layers": int(rng.integers(2, 5)),
            "directions": directions,
            "hidden_size": int(rng.integers(10, 60)),
        }
        for directions in (2, 1)
    ]


def last_states(rng) -> list[Arguments]:
    """Three layers in both directions, and four in one, with several of them asked for."""
    two, one = rng.uniform(-1, 1, (6, 5, 4)), rng.uniform(-1, 1, (4, 3, 7))
    asked = [(two, 1, 1, 2), (two, 2, 0, 2), (one, 1, 0, 1)]
    names = ("h_n", "layer", "direction", "directions")
    return [dict(zip(names, call, strict=True)) for call in asked]


def outputs_of_both(rng) -> list[Arguments]:
    return [{"output": rng.uniform(-1, 1, shape)} for shape in ((3, 5, 8), (2, 7, 6))]


def padded(rng) -> list[Arguments]:
    """Outputs that go on in the padding, as they do; one sequence fills all steps, one a single step."""
    lengths = ([3, 6, 1, 5], [4, 2, 3])
    return [{"output": rng.uniform(-1, 1, (len(one), 6, 3)), "lengths": np.array(one)} for one in lengths]


# --- where to look, when the mistake is not known --------------------------------------------------------------------


def advise_weights(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """From which gate and column the first wrong number should come."""
    leaf = next(name for name in want if not np.allclose(got[name], want[name], rtol=0, atol=1e-9))
    index = first_wrong(~(np.abs(got[leaf] - want[leaf]) <= 1e-9), "")
    params = arguments["params"]
    H, D = params.hidden_size, params.input_size
    if leaf == "bias_hh":
        return _("bias_hh should hold 4H zeros.")
    sizes = {"input_size": D, "hidden_size": H}
    place = torch_layout.where_is(f"{leaf}_l0", *index, **sizes)
    return _("That number should be params.{array}[{index}].").format(
        array=place.array, index=", ".join(map(str, place.index))
    )


def advise_params(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    leaf = next(name for name in want if not np.allclose(got[name], want[name], rtol=0, atol=1e-9))
    index = first_wrong(~(np.abs(got[leaf] - want[leaf]) <= 1e-9), "")
    sizes = {"input_size": arguments["weight_ih"].shape[1], "hidden_size": arguments["weight_hh"].shape[1]}
    found = torch_layout.where_in_torch(leaf.removeprefix("params."), *index, **sizes)
    source = " + ".join(f"{name.removesuffix('_l0')}[{', '.join(map(str, at))}]" for name, at in found)
    return _("That number should be {source}.").format(source=source)


def taken_from(name: str, axes: str):
    """Advice for a function that only picks numbers of its argument `name`: which one stands in the wrong place."""

    def advise(arguments: Arguments, got: Leaves, want: Leaves) -> str:
        source, (leaf,) = arguments[name], want
        index = first_wrong(~(np.abs(got[leaf] - want[leaf]) <= 1e-9), axes)
        # The numbers are drawn, so no two of them are the same.
        here, there = (
            [f"{name}[{', '.join(map(str, place))}]" for place in np.argwhere(source == leaves[leaf][index])]
            for leaves in (got, want)
        )
        if not here:
            return _("That number does not stand in {name}. Nothing is computed here: {right} belongs there.").format(
                name=name, right=there[0]
            )
        return _("That is {found}; {right} belongs there.").format(found=here[0], right=there[0])

    return advise


# --- in the letters of the course ------------------------------------------------------------------------------------


def sizes_of_params(arguments: Arguments) -> str:
    return f"D={arguments['params'].input_size}, H={arguments['params'].hidden_size}"


def sizes_of_arrays(arguments: Arguments) -> str:
    return f"D={arguments['weight_ih'].shape[1]}, H={arguments['weight_hh'].shape[1]}"


def sizes_of_h_n(arguments: Arguments) -> str:
    rows, batch, units = arguments["h_n"].shape
    asked = {name: arguments[name] for name in ("layer", "direction", "directions")}
    return f"B={batch}, H={units}, L={rows // asked['directions']}, " + ", ".join(f"{k}={v}" for k, v in asked.items())


def sizes_of_output(arguments: Arguments) -> str:
    batch, steps, width = arguments["output"].shape
    if "lengths" in arguments:
        return f"B={batch}, T={steps}, H={width}, lengths={arguments['lengths'].tolist()}"
    return f"B={batch}, T={steps}, H={width // 2}"


TO_TORCH_ARRAYS = Check(
    name="to_torch_arrays",
    output=("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    reference=lambda params: tuple(torch_layout.to_torch_arrays(params)),
    sizes=sizes_of_params,
    first=("weight_ih", "weight_hh"),
    parts={"weights": Part(cells, only=("weight_ih", "weight_hh")), "biases": Part(cells, only=("bias_ih", "bias_hh"))},
    mistakes=TO_TORCH,
    advice=advise_weights,
)

FROM_TORCH_ARRAYS = Check(
    name="from_torch_arrays",
    output="params",
    reference=torch_layout.from_torch_arrays,
    sizes=sizes_of_arrays,
    first=WEIGHTS,
    parts={
        "weights": Part(layers, only=WEIGHTS),
        "biases": Part(layers, only=tuple(f"params.b_{gate}" for gate in "fico")),
    },
    mistakes=FROM_TORCH,
    advice=advise_params,
)

TO_BATCH_FIRST = Check(
    name="to_batch_first",
    output="xs",
    reference=lambda xs: xs.swapaxes(0, 1),
    sizes=lambda a: "T={}, B={}, D={}".format(*a["xs"].shape),
    axes={"xs": "BTD"},
    parts={"all": Part(time_first)},
    mistakes=BATCH_FIRST,
    advice=taken_from("xs", "BTD"),
)

FIRST = Check(
    name="first_state",
    output=("h_0", "c_0"),
    reference=torch_outputs.first_state,
    sizes=lambda a: ", ".join(f"{name}={size}" for name, size in a.items()),
    parts={"all": Part(configurations)},
    mistakes=FIRST_STATE,
)

LAST = Check(
    name="last_state",
    output="h",
    reference=torch_outputs.last_state,
    sizes=sizes_of_h_n,
    axes={"h": "BH"},
    parts={"all": Part(last_states)},
    mistakes=LAST_STATE,
    advice=taken_from("h_n", "BH"),
)

BOTH = Check(
    name="last_of_both",
    output="h",
    reference=torch_outputs.last_of_both,
    sizes=sizes_of_output,
    axes={"h": "BH"},
    parts={"all": Part(outputs_of_both)},
    mistakes=LAST_OF_BOTH,
    advice=taken_from("output", "BH"),
)

VALID = Check(
    name="last_valid_output",
    output="h",
    reference=torch_outputs.last_valid_output,
    sizes=sizes_of_output,
    axes={"h": "BH"},
    parts={"all": Part(padded)},
    mistakes=LAST_VALID,
    advice=taken_from("output", "BH"),
)

CHECKS = (TO_TORCH_ARRAYS, FROM_TORCH_ARRAYS, TO_BATCH_FIRST, FIRST, LAST, BOTH, VALID)
