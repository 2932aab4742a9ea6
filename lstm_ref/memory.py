"""How long a memory lasts under a constant forget gate."""

from lstm_ref.arrays import Array, as_float_array, same_kind
from lstm_ref.messages import _


def half_life(f: Array) -> Array:
    """After how many steps half of a memory is left when every step keeps the fraction f: ln(1/2) / ln(f).

    Any shape, 0 < f < 1, in steps. f = 1 gives inf (it never fades), f = 0 gives 0 (gone at once).
    Raises ValueError for f outside 0 to 1. Follows from c_n = f**n c_0.
    """
    f = as_float_array("f", f)
    xp = same_kind(f=f)
    if not bool(xp.all((f >= 0) & (f <= 1))):
        raise ValueError(_("f holds a value outside 0 to 1; a gate is a fraction"))
    half = xp.log(xp.full_like(f, 0.5))
    # 0 and 1 are put in by hand, so that no logarithm of 0 and no division by 0 is taken.
    inside = (f > 0) & (f < 1)
    steps = half / xp.log(xp.where(inside, f, xp.full_like(f, 0.5)))
    return xp.where(inside, steps, xp.where(f == 1, xp.full_like(f, float("inf")), xp.zeros_like(f)))


def bias_for_half_life(steps: Array) -> Array:
    """The forget bias whose gate, with nothing else coming in, halves a memory in so many steps.

    From f = (1/2) ** (1 / steps) and f = sigmoid(b): b = ln(f / (1 - f)). Any shape, steps > 0.
    Raises ValueError for steps that are not positive.
    """
    steps = as_float_array("steps", steps)
    xp = same_kind(steps=steps)
    if not bool(xp.all(steps > 0)):
        raise ValueError(_("steps holds a value that is not positive; a half-life takes time"))
    ln_f = xp.log(xp.full_like(steps, 0.5)) / steps
    # ln(f / (1 - f)), written so that 1 - f keeps its digits when f is close to 1.
    return ln_f - xp.log(-xp.expm1(ln_f))
