"""The check of `class_loss`: cross_entropy takes the logits as they are; most mistakes change them first."""

from collections.abc import Callable

from lstm_ref.checks.engine.declare import Arguments, Check, Part
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


CLASS_LOSS = Check(
    name="class_loss",
    output="loss",
    reference=cross_entropy(),
    sizes=lambda arguments: "B=5, K=3",
    parts={"value": Part(logits_of_classes)},
    mistakes=MISTAKES,
    bench=benches.tensors,
)
