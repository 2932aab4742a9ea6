"""The check of `threshold_gate`: w is the steepness, and b puts the threshold right; either can be wrong alone."""

import math

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.squashing import OTHER_LOGARITHM
from lstm_ref.core import cell, thresholds
from lstm_ref.messages import _


def some_thresholds(rng) -> list[Arguments]:
    return [
        {"threshold": float(rng.uniform(1.2, 2)), "margin": float(rng.uniform(0.05, 0.3))},
        {"threshold": float(rng.uniform(-2, -0.3)), "margin": float(rng.uniform(1.1, 3))},
    ]


def with_weight(weigh):
    """w as `weigh(threshold, margin)` has it, and the bias that puts the threshold right for it."""

    def wrong(threshold, margin):
        w = weigh(threshold, margin)
        return w, -w * threshold

    return wrong


def with_bias(shift):
    """The right w, and b as `shift(w, threshold, margin)` has it."""

    def wrong(threshold, margin):
        w = math.log(9) / margin
        return w, shift(w, threshold, margin)

    return wrong


def with_rounding(digits, first, then):
    """w and b of the reference, rounded: w before b is made of it, both at the end, or both times."""

    def wrong(threshold, margin):
        w = math.log(9) / margin
        kept = round(w, digits) if first else w
        b = -kept * threshold
        return (round(w, digits), round(b, digits)) if then else (kept, b)

    return wrong


def opening(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """What the gate would do with the numbers that came."""
    threshold, margin = arguments.values()
    w, b = float(got["w"]), float(got["b"])
    at, above = (float(cell.sigmoid(w * x + b)) for x in (threshold, threshold + margin))
    return _("With your w and b the gate is {at:.3f} at the threshold and {above:.3f} at threshold + margin.").format(
        at=at, above=above
    )


# A wrong w, as a function of (threshold, margin).
OF_W = {
    _("w is upside down, margin / ln 9; it is ln 9 / margin: the narrower the margin, the larger the weight"): (
        lambda t, m: m / math.log(9)
    ),
    _("w is ln 9 / threshold; the sum rises by ln 9 over the margin"): lambda t, m: math.log(9) / t,
    _("the margin is left out: w = ln 9"): lambda t, m: math.log(9),
    _("the margin multiplies; the narrower the margin, the larger the weight"): lambda t, m: math.log(9) * m,
    **{
        _("ln 9 is rounded to {rounded}: the numbers are compared to nine digits; np.log(9)").format(rounded=rounded): (
            lambda t, m, rounded=rounded: rounded / m
        )
        for rounded in (2.2, 2.197, 2.1972, 2.19722, 2.197225, 2.1972246)
    },
    _("the margin is taken for the place where the gate is at 0.9; it says how far above the threshold"): (
        lambda t, m: math.log(9) / (m - t)
    ),
    _("the logarithm is left out: the sum there is ln 9, not 9"): lambda t, m: 9 / m,
    _("w = 1 / margin, whose gate is at 0.73 there: sigmoid(1)"): lambda t, m: 1 / m,
    _("the sum at threshold + margin is taken for 0.9; that is the gate, and its sum is ln(0.9 / 0.1)"): (
        lambda t, m: 0.9 / m
    ),
    _("a straight line is drawn from 0.5 to 0.9; the gate is a sigmoid, and its sum there is ln(0.9 / 0.1)"): (
        lambda t, m: 0.4 / m
    ),
    _("the parentheses are missing in ln(0.9 / (1 - 0.9)): 0.9 / 1 - 0.9 is 0, and ln 0 is minus infinity"): (
        lambda t, m: -math.inf
    ),
    _("ln(0.9) is taken for the logit, which is ln(0.9 / 0.1)"): lambda t, m: math.log(0.9) / m,
    _("the sigmoid of 0.9 is taken; its inverse is asked for, ln(0.9 / (1 - 0.9))"): lambda t, m: cell.sigmoid(0.9) / m,
    _("the inverse of tanh is taken; a gate is a sigmoid"): lambda t, m: math.atanh(0.9) / m,
    OTHER_LOGARITHM: (lambda t, m: math.log2(9) / m, lambda t, m: math.log10(9) / m),
    _("the gate goes from 0.1 to 0.9 within the margin; from 0.5 to 0.9 is asked for, half of that"): (
        lambda t, m: 2 * math.log(9) / m
    ),
    _("the weight is negative: this gate shuts where it should open"): lambda t, m: -math.log(9) / m,
    _("w is ln 9 / (threshold + margin): the sum rises by ln 9 over the margin alone"): lambda t, m: (
        math.log(9) / (t + m)
    ),
}
# A wrong b, as a function of the right w and of (threshold, margin).
OF_B = {
    _("the bias is -threshold: it must undo w * threshold"): lambda w, t, m: -t,
    _("the sign of the bias is turned: w * threshold + b must be 0"): lambda w, t, m: w * t,
    _("the bias is left at 0: then the gate is half open at x = 0"): lambda w, t, m: 0.0,
    _("the bias puts one half at threshold + margin; one half belongs at the threshold"): lambda w, t, m: -w * (t + m),
    _("the sum at the threshold is taken for 0.5; that is the gate, and its sum is 0"): lambda w, t, m: 0.5 - w * t,
    _("the bias is -ln 9 * threshold; it is -w * threshold, and w is ln 9 / margin"): lambda w, t, m: -math.log(9) * t,
    _("the bias is -threshold / margin; it is -w * threshold, and w is ln 9 / margin"): lambda w, t, m: -t / m,
    _("the bias is threshold / w; it is -w * threshold"): lambda w, t, m: t / w,
    _("the bias is -threshold / w; it is -w * threshold"): lambda w, t, m: -t / w,
    _("the bias puts 0.9 at the threshold; one half belongs there, and 0.9 at threshold + margin"): lambda w, t, m: (
        math.log(9) - w * t
    ),
}
OF_BOTH = {
    _("w and b are returned in the other order: (w, b) is expected"): lambda threshold, margin: (
        thresholds.threshold_gate(threshold, margin)[::-1]
    ),
    _("w x + b itself is put at 0.5 and at 0.9; the gate is its sigmoid, and the sums there are 0 and ln 9"): (
        lambda threshold, margin: (0.4 / margin, 0.5 - 0.4 / margin * threshold)
    ),
    **{
        _("w and b are rounded to {digits} digits: return them as they are, and round where you print").format(
            digits=digits
        ): tuple(with_rounding(digits, *when) for when in ((False, True), (True, True), (True, False)))
        for digits in (2, 3, 4)
    },
}

THRESHOLD_GATE = Check(
    name="threshold_gate",
    output=("w", "b"),
    reference=thresholds.threshold_gate,
    sizes=lambda arguments: _("threshold={threshold:.4g}, margin={margin:.4g}").format(**arguments),
    parts={"values": Part(some_thresholds)},
    advice=opening,
    mistakes=known(within(with_weight, OF_W), within(with_bias, OF_B), OF_BOTH),
)
