"""The check of `split_windows`: the first input of each step is its number, so that shared steps can be counted."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s11_configure_and_diagnose.problems import numbered_recording
from lstm_ref.messages import _


def windows_of(recording, window: int, step: int = 1):
    """All windows (n, window, D), each `step` after the one before."""
    starts = range(0, len(recording) - window + 1, step)
    return np.stack([recording[start : start + window] for start in starts])


def split(recording, window, share):
    """As it should be: first the recording is cut in two, then each part into windows."""
    cut = int(share * len(recording))
    return windows_of(recording[:cut], window), windows_of(recording[cut:], window)


def windows_first(shuffle: bool = False) -> Callable:
    def split_windows(recording, window, share):
        made = windows_of(recording, window)
        if shuffle:
            made = made[np.random.default_rng(0).permutation(len(made))]
        cut = int(share * len(made))
        return made[:cut], made[cut:]

    return split_windows


def both(change: Callable) -> Callable:
    """The right windows, those of both parts changed."""
    return lambda recording, window, share: tuple(map(change, split(recording, window, share)))


def cut_at(place: Callable, overlap: Callable = lambda window: 0) -> Callable:
    def split_windows(recording, window, share):
        cut = place(len(recording), share)
        return windows_of(recording[:cut], window), windows_of(recording[cut - overlap(window) :], window)

    return split_windows


SPLIT_MISTAKES = {
    _(
        "the windows are made and shuffled before the split: almost every held-out window shares steps with one "
        "that is trained on; cut the recording first"
    ): windows_first(shuffle=True),
    _(
        "the windows are made before the split: those at the border share steps with both sides; cut the recording "
        "first"
    ): windows_first(),
    _(
        "the windows are made of the whole recording, and cut where the recording should be: those at the border "
        "share steps with both sides"
    ): lambda recording, window, share: tuple(
        np.split(windows_of(recording, window), [int(share * len(recording))]),
    ),
    _("the held-out part begins window - 1 steps early, so that it shares steps with the other"): cut_at(
        lambda n, share: int(share * n), lambda window: window - 1
    ),
    _("the held-out part begins a window early, so that it shares steps with the other"): cut_at(
        lambda n, share: int(share * n), lambda window: window
    ),
    _("a window is left out between the two parts: the held-out part begins where the other ends"): cut_at(
        lambda n, share: int(share * n), lambda window: -window
    ),
    _(
        "the last window of the training part is left out: it ends with the last step before the cut"
    ): lambda recording, window, share: (
        split(recording, window, share)[0][:-1],
        split(recording, window, share)[1],
    ),
    _("the two parts are exchanged: the first is trained on"): lambda recording, window, share: split(
        recording, window, share
    )[::-1],
    _("the share is taken for the held-out part: it is what is trained on"): cut_at(
        lambda n, share: n - int(share * n)
    ),
    _("the last window of each part is left out: there are n - window + 1 of them"): both(lambda made: made[:-1]),
    _(
        "the windows stand side by side, without steps in common: one begins at every step"
    ): lambda recording, window, share: tuple(
        windows_of(part, window, window) for part in np.split(recording, [int(share * len(recording))])
    ),
    _("the steps are poured into windows (n, D, window) by reshape: the inputs of a step are torn apart"): both(
        lambda made: made.reshape(len(made), made.shape[2], made.shape[1])
    ),
    _("the windows are (n, D, window): it is (n, window, D), steps before inputs"): both(
        lambda made: made.swapaxes(1, 2)
    ),
    _("the parts are returned as they are, and not cut into windows"): lambda recording, window, share: tuple(
        np.split(recording, [int(share * len(recording))])
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


SPLIT = Check(
    name="split_windows",
    output=("train", "held_out"),
    reference=split,
    sizes=lambda a: _("{steps} steps, window={window}, share={share}").format(
        steps=len(a["recording"]), window=a["window"], share=a["share"]
    ),
    parts={"apart": Part(recordings)},
    mistakes=SPLIT_MISTAKES,
    advice=shared_steps,
)
