"""The pictures of chapter 5: four uses of the memory line, units that forget at different speeds, two derivatives."""

import numpy as np

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def instruments(memories: dict[str, np.ndarray]) -> Figure:
    """Memories side by side, one panel each: name -> c (T+1,), before the first step and after each."""
    drawing, panels = axes_in_a_row(len(memories), columns=2, figsize=(4.4, 4.2))
    told = []
    for axes, (name, c) in zip(panels, memories.items(), strict=True):
        steps = np.arange(len(c))
        axes.plot(steps, c, "o-", color=COLOURS["c"], ms=3, lw=1.2)
        axes.axhline(0, color=QUIET, lw=0.5, zorder=0)
        axes.set_title(name, fontsize=11)
        axes.set(xlabel=_("step"), xticks=steps[::4])
        axes.margins(y=0.15)
        told.append(
            _("{name}: from {first:.2f} over at most {high:.2f} to {last:.2f}").format(
                name=name, first=c[0], high=c.max(), last=c[-1]
            )
        )
    alt = _("{n} small plots of a memory over {steps} steps. {told}.").format(
        n=len(memories), steps=len(c) - 1, told="; ".join(told)
    )
    return Figure(drawing, alt)


def paces(amplitude, gates, c) -> Figure:
    """Units that keep different shares of the same input: amplitude (T,), gates (H,), c (T, H)."""
    steps = np.arange(1, len(amplitude) + 1)
    drawing, (above, below) = axes_in_a_row(2, rows=True, sharex=True, figsize=(4.4, 4.0), height_ratios=[1, 3])
    above.bar(steps, amplitude, 0.7, color=QUIET)
    above.set(ylabel=_("amplitude"))
    told = []
    for n, (f, trace) in enumerate(zip(gates, np.asarray(c).T, strict=True)):
        marker, pale = "os^d"[n % 4], 1 - 0.55 * n / max(len(gates) - 1, 1)
        below.plot(steps, trace, marker + "-", color=COLOURS["c"], ms=4, lw=1, alpha=pale, label=f"f = {f:g}")
        told.append(
            _("with f = {f:g} it peaks at {high:.2f} at step {at} and ends at {last:.2f}").format(
                f=f, high=trace.max(), at=int(trace.argmax()) + 1, last=trace[-1]
            )
        )
    below.set(ylabel=_("memory c"), xlabel=_("step"), xticks=steps[::3])
    below.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 0.97),
        ncols=len(gates),
        frameon=False,
        labelcolor=INK,
        handlelength=1.2,
        handletextpad=0.4,
        columnspacing=0.9,
    )
    alt = _("Above, the amplitude of the radar sequence. Below, one memory per forget gate: {told}.").format(
        told="; ".join(told)
    )
    return Figure(drawing, alt)


def derivatives(matrices: dict[str, np.ndarray]) -> Figure:
    """Square matrices (H, H) side by side, as squares: the larger, the farther from 0; hollow is negative."""
    drawing, panels = axes_in_a_row(len(matrices), figsize=(4.4, 2.6))
    largest = max(np.abs(matrix).max() for matrix in matrices.values())
    told = []
    for axes, (name, matrix) in zip(panels, matrices.items(), strict=True):
        units = len(matrix)
        row, column = np.meshgrid(range(1, units + 1), range(1, units + 1), indexing="ij")
        size = 700 * np.abs(matrix) / largest
        for negative in (False, True):
            here = (matrix < 0) == negative
            face = "none" if negative else COLOURS["c"]
            axes.scatter(column[here], row[here], size[here], marker="s", facecolors=face, edgecolors=COLOURS["c"])
        axes.set_title(name, fontsize=11)
        ticks = range(1, units + 1)
        axes.set(xlim=(0.4, units + 0.6), ylim=(units + 0.6, 0.4), xticks=ticks, yticks=ticks, aspect="equal")
        axes.set(xlabel=_("moved before: unit"), ylabel=_("moves after: unit"))
        off = np.abs(matrix - np.diag(np.diag(matrix))).max()
        told.append(
            _("{name}: at most {on:.2f} on the diagonal and {off:.2f} off it").format(
                name=name, on=np.abs(np.diag(matrix)).max(), off=off
            )
        )
    alt = _("Square grids: how far each unit moves when one was moved {told}.").format(told="; ".join(told))
    return Figure(drawing, alt)
