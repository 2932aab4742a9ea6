"""The check of `training_step`."""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.messages import _


def step(order: str, clip: str = "norm", returns: Callable = float) -> Callable:
    """`training_step` with its lines in another order: z zero_grad, f forward, b backward, c clip, s step."""

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
        return returns(loss.detach())

    return training_step


def measured_late(model, optimiser, loss_function, xs, targets, max_norm):
    step("zbcs")(model, optimiser, loss_function, xs, targets, max_norm)
    return float(loss_function(model(xs), targets).detach())


CLIPPED_LATE = _("the gradients are clipped after the step: by then they have moved the weights, whatever their length")


CLIPPED_EARLY = _("the gradients are clipped before backward(): there are none yet, or those of the last batch")


NOT_CLIPPED = _("clipping is left out: clip_grad_norm_ stands between backward() and step()")


CLEARED_LATE = _("zero_grad stands between backward() and step(): it throws away what the step needs")


STEP_EARLY = _("step() comes before backward(): it has no gradient yet, or that of the batch before")


PILED_UP = _("zero_grad is missing: the gradients of all batches so far pile up")


NO_BACKWARD = _("backward() is missing: nothing says where the loss falls")


NO_STEP = _("step() is missing: the weights stay as they were")


STEP_MISTAKES = known(
    {
        CLIPPED_LATE: step("zbsc"),
        CLIPPED_EARLY: step("zcbs"),
        NOT_CLIPPED: step("zbs"),
        _("each number of the gradient is cut at max_norm: clip_grad_norm_ shortens all of it by one factor"): step(
            "zbcs", "value"
        ),
        _("each array is clipped by itself: it is one norm for all weights together"): step("zbcs", "each"),
        _("the weights are cut at max_norm: it is the gradients that are clipped"): step("zbsc", "weights"),
        PILED_UP: step("bcs"),
        CLEARED_LATE: step("bczs"),
        STEP_EARLY: step("zsbc"),
        NO_BACKWARD: step("zcs"),
        NO_STEP: step("zbc"),
        _("two steps are made with one gradient"): step("zbcss"),
        _("the gradients are clipped at 1, whatever max_norm is"): step("zbcs", "one"),
        _("the loss is measured anew after the step: the one that was sent back is asked for"): measured_late,
    }
)


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
        fault = NO_BACKWARD
    elif step < 0:
        fault = NO_STEP
    elif step < backward:
        fault = STEP_EARLY
    elif clip < 0:
        fault = NOT_CLIPPED
    elif clip > step:
        fault = CLIPPED_LATE
    elif clip < backward:
        fault = CLIPPED_EARLY
    elif backward < zero < step:
        fault = CLEARED_LATE
    elif zero < 0:
        fault = PILED_UP
    else:
        return _("The order of the calls is right. What is each of them given?")
    return _("What is seen of it: {fault}.").format(fault=fault)


STEP = Check(
    name="training_step",
    output=("weights", "losses", "order"),
    reference=step("zbcs"),
    sizes=lambda arguments: _("three batches, max_norm={limit:g}").format(limit=arguments["max_norm"]),
    parts={"order": Part(three_batches, only=("weights", *(f"losses[{n}]" for n in range(3))))},
    mistakes=STEP_MISTAKES,
    advice=what_was_done,
    bench=benches.steps,
)
