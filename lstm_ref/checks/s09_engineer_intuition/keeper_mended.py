"""A cell that should keep a bump and drop a spike, with one thing mended at a time: if it then does, that was wrong."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from lstm_ref.core.cell import Gates, LSTMParams
from lstm_ref.core.keeper import HOLD, SHUT
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.core.thresholds import soft_and
from lstm_ref.messages import _

Levels = tuple[float, float, float]  # quiet, strong, loudest
Mended = tuple[str, LSTMParams]  # what was wrong, and the cell without it
GATES = "fico"
NOTHING = np.zeros(4)
OPEN, SHUT_AT = 2.2, -3.5  # the sums at which a gate is open to 0.9, and to 0.03


def floats(cell: LSTMParams) -> LSTMParams:
    """The weights as float64 arrays: what a student writes may be whole numbers."""
    return LSTMParams(*(np.array(part, dtype=float) for part in tuple(cell)[:8]))


def in_another_order(cell: LSTMParams) -> Iterator[Mended]:
    def columns(order):
        return LSTMParams(*(part[:, order] if part.ndim == 2 else part for part in cell[:8]))

    def rows(of):
        return LSTMParams(*(part[::-1] for part in of[:8]))

    yield (
        _("The columns stand in another order: first h[0] and h[1], then amplitude and distance."),
        columns([2, 3, 0, 1]),
    )
    yield (
        _("Amplitude and distance are exchanged: column 2 reads the amplitude, column 3 the distance."),
        columns([0, 1, 3, 2]),
    )
    yield _("The units are exchanged: unit 0, row 0, is to be the memory."), rows(columns([1, 0, 2, 3]))
    yield (
        _("The columns of h are exchanged: column 1 reads h[1], what unit 1 said."),
        columns([1, 0, 2, 3]),
    )
    yield _("The rows are exchanged: row 0 of each array is unit 0, the memory."), rows(cell)
    for order in permutations(GATES):
        if "".join(order) == GATES:
            continue
        # What stands under the name `own` belongs to the gate `to`.
        found = dict(zip(order, GATES, strict=True))
        wrong = ", ".join(
            _("W_{own} and b_{own} hold what belongs to {to}").format(own=own, to=found[own])
            for own in GATES
            if found[own] != own
        )
        changed = LSTMParams(
            *(part for gate in order for part in (getattr(cell, f"W_{gate}"), getattr(cell, f"b_{gate}")))
        )
        yield _("The gates stand in another order: {wrong}. LSTMParams takes f, i, c, o.").format(wrong=wrong), changed


def misplaced(cell: LSTMParams) -> Iterator[Mended]:
    """The soft AND in the wrong row, or in the wrong gate."""
    if cell.W_i[1].any() and not cell.W_i[0].any():
        moved = _line(cell, "i", 0, cell.W_i[1], cell.b_i[1])
        text = _("The soft AND stands in row 1 of W_i, with b_i[1]. It belongs to the input gate of unit 0, in row 0.")
        yield text, _line(moved, "i", 1, NOTHING, SHUT)
    if cell.W_f[0].any() and not cell.W_i[0].any():
        moved = _line(cell, "i", 0, cell.W_f[0], cell.b_f[0])
        text = _(
            "The soft AND stands in the forget gate of unit 0, in W_f[0]. It belongs to the input gate, in W_i[0]."
        )
        yield text, _line(moved, "f", 0, NOTHING, SHUT)


def turned_signs(cell: LSTMParams) -> Iterator[Mended]:
    for name, unit in (("b_i", 0), ("b_c", 0), ("b_c", 1)):
        yield (
            _("The sign of {name}[{unit}] is turned.").format(name=name, unit=unit),
            _with(cell, name, (unit,), -getattr(cell, name)[unit]),
        )
    for name, row in (("W_i", 0), ("W_c", 1)):
        for column in np.flatnonzero(getattr(cell, name)[row]):
            yield (
                _("The sign of {name}[{row}, {column}] is turned.").format(name=name, row=row, column=column),
                _with(cell, name, (row, column), -getattr(cell, name)[row, column]),
            )


def _with(cell: LSTMParams, name: str, at, value) -> LSTMParams:
    part = getattr(cell, name).copy()
    part[at] = value
    return cell._replace(**{name: part})


def _line(cell: LSTMParams, gate: str, unit: int, weights, bias: float) -> LSTMParams:
    """The cell with another row of weights and another bias for one gate of one unit."""
    return _with(_with(cell, f"W_{gate}", unit, weights), f"b_{gate}", unit, bias)


def gates_of_the_memory(cell: LSTMParams, levels: Levels) -> Iterator[Mended]:
    f = cell.b_f[0]
    reads = np.abs(cell.W_f[0]).max() > 0
    faster = 1 / (1 + np.exp(-np.clip(f, -50, 50)))
    text = _(
        "The memory leaks: with b_f[0] = {b:g} its forget gate stands at {f:.3g}, so that {left:.2g} is left "
        "after {hold} steps."
    )
    text = text.format(b=f, f=faster, left=faster**HOLD, hold=HOLD)
    if reads:
        text = _("The forget gate of unit 0 is not open all the time: give it no weights and a large bias.")
    yield text, _line(cell, "f", 0, NOTHING, SHUT)
    if np.array_equal(cell.W_c[0], NOTHING) and cell.b_c[0] <= 0:
        text = _("The candidate of unit 0 is tanh(b_c[0]) = {c:.3g}: nothing that is written makes the memory rise.")
    else:
        text = _(
            "The candidate of unit 0 is at fault (with b_c[0] = {b:g}): the gate decides whether to write, and "
            "what is "
            "written may be the same each time, near 1."
        )
    yield text.format(c=np.tanh(cell.b_c[0]), b=cell.b_c[0]), _line(cell, "c", 0, NOTHING, 3.0)
    yield from gate_of_the_memory(cell, levels)


def gate_of_the_memory(cell: LSTMParams, levels: Levels, *, for_another_h: bool = False) -> Iterator[Mended]:
    """The input gate as the soft AND of what unit 1 says; or only if it would be that, did h[1] have other levels."""
    said = _what_unit_1_says(cell, levels)
    if said[1] - said[0] < 0.5:  # unit 1 says nothing that a gate could go by
        return
    if for_another_h and not (_wrong_situations(cell, levels, said) and _h_it_is_made_for(cell, levels)):
        return
    w_u, w_v, b = soft_and(*said, *levels)
    yield _about_the_gate(cell, levels, said), _line(cell, "i", 0, np.array([0.0, w_u, w_v, 0.0]), b)


def _runs(cell: LSTMParams, levels: Levels) -> tuple[np.ndarray, Gates]:
    """h and the gates of unit 1 after two steps of silence, of noise, of a target and of a loud one."""
    quiet, strong, _loudest = levels
    amplitude = np.array(
        [[0.0, 0.0, 0.0, 0.0], [quiet] * 4, [quiet, quiet, strong, strong], [quiet, quiet, 2 * strong, 2 * strong]]
    )
    hs, _last, gates = lstm_forward(np.stack([amplitude, 0.8 + 0 * amplitude], axis=2), cell, return_gates=True)
    return hs[:, -1, 1], Gates(*(gate[:, -1, 1] for gate in gates))


def _what_unit_1_says(cell: LSTMParams, levels: Levels) -> tuple[float, float]:
    """The highest h[1] after an amplitude that is not strong, and the lowest after two that are."""
    h, _gates = _runs(cell, levels)
    return float(h[:2].max()), float(h[2:].min())


def _about_the_gate(cell: LSTMParams, levels: Levels, said: tuple[float, float]) -> str:
    """In which of the situations the input gate of unit 0 is not what it should be."""
    off, on = said
    _h0, w_u, w_v, _distance = cell.W_i[0]
    if not cell.W_i[0].any() and abs(cell.b_i[0]) < 2:
        return _(
            "The input gate of unit 0 stands at {gate:.2g} all the time: it reads nothing, and b_i[0] = {b:g}."
        ).format(gate=_sigmoid(cell.b_i[0]), b=cell.b_i[0])
    if not cell.W_i[0].any() and cell.b_i[0] > 0:
        return _("The input gate of unit 0 is always open: it reads nothing, and b_i[0] = {b:g}.").format(b=cell.b_i[0])
    if cell.W_i[0, 3] and not w_v:
        return _(
            "The input gate of unit 0 reads the distance and not the amplitude: where a bump stood in one "
            "sequence, none may stand in the next."
        )
    if cell.W_i[0, 3]:
        return _(
            "The input gate of unit 0 reads the distance: where a bump stood in one sequence, none may stand "
            "in the next."
        )
    if w_v and not cell.W_i[0, :2].any():
        return _(
            "The input gate of unit 0 reads the amplitude alone: a threshold tells strong from quiet, but a "
            "lone spike "
            "is strong too. Let the gate read h[1] as well."
        )
    if w_u and not w_v:
        return _("The input gate of unit 0 reads h[1] alone, so it opens at the step after a spike: both must be on.")
    wrong = _wrong_situations(cell, levels, said)
    if not wrong:
        return ""
    text = _("The input gate of unit 0 is {wrong}.").format(wrong=_(", and ").join(wrong))
    made_for = _h_it_is_made_for(cell, levels)
    if made_for:
        return text + _(
            " It would do, were h[1] {low} or {high}. But h[1] is {off:.2f} or {on:.2f}, for h = o * tanh(c)."
        ).format(low=made_for[0], high=made_for[1], off=off, on=on)
    sums = [w_u * u + w_v * v for u, v, _is_open in _situations(levels, said)]
    lowest, highest = OPEN - sums[3], SHUT_AT - max(sums[:3])
    if lowest <= highest:
        return text + _(" Its weights would do, its bias not: b_i[0] is {b:.4g}, {much}.").format(
            b=cell.b_i[0], much=_("too low") if cell.b_i[0] < lowest else _("too high")
        )
    return text


def _situations(levels: Levels, said: tuple[float, float]) -> list[tuple[float, float, bool]]:
    """h[1], the amplitude, and whether the gate is to be open."""
    (quiet, strong, loudest), (off, on) = levels, said
    return [(off, quiet, False), (on, quiet, False), (off, loudest, False), (on, strong, True)]


def _wrong_situations(cell: LSTMParams, levels: Levels, said: tuple[float, float]) -> list[str]:
    words = (
        _("in the quiet"),
        _("at the step after a spike, when h[1] is on and the amplitude is quiet"),
        _("at a spike of {size:g}, when h[1] is off: the amplitude outvotes it").format(size=levels[2]),
        _("at the second strong amplitude in a row"),
    )
    return [
        _("{gate:.3f} {words}").format(gate=_sigmoid(_sum(cell, u, v)), words=where)
        for where, (u, v, is_open) in zip(words, _situations(levels, said), strict=True)
        if not _stands(_sum(cell, u, v), is_open)
    ]


def _h_it_is_made_for(cell: LSTMParams, levels: Levels) -> tuple[int, int] | None:
    """The levels of h[1] for which the gate would be right: those of yes and no, or of tanh."""
    for said in ((0, 1), (-1, 1)):
        if all(_stands(_sum(cell, u, v), is_open) for u, v, is_open in _situations(levels, said)):
            return said
    return None


def _sum(cell: LSTMParams, u: float, v: float) -> float:
    return float(cell.W_i[0, 1] * u + cell.W_i[0, 2] * v + cell.b_i[0])


def _sigmoid(z: float) -> float:
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def _stands(z: float, is_open: bool) -> bool:
    """Whether a gate with this sum is as open, or as shut, as it must be."""
    return z >= OPEN if is_open else z <= SHUT_AT


def unit_1_plainly(cell: LSTMParams, levels: Levels) -> Iterator[Mended]:
    """The mendings of what of unit 1 is plainly not as it should be, to be tried before another gate is blamed."""
    _h, gates = _runs(cell, levels)
    said = gates.candidate
    plainly = (
        gates.f.max() > 0.1,
        gates.i.min() < 0.9,
        gates.o.min() < 0.9,
        said[:2].max() > -0.9 or said[2:].min() < 0.9,
    )
    yield from (mended for is_so, mended in zip(plainly, unit_1(cell, levels), strict=False) if is_so)


def unit_1(cell: LSTMParams, levels: Levels) -> Iterator[Mended]:
    quiet, strong, _loudest = levels
    yield (
        _(
            "Unit 1 does not forget: what it says must be about the last step alone, so its forget gate must "
            "be shut (b_f[1] well below 0)."
        ),
        _line(cell, "f", 1, NOTHING, -SHUT),
    )
    yield (
        _("The input gate of unit 1 is not open: it should always write (b_i[1] well above 0)."),
        _line(cell, "i", 1, NOTHING, SHUT),
    )
    yield (
        _("The output gate of unit 1 is not open: what it holds must be seen (b_o[1] well above 0)."),
        _line(cell, "o", 1, NOTHING, SHUT),
    )
    yield (
        _(
            "The candidate of unit 1 does not tell strong from quiet: it should be near -1 up to {quiet:g} and "
            "near 1 from {strong:g} on."
        ).format(quiet=quiet, strong=strong),
        _candidate_of_unit_1(cell, levels),
    )
    yield (
        _(
            "Unit 1 is at fault: at each step it should say, with h near 0.76 or -0.76, whether the amplitude "
            "is strong, and keep nothing from before."
        ),
        _unit_1_right(cell, levels),
    )


def _candidate_of_unit_1(cell: LSTMParams, levels: Levels) -> LSTMParams:
    quiet, strong, _loudest = levels
    steep = 6 / (strong - quiet)
    return _line(cell, "c", 1, np.array([0.0, 0.0, steep, 0.0]), -steep * (quiet + strong) / 2)


def _unit_1_right(cell: LSTMParams, levels: Levels) -> LSTMParams:
    right = _candidate_of_unit_1(cell, levels)
    return _line(_line(_line(right, "f", 1, NOTHING, -SHUT), "i", 1, NOTHING, SHUT), "o", 1, NOTHING, SHUT)


def both_units(cell: LSTMParams, levels: Levels) -> Iterator[Mended]:
    """Both units may be half right: unit 1 for the one, the input gate of unit 0 for the other."""
    w_u, w_v, b = soft_and(-0.75, 0.75, *levels)
    both = _line(_unit_1_right(cell, levels), "i", 0, np.array([0.0, w_u, w_v, 0.0]), b)
    yield (
        _(
            "Neither unit does its part yet. Begin with unit 1: its h must be near 0.76 after a strong "
            "amplitude and near -0.76 after a quiet one. Then let the input gate of unit 0 be the soft AND of "
            "h[1] and the amplitude."
        ),
        both,
    )
    yield (
        _(
            "Neither the gates of unit 0 nor unit 1 do their part yet. Begin with unit 1, then the input gate "
            "of unit 0, then its forget gate and its candidate."
        ),
        _line(_line(both, "f", 0, NOTHING, SHUT), "c", 0, NOTHING, 3.0),
    )
