"""The check of `stateful_batches`: a state is carried from batch to batch, so that each row must go on in the next."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s11_configure_and_diagnose.problems import numbered_recording
from lstm_ref.messages import _


def rows_of(recording, batch: int, steps: int):
    """(batch, K, steps, D): the recording in `batch` long pieces, each cut into chunks."""
    return recording.reshape(batch, -1, steps, recording.shape[1])


def batches(change: Callable) -> Callable:
    """`stateful_batches` with the right result changed, (K, batch, steps, D)."""
    return lambda recording, batch, steps: change(rows_of(recording, batch, steps).swapaxes(0, 1))


def poured(change: Callable) -> Callable:
    """Every chunk, (batch * K, steps, D), in the order of time; changed, and then poured into batches."""
    return lambda recording, batch, steps: change(recording.reshape(-1, steps, recording.shape[1])).reshape(
        -1, batch, steps, recording.shape[1]
    )


def shuffled(array, axis: int = 0):
    return np.random.default_rng(0).permutation(array, axis=axis)


MISTAKES = {
    _("the windows are shuffled: a state that is carried on then meets the piece of another time"): poured(shuffled),
    _(
        "row b + 1 of a batch goes on where row b ends: the state is carried from batch to batch, so row b of the "
        "next batch has to"
    ): poured(lambda chunks: chunks),
    _("the batches are shuffled: each row is right within, and their order in time is lost"): batches(shuffled),
    _("the rows of all batches are shuffled alike: that does no harm, but here row 0 is the beginning"): batches(
        lambda made: shuffled(made, axis=1)
    ),
    _("the chunks stand before the rows' axis: (batch, K, steps, D) is returned, (K, batch, steps, D) asked for"): (
        rows_of
    ),
    _("the batches run backwards in time"): batches(lambda made: made[::-1]),
    _("the steps within each chunk run backwards"): batches(lambda made: made[:, :, ::-1]),
    _("the last batch is left out"): batches(lambda made: made[:-1]),
    _("neighbouring steps go to different rows: each row has to be a piece of time"): lambda recording, batch, steps: (
        recording.reshape(-1, steps, batch, recording.shape[1]).swapaxes(1, 2)
    ),
    _("batch and steps are exchanged"): lambda recording, batch, steps: rows_of(recording, steps, batch).swapaxes(0, 1),
}


def long_recordings(rng) -> list[Arguments]:
    return [
        {"recording": numbered_recording(rng, batch * steps * count), "batch": batch, "steps": steps}
        for batch, steps, count in ((3, 5, 4), (4, 2, 3))
    ]


def what_follows(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Which row of which batch does not go on where the row before it ended."""
    found = got["batches"][:, :, :, 0] - arguments["recording"][0, 0]
    apart = found[1:, :, 0] - found[:-1, :, -1]
    if (apart == 1).all():
        return _("Every row goes on where it stopped in the batch before. Which piece of the recording has row 0?")
    k, b = (int(n) for n in np.argwhere(apart != 1)[0])
    return _(
        "Row {b} of batch {k} ends with step {last:.0f} of the recording, and row {b} of batch {next} begins with step "
        "{begins:.0f}: a state that is carried on expects step {expected:.0f}."
    ).format(b=b, k=k, next=k + 1, last=found[k, b, -1], begins=found[k + 1, b, 0], expected=found[k, b, -1] + 1)


STATEFUL_BATCHES = Check(
    name="stateful_batches",
    output="batches",
    reference=lambda recording, batch, steps: rows_of(recording, batch, steps).swapaxes(0, 1),
    sizes=lambda a: _("{n} steps, batch={batch}, steps={steps}").format(
        n=len(a["recording"]), batch=a["batch"], steps=a["steps"]
    ),
    parts={"order": Part(long_recordings)},
    mistakes=MISTAKES,
    advice=what_follows,
)
