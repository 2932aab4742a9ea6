"""Mistakes in tanh and in the sigmoid, as functions of the one array that is squashed."""

import numpy as np

from lstm_ref.checks.engine.declare import Table
from lstm_ref.checks.given import sigmoid
from lstm_ref.checks.slips import filled_in
from lstm_ref.messages import _

SOFTMAX = _("softmax is used: it makes the units share 1, while each unit stands by itself")
OTHER_LOGARITHM = _("a logarithm to another base is used; the inverse of exp is the natural one, np.log")
# Some mistakes of the tables below have a name, for those who need to say them otherwise, or alone.
NO_SIGMOID = _("the sigmoid is left out: z can be any number, and {output} lies between 0 and 1")
TANH_FOR_SIGMOID = _("tanh is used instead of sigmoid: it runs from -1 to 1, and {output} from 0 to 1")
SIGN_LOST = _(
    "the sign of the exponent is lost, exp(z) for exp(-z), or the forms for z >= 0 and z < 0 are exchanged: that gives "
    "1 - sigmoid(z)"
)
NO_PARENTHESES = _("the parentheses are missing: 1 / 1 + exp(-z) is 1 + exp(-z)")
TURNED_TANH = _("tanh is written inverted, (e^-{z} - e^{z}) / (e^-{z} + e^{z}): that is -tanh({z})")


def softmax(z, axis: int = -1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def logit(gate):
    """The inverse of the sigmoid; nan outside of 0 to 1, and at its ends."""
    with np.errstate(all="ignore"):
        return np.where((gate > 0) & (gate < 1), np.log(gate / (1 - gate)), np.nan)


def atanh(value):
    """The inverse of tanh; nan outside of -1 to 1, and at its ends."""
    return np.where(np.abs(value) < 1, quiet_arctanh(value), np.nan)


def quiet_arctanh(value):
    with np.errstate(all="ignore"):
        return np.arctanh(value)


OF_SIGMOID: Table = {
    NO_SIGMOID: lambda z: z,
    TANH_FOR_SIGMOID: np.tanh,
    _("relu is used instead of sigmoid: it has no upper end, {output} is never above 1"): lambda z: np.maximum(z, 0),
    SOFTMAX: softmax,
    _("the sigmoid is taken twice"): lambda z: sigmoid(sigmoid(z)),
    _("tanh is taken before the sigmoid, so that {output} cannot leave 0.27 to 0.73"): lambda z: sigmoid(np.tanh(z)),
    _("{output} is rounded to 0 or 1: a gate is a fraction"): lambda z: np.round(sigmoid(z)),
    _("tanh is moved to 0..1 but z is not halved: sigmoid(z) = (1 + tanh(z/2)) / 2"): lambda z: (1 + np.tanh(z)) / 2,
    NO_PARENTHESES: lambda z: 1 / 1 + np.exp(-z),
    _("only exp(-z) is returned, without 1 / (1 + ...)"): lambda z: np.exp(-z),
    _("the denominator is 1 - exp(-z)"): lambda z: 1 / (1 - np.exp(-z)),
    _("the derivative s * (1 - s) is returned"): lambda z: sigmoid(z) * (1 - sigmoid(z)),
    _("1 / (1 + exp(-|z|)) is used for every z: it is right only where z is not negative"): lambda z: sigmoid(abs(z)),
}
# What only a large z shows.
OF_SIGMOID_FAR_OUT: Table = {
    _("the sigmoid is written as exp(z) / (1 + exp(z)): for large z infinity by infinity is nan"): lambda z: (
        np.exp(z) / (1 + np.exp(z))
    ),
    _("z is clipped before the sigmoid, so that {output} never gets all the way to 0 or to 1"): (
        lambda z: sigmoid(np.clip(z, -10, 10)),
        lambda z: sigmoid(np.clip(z, -20, 20)),
    ),
    _("{output} is clipped: it may come as close to 0 and 1 as it likes"): lambda z: np.clip(
        sigmoid(z), 1e-7, 1 - 1e-7
    ),
}
OF_TANH: Table = {
    _("tanh is left out: {z} can be any number, and tanh({z}) lies between -1 and 1"): lambda z: z,
    _("the sigmoid is used instead of tanh: {never_negative}"): sigmoid,
    _("relu is used instead of tanh: it cannot be negative, and it has no upper bound"): lambda z: np.maximum(z, 0),
    SOFTMAX: softmax,
    _("sinh is used instead of tanh, (e^{z} - e^-{z}) / 2: that is another denominator, and it has no bound"): np.sinh,
    _("cosh is used instead of tanh: it has no bound and is never below 1"): np.cosh,
    _("tan is used instead of tanh"): np.tan,
    _("arctan is used instead of tanh: it runs from -1.57 to 1.57"): np.arctan,
    _("arctanh is used instead of tanh: that is its inverse"): quiet_arctanh,
    _("{z} is clipped to -1..1 instead of squashed: tanh bends long before its ends"): lambda z: np.clip(z, -1, 1),
    _("only the sign of {z} is taken: tanh({z}) lies between -1 and 1, and not only at its ends"): np.sign,
    _("the derivative 1 - tanh({z})**2 is taken instead of tanh({z})"): lambda z: 1 - np.tanh(z) ** 2,
    _("tanh is taken twice"): lambda z: np.tanh(np.tanh(z)),
    _("the sigmoid is taken after tanh: it cannot leave 0.27 to 0.73"): lambda z: sigmoid(np.tanh(z)),
    _("the sigmoid is taken before tanh: {never_negative}"): lambda z: np.tanh(sigmoid(z)),
    _("relu is put on top of tanh: {never_negative}"): lambda z: np.maximum(np.tanh(z), 0),
    _("the absolute value is taken: {never_negative}"): lambda z: np.abs(np.tanh(z)),
    TURNED_TANH: lambda z: -np.tanh(z),
    _("the fraction of tanh is upside down: that is 1 / tanh({z}), which is never between -1 and 1"): lambda z: (
        1 / np.tanh(z)
    ),
    _("tanh is halved: (1 + tanh({z})) / 2 runs from 0 to 1"): lambda z: (1 + np.tanh(z)) / 2,
    _(
        "tanh is written without the 2: 2 * sigmoid({z}) - 1, which is (1 - e^-{z}) / (1 + e^-{z}), is tanh({z} / 2); "
        "tanh({z}) is 2 * sigmoid(2 * {z}) - 1"
    ): lambda z: np.tanh(z / 2),
    _("2 * sigmoid({z}) is taken: it runs from 0 to 2 and is never negative"): lambda z: 2 * sigmoid(z),
    _("2 * sigmoid(2 * {z}) is taken: the - 1 is missing, so that it runs from 0 to 2"): lambda z: 2 * sigmoid(2 * z),
    _("a factor is missing: tanh({z}) is 2 * sigmoid(2 * {z}) - 1"): lambda z: sigmoid(2 * z) - 1,
    _("parentheses are missing: tanh({z}) is (e^{z} - e^-{z}) / (e^{z} + e^-{z}), and a / b + c is (a / b) + c"): (
        lambda z: (np.exp(z) - np.exp(-z)) / np.exp(z) + np.exp(-z),
        lambda z: np.exp(z) - np.exp(-z) / np.exp(z) + np.exp(-z),
        lambda z: np.exp(z) - np.exp(-z) / (np.exp(z) + np.exp(-z)),
    ),
}
OF_TANH_FAR_OUT: Table = {
    _("tanh is written with e^{z} and e^-{z}: for large {z} infinity by infinity is nan; np.tanh is safe"): lambda z: (
        (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    ),
    _("tanh is written as (1 - e^-2{z}) / (1 + e^-2{z}), which is nan for very negative {z}; np.tanh is safe"): (
        lambda z: (1 - np.exp(-2 * z)) / (1 + np.exp(-2 * z))
    ),
    _("tanh is written as (e^2{z} - 1) / (e^2{z} + 1), which is nan for large {z}; np.tanh is safe"): lambda z: (
        (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)
    ),
    _("{z} is clipped before tanh, so that tanh never reaches its ends"): (
        lambda z: np.tanh(np.clip(z, -5, 5)),
        lambda z: np.tanh(np.clip(z, -10, 10)),
    ),
}


def sigmoid_mistakes(output: str, inverted: str = SIGN_LOST) -> Table:
    """What stands where sigmoid(z) belongs. output: what it gives, such as "f"; inverted: what to say to 1 - f."""
    return {inverted: lambda z: 1 - sigmoid(z), **filled_in(OF_SIGMOID, output=output)}


def sigmoid_far_out(output: str) -> Table:
    return filled_in(OF_SIGMOID_FAR_OUT, output=output)


def tanh_mistakes(z: str, never_negative: str) -> Table:
    """What stands where tanh(z) belongs. z: its letter; never_negative: what is wrong with a tanh that never is."""
    return filled_in(OF_TANH, z=z, never_negative=never_negative)


def tanh_far_out(z: str) -> Table:
    return filled_in(OF_TANH_FAR_OUT, z=z)
