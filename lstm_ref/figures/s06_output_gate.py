"""The pictures of chapter 6: the memory and what is shown of it, and memories that look alike from outside."""

import numpy as np

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def kept_and_shown(cells: dict) -> Figure:
    """The memory and the output of a few cells on one sequence: {name: (c, h)}, both (T,), one above the other."""
    drawing, all_axes = axes_in_a_row(len(cells), rows=True, sharex=True, sharey=True, figsize=(4.4, 4.6))
    said = []
    for axes, (name, (c, h)) in zip(np.atleast_1d(all_axes), cells.items(), strict=True):
        steps = np.arange(1, len(c) + 1)
        axes.bar(steps, h, 0.7, color=COLOURS["h"], label=_("output h"))
        axes.plot(steps, c, "o-", color=COLOURS["c"], ms=3.5, label=_("memory c"))
        axes.axhline(0, color=QUIET, lw=0.5)
        axes.set(title=name, xticks=[1, 5, 8, 12, len(c)])
        said.append(
            _("{name}: the memory reaches {most:.2f} and is {c:.2f} at the end; the output there is {h:.2f}").format(
                name=name, most=c[np.abs(c).argmax()], c=c[-1], h=h[-1]
            )
        )
    all_axes[-1].set(xlabel=_("step"))
    top = max(float(np.max(c)) for c, _h in cells.values())
    all_axes[0].set(ylim=(min(-0.05, *(float(np.min(h)) for _c, h in cells.values())), 1.35 * top))
    all_axes[0].legend(
        loc="upper left", ncols=2, frameon=False, labelcolor=INK, fontsize=10, handlelength=1.2, columnspacing=1
    )
    alt = _("Memory as a line and output as bars over {steps} steps. {cells}.").format(
        steps=len(steps), cells="; ".join(said)
    )
    return Figure(drawing, alt)


def memories_and_outputs(cs) -> Figure:
    """Memories and what is seen of them with the gate wide open: cs (n, T), beginning before the first step."""
    cs = np.asarray(cs)
    steps = np.arange(cs.shape[1])
    drawing, (inside, outside) = axes_in_a_row(2, rows=True, sharex=True, figsize=(4.4, 4.8))
    alike = []
    for c, mark in zip(cs, ("o-", "s--", "^:"), strict=False):
        h = np.tanh(c)
        inside.plot(steps, c, mark, color=COLOURS["c"], ms=3.5, lw=1)
        outside.plot(steps, h, mark, color=COLOURS["h"], ms=3.5, lw=1)
        below = np.flatnonzero(h < 0.95)
        seen = below[0] if len(below) else len(steps) - 1
        outside.annotate(f"{c[0]:.3g}", (seen, h[seen]), (6, 2), textcoords="offset points", color=INK)
        inside.annotate(f"{c[0]:.3g}", (0, c[0]), (8, 2), textcoords="offset points", color=INK)
        alike.append(_("of {c:.3g}: below 0.95 from step {n} on").format(c=c[0], n=seen))
    inside.set(title=_("memory c"))
    outside.set(xlabel=_("step"), title=_("output h, gate open"), ylim=(-0.03, 1.1), xticks=steps[::3])
    alt = _("Above, memories that fade; below, what is seen of them. The output {alike}.").format(
        alike="; ".join(alike)
    )
    return Figure(drawing, alt)
