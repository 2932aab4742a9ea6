"""The check of `reveal`: a memory carried through a sequence, of which part is shown at each step."""

import numpy as np

from lstm_ref.checks.engine.compare import first_wrong
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s05_memory_update.run_memory import let_one_unit_grow
from lstm_ref.checks.s05_memory_update.update_memory import SIZES, combination
from lstm_ref.core import cell, memory, output
from lstm_ref.messages import _


def gates_of_a_sequence(rng, sizes: tuple[int, int, int] = SIZES[0]) -> Arguments:
    """A state that is not zero, gates far from their ends, and of each last memory one unit beyond 1."""
    B, T, H = sizes
    call = {
        "c_0": rng.uniform(0.5, 2, (B, H)) * rng.choice([-1.0, 1.0], (B, H)),
        "f": rng.uniform(0.5, 0.95, (B, T, H)),
        "i": rng.uniform(0.3, 0.9, (B, T, H)),
        "candidate": rng.uniform(0.2, 0.9, (B, T, H)) * rng.choice([-1.0, 1.0], (B, T, H)),
        "o": rng.uniform(0.2, 0.9, (B, T, H)),
    }
    unit = let_one_unit_grow(rng, call)
    call["c_0"][:, unit] = np.abs(call["c_0"][:, unit])
    return call


def open_gates(rng) -> list[Arguments]:
    return [gates_of_a_sequence(rng, sizes) for sizes in SIZES]


def shut_but_twice(rng) -> list[Arguments]:
    """Only what the last two steps leave is seen. At the second of them those who carry h, or o * c, part company."""
    calls = [gates_of_a_sequence(rng, sizes) for sizes in SIZES]
    for call in calls:
        call["o"][:, :-2] = 0.0
        call["o"][:, -2:] = rng.uniform(0.4, 0.8, call["o"][:, -2:].shape)
    return calls


def run(
    c_0,
    f,
    i,
    candidate,
    o,
    *,
    update=lambda f, c, i, candidate: f * c + i * candidate,
    shown=lambda o, c, before: o * np.tanh(c),
    carried=lambda c, h, o: c,
    kept=lambda c, h, o: c,
):
    """The loop with one of its lines made wrong: what is written, shown, carried on, or returned at the end."""
    before, hs, c, h = c_0, [], c_0, c_0
    for t in range(f.shape[1]):
        c = update(f[:, t], before, i[:, t], candidate[:, t])
        h = shown(o[:, t], c, before)
        hs.append(h)
        before = carried(c, h, o[:, t])
    return np.stack(hs, axis=1), kept(c, h, o[:, -1])


def with_line(**lines):
    return lambda c_0, f, i, candidate, o: run(c_0, f, i, candidate, o, **lines)


def with_arguments(change):
    return lambda *arguments: run(*change(*arguments))


def shifted(o, by):
    """The gate of the step before or after; the end that has none keeps its own."""
    steps = o.shape[1]
    return o[:, np.clip(np.arange(steps) + by, 0, steps - 1)]


def at_every_step_from_c_0(c_0, f, i, candidate, o):
    c = f * c_0[:, None] + i * candidate
    return o * np.tanh(c), c[:, -1]


def changed_result(change):
    return lambda *arguments: change(*run(*arguments))


def where_to_look(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that is wrong, and whether what is carried or what is shown is to blame."""
    wrong = ~(np.abs(got["hs"] - want["hs"]) <= 1e-9)  # written so that nan counts as wrong
    if not wrong.any():
        return _("All the outputs are right. Look at what is returned as c: the memory after the last step, as it is.")
    t = int(np.argwhere(wrong.any(axis=(0, 2)))[0, 0])
    c_right = bool((np.abs(got["c"] - want["c"]) <= 1e-9).all())
    c_0, f, i, candidate, _o = arguments.values()
    memories = memory.run_memory(f, i, candidate, c_0)
    if c_right:
        at = first_wrong(wrong, "BTH")
        return _(
            "The memory that is left is right, and so is what is written. Look at how it is shown, at step {t} first: "
            "h = o * tanh(c), with the o and the c of that step. There o is {o:.4g}, c is {c:.4g} and tanh(c) is "
            "{squashed:.4g}."
        ).format(t=t, o=arguments["o"][at], c=memories[at], squashed=np.tanh(memories[at]))
    if t and not arguments["o"][:, :t].any():
        return _(
            "Until then the gate is shut, so nothing is said of the steps before: look at what one step hands to the "
            "next. `values` shows them all."
        )
    made_of = combination_behind(arguments, got["hs"][:, t], t, memories)
    if made_of:
        return _("At step {t} the memory behind your numbers is {made_of}; asked for is f * c + i * candidate.").format(
            t=t, made_of=made_of
        )
    if t == 0:
        return _(
            "It is wrong from the first step on. Try one step by hand: c = f * c_0 + i * candidate, and then "
            "h = o * tanh(c)."
        )
    return _(
        "Step 0 is right and step {t} is the first that is not, so look at what one step hands to the next: it is c, "
        "neither squashed nor gated."
    ).format(t=t)


def combination_behind(arguments: Arguments, h: np.ndarray, t: int, memories: np.ndarray) -> str:
    """What the memory behind the outputs of step t is made of, if it is a sum of products of the right numbers."""
    c_0, f, i, candidate, o = arguments.values()
    with np.errstate(all="ignore"):
        c = np.arctanh(h / o[:, t])
    return combination(c, f=f[:, t], c=memories[:, t - 1] if t else c_0, i=i[:, t], candidate=candidate[:, t])


REVEAL = Check(
    name="reveal",
    output=("hs", "c"),
    reference=output.reveal,
    axes={"hs": "BTH", "c": "BH"},
    given=("hidden_state",),
    sizes=lambda arguments: "B={}, T={}, H={}".format(*arguments["f"].shape),
    advice=where_to_look,
    parts={
        "values": Part(open_gates),
        "hidden": Part(
            shut_but_twice,
            mistakes={
                _(
                    "the memory stands still while o = 0: a shut gate hides it, but f and i act all the same"
                ): with_arguments(lambda c, f, i, g, o: (c, np.where(o == 0, 1, f), np.where(o == 0, 0, i), g, o)),
                _("the memory is dropped where o = 0: hiding is not forgetting"): with_line(
                    carried=lambda c, h, o: np.where(o == 0, 0, c)
                ),
            },
        ),
    },
    mistakes={
        _("tanh is left out of what is shown: h = o * tanh(c)"): with_line(shown=lambda o, c, before: o * c),
        _("the memory itself is shown: what is seen of it is o * tanh(c)"): with_line(shown=lambda o, c, before: c),
        _("the two letters are swapped: it is the memory that is squashed"): with_line(
            shown=lambda o, c, before: c * np.tanh(o)
        ),
        _("o goes through a sigmoid once more: it is a fraction already"): with_line(
            shown=lambda o, c, before: cell.sigmoid(o) * np.tanh(c)
        ),
        _("the gates go through a sigmoid once more: they are fractions already"): with_arguments(
            lambda c, f, i, g, o: (c, cell.sigmoid(f), cell.sigmoid(i), g, cell.sigmoid(o))
        ),
        _("the gate is rounded to 0 or 1: it is a fraction"): with_arguments(
            lambda c, f, i, g, o: (c, f, i, g, np.round(o))
        ),
        _("the outputs are added up from step to step: each h is o * tanh(c) of its own step"): changed_result(
            lambda hs, c: (np.cumsum(hs, axis=1), c)
        ),
        _(
            "the memory after the last step is shown at every step: each step shows its own"
        ): lambda c_0, f, i, candidate, o: (
            o * np.tanh(run(c_0, f, i, candidate, o)[1][:, None]),
            run(c_0, f, i, candidate, o)[1],
        ),
        _(
            "every step shows the last output: one array was changed in place and put into the list T times"
        ): changed_result(lambda hs, c: (hs[:, [-1] * hs.shape[1]], c)),
        _("c_0 is returned where the memory after the last step is asked for"): lambda c_0, *gates: (
            run(c_0, *gates)[0],
            c_0,
        ),
        _("the memory before the last step is returned, and not the one after it"): lambda c_0, *gates: (
            run(c_0, *gates)[0],
            run(c_0, *(gate[:, :-1] for gate in gates))[1],
        ),
        _("tanh is taken of the memory that is carried on: it is for what is shown, and c goes on as it is"): tuple(
            with_line(carried=lambda c, h, o: np.tanh(c), kept=kept)
            for kept in (lambda c, h, o: c, lambda c, h, o: np.tanh(c))
        ),
        _("tanh is taken of c itself and then once more: squash only what is shown"): with_line(
            update=lambda f, c, i, candidate: np.tanh(f * c + i * candidate)
        ),
        _("h takes the place of c in f * c, so that what is hidden is lost: hiding is not forgetting"): with_line(
            carried=lambda c, h, o: h
        ),
        _("h takes the place of c in f * c and is returned as the memory: hiding is not forgetting"): with_line(
            carried=lambda c, h, o: h, kept=lambda c, h, o: h
        ),
        _("the memory is cut off at -1 and 1: it may grow as large as it likes"): tuple(
            with_line(**lines)
            for lines in (
                {"kept": lambda c, h, o: np.clip(c, -1, 1)},
                {"carried": lambda c, h, o: np.clip(c, -1, 1)},
                {"update": lambda f, c, i, candidate: np.clip(f * c + i * candidate, -1, 1)},
            )
        ),
        _("the memory that is shown is cut off at -1 and 1: tanh bends towards them"): with_line(
            shown=lambda o, c, before: o * np.clip(c, -1, 1)
        ),
        _("the gate o is applied to the memory that is carried on: it only says what is seen of it"): tuple(
            with_line(carried=lambda c, h, o: o * c, kept=kept) for kept in (lambda c, h, o: c, lambda c, h, o: o * c)
        ),
        _("the memory that is left is multiplied by o: it is returned as it is"): with_line(kept=lambda c, h, o: o * c),
        _("the squashed memory is returned at the end: c is returned as it is"): with_line(
            kept=lambda c, h, o: np.tanh(c)
        ),
        _("the last output is returned where the memory is asked for"): with_line(kept=lambda c, h, o: h),
        _("h is made of the memory of the step before: first update c, then show it"): with_line(
            shown=lambda o, c, before: o * np.tanh(before)
        ),
        _("the output gate is left out: tanh(c) shows everything at every step"): with_line(
            shown=lambda o, c, before: np.tanh(c)
        ),
        _("sigmoid is used where tanh belongs: then h cannot be negative"): with_line(
            shown=lambda o, c, before: o * cell.sigmoid(c)
        ),
        _("tanh is taken of the product o * c: squash first, then let the gate through"): with_line(
            shown=lambda o, c, before: np.tanh(o * c)
        ),
        _("f multiplies what is shown in place of o"): with_arguments(lambda c, f, i, g, o: (c, f, i, g, f)),
        _("i multiplies what is shown in place of o"): with_arguments(lambda c, f, i, g, o: (c, f, i, g, i)),
        _("o multiplies the old memory in place of f: o only says what is seen of it"): with_arguments(
            lambda c, f, i, g, o: (c, o, i, g, o)
        ),
        _("o multiplies what is written in place of i"): with_arguments(lambda c, f, i, g, o: (c, f, o, g, o)),
        _("f and o are swapped"): with_arguments(lambda c, f, i, g, o: (c, o, i, g, f)),
        _("i and o are swapped"): with_arguments(lambda c, f, i, g, o: (c, f, o, g, i)),
        _("f and i are swapped in the update"): with_arguments(lambda c, f, i, g, o: (c, i, f, g, o)),
        _("1 - f multiplies the memory: f = 1 keeps"): with_arguments(lambda c, f, i, g, o: (c, 1 - f, i, g, o)),
        _("1 - o multiplies: o = 1 shows everything"): with_arguments(lambda c, f, i, g, o: (c, f, i, g, 1 - o)),
        _("1 - f is used in place of i"): with_arguments(lambda c, f, i, g, o: (c, f, 1 - f, g, o)),
        _("1 - i multiplies what is written: i = 1 writes"): with_arguments(lambda c, f, i, g, o: (c, f, 1 - i, g, o)),
        _("the write is subtracted"): with_arguments(lambda c, f, i, g, o: (c, f, -i, g, o)),
        _("f scales what is written as well: f * (c + i * candidate) thins the write of this very step"): with_line(
            update=lambda f, c, i, candidate: f * (c + i * candidate)
        ),
        _("i and the candidate are added: the gate multiplies it"): with_line(
            update=lambda f, c, i, candidate: f * c + i + candidate
        ),
        _("tanh is taken of the candidate once more: it comes squashed"): with_arguments(
            lambda c, f, i, g, o: (c, f, i, np.tanh(g), o)
        ),
        _("i is left out: the whole candidate is written"): with_arguments(
            lambda c, f, i, g, o: (c, f, 0 * i + 1, g, o)
        ),
        _("f is left out: nothing is ever forgotten"): with_arguments(lambda c, f, i, g, o: (c, 0 * f + 1, i, g, o)),
        _("the old memory is left out, f * c: each step holds only what it wrote"): with_arguments(
            lambda c, f, i, g, o: (c, 0 * f, i, g, o)
        ),
        _("nothing new is written: i * candidate is missing"): with_arguments(
            lambda c, f, i, g, o: (c, f, 0 * i, g, o)
        ),
        _("c_0 is ignored: the memory starts there and not at 0"): with_arguments(
            lambda c, f, i, g, o: (0 * c, f, i, g, o)
        ),
        _(
            "every step starts from c_0: each has to start from the memory that the last one left"
        ): at_every_step_from_c_0,
        _("the gate of the step before is used: h at step t is shown through o at step t"): with_arguments(
            lambda c, f, i, g, o: (c, f, i, g, shifted(o, -1))
        ),
        _(
            "o[:, t - 1] is used, at the first step the gate of the last: h at step t is shown through o[:, t]"
        ): with_arguments(lambda c, f, i, g, o: (c, f, i, g, np.roll(o, 1, axis=1))),
        _("the gate of the next step is used: h at step t is shown through o at step t"): with_arguments(
            lambda c, f, i, g, o: (c, f, i, g, shifted(o, 1))
        ),
        _("the gate of the last step is used at every step"): with_arguments(
            lambda c, f, i, g, o: (c, f, i, g, o[:, [-1] * o.shape[1]])
        ),
        _("the sequence is read from its end"): lambda c_0, *gates: run(c_0, *(gate[:, ::-1] for gate in gates)),
        _("the outputs are in reversed order"): changed_result(lambda hs, c: (hs[:, ::-1], c)),
        _("the steps are stacked along axis 0, (T, B, H); axis=1 gives (B, T, H)"): changed_result(
            lambda hs, c: (hs.swapaxes(0, 1), c)
        ),
        _(
            "reshape gives the shape (B, T, H), but mixes steps and sequences; np.stack(..., axis=1) does not"
        ): changed_result(lambda hs, c: (hs.swapaxes(0, 1).reshape(hs.shape), c)),
        _("the steps are joined side by side; np.stack(..., axis=1) gives them an axis of their own"): changed_result(
            lambda hs, c: (hs.reshape(len(hs), -1), c)
        ),
        _(
            "the steps are joined one below the other; np.stack(..., axis=1) gives them an axis of their own"
        ): changed_result(lambda hs, c: (hs.swapaxes(0, 1).reshape(-1, hs.shape[2]), c)),
        _("only the last output is returned, and not that of every step"): changed_result(lambda hs, c: (hs[:, -1], c)),
        _("the two results are swapped: first hs, then c"): changed_result(lambda hs, c: (c, hs)),
        _("all the memories are returned, and only the last is asked for"): lambda c_0, f, i, candidate, o: (
            run(c_0, f, i, candidate, o)[0],
            memory.run_memory(f, i, candidate, c_0),
        ),
        _("the loop runs over sequences: steps are the second axis, gate[:, t]"): lambda c_0, f, i, candidate, o: (
            over_sequences(c_0, f, i, candidate, o)
        ),
        _("the last step is left out: range(T) is already 0 to T - 1"): lambda c_0, *gates: run(
            c_0, *(gate[:, :-1] for gate in gates)
        ),
        _("the first step is left out: steps count from 0, and range(T) begins there"): lambda c_0, *gates: run(
            c_0, *(gate[:, 1:] for gate in gates)
        ),
        _("f[:, :, t] is unit t at every step; step t of all units is f[:, t]"): lambda c_0, f, i, candidate, o: (
            f[:, :, 0] * c_0
        ),
    },
)


def over_sequences(c_0, f, i, candidate, o):
    c = c_0
    for t in range(f.shape[1]):
        c = f[t] * c + i[t] * candidate[t]
    return o * np.tanh(c[:, None]), c
