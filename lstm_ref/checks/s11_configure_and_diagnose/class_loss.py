"""The check of `class_loss`: cross_entropy takes the logits as they are; most mistakes change them first."""

from collections.abc import Callable, Sequence

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, Readout
from lstm_ref.checks.engine.experiment import readout
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.messages import _


def cross_entropy(prepare: Callable = lambda logits: logits, mean: bool = True) -> Callable:
    def class_loss(logits, labels):
        from torch import nn

        return nn.functional.cross_entropy(prepare(logits), labels, reduction="mean" if mean else "sum")

    return class_loss


def picked(of: Callable) -> Callable:
    """The mean of what stands at each label: of probabilities, or of their logarithms with the wrong sign."""
    return lambda logits, labels: of(logits.softmax(1))[range(len(labels)), labels].mean()


MISTAKES = {
    _("softmax is taken twice: cross_entropy takes it itself, of the logits"): cross_entropy(
        lambda logits: logits.softmax(1)
    ),
    _("softmax is taken over the batch, and then once more by cross_entropy"): cross_entropy(
        lambda logits: logits.softmax(0)
    ),
    _("log_softmax is taken over the batch: the classes of one row compete, in cross_entropy itself"): cross_entropy(
        lambda logits: logits.log_softmax(0)
    ),
    _("the sigmoid is taken, and then the softmax by cross_entropy: it wants the logits as they are"): cross_entropy(
        lambda logits: logits.sigmoid()
    ),
    _("the probabilities are averaged, without their logarithm"): picked(lambda p: p),
    _("nll_loss is given probabilities: it wants their logarithms, and only turns the sign"): picked(lambda p: -p),
    _("nll_loss is given logits: it wants log-probabilities, as log_softmax makes them"): lambda logits, labels: (
        -logits[range(len(labels)), labels].mean()
    ),
    _("the sign is missing: a loss falls when the right class gains"): picked(lambda p: p.log()),
    _("the losses are summed: the mean is asked for"): cross_entropy(mean=False),
    _("the logarithm is taken of logits, which may be negative: cross_entropy wants them as they are"): cross_entropy(
        lambda logits: logits.log()
    ),
}


def logits_of_classes(rng) -> list[Arguments]:
    """Of the second call one row is sure of another class than its own: a loss has no bounds."""
    calls = [{"logits": rng.normal(0, 2, (5, 3)), "labels": rng.permutation([0, 1, 2, 1, 0])} for _call in range(2)]
    calls[1]["logits"][0, calls[1]["labels"][0]] -= 300
    return calls


LINES = {"softmax": _("the logarithm of the softmax over the classes"), "mean": _("the mean over the sequences")}


def readouts_of_class_loss(arguments: Arguments) -> list[Readout]:
    """Scores that are all equal, a sure right answer, each sequence alone."""
    labels = arguments["labels"]
    equal = np.zeros_like(arguments["logits"])
    right = 100 * np.eye(equal.shape[1])[labels]

    def loss(answers: Sequence[Leaves]) -> np.ndarray:
        return answers[0]["loss"]

    alone = [{"logits": arguments["logits"][n : n + 1], "labels": labels[n : n + 1]} for n in range(len(labels))]
    return [
        readout(
            "softmax mean",
            "",
            [arguments | {"logits": equal}],
            loss,
            np.log(equal.shape[1]),
            _("With equal scores for K classes the loss is log(K) = {want}, whatever the labels; it is {got}."),
        ),
        readout(
            "softmax mean",
            "",
            [arguments | {"logits": right}],
            loss,
            np.array(0.0),
            _("With a score of 100 for each right class and 0 for the others the loss is 0; it is {got}."),
        ),
        readout(
            "mean",
            "mean",
            [arguments, *alone],
            loss,
            lambda answers: np.mean([answer["loss"] for answer in answers[1:]], axis=0),
            _("The loss of all is the mean of the losses of each sequence alone, {want}; it is {got}."),
        ),
    ]


CLASS_LOSS = Check(
    name="class_loss",
    output="loss",
    reference=cross_entropy(),
    sizes=lambda arguments: "B=5, K=3",
    parts={"value": Part(logits_of_classes)},
    mistakes=MISTAKES,
    readouts=readouts_of_class_loss,
    lines=LINES,
    bench=benches.tensors,
)
