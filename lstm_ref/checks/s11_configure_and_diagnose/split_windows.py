"""The check of `split_windows`: the first input of each step is its number, so that shared steps can be counted."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s11_configure_and_diagnose.problems import numbered_recording
from lstm_ref.messages import _


def windows_of(recording, window: int):
    """All windows (n, window, D), one from each step on."""
    return np.stack([recording[start : start + window] for start in range(len(recording) - window + 1)])


def with_cut(make: Callable) -> Callable:
    """`split_windows` as `make(recording, window, cut)` makes it; cut: the step where the recording is cut in two."""
    return lambda recording, window, share: make(recording, window, int(share * len(recording)))


def windows_around(recording, window: int, cut: int, begin: int | None = None):
    """The windows before `cut`, and those from `begin`, the cut by default."""
    return windows_of(recording[:cut], window), windows_of(recording[cut if begin is None else begin :], window)


split = with_cut(windows_around)  # as it should be


def windows_first(recording, window, share):
    made = windows_of(recording, window)
    return tuple(np.split(made, [int(share * len(made))]))


def shuffled_first(recording, window, share):
    made = np.random.default_rng(0).permutation(windows_of(recording, window))
    return tuple(np.split(made, [int(share * len(made))]))


def changed(change: Callable) -> Callable:
    """The right windows of the two parts, changed."""
    return lambda *arguments: change(*split(*arguments))


def both(change: Callable) -> Callable:
    return changed(lambda train, held_out: (change(train), change(held_out)))


MISTAKES = {
    _(
        "the windows are made and shuffled before the split: almost every held-out window shares steps with one "
        "that is trained on; cut the recording first"
    ): shuffled_first,
    _(
        "the windows are made before the split: those at the border share steps with both sides; cut the recording "
        "first"
    ): windows_first,
    _(
        "the windows are made of the whole recording, and cut where the recording should be: those at the border "
        "share steps with both sides"
    ): with_cut(lambda recording, window, cut: tuple(np.split(windows_of(recording, window), [cut]))),
    _("the held-out part begins window - 1 steps early, so that it shares steps with the other"): with_cut(
        lambda recording, window, cut: windows_around(recording, window, cut, cut - window + 1)
    ),
    _("the held-out part begins a window early, so that it shares steps with the other"): with_cut(
        lambda recording, window, cut: windows_around(recording, window, cut, cut - window)
    ),
    _("a window is left out between the two parts: the held-out part begins where the other ends"): with_cut(
        lambda recording, window, cut: windows_around(recording, window, cut, cut + window)
    ),
    _("the last window of the training part is left out: it ends with the last step before the cut"): changed(
        lambda train, held_out: (train[:-1], held_out)
    ),
    _("the two parts are exchanged: the first is trained on"): changed(lambda train, held_out: (held_out, train)),
    _("the share is taken for the held-out part: it is what is trained on"): with_cut(
        lambda recording, window, cut: windows_around(recording, window, len(recording) - cut)
    ),
    _("the last window of each part is left out: there are n - window + 1 of them"): both(lambda made: made[:-1]),
    _("the windows stand side by side, without steps in common: one begins at every step"): both(
        lambda made: made[:: made.shape[1]]
    ),
    _("the steps are poured into windows (n, D, window) by reshape: the inputs of a step are torn apart"): both(
        lambda made: made.reshape(len(made), made.shape[2], made.shape[1])
    ),
    _("the windows are (n, D, window): it is (n, window, D), steps before inputs"): both(
        lambda made: made.swapaxes(1, 2)
    ),
    _("the parts are returned as they are, and not cut into windows"): with_cut(
        lambda recording, window, cut: tuple(np.split(recording, [cut]))
    ),
    _(
        "every other step is held out: a window is then no longer a piece of time, and neighbours are on both sides"
    ): lambda recording, window, share: (windows_of(recording[::2], window), windows_of(recording[1::2], window)),
}


def recordings(rng) -> list[Arguments]:
    return [
        {"recording": numbered_recording(rng, count), "window": window, "share": share}
        for count, window, share in ((40, 5, 0.7), (31, 3, 0.6))
    ]


def shared_steps(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """How many steps stand on both sides."""
    train, held_out = (set(got[leaf][:, :, 0].ravel()) for leaf in ("train", "held_out"))
    if train & held_out:
        return _("{n} steps of the recording stand both in train and in held_out.").format(n=len(train & held_out))
    return _("No step stands on both sides, which is good. The first input of each step is its number: print it.")


SPLIT_WINDOWS = Check(
    name="split_windows",
    output=("train", "held_out"),
    reference=split,
    sizes=lambda a: _("{steps} steps, window={window}, share={share}").format(
        steps=len(a["recording"]), window=a["window"], share=a["share"]
    ),
    parts={"apart": Part(recordings)},
    mistakes=MISTAKES,
    advice=shared_steps,
)
