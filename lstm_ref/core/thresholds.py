"""A gate as a switch: the weight and the bias with which it opens where an input passes a threshold."""

import math

from lstm_ref.messages import _


def threshold_gate(threshold: float, margin: float) -> tuple[float, float]:
    """(w, b) of a gate sigmoid(w x + b) that is half open at x = threshold and at 0.9 for x = threshold + margin.

    threshold and margin are in the units of x, w in 1 / these units. sigmoid(z) = 0.9 <=> z = ln(0.9 / 0.1) = ln 9, so
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


def soft_and(
    u_off: float, u_on: float, v_off: float, v_on: float, v_most: float, sure: float = 0.99
) -> tuple[float, float, float]:
    """(w_u, w_v, b) of a gate sigmoid(w_u u + w_v v + b) that is open, at least `sure`, only if both inputs are on.

    u is u_off or u_on. v is off at v_off and below, on at v_on and above, and never above v_most: the larger v_most,
    the more weight u needs to outvote v. With m = ln(sure / (1 - sure)), w_u u + w_v v + b is m at (u_on, v_on), and -m
    both at (u_on, v_off) and at (u_off, v_most).
    Raises ValueError unless u_off < u_on, v_off < v_on <= v_most and 0.5 < sure < 1.
    """
    if not (u_off < u_on and v_off < v_on <= v_most < math.inf and 0.5 < sure < 1):
        raise ValueError(
            _(
                "u_off={u_off}, u_on={u_on}, v_off={v_off}, v_on={v_on}, v_most={v_most}, sure={sure}; expected "
                "u_off < u_on, v_off < v_on <= v_most and 0.5 < sure < 1"
            ).format(u_off=u_off, u_on=u_on, v_off=v_off, v_on=v_on, v_most=v_most, sure=sure)
        )
    m = math.log(sure / (1 - sure))
    w_v = 2 * m / (v_on - v_off)
    w_u = w_v * (v_most - v_off) / (u_on - u_off)
    return w_u, w_v, m - w_u * u_on - w_v * v_on
