"""A cell that should keep a bump and drop a spike, with one thing mended at a time: if it then does, that was wrong."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from lstm_ref.checks.s09_engineer_intuition import keeper_gate
from lstm_ref.core.cell import Gates, LSTMParams
from lstm_ref.core.keeper import HOLD, SHUT
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.core.thresholds import soft_and
from lstm_ref.messages import _

Levels = keeper_gate.Levels
Mended = tuple[str, LSTMParams]  # what was wrong, and the cell without it
GATES = "fico"
NOTHING = np.zeros(4)


def floats(cell: LSTMParams) -> LSTMParams:
    """The weights as float64 arrays: what a student writes may be whole numbers."""
    return LSTMParams(*(np.array(part, dtype=float) for part in tuple(cell)[:8]))


def in_another_order(cell: LSTMParams) -> Iterator[Mended]:
    """The columns, the rows or the gates put in another order."""

    def columns(order):
        return LSTMParams(*(part[:, order] if part.ndim == 2 else part for part in cell[:8]))

    def rows(cell):
        return LSTMParams(*(part[::-1] for part in cell[:8]))

    text = _("The columns stand in another order: first h[0] and h[1], then amplitude and distance.")
    yield text, columns([2, 3, 0, 1])
    text = _("Amplitude and distance are exchanged: column 2 reads the amplitude, column 3 the distance.")
    yield text, columns([0, 1, 3, 2])
    yield _("The units are exchanged: unit 0, row 0, is to be the memory."), rows(columns([1, 0, 2, 3]))
    yield _("The columns of h are exchanged: column 1 reads h[1], what unit 1 said."), columns([1, 0, 2, 3])
    yield _("The rows are exchanged: row 0 of each array is unit 0, the memory."), rows(cell)
    for order in list(permutations(GATES))[1:]:  # the first is the right one
        belongs = dict(zip(order, GATES, strict=True))  # name -> the gate that its weights belong to
        wrong = ", ".join(
            _("W_{own} and b_{own} hold what belongs to {to}").format(own=own, to=belongs[own])
            for own in GATES
            if belongs[own] != own
        )
        changed = LSTMParams(*(getattr(cell, f"{kind}_{gate}") for gate in order for kind in "Wb"))
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
    """One sign turned that the two units need as it is."""
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
    """One gate of unit 0 put right, or its candidate."""
    f = keeper_gate.sigmoid(cell.b_f[0])
    text = _(
        "The memory leaks: with b_f[0] = {b:g} its forget gate stands at {f:.3g}, so that {left:.2g} is left after "
        "{hold} steps."
    ).format(b=cell.b_f[0], f=f, left=f**HOLD, hold=HOLD)
    if cell.W_f[0].any():
        text = _("The forget gate of unit 0 is not open all the time: give it no weights and a large bias.")
    yield text, _line(cell, "f", 0, NOTHING, SHUT)
    if np.array_equal(cell.W_c[0], NOTHING) and cell.b_c[0] <= 0:
        text = _("The candidate of unit 0 is tanh(b_c[0]) = {c:.3g}: nothing that is written makes the memory rise.")
    else:
        text = _(
            "The candidate of unit 0 is at fault (with b_c[0] = {b:g}): the gate decides whether to write, and what is "
            "written may be the same each time, near 1."
        )
    yield text.format(c=np.tanh(cell.b_c[0]), b=cell.b_c[0]), _line(cell, "c", 0, NOTHING, 3.0)
    yield from gate_of_the_memory(cell, levels)


def gate_of_the_memory(cell: LSTMParams, levels: Levels, *, for_another_h: bool = False) -> Iterator[Mended]:
    """The input gate as the soft AND of what unit 1 says; or only if it would be that, did h[1] have other levels."""
    said = _what_unit_1_says(cell, levels)
    if said[1] - said[0] < 0.5:  # unit 1 says nothing that a gate could go by
        return
    wrong = keeper_gate.wrong_situations(cell, levels, said)
    if for_another_h and not (wrong and keeper_gate.h_it_is_made_for(cell, levels)):
        return
    w_u, w_v, b = soft_and(*said, *levels)
    yield keeper_gate.about_the_gate(cell, levels, said), _line(cell, "i", 0, np.array([0.0, w_u, w_v, 0.0]), b)


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
    """One gate of unit 1 put right, or its candidate, or all of them."""
    quiet, strong, _loudest = levels
    text = _(
        "Unit 1 does not forget: what it says must be about the last step alone, so its forget gate must be shut "
        "(b_f[1] well below 0)."
    )
    yield text, _line(cell, "f", 1, NOTHING, -SHUT)
    text = _("The input gate of unit 1 is not open: it should always write (b_i[1] well above 0).")
    yield text, _line(cell, "i", 1, NOTHING, SHUT)
    text = _("The output gate of unit 1 is not open: what it holds must be seen (b_o[1] well above 0).")
    yield text, _line(cell, "o", 1, NOTHING, SHUT)
    text = _(
        "The candidate of unit 1 does not tell strong from quiet: it should be near -1 up to {quiet:g} and near 1 "
        "from {strong:g} on."
    )
    yield text.format(quiet=quiet, strong=strong), _candidate_of_unit_1(cell, levels)
    text = _(
        "Unit 1 is at fault: at each step it should say, with h near 0.76 or -0.76, whether the amplitude is strong, "
        "and keep nothing from before."
    )
    yield text, _unit_1_right(cell, levels)


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
    text = _(
        "Neither unit does its part yet. Begin with unit 1: its h must be near 0.76 after a strong amplitude and near "
        "-0.76 after a quiet one. Then let the input gate of unit 0 be the soft AND of h[1] and the amplitude."
    )
    yield text, both
    text = _(
        "Neither the gates of unit 0 nor unit 1 do their part yet. Begin with unit 1, then the input gate of unit 0, "
        "then its forget gate and its candidate."
    )
    yield text, _line(_line(both, "f", 0, NOTHING, SHUT), "c", 0, NOTHING, 3.0)
