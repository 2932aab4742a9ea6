"""The check of `run_memory`. From c0 = 0, several ways of not carrying on give the same: that part comes last."""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Part, known
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.slips import update as slips
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, READ, STACKED, Loop
from lstm_ref.core import memory
from lstm_ref.messages import _


def random_run(rng, start: float, sizes: tuple[int, int, int]) -> Arguments:
    """Gates that differ at every step; `start` scales the memory before the first."""
    B, T, H = sizes
    call = {
        "f": rng.uniform(0.1, 0.9, (B, T, H)),
        "i": rng.uniform(0.1, 0.9, (B, T, H)),
        "candidate": rng.uniform(-1, 1, (B, T, H)),
        "c0": start * with_far_numbers(rng.normal(0, 2, (B, H))),
    }
    slips.let_one_unit_grow(rng, call)
    return call


def step_with(wrong=slips.update):
    """A step with another update: the new memory is carried on, and shown."""

    def step(c, f, i, candidate):
        new = wrong(f, c, i, candidate)
        return new, new

    return step


RUN = Loop(
    step=step_with(),
    take_apart=lambda f, i, candidate, c0: ((f, i, candidate), c0, ()),
    places={"result": lambda v: v.hs},
    letters={"x": "f", "D": "H", "h": "memory", "hs": "c", "first": "c0"},
)


def with_gates(change):
    return lambda f, i, candidate, c0: RUN()(*change(f, i, candidate), c0)


def first_always(gate):
    """That of the first step, at every step."""
    return gate[:, [0] * gate.shape[1]]


def last_always(gate):
    return gate[:, [-1] * gate.shape[1]]


def step_before(gate):
    """That of the step before, at the first step that of the last."""
    return np.roll(gate, 1, axis=1)


OWN = {
    _("tanh of the memory is carried on, h in the place of c"): RUN(carry=lambda v: np.tanh(v.new)),
    _("tanh of the memory is returned, which belongs to h"): RUN(keep=lambda v: np.tanh(v.new)),
    _("the gates of the first step are used at every step"): with_gates(
        lambda f, i, a: (first_always(f), first_always(i), a)
    ),
    _("the gates of the last step are used at every step"): with_gates(
        lambda f, i, a: (last_always(f), last_always(i), a)
    ),
    _("f of the first step is used at every step: it is f[:, t]"): with_gates(lambda f, i, a: (first_always(f), i, a)),
    _("i of the first step is used at every step: it is i[:, t]"): with_gates(lambda f, i, a: (f, first_always(i), a)),
    _("the candidate of the first step is written at every step: it is candidate[:, t]"): with_gates(
        lambda f, i, a: (f, i, first_always(a))
    ),
    _("f[:, t - 1] is used, the gate of the step before: it is f[:, t]"): with_gates(
        lambda f, i, a: (step_before(f), i, a)
    ),
    _("f[:, t - 1] and i[:, t - 1] are used, the gates of the step before: it is f[:, t] and i[:, t]"): with_gates(
        lambda f, i, a: (step_before(f), step_before(i), a)
    ),
    _("the gates of the first sequence are used for all: f[:, t] is step t of every sequence"): with_gates(
        lambda f, i, a: (f[:1] + 0 * f, i[:1] + 0 * i, a[:1] + 0 * a)
    ),
    _("the memory of the first sequence is used for all"): RUN(start=lambda v: v.first[:1] + 0 * v.first),
    # It gives numbers only from the memory of the first sequence; from c0 it is an error, which `READ` knows.
    _("the batch is taken for time: f[t] is sequence t with all its steps, f[:, t] is step t of all"): RUN(
        order=lambda T, x: range(len(x)), read=lambda x, t: x[t], start=lambda v: v.first[0], stack=np.stack
    ),
    _("each step keeps the write of the step before, and not the memory of the step before"): RUN(
        step=lambda written, f, i, a: (i * a, f * written + i * a)
    ),
    _("what is written never fades: f acts on c0 alone"): lambda f, i, a, c0: (
        np.cumprod(f, axis=1) * c0[:, None] + np.cumsum(i * a, axis=1)
    ),
    _("f is raised to the power of the step: that is right only where f never changes"): lambda f, i, a, c0: (
        f ** np.arange(1, f.shape[1] + 1)[:, None] * c0[:, None] + i * a
    ),
    slips.CUT_OFF: (RUN(keep=lambda v: np.clip(v.new, -1, 1)), RUN(start=lambda v: np.clip(v.first, -1, 1))),
    slips.NOT_NEGATIVE: RUN(keep=lambda v: np.maximum(v.new, 0)),
}


def run_advice(arguments: Arguments, got: np.ndarray, want: np.ndarray) -> str:
    """From which step on it is wrong, and whether each step follows from the one before it in the student's own run."""
    f, i, candidate, c0 = arguments.values()
    wrong = wrong_numbers(got, want)
    first = int(np.flatnonzero(wrong.any(axis=(0, 2)))[0])
    before = want[:, first - 1] if first else c0
    told = (
        _("It is wrong from the first step, step 0, on.")
        if first == 0
        else _("Step 0 is right.")
        if first == 1
        else _("Steps 0 to {n} are right.").format(n=first - 1)
    )
    made_of = slips.combination(
        got[:, first], f=f[:, first], c_prev=before, i=i[:, first], candidate=candidate[:, first]
    )
    if made_of:
        told += " " + _("At step {t} your numbers are {made_of}; asked for is f * c_prev + i * candidate.").format(
            t=first, made_of=made_of
        )
    own = np.concatenate([c0[:, None], got[:, :-1]], axis=1)
    off = wrong_numbers(got, f * own + i * candidate)
    off = np.flatnonzero(off.any(axis=(0, 2)))
    if first + 1 < f.shape[1] and len(off) == 1:
        told += " " + _("Every other step follows from the one before it: look at step {t} alone.").format(t=off[0])
    if not made_of:
        sequence, _step, unit = at = first_wrong(wrong, "BTH")
        told += " " + slips.by_hand(f[at], before[sequence, unit], i[at], candidate[at])
    return told


RUN_MEMORY = Check(
    name="run_memory",
    output="c",
    reference=memory.run_memory,
    axes={"c": "BTH"},
    sizes=lambda arguments: "B={}, T={}, H={}".format(*arguments["f"].shape),
    given=(given.update_memory,),
    parts={
        "from_c0": Part(lambda rng: [random_run(rng, 1.0, sizes) for sizes in slips.SIZES]),
        "from_zero": Part(lambda rng: [random_run(rng, 0.0, sizes) for sizes in slips.SIZES]),
    },
    mistakes=known(
        RUN.slips(STACKED, COLLECTED, READ, CARRIED),
        # Who squashes the old memory carries tanh(c) on: from zero it is the same.
        slips.updates(lambda wrong: RUN(step=step_with(wrong)), without=["tanh of the old"]),
        OWN,
    ),
    advice=lambda arguments, got, want: run_advice(arguments, got["c"], want["c"]),
)
