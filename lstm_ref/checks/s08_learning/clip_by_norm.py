"""Gradients measured, clipped and used, and the forget bias: checks of chapter 8."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s08_learning.advice import NAMES, which_columns, which_factor, which_move, wrong_numbers
from lstm_ref.checks.s08_learning.lstm_step_backward import D, H
from lstm_ref.checks.slips.backward import GATES
from lstm_ref.core import backward, cell, gradients
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _

# --- numerical_gradient ----------------------------------------------------------------------------------------------


def to_measure(rng) -> list[Arguments]:
    """One sequence, one input and two units: a gradient of six numbers, for each of which the loss is asked twice."""
    state, d_state = (LSTMState(rng.uniform(-1, 1, (1, 2)), rng.normal(0, 1, (1, 2))) for _side in range(2))
    params = LSTMParams(*(rng.normal(0, 1, shape) for _gate in GATES for shape in ((2, 3), (2,))))
    # x has the other sign than the first h, so that the gradient has numbers of both signs.
    x = -np.sign(state.h[:, :1]) * np.abs(rng.normal(0, 1, (1, 1)))
    call = {"d_state": d_state, "x": x, "state": state, "params": params}
    return [call | {"eps": eps} for eps in (0.01, 0.02)]


def loss(d_state, x, state, params):
    """What d_state is the gradient of, in plain NumPy: it is asked many times."""
    hx = np.concatenate([state.h, x], axis=1)
    f, i, o = (1 / (1 + np.exp(-hx @ getattr(params, f"W_{g}").T - getattr(params, f"b_{g}"))) for g in "fio")
    c = f * state.c + i * np.tanh(hx @ params.W_c.T + params.b_c)
    return (d_state.h * o * np.tanh(c)).sum() + (d_state.c * c).sum()


def measured(quotient, of=loss, name="W_f"):
    """A number for each weight of `name`, from the loss with it larger by eps, as it is, and smaller by eps."""

    def gradient(d_state, x, state, params, eps):
        W = getattr(params, name)
        found, here = np.zeros_like(W), of(d_state, x, state, params)
        for place in np.ndindex(*W.shape):
            bump = np.zeros_like(W)
            bump[place] = eps
            up, down = (of(d_state, x, state, params._replace(**{name: W + sign * bump})) for sign in (1, -1))
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
    place = tuple(int(n) for n in np.argwhere(wrong)[0])
    bump = np.zeros_like(params.W_f)
    bump[place] = eps
    up, down = (loss(d_state, x, state, params._replace(W_f=params.W_f + sign * bump)) for sign in (1, -1))
    return _("There the loss is {up:.8g} with eps more and {down:.8g} with eps less: compare them with yours.").format(
        up=up, down=down
    )


NUMERICAL = Check(
    name="numerical_gradient",
    output="gradient",
    reference=measured(central),
    sizes=lambda arguments: f"B=1, D=1, H=2, eps={arguments['eps']}",
    axes={"gradient": "H"},
    advice=which_weight,
    parts={"values": Part(to_measure)},
    # Rounding: 1e-15 of a loss of order 10, divided by 2 eps of 0.02.
    tolerance=1e-9,
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
        _(
            "a weight that was moved stays moved while the next ones are measured: a new copy for each"
        ): never_moved_back,
        _("the sign is lost: a gradient may be negative"): measured(
            lambda up, here, down, eps: abs(up - down) / (2 * eps)
        ),
        _(
            "the gradient is derived, with the backward pass that it should judge, or measured with another eps "
            "than the given one"
        ): derived,
        **{
            _("the weights of the {gate} are moved: it is W_f that is asked for").format(gate=NAMES[g]): measured(
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
        _(
            "every weight gets the same number, as if all were moved at once: move one at a time"
        ): lambda d_state, x, state, params, eps: np.full_like(
            params.W_f,
            (
                loss(d_state, x, state, params._replace(W_f=params.W_f + eps))
                - loss(d_state, x, state, params._replace(W_f=params.W_f - eps))
            )
            / (2 * eps),
        ),
    },
)


# --- clip_by_norm and descend ----------------------------------------------------------------------------------------


def arrays(rng, norm: float) -> list[np.ndarray]:
    """Three arrays of different shapes and sizes, of that norm together."""
    found = [rng.normal(0, 1, (H, H + D)), rng.normal(0, 3, H), rng.normal(0, 0.5, (D,))]
    return [norm / float(gradients.global_norm(found)) * array for array in found]


def long_gradients(rng) -> list[Arguments]:
    # One of them is shorter than 1, and a short one below is longer: it is max_norm that they are compared with.
    return [{"grads": arrays(rng, norm), "max_norm": limit} for norm, limit in ((40.0, 5.0), (0.8, 0.25))]


def short_gradients(rng) -> list[Arguments]:
    zeros = [np.zeros_like(array) for array in arrays(rng, 1.0)]
    return [{"grads": arrays(rng, 3.0), "max_norm": 5.0}, {"grads": zeros, "max_norm": 1.0}]


def norm_of(array):
    return np.sqrt((array**2).sum())


def scaled(factor):
    """All gradients times one factor, from (the list, max_norm)."""
    return lambda grads, max_norm: [grad * factor(grads, max_norm) for grad in grads]


def one_by_one(grads, max_norm):
    return [grad * min(1.0, max_norm / norm_of(grad)) if norm_of(grad) > 0 else grad for grad in grads]


def clipped_by(norm):
    """Clipped as it should be, but by another measure of length."""
    return scaled(lambda grads, max_norm: min(1.0, max_norm / norm(grads)) if norm(grads) > 0 else 1.0)


def all_numbers(grads):
    return np.concatenate([grad.ravel() for grad in grads])


def sizes_of_arrays(name):
    return lambda arguments: _("{n} arrays, max_norm={limit}").format(
        n=len(arguments[name]), limit=arguments["max_norm"]
    )


CLIP = Check(
    name="clip_by_norm",
    output="clipped",
    reference=gradients.clip_by_norm,
    sizes=sizes_of_arrays("grads"),
    advice=which_factor,
    parts={
        "long": Part(
            long_gradients,
            mistakes={
                _("nothing is clipped"): lambda grads, max_norm: grads,
                _("the factor stands upside down: max_norm / norm shortens"): scaled(
                    lambda grads, max_norm: norm_of(all_numbers(grads)) / max_norm
                ),
                _(
                    "only the arrays longer than max_norm are shortened: the one factor is for all of them"
                ): lambda grads, max_norm: [
                    grad * max_norm / norm_of(all_numbers(grads)) if norm_of(grad) > max_norm else grad
                    for grad in grads
                ],
                _("1e-6 is added to the norm, as PyTorch does against a division by 0; here it is to be exact"): scaled(
                    lambda grads, max_norm: max_norm / (norm_of(all_numbers(grads)) + 1e-6)
                ),
            },
        ),
        "short": Part(
            short_gradients,
            mistakes={
                _("short gradients are stretched to max_norm: clipping only ever shortens"): scaled(
                    lambda grads, max_norm: max_norm / norm_of(all_numbers(grads))
                ),
                _("short gradients are stretched to max_norm, and only zeros are left alone"): scaled(
                    lambda grads, max_norm: (
                        max_norm / norm_of(all_numbers(grads)) if norm_of(all_numbers(grads)) > 0 else 1.0
                    )
                ),
            },
        ),
    },
    mistakes={
        _(
            "each number is cut at max_norm by itself, which turns the direction: one factor for all of them"
        ): lambda grads, max_norm: [np.clip(grad, -max_norm, max_norm) for grad in grads],
        _("each array is clipped by its own norm: it is one norm for all arrays together"): one_by_one,
        _("the norms of the arrays are added: it is their squares that are added, and the root taken once"): clipped_by(
            lambda grads: sum(norm_of(grad) for grad in grads)
        ),
        _("the root is missing: the sum of the squares is the norm squared"): clipped_by(
            lambda grads: (all_numbers(grads) ** 2).sum()
        ),
        _("the numbers are added first and squared then: each is squared, and then they are added"): clipped_by(
            lambda grads: np.sqrt(sum(grad.sum() ** 2 for grad in grads))
        ),
        _("the largest number is taken for the norm"): clipped_by(lambda grads: np.abs(all_numbers(grads)).max()),
        _("the absolute values are added: the norm is the root of the sum of the squares"): clipped_by(
            lambda grads: np.abs(all_numbers(grads)).sum()
        ),
        _("the root of the mean square is taken for the norm: nothing is divided by the count"): clipped_by(
            lambda grads: np.sqrt((all_numbers(grads) ** 2).mean())
        ),
        _("the norm is compared with 1: those longer than max_norm are shortened, and no others"): scaled(
            lambda grads, max_norm: max_norm / norm_of(all_numbers(grads)) if norm_of(all_numbers(grads)) > 1 else 1.0
        ),
        _("long gradients are shortened to length 1 and not to max_norm"): scaled(
            lambda grads, max_norm: 1 / norm_of(all_numbers(grads)) if norm_of(all_numbers(grads)) > max_norm else 1.0
        ),
    },
)


def to_descend(rng) -> list[Arguments]:
    calls = []
    for norm, limit in ((40.0, 5.0), (3.0, 5.0)):
        grads = arrays(rng, norm)
        weights = [rng.normal(0, 10, grad.shape) for grad in grads]
        calls.append({"weights": weights, "grads": grads, "rate": 0.25, "max_norm": limit})
    return calls


def moved(weights, grads, rate):
    return [weight - rate * grad for weight, grad in zip(weights, grads, strict=True)]


clip = gradients.clip_by_norm

DESCEND = Check(
    name="descend",
    output="weights",
    reference=lambda weights, grads, rate, max_norm: moved(weights, clip(grads, max_norm), rate),
    given=("clip_by_norm",),
    sizes=sizes_of_arrays("grads"),
    advice=which_move,
    parts={"values": Part(to_descend)},
    mistakes={
        _(
            "the gradients are clipped after the step, or the clipped ones are thrown away: use what came back"
        ): lambda weights, grads, rate, max_norm: moved(weights, grads, rate),
        _("the weights are clipped: it is the gradients that are"): lambda weights, grads, rate, max_norm: clip(
            moved(weights, grads, rate), max_norm
        ),
        _(
            "the weights are clipped before the step: it is the gradients that are"
        ): lambda weights, grads, rate, max_norm: moved(clip(weights, max_norm), grads, rate),
        _(
            "the step uphill is taken: the gradient says where the loss rises, so it is subtracted"
        ): lambda weights, grads, rate, max_norm: moved(weights, clip(grads, max_norm), -rate),
        _("the rate is left out"): lambda weights, grads, rate, max_norm: moved(weights, clip(grads, max_norm), 1.0),
        _(
            "rate * gradient is clipped: clip the gradients first, then multiply by the rate"
        ): lambda weights, grads, rate, max_norm: moved(weights, clip([rate * g for g in grads], max_norm), 1.0),
        _("each array is clipped by itself: clip the whole list at once"): lambda weights, grads, rate, max_norm: moved(
            weights, one_by_one(grads, max_norm), rate
        ),
        _("each number is cut by itself: clip the whole list by its norm"): lambda weights, grads, rate, max_norm: (
            moved(weights, [np.clip(grad, -max_norm, max_norm) for grad in grads], rate)
        ),
        _(
            "only the step is returned: the new weights are weight - rate * gradient"
        ): lambda weights, grads, rate, max_norm: [-rate * grad for grad in clip(grads, max_norm)],
    },
)


# --- with_forget_bias ------------------------------------------------------------------------------------------------

STACKS = ((1.0, 3, H), (2.5, 2, H + 1))  # value, layers, H: sizes that differ, so that none can be written as a number


def two_biases(rng) -> list[Arguments]:
    calls = []
    for value, layers, units in STACKS:
        draws = [rng.uniform(-0.5, 0.5, (layers, 4 * units)) for _bias in range(2)]
        calls.append({"bias_ih": draws[0], "bias_hh": draws[1], "value": value})
    return calls


def sizes_of_biases(arguments: Arguments) -> str:
    layers, width = arguments["bias_ih"].shape
    return _("{layers} layers, H={H}").format(layers=layers, H=width // 4)


def set_where(ih=1.0, hh=0.0, gate=1, layers=slice(None), units=None):
    """Both biases with a slice of them set: to `ih` and `hh` times the value, None for left as it was."""

    def wrong(bias_ih, bias_hh, value):
        H = units or bias_ih.shape[1] // 4
        where = (layers, slice(gate * H, (gate + 1) * H))
        bias_ih, bias_hh = bias_ih.copy(), bias_hh.copy()
        for bias, factor in ((bias_ih, ih), (bias_hh, hh)):
            if factor is not None:
                bias[where] = factor * value
        return bias_ih, bias_hh

    return wrong


def everything(bias_ih, bias_hh, value):
    return np.full_like(bias_ih, value), np.zeros_like(bias_hh)


def added(bias, value):
    """The value on top of what stands in the forget gate's part."""
    return bias + value * (np.arange(bias.shape[1]) // (bias.shape[1] // 4) == 1)


FORGET_BIAS = Check(
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
                gate=NAMES[letter]
            ): set_where(gate=quarter)
            for quarter, letter in ((0, "i"), (2, "c"), (3, "o"))
        },
        _("both biases are set to value: they are added, so the gate gets twice that"): set_where(hh=1.0),
        _("bias_hh is left as it was: it is added to bias_ih, so its forget part has to be 0"): set_where(hh=None),
        _("each bias gets half: here value goes into bias_ih and 0 into bias_hh"): set_where(0.5, 0.5),
        _("value is put into bias_hh and 0 into bias_ih: it is asked for the other way round"): set_where(0.0, 1.0),
        _("all four gates are set: only the forget gate is to be"): everything,
        _("value is added to what was there: it is to take its place"): lambda bias_ih, bias_hh, value: (
            added(bias_ih, value),
            set_where()(bias_ih, bias_hh, value)[1],
        ),
        _(
            "value is added to what was there, and bias_hh is left: value takes the place, 0 goes into bias_hh"
        ): lambda bias_ih, bias_hh, value: (
            added(bias_ih, value),
            bias_hh,
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
