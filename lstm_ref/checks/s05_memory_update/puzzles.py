"""The checks of the three puzzles, `leaky_settings`, `latch_settings` and `bump_settings`.

The gates and the start that a student found by hand are judged by what they do: the memory run with them must lie on
the target. Many may be right. Of others it is said where their memory first leaves the target, by how much, and which
slider governs that.
"""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Check, Part
from lstm_ref.core import memory
from lstm_ref.messages import _
from lstm_ref.radar.puzzles import NEAR, PUZZLES, Puzzle, written

STEPS = len(written())
FARTHEST = 10  # a memory at the start beyond this is a typing error
FINE = np.linspace(0, 1, 101)  # gates that are tried, to see whether one alone would mend it


def trace_of(f, i, c_prev: float) -> np.ndarray:
    """The memory with such gates, (17,): before the first step, then after each. A number stands for every step."""
    f, i = (np.broadcast_to(np.asarray(gate, dtype=float), STEPS)[None, :, None] for gate in (f, i))
    c = memory.run_memory(f, i, written()[None, :, None], np.array([[float(c_prev)]]))
    return np.concatenate([[c_prev], c[0, :, 0]])


def puzzle_check(name: str, key: str) -> Check:
    """The check of a function without arguments that returns what solves one puzzle: {"f", "i", "c_prev"}."""
    puzzle = PUZZLES[key]
    form = [0.5] * STEPS if puzzle.each_step else 0.5
    return Check(
        name=name,
        output="settings",
        reference=lambda: {"f": form, "i": form, "c_prev": 0.0},
        parts={"trace": Part(lambda rng: [{}])},
        sizes=lambda arguments: _("T={steps}, one number per step").format(steps=STEPS),
        behaviour=lambda arguments, answer: puzzle_complaint(puzzle, answer),
    )


def puzzle_complaint(puzzle: Puzzle, answer: dict) -> str | None:
    """None if the memory with these settings lies on the target, else where it does not and which slider to move."""
    f, i, c_prev = answer["f"], answer["i"], answer["c_prev"]
    refused = _out_of_bounds(f, i, c_prev)
    if refused:
        return refused
    target = np.array(puzzle.target)
    apart = trace_of(f, i, c_prev) - target
    if np.abs(apart).max() <= NEAR:
        return None
    first = int(np.flatnonzero(np.abs(apart) > NEAR)[0])
    farthest = int(np.abs(apart).argmax())
    told = _(
        "Your memory first leaves the target at step {first}: it is {got:.3f} there, the target {want:.3f}. They are "
        "farthest apart at step {farthest}, by {most:.3f}; at most {near} is asked for."
    ).format(
        first=first,
        got=(target + apart)[first],
        want=target[first],
        farthest=farthest,
        most=abs(apart[farthest]),
        near=NEAR,
    )
    fits = _fits(target)
    why = _known_mistake(fits, f, i, c_prev) or (_at_a_step if puzzle.each_step else _for_all_steps)(
        target, fits, f, i, c_prev, first
    )
    return f"{told} {why}"


def _out_of_bounds(f, i, c_prev) -> str | None:
    for name, gate in (("f", f), ("i", i)):
        for n, value in enumerate(gate if isinstance(gate, list) else [gate]):
            if 0 <= value <= 1:  # written so that nan is refused
                continue
            where = f'settings["{name}"]' + (f"[{n}]" if isinstance(gate, list) else "")
            text = _("{where} is {got}; a gate is a fraction, from 0 to 1.").format(where=where, got=str(value)[:12])
            if name == "f" and 1 < value <= 1000:
                text += " " + _(
                    "Is that a number of steps? The gate for a half-life of n steps is 0.5 ** (1 / n), here {gate:.3f}."
                ).format(gate=0.5 ** (1 / value))
            return text
    if not -FARTHEST <= c_prev <= FARTHEST:
        return _('settings["c_prev"] is {got}; expected a number from {low} to {high}.').format(
            got=str(c_prev)[:12], low=-FARTHEST, high=FARTHEST
        )
    return None


def _fits(target: np.ndarray) -> Callable[..., bool]:
    """Whether settings give the target."""
    return lambda f, i, c_prev: bool(np.abs(trace_of(f, i, c_prev) - target).max() <= NEAR)


def _known_mistake(fits, f, i, c_prev: float) -> str:
    """Names what would make these settings right, if one thing would."""
    rows_f, rows_i = (np.broadcast_to(np.asarray(gate, dtype=float), STEPS) for gate in (f, i))
    if fits(rows_i, rows_f, c_prev):
        return _("With f and i swapped it would lie on the target: f is what is kept, i what is written.")
    if fits(1 - rows_f, rows_i, c_prev):
        return _("With 1 - f for f it would lie on the target: f = 1 keeps, f = 0 forgets.")
    if fits(rows_f, 1 - rows_i, c_prev):
        return _("With 1 - i for i it would lie on the target: i = 1 writes, i = 0 writes nothing.")
    if fits(rows_f, rows_i, -c_prev):
        return _("With the other sign of c_prev it would lie on the target.")
    if isinstance(f, list):
        for by, text in (
            (-1, _("Your gates come one step late: the gate of step 1 stands first in the list, at index 0.")),
            (1, _("Your gates come one step early: the gate of step 1 stands first in the list, at index 0.")),
        ):
            # The gates that come in at the end are not known: any would do.
            ends = ((end_f, end_i) for end_f in FINE[::5] for end_i in (0, 1))
            if any(fits(*_moved(by, rows_f, rows_i, *end), c_prev) for end in ends):
                return text
        if fits(rows_f[::-1], rows_i[::-1], c_prev):
            return _("Your lists run backwards: the gate of step 1 stands first.")
    return ""


def _moved(by: int, f: np.ndarray, i: np.ndarray, end_f: float, end_i: float):
    """Both gates moved by one step; what comes in at the end is given."""
    f, i = np.roll(f, by), np.roll(i, by)
    f[0 if by > 0 else -1], i[0 if by > 0 else -1] = end_f, end_i
    return f, i


def _for_all_steps(target, fits, f: float, i: float, c_prev: float, first: int) -> str:
    """Which of the three sliders is wrong, found by trying what each alone could mend."""
    if abs(c_prev - target[0]) > NEAR:
        return _(
            "The start is wrong, and c_prev alone sets it: the memory at step 0, before anything is kept or written."
        )
    needed_f = next((gate for gate in FINE if fits(gate, i, c_prev)), None)
    if needed_f is not None:
        if f < needed_f:
            return _("The start and the writes are right; the memory fades too fast. That is f.")
        return _("The start and the writes are right; the memory fades too slowly. That is f.")
    if any(fits(f, gate, c_prev) for gate in FINE):
        if trace_of(f, i, c_prev)[first] > target[first]:
            return _("The start and the fading are right; what is written is too much. That is i.")
        return _("The start and the fading are right; what is written is too little. That is i.")
    coupled = ""
    if abs(f + i - 1) < 1e-9:
        coupled = " " + _("Yours have i = 1 - f; the two gates are set apart from each other.")
    return (
        _(
            "The start is right. Neither f nor i alone mends the rest. Set f first: it is how fast the line falls from "
            "step 9 to 12."
        )
        + coupled
    )


def _at_a_step(target, fits, f: list, i: list, c_prev: float, first: int) -> str:
    """What the target does where the two memories first part, and what the gates there do instead."""
    if first == 0:
        return _("The start is wrong, and c_prev alone sets it.")
    before, now, offer = target[first - 1], target[first], written()[first - 1]
    yours = _("You have f = {f:g} and i = {i:g} at step {t}, at index {n} of the lists.").format(
        f=f[first - 1], i=i[first - 1], t=first, n=first - 1
    )
    if abs(now - before) < 0.005:
        does = _("There the target holds: f = 1 keeps all, i = 0 writes nothing.")
    elif abs(now) < 0.005:
        does = _("There the target drops to 0: f = 0 forgets all, i = 0 writes nothing.")
    elif now < before and abs(now / before - round(now / before, 2)) < 0.002 and now / before > 0.5:
        does = _(
            "There the target fades, and nothing is written: i = 0, and f is the fraction of {before:.3f} that is left."
        ).format(before=before)
    elif abs(now - offer) < 0.005:
        does = _(
            "There the target takes the candidate itself, {offer:.3f}: f = 0 makes room, i = 1 takes it whole."
        ).format(offer=offer)
    elif now > before:
        does = _("There the target rises by {by:.3f}: i says how much of the candidate {offer:.3f} is written.").format(
            by=now - before, offer=offer
        )
    else:
        does = _(
            "There the target takes a new value, {now:.3f}, of the candidate {offer:.3f}: f = 0 makes room, i writes."
        ).format(now=now, offer=offer)
    if f == i and len(set(f)) > 1:
        return f"{yours} {does} " + _("Your two lists are the same: `f = i = [...]` makes one list with two names.")
    coupled = ""
    # f = 1 and i = 0 only hold: that says nothing of whether the two were thought to hang together.
    if np.allclose(np.add(f, i), 1) and f[first - 1] != 1:
        coupled = " " + _("Yours have i = 1 - f at every step; the two gates are set apart from each other.")
    return f"{yours} {does}{coupled}"


PUZZLE_CHECKS = (
    puzzle_check("leaky_settings", "leaky"),
    puzzle_check("latch_settings", "latch"),
    puzzle_check("bump_settings", "bump"),
)
