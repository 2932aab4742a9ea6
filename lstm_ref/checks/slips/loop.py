"""One loop over steps with a place for everything that can go wrong in it, and the mistakes that are made there.

A function that runs over a sequence is taken apart: its step, (state, *inputs of the step, *constants) -> (new state,
what is shown); its inputs, (B, T, ...) each; its first state. `Loop` puts it together again, wrong in some place:

    RUN = Loop(
        step=lambda c, f, i, a: (f * c + i * a, f * c + i * a), take_apart=lambda f, i, a, c0: ((f, i, a), c0, ())
    )
    RUN(start=lambda v: 0 * v.first)  # the function that ignores c0

What a place can use is in `v`: the inputs (xs), the first state, and whatever the steps up to now gave.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from lstm_ref.checks.slips import chosen, filled_in
from lstm_ref.messages import _

PLACES = {
    "start": lambda v: v.first,
    "order": lambda T, x: range(T),  # which steps are taken; x is the first of the inputs
    "read": lambda x, t: x[:, t],
    "carry": lambda v: v.new,  # what the next step begins with
    "keep": lambda v: v.shown,  # what is collected of one step
    "collected": lambda v: v.kept,  # what is collected of them all
    "stack": lambda steps: np.stack(steps, axis=1),
    "final": lambda v: v.new,  # the state that is returned
    "result": lambda v: (v.hs, v.final),
}


@dataclass(frozen=True)
class Loop:
    """A function that runs a step over a sequence. Called with places, it returns the function that is wrong there."""

    step: Callable
    take_apart: Callable  # the arguments of the function -> inputs, first state, constants
    letters: dict[str, str] = field(default_factory=dict)  # how the sentences of the slips name the things of it
    seen: Callable = lambda state: state  # of a state, what would be shown of it
    places: dict[str, Callable] = field(default_factory=dict)  # those that are not as in PLACES

    def __call__(self, **changes: Callable) -> Callable:
        place = PLACES | {"step": self.step} | self.places | changes
        if unknown := set(place) - set(PLACES) - {"step"}:
            raise TypeError(f"no places are called {sorted(unknown)}; there are step and {sorted(PLACES)}")

        def function(*arguments):
            v = SimpleNamespace(kept=[], states=[], seen=self.seen)
            v.xs, v.first, constants = self.take_apart(*arguments)
            v.new = state = place["start"](v)
            for t in place["order"](v.xs[0].shape[1], v.xs[0]):
                v.before, v.inputs = state, [place["read"](x, t) for x in v.xs]
                v.new, v.shown = place["step"](v.before, *v.inputs, *constants)
                v.states.append(v.new)
                v.kept.append(place["keep"](v))
                state = place["carry"](v)
            v.hs = place["stack"](place["collected"](v))
            v.final = place["final"](v)
            return place["result"](v)

        return function

    def slips(self, *groups: dict, without: Collection[str] = (), only: Collection[str] = ()) -> dict:
        """The table of the mistakes in these groups; `without` those named, or `only` those named."""
        slips = {name: slip for group in groups for name, slip in group.items()}
        table = chosen(slips, lambda places: self(**places), without, only)
        return filled_in(table, **self.letters)


def zeros_for(state):
    """Zeros in the form of a state: an array, or a named tuple of arrays."""
    return type(state)(*(0 * part for part in state)) if isinstance(state, tuple) else 0 * state


def of_all(states: list):
    """The states of all steps in the form of one: (B, T, H), or a named tuple of such."""
    if isinstance(states[0], tuple):
        return type(states[0])(*(np.stack(parts, axis=1) for parts in zip(*states, strict=True)))
    return np.stack(states, axis=1)


# The slips: name -> the sentence, and the places that are wrong, in one way or several. A check that takes a group with
# `only=` does not get what is added to it: stacked_lstm_forward and the filters of chapter 9 name what they take. The
# letters in the sentences: x, the (first) input; D, how many numbers of it a step reads; h, what is shown of one step;
# hs, of all; first, the state to begin with; final, the state that is returned.

STACKED = {
    "axis 0": (
        _("the steps are stacked along axis 0, which gives (T, B, H): np.stack(..., axis=1) gives (B, T, H)"),
        {"stack": np.stack},
    ),
    "last axis": (
        _("the steps are stacked along the last axis, which gives (B, H, T): np.stack(..., axis=1) gives (B, T, H)"),
        {"stack": lambda steps: np.stack(steps, axis=-1)},
    ),
    "side by side": (
        _("the steps are joined side by side, (B, T*H): np.stack(..., axis=1) gives them an axis of their own"),
        {"stack": lambda steps: np.concatenate(steps, axis=1)},
    ),
    "one below the other": (
        _("the steps are joined one below the other, (T*B, H): np.stack(..., axis=1) gives them an axis of their own"),
        {"stack": lambda steps: np.concatenate(steps, axis=0)},
    ),
    "reshaped": (
        _("reshape makes (B, T, H) of (T, B, H), but mixes steps and sequences: np.stack(..., axis=1) does not"),
        {"stack": lambda steps: np.reshape(steps, (len(steps[0]), len(steps), -1))},
    ),
}

COLLECTED = {
    "last alone": (
        _("only the last {h} is returned: one for each step is asked for"),
        {"stack": lambda steps: steps[-1]},
    ),
    "last alone with an axis": (
        _("only the last {h} is returned, with an axis for one step: one for each step is asked for"),
        {"collected": lambda v: v.kept[-1:]},
    ),
    "last everywhere": (
        _("every step of {hs} is the last {h}: one array is written again and again, and the list holds it T times"),
        {"collected": lambda v: v.kept[-1:] * len(v.kept)},
    ),
    "before the step": (
        _("{hs} holds the {h} from before each step: append the new one, after the step"),
        {"keep": lambda v: v.seen(v.before)},
    ),
    "start in front": (
        _("{first} stands in front of {hs}, which makes T+1 steps: {hs} holds what follows each step, T of them"),
        {"collected": lambda v: [v.seen(v.first), *v.kept]},
    ),
    "start for the first step": (
        _("the loop begins at the second step, and {first} stands in the place of the first"),
        {"order": lambda T, x: range(1, T), "collected": lambda v: [v.seen(v.first), *v.kept]},
    ),
    "last not written": (
        _("the loop ends one step too early: the last step of {hs} is never written"),
        {"order": lambda T, x: range(T - 1), "collected": lambda v: [*v.kept, 0 * v.seen(v.first)]},
    ),
    "first left out": (
        _("the first step is left out: steps count from 0, and range(T) begins there"),
        {"order": lambda T, x: range(1, T)},
    ),
    "last left out": (
        _("the last step is left out: range(T) is already 0 to T - 1"),
        {"order": lambda T, x: range(T - 1)},
        {"collected": lambda v: v.kept[:-1]},
    ),
    "return in the loop": (
        _("return stands inside the loop, so that the first step is also the last: it belongs after the loop"),
        {"order": lambda T, x: range(1)},
    ),
    "backwards": (_("time runs backwards: the last step is read first"), {"order": lambda T, x: range(T)[::-1]}),
    "reverse order": (
        _("the steps of {hs} stand in reverse order, as when each {h} is put in front of the list"),
        {"collected": lambda v: v.kept[::-1]},
    ),
    "backwards and turned": (
        _("time runs backwards, and {hs} is turned round again"),
        {"order": lambda T, x: range(T)[::-1], "collected": lambda v: v.kept[::-1]},
    ),
}

READ = {
    "sequence t": (
        _("{x}[t] is read: that is sequence t of the batch with all its steps; step t of all is {x}[:, t]"),
        {"read": lambda x, t: x[t]},
    ),
    "number t": (
        _("{x}[:, :, t] is read, which is number t of every step; step t of all sequences is {x}[:, t]"),
        {"read": lambda x, t: x[:, :, t]},
    ),
    "step before": (
        _("step t reads {x}[:, t - 1], so that the first step reads the last input"),
        {"order": lambda T, x: range(-1, T - 1)},
    ),
    "first always": (
        _("every step reads {x}[:, 0], as the first should: step t reads {x}[:, t]"),
        {"order": lambda T, x: [0] * T},
    ),
    "last always": (
        _("every step reads {x}[:, -1], as the last should: step t reads {x}[:, t]"),
        {"order": lambda T, x: [-1] * T},
    ),
    "another axis counted": (
        _("the loop counts another axis than the steps: T is {x}.shape[1]; {x}.shape[0] is B, {x}.shape[2] is {D}"),
        {"order": lambda T, x: range(x.shape[0])},
        {"order": lambda T, x: range(x.shape[2])},
    ),
}

CARRIED = {
    "start ignored": (_("{first} is ignored: zeros are put in its place"), {"start": lambda v: zeros_for(v.first)}),
    "start again": (
        _("every step starts from {first} again: what a step gives must be carried to the next"),
        {"carry": lambda v: v.first},
        {"carry": lambda v: v.first, "final": lambda v: v.first},  # what is carried on is also what is returned
    ),
}

# Where the last state is the second result.
FINAL = {
    "start returned": (_("{first} is returned, and not the {final} after the last step"), {"final": lambda v: v.first}),
    "after the first": (
        _("the {final} after the first step is returned, and not the one after the last"),
        {"final": lambda v: v.states[0]},
    ),
    "before the last": (
        _("the {final} before the last step is returned, and not the one after it"),
        {"final": lambda v: v.before},
    ),
    "of every step": (
        _("the {final} of every step is returned: only the one after the last step is asked for"),
        {"final": lambda v: of_all(v.states)},
    ),
    "results exchanged": (
        _("the two results are exchanged: it is {hs}, {final}"),
        {"result": lambda v: (v.final, v.hs)},
    ),
}
