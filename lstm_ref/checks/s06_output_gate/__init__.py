"""What chapter 6 asks for: the output gate, the hidden state, the memory behind it, and a memory that is shown late."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.engine.match import close
from lstm_ref.checks.s06_output_gate.reveal import REVEAL
from lstm_ref.checks.slips.line import SIZES, gate_check, softmax
from lstm_ref.core import cell, output
from lstm_ref.messages import _


def in_brackets(name: str):
    """How to name one number of a function with one result: o[2, 0]."""
    return lambda arguments, index: f"{name}[{', '.join(map(str, index))}]"


# --- output_gate ---------------------------------------------------------------------------------------------------

OUTPUT_GATE = gate_check(
    "output_gate",
    "o",
    cell.output_gate,
    inverted=_("1 - o is returned: o = 1 shows the memory, o = 0 hides it"),
    softmaxed=_("softmax is used: it makes the units share 1, while each unit shows or hides by itself"),
    mistakes={
        _("tanh is taken of o: the gate is only the sigmoid, tanh is for the memory"): lambda h_prev, x, W_o, b_o: (
            np.tanh(cell.output_gate(h_prev, x, W_o, b_o))
        ),
        _(
            "the gate is multiplied by tanh(h_prev): the gate alone is asked for, and it shows c, not h"
        ): lambda h_prev, x, W_o, b_o: cell.output_gate(h_prev, x, W_o, b_o) * np.tanh(h_prev),
    },
)


# --- hidden_state --------------------------------------------------------------------------------------------------


def gates_and_memories(rng) -> list[Arguments]:
    """Memories well beyond 1, of both signs: close to 0, tanh(c) and c are nearly the same."""
    return [
        {"o": rng.uniform(0.1, 0.9, (B, H)), "c": rng.uniform(0.3, 3, (B, H)) * random_signs(rng, (B, H))}
        for B, _D, H in SIZES
    ]


def random_signs(rng, shape):
    return rng.choice([-1.0, 1.0], shape)


def shut_open_and_far(rng) -> list[Arguments]:
    """Gates that are shut and wide open, memories so large that exp(c) has no float64."""
    o = rng.permutation(np.repeat([0.0, 0.5, 1.0], [4, 4, 4])).reshape(3, 4)
    far = rng.permutation(np.array([0.0, 0.5, 3, 30, 720, 900, 2000, 5, 1e6, 40, 1, 0.1])).reshape(3, 4)
    return [{"o": o, "c": far * random_signs(rng, (3, 4))}]


def tanh_from_exp(c):
    return (np.exp(c) - np.exp(-c)) / (np.exp(c) + np.exp(-c))


def tanh_from_exp_of_2c(c):
    return (np.exp(2 * c) - 1) / (np.exp(2 * c) + 1)


def what_was_there(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The two numbers that a wrong output was made of."""
    wrong = ~(np.abs(got["h"] - want["h"]) <= 1e-9)
    units = np.flatnonzero(wrong.any(axis=0))
    if len(units) == 1 and wrong.sum() > 1:
        return _("Only unit {n} is wrong.").format(n=units[0])
    index = tuple(np.argwhere(wrong)[0])
    o, c = float(arguments["o"][index]), float(arguments["c"][index])
    return _("There o is {o:.4g} and c is {c:.4g}, so tanh(c) is {squashed:.4g}. Which of them went astray?").format(
        o=o, c=c, squashed=np.tanh(c)
    )


HIDDEN_STATE = Check(
    name="hidden_state",
    output="h",
    reference=cell.hidden_state,
    place=in_brackets("h"),
    sizes=lambda arguments: "B={}, H={}".format(*arguments["o"].shape),
    advice=what_was_there,
    parts={
        "equation": Part(gates_and_memories),
        "limits": Part(
            shut_open_and_far,
            mistakes={
                _(
                    "tanh is written with exp, which for a large memory divides infinity by infinity: nan; "
                    "np.tanh is safe"
                ): tuple(lambda o, c, tanh=tanh: o * tanh(c) for tanh in (tanh_from_exp, tanh_from_exp_of_2c)),
                _("a gate of exactly 0 is taken for open"): lambda o, c: np.where(o == 0, np.tanh(c), o * np.tanh(c)),
            },
        ),
    },
    mistakes={
        _("tanh is left out: o * c can be any number, and h has to stay between -1 and 1"): lambda o, c: o * c,
        _("the output gate is left out: tanh(c) shows the whole memory at every step"): lambda o, c: np.tanh(c) + 0 * o,
        _("neither tanh nor the gate is there: the memory itself is returned"): lambda o, c: c + 0 * o,
        _("only the gate is returned: it says how much to show, not what"): lambda o, c: o + 0 * c,
        _("sigmoid is used where tanh belongs: then h cannot be negative"): lambda o, c: o * cell.sigmoid(c),
        _(
            "tanh is taken of the product: first squash the memory, then let the gate through, o * tanh(c)"
        ): lambda o, c: np.tanh(o * c),
        _("o and tanh(c) are added: a gate multiplies"): lambda o, c: o + np.tanh(c),
        _("the two letters are swapped: it is the memory that is squashed"): lambda o, c: c * np.tanh(o),
        _("tanh squashes the gate too: o is a fraction already"): lambda o, c: np.tanh(o) * np.tanh(c),
        _("a second sigmoid is taken of o: it is a fraction already"): lambda o, c: cell.sigmoid(o) * np.tanh(c),
        _("tanh is taken twice"): lambda o, c: o * np.tanh(np.tanh(c)),
        _("tanh(c) is written as 2 sigmoid(c) - 1, which is tanh(c / 2): it is 2 sigmoid(2 c) - 1"): lambda o, c: (
            o * np.tanh(c / 2)
        ),
        _("1 - o multiplies: o = 1 shows everything, o = 0 nothing"): lambda o, c: (1 - o) * np.tanh(c),
        _("tanh is the wrong way round: (e^c - e^-c) stands above, not (e^-c - e^c)"): lambda o, c: -o * np.tanh(c),
        _("tanh is upside down: its reciprocal is returned"): lambda o, c: o / np.tanh(c),
        _("the gate divides: it multiplies"): lambda o, c: np.tanh(c) / o,
        _("brackets are missing: tanh(c) is (e^c - e^-c) / (e^c + e^-c)"): tuple(
            wrong
            for wrong in (
                lambda o, c: o * (np.exp(c) - np.exp(-c) / np.exp(c) + np.exp(-c)),
                lambda o, c: o * ((np.exp(c) - np.exp(-c)) / np.exp(c) + np.exp(-c)),
                lambda o, c: o * (np.exp(c) - np.exp(-c)) / np.exp(c) + np.exp(-c),
                lambda o, c: o * (np.exp(c) - np.exp(-c) / (np.exp(c) + np.exp(-c))),
            )
        ),
        _("brackets are missing: tanh(c) is 2 sigmoid(2 c) - 1, and o multiplies all of it"): lambda o, c: (
            o * 2 * cell.sigmoid(2 * c) - 1
        ),
        _("a factor is missing: tanh(c) is 2 sigmoid(2 c) - 1"): lambda o, c: o * (cell.sigmoid(2 * c) - 1),
        _("the gate is rounded to 0 or 1: it is a fraction"): lambda o, c: np.round(o) * np.tanh(c),
        _("np.sinh is used for np.tanh"): lambda o, c: o * np.sinh(c),
        _("np.cosh is used for np.tanh"): lambda o, c: o * np.cosh(c),
        _("np.arctan is used for np.tanh"): lambda o, c: o * np.arctan(c),
        _("np.tan is used for np.tanh"): lambda o, c: o * np.tan(c),
        _("np.arctanh is used for np.tanh: that is its inverse"): lambda o, c: o * np.arctanh(c),
        _("the memory is cut off at -1 and 1: tanh bends towards them"): lambda o, c: o * np.clip(c, -1, 1),
        _("relu is used for tanh"): lambda o, c: o * np.maximum(c, 0),
        _("the sign of the memory is lost"): lambda o, c: o * np.abs(np.tanh(c)),
        _("softmax is used: it makes the units share 1, while each unit shows its own memory"): lambda o, c: (
            o * softmax(c)
        ),
        _("np.dot or @ is used: that sums over units; * works element by element"): tuple(
            lambda o, c, product=product: product(o, np.tanh(c)) for product in (np.dot, np.matmul)
        ),
        _("np.dot or @ is used, with a transpose to make the shapes fit; * works element by element"): (
            lambda o, c: o @ np.tanh(c).T,
            lambda o, c: o.T @ np.tanh(c),
        ),
        _("h is transposed: one row per sequence is expected, (B, H)"): lambda o, c: (o * np.tanh(c)).T,
        _("h is summed over the units"): lambda o, c: (o * np.tanh(c)).sum(axis=1),
        _("h is averaged over the units"): lambda o, c: (o * np.tanh(c)).mean(axis=1),
        _("math.tanh is used, which takes one number; np.tanh takes an array"): lambda o, c: float(c),
    },
)


# --- memory_from_output --------------------------------------------------------------------------------------------


def seen_and_possible(rng) -> list[Arguments]:
    calls = []
    for shape in ((3, 4), (5,)):
        o = rng.uniform(0.2, 0.95, shape)
        calls.append({"h": o * np.tanh(rng.uniform(0.2, 2.5, shape) * rng.choice([-1.0, 1.0], shape)), "o": o})
    return calls


def seen_at_the_ends(rng) -> list[Arguments]:
    """Shut gates, outputs as large as their gate, outputs larger than their gate, and one ordinary pair."""
    pairs = [(0.0, 0.0), (0.5, 0.5), (-1.0, 1.0), (0.6, 0.25), (-0.5, 0.25), (0.25, 0.5), (0.3, 0.0), (0.0, 0.75)]
    h, o = rng.permutation(np.array(pairs)).T.copy()
    return [{"h": h, "o": o}]


def quietly(function):
    def wrong(h, o):
        with np.errstate(all="ignore"):
            return function(h, o)

    return wrong


def on_ratio(function, shut=np.nan):
    """A function of h / o, with `shut` where the gate is 0."""
    return quietly(lambda h, o: np.where(o == 0, shut, function(h / np.where(o == 0, 1, o))))


ENDS = known(
    {
        _("h / o is clipped before artanh: what is beyond the end has no memory, and says so with inf or nan"): quietly(
            lambda h, o: np.arctanh(np.clip(h / o, -1 + 1e-7, 1 - 1e-7))
        ),
        _(
            "h / o is clipped to -1..1: an output larger than its gate has no memory behind it, so nan and not inf"
        ): quietly(lambda h, o: np.arctanh(np.clip(h / o, -1, 1))),
        _("an output larger than its gate gives inf: no memory does that, so nan"): on_ratio(
            lambda r: np.where(np.abs(r) < 1, np.arctanh(r), np.sign(r) * np.inf)
        ),
        _(
            "inf and nan are swapped: |h| = o comes from a memory that is too large to tell, |h| > o from none"
        ): on_ratio(
            lambda r: np.where(np.abs(r) < 1, np.arctanh(r), np.where(np.abs(r) == 1, np.nan, np.inf)), shut=np.inf
        ),
        _(
            "a shut gate gives 0: it shows nothing, and a memory of 0 is only one of those that look like that; nan"
        ): on_ratio(np.arctanh, shut=0.0),
        _("a shut gate gives inf: behind it could be any memory, so nan"): on_ratio(np.arctanh, shut=np.inf),
        _("nan and inf are replaced by 0: then nobody can tell an unknown memory from one that is 0"): quietly(
            lambda h, o: np.where(np.isfinite(np.arctanh(h / o)), np.arctanh(h / o), 0.0)
        ),
        _("np.nan_to_num hides what cannot be known"): quietly(lambda h, o: np.nan_to_num(np.arctanh(h / o))),
        _(
            "inf is replaced by nan: where h equals o the memory is known to be large, and its sign is known too"
        ): quietly(lambda h, o: np.where(np.isinf(np.arctanh(h / o)), np.nan, np.arctanh(h / o))),
        _("the sign is lost: h = -o comes from a large negative memory, -inf"): quietly(
            lambda h, o: np.where(np.abs(h) == o, np.where(o > 0, np.inf, np.nan), np.arctanh(h / o))
        ),
    }
)


def put_back(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The output that a wrong memory would give."""
    index = tuple(np.argwhere(~close(got["c"], want["c"], 1e-9))[0])
    h, o, c = float(arguments["h"][index]), float(arguments["o"][index]), float(got["c"][index])
    if o == 0 and h == 0:
        return _("Here o is 0, and 0 * tanh(c) is 0 for every c. |h| = o holds here too: ask for o = 0 first.")
    if abs(h) > o:
        return _("Here |h| is larger than o, and o * |tanh(c)| never is: no memory gives this output, so nan.")
    if abs(h) == o:
        return _("Here |h| is o: tanh(c) has rounded to 1 or -1, so inf with the sign of h.")
    if not np.isfinite(c):
        return _("Here |h| is smaller than o, so there is a memory: tanh(c) is h / o, {r:.4g}.").format(r=h / o)
    return _("Put it back: {o:.4g} * tanh({c:.4g}) is {again:.4g}, and h is {h:.4g}.").format(
        o=o, c=c, again=o * np.tanh(c), h=h
    )


MEMORY_FROM_OUTPUT = Check(
    name="memory_from_output",
    output="c",
    reference=output.memory_from_output,
    place=lambda arguments, index: "memory_from_output({h:.4g}, {o:.4g})".format(
        h=arguments["h"][index], o=arguments["o"][index]
    ),
    sizes=lambda arguments: _("h and o have shape {shape}").format(shape=arguments["h"].shape),
    advice=put_back,
    parts={"between": Part(seen_and_possible), "ends": Part(seen_at_the_ends, mistakes=ENDS)},
    mistakes={
        _("tanh is taken where its inverse is asked for: artanh(h / o)"): on_ratio(np.tanh),
        _("h / o is returned: that is tanh(c), and c itself is asked for"): quietly(lambda h, o: h / o),
        _("1 / tanh stands for the inverse of tanh: the inverse undoes it, it is artanh"): quietly(
            lambda h, o: 1 / np.tanh(h / o)
        ),
        _("artanh is taken of h alone, and the gate left out"): quietly(lambda h, o: np.arctanh(h) + 0 * o),
        _("artanh comes first and the gate after: undo the last thing first, so divide by o, then artanh"): quietly(
            lambda h, o: np.arctanh(h) / o
        ),
        _("the gate is multiplied once more: divide by o"): quietly(lambda h, o: np.arctanh(h * o)),
        _("the quotient is upside down: h / o, or artanh is asked for a number beyond 1 in another way"): quietly(
            lambda h, o: np.arctanh(o / h)
        ),
        _("np.log10 or np.log2 is used: artanh is written with the natural logarithm, np.log"): tuple(
            quietly(lambda h, o, base=base: np.arctanh(h / o) / np.log(base)) for base in (10, 2)
        ),
        _("o is subtracted: what was multiplied is undone by dividing"): quietly(lambda h, o: np.arctanh(h - o)),
        _("np.arctan is used for np.arctanh"): quietly(lambda h, o: np.arctan(h / o)),
        _("the logit of the sigmoid is used: tanh has the inverse artanh"): quietly(lambda h, o: logit(h / o)),
        _("the half is missing: artanh(r) = ln((1 + r) / (1 - r)) / 2"): quietly(lambda h, o: 2 * np.arctanh(h / o)),
        _("a pair of brackets is missing: in 1 + r / 1 - r only r is divided, and all that is left is 1"): quietly(
            lambda h, o: 0 * (h / o)
        ),
        _("the two are swapped inside the logarithm: artanh(r) = ln((1 + r) / (1 - r)) / 2"): quietly(
            lambda h, o: -np.arctanh(h / o)
        ),
        _("the output is computed once more: h is given and c is asked for"): lambda h, o: o * np.tanh(h),
        _("a small number is added below the line so that nothing is divided by 0: what is unknown must show"): tuple(
            quietly(lambda h, o, tiny=tiny: np.arctanh(h / (o + tiny)))
            for tiny in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
        ),
        _("the sign is lost"): quietly(lambda h, o: np.abs(np.arctanh(h / o))),
    },
)


def logit(r):
    return np.log(r / (1 - r))


CHECKS = (OUTPUT_GATE, HIDDEN_STATE, MEMORY_FROM_OUTPUT, REVEAL)
