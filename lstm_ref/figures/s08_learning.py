"""The pictures of chapter 8: how much gradient reaches each input, and what two ways of clipping do to a gradient."""

import numpy as np

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def heard_of(sizes: dict[str, np.ndarray]) -> Figure:
    """How large the gradient of each step's input is, on a scale of powers of ten: name -> (T,)."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 3.2))
    styles = [("s:", COLOURS["h"]), ("^--", COLOURS["candidate"]), ("o-", COLOURS["c"])]
    said = []
    for (name, values), (style, colour) in zip(sizes.items(), styles, strict=False):
        steps = np.arange(1, len(values) + 1)
        axes.plot(steps, values, style, color=colour, ms=4, lw=1, label=name)
        said.append(
            _("{name}: {first:.1e} at step 1, {last:.1e} at step {steps}").format(
                name=name, first=values[0], last=values[-1], steps=len(values)
            )
        )
    axes.set(yscale="log", xlabel=_("step of the input"), ylabel=_("size of its gradient"), xticks=steps[::3])
    axes.yaxis.set_major_formatter("{x:g}")  # 0.001: an exponent would be too small to read
    axes.legend(loc="lower right", frameon=False, labelcolor=INK)
    alt = _("One line for each start, rising from the first step to the last on a logarithmic scale. {said}.").format(
        said="; ".join(said)
    )
    return Figure(drawing, alt)


def two_ways_to_clip(gradient, by_norm, by_number, max_norm: float) -> Figure:
    """A gradient of two numbers as an arrow, clipped by its norm and cut number by number: (2,) each."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 2.1))
    angle = np.linspace(0, np.pi / 2, 60)
    axes.plot(max_norm * np.cos(angle), max_norm * np.sin(angle), color=QUIET, lw=1, ls=":")
    rows = [  # the last two: how far along the arrow its name stands, and by how many points it is shifted
        (gradient, QUIET, 1.5, _("as it came"), 0.72, (4, -14)),
        (by_number, COLOURS["h"], 2, _("cut number by number"), 1, (8, 2)),
        (by_norm, COLOURS["c"], 3, _("clipped by norm"), 1, (10, -8)),
    ]
    for arrow, colour, width, name, along, shift in rows:
        axes.annotate(
            "", arrow, (0, 0), arrowprops={"arrowstyle": "->", "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
        )
        axes.annotate(name, along * np.asarray(arrow), shift, textcoords="offset points", color=INK)
    x, y = np.max([gradient, by_norm, by_number], axis=0)
    axes.set(
        xlim=(0, 1.12 * x),
        ylim=(0, max(1.3 * y, 1.05 * max_norm)),
        xlabel=_("gradient of one weight"),
        ylabel=_("of another"),
        aspect="equal",
    )

    def degrees(arrow):
        return float(np.degrees(np.arctan2(arrow[1], arrow[0])))

    alt = _(
        "Three arrows from one point. The gradient as it came has length {length:.2f} and points {direction:.0f} "
        "degrees up. Clipped by norm it has length {clipped:.2f} and points the same way. Cut number by number it "
        "points {other:.0f} degrees up."
    ).format(
        length=float(np.hypot(*gradient)),
        direction=degrees(gradient),
        clipped=float(np.hypot(*by_norm)),
        other=degrees(by_number),
    )
    return Figure(drawing, alt)
