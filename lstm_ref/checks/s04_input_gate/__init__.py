"""What chapter 4 asks for: the input gate, the candidate, their product, and a gate that opens at a threshold."""

import math

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.slips.line import (
    SIZES,
    gate_check,
    in_pieces,
    line_check,
    on_z,
    pre_activation,
    random_line,
    sizes_of_a_line,
    softmax,
)
from lstm_ref.core import cell, thresholds
from lstm_ref.messages import _

INPUT_GATE = gate_check(
    "input_gate",
    "i",
    cell.input_gate,
    inverted=_("1 - i is returned: i = 1 means write, i = 0 means write nothing"),
    softmaxed=_("softmax is used: it makes the units share 1, while each unit writes or not by itself"),
)


# --- candidate -----------------------------------------------------------------------------------------------------


def tanh_by_hand(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def atanh(value):
    """The inverse of tanh; nan outside of -1 to 1, and at its ends."""
    with np.errstate(all="ignore"):
        return np.where(np.abs(value) < 1, np.arctanh(value), np.nan)


CANDIDATE = line_check(
    "candidate",
    "candidate",
    "c",
    cell.candidate,
    np.tanh,
    atanh,
    at_the_limits={
        _("tanh is written with exp(z) and exp(-z): for large z infinity by infinity is nan; np.tanh is safe"): on_z(
            tanh_by_hand
        ),
        _(
            "tanh is written as (1 - exp(-2z)) / (1 + exp(-2z)), which is nan for very negative z; np.tanh is safe"
        ): on_z(lambda z: (1 - np.exp(-2 * z)) / (1 + np.exp(-2 * z))),
        _("tanh is written as (exp(2z) - 1) / (exp(2z) + 1), which is nan for large z; np.tanh is safe"): on_z(
            lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)
        ),
        _("z is clipped before tanh, so that the candidate never reaches its ends"): tuple(
            on_z(lambda z, end=end: np.tanh(np.clip(z, -end, end))) for end in (5, 10)
        ),
    },
    mistakes={
        _("the sigmoid is used instead of tanh: then no candidate is negative, and the memory can only grow"): on_z(
            cell.sigmoid
        ),
        _("tanh is written inverted, with the two exponents exchanged: that is -tanh(z)"): on_z(lambda z: -np.tanh(z)),
        _("the fraction of tanh is upside down: that is 1 / tanh(z), which is never between -1 and 1"): on_z(
            lambda z: 1 / np.tanh(z)
        ),
        _("tanh is halved: (1 + tanh(z)) / 2 runs from 0 to 1"): on_z(lambda z: (1 + np.tanh(z)) / 2),
        _("2 * sigmoid(z) - 1 is returned, which is tanh(z / 2); tanh(z) is 2 * sigmoid(2 * z) - 1"): on_z(
            lambda z: np.tanh(z / 2)
        ),
        _("2 * sigmoid(z) is returned: it runs from 0 to 2 and is never negative"): on_z(lambda z: 2 * cell.sigmoid(z)),
        _("2 * sigmoid(2 * z) is returned: the - 1 is missing, so that it runs from 0 to 2"): on_z(
            lambda z: 2 * cell.sigmoid(2 * z)
        ),
        _("the denominator of tanh has no parentheses: a / b + c is (a / b) + c, and not a / (b + c)"): on_z(
            lambda z: (np.exp(z) - np.exp(-z)) / np.exp(z) + np.exp(-z)
        ),
        _(
            "sinh is returned, (exp(z) - exp(-z)) / 2: its denominator is not the one of tanh, and it has no bound"
        ): on_z(np.sinh),
        _("tan is used instead of tanh"): on_z(np.tan),
        _("arctan is used instead of tanh: it runs from -1.57 to 1.57"): on_z(np.arctan),
        _("the derivative 1 - tanh(z)**2 is returned, and not the candidate"): on_z(lambda z: 1 - np.tanh(z) ** 2),
        _("tanh is left out: z has no bound, and so a write would have none"): on_z(lambda z: z),
        _("relu is used instead of tanh: it cannot be negative, and it has no upper bound"): on_z(
            lambda z: np.maximum(z, 0)
        ),
        _("relu is put on top of tanh: then no candidate is negative, and the memory can only grow"): on_z(
            lambda z: np.maximum(np.tanh(z), 0)
        ),
        _("z is clipped to -1..1 instead of squashed: tanh bends long before its ends"): on_z(
            lambda z: np.clip(z, -1, 1)
        ),
        _("the absolute value is taken: the sign of a write comes from the candidate, and from nowhere else"): on_z(
            lambda z: np.abs(np.tanh(z))
        ),
        _("only the sign of z is returned: a candidate is a number between -1 and 1, and not only its ends"): on_z(
            np.sign
        ),
        _(
            "h_prev is added: the candidate alone is asked for, and what is kept is the forget gate's to say"
        ): lambda h_prev, x, W_c, b_c: h_prev + cell.candidate(h_prev, x, W_c, b_c),
        _("tanh is taken twice"): on_z(lambda z: np.tanh(np.tanh(z))),
        _("the sigmoid is taken after tanh: it cannot leave 0.27 to 0.73"): on_z(lambda z: cell.sigmoid(np.tanh(z))),
        _("the sigmoid is taken before tanh: then no candidate is negative"): on_z(lambda z: np.tanh(cell.sigmoid(z))),
        _("softmax is used: its numbers share 1 and are never negative; each unit has a candidate of its own"): on_z(
            softmax
        ),
        _(
            "the pieces W h, W x and b go through tanh one by one and are then added; add first, then take one tanh"
        ): in_pieces(np.tanh),
        _("the sigmoid squashes the pieces W h, W x and b one by one; add first, then take one tanh"): in_pieces(
            cell.sigmoid
        ),
    },
)


# --- proposed_write ------------------------------------------------------------------------------------------------


def random_writes(rng) -> list[Arguments]:
    return [{**random_line(rng, "i", sizes), **_weights(rng, "c", sizes)} for sizes in SIZES]


def writes_at_the_limits(rng) -> list[Arguments]:
    """Every pairing of a gate that is shut or wide open with a candidate at one end or the other."""
    call = {**random_line(rng, "i"), **_weights(rng, "c", SIZES[0])}
    pairs = rng.permutation([(-1000.0, -60.0), (-60.0, 1000.0), (60.0, -1000.0), (1000.0, 60.0)])
    return [{**call, "b_i": pairs[:, 0].copy(), "b_c": pairs[:, 1].copy()}]


def _weights(rng, letter: str, sizes: tuple[int, int, int]) -> Arguments:
    line = random_line(rng, letter, sizes)
    return {name: line[name] for name in (f"W_{letter}", f"b_{letter}")}


def proposed_write(h_prev, x, W_i, b_i, W_c, b_c):
    return cell.input_gate(h_prev, x, W_i, b_i) * cell.candidate(h_prev, x, W_c, b_c)


def from_both(wrong):
    """The write made in another way of the gate and the candidate."""
    return lambda h, x, W_i, b_i, W_c, b_c: wrong(cell.input_gate(h, x, W_i, b_i), cell.candidate(h, x, W_c, b_c))


def from_sums(wrong):
    """The write made of the two sums, z of the gate and z of the candidate."""
    return lambda h, x, W_i, b_i, W_c, b_c: wrong(pre_activation(h, x, W_i, b_i), pre_activation(h, x, W_c, b_c))


def with_weights(change):
    """The write with weights and biases mixed up: change(W_i, b_i, W_c, b_c)."""
    return lambda h, x, *weights: proposed_write(h, x, *change(*weights))


def one_shadowed(*_arguments):
    candidate = candidate()  # noqa: F821, F823
    return candidate


def other_shadowed(*_arguments):
    input_gate = input_gate()  # noqa: F821, F823
    return input_gate


SHADOWED = _(
    "a variable inside has the name of the function that it is made with, {name} = {name}(...): Python then looks for "
    "the variable, which is not there yet; give the result another name"
)


def where_to_look(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The gate and the candidate at the first wrong number: with them one sees which of the two is wrong."""
    index = tuple(np.argwhere(~(np.abs(got["write"] - want["write"]) < 1e-9))[0])
    h, x, W_i, b_i, W_c, b_c = arguments.values()
    i, candidate = cell.input_gate(h, x, W_i, b_i)[index], cell.candidate(h, x, W_c, b_c)[index]
    return _("There i is {i:.4g} and the candidate {candidate:.4g}: print yours and compare.").format(
        i=i, candidate=candidate
    )


PROPOSED_WRITE = Check(
    name="proposed_write",
    output="write",
    reference=proposed_write,
    given=("sigmoid", "input_gate", "candidate"),
    axes={"write": "BH"},
    sizes=sizes_of_a_line,
    advice=where_to_look,
    parts={"equation": Part(random_writes), "limits": Part(writes_at_the_limits)},
    mistakes={
        _("i and the candidate are added; they are multiplied, so that a shut gate writes nothing"): from_both(
            lambda i, g: i + g
        ),
        _("only i is returned: how much is written, but not what"): from_both(lambda i, g: i),
        _("only the candidate is returned: what to write, but not how much"): from_both(lambda i, g: g),
        _("W_i and b_i are used for both: the candidate has weights of its own, W_c and b_c"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_i, b_i, W_i, b_i)
        ),
        _("W_c and b_c are used for both: the gate has weights of its own, W_i and b_i"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_c, b_c, W_c, b_c)
        ),
        _("W_i is used for the candidate too, which has a matrix of its own, W_c"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_i, b_i, W_i, b_c)
        ),
        _("W_c is used for the gate too, which has a matrix of its own, W_i"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_c, b_i, W_c, b_c)
        ),
        _("the bias b_i is used for the candidate too, which has its own, b_c"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_i, b_i, W_c, b_i)
        ),
        _("the bias b_c is used for the gate too, which has its own, b_i"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_i, b_c, W_c, b_c)
        ),
        _("the two biases are exchanged"): with_weights(lambda W_i, b_i, W_c, b_c: (W_i, b_c, W_c, b_i)),
        _("the two matrices are exchanged"): with_weights(lambda W_i, b_i, W_c, b_c: (W_c, b_i, W_i, b_c)),
        _("the roles are exchanged: the sigmoid belongs to W_i and b_i, tanh to W_c and b_c"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_c, b_c, W_i, b_i)
        ),
        _("both biases are left out"): with_weights(lambda W_i, b_i, W_c, b_c: (W_i, 0 * b_i, W_c, 0 * b_c)),
        _("the bias b_i of the gate is left out"): with_weights(lambda W_i, b_i, W_c, b_c: (W_i, 0 * b_i, W_c, b_c)),
        _("the bias b_c of the candidate is left out"): with_weights(
            lambda W_i, b_i, W_c, b_c: (W_i, b_i, W_c, 0 * b_c)
        ),
        _(
            "x comes before h_prev, joined or handed over: it is [h_prev, x], and input_gate(h_prev, x, W_i, b_i)"
        ): lambda h_prev, x, *weights: proposed_write(x, h_prev, *weights),
        _("x comes before h_prev in the gate, though not in the candidate"): lambda h, x, W_i, b_i, W_c, b_c: (
            cell.input_gate(x, h, W_i, b_i) * cell.candidate(h, x, W_c, b_c)
        ),
        _("x comes before h_prev in the candidate, though not in the gate"): lambda h, x, W_i, b_i, W_c, b_c: (
            cell.input_gate(h, x, W_i, b_i) * cell.candidate(x, h, W_c, b_c)
        ),
        _("tanh is left out: the candidate's sum has no bound, and so has the write"): from_sums(
            lambda z_i, z_c: cell.sigmoid(z_i) * z_c
        ),
        _("the sigmoid is left out: the gate's sum can be any number, and a gate lies between 0 and 1"): from_sums(
            lambda z_i, z_c: z_i * np.tanh(z_c)
        ),
        _("the candidate is made with the sigmoid: then no write is negative, and the memory can only grow"): from_sums(
            lambda z_i, z_c: cell.sigmoid(z_i) * cell.sigmoid(z_c)
        ),
        _("the gate is made with tanh: then it can turn the candidate's sign, which a gate never does"): from_sums(
            lambda z_i, z_c: np.tanh(z_i) * np.tanh(z_c)
        ),
        _("the two sums are added before they are squashed; each line has its own squashing, then multiply"): from_sums(
            lambda z_i, z_c: np.tanh(z_i + z_c)
        ),
        _(
            "tanh is taken once more, of i times the candidate's sum; squash the candidate, then multiply by i"
        ): from_sums(lambda z_i, z_c: np.tanh(cell.sigmoid(z_i) * z_c)),
        _("tanh of the product is taken; the product itself is the write"): from_both(lambda i, g: np.tanh(i * g)),
        _("the sigmoid of the product is taken; the product itself is the write"): from_both(
            lambda i, g: cell.sigmoid(i * g)
        ),
        _("the polarity is turned: (1 - i) writes where the gate is shut"): from_both(lambda i, g: (1 - i) * g),
        _("the write is multiplied by i twice"): from_both(lambda i, g: i * i * g),
        _("the candidate is multiplied in twice: no write is negative then"): from_both(lambda i, g: i * g * g),
        _("the absolute value is taken: a write can be negative, and then it takes away from the memory"): from_both(
            lambda i, g: i * np.abs(g)
        ),
        _("the negative part is cut off, as relu does"): from_both(lambda i, g: i * np.maximum(g, 0)),
        _("the candidate is subtracted instead of multiplied"): from_both(lambda i, g: i - g),
        _(
            "h_prev is mixed in, (1 - i) * h_prev + i * candidate, as in a GRU; the write alone is asked for"
        ): lambda h_prev, x, W_i, b_i, W_c, b_c: (
            (1 - cell.input_gate(h_prev, x, W_i, b_i)) * h_prev + proposed_write(h_prev, x, W_i, b_i, W_c, b_c)
        ),
        _("the candidate is divided by i"): from_both(lambda i, g: g / i),
        _("the smaller of the two is taken, np.minimum; the write is their product"): from_both(np.minimum),
        _("the gate is rounded to 0 or 1 before it is used: a gate is a fraction"): from_both(
            lambda i, g: np.round(i) * g
        ),
        _(
            "h_prev is added to the write: the write alone is asked for, and the memory is c, not h"
        ): lambda h_prev, x, *weights: h_prev + proposed_write(h_prev, x, *weights),
        _(
            "i multiplies h_prev instead of the candidate: what is written is new, and not the last output"
        ): lambda h_prev, x, W_i, b_i, W_c, b_c: cell.input_gate(h_prev, x, W_i, b_i) * h_prev,
        _("h_prev is multiplied in: the write is i times the candidate"): lambda h_prev, x, *weights: (
            h_prev * proposed_write(h_prev, x, *weights)
        ),
        _("np.dot or @ multiplies two matrices; i * candidate multiplies number by number"): from_both(np.dot),
        _("@ multiplies two matrices; i * candidate multiplies number by number"): from_both(np.matmul),
        _("i @ candidate.T is a matrix product over the units; i * candidate multiplies number by number"): from_both(
            lambda i, g: i @ g.T
        ),
        _("i.T @ candidate is a matrix product over the batch; i * candidate multiplies number by number"): from_both(
            lambda i, g: i.T @ g
        ),
        _("the products are added up over the units: each unit writes into its own memory"): from_both(
            lambda i, g: (i * g).sum(axis=1)
        ),
        SHADOWED.format(name="candidate"): one_shadowed,
        SHADOWED.format(name="input_gate"): other_shadowed,
    },
)


# --- threshold_gate ------------------------------------------------------------------------------------------------


def some_thresholds(rng) -> list[Arguments]:
    return [
        {"threshold": float(rng.uniform(0.3, 2)), "margin": float(rng.uniform(0.05, 0.9))},
        {"threshold": float(rng.uniform(-2, -0.3)), "margin": float(rng.uniform(1.1, 3))},
    ]


def with_weight(weigh):
    """w as `weigh(threshold, margin)` has it, and the bias that puts the threshold right for it."""

    def wrong(threshold, margin):
        w = weigh(threshold, margin)
        return w, -w * threshold

    return wrong


def with_bias(shift):
    """The right w, and b as `shift(w, threshold, margin)` has it."""

    def wrong(threshold, margin):
        w = math.log(9) / margin
        return w, shift(w, threshold, margin)

    return wrong


def with_rounding(digits, first, then):
    """w and b of the reference, rounded: w before b is made of it, both at the end, or both times."""

    def wrong(threshold, margin):
        w = math.log(9) / margin
        kept = round(w, digits) if first else w
        b = -kept * threshold
        return (round(w, digits), round(b, digits)) if then else (kept, b)

    return wrong


def _exchanged(threshold, margin):
    w, b = thresholds.threshold_gate(threshold, margin)
    return b, w


def opening(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """What the gate would do with the numbers that came."""
    threshold, margin = arguments.values()
    w, b = float(got["w"]), float(got["b"])
    at, above = (float(cell.sigmoid(w * x + b)) for x in (threshold, threshold + margin))
    return _("With your w and b the gate is {at:.3f} at the threshold and {above:.3f} at threshold + margin.").format(
        at=at, above=above
    )


THRESHOLD_GATE = Check(
    name="threshold_gate",
    output=("w", "b"),
    reference=thresholds.threshold_gate,
    sizes=lambda arguments: _("threshold={threshold:.4g}, margin={margin:.4g}").format(**arguments),
    parts={"values": Part(some_thresholds)},
    advice=opening,
    mistakes={
        _("w and b are returned in the other order: (w, b) is expected"): _exchanged,
        _("the bias is -threshold: it must undo w * threshold"): with_bias(lambda w, t, m: -t),
        _("the sign of the bias is turned: w * threshold + b must be 0"): with_bias(lambda w, t, m: w * t),
        _("the bias is left at 0: then the gate is half open at x = 0"): with_bias(lambda w, t, m: 0.0),
        _("the bias puts one half at threshold + margin; one half belongs at the threshold"): with_bias(
            lambda w, t, m: -w * (t + m)
        ),
        _("the sum at the threshold is taken for 0.5; that is the gate, and its sum is 0"): with_bias(
            lambda w, t, m: 0.5 - w * t
        ),
        _("the bias is -ln 9 * threshold; it is -w * threshold, and w is ln 9 / margin"): with_bias(
            lambda w, t, m: -math.log(9) * t
        ),
        _("the bias is -threshold / margin; it is -w * threshold, and w is ln 9 / margin"): with_bias(
            lambda w, t, m: -t / m
        ),
        _("the bias is threshold / w; it is -w * threshold"): with_bias(lambda w, t, m: t / w),
        _("the bias is -threshold / w; it is -w * threshold"): with_bias(lambda w, t, m: -t / w),
        _(
            "w is upside down, margin / ln 9; it is ln 9 / margin: the narrower the margin, the larger the weight"
        ): with_weight(lambda t, m: m / math.log(9)),
        _("w is ln 9 / threshold; the sum rises by ln 9 over the margin"): with_weight(lambda t, m: math.log(9) / t),
        _("the margin is left out: w = ln 9"): with_weight(lambda t, m: math.log(9)),
        _("the margin multiplies; the narrower the margin, the larger the weight"): with_weight(
            lambda t, m: math.log(9) * m
        ),
        **{
            _("ln 9 is rounded to {rounded}: the numbers are compared to nine digits; np.log(9)").format(
                rounded=rounded
            ): with_weight(lambda t, m, rounded=rounded: rounded / m)
            for rounded in (2.2, 2.197, 2.1972, 2.19722, 2.197225, 2.1972246)
        },
        **{
            _("w and b are rounded to {digits} digits: return them as they are, and round where you print").format(
                digits=digits
            ): tuple(with_rounding(digits, *when) for when in ((False, True), (True, True), (True, False)))
            for digits in (2, 3, 4)
        },
        _(
            "the margin is taken for the place where the gate is at 0.9; it says how far above the threshold"
        ): with_weight(lambda t, m: math.log(9) / (m - t)),
        _("the bias puts 0.9 at the threshold; one half belongs there, and 0.9 at threshold + margin"): with_bias(
            lambda w, t, m: math.log(9) - w * t
        ),
        _("the logarithm is left out: the sum there is ln 9, not 9"): with_weight(lambda t, m: 9 / m),
        _("w = 1 / margin, whose gate is at 0.73 there: sigmoid(1)"): with_weight(lambda t, m: 1 / m),
        _(
            "the sum at threshold + margin is taken for 0.9; that is the gate, and its sum is ln(0.9 / 0.1)"
        ): with_weight(lambda t, m: 0.9 / m),
        _(
            "a straight line is drawn from 0.5 to 0.9; the gate is a sigmoid, and its sum there is ln(0.9 / 0.1)"
        ): with_weight(lambda t, m: 0.4 / m),
        _(
            "w x + b itself is put at 0.5 and at 0.9; the gate is its sigmoid, and the sums there are 0 and ln 9"
        ): lambda threshold, margin: (0.4 / margin, 0.5 - 0.4 / margin * threshold),
        _(
            "the parentheses are missing in ln(0.9 / (1 - 0.9)): 0.9 / 1 - 0.9 is 0, and ln 0 is minus infinity"
        ): with_weight(lambda t, m: -math.inf),
        _("ln(0.9) is taken for the logit, which is ln(0.9 / 0.1)"): with_weight(lambda t, m: math.log(0.9) / m),
        _("the sigmoid of 0.9 is taken; its inverse is asked for, ln(0.9 / (1 - 0.9))"): with_weight(
            lambda t, m: float(cell.sigmoid(0.9)) / m
        ),
        _("the inverse of tanh is taken; a gate is a sigmoid"): with_weight(lambda t, m: math.atanh(0.9) / m),
        _("a logarithm to another base is used; the inverse of exp is the natural one, np.log"): tuple(
            with_weight(lambda t, m, other=other: other(9) / m) for other in (math.log2, math.log10)
        ),
        _("the gate goes from 0.1 to 0.9 within the margin; from 0.5 to 0.9 is asked for, half of that"): with_weight(
            lambda t, m: 2 * math.log(9) / m
        ),
        _("the weight is negative: this gate shuts where it should open"): with_weight(lambda t, m: -math.log(9) / m),
        _("w is ln 9 / (threshold + margin): the sum rises by ln 9 over the margin alone"): with_weight(
            lambda t, m: math.log(9) / (t + m)
        ),
    },
)


CHECKS = (INPUT_GATE, CANDIDATE, PROPOSED_WRITE, THRESHOLD_GATE)
