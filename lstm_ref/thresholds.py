"""A gate as a switch: the weight and the bias with which it opens where an input passes a threshold."""

import math

from lstm_ref.messages import _


def threshold_gate(threshold: float, margin: float) -> tuple[float, float]:
    """(w, b) of a gate sigmoid(w x + b) that is half open at x = threshold and at 0.9 for x = threshold + margin.

    Both in the units of x; w is in 1 / those. From sigmoid(z) = 0.9 <=> z = ln(0.9 / 0.1) = ln 9:
    w = ln(9) / margin, b = -w threshold. Raises ValueError for a margin that is not positive, or not finite numbers.
    """
    if not (math.isfinite(threshold) and math.isfinite(margin) and margin > 0):
        raise ValueError(
            _("threshold is {threshold} and margin is {margin}; expected finite numbers, the margin above 0").format(
                threshold=threshold, margin=margin
            )
        )
    w = math.log(9) / margin
    return w, -w * threshold
