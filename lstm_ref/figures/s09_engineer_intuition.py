"""The pictures of chapter 9: filters and their gains, soft logic, and what a cell does with a bump and a spike."""

import numpy as np

from lstm_ref.core.cell import Gates, LSTMParams
from lstm_ref.core.keeper import HOLD, keeper_result, keeper_trial
from lstm_ref.core.sequence import lstm_forward
from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _


def filters_over(signal: np.ndarray, memories: dict[str, np.ndarray]) -> Figure:
    """A signal (T,) as bars and the memories of some filters over it, name -> (T,)."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 3.8))
    steps = np.arange(1, len(signal) + 1)
    axes.bar(steps, signal, 0.7, color=QUIET, alpha=0.3, label=_("amplitude"))
    styles = [("o-", COLOURS["f"]), ("s--", COLOURS["i"]), ("^-", COLOURS["c"]), ("d:", COLOURS["o"])]
    said = []
    for (name, memory), (style, colour) in zip(memories.items(), styles, strict=False):
        axes.plot(steps, memory, style, color=colour, ms=4, lw=1.2, label=name)
        said.append(
            _("{name}: {bump:.2f} after the bump, {spike:.2f} at the spike, {last:.2f} at the end").format(
                name=name, bump=memory[7], spike=memory[12], last=memory[-1]
            )
        )
    axes.set(xlabel=_("step"), ylabel=_("memory"), xticks=steps[::3])
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.12, 1),
        ncols=2,
        frameon=False,
        labelcolor=INK,
        handlelength=1.5,
        columnspacing=1,
    )
    alt = _(
        "The amplitude of each step as bars, with a bump and a spike, and one line for each filter. {said}."
    ).format(said="; ".join(said))
    return Figure(drawing, alt)


def gains(rows: dict[str, np.ndarray]) -> Figure:
    """The gain of each step, name -> (T,)."""
    drawing, (axes,) = axes_in_a_row(1)
    styles = [("o-", COLOURS["i"]), ("s--", COLOURS["candidate"]), ("^:", COLOURS["o"])]
    said = []
    for (name, values), (style, colour) in zip(rows.items(), styles, strict=False):
        steps = np.arange(1, len(values) + 1)
        axes.plot(steps, values, style, color=colour, ms=4, lw=1, label=name)
        said.append(
            _("{name}: {first:.2f} at step 1, {last:.2f} at step {n}").format(
                name=name, first=values[0], last=values[-1], n=len(values)
            )
        )
    axes.set(xlabel=_("step"), ylabel=_("gain"), ylim=(0, 1.02), xticks=steps[::3])
    axes.legend(frameon=False, labelcolor=INK)
    alt = _("One falling line for each filter: how much of a measurement is taken. {said}.").format(
        said="; ".join(said)
    )
    return Figure(drawing, alt)


def soft_gates(steepness: list[float]) -> Figure:
    """sigmoid(s (u + v - 1.5)) for u and v between 0 and 1, one field for each s: an AND that gets harder."""
    drawing, fields = axes_in_a_row(len(steepness), figsize=(4.4, 2.0), sharey=True)
    u, v = np.meshgrid(np.linspace(-0.25, 1.25, 80), np.linspace(-0.25, 1.25, 80))
    said = []
    for axes, s in zip(fields, steepness, strict=True):
        gate = 1 / (1 + np.exp(-s * (u + v - 1.5)))
        for low in np.linspace(0, 0.9, 10):
            axes.contourf(u, v, gate, levels=[low, 1.01], colors=[COLOURS["i"]], alpha=0.11)
        axes.contour(u, v, gate, levels=[0.5], colors=[INK], linewidths=1)
        for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
            value = 1 / (1 + np.exp(-s * (sum(corner) - 1.5)))
            axes.annotate(f"{value:.2f}", corner, ha="center", va="center", color=INK)
        axes.set_title(f"$s = {s:g}$", fontsize=11)
        axes.set(xlabel="$u$", xticks=[0, 1], yticks=[0, 1], aspect="equal")
        both, one = (1 / (1 + np.exp(-s * total)) for total in (0.5, -0.5))
        said.append(_("with s = {s:g} it is {both:.2f} for both and {one:.2f} for one").format(s=s, both=both, one=one))
    fields[0].set(ylabel="$v$")
    alt = _("The gate over its two inputs u and v, darker where it is more open: {said}.").format(said="; ".join(said))
    return Figure(drawing, alt)


def cell_traces(xs: np.ndarray, gates: Gates, hs: np.ndarray, names: tuple[str, ...]) -> Figure:
    """Amplitude, gates and memory of every unit over one sequence, a column each: xs (T, 2), the rest (T, H)."""
    return side_by_side({name: (xs, Gates(*(g[:, n] for g in gates)), hs[:, n]) for n, name in enumerate(names)})


def side_by_side(traces: dict[str, tuple[np.ndarray, Gates, np.ndarray]]) -> Figure:
    """Name -> (xs (T, 2), the gates of one unit (T,), its h (T,)), a column for each name."""
    count = len(traces)
    drawing, fields = axes_in_a_row(3 * count, columns=count, sharex=True, sharey="row", figsize=(2.2 * count, 5.6))
    fields = fields.reshape(3, count)
    said = []
    for n, (name, (xs, gates, h)) in enumerate(traces.items()):
        above, middle, below = fields[:, n]
        steps = np.arange(1, len(xs) + 1)
        above.bar(steps, xs[:, 0], 0.7, color=QUIET, alpha=0.3)
        above.plot(steps, gates.c, "o-", color=COLOURS["c"], ms=3, lw=1.2, label="$c$")
        above.plot(steps, np.ravel(h), "--", color=COLOURS["h"], lw=1.2, label="$h$")
        above.axhline(0, color=QUIET, lw=0.5)
        above.set_title(name, fontsize=11)
        for letter, style in (("f", "o-"), ("i", "^-"), ("o", "s:")):
            middle.plot(steps, getattr(gates, letter), style, color=COLOURS[letter], ms=3, lw=1, label=f"${letter}$")
        middle.set(ylim=(-0.05, 1.05))
        below.bar(steps, gates.candidate, 0.7, color=COLOURS["candidate"])
        below.axhline(0, color=QUIET, lw=0.5)
        below.set(ylim=(-1.1, 1.1), xlabel=_("step"), xticks=steps[::5])
        said.append(
            _("{name}: f from {f0:.2f} to {f1:.2f}, i from {i0:.2f} to {i1:.2f}, memory {last:.2f} at the end").format(
                name=name,
                f0=gates.f.min(),
                f1=gates.f.max(),
                i0=gates.i.min(),
                i1=gates.i.max(),
                last=gates.c[-1],
            )
        )
    for axes, label in zip(fields[:, 0], (_("memory"), _("gates"), _("candidate")), strict=True):
        axes.set(ylabel=label)
    handles = [*fields[0, 0].get_lines()[:2], *fields[1, 0].get_lines()]
    drawing.legend(handles=handles, loc="outside lower center", ncols=5, columnspacing=1.4, fontsize=11)
    alt = _(
        "Two columns of three plots: the amplitude as bars with the memory as a line and the output dashed; the gates; "
        "the candidate. {said}."
    ).format(said="; ".join(said))
    return Figure(drawing, alt)


@np.errstate(all="ignore")  # a notebook may have asked NumPy to raise; a steep gate is 0 far out, by way of underflow
def keeper_picture(params: LSTMParams, quiet: float, strong: float, loudest: float, *, spikes: bool = True) -> Figure:
    """What the cell does on the worst sequence of `keeper_trial`: amplitude, memory, gates i and f, and h of unit 1.

    params: a cell of two units, W_* (2, 4). The other arguments are those of `keeper_trial`, and so are the errors. For
    notebooks: the exercise of chapter 9 judges a cell by the same numbers.
    """
    trial = keeper_trial(quiet, strong, loudest, spikes=spikes)
    result = keeper_result(params, trial)
    # How each sequence compares with the limits; above 1 is beyond them. The largest is the worst.
    over = np.stack([result.before / 0.25, 0.5 / np.maximum(result.kept, 1e-3), result.moved / 0.1])
    n = int(np.nanmax(np.nan_to_num(over, nan=0.0), axis=0).argmax())
    one = slice(n, n + 1)
    hs, _last, gates = lstm_forward(trial.xs[one], params, return_gates=True)
    calm = lstm_forward(trial.calm[one], params, return_gates=True)[2]
    drawing, (above, middle, below) = axes_in_a_row(3, rows=True, sharex=True, figsize=(4.4, 5.4))
    steps = np.arange(trial.xs.shape[1])
    above.bar(steps, trial.xs[n, :, 0], 0.9, color=QUIET, alpha=0.6)
    above.axhline(strong, color=QUIET, lw=0.8, ls=":")
    above.set(ylabel=_("amplitude"), title=_("sequence {n}, the worst of the trial").format(n=n))
    middle.plot(steps, gates.c[0, :, 0], color=COLOURS["c"], lw=2, label=_("memory, c of unit 0"))
    if trial.spikes[n] is not None:
        middle.plot(steps, calm.c[0, :, 0], color=INK, lw=1, ls=":", label=_("without the spike"))
    middle.axhline(0.5, color=QUIET, lw=0.8, ls=":")
    if trial.bumps[n]:
        _first, last = trial.bumps[n]
        middle.axvspan(last + 1, last + HOLD, color=QUIET, alpha=0.12, lw=0)
    middle.set(ylabel=_("memory"))
    middle.legend(frameon=False, labelcolor=INK)
    below.plot(steps, gates.i[0, :, 0], "-", color=COLOURS["i"], lw=1.5, label=_("i of unit 0"))
    below.plot(steps, gates.f[0, :, 0], "--", color=COLOURS["f"], lw=1.5, label=_("f of unit 0"))
    below.plot(steps, hs[0, :, 1], ":", color=COLOURS["h"], lw=1.5, label=_("h of unit 1"))
    below.set(xlabel=_("step"), ylim=(-1.05, 2.0), yticks=[-1, 0, 1])
    below.legend(
        ncols=3, frameon=False, labelcolor=INK, loc="upper left", handlelength=1.2, handletextpad=0.4, columnspacing=0.8
    )
    alt = _(
        "Sequence {n}. Above the amplitude, in the middle the memory, grey where it must last, below i and f of unit 0 "
        "and h of unit 1. The memory before the bump: {before:.3g}; kept: {kept:.3g}; moved by the spike: {moved:.3g}."
    ).format(n=n, before=result.before[n], kept=result.kept[n], moved=result.moved[n])
    return Figure(drawing, alt)
