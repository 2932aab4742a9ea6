"""The check of `run_memory`."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s05_memory_update.update_memory import MATRIX, SIZES, by_hand, combination
from lstm_ref.core import cell, memory
from lstm_ref.messages import _


def random_run(rng, start: float, sizes: tuple[int, int, int]) -> Arguments:
    """Gates that differ at every step; `start` scales the memory before the first."""
    B, T, H = sizes
    call = {
        "f": rng.uniform(0.1, 0.9, (B, T, H)),
        "i": rng.uniform(0.1, 0.9, (B, T, H)),
        "candidate": rng.uniform(-1, 1, (B, T, H)),
        "c0": start * rng.normal(0, 2, (B, H)),
    }
    let_one_unit_grow(rng, call)
    return call


def let_one_unit_grow(rng, call: Arguments) -> int:
    """One unit keeps much and always adds much: else all memories may stay between -1 and 1. Returns which."""
    unit = rng.integers(call["f"].shape[2])
    call["f"][:, :, unit] = rng.uniform(0.9, 0.95, call["f"].shape[:2])
    for name in ("i", "candidate"):
        call[name][:, :, unit] = rng.uniform(0.6, 0.9, call[name].shape[:2])
    return unit


def stepped(update=cell.update_memory, shown=lambda c: c, carried=lambda c: c):
    """A run with another update (f, c_prev, i, candidate), another thing shown, or another thing carried on."""

    def wrong(f, i, candidate, c0):
        c, trace = c0, []
        for t in range(f.shape[1]):
            c = update(f[:, t], c, i[:, t], candidate[:, t])
            trace.append(shown(c))
            c = carried(c)
        return np.stack(trace, axis=1)

    return wrong


def changed_run(change):
    return lambda f, i, candidate, c0: memory.run_memory(*change(f, i, candidate, c0))


def without_carry(f, i, candidate, c0):
    return f * c0[:, None] + i * candidate


def reversed_time(f, i, candidate, c0):
    return memory.run_memory(f[:, ::-1], i[:, ::-1], candidate[:, ::-1], c0)


def before_the_steps(f, i, candidate, c0):
    return np.concatenate([c0[:, None], memory.run_memory(f, i, candidate, c0)[:, :-1]], axis=1)


def with_the_start(f, i, candidate, c0):
    return np.concatenate([c0[:, None], memory.run_memory(f, i, candidate, c0)], axis=1)


def from_the_second_step(f, i, candidate, c0):
    return np.concatenate([c0[:, None], memory.run_memory(f[:, 1:], i[:, 1:], candidate[:, 1:], c0)], axis=1)


def over_the_batch(f, i, candidate, c0):
    steps = len(f)
    return memory.run_memory(f[:, :steps], i[:, :steps], candidate[:, :steps], c0)


def steps_by_first_axis(count):
    def wrong(f, i, candidate, c0):
        c, trace = c0, []
        for t in range(count(f)):
            c = f[t] * c + i[t] * candidate[t]
            trace.append(c)
        return np.stack(trace, axis=1)

    return wrong


def units_for_steps(f, i, candidate, c0):
    for t in range(f.shape[1]):
        c0 = f[:, :, t] * c0 + i[:, :, t] * candidate[:, :, t]
    return c0


def at_every_step(gate, t: int):
    return gate[:, [t] * gate.shape[1]]


def one_gate_shifted(shift):
    return changed_run(lambda f, i, a, c0: (shift(f), i, a, c0))


def batch_for_time(f, i, candidate, c0):
    """The memory goes from sequence to sequence, and begins with that of the first."""
    c, trace = c0[0], []
    for n in range(len(f)):
        c = f[n] * c + i[n] * candidate[n]
        trace.append(c)
    return np.stack(trace)


def last_everywhere(f, i, candidate, c0):
    return np.repeat(memory.run_memory(f, i, candidate, c0)[:, -1:], f.shape[1], axis=1)


def cumulated(f, i, candidate, c0):
    return c0[:, None] + np.cumsum(i * candidate, axis=1)


def last_not_carried(f, i, candidate, c0):
    """Each step starts from what the input wrote one step before, and not from the memory."""
    before = np.concatenate([c0[:, None], (i * candidate)[:, :-1]], axis=1)
    return f * before + i * candidate


def powers_of_f(f, i, candidate, c0):
    return f ** np.arange(1, f.shape[1] + 1)[:, None] * c0[:, None] + i * candidate


RUN_MEMORY = Check(
    name="run_memory",
    output="c",
    reference=memory.run_memory,
    axes={"c": "BTH"},
    sizes=lambda arguments: "B={}, T={}, H={}".format(*arguments["f"].shape),
    given=("update_memory",),
    parts={
        # First the one that tells the mistakes apart: from zero, several ways of not carrying on give the same.
        "from_c0": Part(lambda rng: [random_run(rng, 1.0, sizes) for sizes in SIZES]),
        "from_zero": Part(lambda rng: [random_run(rng, 0.0, sizes) for sizes in SIZES]),
    },
    mistakes={
        _("c0 is ignored and the run starts from zeros"): changed_run(lambda f, i, a, c0: (f, i, a, 0 * c0)),
        _("every step starts from c0 again: what a step gives must be carried to the next"): without_carry,
        _("only the last memory is returned; one for each step is asked for, (B, T, H)"): lambda *a: memory.run_memory(
            *a
        )[:, -1],
        _("only the last memory is returned, with an axis for one step; one for each step is asked for"): lambda *a: (
            memory.run_memory(*a)[:, -1:]
        ),
        _(
            "every step shows the last memory: one array was changed in place and put into the list T times"
        ): last_everywhere,
        _(
            "the memory before each step is returned, and not the one after it: append c after the update"
        ): before_the_steps,
        _("c0 is returned too, so that there are T+1 steps: only those after a step count"): with_the_start,
        _("the loop begins at the second step, and c0 stands in the place of the first"): from_the_second_step,
        _("time runs backwards, from the last step to the first, and the result was turned back"): lambda *a: (
            reversed_time(*a)[:, ::-1]
        ),
        _("time runs backwards, from the last step to the first"): reversed_time,
        _("the result is in the order of time reversed"): lambda *a: memory.run_memory(*a)[:, ::-1],
        _("the steps are stacked along axis 0, (T, B, H); np.stack(..., axis=1) puts time second"): lambda *a: (
            np.moveaxis(memory.run_memory(*a), 1, 0)
        ),
        _("the steps are stacked along the last axis, (B, H, T); np.stack(..., axis=1) puts time second"): lambda *a: (
            np.moveaxis(memory.run_memory(*a), 1, 2)
        ),
        _("the steps are joined without an axis of their own; np.stack makes one, np.concatenate does not"): (
            lambda *a: np.concatenate(list(np.moveaxis(memory.run_memory(*a), 1, 0)), axis=1),
            lambda *a: np.concatenate(list(np.moveaxis(memory.run_memory(*a), 1, 0)), axis=0),
        ),
        _(
            "reshape gives the shape (B, T, H), but mixes steps and sequences; np.stack(..., axis=1) does not"
        ): lambda *a: np.moveaxis(memory.run_memory(*a), 1, 0).reshape(a[0].shape),
        _("the last step is left out: range(T) is already 0 to T - 1"): lambda *a: memory.run_memory(*a)[:, :-1],
        _("the first step is left out: steps count from 0, and range(T) begins there"): lambda f, i, a, c0: (
            memory.run_memory(f[:, 1:], i[:, 1:], a[:, 1:], c0)
        ),
        _("f[:, :, t] is unit t at every step; step t of all units is f[:, t]"): units_for_steps,
        _("the loop goes over the batch and not over time: T is f.shape[1], and len(f) is B"): over_the_batch,
        _("f[t] takes a sequence out of the batch; step t of all sequences is f[:, t]"): (
            steps_by_first_axis(len),
            steps_by_first_axis(lambda f: f.shape[1]),
        ),
        _(
            "f and i are swapped: f goes with the old memory, i with the candidate (or the gates came as i, f)"
        ): changed_run(lambda f, i, a, c0: (i, f, a, c0)),
        _("i is added to the candidate and not multiplied with it"): stepped(lambda f, c, i, a: f * c + i + a),
        _("1 - f is used: f = 1 means keep"): changed_run(lambda f, i, a, c0: (1 - f, i, a, c0)),
        _("1 - i is used: i = 1 means write"): changed_run(lambda f, i, a, c0: (f, 1 - i, a, c0)),
        _("i is 1 - f: in an LSTM the two gates are set apart from each other"): changed_run(
            lambda f, i, a, c0: (f, 1 - f, a, c0)
        ),
        _("tanh is taken of the memory that is carried on: that belongs to h, and c goes on as it is"): stepped(
            shown=np.tanh, carried=np.tanh
        ),
        _("tanh of the memory is carried on, h in the place of c"): stepped(carried=np.tanh),
        _("tanh of the memory is returned, which belongs to h"): stepped(shown=np.tanh),
        _("f scales what is written as well: f * (c + i * candidate) thins the write of this very step"): stepped(
            lambda f, c, i, a: f * (c + i * a)
        ),
        _("nothing is forgotten: the writes are only summed up"): cumulated,
        _("nothing is carried on: each step holds only what it wrote"): lambda f, i, a, c0: i * a,
        _("nothing is written: only the product of the gates and c0 is left"): lambda f, i, a, c0: (
            np.cumprod(f, axis=1) * c0[:, None]
        ),
        _("the gates of the first step are used at every step"): tuple(
            changed_run(change)
            for change in (
                lambda f, i, a, c0: (at_every_step(f, 0), at_every_step(i, 0), a, c0),
                lambda f, i, a, c0: (at_every_step(f, 0), at_every_step(i, 0), at_every_step(a, 0), c0),
            )
        ),
        _("the gates of the last step are used at every step"): tuple(
            changed_run(change)
            for change in (
                lambda f, i, a, c0: (at_every_step(f, -1), at_every_step(i, -1), a, c0),
                lambda f, i, a, c0: (at_every_step(f, -1), at_every_step(i, -1), at_every_step(a, -1), c0),
            )
        ),
        _("f of the first step is used at every step: it is f[:, t]"): one_gate_shifted(lambda f: at_every_step(f, 0)),
        _("i of the first step is used at every step: it is i[:, t]"): changed_run(
            lambda f, i, a, c0: (f, at_every_step(i, 0), a, c0)
        ),
        _("the candidate of the first step is written at every step: it is candidate[:, t]"): changed_run(
            lambda f, i, a, c0: (f, i, at_every_step(a, 0), c0)
        ),
        _("the gates of the first sequence are used for all: f[:, t] is step t of every sequence"): changed_run(
            lambda f, i, a, c0: (f[:1] + 0 * f, i[:1] + 0 * i, a[:1] + 0 * a, c0)
        ),
        _("what is written never fades: f acts on c0 alone"): lambda f, i, a, c0: (
            np.cumprod(f, axis=1) * c0[:, None] + np.cumsum(i * a, axis=1)
        ),
        _("f[:, t - 1] is used, the gate of the step before: it is f[:, t]"): one_gate_shifted(
            lambda f: np.roll(f, 1, axis=1)
        ),
        _("f[:, t - 1] and i[:, t - 1] are used, the gates of the step before: it is f[:, t] and i[:, t]"): changed_run(
            lambda f, i, a, c0: (np.roll(f, 1, axis=1), np.roll(i, 1, axis=1), a, c0)
        ),
        _("the arguments of update_memory are given in another order: it is f, c_prev, i, candidate"): stepped(
            lambda f, c, i, a: f * i + a * c
        ),
        _(
            "the batch is taken for time: f[t] is sequence t with all its steps, f[:, t] is step t of all"
        ): batch_for_time,
        _("each step keeps the write of the step before, and not the memory of the step before"): last_not_carried,
        _("f is raised to the power of the step: that is right only where f is the same at every step"): powers_of_f,
        _("the memory is cut off at -1 and 1: it may grow as large as it likes"): tuple(
            wrong
            for wrong in (
                stepped(shown=lambda c: np.clip(c, -1, 1)),
                stepped(lambda *step: np.clip(cell.update_memory(*step), -1, 1)),
                changed_run(lambda f, i, a, c0: (f, i, a, np.clip(c0, -1, 1))),
            )
        ),
        _("what would be negative is cut off at 0: a memory and a candidate can be negative"): tuple(
            wrong
            for wrong in (
                stepped(shown=lambda c: np.maximum(c, 0)),
                stepped(lambda *step: np.maximum(cell.update_memory(*step), 0)),
            )
        ),
        MATRIX: (
            stepped(lambda f, c, i, a: np.dot(f, c) + i * a),
            stepped(lambda f, c, i, a: f @ c + i * a),
            stepped(lambda f, c, i, a: f @ c.T + i * a),
        ),
        _("the memory of the first sequence is used for all"): changed_run(
            lambda f, i, a, c0: (f, i, a, c0[:1] + 0 * c0)
        ),
    },
    advice=lambda arguments, got, want: run_advice(arguments, got["c"], want["c"]),
)


def run_advice(arguments: Arguments, got: np.ndarray, want: np.ndarray) -> str:
    """From which step on it is wrong, and whether each step follows from the one before it in the student's own run."""
    f, i, candidate, c0 = arguments.values()
    wrong = ~np.isclose(got, want, rtol=1e-9, atol=1e-9)
    first = int(np.flatnonzero(wrong.any(axis=(0, 2)))[0])
    before = want[:, first - 1] if first else c0
    told = (
        _("It is wrong from the first step, step 0, on.")
        if first == 0
        else _("Step 0 is right.")
        if first == 1
        else _("Steps 0 to {n} are right.").format(n=first - 1)
    )
    made_of = combination(got[:, first], f=f[:, first], c_prev=before, i=i[:, first], candidate=candidate[:, first])
    if made_of:
        told += " " + _("At step {t} your numbers are {made_of}; asked for is f * c_prev + i * candidate.").format(
            t=first, made_of=made_of
        )
    own = np.concatenate([c0[:, None], got[:, :-1]], axis=1)
    off = ~np.isclose(got, f * own + i * candidate, rtol=1e-9, atol=1e-9)
    off = np.flatnonzero(off.any(axis=(0, 2)))
    if first + 1 < f.shape[1] and len(off) == 1:
        told += " " + _("Every other step follows from the one before it: look at step {t} alone.").format(t=off[0])
    if not made_of:
        sequence, _step, unit = at = first_wrong(wrong, "BTH")
        told += " " + by_hand(f[at], before[sequence, unit], i[at], candidate[at])
    return told
