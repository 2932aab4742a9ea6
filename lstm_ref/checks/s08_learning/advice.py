"""Where to look for a mistake that no check of chapter 8 knows: which gate, which step, which chunk, which columns."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves
from lstm_ref.checks.slips.backward import GATES
from lstm_ref.core import backward, gradients
from lstm_ref.core.cell import LSTMState
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _

NAMES = {"f": _("forget gate"), "i": _("input gate"), "c": _("candidate"), "o": _("output gate")}


def wrong_numbers(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    return ~np.isclose(got, want, rtol=1e-9, atol=1e-9)


def which_gate(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where to look in a step: one gate, the way back to [h_prev, x], or the memory, whence all comes."""
    bad = [leaf for leaf in want if wrong_numbers(got[leaf], want[leaf]).any()]
    weights, biases = ([g for g in GATES if any(leaf.endswith(f"{kind}_{g}") for leaf in bad)] for kind in "Wb")
    gates = [g for g in GATES if g in weights + biases]
    if not gates:
        return _("All the weights are right, so what arrives at the four gates is. Look at the lines after that.")
    if not biases:
        return _(
            "The biases' gradients are right, so each d_z is. Look at d_z.T @ hx: hx is [state.h, x], what the gates "
            "read at this step."
        )
    if not weights:
        return _("The weights' gradients are right, so each d_z is. Look at how the biases' come from d_z.")
    if len(gates) == 1:
        return _("Of the four gates only this is wrong: {gate}. Look at what arrives there, and at its slope.").format(
            gate=NAMES[gates[0]]
        )
    if gates == ["f", "i", "c"]:
        return _("The forget gate, the input gate and the candidate are all wrong: look at d_c, which all three need.")
    if len(gates) < len(GATES):
        return _("Of the four gates these are wrong: {gates}. Look at what arrives there, and at the slopes.").format(
            gates=", ".join(NAMES[g] for g in gates)
        )
    return _(
        "Every gate is wrong: begin with d_c, on which the others depend. With d_state.h = 0 it is d_state.c itself."
    )


def which_step(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where to look in a sequence: the last step whose gradient is wrong is the first that was computed wrongly."""
    got_x, want_x = got["grads.x"], want["grads.x"]
    wrong = wrong_numbers(got_x, want_x).any(axis=(0, 2))
    if not wrong.any():
        return _("The gradient of x is right at every step: look at how the rest is put together at the end.")
    missed = [t for t in np.flatnonzero(wrong) if not got_x[:, t].any()]
    if missed and len(missed) < wrong.size:
        return _(
            "The gradient of x is 0 at these steps: {steps}. Does the loop come by there? T is xs.shape[1]."
        ).format(steps=", ".join(map(str, missed)))
    last = int(np.flatnonzero(wrong)[-1])
    if last == wrong.size - 1:
        return _(
            "It goes wrong at the last step already, the first to be computed: look at what arrives there, and at the "
            "state and the gates which that step is given."
        )
    return _("Going back, step {right} is still right and step {wrong} no longer: look at the hand-over.").format(
        right=last + 1, wrong=last
    )


def which_chunk(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """What each chunk adds to one number, to compare with."""
    d_hs, xs, params, state, chunk = arguments.values()
    shares = []
    for t in range(0, xs.shape[1], chunk):
        here = slice(t, t + chunk)
        grads = backward.lstm_backward(d_hs[:, here], xs[:, here], params, state)
        shares.append(f"{grads.params.W_f[0, 0]:.4g}")
        state = LSTMState(*lstm_forward(xs[:, here], params, state)[1])
    return _("The chunks add {shares} to W_f[0, 0], the first one first: compare them with what yours add.").format(
        shares=", ".join(shares)
    )


def which_factor(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The norm, the factor that it asks for, and the one that was taken."""
    grads, max_norm = arguments["grads"], arguments["max_norm"]
    norm = float(gradients.global_norm(grads))
    said = _("All arrays together have the norm {norm:.4g}, so each number is multiplied by {factor:.4g}.").format(
        norm=norm, factor=min(1.0, max_norm / norm) if norm > 0 else 1.0
    )
    before, after = (np.concatenate([array.ravel() for array in arrays]) for arrays in (grads, got.values()))
    if norm > 0 and np.allclose(after, after[0] / before[0] * before):
        return f"{said} " + _("Yours are multiplied by {factor:.4g}.").format(factor=after[0] / before[0])
    return f"{said} " + _("Yours are not all multiplied by the same.")


def which_move(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """One weight, its clipped gradient and the rate, to compare with."""
    n = next(n for n, leaf in enumerate(want) if wrong_numbers(got[leaf], want[leaf]).any())
    leaf = list(want)[n]
    at = tuple(int(k) for k in np.argwhere(wrong_numbers(got[leaf], want[leaf]))[0])
    clipped = gradients.clip_by_norm(arguments["grads"], arguments["max_norm"])
    weight = arguments["weights"][n][at]
    return _(
        "There the weight is {weight:.4g}, its clipped gradient {clipped:.4g} and the rate {rate:g}, so that it moves "
        "by {move:.4g}. Yours moves by {got:.4g}."
    ).format(
        weight=weight,
        clipped=clipped[n][at],
        rate=arguments["rate"],
        move=-arguments["rate"] * clipped[n][at],
        got=got[leaf][at] - weight,
    )


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
