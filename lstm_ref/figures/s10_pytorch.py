"""The pictures of chapter 10: how nn.LSTM arranges its weights, what each direction has read, what padding does."""

import numpy as np
from matplotlib.patches import Rectangle

from lstm_ref.core.torch_layout import TORCH_GATES
from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _

_LETTERS = {"i": "$i$", "f": "$f$", "candidate": "$\\hat c$", "o": "$o$"}


def two_layouts(H: int, reads: int, parameter: str, index: tuple[int, ...]) -> Figure:
    """The arrays of one layer of nn.LSTM, gates one below the other, above the book's; one number marked in both.

    reads: how many numbers come in; parameter: "weight_ih", "weight_hh", "bias_ih" or "bias_hh"; index: of the marked
    number in that parameter.
    """
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 5.0))
    in_torch = [("weight_ih", reads), ("weight_hh", H), ("bias_ih", 1), ("bias_hh", 1)]
    in_book = [("h", H), ("x", reads), ("b", 1)]
    part = {"weight_ih": "x", "weight_hh": "h"}.get(parameter, "b")
    gate, unit = divmod(index[0], H)
    column = index[1] if len(index) == 2 else 0
    marks = []
    for side, title, blocks, top, gap in (
        ("torch", _("nn.LSTM"), in_torch, 0.0, 0.0),
        ("book", _("the book"), in_book, -6.0, 0.25),
    ):
        axes.annotate(title, (10.9, top + 0.95), ha="right", fontsize=11, weight="bold")
        x = 0.0
        total = sum(_width(cols) for _name, cols in blocks)
        for name, cols in blocks:
            width = 10 * _width(cols) / total
            short = name.replace("weight_", "").replace("bias_", "b ")
            axes.annotate(short, (x + width / 2, top + 0.2), ha="center", fontsize=10)
            for n, of in enumerate(TORCH_GATES):
                y = top - (n + 1) - n * gap
                axes.add_patch(Rectangle((x, y), width, 1, fc=COLOURS[of], ec=INK, lw=0.5, alpha=0.6))
                if n == gate and name == (parameter if side == "torch" else part):
                    marks.append((x + (column + 0.5) * width / cols, y + 1 - (unit + 0.5) / H))
            x += width + 0.3
        for n, of in enumerate(TORCH_GATES):
            y = top - (n + 0.5) - n * gap
            axes.annotate(_LETTERS[of], (-0.5, y), ha="center", va="center", color=COLOURS[of], fontsize=13)
    axes.plot(*zip(*marks, strict=True), "s--", color=INK, ms=5, lw=1, mfc="white")
    axes.set(xlim=(-1, 11.2), ylim=(-10.9, 1.6))
    axes.set_axis_off()
    alt = _(
        "Above the arrays of nn.LSTM, weight_ih, weight_hh and two biases: each has {rows} rows, the {H} of the input "
        "gate first, then the forget gate, the candidate and the output gate. Below the book's: for each gate a matrix "
        "of {H} rows, h before x, and one bias. One number is marked in both."
    ).format(rows=4 * H, H=H)
    return Figure(drawing, alt)


def _width(columns: int) -> float:
    return max(np.sqrt(columns), 1.4)


def over_padding(outputs: np.ndarray, longer: np.ndarray, length: int) -> Figure:
    """One unit's output with padding behind it, (T,), and with more padding; the first `length` steps are valid."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 2.9))
    steps = np.arange(1, len(longer) + 1)
    axes.axvspan(length + 0.5, len(longer) + 0.7, color=QUIET, alpha=0.12, lw=0)
    axes.plot(steps, longer, "o-", color=COLOURS["h"], ms=3, lw=1)
    last, end = longer[length - 1], len(outputs)
    axes.plot(length, last, "s", color=COLOURS["c"], ms=9, mfc="none", mew=2)
    for n in (end, len(longer)):
        axes.plot(n, longer[n - 1], "x", color=INK, ms=9, mew=2)
    axes.annotate(_("last valid"), (length, last), (-9, 4), textcoords="offset points", ha="right", color=INK)
    axes.annotate(_("padding"), (length + 1, axes.get_ylim()[0]), (0, 4), textcoords="offset points", color=INK)
    axes.set(xlabel=_("step"), ylabel=_("output of one unit"), xlim=(0.3, len(longer) + 0.7), xticks=steps[::3])
    alt = _(
        "The output of one unit over {T} steps, of which the first {length} are valid. At the last valid step it is "
        "{last:.3f}. In the padding it goes on changing: {one:.3f} at step {end}, {two:.3f} at step {T}."
    ).format(T=len(longer), length=length, last=last, one=longer[end - 1], end=end, two=longer[-1])
    return Figure(drawing, alt)


def has_read(forward: np.ndarray, backward: np.ndarray) -> Figure:
    """Which steps each output has read, (T, T) each: a row for a step of the input, a column for an output.

    The output that has read everything is framed: it is the last one of its direction.
    """
    drawing, panels = axes_in_a_row(2, figsize=(4.4, 2.7), sharey=True)
    T = len(forward)
    ends = []
    for axes, title, reads in zip(panels, (_("forward"), _("backward")), (forward, backward), strict=True):
        for step, output in np.argwhere(reads):
            axes.add_patch(Rectangle((output + 0.55, step + 0.55), 0.9, 0.9, fc=COLOURS["h"], alpha=0.6, lw=0))
        ends += [int(np.argmax(reads.sum(axis=0))) + 1]
        axes.add_patch(Rectangle((ends[-1] - 0.5, 0.5), 1, T, fc="none", ec=COLOURS["c"], lw=2.5))
        axes.set(
            xlim=(0.4, T + 0.6), ylim=(T + 0.6, 0.4), xticks=range(1, T + 1), yticks=range(1, T + 1), aspect="equal"
        )
        axes.set_xlabel(_("output at step"))
        axes.set_title(title, fontsize=11)
    panels[0].set_ylabel(_("has read step"))
    alt = _(
        "Two tables of {T} by {T}: which steps of the input each output has read. Forward, the output at step t has "
        "read the steps up to t, so the one at step {first} has read all. Backward, it has read the steps from t to "
        "the end, so the one at step {second} has read all, and the one at step {T} a single step."
    ).format(T=T, first=ends[0], second=ends[1])
    return Figure(drawing, alt)
