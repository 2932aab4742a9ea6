"""The check of `predicted_labels`: logits on both sides of 0 and of 0.5, and at 0, so that no border passes by luck."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.messages import _


def as_int(decide: Callable) -> Callable:
    return lambda logits: decide(logits).long()


MISTAKES = {
    _("the logits are cut at 0.5: that is a probability, and the logit of probability 0.5 is 0"): as_int(
        lambda z: z > 0.5
    ),
    _("every sequence is judged a target: the sigmoid is above 0 for all, its border is 0.5"): as_int(
        lambda z: z.sigmoid() > 0
    ),
    _("the logits are rounded: round(0.4) is 0, and a logit of 0.4 says target"): as_int(lambda z: z.round()),
    _("the whole part of the logit is taken"): as_int(lambda z: z),
    _("yes and no are exchanged: 1 stands for a target, a logit above 0"): as_int(lambda z: z < 0),
    _("argmax finds the sequence with the highest logit; each is to be judged by itself"): lambda z: z.argmax(),
    _("the softmax runs over the batch, so that the sequences compete: each is to be judged by itself"): as_int(
        lambda z: z.softmax(0) > 0.5
    ),
    _("the border is the mean of the batch: then the answer depends on the other sequences"): as_int(
        lambda z: z > z.mean()
    ),
    _("-1 stands for no: 0 is asked for"): as_int(lambda z: z.sign()),
    _(">= stands where > belongs: at logit 0 a target is as likely as not, and more likely is asked for"): as_int(
        lambda z: z >= 0
    ),
}


def logits_about_zero(rng) -> list[Arguments]:
    """On both sides of 0 and of 0.5, far from both, at 0 and close to it. Their mean is 0.25, and no border either."""
    groups = ((3, -4, -1.6), (3, -0.45, -0.05), (2, 0.05, 0.2), (2, 0.3, 0.45), (2, 0.55, 0.9))
    logits = np.concatenate([[0.0, 1e-9, -1e-9], *(rng.uniform(low, high, count) for count, low, high in groups)])
    far = np.full(2, (0.25 * (len(logits) + 2) - logits.sum()) / 2)
    return [{"logits": rng.permutation(np.concatenate([logits, far]))}]


def where_it_turns(arguments, got, want) -> str:
    """Which logits are labelled how, or which labels are none."""
    logits, labels = np.asarray(arguments["logits"]), got["labels"]
    strange = sorted(set(labels.tolist()) - {0, 1})
    if strange:
        return _("A label is 0 or 1; among yours is {label:g}.").format(label=strange[0])
    ones, zeros = logits[labels == 1], logits[labels == 0]
    if not ones.size or not zeros.size:
        return _("All of your labels are {label:g}.").format(label=labels[0])
    return _(
        "The logits that you label 1 lie between {low:.3g} and {high:.3g}, those that you label 0 between {lowest:.3g} "
        "and {highest:.3g}."
    ).format(low=ones.min(), high=ones.max(), lowest=zeros.min(), highest=zeros.max())


PREDICTED_LABELS = Check(
    name="predicted_labels",
    output="labels",
    reference=as_int(lambda logits: logits > 0),
    place=lambda arguments, index: _("labels[{n}], for the logit {logit:.3g},").format(
        n=index[0], logit=arguments["logits"][index]
    ),
    sizes=lambda arguments: f"B={len(arguments['logits'])}",
    parts={"border": Part(logits_about_zero)},
    mistakes=MISTAKES,
    advice=where_it_turns,
    bench=benches.tensors,
)
