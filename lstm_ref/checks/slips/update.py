"""The line of the memory, c = f * c_prev + i * candidate: its problems, its mistakes, and what its numbers tell.

Chapter 5 asks for the line and for a run of it, chapter 6 for a run that shows a part of the memory.
"""

from collections.abc import Callable, Collection

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Table
from lstm_ref.checks.given import sigmoid
from lstm_ref.checks.slips import chosen
from lstm_ref.messages import _

# B, T, H of two calls. They all differ, so that no axis can be taken for another, and no size is always the same; B is
# once smaller than H and once larger.
SIZES = ((3, 5, 4), (4, 6, 3))


def let_one_unit_grow(rng, call: Arguments) -> int:
    """One unit keeps much and always adds much: else all memories may stay between -1 and 1. Returns which."""
    unit = rng.integers(call["f"].shape[2])
    call["f"][:, :, unit] = rng.uniform(0.9, 0.95, call["f"].shape[:2])
    for name in ("i", "candidate"):
        call[name][:, :, unit] = rng.uniform(0.6, 0.9, call[name].shape[:2])
    return unit


def update(f, c_prev, i, candidate):
    """The line as it is, in plain NumPy: whatever it is given, it raises what a student's line would."""
    return f * c_prev + i * candidate


def after(change: Callable) -> Callable:
    """The update, and then a change of the new memory."""
    return lambda *arguments: change(update(*arguments))


# How a memory is kept within bounds that it doesn't have. A run can do it in other places, too.
CUT_OFF = _("the memory is cut off at -1 and 1: it may grow as large as it likes")
NOT_NEGATIVE = _("what would be negative is cut off at 0: a memory and a candidate can be negative")

# name -> the sentence, and the wrong update, in one way or several. In the words of `cell`, where it has the mistake.
UPDATES = {
    "swapped": (
        _("f and i are swapped: f goes with the old memory, i with the candidate (or the gates came as i, f)"),
        lambda f, c, i, a: update(i, c, f, a),
    ),
    "f added": (_("f + c_prev stands where f * c_prev belongs"), lambda f, c, i, a: f + c + i * a),
    "i added": (_("i + candidate stands where i * candidate belongs"), lambda f, c, i, a: f * c + i + a),
    "multiplied": (_("f * c_prev and i * candidate are multiplied: they are added"), lambda f, c, i, a: f * c * i * a),
    "subtracted": (_("i * candidate is subtracted: it is added"), lambda f, c, i, a: f * c - i * a),
    "1 - f": (_("1 - f is used: f = 1 means keep, f = 0 means forget"), lambda f, c, i, a: update(1 - f, c, i, a)),
    "1 - i": (_("1 - i is used: i = 1 writes all of the candidate"), lambda f, c, i, a: update(f, c, 1 - i, a)),
    "i coupled": (
        _("the gates are coupled, i = 1 - f: that is another cell; here i is set apart from f"),
        lambda f, c, i, a: update(f, c, 1 - f, a),
    ),
    "f coupled": (
        _("the gates are coupled, f = 1 - i: that is another cell; here f is set apart from i"),
        lambda f, c, i, a: update(1 - i, c, i, a),
    ),
    "f left out": (_("the forget gate is left out of c = f * c_prev + i * candidate"), lambda f, c, i, a: c + i * a),
    "i left out": (_("the input gate is left out of c = f * c_prev + i * candidate"), lambda f, c, i, a: f * c + a),
    "nothing kept": (
        _("f * c_prev is lost: the memory is overwritten at each step, or not carried on"),
        lambda f, c, i, a: i * a,
    ),
    "nothing written": (_("i * candidate is lost: nothing is ever written"), lambda f, c, i, a: f * c),
    "unchanged": (_("c_prev is returned as it came"), lambda f, c, i, a: c),
    "f on all": (
        _("f multiplies all of it, f * (c_prev + i * candidate): that thins the write of this very step"),
        lambda f, c, i, a: f * (c + i * a),
    ),
    "i on all": (
        _("i multiplies all of it, i * (f * c_prev + candidate): i belongs to the candidate alone"),
        lambda f, c, i, a: i * (f * c + a),
    ),
    "mean": (_("the mean of the old memory and the write is taken, half of the sum"), after(lambda c: c / 2)),
    "argument order": (
        _("the arguments of update_memory are taken in another order: it is f, c_prev, i, candidate"),
        lambda f, c, i, a: f * i + c * a,
    ),
    "tanh of the new": (
        _("the c that is carried on is squashed: tanh belongs to h alone, c stays as it is"),
        after(np.tanh),
    ),
    "tanh of the old": (
        _("tanh is taken of the old memory, as in h: it is f * c_prev, not f * tanh(c_prev)"),
        lambda f, c, i, a: update(f, np.tanh(c), i, a),
    ),
    "tanh of the candidate": (
        _("tanh is taken of the candidate, which has had it already"),
        lambda f, c, i, a: update(f, c, i, np.tanh(a)),
    ),
    "tanh of both": (
        _("tanh is taken of the old memory and of the candidate: c goes on as it is, the candidate has had it"),
        lambda f, c, i, a: update(f, np.tanh(c), i, np.tanh(a)),
    ),
    "sigmoid again": (
        _("f and i go through a sigmoid once more: they are fractions already"),
        lambda f, c, i, a: update(sigmoid(f), c, sigmoid(i), a),
    ),
    "cut off": (CUT_OFF, after(lambda c: np.clip(c, -1, 1))),
    "not negative": (NOT_NEGATIVE, after(lambda c: np.maximum(c, 0))),
    "matrix product": (
        _("a matrix product (np.dot or @) is used: * goes element by element, each unit for itself"),
        lambda f, c, i, a: np.dot(f, c) + i * a,
        lambda f, c, i, a: f @ c + i * a,
        lambda f, c, i, a: f @ c.T + i * a,
        lambda f, c, i, a: f @ c.T + i @ a.T,
        lambda f, c, i, a: f.T @ c + i.T @ a,
    ),
}


def updates(made: Callable, without: Collection[str] = ()) -> Table:
    """The table of the wrong updates, each made into a wrong function of an exercise; `without` those named."""
    return chosen(UPDATES, made, without)


def combination(got: np.ndarray, **arguments: np.ndarray) -> str:
    """`got` as a sum of the arguments and their products with a gate, if it is one with few terms: "f * c_prev + i"."""
    f, c, i, a = arguments.values()
    names = list(arguments)
    terms = {f"f * {names[1]}": f * c, f"i * {names[3]}": i * a, names[1]: c, names[3]: a, f"i * {names[1]}": i * c}
    terms |= {f"f * {names[3]}": f * a, "f": f, "i": i}
    terms = {name: term for name, term in terms.items() if term.any()}  # a memory of zeros explains nothing
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


def by_hand(f: float, c_prev: float, i: float, candidate: float) -> str:
    """The four numbers that one number of the new memory is made of, and their two products (never "-0")."""
    return _(
        "There f is {f:.4g}, c_prev {c_prev:.4g}, i {i:.4g} and the candidate {candidate:.4g}: "
        "{kept:.4g} is kept and {written:.4g} written."
    ).format(f=f, c_prev=c_prev + 0.0, i=i, candidate=candidate, kept=f * c_prev + 0.0, written=i * candidate + 0.0)
