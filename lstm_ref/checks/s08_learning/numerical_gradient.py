"""The check of `numerical_gradient`: how the losses beside a weight are asked for, and what is made of them."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.problems import random_params, random_state
from lstm_ref.checks.s08_learning.problems import GATE_NAMES
from lstm_ref.core import backward, cell
from lstm_ref.messages import _


def to_measure(rng) -> list[Arguments]:
    """One sequence, one input and two units: a gradient of six numbers, for each of which the loss is asked twice."""
    state, d_state, params = random_state(rng, 1, 2), random_state(rng, 1, 2), random_params(rng, 1, 2)
    # x has the other sign than the first h, so that the gradient has numbers of both signs.
    x = -np.sign(state.h[:, :1]) * np.abs(rng.normal(0, 1, (1, 1)))
    # A large weight before a small h: weights have no bounds.
    params.W_f[0, 0], state.h[0, 0] = 8.0, rng.uniform(0.1, 0.2) * np.sign(state.h[0, 0])
    call = {"d_state": d_state, "x": x, "state": state, "params": params}
    return [call | {"eps": eps} for eps in (0.01, 0.0225)]


def loss(d_state, x, state, params):
    """What d_state is the gradient of, in plain NumPy: it is asked many times."""
    hx = np.concatenate([state.h, x], axis=1)
    f, i, o = (1 / (1 + np.exp(-hx @ getattr(params, f"W_{g}").T - getattr(params, f"b_{g}"))) for g in "fio")
    c = f * state.c + i * np.tanh(hx @ params.W_c.T + params.b_c)
    return (d_state.h * o * np.tanh(c)).sum() + (d_state.c * c).sum()


def bumped(params, name, place, by):
    """The parameters with one weight of `name` larger by so much; place `...`: all of them."""
    W = getattr(params, name).copy()
    W[place] += by
    return params._replace(**{name: W})


def measured(quotient, of=loss, name="W_f"):
    """A number for each weight of `name`, from the loss with it larger by eps, as it is, and smaller by eps."""

    def gradient(d_state, x, state, params, eps):
        found, here = np.zeros_like(getattr(params, name)), of(d_state, x, state, params)
        for place in np.ndindex(*found.shape):
            up, down = (of(d_state, x, state, bumped(params, name, place, by)) for by in (eps, -eps))
            found[place] = quotient(up, here, down, eps)
        return found

    return gradient


def central(up, here, down, eps):
    return (up - down) / (2 * eps)


def derived(d_state, x, state, params, eps):
    gates = cell.lstm_step_with_gates(x, state, params)[1]
    return backward.lstm_step_backward(d_state, x, state, gates, params).params.W_f


def never_moved_back(d_state, x, state, params, eps):
    """Two copies made once, before the loop: a weight that was moved stays where it is."""
    up, down, found = params.W_f.copy(), params.W_f.copy(), np.zeros_like(params.W_f)
    for place in np.ndindex(*found.shape):
        up[place] += eps
        down[place] -= eps
        above, below = (loss(d_state, x, state, params._replace(W_f=W)) for W in (up, down))
        found[place] = (above - below) / (2 * eps)
    return found


def all_at_once(d_state, x, state, params, eps):
    up, down = (loss(d_state, x, state, bumped(params, "W_f", ..., by)) for by in (eps, -eps))
    return np.full_like(params.W_f, central(up, None, down, eps))


def first_alone(*arguments):
    """`return` inside the loop."""
    found = measured(central)(*arguments)
    found.flat[1:] = 0
    return found


def which_weight(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """A weight that was not measured, or the two losses of one that was, to compare with."""
    d_state, x, state, params, eps = arguments.values()
    wrong = wrong_numbers(got["gradient"], want["gradient"])
    missed = np.argwhere(wrong & (got["gradient"] == 0))
    if len(missed) and not wrong.all():
        return _("W_f[{i}, {j}] was not measured: W_f has the shape {shape}, (H, H+D).").format(
            i=missed[0][0], j=missed[0][1], shape=params.W_f.shape
        )
    if np.allclose(got["gradient"], derived(*arguments.values()), rtol=1e-6):
        return _("So it is where eps is nearly 0: it was measured with another eps than the given one.")
    place = first_wrong(wrong, "")
    up, down = (loss(d_state, x, state, bumped(params, "W_f", place, by)) for by in (eps, -eps))
    return _("There the loss is {up:.8g} with eps more and {down:.8g} with eps less: compare them with yours.").format(
        up=up, down=down
    )


NUMERICAL_GRADIENT = Check(
    name="numerical_gradient",
    output="gradient",
    reference=measured(central),
    sizes=lambda arguments: f"B=1, D=1, H=2, eps={arguments['eps']}",
    axes={"gradient": "H"},
    advice=which_weight,
    parts={"values": Part(to_measure)},
    mistakes={
        _(
            "one side only is moved: (loss(w + eps) - loss(w)) / eps errs by order eps, the central one by eps**2"
        ): measured(lambda up, here, down, eps: (up - here) / eps),
        _("one side only is moved, downwards: the central difference moves both ways"): measured(
            lambda up, here, down, eps: (here - down) / eps
        ),
        _("the difference is divided by eps: from w - eps to w + eps it is 2 * eps"): measured(
            lambda up, here, down, eps: (up - down) / eps
        ),
        _("the difference is divided by 2 and multiplied by eps: parentheses, (2 * eps)"): measured(
            lambda up, here, down, eps: (up - down) / 2 * eps
        ),
        _("the difference is not divided"): measured(lambda up, here, down, eps: up - down),
        _("the sign is turned: plus comes before minus"): measured(lambda up, here, down, eps: (down - up) / (2 * eps)),
        _("down is where the weight began: once it is up, it has to go down by 2 * eps to be eps below"): measured(
            lambda up, here, down, eps: (up - here) / (2 * eps)
        ),
        _(
            "the loss above is asked with the weight as it was: _replace returns new parameters, the old ones stay"
        ): measured(lambda up, here, down, eps: (here - down) / (2 * eps)),
        _(
            "both losses are of the same weights: up and down need a copy each, and _replace returns new parameters"
        ): measured(lambda up, here, down, eps: 0.0),
        _("return stands inside the loop, so that only the first weight is measured"): first_alone,
        _("a weight that was moved stays moved while the next are measured: a new copy for each"): never_moved_back,
        _("the sign is lost: a gradient may be negative"): measured(
            lambda up, here, down, eps: abs(up - down) / (2 * eps)
        ),
        _(
            "the gradient is derived, with the backward pass that it should judge, or measured with another eps "
            "than the given one"
        ): derived,
        **{
            _("the weights of the {gate} are moved: it is W_f that is asked for").format(gate=GATE_NAMES[g]): measured(
                central, name=f"W_{g}"
            )
            for g in "ico"
        },
        _("c is left out of the loss: loss(d_state, x, state, params) holds both"): measured(
            central, lambda d, *rest: loss(d._replace(c=0 * d.c), *rest)
        ),
        _("h is left out of the loss: loss(d_state, x, state, params) holds both"): measured(
            central, lambda d, *rest: loss(d._replace(h=0 * d.h), *rest)
        ),
        _("every weight gets the same number, as if all were moved at once: move one at a time"): all_at_once,
    },
)
