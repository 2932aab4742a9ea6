"""How large an LSTM is: the shapes of what goes through it, and how many numbers it learns."""

from lstm_ref.messages import _

Shapes = dict[str, tuple[int, ...]]


def cell_shapes(batch: int, input_size: int, hidden_size: int) -> Shapes:
    """The shape of every array in one step: B sequences, D inputs, H hidden units. W_f and b_f stand for all gates.

    Raises ValueError for sizes below 1.
    """
    B, D, H = _sizes(batch=batch, input_size=input_size, hidden_size=hidden_size)
    return {
        "x": (B, D),
        "h_prev": (B, H),
        "c_prev": (B, H),
        "hx": (B, H + D),
        "W_f": (H, H + D),
        "b_f": (H,),
        "f": (B, H),
        "c": (B, H),
        "h": (B, H),
    }


def sequence_shapes(batch: int, steps: int, input_size: int, hidden_size: int) -> Shapes:
    """The shapes of a run over T steps, and of the weights, which do not depend on T.

    "xs" goes in, "hs" comes out, "h" and "c" are the state after the last step; "W_f" belongs to the first layer, and
    "W_f_2" to a second layer of the same hidden size, which reads "hs". Raises ValueError for sizes below 1.
    """
    B, T, D, H = _sizes(batch=batch, steps=steps, input_size=input_size, hidden_size=hidden_size)
    return {
        "xs": (B, T, D),
        "hs": (B, T, H),
        "h": (B, H),
        "c": (B, H),
        "W_f": (H, H + D),
        "W_f_2": (H, H + H),
    }


def parameter_count(
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    *,
    biases: int = 2,
    bidirectional: bool = False,
    proj_size: int = 0,
) -> int:
    """How many numbers an LSTM learns: 4 H (H + D + biases) for one layer in one direction.

    The arguments are those of `nn.LSTM`, which has 2 biases (0 with bias=False); the equations of the book have 1. With
    proj_size P, h has P numbers instead of H, and each cell a further matrix (P, H).
    Raises ValueError for sizes below 1, and for a projection that is not smaller than H.
    """
    D, H, layers = _sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
    if biases not in (0, 1, 2):
        raise ValueError(_("biases is {got}; expected 0, 1 or 2 for each gate and unit").format(got=biases))
    if not 0 <= proj_size < H:
        raise ValueError(
            _("proj_size is {got}; expected 0 for none, or less than hidden_size, {h}").format(got=proj_size, h=H)
        )
    width = proj_size or H  # of h in one direction
    directions = 2 if bidirectional else 1
    total = 0
    for layer in range(layers):
        reads = D if layer == 0 else width * directions  # from the second layer on: the outputs of the one below
        total += directions * (4 * H * (width + reads + biases) + proj_size * H)
    return total


def _sizes(**sizes: int) -> tuple[int, ...]:
    for name, size in sizes.items():
        if size != int(size) or size < 1:
            raise ValueError(_("{name} is {got}; expected a whole number of at least 1").format(name=name, got=size))
    return tuple(sizes.values())
