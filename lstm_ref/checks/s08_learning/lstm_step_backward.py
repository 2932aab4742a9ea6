"""The check of `lstm_step_backward`: a mistake replaces one line of the backward pass, or some that belong together."""

import numpy as np

from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.experiments.backward import NAMES, readouts_of_step_backward
from lstm_ref.checks.problems import random_params, random_state, with_far_numbers
from lstm_ref.checks.s08_learning.problems import GATE_NAMES, B, D, H, random_gradient
from lstm_ref.checks.slips.backward import GATES, every, right_step, step_with, through
from lstm_ref.core import backward, cell
from lstm_ref.core.cell import Gates, LSTMState
from lstm_ref.messages import _


def which_gate(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where to look in a step: one gate, the way back to [h_prev, x], or the memory, from which the rest comes."""
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
            gate=GATE_NAMES[gates[0]]
        )
    if gates == ["f", "i", "c"]:
        return _("The forget gate, the input gate and the candidate are all wrong: look at d_c, which all three need.")
    if len(gates) < len(GATES):
        return _("Of the four gates these are wrong: {gates}. Look at what arrives there, and at the slopes.").format(
            gates=", ".join(GATE_NAMES[g] for g in gates)
        )
    return _(
        "Every gate is wrong: begin with d_c, on which the others depend. With d_state.h = 0 it is d_state.c itself."
    )


OTHER = (6, 3, 5)  # B, D and H of a second call, so that none can be hard-coded; here B is larger than H


def sizes(arguments: Arguments) -> str:
    (B, D), H = arguments["x"].shape, arguments["state"].h.shape[1]
    return f"B={B}, D={D}, H={H}"


def one_step(rng, B: int = B, D: int = D, H: int = H, far: bool = False) -> Arguments:
    """far: whether two x and one c lie far out, for neither has bounds; each in a sequence of its own."""
    x, state, params = rng.normal(0, 1, (B, D)), random_state(rng, B, H), random_params(rng, D, H)
    if far:
        with_far_numbers(x)
        state.c[1, 0] = 1000.0
    gates = cell.lstm_step_with_gates(x, state, params)[1]
    return {"d_state": random_gradient(rng, B, H), "x": x, "state": state, "gates": gates, "params": params}


def at_c_alone(rng) -> list[Arguments]:
    call = one_step(rng)
    return [call | {"d_state": LSTMState(np.zeros((B, H)), call["d_state"].c)}]


def unpacked(order):
    """The gates taken out of the tuple in another order: by their letters, the names to the left of the =."""

    def wrong(d_state, x, state, gates, params):
        taken = dict(zip(order, gates[:4], strict=True))
        return right_step(d_state, x, state, Gates(taken["f"], taken["i"], taken["c"], taken["o"], gates.c), params)

    return wrong


F_LEFT_OUT = {_("f is left out on the way to c_prev: it is d_c * f"): step_with(d_c_prev=lambda n: n.d_c)}


def slope_again(value):
    """The slope of the sigmoid at what came out of a sigmoid."""
    s = cell.sigmoid(value)
    return s * (1 - s)


SIGMOIDS_AGAIN = {
    "z_f": lambda n: n.d_f * slope_again(n.f),
    "z_i": lambda n: n.d_i * slope_again(n.i),
    "z_o": lambda n: n.d_o * slope_again(n.o),
}
TANH_AGAIN = {"z_c": lambda n: n.d_candidate * (1 - np.tanh(n.candidate) ** 2)}


LSTM_STEP_BACKWARD = Check(
    name="lstm_step_backward",
    output="grads",
    reference=backward.lstm_step_backward,
    sizes=sizes,
    axes={"grads.x": "BD", "grads.state.h": "BH", "grads.state.c": "BH"},
    advice=which_gate,
    readouts=readouts_of_step_backward,
    lines=NAMES,
    parts={
        "memory": Part(at_c_alone, mistakes=F_LEFT_OUT),
        "both": Part(
            lambda rng: [one_step(rng), one_step(rng, *OTHER, far=True)],
            mistakes={
                **F_LEFT_OUT,
                _("d_state.c is handed on to c_prev as it came, past d_c and f"): step_with(
                    d_c_prev=lambda n: n.d_c_later
                ),
                _("H is written as the number {H}: it is state.h.shape[1], and not the same in every call").format(
                    H=H
                ): step_with(d_h_prev=lambda n: n.d_hx[:, :H], d_x=lambda n: n.d_hx[:, H:]),
            },
        ),
    },
    mistakes={
        _(
            "what arrives at c from later steps is overwritten: d_c = d_state.c + d_state.h * o * (1 - tanh(c)**2)"
        ): step_with(d_c=lambda n: n.d_h * n.o * (1 - n.shown**2)),
        _("what arrives at c by way of h is left out: c was used twice, so two gradients add up"): step_with(
            d_c=lambda n: n.d_c_later
        ),
        _("o is left out of d_c: h = o * tanh(c)"): step_with(d_c=lambda n: n.d_c_later + n.d_h * (1 - n.shown**2)),
        _("the slope of tanh(c) is left out of d_c: 1 - tanh(c)**2"): step_with(
            d_c=lambda n: n.d_c_later + n.d_h * n.o
        ),
        _("the slope of tanh(c) is written 1 - c**2: c is what went in, tanh(c) what came out"): step_with(
            d_c=lambda n: n.d_c_later + n.d_h * n.o * (1 - n.c**2)
        ),
        _("tanh is taken twice in the slope: 1 - tanh(tanh(c))**2"): step_with(
            d_c=lambda n: n.d_c_later + n.d_h * n.o * (1 - np.tanh(n.shown) ** 2)
        ),
        _("the slope of tanh(c) is written 1 - tanh(c): tanh is squared there"): step_with(
            d_c=lambda n: n.d_c_later + n.d_h * n.o * (1 - n.shown)
        ),
        _("tanh is taken of state.c, the memory before the step: h shows the one after it, gates.c"): step_with(
            shown=lambda n: np.tanh(n.c_prev)
        ),
        _("the gates are taken out in another order than f, i, candidate, o, c"): tuple(
            unpacked(order) for order in ("ifco", "fioc", "ifoc", "foic")
        ),
        _("d_o is d_state.h * c, without the tanh"): step_with(d_o=lambda n: n.d_h * n.c),
        _("what goes to c_prev by way of h is left out: it is d_c * f with all of d_c, not d_state.c * f"): step_with(
            d_c_prev=lambda n: n.d_c_later * n.f
        ),
        _("d_c is multiplied by i on the way to c_prev, and not by f"): step_with(d_c_prev=lambda n: n.d_c * n.i),
        _("the slope f * (1 - f) is taken on the way to c_prev, which f itself multiplied: d_c * f"): step_with(
            d_c_prev=lambda n: n.d_c * n.f * (1 - n.f)
        ),
        _("d_f is d_c times the memory after the step; f multiplied the one before, state.c"): step_with(
            d_f=lambda n: n.d_c * n.c
        ),
        _("d_i and d_candidate are swapped: in i * candidate each gets d_c times the other"): step_with(
            d_i=lambda n: n.d_c * n.i, d_candidate=lambda n: n.d_c * n.candidate
        ),
        _("no slope is taken: back through sigmoid and tanh, multiply by s * (1 - s) and 1 - t**2"): step_with(
            z_f=lambda n: n.d_f, z_i=lambda n: n.d_i, z_c=lambda n: n.d_candidate, z_o=lambda n: n.d_o
        ),
        _("the slope of the three sigmoids is left out: s * (1 - s)"): step_with(
            z_f=lambda n: n.d_f, z_i=lambda n: n.d_i, z_o=lambda n: n.d_o
        ),
        _("the slope of the candidate's tanh is left out"): step_with(z_c=lambda n: n.d_candidate),
        _(
            "the sigmoid is taken again: gates.f, gates.i and gates.o went through it already, so it is s * (1 - s)"
        ): step_with(**SIGMOIDS_AGAIN),
        _("the tanh is taken again: gates.candidate went through it already, so it is 1 - candidate**2"): step_with(
            **TANH_AGAIN
        ),
        _("sigmoid and tanh are both taken again: the gates went through them already"): step_with(
            **SIGMOIDS_AGAIN, **TANH_AGAIN
        ),
        _("the candidate's slope is written 1 - candidate: the candidate is squared there"): step_with(
            z_c=lambda n: n.d_candidate * (1 - n.candidate)
        ),
        _("the candidate gets the slope of a sigmoid: it is a tanh, 1 - candidate**2"): step_with(
            z_c=lambda n: n.d_candidate * n.candidate * (1 - n.candidate)
        ),
        _("the output gate gets the slope of a tanh: it is a sigmoid, o * (1 - o)"): step_with(
            z_o=lambda n: n.d_o * (1 - n.o**2)
        ),
        **{
            _("one way back is missing: h_prev and x get nothing through the {gate}").format(
                gate=GATE_NAMES[g]
            ): step_with(d_hx=lambda n, g=g: through(n, GATES.replace(g, "")))
            for g in GATES
        },
        **{
            _("d_hx is overwritten, so that only what comes through the {gate} is left: the four are added").format(
                gate=GATE_NAMES[g]
            ): step_with(d_hx=lambda n, g=g: through(n, g))
            for g in GATES
        },
        _("the four ways back to h_prev and x are averaged: they are added"): step_with(
            d_hx=lambda n: through(n, GATES) / 4
        ),
        _("all four gates lead back through W_f: each has a matrix of its own"): step_with(
            d_hx=lambda n: sum(z @ n.params.W_f for z in (n.z_f, n.z_i, n.z_c, n.z_o))
        ),
        _("W is turned on the way back: it is d_z @ W, without the .T of the way there"): step_with(
            d_hx=lambda n: n.z_f @ n.params.W_f.T
        ),
        _("the columns of [h_prev, x] are taken in the wrong order: the first H belong to h_prev"): step_with(
            d_h_prev=lambda n: n.d_hx[:, n.x.shape[1] :], d_x=lambda n: n.d_hx[:, : n.x.shape[1]]
        ),
        _("x comes before h_prev in the gradient of the weights: W_f and the others read [h_prev, x]"): step_with(
            hx=lambda n: np.concatenate([n.x, n.h_prev], axis=1)
        ),
        _("the gates are given the h that the step made; what they read is the one before it, state.h"): step_with(
            hx=lambda n: np.concatenate([n.o * np.tanh(n.c), n.x], axis=1)
        ),
        _("the biases' gradients are averaged over the batch: the loss sums over it, so they are summed"): step_with(
            **every("b", lambda n, z: z.mean(axis=0))
        ),
        _("the biases' gradients are not summed over the batch: axis 0"): step_with(**every("b", lambda n, z: z)),
        _("the biases' gradients are summed over the units and not over the batch: axis 0"): step_with(
            **every("b", lambda n, z: z.sum(axis=1))
        ),
        **{
            _("one line was pasted four times: all biases get the gradient of the {gate}").format(
                gate=GATE_NAMES[g]
            ): step_with(**every("b", lambda n, z, g=g: getattr(n, f"z_{g}").sum(axis=0)))
            for g in "fi"
        },
        _("the weights' gradients are averaged over the batch: they are summed"): step_with(
            **every("W", lambda n, z: z.T @ n.hx / len(z))
        ),
        _("weights and biases are averaged over the batch: they are summed"): step_with(
            **every("W", lambda n, z: z.T @ n.hx / len(z)), **every("b", lambda n, z: z.mean(axis=0))
        ),
        _("the weights' gradients are turned: one row per hidden unit, as in W, so d_z.T @ hx"): step_with(
            **every("W", lambda n, z: n.hx.T @ z)
        ),
        _("h and c are swapped in the returned state: LSTMState(h, c)"): step_with(
            d_state=lambda n: LSTMState(n.d_c_prev, n.d_h_prev)
        ),
        _("d_state.h is added to what goes to h_prev: h was made anew, so its gradient ends at the gates"): step_with(
            d_h_prev=lambda n: n.d_hx[:, : n.H] + n.d_h
        ),
    },
)
