"""The pictures of the page of variants: a metronome that needs peepholes, and what coupled gates cannot count."""

import numpy as np

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def metronome(seeing: np.ndarray, blind: np.ndarray) -> Figure:
    """What one unit shows, (T,) each: with peepholes, and with the same weights but without."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 2.6))
    steps = np.arange(1, len(seeing) + 1)
    axes.vlines(steps, 0, seeing, color=COLOURS["h"], lw=1.5)
    axes.plot(steps, seeing, "o", color=COLOURS["h"], ms=5, label=_("with peepholes"))
    axes.plot(steps, blind, "x", color=INK, ms=5, label=_("without"))
    pulses = steps[seeing > seeing.max() / 2]
    axes.set(xlabel=_("step"), ylabel="$h$", ylim=(-0.1, 1.05), xticks=pulses)
    axes.legend(loc="upper left", ncols=2, fontsize=10, frameon=False)
    alt = _(
        "What one unit shows over {T} steps, with no input at all. With peepholes h is {high:.2f} at the steps "
        "{pulses} and {low:.2f} at all others. Without them it is {blind:.2f} at every step."
    ).format(
        T=len(seeing),
        high=seeing.max(),
        pulses=", ".join(str(step) for step in pulses),
        low=seeing[seeing < seeing.max() / 2].max(),
        blind=np.abs(blind).max(),
    )
    return Figure(drawing, alt)


def counters(loose: np.ndarray, coupled: dict[float, np.ndarray]) -> Figure:
    """Memories (T,) that are given 1 at each step: f = i = 1, and coupled gates for several f."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 2.9))
    steps = np.arange(1, len(loose) + 1)
    axes.plot(steps, loose, "s-", color=COLOURS["c"], ms=4, lw=1)
    axes.annotate("$f = i = 1$", (steps[-4], loose[-4]), (-8, 2), textcoords="offset points", ha="right", color=INK)
    for n, memory in enumerate(coupled.values()):
        axes.plot(steps, memory, "-", color=COLOURS["f"], lw=1.2, dashes=[(1, 0), (5, 2), (1, 2)][n % 3])
    axes.axhline(1, color=QUIET, lw=0.8, dashes=(2, 3))
    axes.annotate("$i = 1 - f$", (steps[-4], 1), (0, 6), textcoords="offset points", ha="right", color=INK)
    axes.set(xlabel=_("step"), ylabel="$c$", xticks=steps[::3])
    ends = "; ".join(_("{c:.2f} for f = {f:g}").format(c=memory[-1], f=f) for f, memory in coupled.items())
    alt = _(
        "The memory over {T} steps when the candidate is 1 at each. With both gates at 1 it climbs to {top:.0f}. With "
        "coupled gates it never passes 1 and ends at {ends}."
    ).format(T=len(loose), top=loose[-1], ends=ends)
    return Figure(drawing, alt)
