"""The pictures of chapter 11: recordings, curves, a comparison of settings, splits, and models with a fault."""

from collections import defaultdict

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from lstm_ref.figures import Figure
from lstm_ref.figures.drawing import COLOURS, INK, QUIET, axes_in_a_row
from lstm_ref.messages import _

# What benchmarks/configurations.py tries and `settings` draws: one setting is changed at a time, the others are as in
# BASE. None as a forget bias: PyTorch's own; None as a clip: no clipping.
BASE = {
    "hidden_size": 32,
    "num_layers": 1,
    "lr": 0.01,
    "dropout": 0.0,
    "forget_bias": 1.0,
    "clip": 1.0,
    "pooling": "last",
}
VALUES = {
    "hidden_size": (4, 8, 16, 32, 64),
    "num_layers": (1, 2, 3),
    "lr": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    "dropout": (0.0, 0.2, 0.5),
    "forget_bias": (-2.0, None, 1.0, 3.0),
    "clip": (0.1, 1.0, 10.0, None),
    "pooling": ("last", "mean", "max", "attention"),
}


def recordings(xs: np.ndarray, lengths: np.ndarray, labels: np.ndarray) -> Figure:
    """The amplitudes of a few recordings, (B, T, 2), one panel each, with the label as its title."""
    drawing, panels = axes_in_a_row(
        len(labels), columns=2, sharex=True, sharey=True, figsize=(4.4, 1.5 * len(labels) / 2)
    )
    for x, n, label, axes in zip(xs, lengths, labels, panels, strict=True):
        axes.plot(np.arange(1, n + 1), x[:n, 0], color=COLOURS["h"], lw=1.3)
        axes.axvspan(n + 0.5, xs.shape[1] + 0.5, color=QUIET, alpha=0.12, lw=0)
        axes.set_title(_("target") if label else _("no target"), fontsize=10, loc="left")
    for axes in panels[-2:]:
        axes.set(xlabel=_("step"))
    panels[0].set(ylabel=_("amplitude"), xlim=(0.5, xs.shape[1] + 0.5))
    words = [
        (_("{n} steps with a target") if label else _("{n} steps without")).format(n=int(n))
        for n, label in zip(lengths, labels, strict=True)
    ]
    alt = _("Amplitudes of {count} recordings, padding shaded: {words}. Lone spikes are as high as bumps.").format(
        count=len(labels), words=", ".join(words)
    )
    return Figure(drawing, alt)


def learning(history) -> Figure:
    """Loss and accuracy of a TrainingHistory, epoch by epoch."""
    drawing, (loss, accuracy) = axes_in_a_row(2, figsize=(4.4, 2.6))
    epochs = np.arange(1, len(history.loss) + 1)
    for axes, seen, unseen in (
        (loss, history.loss, history.valid_loss),
        (accuracy, history.accuracy, history.valid_accuracy),
    ):
        axes.plot(epochs, seen, "-", color=INK, lw=1.2, label=_("trained on"))
        axes.plot(epochs, unseen, "o--", color=COLOURS["c"], ms=3, lw=1.2, label=_("unseen"))
        axes.set(xlabel=_("epoch"))
    loss.set_title(_("loss"), fontsize=11, loc="left")
    loss.set(ylim=(0, None))
    accuracy.set_title(_("accuracy"), fontsize=11, loc="left")
    _lines_above(drawing, loss)
    alt = _(
        "Over {n} epochs the loss on recordings that are trained on falls from {a:.2f} to {b:.2f}, on unseen ones from "
        "{c:.2f} to {d:.2f}; the accuracy on unseen ones rises from {e:.2f} to {f:.2f}."
    ).format(
        n=len(epochs),
        a=history.loss[0],
        b=history.loss[-1],
        c=history.valid_loss[0],
        d=history.valid_loss[-1],
        e=history.valid_accuracy[0],
        f=history.valid_accuracy[-1],
    )
    return Figure(drawing, alt)


def _lines_above(drawing, axes) -> None:
    """A legend of these axes, above all panels: on a phone it does not fit into one."""
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=11)


def where_it_looks(amplitude: np.ndarray, weights: np.ndarray) -> Figure:
    """A recording's amplitude, (T,), and under it the weights of attention, (T,)."""
    drawing, (heard, looked) = axes_in_a_row(2, rows=True, sharex=True, height_ratios=[2, 1], figsize=(4.4, 3.0))
    steps = np.arange(1, len(amplitude) + 1)
    heard.plot(steps, amplitude, color=COLOURS["h"])
    looked.bar(steps, weights, 0.7, color=COLOURS["o"])
    heard.set(ylabel=_("amplitude"))
    looked.set(ylabel=_("weight"), xlabel=_("step"), xticks=[1, *range(5, len(steps) + 1, 5)])
    best = int(np.argmax(weights))
    alt = _(
        "A recording of {n} steps; its amplitude is highest at step {high}. Attention gives step {best} the greatest "
        "weight, {w:.2f}."
    ).format(n=len(steps), high=int(np.argmax(amplitude)) + 1, best=best + 1, w=weights[best])
    return Figure(drawing, alt)


def settings(rows: list[dict]) -> Figure:
    """benchmarks/results/configurations.csv: a panel for each setting, dots for trainings, bars for medians."""
    names = {
        "lr": _("learning rate"),
        "hidden_size": _("hidden size"),
        "num_layers": _("layers"),
        "forget_bias": _("forget bias"),
        "dropout": _("dropout"),
        "pooling": _("pooling"),
        "clip": _("gradient clip"),
    }
    found = accuracies(rows)
    drawing, panels = axes_in_a_row(8, columns=2, sharey=True, width_ratios=[1.7, 1], figsize=(4.4, 7.6))
    wide, spare, *rest = panels
    wide.set_subplotspec(wide.get_gridspec()[0, :])  # the learning rate has the most values
    spare.remove()
    panels = [wide, *rest]
    said = []
    for (name, title), axes in zip(names.items(), panels, strict=True):
        medians = []
        for place, (value, dots) in enumerate(found[name].items()):
            beside = place + np.linspace(-0.25, 0.25, len(dots))
            axes.plot(beside, dots, "o", color=COLOURS["c"], ms=2, alpha=0.7)
            axes.plot([place - 0.35, place + 0.35], [np.median(dots)] * 2, color=INK, lw=2)
            medians.append(f"{_shown(value)}: {np.median(dots):.2f}")
        axes.set_title(title, fontsize=11, loc="left")
        labels = [_shown(value).removeprefix("0") or "0" for value in found[name]]
        axes.set_xticks(range(len(labels)), labels, fontsize=10)
        axes.axhline(0.5, color=QUIET, lw=0.7, ls=":")
        axes.set(ylim=(0.47, 1.0), yticks=[0.5, 0.6, 0.7, 0.8, 0.9, 1.0], xlim=(-0.5, len(found[name]) - 0.5))
        said.append(_("{setting}: {medians}").format(setting=title, medians=", ".join(medians)))
    for axes in (wide, *panels[1::2]):
        axes.set_ylabel(_("accuracy"))
    alt = _("Accuracy on unseen recordings, {count} trainings each; the medians are: {said}.").format(
        count=len(found["lr"][BASE["lr"]]), said="; ".join(said)
    )
    return Figure(drawing, alt)


def accuracies(rows: list[dict]) -> dict[str, dict]:
    """setting -> value -> accuracies, one for each seed; the base configuration is part of every setting."""
    base = [row["accuracy"] for row in rows if row["setting"] == "base"]
    found = defaultdict(dict)
    for name, values in VALUES.items():
        for value in values:
            same = [row["accuracy"] for row in rows if (row["setting"], row["value"]) == (name, _as_stored(value))]
            found[name][value] = base if value == BASE[name] else same
    return found


def _as_stored(value):
    """A value as `read_study` returns it."""
    return float(value) if isinstance(value, float | int) else str(value)


def _shown(value) -> str:
    return _("none") if value is None else str(value) if isinstance(value, str) else f"{value:g}"


def two_splits(by_window: np.ndarray, by_recording: np.ndarray) -> Figure:
    """Which windows are held back, (recordings, windows) bool each, when windows or recordings are drawn."""
    drawing, panels = axes_in_a_row(2, figsize=(4.4, 2.3))
    titles = (_("windows drawn"), _("recordings drawn"))
    for axes, held, title in zip(panels, (by_window, by_recording), titles, strict=True):
        for (row, column), out in np.ndenumerate(held):
            colour = COLOURS["c"] if out else QUIET
            axes.add_patch(Rectangle((column, -row), 0.86, 0.8, fc=colour, alpha=1 if out else 0.25, lw=0))
        axes.set(xlim=(-0.2, held.shape[1]), ylim=(-held.shape[0] + 0.8, 1), xticks=[], yticks=[])
        axes.set(xlabel=_("windows"), ylabel=_("recordings"))
        axes.set_title(title, fontsize=11, loc="left")
    mixed = int((by_window.any(1) & ~by_window.all(1)).sum())
    alt = _(
        "Two ways to hold back a third of the windows of {n} recordings. Drawn one by one, held-back windows and "
        "others stand side by side in {mixed} of the recordings; drawn by recording, in none."
    ).format(n=len(by_window), mixed=mixed)
    return Figure(drawing, alt)


def symptoms(rows: list[dict], model: str, beside: str = "healthy") -> Figure:
    """The training of one model of benchmarks/sick_models.py, and for comparison, pale, that of another."""
    drawing, (loss, right, norm, gates) = axes_in_a_row(4, columns=2, figsize=(4.4, 4.6))
    ill, well = ([row for row in rows if row["model"] == name] for name in (model, beside))

    def draw(axes, name, style, seen, **look):
        axes.plot([row["epoch"] for row in seen], [row[name] for row in seen], style, **look)

    for axes, trained, unseen, title in (
        (loss, "loss", "valid_loss", _("loss")),
        (right, "accuracy", "valid_accuracy", _("accuracy")),
    ):
        draw(axes, unseen, "-", well, color=QUIET, lw=4, alpha=0.25)
        draw(axes, trained, "-", ill, color=INK, lw=1.2, label=_("trained on"))
        draw(axes, unseen, "o--", ill, color=COLOURS["c"], ms=3, lw=1.2, label=_("unseen"))
        axes.set_title(title, fontsize=11, loc="left")
    loss.set(ylim=(0, min(2.6, 1.08 * max(max(row["loss"], row["valid_loss"]) for row in [*ill, *well]))))
    right.set(ylim=(0.4, 1.02))
    _lines_above(drawing, right)
    draw(norm, "gradient_norm", "-", well, color=QUIET, lw=4, alpha=0.25)
    draw(norm, "gradient_norm", "-", ill, color=INK, lw=1.2)
    norm.set(yscale="log", xlabel=_("epoch"), ylim=(0.01, 1000), yticks=[0.01, 1, 100])
    norm.yaxis.set_major_formatter("{x:g}")
    norm.yaxis.set_minor_locator(NullLocator())
    norm.set_title(_("longest gradient"), fontsize=11, loc="left")
    last = ill[-1]
    for place, gate in enumerate("fio"):
        shut, opened = last[f"{gate}_shut"], last[f"{gate}_open"]
        parts = ((0, shut, 0.95), (shut, 1 - shut - opened, 0.2), (1 - opened, opened, 0.55))
        for left, width, strength in parts:
            gates.barh(-place, width, 0.6, left=left, color=COLOURS[gate], alpha=strength, lw=0)
        edge = Rectangle((0, -place - 0.3), 1, 0.6, fc="none", ec=COLOURS[gate], lw=1)
        gates.add_patch(edge)
    gates.set_yticks([0, -1, -2], ["$f$", "$i$", "$o$"])
    gates.set(xlim=(-0.01, 1.01), xticks=[0, 0.5, 1])
    gates.set_title(_("gates: shut … open"), fontsize=11, loc="left")
    alt = _(
        "After {n} epochs: loss {a:.2f} on what is trained on, {b:.2f} on unseen recordings; accuracy {c:.2f} and "
        "{d:.2f}. The longest gradient was between {low:.2g} and {high:.2g}. Shares shut and open: forget gate "
        "{fs:.2f} and {fo:.2f}, input gate {is_:.2f} and {io:.2f}, output gate {os:.2f} and {oo:.2f}. Pale beside "
        "it: a loss of {well:.2f} on unseen recordings at the end."
    ).format(
        n=len(ill),
        a=last["loss"],
        b=last["valid_loss"],
        c=last["accuracy"],
        d=last["valid_accuracy"],
        low=min(row["gradient_norm"] for row in ill),
        high=max(row["gradient_norm"] for row in ill),
        fs=last["f_shut"],
        fo=last["f_open"],
        is_=last["i_shut"],
        io=last["i_open"],
        os=last["o_shut"],
        oo=last["o_open"],
        well=well[-1]["valid_loss"],
    )
    return Figure(drawing, alt)
