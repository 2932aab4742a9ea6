"""The picture of chapter 7: a whole cell over one sequence, every gate, the memory and the output."""

import numpy as np

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def cell_over_sequence(xs, gates, hs) -> Figure:
    """One unit over one sequence: xs (T, 2), hs (T,) and gates, `Gates` of (T,) each; five rows over the same steps."""
    steps = np.arange(1, len(xs) + 1)
    drawing, rows = axes_in_a_row(5, rows=True, sharex=True, figsize=(4.4, 8.4))
    came, opened, wrote, kept, shown = rows
    came.bar(steps, xs[:, 0], color=QUIET, width=0.7, label=_("amplitude"))
    came.plot(steps, xs[:, 1], color=INK, lw=1, ls="--", label=_("distance"))
    for name, marker in (("f", "o"), ("i", "^"), ("o", "s")):
        opened.plot(steps, getattr(gates, name), marker + "-", color=COLOURS[name], ms=3, lw=1, label=name)
    wrote.bar(steps, gates.i * gates.candidate, color=COLOURS["i"], width=0.7, label=_("written, i times candidate"))
    wrote.plot(steps, gates.candidate, "_", color=COLOURS["candidate"], ms=8, mew=2, label=_("candidate"))
    kept.plot(steps, gates.c, "o-", color=COLOURS["c"], ms=3, lw=1.5, label=_("memory c"))
    shown.plot(steps, hs, "s-", color=COLOURS["h"], ms=3, mfc="none", lw=1.5, label=_("output h"))
    opened.set(ylim=(-0.05, 1.05))
    for axes in rows:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 0.95), ncols=3, frameon=False, labelcolor=INK)
        axes.axhline(0, color=QUIET, lw=0.5, zorder=0)
    shown.set(xlabel=_("step"), xticks=steps[steps % 10 == 0] if len(steps) > 20 else steps[::3])
    alt = _(
        "Five rows over {steps} steps. The amplitude peaks at {peak:.2f} at step {at}. The gates: f from {f_low:.2f} "
        "to {f_high:.2f}, i from {i_low:.2f} to {i_high:.2f}, o from {o_low:.2f} to {o_high:.2f}. The memory c "
        "ends at {c:.2f}, its largest value is {c_high:.2f}; the output h ends at {h:.2f}."
    ).format(
        steps=len(steps),
        peak=float(xs[:, 0].max()),
        at=int(xs[:, 0].argmax()) + 1,
        c=float(gates.c[-1]),
        c_high=float(gates.c.max()),
        h=float(hs[-1]),
        **{f"{n}_{end}": float(getattr(getattr(gates, n), pick)()) for n in "fio" for end, pick in _ENDS},
    )
    return Figure(drawing, alt)


_ENDS = (("low", "min"), ("high", "max"))
