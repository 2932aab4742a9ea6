"""The pictures of chapter 2: a cell and its numbers, and the sizes of what it joins and multiplies."""

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from lstm_ref.core.size import cell_shapes
from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _

# The wires of a cell: name, letters, colour, corners, and where its number stands. Time goes to the right.
_WIRES = (
    ("c_prev", "$c_{t-1}$", "c", [(0, 9), (3, 9)], (0, 9.35)),
    ("keep", "$f\\,c_{t-1}$", "c", [(3.6, 9), (8.4, 9)], (5, 9.35)),
    ("c", "$c_t$", "c", [(9, 9), (17, 9)], (10.2, 9.35)),
    ("f", "$f$", "f", [(3.3, 4.4), (3.3, 8.6)], (3.5, 7.2)),
    ("i", "$i$", "i", [(6.4, 4.4), (6.4, 6.8), (8.4, 6.8)], (6.0, 7.1)),
    ("candidate", "$\\hat c$", "candidate", [(10.2, 4.4), (10.2, 6.8), (9, 6.8)], (9.6, 7.1)),
    ("write", "$i\\,\\hat c$", "candidate", [(8.7, 7.2), (8.7, 8.6)], (8.9, 7.8)),
    ("o", "$o$", "o", [(13.2, 4.4), (13.2, 5.8)], (13.4, 4.9)),
    ("tanh_c", "tanh $c_t$", "c", [(13.2, 9), (13.2, 6.6)], (13.4, 7.6)),
    ("h", "$h_t$", "h", [(13.6, 6.2), (17, 6.2)], (15, 6.5)),
)
_SIGNS = (("×", 3.3, 9), ("+", 8.7, 9), ("×", 8.7, 6.8), ("×", 13.2, 6.2))
_BOXES = (("f", "σ", 3.3), ("i", "σ", 6.4), ("candidate", "tanh", 10.2), ("o", "σ", 13.2))


def cell_drawing(values, labels):
    """One step of a cell with one unit as wires: the thicker, the larger the number; dashed is negative.

    values: name -> number, as `CellDiagram` has them; labels: the words "amplitude" and "distance".
    """
    drawing, (axes,) = axes_in_a_row(1, figsize=(7.4, 3.9))
    for name, letters, colour, corners, at in _WIRES:
        _wire(axes, corners, COLOURS[colour], values[name])
        axes.annotate(f"{letters} {values[name]:.2f}", at, color=COLOURS[colour], fontsize=9)
    axes.plot([2.2, 13.2], [2.2, 2.2], color=INK, lw=2)
    for name, sign, x in _BOXES:
        axes.plot([x, x], [2.2, 3.4], color=INK, lw=2)
        axes.add_patch(Rectangle((x - 0.8, 3.2), 1.6, 1.2, fc="white", ec=COLOURS[name], zorder=3))
        axes.annotate(sign, (x, 3.8), ha="center", va="center", fontsize=9, color="black", zorder=4)
    for sign, x, y in _SIGNS:
        axes.plot(x, y, "o", ms=14, mfc="white", mec=QUIET, zorder=3)
        axes.annotate(sign, (x, y), ha="center", va="center", color="black", zorder=4)
    feeds = (
        ("h_prev", "$h_{t-1}$", COLOURS["h"]),
        ("amplitude", labels["amplitude"], INK),
        ("distance", labels["distance"], INK),
    )
    for n, (name, word, colour) in enumerate(feeds):
        y = 3 - 0.8 * n
        _wire(axes, [(0, y), (2, y)], colour, values[name])
        axes.annotate(f"{word} {values[name]:.2f}", (0, y + 0.15), fontsize=9, color=colour)
        axes.add_patch(Rectangle((2, y - 0.4), 0.25, 0.8, fc=colour, ec="none"))
    axes.set(xlim=(-0.2, 17.2), ylim=(0.6, 10.2))
    axes.set_axis_off()
    return drawing


def _wire(axes, corners, colour, value):
    x, y = zip(*corners, strict=True)
    axes.plot(
        x,
        y,
        color=colour,
        lw=0.8 + 5 * np.tanh(abs(value)),
        ls="--" if value < 0 else "-",
        solid_joinstyle="round",
        zorder=2,
    )


def joined_and_weighed(batch: int, input_size: int, hidden_size: int) -> Figure:
    """[h, x] as two blocks side by side, W_f as rows of the same two blocks, and f: one square for each number."""
    B, D, H = batch, input_size, hidden_size
    shapes = cell_shapes(B, D, H)
    drawing, (axes,) = axes_in_a_row(1, figsize=(7.0, 3.4))
    width = H + D
    gap = 2.2
    places = {"hx": (0, -B / 2), "W_f": (width + gap, -H / 2), "f": (2 * (width + gap) + 0.4, -B / 2)}
    _blocks(axes, places["hx"], B, ((H, COLOURS["h"]), (D, INK)))
    _blocks(axes, places["W_f"], H, ((H, COLOURS["h"]), (D, INK)))
    _blocks(axes, places["f"], B, ((H, COLOURS["f"]),))
    names = {"hx": "$[h_{t-1}, x_t]$", "W_f": "$W_f$", "f": "$f_t$"}
    for name, (x, y) in places.items():
        rows, columns = shapes[name]
        axes.annotate(f"{names[name]}  {shapes[name]}", (x + columns / 2, y - 0.45), ha="center", va="bottom")
        axes.annotate(str(rows), (x - 0.25, y + rows / 2), ha="right", va="center", color=QUIET, fontsize=9)
        for start, size in ((0, H), (H, columns - H)):
            if size:
                axes.annotate(
                    str(size), (x + start + size / 2, y + rows + 0.25), ha="center", va="top", color=QUIET, fontsize=9
                )
    axes.annotate("→", ((width + gap + width) + gap / 2 + 0.2, 0), ha="center", va="center", fontsize=16)
    axes.add_patch(
        FancyBboxPatch(
            (places["W_f"][0] + 0.06, places["W_f"][1] + 0.06),
            width - 0.12,
            0.88,
            boxstyle="round,pad=0.12",
            fc="none",
            ec=COLOURS["f"],
            lw=2,
        )
    )
    axes.set(xlim=(-1, places["f"][0] + H + 0.3), ylim=(max(B, H) / 2 + 1, -max(B, H) / 2 - 1.4), aspect="equal")
    axes.set_axis_off()
    alt = _(
        "Three grids of squares, one square for each number. [h, x] has {B} rows, one for each sequence, and {width} "
        "columns: {H} for h, then {D} for x. W_f has {H} rows, one for each unit, with the same two blocks of {H} and "
        "{D} columns. The gate f has {B} rows and {H} columns: each of its numbers comes from a row of [h, x] and a "
        "row of W_f."
    ).format(B=B, D=D, H=H, width=width)
    return Figure(drawing, alt)


def _blocks(axes, place, rows, blocks):
    """Rows of squares, in blocks of columns of a colour each."""
    x, y = place
    for columns, colour in blocks:
        for row in range(rows):
            for column in range(columns):
                axes.add_patch(
                    Rectangle((x + column + 0.06, y + row + 0.06), 0.88, 0.88, fc=colour, ec="none", alpha=0.75)
                )
        x += columns
