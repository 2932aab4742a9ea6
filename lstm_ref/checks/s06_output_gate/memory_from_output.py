"""The check of `memory_from_output`: c = artanh(h / o), and what to say where no memory, or any, gives the output."""

import numpy as np

from lstm_ref.checks.engine.compare import first_difference
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.slips.squashing import OTHER_LOGARITHM
from lstm_ref.core import output
from lstm_ref.messages import _


def seen_and_possible(rng) -> list[Arguments]:
    calls = []
    for shape in ((3, 4), (5,)):
        o = rng.uniform(0.2, 0.95, shape)
        calls.append({"h": o * np.tanh(rng.uniform(0.2, 2.5, shape) * rng.choice([-1.0, 1.0], shape)), "o": o})
    return calls


def seen_at_the_ends(rng) -> list[Arguments]:
    """Shut gates, outputs as large as their gate, nearly as large, and larger, and one ordinary pair."""
    pairs = [
        (0.0, 0.0),
        (0.5, 0.5),
        (0.499999, 0.5),
        (-1.0, 1.0),
        (0.6, 0.25),
        (-0.5, 0.25),
        (0.25, 0.5),
        (0.3, 0.0),
        (0.0, 0.75),
    ]
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


ENDS = {
    _("h / o is clipped before artanh: what is beyond the end has no memory, and says so with inf or nan"): quietly(
        lambda h, o: np.arctanh(np.clip(h / o, -1 + 1e-7, 1 - 1e-7))
    ),
    _("h / o is clipped to -1..1: an output larger than its gate has no memory behind it, so nan and not inf"): quietly(
        lambda h, o: np.arctanh(np.clip(h / o, -1, 1))
    ),
    _("an output larger than its gate gives inf: no memory does that, so nan"): on_ratio(
        lambda r: np.where(np.abs(r) < 1, np.arctanh(r), np.sign(r) * np.inf)
    ),
    _("inf and nan are swapped: |h| = o comes from a memory too large to tell, |h| > o from none"): on_ratio(
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
    _("inf is replaced by nan: where h equals o the memory is known to be large, and of which sign"): quietly(
        lambda h, o: np.where(np.isinf(np.arctanh(h / o)), np.nan, np.arctanh(h / o))
    ),
    _("an |h| a little below o is taken for o, as np.isclose does: there is a memory behind it"): on_ratio(
        lambda r: np.where(np.isclose(np.abs(r), 1), np.sign(r) * np.inf, np.arctanh(r))
    ),
    _("the sign is lost: h = -o comes from a large negative memory, -inf"): quietly(
        lambda h, o: np.where(np.abs(h) == o, np.where(o > 0, np.inf, np.nan), np.arctanh(h / o))
    ),
}


def put_back(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The output that a wrong memory would give."""
    _leaf, index = first_difference(got, want)
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
        OTHER_LOGARITHM: tuple(quietly(lambda h, o, base=base: np.arctanh(h / o) / np.log(base)) for base in (10, 2)),
        _("o is subtracted: what was multiplied is undone by dividing"): quietly(lambda h, o: np.arctanh(h - o)),
        _("np.arctan is used for np.arctanh"): quietly(lambda h, o: np.arctan(h / o)),
        _("the logit of the sigmoid is used: tanh has the inverse artanh"): quietly(
            lambda h, o: np.log(h / o / (1 - h / o))
        ),
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
