"""The form of an answer: whether what came back is the kind of thing that was asked for, whatever its numbers."""

from dataclasses import replace

import numpy as np

from lstm_ref.checks.engine.answer import Outcome
from lstm_ref.messages import _


def form_complaint(name: str, output, outcome: Outcome, want, sizes: str) -> str | None:
    """None if `outcome` has the form of `want`, what the reference returned: the same tuples, shapes and dtypes.

    output: what the function returns, in letters: one name, or one for each item of a plain tuple.
    """
    expected = _in_letters(output, want)
    if outcome.kind == "error":
        return _error_complaint(name, outcome, sizes)
    if outcome.kind == "None":
        return _("{name} returned None; expected {output}. Is the return statement missing?").format(
            name=name, output=expected
        )
    if outcome.kind == "torch tensor":
        if isinstance(want, np.ndarray):
            expected = _("an array of shape {shape}").format(shape=want.shape)
        return _("{name} returned a torch tensor; this exercise is in NumPy, expected {output}.").format(
            name=name, output=expected
        )
    if isinstance(output, tuple):
        return _items_complaint(name, output, expected, outcome, list(want), "tuple", sizes)
    return _leaf_or_group_complaint(name, output, expected, outcome, want, sizes)


def as_asked(outcome: Outcome, want, whole_too: bool = False) -> Outcome:
    """The outcome with what is as good as what was asked for put in its place.

    Where a dict of lists is asked for, a tuple or a row (n,) in it becomes a list. whole_too: where behaviour is
    judged, a named tuple may hold arrays of whole numbers, which become floats: weights that were written by hand.
    """
    if outcome.items is None:
        return outcome
    if whole_too and outcome.kind == "named tuple":
        return replace(outcome, items=tuple(map(_as_float, outcome.items)))
    if isinstance(want, dict) and outcome.kind == "dict":
        pairs = zip(outcome.fields, outcome.items, strict=True)
        items = (_as_list(item) if isinstance(want.get(key), list) else item for key, item in pairs)
        return replace(outcome, items=tuple(items))
    return outcome


def _as_float(outcome: Outcome) -> Outcome:
    if outcome.kind == "array" and outcome.value.dtype.kind in "iu":
        return replace(outcome, value=outcome.value.astype(float))
    return outcome


def _as_list(outcome: Outcome) -> Outcome:
    if outcome.kind == "tuple":
        return replace(outcome, kind="list")
    if outcome.kind == "array" and outcome.value.ndim == 1:
        kind = {"f": "float", "b": "bool"}.get(outcome.value.dtype.kind, "int")
        return Outcome("list", items=tuple(Outcome(kind, number) for number in outcome.value.tolist()))
    return outcome


def _error_complaint(name: str, outcome: Outcome, sizes: str) -> str:
    if outcome.type == "NotImplementedError":
        if outcome.function and outcome.function != name:
            return _("{name} calls {unwritten}, which is not written yet.").format(
                name=name, unwritten=outcome.function
            )
        return _("{name} is not written yet: it still raises NotImplementedError.").format(name=name)
    text = _("{name} raised {type}: {text}").format(name=name, type=outcome.type, text=outcome.text.rstrip("."))
    return text + (
        _(" — at the line `{line}` ({sizes}).").format(line=outcome.line, sizes=sizes) if outcome.line else "."
    )


def _leaf_or_group_complaint(name, label, expected, outcome: Outcome, want, sizes) -> str | None:
    if want is None:
        return _nothing_complaint(name, label, outcome)
    if hasattr(want, "_fields"):
        return _named_tuple_complaint(name, label, expected, outcome, want, sizes)
    if isinstance(want, dict):
        return _dict_complaint(name, label, outcome, want, sizes)
    if isinstance(want, list):
        labels = [f"{label}[{n}]" for n in range(len(want))]
        return _items_complaint(name, labels, expected, outcome, want, "list", sizes)
    if isinstance(want, tuple):
        return _shape_complaint(name, label, outcome)
    if isinstance(want, np.ndarray) and want.ndim:
        return _array_complaint(name, label, outcome, want, sizes)
    return _number_complaint(name, label, outcome, np.asarray(want).item())


def _items_complaint(name, labels, expected, outcome: Outcome, want, kind, sizes) -> str | None:
    """A plain tuple, or a list: as many items as expected, each in its form."""
    items = outcome.items if outcome.kind == kind else None
    if items is not None and len(items) == len(want):
        return _first_complaint(name, labels, items, want, sizes)
    names = {"name": name, "kind": outcome.full_kind, "expected": expected, "n": len(want), "sizes": sizes}
    count = "" if items is None else _(" of {n}").format(n=len(items))
    if kind == "list":
        text = _("{name} returned a value of type {kind}{count} for {expected}; expected a list of {n} ({sizes}).")
    else:
        text = _("{name} returned a value of type {kind}{count}; expected {expected}, a tuple of {n} ({sizes}).")
    return text.format(count=count, **names)


def _named_tuple_complaint(name, label, expected, outcome: Outcome, want, sizes) -> str | None:
    if outcome.kind == "tuple" and outcome.items is not None and len(outcome.items) == len(want):
        return _(
            "{name} returned a plain tuple for {label}; expected {expected}, which names its parts so that their "
            "order cannot be mistaken."
        ).format(name=name, label=label, expected=expected)
    if outcome.kind != "named tuple" or outcome.fields != want._fields:
        return _("{name} returned a value of type {kind} for {label}; expected {expected} ({sizes}).").format(
            name=name, label=label, kind=outcome.full_kind, expected=expected, sizes=sizes
        )
    return _first_complaint(name, [f"{label}.{part}" for part in want._fields], outcome.items, want, sizes)


def _dict_complaint(name, label, outcome: Outcome, want, sizes) -> str | None:
    if outcome.kind != "dict" or outcome.items is None:
        return _("{name} returned a value of type {kind}; expected a dict with the keys {keys}.").format(
            name=name, kind=outcome.kind, keys=", ".join(want)
        )
    if sorted(outcome.fields) != sorted(want):
        return _("{name} returned a dict with the keys {got}; expected {keys}.").format(
            name=name, got=", ".join(outcome.fields), keys=", ".join(want)
        )
    by_key = dict(zip(outcome.fields, outcome.items, strict=True))
    labels = [f'{label}["{key}"]' for key in want]
    return _first_complaint(name, labels, [by_key[key] for key in want], list(want.values()), sizes)


def _first_complaint(name, labels, items, want, sizes) -> str | None:
    triples = zip(labels, items, want, strict=True)
    found = (
        _leaf_or_group_complaint(name, label, _in_letters(label, one), item, one, sizes) for label, item, one in triples
    )
    return next((complaint for complaint in found if complaint), None)


def _nothing_complaint(name, label, outcome: Outcome) -> str | None:
    """None if nothing came back where nothing is expected, such as W_hr of a cell without a projection."""
    if outcome.kind == "None":
        return None
    return _("{name} returned a value of type {kind} for {label}; expected None: leave it out.").format(
        name=name, kind=outcome.kind, label=label
    )


def _shape_complaint(name, label, outcome: Outcome) -> str | None:
    """None if a tuple of whole numbers came back, however long: one shape among others is judged as a whole."""
    if outcome.kind == "int":
        return _(
            "{name} returned the number {got} for {output}; expected a tuple. A tuple of one is written ({got},), "
            "with a comma."
        ).format(name=name, got=outcome.value, output=label)
    if outcome.kind != "tuple" or outcome.items is None:
        return _("{name} returned a value of type {kind} for {output}; expected a tuple, such as (3, 4).").format(
            name=name, kind=outcome.kind, output=label
        )
    other = next((item.kind for item in outcome.items if item.kind != "int"), None)
    if other:
        return _("{output} holds a value of type {kind}; a shape holds whole numbers.").format(output=label, kind=other)
    return None


def _array_complaint(name, label, outcome: Outcome, want, sizes) -> str | None:
    """None if an array of the right shape and dtype came back."""
    names = {"name": name, "output": label, "expected": want.shape, "sizes": sizes}
    if outcome.kind == "tuple" and [item.kind for item in outcome.items or ()] == ["array"]:
        return _(
            "{name} returned a tuple of one array for {output}; expected the array itself, of shape {expected} "
            "({sizes}). Does the return line end in a comma?"
        ).format(**names)
    if outcome.kind != "array":
        return _(
            "{name} returned a value of type {kind} for {output}; expected a NumPy array of shape {expected} ({sizes})."
        ).format(kind=outcome.full_kind, **names) + _how_to_stack(outcome)
    value = outcome.value
    if value.shape != want.shape:
        turned = _(" It is transposed.") if value.ndim == 2 and value.shape == want.shape[::-1] else ""
        return _("{output} has shape {got}, expected {expected} ({sizes}).").format(got=value.shape, **names) + turned
    kinds = value.dtype.kind, want.dtype.kind
    if kinds[0] in "iub" and kinds[1] == "f":
        text = _("{output} has dtype {dtype}, whole numbers; expected float64. Was it rounded or cast?")
    elif kinds == ("f", "i"):
        text = _("{output} has dtype {dtype}; expected whole numbers, as np.zeros(n, dtype=int) holds.")
    elif kinds[0] != kinds[1] and set(kinds) != {"i", "u"}:
        text = _("{output} has dtype {dtype}; expected {wanted}.")
    elif kinds == ("f", "f") and value.dtype.itemsize < 8:
        text = _("{output} has dtype {dtype}; expected float64, as the arguments are. Where is it narrowed?")
    else:
        return None
    return text.format(dtype=value.dtype, wanted=want.dtype, **names)


def _how_to_stack(outcome: Outcome) -> str:
    """How a list becomes one array."""
    if outcome.kind != "list":
        return ""
    if {item.kind for item in outcome.items or ()} <= {"float", "int", "list"}:
        return _(" np.array makes an array of a list of numbers.")
    return _(" np.stack makes one array of a list of arrays.")


def _number_complaint(name, label, outcome: Outcome, want) -> str | None:
    """None if one number came back; a whole one where a whole one is asked for."""
    kind, value = outcome.kind, outcome.value
    if kind == "array" and value.ndim == 0 and value.dtype.kind in "fiu":
        kind, value = ("float" if value.dtype.kind == "f" else "int"), value.item()
    if isinstance(want, int) and kind == "float":
        return _(
            "{name} returned the float {got} for {output}; expected a whole number (int). // divides without a rest."
        ).format(name=name, got=value, output=label)
    if kind not in ("int", "float"):
        shape = _(" of shape {shape}").format(shape=value.shape) if kind == "array" else ""
        return _("{name} returned a value of type {kind}{shape} for {output}; expected one number.").format(
            name=name, kind=kind, shape=shape, output=label
        )
    return None


def _in_letters(output, want) -> str:
    """What is expected, as one would write it: "f", "(hs, state)", "LSTMState(h, c)"."""
    if isinstance(output, tuple):
        return f"({', '.join(output)})"
    if hasattr(want, "_fields"):
        asked = [field for field in want._fields if field not in want._field_defaults]
        return f"{type(want).__name__}({', '.join(asked)})"
    return output
