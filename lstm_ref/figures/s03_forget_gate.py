"""The pictures of chapter 3: a memory fading under a gate, and gates that differ from unit to unit."""

import numpy as np

from lstm_ref.core.memory import half_life
from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def memory_under_gates(gates, steps: int = 20) -> Figure:
    """What constant forget gates leave of a memory of 1: one line per gate in `gates` (n,), over so many steps."""
    drawing, (axes,) = axes_in_a_row(1)
    n = np.arange(steps + 1)
    halves = []
    for f in gates:
        half = float(half_life(float(f)))
        axes.plot(n, f**n, "o-", color=COLOURS["c"], ms=3, lw=1)
        # The name stands where the curve crosses one half, or at its end.
        at = min(half, steps)
        axes.annotate(f"f = {f:.3g}", (at, f**at), (5, 5), textcoords="offset points", color=INK)
        halves.append(_("f = {f:.3g}: {half:.1f} steps").format(f=f, half=half))
    axes.axhline(0.5, ls=":", color=QUIET)
    axes.set(xlabel=_("step"), ylabel=_("memory left"), ylim=(-0.03, 1.1), xlim=(0, steps * 1.2), xticks=n[::5])
    alt = _("A memory of 1 fading under constant gates, each a falling curve. Half is left after: {halves}.").format(
        halves="; ".join(halves)
    )
    return Figure(drawing, alt)


def gates_of_units(f, c) -> Figure:
    """Forget gates and memories of one sequence, both (T, H): one column of squares per step, one row per unit."""
    f, c = np.asarray(f), np.asarray(c)
    steps, units = f.shape
    drawing, (above, below) = axes_in_a_row(2, rows=True, sharex=True, figsize=(4.4, 4.0))
    strongest = np.abs(c).max()
    for axes, values, name, low, high in ((above, f, "f", 0, 1), (below, c, "c", -strongest, strongest)):
        t, unit = np.meshgrid(np.arange(1, steps + 1), np.arange(1, units + 1), indexing="ij")
        # Size says how much, so that the picture does without a colour scale; hollow is negative.
        size = 95 * np.abs(values) / max(abs(low), high)
        positive = values >= 0
        axes.scatter(t[positive], unit[positive], size[positive], marker="s", color=COLOURS[name])
        axes.scatter(
            t[~positive], unit[~positive], size[~positive], marker="s", facecolors="none", edgecolors=COLOURS[name]
        )
        axes.set(ylim=(units + 0.6, 0.4), yticks=range(1, units + 1))
    above.set(ylabel=_("gate f, unit"))
    below.set(ylabel=_("memory c, unit"), xlabel=_("step"), xticks=range(1, steps + 1, 3))
    alt = _(
        "Two grids of squares over {steps} steps, one row for each of {units} units. Above, the forget gate: the units "
        "differ, from a mean of {low:.2f} to one of {high:.2f}. Below, the memory each of them holds: from {c_low:.2f} "
        "to {c_high:.2f}."
    ).format(
        steps=steps, units=units, low=f.mean(0).min(), high=f.mean(0).max(), c_low=float(c.min()), c_high=float(c.max())
    )
    return Figure(drawing, alt)
