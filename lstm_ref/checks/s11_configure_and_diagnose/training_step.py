"""The check of `training_step`: most mistakes are another order of the same five lines."""

from collections.abc import Callable

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.checks.s11_configure_and_diagnose.problems import random_weights
from lstm_ref.messages import _

RIGHT_ORDER = "zbcs"  # z zero_grad, b backward, c clip, s step; the forward pass comes before all of them


def in_order(order: str, clip: str = "norm") -> Callable:
    """`training_step` with its lines in this order; clip: by which rule."""

    def training_step(model, optimiser, loss_function, xs, targets, max_norm):
        from torch.nn import utils

        loss = loss_function(model(xs), targets)
        clips = {
            "norm": lambda: utils.clip_grad_norm_(model.parameters(), max_norm),
            "one": lambda: utils.clip_grad_norm_(model.parameters(), 1.0),
            "value": lambda: utils.clip_grad_value_(model.parameters(), max_norm),
            "each": lambda: [utils.clip_grad_norm_([parameter], max_norm) for parameter in model.parameters()],
            "weights": lambda: [parameter.data.clamp_(-max_norm, max_norm) for parameter in model.parameters()],
        }
        does = {"z": optimiser.zero_grad, "b": loss.backward, "c": clips[clip], "s": optimiser.step}
        for letter in order:
            does[letter]()
        return float(loss.detach())

    return training_step


def measured_late(model, optimiser, loss_function, xs, targets, max_norm):
    in_order(RIGHT_ORDER)(model, optimiser, loss_function, xs, targets, max_norm)
    return float(loss_function(model(xs), targets).detach())


CLIPPED_LATE = _("the gradients are clipped after the step: by then they have moved the weights, whatever their length")
CLIPPED_EARLY = _("the gradients are clipped before backward(): there are none yet, or those of the last batch")
NOT_CLIPPED = _("clipping is left out: clip_grad_norm_ stands between backward() and step()")
CLEARED_LATE = _("zero_grad stands between backward() and step(): it throws away what the step needs")
STEP_EARLY = _("step() comes before backward(): it has no gradient yet, or that of the batch before")
PILED_UP = _("zero_grad is missing: the gradients of all batches so far pile up")
NO_BACKWARD = _("backward() is missing: nothing says where the loss falls")
NO_STEP = _("step() is missing: the weights stay as they were")


MISTAKES = {
    CLIPPED_LATE: in_order("zbsc"),
    CLIPPED_EARLY: in_order("zcbs"),
    NOT_CLIPPED: in_order("zbs"),
    _("each number of the gradient is cut at max_norm: clip_grad_norm_ shortens all of it by one factor"): in_order(
        RIGHT_ORDER, "value"
    ),
    _("each array is clipped by itself: it is one norm for all weights together"): in_order(RIGHT_ORDER, "each"),
    _("the weights are cut at max_norm: it is the gradients that are clipped"): in_order("zbsc", "weights"),
    PILED_UP: in_order("bcs"),
    CLEARED_LATE: in_order("bczs"),
    STEP_EARLY: in_order("zsbc"),
    NO_BACKWARD: in_order("zcs"),
    NO_STEP: in_order("zbc"),
    _("two steps are made with one gradient"): in_order("zbcss"),
    _("the gradients are clipped at 1, whatever max_norm is"): in_order(RIGHT_ORDER, "one"),
    _("the loss is measured anew after the step: the one that was sent back is asked for"): measured_late,
}


def three_batches(rng) -> list[Arguments]:
    """One call whose gradients are all too long, and one that has nothing to clip."""
    common = {"xs": rng.normal(0, 1, (3, 4, 5, 2)), "targets": rng.uniform(8, 9, (3, 4))}
    return [{"weights": random_weights(rng, 2, 3), **common, "max_norm": limit} for limit in (0.3, 1000.0)]


def what_was_done(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The fault in the order of the lines, as far as it was seen."""
    zero, backward, clip, step = (int(n) for n in got["order"])
    faults = {
        NO_BACKWARD: backward < 0,
        NO_STEP: step < 0,
        STEP_EARLY: step < backward,
        NOT_CLIPPED: clip < 0,
        CLIPPED_LATE: clip > step,
        CLIPPED_EARLY: clip < backward,
        CLEARED_LATE: backward < zero < step,
        PILED_UP: zero < 0,
    }
    fault = next((fault for fault, is_so in faults.items() if is_so), None)
    if fault is None:
        return _("The order of the calls is right. What is each of them given?")
    return _("What is seen of it: {fault}.").format(fault=fault)


TRAINING_STEP = Check(
    name="training_step",
    output=("weights", "losses", "order"),
    reference=in_order(RIGHT_ORDER),
    sizes=lambda arguments: _("three batches, max_norm={limit:g}").format(limit=arguments["max_norm"]),
    parts={"order": Part(three_batches, only=("weights", *(f"losses[{n}]" for n in range(3))))},
    mistakes=MISTAKES,
    advice=what_was_done,
    bench=benches.steps,
    tolerance=1e-6,  # clip_grad_norm_ divides by norm + 1e-6: clipping exactly, as in exercise 8, is as right
)
