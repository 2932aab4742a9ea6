"""The check of `keeper_params`: the cell runs over a trial; if it fails, changes are tried until one makes it pass."""

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s09_engineer_intuition import keeper_mended as mended
from lstm_ref.checks.s09_engineer_intuition.soft_and import three_digits
from lstm_ref.core import keeper
from lstm_ref.core.cell import LSTMParams
from lstm_ref.core.keeper import DRIFT, HOLD, KEPT, MOVED, KeeperResult, KeeperTrial
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.messages import _

LARGEST = 1e100  # a weight beyond: sums of such are infinite, or no numbers, which nothing can be compared with
SHOWN = ((0.2, 0.6, 3.0), (0.1, 0.7, 1.6))  # the levels in exercise 9 and in its chapter


def keeper_complaint(name: str, cell: LSTMParams, levels: mended.Levels, *, spikes: bool) -> str | None:
    """None if the cell keeps every bump and drops every spike of the trial, else what fails, how far, where and why."""
    refused = _not_finite(cell)
    if refused:
        return refused
    trial = keeper.keeper_trial(*levels, spikes=spikes)
    result = keeper.keeper_result(cell, trial)
    if passes(result):
        return None
    what, n, steps = _what_fails(result, trial)
    parts = [_score(name, result, spikes), what, _why(cell, levels, trial)]
    see = f"keeper_picture({name}({', '.join(f'{level:g}' for level in levels)}), {', '.join(f'{x:g}' for x in levels)}"
    see += ")" if spikes else ", spikes=False)"
    table = _table(cell, trial.xs[n : n + 1], steps)
    return "\n".join([" ".join(filter(None, parts)), *table, _("To see it drawn: {see}").format(see=see)])


def passes(result: KeeperResult) -> bool:
    """Whether nothing that was measured is out of bounds; nan is what a sequence does not have."""
    return not (_unquiet(result).any() or _lost(result).any() or _moved(result).any())


def _unquiet(result) -> np.ndarray:
    return result.before > DRIFT


def _lost(result) -> np.ndarray:
    return result.kept < KEPT


def _moved(result) -> np.ndarray:
    return result.moved > MOVED


def _not_finite(cell: LSTMParams) -> str | None:
    for name, array in cell._asdict().items():
        numbers = np.asarray(0 if array is None else array, dtype=float)
        beyond = np.argwhere(~(np.abs(numbers) <= LARGEST))  # written so that nan is beyond
        if len(beyond):
            at = tuple(beyond[0])
            return _("{name}[{at}] is {got:.3g}; expected a finite number that can be added up.").format(
                name=name, at=", ".join(map(str, at)), got=numbers[at]
            )
    return None


def _score(name: str, result: KeeperResult, spikes: bool) -> str:
    """Which of the two failed, in one line."""
    bumps = ~np.isnan(result.kept)
    kept = int((bumps & ~_lost(result) & ~_unquiet(result)).sum())
    text = _("{name}: the bump is kept in {kept} of {all} sequences").format(name=name, kept=kept, all=int(bumps.sum()))
    if spikes:
        dropped = int((result.moved <= MOVED).sum())
        text += _(", the spike is dropped in {dropped} of {all}").format(dropped=dropped, all=len(result.moved))
    return text + "."


def _what_fails(result: KeeperResult, trial: KeeperTrial) -> tuple[str, int, list[int]]:
    """The worst failure in numbers, its sequence, and the steps that show it."""
    if _unquiet(result).any():
        n = int(np.nanargmax(result.before))
        first, _last = trial.bumps[n]
        text = _(
            "Already the quiet before the bump moves the memory: in sequence {n} c of unit 0 comes to {got:.3g} away "
            "from 0 before step {first}; at most {most} is asked for."
        )
        return text.format(n=n, got=result.before[n], first=first, most=DRIFT), n, [0, 1, 2, first - 1, first]
    if _lost(result).any():
        n = int(np.nanargmin(result.kept))
        first, last = trial.bumps[n]
        text = _(
            "The bump is lost: in sequence {n} it lasts from step {first} to {last}, and in the {hold} steps after it "
            "c of unit 0 falls to {got:.3g}; at least {least} is asked for."
        )
        steps = [first - 1, first, first + 1, last, last + 1, last + 2, last + HOLD]
        told = text.format(n=n, first=first, last=last, hold=HOLD, got=result.kept[n], least=KEPT)
        return told, n, sorted(set(steps))
    n = int(np.nanargmax(result.moved))
    spike = trial.spikes[n]
    text = _(
        "The spike gets in: in sequence {n} the spike of {size:.3g} at step {spike} moves c of unit 0 by {got:.3g}; at "
        "most {most} is asked for."
    )
    steps = list(range(spike - 1, spike + 4))
    return text.format(n=n, size=trial.xs[n, spike, 0], spike=spike, got=result.moved[n], most=MOVED), n, steps


def _table(cell: LSTMParams, xs: np.ndarray, steps: list[int]) -> list[str]:
    """The steps in question, in numbers: what came in, the gates of unit 0, both memories, what unit 1 said before."""
    hs, _last, gates = lstm_forward(xs, mended.floats(cell), return_gates=True)
    head = ["step", _("amplitude"), "h[1]", "f[0]", "i[0]", "cand[0]", "c[0]", "c[1]"]
    rows = [head]
    for t in steps:
        before = hs[0, t - 1, 1] if t else 0.0
        values = [xs[0, t, 0], before, gates.f[0, t, 0], gates.i[0, t, 0], gates.candidate[0, t, 0]]
        rows.append([str(t), *(f"{value:.3f}" for value in [*values, *gates.c[0, t]])])
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    return [*lines, _("h[1] is what unit 1 said at the step before, which is what the gates read.")]


def _why(cell: LSTMParams, levels: mended.Levels, trial: KeeperTrial) -> str:
    """The first single change after which the cell would pass, in words."""
    cell = mended.floats(cell)
    by_part = [
        *mended.unit_1_plainly(cell, levels),
        *mended.gates_of_the_memory(cell, levels),
        *mended.unit_1(cell, levels),
    ]
    by_part += [*_two_things(cell, levels), *mended.both_units(cell, levels)]
    # What mends it for spikes too is the better explanation; with two faults, one may be seen in this trial alone.
    everything = keeper.keeper_trial(*levels, spikes=True)
    first = [*mended.gate_of_the_memory(cell, levels, for_another_h=True), *_copied(cell, levels)]
    first += [*mended.in_another_order(cell), *mended.misplaced(cell), *mended.turned_signs(cell)]
    for tried, on in (([*first, *by_part], everything), (by_part, trial)):
        found = keeper.keeper_results([changed for _text, changed in tried], _some(on))
        for (text, changed), result in zip(tried, found, strict=True):
            if passes(result) and passes(keeper.keeper_result(changed, on)):
                return text
    return _("No single change that this check knows would mend it: compare the numbers below with what you planned.")


def _two_things(cell: LSTMParams, levels: mended.Levels) -> list[mended.Mended]:
    """Two parts mended, one after the other."""

    def parts(of):
        return [*mended.unit_1_plainly(of, levels), *mended.gates_of_the_memory(of, levels)]

    def both(first, second):
        return _("Two things are wrong. {first} {second}").format(first=first, second=second)

    return [(both(one, other), last) for one, once in parts(cell) for other, last in parts(once) if one and other]


def _copied(cell: LSTMParams, levels: mended.Levels) -> list[mended.Mended]:
    """If the cell works for the levels of a page, and has their threshold, it was copied from there."""
    for shown in SHOWN:
        its_threshold = abs(cell.b_c[1] + cell.W_c[1, 2] * (shown[0] + shown[1]) / 2) < 0.01 * abs(cell.b_c[1])
        if its_threshold and passes(keeper.keeper_result(cell, keeper.keeper_trial(*shown))):
            text = _(
                "For quiet={quiet:g}, strong={strong:g} and loudest={loudest:g} this cell would do: were its weights "
                "copied? The levels are others at each call. Compute the weights from the arguments."
            ).format(**dict(zip(("quiet", "strong", "loudest"), shown, strict=True)))
            return [(text, keeper.keeper_params(*levels))]
    return []


def _some(trial: KeeperTrial) -> KeeperTrial:
    """A few of its sequences of each kind: enough to see most cells fail, so that dozens of them can be tried."""
    return KeeperTrial(*(part[:6] for part in trial))


def radars(rng) -> list[Arguments]:
    """Two radars of different scale: the second one's noise is louder than the first one's targets.

    Each is asked for twice, with quiet and strong close together and far apart: a threshold that is only just wrong
    fails at the one or at the other, and does not pass by luck. So does a weight that is made of one level and not of
    what lies between two; and one that is the same for every radar is too small for the first. The loudest spike is at
    least three times as strong as a bump: of one that is twice as strong, a wrong cell may be right by chance.
    """
    found = []
    for scale in (rng.uniform(0.01, 0.02), rng.uniform(3, 6)):
        close = rng.uniform(0.43, 0.44), rng.uniform(0.5, 0.51)
        apart = rng.uniform(0.1, 0.12), rng.uniform(0.75, 0.8)
        for (quiet, strong), times in ((close, rng.uniform(3, 3.4)), (apart, rng.uniform(4, 4.8))):
            levels = (quiet, strong, times * strong)
            names = ("quiet", "strong", "loudest")
            found.append({name: three_digits(scale * x) for name, x in zip(names, levels, strict=True)})
    return found


def behaves(spikes: bool):
    def complaint(arguments: Arguments, answer) -> str | None:
        return keeper_complaint("keeper_params", LSTMParams(*answer[:8]), tuple(arguments.values()), spikes=spikes)

    return complaint


KEEPER_PARAMS = Check(
    name="keeper_params",
    output="params",
    reference=keeper.keeper_params,
    sizes=lambda arguments: "D=2, H=2, " + ", ".join(f"{name}={value:g}" for name, value in arguments.items()),
    parts={
        "bump": Part(radars, behaviour=behaves(spikes=False)),
        "spike": Part(radars, behaviour=behaves(spikes=True)),
    },
    given=(given.soft_and,),
)
