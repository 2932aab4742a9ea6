"""What chapter 11 asks for: pooling without the padding, training programs repaired, and a trained classifier."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.checks.s11_configure_and_diagnose import training_step as wrong
from lstm_ref.checks.s11_configure_and_diagnose.train_classifier import TRAINED
from lstm_ref.checks.slips import pooling as wrong_pooling
from lstm_ref.core import pooling
from lstm_ref.messages import _

# --- pooling: outputs go on in the padding; one sequence has none, one a single step; one unit is always negative ----

T, H = 6, 3


def padded(rng) -> list[Arguments]:
    calls = []
    for lengths in np.array([3, T, 1, 5]), np.array([2, 4, 3]):
        hs = rng.uniform(-0.9, 0.9, (len(lengths), T, H))
        hs[:, :, 1] = -np.abs(hs[:, :, 1]) - 0.05
        padding = np.arange(T) >= lengths[:, None]
        hs[padding] = rng.uniform(0.3, 2, (int(padding.sum()), H)) * rng.choice([-1, 1], (int(padding.sum()), H))
        calls.append({"hs": hs, "lengths": lengths})
    return calls


def padded_for_attention(rng) -> list[Arguments]:
    return [call | {"v": rng.normal(0, 1, H)} for call in padded(rng)]


def sizes_of_padded(arguments: Arguments) -> str:
    return f"B={len(arguments['hs'])}, T={T}, H={H}, lengths={arguments['lengths'].tolist()}"


def which_sequences(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Whether it is the padding that is read."""
    bad = ~np.isclose(got["pooled"], want["pooled"], rtol=1e-9, atol=1e-9).all(axis=1)
    full = arguments["lengths"] == T
    if full.any() and (bad == ~full).all():
        return _("The sequence without padding is right, and all others are wrong: the padding has a say in them.")
    if bad[full].any():
        return _("The sequence without padding is wrong, too: look at the pooling itself before the mask.")
    return _("Wrong: {which}. Look at their lengths.").format(
        which=", ".join(_("sequence {n}").format(n=n) for n in np.flatnonzero(bad))
    )


def pooling_check(name: str, mistakes, calls=padded) -> Check:
    return Check(
        name=name,
        output="pooled",
        reference=getattr(pooling, name),
        sizes=sizes_of_padded,
        axes={"pooled": "BH"},
        parts={"padded": Part(calls)},
        mistakes=mistakes,
        advice=which_sequences,
    )


# --- training programs -----------------------------------------------------------------------------------------------


def weights_of(rng, D: int, units: int) -> list[np.ndarray]:
    """Of nn.LSTM and of the layer that reads it, in the order of `parameters()`."""
    shapes = ((4 * units, D), (4 * units, units), (4 * units,), (4 * units,), (1, units), (1,))
    return [rng.normal(0, 0.8, shape) for shape in shapes]


def three_batches(rng) -> list[Arguments]:
    """One call whose gradients are all too long, and one that has nothing to clip."""
    common = {"xs": rng.normal(0, 1, (3, 4, 5, 2)), "targets": rng.normal(2, 1, (3, 4))}
    return [{"weights": weights_of(rng, 2, 3), **common, "max_norm": limit} for limit in (0.3, 1000.0)]


def what_was_done(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The fault in the order of the lines, as far as it was seen."""
    zero, backward, clip, step = (int(n) for n in got["order"])
    if backward < 0:
        fault = wrong.NO_BACKWARD
    elif step < 0:
        fault = wrong.NO_STEP
    elif step < backward:
        fault = wrong.STEP_EARLY
    elif clip < 0:
        fault = wrong.NOT_CLIPPED
    elif clip > step:
        fault = wrong.CLIPPED_LATE
    elif clip < backward:
        fault = wrong.CLIPPED_EARLY
    elif backward < zero < step:
        fault = wrong.CLEARED_LATE
    elif zero < 0:
        fault = wrong.PILED_UP
    else:
        return _("The order of the calls is right. What is each of them given?")
    return _("What is seen of it: {fault}.").format(fault=fault)


STEP = Check(
    name="training_step",
    output=("weights", "losses", "order"),
    reference=wrong.step("zbcs"),
    sizes=lambda arguments: _("three batches, max_norm={limit:g}").format(limit=arguments["max_norm"]),
    parts={"order": Part(three_batches, only=("weights", *(f"losses[{n}]" for n in range(3))))},
    mistakes=wrong.STEP,
    advice=what_was_done,
    bench=benches.steps,
)


def long_sequences(rng) -> list[Arguments]:
    return [
        {
            "weights": weights_of(rng, 2, 3),
            "xs": rng.normal(0, 1, (4, 12, 2)),
            "targets": rng.normal(1, 1, (4, 12)),
            "length": 4,
        }
    ]


CHUNKS = Check(
    name="train_in_chunks",
    output=("weights", "h", "c"),
    reference=wrong.in_chunks(),
    sizes=lambda arguments: _("B=4, T=12, chunks of 4"),
    parts={"state": Part(long_sequences)},
    mistakes=wrong.CHUNKS,
    bench=benches.chunks,
)


def logits_of_classes(rng) -> list[Arguments]:
    return [{"logits": rng.normal(0, 2, (5, 3)), "labels": rng.permutation([0, 1, 2, 1, 0])} for _call in range(2)]


CLASS_LOSS = Check(
    name="class_loss",
    output="loss",
    reference=wrong.cross_entropy(),
    sizes=lambda arguments: "B=5, K=3",
    parts={"value": Part(logits_of_classes)},
    mistakes=wrong.CLASS_LOSS,
    bench=benches.tensors,
)


def logits_about_zero(rng) -> list[Arguments]:
    """On both sides of 0 and of 0.5, and far from both; none on a border. Their mean is 0.25, and no border either."""
    groups = ((3, -4, -1.6), (3, -0.45, -0.05), (2, 0.05, 0.2), (2, 0.3, 0.45), (2, 0.55, 0.9))
    logits = np.concatenate([rng.uniform(low, high, count) for count, low, high in groups])
    far = np.full(2, (0.25 * (len(logits) + 2) - logits.sum()) / 2)
    return [{"logits": rng.permutation(np.concatenate([logits, far]))}]


DECISION = Check(
    name="predicted_labels",
    output="labels",
    reference=wrong.as_int(lambda logits: logits > 0),
    place=lambda arguments, index: _("labels[{n}], for the logit {logit:.3g},").format(
        n=index[0], logit=arguments["logits"][index]
    ),
    sizes=lambda arguments: f"B={len(arguments['logits'])}",
    parts={"border": Part(logits_about_zero)},
    mistakes=wrong.DECISION,
    bench=benches.tensors,
)


def outputs_and_targets(rng) -> list[Arguments]:
    return [{"outputs": rng.normal(1, 1, (count, 1)), "targets": rng.normal(0, 1, count)} for count in (20, 7)]


DISTANCE_LOSS = Check(
    name="distance_loss",
    output="loss",
    reference=wrong.squared(lambda outputs, targets: outputs[:, 0] - targets),
    sizes=lambda arguments: f"B={len(arguments['targets'])}",
    parts={"shapes": Part(outputs_and_targets)},
    mistakes=wrong.DISTANCE_LOSS,
    bench=benches.tensors,
)


# --- windows and batches: the first input of each step is its number -------------------------------------------------


def recording(rng, count: int) -> np.ndarray:
    return np.stack([np.arange(count) + 100.0 * rng.integers(1, 9), rng.normal(0, 1, count)], axis=1)


def recordings(rng) -> list[Arguments]:
    return [
        {"recording": recording(rng, count), "window": window, "share": share}
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
    reference=wrong.split,
    sizes=lambda a: _("{steps} steps, window={window}, share={share}").format(
        steps=len(a["recording"]), window=a["window"], share=a["share"]
    ),
    parts={"apart": Part(recordings)},
    mistakes=wrong.SPLIT,
    advice=shared_steps,
)


def long_recordings(rng) -> list[Arguments]:
    return [
        {"recording": recording(rng, batch * steps * count), "batch": batch, "steps": steps}
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


STATEFUL = Check(
    name="stateful_batches",
    output="batches",
    reference=lambda recording, batch, steps: wrong.rows_of(recording, batch, steps).swapaxes(0, 1),
    sizes=lambda a: _("{n} steps, batch={batch}, steps={steps}").format(
        n=len(a["recording"]), batch=a["batch"], steps=a["steps"]
    ),
    parts={"order": Part(long_recordings)},
    mistakes=wrong.STATEFUL,
    advice=what_follows,
)

CHECKS = (
    pooling_check("last_valid", wrong_pooling.LAST),
    pooling_check("mean_valid", wrong_pooling.MEAN),
    pooling_check("max_valid", wrong_pooling.MAX),
    pooling_check("attention_pool", wrong_pooling.ATTENTION, padded_for_attention),
    STEP,
    CHUNKS,
    CLASS_LOSS,
    DECISION,
    DISTANCE_LOSS,
    SPLIT,
    STATEFUL,
    TRAINED,
)
