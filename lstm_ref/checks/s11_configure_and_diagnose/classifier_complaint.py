"""What is wrong with what a trained classifier says of recordings: its form, its habits, and how often it is right."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments
from lstm_ref.messages import _

NEAR = 1e-4  # float32, and sums in another order
NOT_NUMBERS = _("What the model says is no array of numbers; expected a tensor of logits (N,).")
COUNTED = ("model", "steps", "backward", "cleared", "trainings")
SAID = ("logits", "again", "alone", "padded", "seen")
SCALED = _("What is done to xs in training, such as scaling, forward() has to do, too.")


def classifier_complaint(arguments: Arguments, answer) -> str | None:
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
        _shape(arguments["new_xs"], said["logits"], said["alone"])
        or _numbers(said)
        or _habits(said)
        or _untrained(answer)
        or _accuracy(arguments, said, {name: answer[name] for name in COUNTED})
    )


def _shape(xs, logits, alone) -> str | None:
    """One number for each recording, also where there is one recording."""
    count, steps = xs.shape[:2]
    told = _(
        "For {n} recordings the model says {got} numbers of shape {shape}; expected one logit each, ({n},)."
    ).format(n=count, got=logits.size, shape=logits.shape)
    if logits.shape == (count, 1):
        return told + " " + _("Take the last axis away: squeeze(1), or [:, 0].")
    if logits.shape == (count, 2):
        return told + " " + _("Two for each is the form of cross_entropy; here one number says it: above 0, a target.")
    if logits.ndim > 1 and logits.shape[1] in (steps, 16, 32, 64):
        return told + " " + _("Is there still one for each step or unit? Pool over the steps, then read one number.")
    if logits.shape != (count,):
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


def _untrained(counts) -> str | None:
    """A rule that somebody made is not what is asked for, however often it is right."""
    if counts["backward"]:
        return None
    return _("The model was never trained: backward() was not called once.")


def _accuracy(arguments: Arguments, said, counts) -> str | None:
    labels = arguments["new_labels"] > 0.5
    decided = said["logits"] > 0
    right, needed = float((decided == labels).mean()), arguments["needed"]
    if right >= needed:
        return None
    told = _("Of {n} new recordings {right:.1%} are judged rightly; at least {needed:.0%} are asked for.").format(
        n=len(labels), right=right, needed=needed
    )
    if counts["trainings"] > 1:
        told += " " + _("That is the best of {n} trainings, each with another seed.").format(n=counts["trainings"])
    return f"{told} {_why(arguments, said, counts, decided, right)}"


def _why(arguments: Arguments, said, counts, decided, right: float) -> str:
    logits = said["logits"]
    if not counts["steps"]:
        return _("The model was never trained: no optimiser made a step, so that the weights are as they were drawn.")
    if not counts["cleared"] and counts["steps"] > 1:
        return _("zero_grad was never called: the gradients of all batches pile up.")
    if 1 - right >= arguments["needed"]:
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
    labels = arguments["labels"] > 0.5
    seen = float(((said["seen"] > 0) == labels).mean()) if said["seen"].shape == labels.shape else 0
    if seen >= arguments["needed"]:
        return _(
            "Of those it was trained on {seen:.1%} are right: it has learned them by heart. A smaller model, dropout, "
            "or fewer epochs help."
        ).format(seen=seen)
    return _(
        "Of those it was trained on {seen:.1%} are right, so it has not learned enough yet, in {steps} steps. Does the "
        "loss still fall? Then more epochs, or a learning rate of 0.003 to 0.03 with Adam. If it does not: is the lone "
        "spike told from the bump, and does the pooling let the bump through? {scaled}"
    ).format(seen=seen, steps=counts["steps"], scaled=SCALED)
