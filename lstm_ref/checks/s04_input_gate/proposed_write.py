"""The check of `proposed_write`: two lines and their product, so that either can be wrong, or what is made of them."""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import (
    BIAS_LEFT_OUT,
    SIZES,
    on_z,
    pre_activation,
    random_line,
    sizes_of_a_line,
    without_bias,
)
from lstm_ref.checks.slips.parameters import exchanged, pasted
from lstm_ref.checks.slips.squashing import NO_PARENTHESES, sigmoid_mistakes, tanh_mistakes
from lstm_ref.core import cell
from lstm_ref.messages import _


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


def of_lines(gate=cell.input_gate, candidate=cell.candidate):
    """The write of other lines, functions of (h_prev, x, W, b)."""
    return lambda h, x, W_i, b_i, W_c, b_c: gate(h, x, W_i, b_i) * candidate(h, x, W_c, b_c)


def of_both(wrong):
    """The write made in another way of the gate, of the candidate and of h_prev."""
    return lambda h, x, W_i, b_i, W_c, b_c: wrong(cell.input_gate(h, x, W_i, b_i), cell.candidate(h, x, W_c, b_c), h)


def of_sums(wrong):
    """The write made of the two sums, z of the gate and z of the candidate."""
    return lambda h, x, W_i, b_i, W_c, b_c: wrong(pre_activation(h, x, W_i, b_i), pre_activation(h, x, W_c, b_c))


def of_parameters(taken: dict[str, str]):
    """The write with parameters taken for others: {a parameter: the one that stands in its place}."""

    def wrong(h_prev, x, W_i, b_i, W_c, b_c):
        own = {"W_i": W_i, "b_i": b_i, "W_c": W_c, "b_c": b_c}
        return proposed_write(h_prev, x, **own | {name: own[other] for name, other in taken.items()})

    return wrong


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
    index = first_wrong(wrong_numbers(got["write"], want["write"]), "BH")
    h, x, W_i, b_i, W_c, b_c = arguments.values()
    i, candidate = cell.input_gate(h, x, W_i, b_i)[index], cell.candidate(h, x, W_c, b_c)[index]
    return _("There i is {i:.4g} and the candidate {candidate:.4g}: print yours and compare.").format(
        i=i, candidate=candidate
    )


IN_LINES = {
    _("both biases are left out"): of_lines(without_bias(cell.sigmoid), without_bias(np.tanh)),
    BIAS_LEFT_OUT.format(b="b_i"): of_lines(gate=without_bias(cell.sigmoid)),
    BIAS_LEFT_OUT.format(b="b_c"): of_lines(candidate=without_bias(np.tanh)),
    _("x comes before h_prev, joined or handed over: it is [h_prev, x], and input_gate(h_prev, x, W_i, b_i)"): (
        lambda h, x, *parameters: proposed_write(x, h, *parameters)
    ),
    _("x comes before h_prev in the gate, though not in the candidate"): of_lines(
        gate=lambda h, x, W, b: cell.input_gate(x, h, W, b)
    ),
    _("x comes before h_prev in the candidate, though not in the gate"): of_lines(
        candidate=lambda h, x, W, b: cell.candidate(x, h, W, b)
    ),
    _("the two sums are added before they are squashed; each line has its own squashing, then multiply"): of_sums(
        lambda z_i, z_c: np.tanh(z_i + z_c)
    ),
    _("tanh is taken once more, of i times the candidate's sum; squash the candidate, then multiply by i"): of_sums(
        lambda z_i, z_c: np.tanh(cell.sigmoid(z_i) * z_c)
    ),
    SHADOWED.format(name="candidate"): one_shadowed,
    SHADOWED.format(name="input_gate"): other_shadowed,
}
# Of the right gate i, the right candidate g and h_prev, something else than i * g.
OF_BOTH = {
    _("i and the candidate are added; they are multiplied, so that a shut gate writes nothing"): lambda i, g, h: i + g,
    _("only i is returned: how much is written, but not what"): lambda i, g, h: i,
    _("only the candidate is returned: what to write, but not how much"): lambda i, g, h: g,
    _("tanh of the product is taken; the product itself is the write"): lambda i, g, h: np.tanh(i * g),
    _("the sigmoid of the product is taken; the product itself is the write"): lambda i, g, h: cell.sigmoid(i * g),
    _("the write is multiplied by i twice"): lambda i, g, h: i * i * g,
    _("the candidate is multiplied in twice: no write is negative then"): lambda i, g, h: i * g * g,
    _("the candidate is subtracted instead of multiplied"): lambda i, g, h: i - g,
    _("the candidate is divided by i"): lambda i, g, h: g / i,
    _("the smaller of the two is taken, np.minimum; the write is their product"): lambda i, g, h: np.minimum(i, g),
    _("np.dot or @ multiplies two matrices; i * candidate multiplies number by number"): lambda i, g, h: np.dot(i, g),
    _("@ multiplies two matrices; i * candidate multiplies number by number"): lambda i, g, h: i @ g,
    _("i @ candidate.T is a matrix product over the units; i * candidate multiplies number by number"): (
        lambda i, g, h: i @ g.T
    ),
    _("i.T @ candidate is a matrix product over the batch; i * candidate multiplies number by number"): (
        lambda i, g, h: i.T @ g
    ),
    _("the products are added up over the units: each unit writes into its own memory"): lambda i, g, h: (i * g).sum(
        axis=1
    ),
    _("h_prev is mixed in, (1 - i) * h_prev + i * candidate, as in a GRU; the write alone is asked for"): (
        lambda i, g, h: (1 - i) * h + i * g
    ),
    _("h_prev is added to the write: the write alone is asked for, and the memory is c, not h"): lambda i, g, h: (
        h + i * g
    ),
    _("i multiplies h_prev instead of the candidate: what is written is new, and not the last output"): (
        lambda i, g, h: i * h
    ),
    _("h_prev is multiplied in: the write is i times the candidate"): lambda i, g, h: h * i * g,
}
IN_GATE = sigmoid_mistakes("i", _("the polarity is turned: (1 - i) writes where the gate is shut"))
del IN_GATE[NO_PARENTHESES]  # 1 + exp(-z) is 1 / i: the candidate divided by i gives the same numbers
IN_CANDIDATE = tanh_mistakes("z", _("then no write is negative, and the memory can only grow"))

PROPOSED_WRITE = Check(
    name="proposed_write",
    output="write",
    reference=proposed_write,
    given=(given.sigmoid, given.input_gate, given.candidate),
    axes={"write": "BH"},
    sizes=sizes_of_a_line,
    advice=where_to_look,
    parts={"equation": Part(random_writes), "limits": Part(writes_at_the_limits)},
    mistakes=known(
        within(lambda tanh: of_lines(candidate=on_z(tanh)), IN_CANDIDATE, _("in the candidate {mistake}")),
        within(lambda sigmoid: of_lines(gate=on_z(sigmoid)), IN_GATE, _("in the gate {mistake}")),
        within(of_parameters, pasted("candidate", "c", "i") | pasted("i", "i", "c") | exchanged("i", "c")),
        within(of_parameters, {_("the two biases are exchanged"): {"b_i": "b_c", "b_c": "b_i"}}),
        within(of_parameters, {_("the two matrices are exchanged"): {"W_i": "W_c", "W_c": "W_i"}}),
        IN_LINES,
        within(of_both, OF_BOTH),
    ),
)
