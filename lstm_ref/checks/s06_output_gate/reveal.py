"""The check of `reveal`: a memory carried through a sequence, of which part is shown at each step.

Carried, shown and returned are three things here, and a learner may take each for another.
"""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, FINAL, READ, STACKED, Loop
from lstm_ref.checks.slips.output import IN_H
from lstm_ref.checks.slips.update import CUT_OFF, SIZES, combination, let_one_unit_grow, update, updates
from lstm_ref.core import memory, output
from lstm_ref.core.cell import sigmoid
from lstm_ref.messages import _


def gates_of_a_sequence(rng, sizes: tuple[int, int, int]) -> Arguments:
    """A state that is not zero, gates far from their ends, and of each last memory one unit beyond 1."""
    B, T, H = sizes
    call = {
        "c_0": with_far_numbers(rng.uniform(0.5, 2, (B, H)) * rng.choice([-1.0, 1.0], (B, H)), 40.0),
        "f": rng.uniform(0.5, 0.95, (B, T, H)),
        "i": rng.uniform(0.3, 0.9, (B, T, H)),
        "candidate": rng.uniform(0.2, 0.9, (B, T, H)) * rng.choice([-1.0, 1.0], (B, T, H)),
        "o": rng.uniform(0.2, 0.9, (B, T, H)),
    }
    unit = let_one_unit_grow(rng, call)
    call["c_0"][:, unit] = np.abs(call["c_0"][:, unit])
    return call


def shut_but_twice(rng) -> list[Arguments]:
    """Only what the last two steps leave is seen. At the second of them those who carry h, or o * c, part company."""
    calls = [gates_of_a_sequence(rng, sizes) for sizes in SIZES]
    for call in calls:
        call["o"][:, :-2] = 0.0
        call["o"][:, -2:] = rng.uniform(0.4, 0.8, call["o"][:, -2:].shape)
    return calls


def step_with(update=update, shown=lambda o, c: o * np.tanh(c)):
    """A step with another update, or another thing shown."""

    def step(c, f, i, candidate, o):
        new = update(f, c, i, candidate)
        return new, shown(o, new)

    return step


RUN = Loop(
    step=step_with(),
    take_apart=lambda c_0, f, i, candidate, o: ((f, i, candidate, o), c_0, ()),
    letters={"x": "f", "D": "H", "h": "h", "hs": "hs", "first": "c_0", "final": "c"},
)


def shows(shown):
    """Another function (o, c) of the gate and the new memory is shown."""
    return RUN(step=step_with(shown=shown))


def with_arguments(change):
    return lambda *arguments: RUN()(*change(*arguments))


def o_of(v):
    return v.inputs[3]


def shifted(o, by):
    """The gate of the step before or after; the end that has none keeps its own."""
    steps = o.shape[1]
    return o[:, np.clip(np.arange(steps) + by, 0, steps - 1)]


IN_WHAT_IS_SHOWN = {
    _("the memory itself is shown: what is seen of it is o * tanh(c)"): shows(lambda o, c: c),
    _("h is made of the memory of the step before: first update c, then show it"): RUN(
        keep=lambda v: o_of(v) * np.tanh(v.before)
    ),
    _("the memory after the last step is shown at every step: each step shows its own"): RUN(
        result=lambda v: (v.xs[3] * np.tanh(v.final[:, None]), v.final)
    ),
    _("the outputs are added up from step to step: each h is o * tanh(c) of its own step"): RUN(
        result=lambda v: (np.cumsum(v.hs, axis=1), v.final)
    ),
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
}

GATES_EXCHANGED = {
    _("f multiplies what is shown in place of o"): with_arguments(lambda c, f, i, g, o: (c, f, i, g, f)),
    _("i multiplies what is shown in place of o"): with_arguments(lambda c, f, i, g, o: (c, f, i, g, i)),
    _("o multiplies the old memory in place of f: o only says what is seen of it"): with_arguments(
        lambda c, f, i, g, o: (c, o, i, g, o)
    ),
    _("o multiplies what is written in place of i"): with_arguments(lambda c, f, i, g, o: (c, f, o, g, o)),
    _("f and o are swapped"): with_arguments(lambda c, f, i, g, o: (c, o, i, g, f)),
    _("i and o are swapped"): with_arguments(lambda c, f, i, g, o: (c, f, o, g, i)),
    _("the gates go through a sigmoid once more: they are fractions already"): with_arguments(
        lambda c, f, i, g, o: (c, sigmoid(f), sigmoid(i), g, sigmoid(o))
    ),
}

# Some are made twice: by who returns the memory as it is, and by who returns what is carried.
IN_WHAT_IS_CARRIED_OR_RETURNED = {
    _("tanh is taken of the memory that is carried on: it is for what is shown, and c goes on as it is"): (
        RUN(carry=lambda v: np.tanh(v.new)),
        RUN(carry=lambda v: np.tanh(v.new), final=lambda v: np.tanh(v.new)),
    ),
    _("h takes the place of c in f * c, so that what is hidden is lost: hiding is not forgetting"): RUN(
        carry=lambda v: v.shown
    ),
    _("h takes the place of c in f * c and is returned as the memory: hiding is not forgetting"): RUN(
        carry=lambda v: v.shown, final=lambda v: v.shown
    ),
    _("the gate o is applied to the memory that is carried on: it only says what is seen of it"): (
        RUN(carry=lambda v: o_of(v) * v.new),
        RUN(carry=lambda v: o_of(v) * v.new, final=lambda v: o_of(v) * v.new),
    ),
    _("the memory that is left is multiplied by o: it is returned as it is"): RUN(final=lambda v: o_of(v) * v.new),
    _("the squashed memory is returned at the end: c is returned as it is"): RUN(final=lambda v: np.tanh(v.new)),
    _("the last output is returned where the memory is asked for"): RUN(final=lambda v: v.shown),
    CUT_OFF: (RUN(final=lambda v: np.clip(v.new, -1, 1)), RUN(carry=lambda v: np.clip(v.new, -1, 1))),
}

WHILE_THE_GATE_IS_SHUT = {
    _("the memory stands still while o = 0: a shut gate hides it, but f and i act all the same"): with_arguments(
        lambda c, f, i, g, o: (c, np.where(o == 0, 1, f), np.where(o == 0, 0, i), g, o)
    ),
    _("the memory is dropped where o = 0: hiding is not forgetting"): RUN(
        carry=lambda v: np.where(o_of(v) == 0, 0, v.new)
    ),
}


def where_to_look(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that is wrong, and whether what is carried or what is shown is to blame."""
    wrong = wrong_numbers(got["hs"], want["hs"])
    if not wrong.any():
        return _("All the outputs are right. Look at what is returned as c: the memory after the last step, as it is.")
    t = int(np.argwhere(wrong.any(axis=(0, 2)))[0, 0])
    c_right = not wrong_numbers(got["c"], want["c"]).any()
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
    given=(given.hidden_state,),
    sizes=lambda arguments: "B={}, T={}, H={}".format(*arguments["f"].shape),
    advice=where_to_look,
    parts={
        "values": Part(lambda rng: [gates_of_a_sequence(rng, sizes) for sizes in SIZES]),
        "hidden": Part(shut_but_twice, mistakes=WHILE_THE_GATE_IS_SHUT),
    },
    mistakes=known(
        # Who collects before the step shows o * tanh(c) of the memory before it: see IN_WHAT_IS_SHOWN.
        RUN.slips(STACKED, COLLECTED, READ, CARRIED, FINAL, without=["before the step"]),
        # The update is written out here: no update_memory is called.
        updates(lambda wrong: RUN(step=step_with(wrong)), without=["argument order"]),
        within(shows, IN_H),
        IN_WHAT_IS_SHOWN,
        GATES_EXCHANGED,
        IN_WHAT_IS_CARRIED_OR_RETURNED,
    ),
)
