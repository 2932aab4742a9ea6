"""The check of `proposed_write`: two lines and their product, so that either can be wrong, or what is made of them."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import BIAS_LEFT_OUT, SIZES, pre_activation, random_line, sizes_of_a_line
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


def from_both(wrong):
    """The write made in another way of the gate and the candidate."""
    return lambda h, x, W_i, b_i, W_c, b_c: wrong(cell.input_gate(h, x, W_i, b_i), cell.candidate(h, x, W_c, b_c))


def from_sums(wrong):
    """The write made of the two sums, z of the gate and z of the candidate."""
    return lambda h, x, W_i, b_i, W_c, b_c: wrong(pre_activation(h, x, W_i, b_i), pre_activation(h, x, W_c, b_c))


def with_parameters(taken: dict[str, str]):
    """The write with parameters taken for others: {a parameter: the one that stands in its place}."""

    def wrong(h_prev, x, W_i, b_i, W_c, b_c):
        own = {"W_i": W_i, "b_i": b_i, "W_c": W_c, "b_c": b_c}
        return proposed_write(h_prev, x, **own | {name: own[other] for name, other in taken.items()})

    return wrong


def with_biases(change):
    def wrong(h_prev, x, W_i, b_i, W_c, b_c):
        b_i, b_c = change(b_i, b_c)
        return proposed_write(h_prev, x, W_i, b_i, W_c, b_c)

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
    index = tuple(np.argwhere(~(np.abs(got["write"] - want["write"]) < 1e-9))[0])
    h, x, W_i, b_i, W_c, b_c = arguments.values()
    i, candidate = cell.input_gate(h, x, W_i, b_i)[index], cell.candidate(h, x, W_c, b_c)[index]
    return _("There i is {i:.4g} and the candidate {candidate:.4g}: print yours and compare.").format(
        i=i, candidate=candidate
    )


# Of the right gate and the right candidate, something else than their product.
FROM_BOTH = {
    _("i and the candidate are added; they are multiplied, so that a shut gate writes nothing"): lambda i, g: i + g,
    _("only i is returned: how much is written, but not what"): lambda i, g: i,
    _("only the candidate is returned: what to write, but not how much"): lambda i, g: g,
    _("tanh of the product is taken; the product itself is the write"): lambda i, g: np.tanh(i * g),
    _("the sigmoid of the product is taken; the product itself is the write"): lambda i, g: cell.sigmoid(i * g),
    _("the write is multiplied by i twice"): lambda i, g: i * i * g,
    _("the candidate is multiplied in twice: no write is negative then"): lambda i, g: i * g * g,
    _("the candidate is subtracted instead of multiplied"): lambda i, g: i - g,
    _("the candidate is divided by i"): lambda i, g: g / i,
    _("the smaller of the two is taken, np.minimum; the write is their product"): np.minimum,
    _("np.dot or @ multiplies two matrices; i * candidate multiplies number by number"): np.dot,
    _("@ multiplies two matrices; i * candidate multiplies number by number"): np.matmul,
    _("i @ candidate.T is a matrix product over the units; i * candidate multiplies number by number"): (
        lambda i, g: i @ g.T
    ),
    _("i.T @ candidate is a matrix product over the batch; i * candidate multiplies number by number"): (
        lambda i, g: i.T @ g
    ),
    _("the products are added up over the units: each unit writes into its own memory"): lambda i, g: (i * g).sum(
        axis=1
    ),
}


OF_THE_GATE = sigmoid_mistakes("i", _("the polarity is turned: (1 - i) writes where the gate is shut"))
del OF_THE_GATE[NO_PARENTHESES]  # 1 + exp(-z) is 1 / i: the candidate divided by i gives the same numbers

PROPOSED_WRITE = Check(
    name="proposed_write",
    output="write",
    reference=proposed_write,
    given=("sigmoid", "input_gate", "candidate"),
    axes={"write": "BH"},
    sizes=sizes_of_a_line,
    advice=where_to_look,
    parts={"equation": Part(random_writes), "limits": Part(writes_at_the_limits)},
    mistakes=known(
        within(
            lambda tanh: from_sums(lambda z_i, z_c: cell.sigmoid(z_i) * tanh(z_c)),
            tanh_mistakes("z", _("then no write is negative, and the memory can only grow")),
            _("in the candidate {mistake}"),
        ),
        within(
            lambda sigmoid: from_sums(lambda z_i, z_c: sigmoid(z_i) * np.tanh(z_c)),
            OF_THE_GATE,
            _("in the gate {mistake}"),
        ),
        within(
            with_parameters,
            pasted("candidate", "c", "i") | pasted("i", "i", "c") | exchanged("i", "c"),
        ),
        {
            _("the two biases are exchanged"): with_biases(lambda b_i, b_c: (b_c, b_i)),
            _("the two matrices are exchanged"): with_parameters({"W_i": "W_c", "W_c": "W_i"}),
            _("both biases are left out"): with_biases(lambda b_i, b_c: (0 * b_i, 0 * b_c)),
            BIAS_LEFT_OUT.format(b="b_i"): with_biases(lambda b_i, b_c: (0 * b_i, b_c)),
            BIAS_LEFT_OUT.format(b="b_c"): with_biases(lambda b_i, b_c: (b_i, 0 * b_c)),
            _(
                "x comes before h_prev, joined or handed over: it is [h_prev, x], and input_gate(h_prev, x, W_i, b_i)"
            ): lambda h, x, *parameters: proposed_write(x, h, *parameters),
            _("x comes before h_prev in the gate, though not in the candidate"): lambda h, x, W_i, b_i, W_c, b_c: (
                cell.input_gate(x, h, W_i, b_i) * cell.candidate(h, x, W_c, b_c)
            ),
            _("x comes before h_prev in the candidate, though not in the gate"): lambda h, x, W_i, b_i, W_c, b_c: (
                cell.input_gate(h, x, W_i, b_i) * cell.candidate(x, h, W_c, b_c)
            ),
            _("the two sums are added before they are squashed; each line has its own squashing, then multiply"): (
                from_sums(lambda z_i, z_c: np.tanh(z_i + z_c))
            ),
            _("tanh is taken once more, of i times the candidate's sum; squash the candidate, then multiply by i"): (
                from_sums(lambda z_i, z_c: np.tanh(cell.sigmoid(z_i) * z_c))
            ),
            _(
                "h_prev is mixed in, (1 - i) * h_prev + i * candidate, as in a GRU; the write alone is asked for"
            ): lambda h_prev, x, W_i, b_i, W_c, b_c: (
                (1 - cell.input_gate(h_prev, x, W_i, b_i)) * h_prev + proposed_write(h_prev, x, W_i, b_i, W_c, b_c)
            ),
            _(
                "h_prev is added to the write: the write alone is asked for, and the memory is c, not h"
            ): lambda h_prev, x, *parameters: h_prev + proposed_write(h_prev, x, *parameters),
            _(
                "i multiplies h_prev instead of the candidate: what is written is new, and not the last output"
            ): lambda h_prev, x, W_i, b_i, W_c, b_c: cell.input_gate(h_prev, x, W_i, b_i) * h_prev,
            _("h_prev is multiplied in: the write is i times the candidate"): lambda h_prev, x, *parameters: (
                h_prev * proposed_write(h_prev, x, *parameters)
            ),
            SHADOWED.format(name="candidate"): one_shadowed,
            SHADOWED.format(name="input_gate"): other_shadowed,
        },
        within(from_both, FROM_BOTH),
    ),
)
