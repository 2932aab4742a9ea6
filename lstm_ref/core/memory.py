"""The memory by itself: how given gates move it, what it is made of, and how long it lasts under a constant gate."""

from lstm_ref.core.arrays import Array, as_float_array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import update_memory
from lstm_ref.messages import _


def run_memory(f: Array, i: Array, candidate: Array, c0: Array) -> Array:
    """The memory after every step: c_t = f_t * c_{t-1} + i_t * candidate_t, eq. (4) step by step.

    f, i, candidate: (B, T, H). c0: (B, H), the memory before the first step. Returns c, (B, T, H).
    Changes none of its arguments. Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    Gers, Schmidhuber & Cummins (2000).
    """
    xp = _fitting(f, i, candidate, c0)
    c, trace = c0, []
    for t in range(f.shape[1]):
        c = update_memory(f[:, t, :], c, i[:, t, :], candidate[:, t, :])
        trace.append(c)
    return xp.stack(trace, axis=1)


def memory_parts(f: Array, i: Array, candidate: Array, c0: Array) -> Array:
    """What the last memory is made of: what is left of c0, then of the write of each step. Their sum is c_T.

    (B, T, H) each and c0 (B, H), as `run_memory`, and raises as it does. Returns (B, T+1, H):
    part 0 is (f_1 ... f_T) * c0, part k is (f_{k+1} ... f_T) * i_k * candidate_k: eq. (4), put into itself T times.
    """
    xp = _fitting(f, i, candidate, c0)
    kept, parts = xp.ones_like(c0), []  # kept: the product of every forget gate that came after
    for t in reversed(range(f.shape[1])):
        parts.append(kept * i[:, t, :] * candidate[:, t, :])
        kept = kept * f[:, t, :]
    parts.append(kept * c0)
    return xp.stack(parts[::-1], axis=1)


def _fitting(f: Array, i: Array, candidate: Array, c0: Array):
    """The array library of the four arrays. Raises ValueError or TypeError if they do not fit each other."""
    xp = same_kind(f=f, i=i, candidate=candidate, c0=c0)
    expect_axes("f", f, "B, T, H")
    if f.shape[1] == 0:
        raise ValueError(_("f has shape {got}: no steps; expected T of at least 1").format(got=tuple(f.shape)))
    for name, array in (("i", i), ("candidate", candidate)):
        expect_shape(name, array, tuple(f.shape), _("(B, T, H), the shape of f"))
    expect_shape("c0", c0, (f.shape[0], f.shape[2]), "(B, H)")
    return xp


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
    # f = 0 and f = 1 are treated apart, so that nothing takes the logarithm of 0 or divides by 0.
    inside = (f > 0) & (f < 1)
    steps = half / xp.log(xp.where(inside, f, xp.full_like(f, 0.5)))
    return xp.where(inside, steps, xp.where(f == 1, xp.full_like(f, float("inf")), xp.zeros_like(f)))


def bias_for_half_life(steps: Array) -> Array:
    """The forget bias whose gate halves a memory in this many steps while h and x are 0.

    From f = (1/2) ** (1 / steps) and f = sigmoid(b): b = ln(f / (1 - f)). Any shape, steps > 0.
    Raises ValueError for steps that are not positive.
    """
    steps = as_float_array("steps", steps)
    xp = same_kind(steps=steps)
    if not bool(xp.all(steps > 0)):
        raise ValueError(_("steps holds a value that is not positive; expected more than 0 steps"))
    ln_f = xp.log(xp.full_like(steps, 0.5)) / steps
    # ln(f / (1 - f)), written so that 1 - f keeps its digits when f is close to 1.
    return ln_f - xp.log(-xp.expm1(ln_f))
