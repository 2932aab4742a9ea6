"""The pictures of chapter 4: a gate and a candidate step by step, and what becomes of a memory that takes them in."""

import numpy as np

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def writes_step_by_step(amplitude, i, candidate) -> Figure:
    """One unit's gate, candidate and their product, (T,) each, one bar per step under the amplitude that it read."""
    write = i * candidate
    steps = np.arange(1, len(amplitude) + 1)
    drawing, panels = axes_in_a_row(4, rows=True, sharex=True, figsize=(4.4, 4.6))
    rows = (
        (amplitude, _("amplitude"), QUIET, (0, 1.7)),
        (i, _("gate i"), COLOURS["i"], (0, 1.05)),
        (candidate, _("candidate"), COLOURS["candidate"], (-1.1, 1.1)),
        (write, _("write"), COLOURS["c"], (-1.1, 1.1)),
    )
    for axes, (values, name, colour, limits) in zip(panels, rows, strict=True):
        axes.bar(steps, values, 0.7, color=colour)
        axes.axhline(0, color=QUIET, lw=0.5)
        axes.set(ylim=limits, yticks=[low for low in (-1, 0, 1) if limits[0] <= low])
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
    panels[-1].set(xlabel=_("step"), xticks=steps[::3])
    drawing.align_ylabels(panels)
    loudest = int(np.argmax(write))
    alt = _(
        "Four rows of bars over {steps} steps: amplitude, gate, candidate, and their product, the write. The gate lies "
        "between {i_low:.2f} and {i_high:.2f}, the candidate between {c_low:.2f} and {c_high:.2f}. The largest write "
        "is {most:.2f}, at step {step}; {few} steps write more than 0.1."
    ).format(
        steps=len(steps),
        i_low=i.min(),
        i_high=i.max(),
        c_low=candidate.min(),
        c_high=candidate.max(),
        most=write.max(),
        step=loudest + 1,
        few=int((np.abs(write) > 0.1).sum()),
    )
    return Figure(drawing, alt)


def memories(traces: dict) -> Figure:
    """Memories that take in different writes and forget nothing: name -> c after each step (T,), all from 0."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 3.4))
    ends = []
    for (name, c), style in zip(traces.items(), ("o-", "s--", "^:"), strict=False):
        steps = np.arange(len(c) + 1)
        axes.plot(steps, np.concatenate([[0], c]), style, color=COLOURS["c"], ms=3.5, lw=1.2)
        axes.annotate(name, (steps[-1], c[-1]), (6, 0), textcoords="offset points", va="center", color=INK)
        ends.append(_("{name}: {c:.2f}").format(name=name, c=c[-1]))
    axes.axhline(0, color=QUIET, lw=0.5, zorder=0)
    axes.set(xlabel=_("step"), ylabel=_("memory c"), xlim=(0, steps[-1] + 0.2), xticks=steps[::4])
    alt = _("Memories over {steps} steps, all starting at 0. They end at: {ends}.").format(
        steps=steps[-1], ends="; ".join(ends)
    )
    return Figure(drawing, alt)
