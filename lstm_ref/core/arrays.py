"""Check what goes into the equations, and say what is wrong with it.

The equations run on NumPy arrays and on torch tensors, on CPU or GPU, by the array API standard. Nothing here imports
torch: each array brings its own library.
"""

from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj

from lstm_ref.messages import _

Array = Any  # a NumPy array or a torch tensor: there is no common type to name
# A cache: (type, dtype) of a floating array -> its library. Each step looks up a dozen arrays; without the cache that
# takes longer than the step itself.
_SEEN = {}


def as_float_array(name: str, value) -> Array:
    """`value` itself if it is a floating array; a Python number becomes a float64 NumPy array.

    Raises TypeError for anything else.
    """
    if (type(value), getattr(value, "dtype", None)) in _SEEN:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = np.asarray(value, dtype=np.float64)
    if not is_array_api_obj(value):
        raise TypeError(
            _("{name} is a {got}; expected a NumPy array or a torch tensor of floats").format(
                name=name, got=type(value).__name__
            )
        )
    xp = array_namespace(value)
    if not xp.isdtype(value.dtype, "real floating"):
        raise TypeError(
            _("{name} has dtype {got}; expected float32 or float64").format(name=name, got=dtype_name(value))
        )
    _SEEN[type(value), value.dtype] = xp
    return value


def dtype_name(array: Array) -> str:
    return str(array.dtype).removeprefix("torch.")


def library(array: Array) -> str:
    """The library an array belongs to: "numpy" or "torch"."""
    return type(array).__module__.split(".")[0]


def _device_name(array: Array) -> str:
    return str(device(array))


def same_kind(**arrays: Array):
    """The array library that all the named arrays share.

    Raises TypeError where libraries or dtypes differ, ValueError where devices do. NumPy would silently promote float32
    to float64; the reference refuses, because such mixtures are often mistakes.
    """
    named = {name: as_float_array(name, array) for name, array in arrays.items()}
    first, reference = next(iter(named.items()))
    kind, dtype, place = type(reference), reference.dtype, reference.device
    if all(type(one) is kind and one.dtype == dtype and one.device == place for one in named.values()):
        return _SEEN[kind, dtype]
    for name, array in named.items():
        for of, error in ((library, TypeError), (dtype_name, TypeError), (_device_name, ValueError)):
            if of(array) != of(reference):
                what = {library: _("library"), dtype_name: _("dtype"), _device_name: _("device")}[of]
                raise error(
                    _("{name} has {what} {got}, {first} has {what} {expected}; they must be the same").format(
                        name=name, what=what, got=of(array), first=first, expected=of(reference)
                    )
                )
    return _SEEN[kind, dtype]


def expect_axes(name: str, array: Array, axes: str) -> None:
    """Raise ValueError unless `array` has as many axes as the letters in `axes`, such as "B, T, D"."""
    if array.ndim != axes.count(",") + 1:
        raise ValueError(
            _("{name} has shape {got}, {dimensions} axes; expected {expected} axes ({axes})").format(
                name=name,
                got=tuple(array.shape),
                dimensions=array.ndim,
                expected=axes.count(",") + 1,
                axes=axes,
            )
        )


def expect_shape(name: str, array: Array, expected: tuple[int, ...], meaning: str) -> None:
    """Raise ValueError unless `array.shape == expected`; `meaning` says it in letters, such as "(B, H)"."""
    if tuple(array.shape) != expected:
        raise ValueError(
            _("{name} has shape {got}; expected {expected}, that is {meaning}").format(
                name=name, got=tuple(array.shape), expected=expected, meaning=meaning
            )
        )
