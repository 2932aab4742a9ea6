"""The pictures of chapter 1: a network unrolled, curves of forgetting, the adding problem and who solves it."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _
from lstm_ref.training.adding import solved

MARKS = {"RNN": ("s", COLOURS["f"]), "LSTM": ("o", COLOURS["c"])}
EXPONENT = 13.2  # points of a text with an index or exponent, which is drawn at 0.7 of that and must be readable, too
STYLES = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)))
BIASED = {"LSTM b_f=1": ("^", COLOURS["i"]), "LSTM chrono": ("D", COLOURS["o"])}


def unrolled(steps: int = 4) -> Figure:
    """A recurrent network drawn as a chain, one copy of the cell for each step."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 2.2))

    def arrow(start, end):
        axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, color=QUIET, lw=1.2))

    for t in range(1, steps + 1):
        axes.add_patch(FancyBboxPatch((t - 0.27, 0.34), 0.54, 0.32, boxstyle="round,pad=0.02", fc="none", ec=INK))
        axes.text(t, 0.5, "tanh", ha="center", va="center", color=INK)
        arrow((t - 0.72, 0.5), (t - 0.3, 0.5))
        axes.text(t - 0.51, 0.55, f"$h_{t - 1}$", ha="center", va="bottom", color=COLOURS["h"], fontsize=EXPONENT)
        arrow((t, 0.08), (t, 0.31))
        axes.text(t, 0.04, f"$x_{t}$", ha="center", va="top", color=INK, fontsize=EXPONENT)
        arrow((t, 0.69), (t, 0.92))
        axes.text(t, 0.95, f"$h_{t}$", ha="center", va="bottom", color=COLOURS["h"], fontsize=EXPONENT)
    arrow((steps + 0.3, 0.5), (steps + 0.7, 0.5))
    axes.set(xlim=(0.2, steps + 0.75), ylim=(-0.1, 1.1))
    axes.axis("off")
    alt = _(
        "A chain of {steps} equal boxes marked tanh. Box t takes x_t from below and h_(t-1) from the box before, and "
        "gives h_t upwards and to the box after it."
    ).format(steps=steps)
    return Figure(drawing, alt)


def norm_curves(panels: dict[str, dict[str, np.ndarray]]) -> Figure:
    """What is left of a change at every lag, on a scale of powers of ten: panels of named curves (T,) each."""
    drawing, all_axes = axes_in_a_row(len(panels), rows=True, sharex=True, sharey=True, figsize=(4.4, 5.6))
    said = []
    for axes, (title, curves) in zip(all_axes, panels.items(), strict=True):
        heights = apart([np.log10(norms[-1]) for norms in curves.values()], 2.2)
        for (name, norms), style, height in zip(curves.items(), STYLES, heights, strict=False):
            lags = np.arange(len(norms))
            axes.semilogy(lags, norms, linestyle=style, color=COLOURS["c"], lw=1.6)
            axes.text(lags[-1] + 2, 10**height, name, va="center", color=INK)
            said.append(
                _("{panel}, {name}: {norm:.1e} at lag {lag}").format(
                    panel=title, name=name, norm=norms[-1], lag=lags[-1]
                )
            )
        axes.plot(lags[[0, -1]], [1, 1], lw=0.8, color=QUIET)  # ends where the curves' names begin
        axes.set(title=title, ylabel=_("change that is left"), xlim=(0, 1.32 * len(lags)))
        axes.tick_params(axis="y", labelsize=EXPONENT)
    all_axes[-1].set(xlabel=_("steps back"), xticks=range(0, len(lags) + 1, 25))
    alt = _("Curves on a scale of powers of ten, all starting at 1. {said}.").format(said="; ".join(said))
    return Figure(drawing, alt)


def apart(values: list[float], least: float) -> list[float]:
    """The values, moved apart where they are closer together than `least`."""
    order = np.argsort(values)
    moved = np.array(values, dtype=float)[order]
    for _round in range(50):
        for n, gap in enumerate(np.diff(moved)):
            if gap < least:
                moved[n : n + 2] += (gap - least) / 2, (least - gap) / 2
    return moved[np.argsort(order)].tolist()


def adding_example(xs, total: float) -> Figure:
    """One sequence (T, 2) of the adding problem: a bar for each number, the two marked ones filled."""
    xs = np.asarray(xs)
    steps = np.arange(1, len(xs) + 1)
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 2.2))
    marked = xs[:, 1] == 1
    axes.bar(steps[marked], xs[marked, 0], 0.7, color=COLOURS["c"])
    axes.bar(steps[~marked], xs[~marked, 0], 0.7, facecolor="none", edgecolor=QUIET)
    for t in steps[marked]:
        axes.text(t, 1.06, f"{xs[t - 1, 0]:.2f}", ha="center", color=INK)
    axes.set(xlabel=_("step"), ylabel=_("number"), ylim=(0, 1.2), yticks=(0, 0.5, 1), xticks=steps[4::5])
    alt = _(
        "Bars for {steps} random numbers between 0 and 1. Two are filled: {numbers}. Their sum is {total:.2f}."
    ).format(
        steps=len(xs),
        numbers=", ".join(_("{n:.2f} at step {t}").format(n=xs[t - 1, 0], t=t) for t in steps[marked]),
        total=total,
    )
    return Figure(drawing, alt)


def learning_curves(curves: dict[str, list[tuple[int, float]]], baseline: float, goal: float) -> Figure:
    """Mean squared error against iterations: named lists of (iteration, error)."""
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.4, 3.0))
    said = []
    for name, curve in curves.items():
        iterations, errors = zip(*curve, strict=True)
        marker, colour = {**MARKS, **BIASED}[name]
        axes.semilogy(iterations, errors, marker=marker, color=colour, ms=4, lw=1.2)
        axes.annotate(name, (iterations[-1], errors[-1]), (6, 0), textcoords="offset points", va="center", color=INK)
        said.append(_("{name}: {error:.3f} after {n} iterations").format(name=name, error=errors[-1], n=iterations[-1]))
    for level, text in ((baseline, _("always 1")), (goal, _("solved"))):
        axes.axhline(level, ls=":", color=QUIET)
        axes.annotate(text, (0, level), (2, 3), textcoords="offset points", color=QUIET)
    axes.set(xlabel=_("iterations"), ylabel=_("error on new sequences"))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.margins(x=0.12)
    alt = _("Error against iterations on a scale of powers of ten. {said}. Solved means {goal}.").format(
        said="; ".join(said), goal=goal
    )
    return Figure(drawing, alt)


def one_gate_opens(iterations, errors, gates, reach) -> Figure:
    """While an LSTM learns: its error, the mean gate of each unit (n, H), and how far back its memory reaches."""
    drawing, (above, middle, below) = axes_in_a_row(3, rows=True, sharex=True, figsize=(4.4, 5.2))
    gates = np.asarray(gates)
    widest = int(gates[-1].argmax())
    above.semilogy(iterations, errors, "o-", color=INK, ms=4)
    above.set(ylabel=_("error"))
    above.yaxis.set_major_formatter("{x:g}")
    for unit in range(gates.shape[1]):
        if unit != widest:
            middle.plot(iterations, gates[:, unit], color=QUIET, lw=0.6, alpha=0.5)
    middle.plot(iterations, gates[:, widest], "o-", color=COLOURS["f"], ms=4)
    middle.set(ylabel=_("forget gates"), ylim=(0, 1.05))
    below.semilogy(iterations, reach, "o-", color=COLOURS["c"], ms=4)
    below.set(ylabel=_("left of a change\nat the longest lag"), xlabel=_("iterations"))
    below.tick_params(axis="y", labelsize=EXPONENT)
    alt = _(
        "Three curves over {last} iterations. The error stays near {first_error:.2f} and then falls to {error:.3f}. Of "
        "{units} forget gates one rises from {low:.2f} to {high:.2f}; the others stay near {mean:.2f}. At the same "
        "moment, what is left of a change at the longest lag jumps from {before:.0e} to {after:.1f}."
    ).format(
        last=iterations[-1],
        first_error=errors[1],
        error=errors[-1],
        units=gates.shape[1],
        low=gates[0, widest],
        high=gates[-1, widest],
        mean=np.delete(gates[-1], widest).mean(),
        before=reach[0],
        after=reach[-1],
    )
    return Figure(drawing, alt)


def adding_results(found: dict) -> Figure:
    """After how many iterations each network solved the adding problem: what benchmarks/adding_problem.py stored.

    The picture shows the runs on the machine's own code path; the sentence sums up all runs.
    """
    drawing, (axes,) = axes_in_a_row(1, figsize=(4.6, 4.4))
    lengths = sorted({run["T"] for run in found["runs"]})
    seeds = 1 + max(run["seed"] for run in found["runs"])
    never = found["cap"] * 1.12
    for shift, (model, (marker, colour)) in enumerate({**MARKS, **BIASED}.items()):
        runs = [run for run in found["runs"] if (run["model"], run["path"]) == (model, "machine")]
        # Four columns for the networks, and in each the seeds side by side.
        x = np.array([lengths.index(r["T"]) + 0.2 * (shift - 1.5 + r["seed"] / seeds - 0.4) for r in runs])
        y = np.array([run["iterations"] or never for run in runs], dtype=float)
        ended = np.array([run["iterations"] is not None for run in runs])
        axes.plot(x[ended], y[ended], marker, color=colour, ms=3.5, label=model)
        axes.plot(x[~ended], y[~ended], marker, color=colour, ms=3.5, markerfacecolor="none")
    axes.axhline(found["cap"], ls=":", color=QUIET)
    axes.set(
        xlabel=_("length of the sequence, T"),
        ylabel=_("iterations"),
        xticks=range(len(lengths)),
        xticklabels=lengths,
        ylim=(0, found["cap"] * 1.2),
        yticks=[*range(0, found["cap"] + 1, 1000), never],
        yticklabels=[*range(0, found["cap"] + 1, 1000), _("never")],
    )
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=2,
        frameon=False,
        labelcolor=INK,
        handletextpad=0.1,
        columnspacing=1.2,
    )
    said = [
        _("T={steps} {model}: median {median:.0f}, {never} of {runs} never").format(**one._asdict())
        for one in solved(found)
    ]
    alt = _(
        "Iterations until the adding problem is solved, {seeds} runs for each network and length; hollow marks on top "
        "never solved it. {said}."
    ).format(seeds=seeds, said="; ".join(said))
    return Figure(drawing, alt)
