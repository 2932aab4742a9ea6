"""The check of `update_memory`."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.core import cell
from lstm_ref.messages import _

# Sizes that all differ, so that no axis can be taken for another; two of them, so that none can be written as a number.
SIZES = ((3, 5, 4), (2, 6, 3))


def random_update(rng, sizes: tuple[int, int, int] = SIZES[0]) -> Arguments:
    """Gates and candidates within their bounds, and a memory larger than 1: it has none."""
    B, _T, H = sizes
    return {
        "f": rng.uniform(0.1, 0.9, (B, H)),
        "c_prev": rng.normal(0, 2, (B, H)),
        "i": rng.uniform(0.1, 0.9, (B, H)),
        "candidate": rng.uniform(-1, 1, (B, H)),
    }


def open_and_shut(rng) -> list[Arguments]:
    """Gates at 0 and at 1 in all four combinations, and a memory that has counted far."""
    call = random_update(rng)
    B, H = call["f"].shape
    call["f"], call["i"] = np.tile([0.0, 0.0, 1.0, 1.0], (B, 1)), np.tile([0.0, 1.0, 0.0, 1.0], (B, 1))
    call["c_prev"] = rng.uniform(100, 1000, (B, H)) * rng.choice([-1.0, 1.0], (B, H))
    return [call]


def with_update(change):
    """The update on changed arguments."""
    return lambda f, c_prev, i, candidate: cell.update_memory(*change(f, c_prev, i, candidate))


def one_column(product):
    """What a matrix product of the gates would be; with these sizes it raises."""
    return lambda f, c_prev, i, candidate: product(f, c_prev) + product(i, candidate)


MATRIX = _("a matrix product (np.dot or @) is used: * goes element by element, each unit for itself")


UPDATE_MEMORY = Check(
    name="update_memory",
    output="c",
    reference=cell.update_memory,
    axes={"c": "BH"},
    sizes=lambda arguments: "B={}, H={}".format(*arguments["f"].shape),
    parts={
        "equation": Part(lambda rng: [random_update(rng, sizes) for sizes in SIZES]),
        "limits": Part(
            open_and_shut,
            mistakes={
                _("the memory is clipped: f, i and the candidate have bounds, c has none"): lambda *a: np.clip(
                    cell.update_memory(*a), -10, 10
                ),
            },
        ),
    },
    mistakes={
        _(
            "f and i are swapped: f goes with the old memory, i with the candidate (or the gates came as i, f)"
        ): with_update(lambda f, c, i, a: (i, c, f, a)),
        _("i is added to the candidate and not multiplied with it"): lambda f, c_prev, i, candidate: (
            f * c_prev + i + candidate
        ),
        _("1 - f is used: f = 1 means keep"): with_update(lambda f, c, i, a: (1 - f, c, i, a)),
        _("1 - i is used: i = 1 means write"): with_update(lambda f, c, i, a: (f, c, 1 - i, a)),
        _("i is 1 - f: in an LSTM the two gates are set apart from each other"): with_update(
            lambda f, c, i, a: (f, c, 1 - f, a)
        ),
        _("f is 1 - i: in an LSTM the two gates are set apart"): with_update(lambda f, c, i, a: (1 - i, c, i, a)),
        _("tanh is taken of the new memory: that belongs to h, and c goes on as it is"): lambda *a: np.tanh(
            cell.update_memory(*a)
        ),
        _("tanh is taken of the old memory, as in h: it is f * c_prev, not f * tanh(c_prev)"): with_update(
            lambda f, c, i, a: (f, np.tanh(c), i, a)
        ),
        _("tanh is taken of the candidate, which has had it already"): with_update(
            lambda f, c, i, a: (f, c, i, np.tanh(a))
        ),
        _(
            "tanh is taken of the old memory and of the candidate: c goes on as it is, the candidate has had it"
        ): with_update(lambda f, c, i, a: (f, np.tanh(c), i, np.tanh(a))),
        _("the gates go through a sigmoid once more; they are fractions already"): with_update(
            lambda f, c, i, a: (cell.sigmoid(f), c, cell.sigmoid(i), a)
        ),
        _("nothing is forgotten: f is left out"): with_update(lambda f, c, i, a: (1 + 0 * f, c, i, a)),
        _("i is left out, so that the whole candidate is written"): with_update(
            lambda f, c, i, a: (f, c, 1 + 0 * i, a)
        ),
        _(
            "f scales what is written as well: f * (c_prev + i * candidate) thins the write of this very step"
        ): lambda f, c_prev, i, candidate: f * (c_prev + i * candidate),
        _("i scales the old memory as well: i * (f * c_prev + candidate)"): lambda f, c_prev, i, candidate: (
            i * (f * c_prev + candidate)
        ),
        _("the old memory is overwritten: only i * candidate is left"): lambda f, c_prev, i, candidate: i * candidate,
        _("nothing is written: only f * c_prev is left"): lambda f, c_prev, i, candidate: f * c_prev,
        _("the write is subtracted"): with_update(lambda f, c, i, a: (f, c, -i, a)),
        _("the two products are multiplied: a plus stands between them"): lambda f, c_prev, i, candidate: (
            f * c_prev * i * candidate
        ),
        _("the arguments are taken in another order: it is f, c_prev, i, candidate"): lambda f, c_prev, i, candidate: (
            f * i + c_prev * candidate
        ),
        _("the mean of the old memory and the write is taken, half of the sum"): lambda *a: cell.update_memory(*a) / 2,
        _("c_prev is returned as it came"): lambda f, c_prev, i, candidate: c_prev,
        _("the memory is cut off at -1 and 1: it may grow as large as it likes"): lambda *a: np.clip(
            cell.update_memory(*a), -1, 1
        ),
        _("c is transposed: one row per sequence, (B, H)"): lambda *a: cell.update_memory(*a).T,
        _("the units are summed up: each unit has a memory of its own"): lambda *a: cell.update_memory(*a).sum(axis=1),
        _("the sequences are averaged: each sequence of the batch has a memory of its own"): lambda *a: (
            cell.update_memory(*a).mean(axis=0)
        ),
        _("the output is given, tanh(c) scaled by a gate: c alone is asked for"): lambda f, c, i, a: (
            i * np.tanh(cell.update_memory(f, c, i, a))
        ),
        _("what would be negative is cut off at 0: a memory and a candidate can be negative"): lambda *a: np.maximum(
            cell.update_memory(*a), 0
        ),
        MATRIX: (
            one_column(np.dot),
            one_column(lambda a, b: a @ b),
            one_column(lambda a, b: a @ b.T),
            one_column(lambda a, b: a.T @ b),
            lambda f, c_prev, i, candidate: f @ c_prev.T + i * candidate,
        ),
    },
    advice=lambda arguments, got, want: update_advice(arguments, got["c"], want["c"]),
)


def update_advice(arguments: Arguments, got: np.ndarray, want: np.ndarray) -> str:
    """What the numbers are made of, if they are a sum of products of the arguments; else which of them are wrong."""
    made_of = combination(got, **arguments)
    if made_of:
        return _("Your numbers are {made_of}; asked for is f * c_prev + i * candidate.").format(made_of=made_of)
    wrong = ~np.isclose(got, want, rtol=1e-9, atol=1e-9)
    for axis, text in ((0, _("Only unit {n} is wrong.")), (1, _("Only sequence {n} is wrong."))):
        rows = np.flatnonzero(wrong.any(axis=axis))
        if len(rows) == 1 and wrong.sum() > 1:
            return text.format(n=rows[0])
    return by_hand(*(argument[first_wrong(wrong, "BH")] for argument in arguments.values()))


def by_hand(f: float, c_prev: float, i: float, candidate: float) -> str:
    """The four numbers that one number of the new memory is made of, and their two products (never "-0")."""
    return _(
        "There f is {f:.4g}, c_prev {c_prev:.4g}, i {i:.4g} and the candidate {candidate:.4g}: "
        "{kept:.4g} is kept and {written:.4g} written."
    ).format(f=f, c_prev=c_prev + 0.0, i=i, candidate=candidate, kept=f * c_prev + 0.0, written=i * candidate + 0.0)


def combination(got: np.ndarray, **arguments: np.ndarray) -> str:
    """`got` as a sum of the arguments and their products with a gate, if it is one with few terms: "f * c_prev + i"."""
    f, c, i, a = arguments.values()
    names = list(arguments)
    terms = {f"f * {names[1]}": f * c, f"i * {names[3]}": i * a, names[1]: c, names[3]: a, f"i * {names[1]}": i * c}
    terms |= {f"f * {names[3]}": f * a, "f": f, "i": i}
    terms = {name: term for name, term in terms.items() if term.any()}  # a memory of zeros has no say
    columns = np.stack([term.ravel() for term in terms.values()], axis=1)
    if not np.isfinite(got).all() or np.linalg.matrix_rank(columns) < columns.shape[1] or len(columns) <= len(terms):
        return ""
    weights, *_rest = np.linalg.lstsq(columns, got.ravel(), rcond=None)
    if not np.allclose(columns @ weights, got.ravel(), rtol=0, atol=1e-9 * (1 + np.abs(got).max())):
        return ""
    rounded = np.round(weights, 6)
    told = [
        {1: "", -1: "-"}.get(weight, f"{weight:g} * ") + term
        for term, weight in zip(terms, rounded, strict=True)
        if weight
    ]
    return " + ".join(told).replace("+ -", "- ")
