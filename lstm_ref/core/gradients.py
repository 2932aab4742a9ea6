"""Clip gradients, and check them against their definition."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from lstm_ref.core.arrays import Array, as_float_array, expect_shape, same_kind
from lstm_ref.messages import _


def global_norm(grads: Sequence[Array]) -> Array:
    """The length of all gradients taken together as one long vector: sqrt of the sum of all squares, one number.

    grads: arrays of any shape, such as LSTMParams; entries that are None are skipped. Raises ValueError if no array is
    left, TypeError for mixed dtypes or libraries.
    """
    present = {f"grads[{n}]": grad for n, grad in enumerate(grads) if grad is not None}
    if not present:
        raise ValueError(_("grads is empty; expected at least one array"))
    xp = same_kind(**present)
    return xp.sqrt(sum(xp.sum(grad**2) for grad in present.values()))


def clip_by_norm(grads: Sequence[Array], max_norm: float) -> Sequence[Array]:
    """The same gradients if their global norm is at most max_norm, else all scaled by one factor to that norm.

    The direction stays: only the length of the step changes. Returns new arrays, in a named tuple of this type or a
    list. Raises ValueError for a max_norm that is not positive and for gradients that are not finite. Pascanu, Mikolov
    & Bengio (2013), algorithm 1.
    """
    if not max_norm > 0:
        raise ValueError(_("max_norm is {got}; expected a positive number").format(got=max_norm))
    norm = float(global_norm(grads))
    if not norm < float("inf"):
        raise ValueError(_("the norm of grads is {got}; expected a finite number").format(got=norm))
    # One factor for all, so that the direction stays.
    factor = max_norm / norm if norm > max_norm else 1.0
    clipped = [None if g is None else factor * g for g in grads]
    return type(grads)(*clipped) if hasattr(grads, "_fields") else clipped


def finite_differences(loss: Callable[[Array], Array], x: Array, step: float = 1e-5) -> Array:
    """The gradient of `loss` at x by its definition: move one number of x at a time, and look at how the loss moves.

    loss: takes an array of x's shape, returns one number. Costs two calls for each number of x. The error falls with
    step**2 until rounding, which grows with 1/step, takes over: about 1e-10 for float64 and this step.
    """
    x = as_float_array("x", x)
    xp = same_kind(x=x)
    flat = xp.reshape(x, (-1,))
    slopes = []
    for n in range(flat.shape[0]):
        bump = xp.zeros_like(flat)
        bump[n] = step
        up, down = (loss(xp.reshape(flat + sign * bump, tuple(x.shape))) for sign in (1, -1))
        slopes.append((up - down) / (2 * step))
    return xp.reshape(xp.stack([xp.asarray(slope, dtype=x.dtype) for slope in slopes]), tuple(x.shape))


class GradientCheck(NamedTuple):
    """The largest error of a gradient compared with finite differences, and where it is."""

    error: float  # |got - expected| / max(1, |expected|)
    index: tuple[int, ...]
    got: float
    expected: float


def gradient_check(loss: Callable[[Array], Array], x: Array, gradient: Array, step: float = 1e-5) -> GradientCheck:
    """Compare a derived gradient with a measured one. In float64, an error below 1e-7 means that they agree.

    Raises ValueError if `gradient` does not have the shape of x.
    """
    expect_shape("gradient", gradient, tuple(x.shape), _("the shape of x"))
    measured = finite_differences(loss, x, step)
    xp = same_kind(gradient=gradient, measured=measured)
    errors = xp.abs(gradient - measured) / xp.maximum(xp.abs(measured), xp.ones_like(measured))
    errors = xp.where(xp.isnan(errors), xp.full_like(errors, float("inf")), errors)  # nan agrees with nothing
    worst = int(xp.argmax(xp.reshape(errors, (-1,))))
    index, rest = [], worst
    for size in reversed(x.shape):
        rest, place = divmod(rest, size)
        index.insert(0, place)
    index = tuple(index)
    return GradientCheck(float(errors[index]), index, float(gradient[index]), float(measured[index]))
