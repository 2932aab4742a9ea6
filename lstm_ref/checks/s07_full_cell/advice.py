"""Where to look for a mistake that no check of chapter 7 knows: which gate, which step, which layer."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Leaves
from lstm_ref.checks.engine.judge import first_wrong
from lstm_ref.core import cell, sequence
from lstm_ref.messages import _


def wrong_numbers(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    return ~(np.abs(got - want) <= 1e-9 * (1 + np.abs(want)))


def shared_place(wrong: np.ndarray) -> str:
    """What all the wrong numbers (B, H) have in common, if only one unit or one sequence is wrong."""
    sequences, units = (np.flatnonzero(wrong.any(axis=axis)) for axis in (1, 0))
    if len(units) == 1 and wrong.shape[1] > 1:
        return _("Only unit {n} is wrong: look at row {n} of the weights.").format(n=units[0])
    if len(sequences) == 1 and wrong.shape[0] > 1:
        return _("Only sequence {n} of the batch is wrong.").format(n=sequences[0])
    return ""


def advise_step(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """c is right and h wrong: it is o or the last line. c wrong: the three numbers it is made of, to compare."""
    _state, gates = cell.lstm_step_with_gates(**arguments)
    wrong_c = wrong_numbers(got["state.c"], want["state.c"])
    if wrong_c.any():
        at = tuple(np.argwhere(wrong_c)[0])
        said = _(
            "h follows from c, so look at c first. There c_prev is {c_prev:.4g}, f is {f:.4g}, i is {i:.4g} and the "
            "candidate is {candidate:.4g}, and c = f * c_prev + i * candidate: compare them with your own."
        ).format(c_prev=arguments["state"].c[at], f=gates.f[at], i=gates.i[at], candidate=gates.candidate[at])
        return f"{said} {shared_place(wrong_c)}".strip()
    wrong_h = wrong_numbers(got["state.h"], want["state.h"])
    at = tuple(np.argwhere(wrong_h)[0])
    said = _(
        "c is right, and so are f, i and the candidate: the fault is in o, or in h = o * tanh(c). There o is {o:.4g} "
        "and tanh(c) is {squashed:.4g}; your h would need an o of {needed:.4g}."
    ).format(o=gates.o[at], squashed=np.tanh(gates.c[at]), needed=float(got["state.h"][at] / np.tanh(gates.c[at])))
    return f"{said} {shared_place(wrong_h)}".strip()


def advise_sequence(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that differs; or, if hs is right, that only the returned state is wrong."""
    wrong = wrong_numbers(got["hs"], want["hs"])
    if not wrong.any():
        return _(
            "hs is right, so every step is. What is wrong is the state that is returned: it is the state after the "
            "last step, whose h is hs[:, -1]."
        )
    _hs, _last, gates = sequence.lstm_forward(*arguments.values(), return_gates=True)
    at = first_wrong(wrong, "BTH")
    step = at[1]
    if step == 0:
        begin = _("the given state") if arguments.get("state") is not None else _("zeros")
        said = _(
            "Already step 0 is wrong: it begins with {begin} and reads xs[:, 0]. Look at what goes into the first step."
        ).format(begin=begin)
    else:
        right = _("Step 0 is right") if step == 1 else _("Steps 0 to {last} are right").format(last=step - 1)
        said = _(
            "{right}, step {step} is the first that differs: look at what is carried on, h and c both, and at which "
            "input step {step} reads."
        ).format(right=right, step=step)
    numbers = _("There f is {f:.4g}, i {i:.4g}, the candidate {candidate:.4g}, c {c:.4g} and o {o:.4g}.").format(
        **{name: values[at] for name, values in gates._asdict().items()}
    )
    return f"{said} {numbers} {shared_place(wrong.any(axis=1))}".strip()


def advise_stack(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first layer whose state is wrong, and what it reads."""
    wrong = sorted({int(leaf[7]) for leaf in want if leaf[0] == "s" and wrong_numbers(got[leaf], want[leaf]).any()})
    hs_wrong = wrong_numbers(got["hs"], want["hs"])
    if not wrong:
        return _("Every layer's state is right. hs is what the last layer says at each step: which one is returned?")
    n = wrong[0]
    if not hs_wrong.any():
        return _(
            "hs is right, so every layer ran rightly. Wrong is the list of states, from that of layer {n} on."
        ).format(n=n)
    if n == 0:
        return _("Already layer 0 is wrong: it reads xs, with layers[0], and starts from states[0] or from zeros.")
    right = _("Layer 0 is right") if n == 1 else _("Layers 0 to {last} are right").format(last=n - 1)
    return _(
        "{right}, layer {n} is the first that differs: it reads the hs of layer {below}, all steps of them, with "
        "layers[{n}], and starts from states[{n}] or from zeros."
    ).format(right=right, n=n, below=n - 1)
