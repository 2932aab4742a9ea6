"""The check of a classifier that a student has trained: its answers about recordings that it has not seen.

The labels of those recordings never leave the judge. Many programs are right here, so what is judged is behaviour:
whether the answers are logits, one for each recording, which depend on that recording alone and not on its padding, and
whether enough of them are right. The rest says why they are not.
"""

from functools import cache

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part, Raising, known
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.messages import _
from lstm_ref.radar.simulator import simulate_radar

NEEDED = 0.95  # of the new recordings
# Of 520 trainings of the solution one ended below, at 93.5 %: such luck costs nobody anything.
TRAININGS, SECONDS = 3, 15.0  # at most, for all of them
RECORDINGS, NEW = 400, 400
SHORTEST, LONGEST, MORE = 12, 24, 6
SIMULATION = {"swerling": 0, "noise": 0.08, "clutter": 0.08, "dropouts": 0.02}
# Half of the recordings have few spikes, half have many. If all had as many, a threshold on the sixth highest amplitude
# would be right about 95 % of them, without any network; so it is right about 90 %.
SPIKES = (0.15, 0.45)
NEAR = 1e-4  # float32, and sums in another order


def recordings(rng, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """xs (count, LONGEST, 2) with zeros in the padding, lengths and labels (count,): is there a target's bump?"""
    lengths = rng.integers(SHORTEST, LONGEST + 1, count)
    xs, labels = np.zeros((count, LONGEST, 2)), np.zeros(count)
    for steps in np.unique(lengths):
        for rows, spikes in zip(np.array_split(np.flatnonzero(lengths == steps), 2), SPIKES, strict=True):
            if len(rows):
                seed = int(rng.integers(2**31))
                made = simulate_radar(len(rows), int(steps), seed, target_share=0.4, spikes=spikes, **SIMULATION)
                xs[rows, :steps], labels[rows] = made.xs, made.has_target
    return xs, lengths, labels


def to_train(rng) -> list[Arguments]:
    xs, lengths, labels = recordings(rng, RECORDINGS)
    new_xs, new_lengths, new_labels = recordings(rng, NEW)
    return [
        {
            "xs": xs,
            "lengths": lengths,
            "labels": labels,
            "seeds": rng.choice(1000, TRAININGS, replace=False),
            "enough": NEEDED,
            "seconds": SECONDS,
            "new_xs": new_xs,
            "new_lengths": new_lengths,
            "padding": rng.normal(1, 1, (NEW, LONGEST + MORE, 2)),
            "new_labels": new_labels,
        }
    ]


@cache
def _model_class():
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(2, 16, batch_first=True)
            self.read = nn.Linear(16, 1)

        def forward(self, xs, lengths):
            hs = self.lstm(xs)[0]
            padding = torch.arange(xs.shape[1]) >= lengths[:, None]
            return self.read(hs.masked_fill(padding[:, :, None], -torch.inf).amax(1))[:, 0]

    return Classifier


def train(xs, lengths, labels, seed, epochs: int = 30, say=lambda logits: logits):
    """A right answer; with `say`, one of the wrong ones."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    model = _model_class()()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _epoch in range(epochs):
        for rows in torch.randperm(len(xs)).split(32):
            loss = nn.functional.binary_cross_entropy_with_logits(say(model(xs[rows], lengths[rows])), labels[rows])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    return model


def complaint(arguments: Arguments, answer) -> str | None:
    """What is wrong with the answers about the new recordings, or None."""
    if not isinstance(answer, dict) or not all(isinstance(answer.get(name), int) for name in COUNTED):
        return NOT_NUMBERS
    if answer["model"] != 2:
        return (
            _("train_classifier returned None; expected the trained model. Is the return statement missing?")
            if answer["model"] == 0
            else _(
                "What train_classifier returned cannot be called; expected the trained model, which model(xs, lengths) "
                "asks for logits."
            )
        )
    said = {name: answer.get(name) for name in SAID}
    if not all(isinstance(value, np.ndarray) for value in said.values()):
        return NOT_NUMBERS
    return (
        _shape(said["logits"], said["alone"])
        or _numbers(said)
        or _habits(said)
        or _accuracy(arguments, said, {name: answer[name] for name in COUNTED})
    )


NOT_NUMBERS = _("What the model says is no array of numbers; expected a tensor of logits (N,).")
COUNTED = ("model", "steps", "backward", "cleared", "trainings")
SAID = ("logits", "again", "alone", "padded", "seen")


def _shape(logits, alone) -> str | None:
    """One number for each recording, also where there is one recording."""
    told = _(
        "For {n} recordings the model says {got} numbers of shape {shape}; expected one logit each, ({n},)."
    ).format(n=NEW, got=logits.size, shape=logits.shape)
    if logits.shape == (NEW, 1):
        return told + " " + _("Take the last axis away: squeeze(1), or [:, 0].")
    if logits.shape == (NEW, 2):
        return told + " " + _("Two for each is the form of cross_entropy; here one number says it: above 0, a target.")
    if logits.ndim > 1 and logits.shape[1] in (LONGEST, 16, 32, 64):
        return told + " " + _("Is there still one for each step or unit? Pool over the steps, then read one number.")
    if logits.shape != (NEW,):
        return told
    if alone.shape == (4,):
        return _(
            "For a single recording the model says a number without an axis, expected shape (1,): squeeze() takes away "
            "every axis of length 1, also that of the batch. Say which: squeeze(1)."
        )
    return None if alone.shape == (4, 1) else told


def _numbers(said) -> str | None:
    logits = said["logits"]
    if logits.dtype.kind != "f" or set(np.unique(logits)) <= {-1.0, 0.0, 1.0} and len(np.unique(logits)) > 1:
        return _(
            "The model says labels, {some}; expected logits, numbers before any cut: above 0 they say target, and how "
            "far above says how sure."
        ).format(some=", ".join(f"{float(value):g}" for value in np.unique(logits)[:3]))
    if not all(np.isfinite(value).all() for value in said.values()):
        return _(
            "The model says nan or inf. Does the loss become nan in training? Clip the gradients, lower the learning "
            "rate; and a logarithm or a quotient of 0 is nan or inf, too."
        )
    return None


def _habits(said) -> str | None:
    """The same twice, whatever else is in the batch, whatever stands in the padding."""
    logits, most = said["logits"], {}
    for name, other in (("again", said["again"]), ("alone", said["alone"][:, 0]), ("padded", said["padded"])):
        if other.shape != ((4,) if name == "alone" else logits.shape):
            return _("The model says arrays of different shapes when it is asked again.")
        apart = np.abs(other - logits[: len(other)]) / (1 + np.abs(logits[: len(other)]))
        most[name] = int(apart.argmax()) if apart.max() > NEAR else None
    if most["again"] is not None:
        n = most["again"]
        return _(
            "Asked twice about the same recording, number {n}, the model says {first:.4g} and then {second:.4g}. "
            "Dropout is still at work: call model.eval() before you return the model."
        ).format(n=n, first=logits[n], second=said["again"][n])
    if most["alone"] is not None:
        n = most["alone"]
        return _(
            "About recording {n} the model says {batch:.4g} in a batch and {alone:.4g} alone: the other recordings "
            "leak into its answer. Is something normalised with the mean of whatever batch comes, or is the batch "
            "fed as time (batch_first=True)? What is needed of the data has to come from the training recordings."
        ).format(n=n, batch=logits[n], alone=said["alone"][n, 0])
    if most["padded"] is not None:
        n = most["padded"]
        return _(
            "About recording {n} the model says {zeros:.4g}, and {other:.4g} with other numbers in its padding: it "
            "reads the padding. Pool over the first lengths[n] steps only."
        ).format(n=n, zeros=logits[n], other=said["padded"][n])
    return None


def _accuracy(arguments: Arguments, said, counts) -> str | None:
    labels = arguments["new_labels"] > 0.5
    decided = said["logits"] > 0
    right = float((decided == labels).mean())
    if right >= NEEDED:
        return None
    told = _("Of {n} new recordings {right:.1%} are judged rightly; at least {needed:.0%} are asked for.").format(
        n=NEW, right=right, needed=NEEDED
    )
    if counts["trainings"] > 1:
        told += " " + _("That is the best of {n} trainings, each with another seed.").format(n=counts["trainings"])
    return f"{told} {_why(arguments, said, counts, decided, right)}"


SCALED = _("What is done to xs in training, such as scaling, forward() has to do, too.")


def _why(arguments: Arguments, said, counts, decided, right: float) -> str:
    logits = said["logits"]
    if not counts["backward"]:
        return _("The model was never trained: backward() was not called once.")
    if not counts["steps"]:
        return _("The model was never trained: no optimiser made a step, so that the weights are as they were drawn.")
    if not counts["cleared"] and counts["steps"] > 1:
        return _("zero_grad was never called: the gradients of all batches pile up.")
    if 1 - right >= NEEDED:
        return _("They are the wrong way round: above 0 has to mean a target, label 1.")
    if 0 <= logits.min() and logits.max() <= 1:
        return _(
            "All that it says lies from 0 to 1: these are probabilities. Logits are asked for, cut at 0; leave the "
            "sigmoid to binary_cross_entropy_with_logits."
        )
    if decided.all() or not decided.any():
        same = (
            _(" It says nearly the same of each: {mean:.3g}. Does the loss fall?").format(mean=logits.mean())
            if np.ptp(logits) < 0.05
            else f" {SCALED}"
        )
        return (
            _("It says the same class for every recording, the larger one: that is what one gets without looking.")
            if not decided.any()
            else _("It says target for every recording.")
        ) + same
    seen = (
        float(((said["seen"] > 0) == (arguments["labels"] > 0.5)).mean()) if said["seen"].shape == (RECORDINGS,) else 0
    )
    if seen >= NEEDED:
        return _(
            "Of those it was trained on {seen:.1%} are right: it has learned them by heart. A smaller model, dropout, "
            "or fewer epochs help."
        ).format(seen=seen)
    return _(
        "Of those it was trained on {seen:.1%} are right, so it has not learned enough yet, in {steps} steps. Does the "
        "loss still fall? Then more epochs, or a learning rate of 0.003 to 0.03 with Adam. If it does not: is the lone "
        "spike told from the bump, and does the pooling let the bump through? {scaled}"
    ).format(seen=seen, steps=counts["steps"], scaled=SCALED)


def for_as_many_steps(*given):
    """A model that knows one number of steps only."""
    import torch

    return lambda xs, lengths: torch.zeros(LONGEST) + xs[:, :, 0]


FIXED = _(
    "the number of steps is written into the model: it is asked with longer padding, too, so take it from xs.shape[1]"
)
MISTAKES = known(
    {
        _(
            "the model and the labels have different shapes: it has to say one number for each recording, (N,); pool "
            "over the steps, read one number, and take its axis away with squeeze(1)"
        ): Raising("must be the same as input size", lambda *given: train(*given, say=lambda logits: logits[:, None])),
        FIXED: Raising(f"({LONGEST}) must match the size of tensor b ({LONGEST + MORE})", for_as_many_steps),
        _(
            "the loss has lost its gradient: a comparison, argmax, round, detach() and item() have none, so nothing "
            "says how the weights should move"
        ): Raising(
            "does not require grad and does not have a grad_fn",
            lambda *given: train(*given, say=lambda logits: (logits > 0).float()),
        ),
    }
)

TRAINED = Check(
    name="train_classifier",
    output="model",
    reference=train,
    parts={"held_out": Part(to_train)},
    sizes=lambda arguments: f"B={RECORDINGS}, T={LONGEST}, D=2",
    bench=benches.training,
    once=True,
    kept=("new_labels",),
    any_form=True,
    behaviour=complaint,
    mistakes=MISTAKES,
)
