"""What is wrong with the input gate of a keeper's memory, which should be the soft AND of h[1] and the amplitude."""

import numpy as np

from lstm_ref.core.cell import LSTMParams
from lstm_ref.messages import _

Levels = tuple[float, float, float]  # quiet, strong, loudest
OPEN, SHUT_AT = 2.2, -3.5  # the sums at which a gate is open to 0.9, and to 0.03


def about_the_gate(cell: LSTMParams, levels: Levels, said: tuple[float, float]) -> str:
    """What is wrong with the input gate, in one or two sentences; said: h[1] at its highest off and its lowest on."""
    off, on = said
    _h0, w_u, w_v, _distance = cell.W_i[0]
    if not cell.W_i[0].any() and abs(cell.b_i[0]) < 2:
        return _(
            "The input gate of unit 0 stands at {gate:.2g} all the time: it reads nothing, and b_i[0] = {b:g}."
        ).format(gate=sigmoid(cell.b_i[0]), b=cell.b_i[0])
    if not cell.W_i[0].any() and cell.b_i[0] > 0:
        return _("The input gate of unit 0 is always open: it reads nothing, and b_i[0] = {b:g}.").format(b=cell.b_i[0])
    if cell.W_i[0, 3] and not w_v:
        return _(
            "The input gate of unit 0 reads the distance and not the amplitude: where a bump stood in one sequence, "
            "none may stand in the next."
        )
    if cell.W_i[0, 3]:
        return _(
            "The input gate of unit 0 reads the distance: where a bump stood in one sequence, none may stand in the "
            "next."
        )
    if w_v and not cell.W_i[0, :2].any():
        return _(
            "The input gate of unit 0 reads the amplitude alone: a threshold tells strong from quiet, but a lone spike "
            "is strong too. Let the gate read h[1] as well."
        )
    if w_u and not w_v:
        return _("The input gate of unit 0 reads h[1] alone, so it opens at the step after a spike: both must be on.")
    wrong = wrong_situations(cell, levels, said)
    if not wrong:
        return ""
    text = _("The input gate of unit 0 is {wrong}.").format(wrong=_(", and ").join(wrong))
    made_for = h_it_is_made_for(cell, levels)
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


def wrong_situations(cell: LSTMParams, levels: Levels, said: tuple[float, float]) -> list[str]:
    """Those in which the gate is not as open, or as shut, as it must be, in words."""
    words = (
        _("in the quiet"),
        _("at the step after a spike, when h[1] is on and the amplitude is quiet"),
        _("at a spike of {size:g}, when h[1] is off: the amplitude outvotes it").format(size=levels[2]),
        _("at the second strong amplitude in a row"),
    )
    return [
        _("{gate:.3f} {words}").format(gate=sigmoid(_sum(cell, u, v)), words=where)
        for where, (u, v, is_open) in zip(words, _situations(levels, said), strict=True)
        if not _stands(_sum(cell, u, v), is_open)
    ]


def h_it_is_made_for(cell: LSTMParams, levels: Levels) -> tuple[int, int] | None:
    """The levels of h[1] for which the gate would be right: those of yes and no, or of tanh."""
    for said in ((0, 1), (-1, 1)):
        if all(_stands(_sum(cell, u, v), is_open) for u, v, is_open in _situations(levels, said)):
            return said
    return None


def _sum(cell: LSTMParams, u: float, v: float) -> float:
    return float(cell.W_i[0, 1] * u + cell.W_i[0, 2] * v + cell.b_i[0])


def sigmoid(z: float) -> float:
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def _stands(z: float, is_open: bool) -> bool:
    """Whether a gate with this sum is as open, or as shut, as it must be."""
    return z >= OPEN if is_open else z <= SHUT_AT
