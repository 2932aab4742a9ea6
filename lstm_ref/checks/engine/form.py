"""The form of an answer: whether what came back is the kind of thing that was asked for, whatever its numbers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lstm_ref.checks.engine.answer import NUMBERS, Outcome, read_outcome
from lstm_ref.checks.engine.call import describe
from lstm_ref.checks.engine.compare import close
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


def as_asked(outcome: Outcome, want, output, only: tuple[str, ...] = (), free: bool = False) -> Outcome:
    """The outcome with what is as good as what was asked for put in its place.

    A tuple, a list, a named tuple, an array row by row: each stands for the other where unpacking or indexing gives
    what was asked. True and False stand for 1 and 0, and numbers of another dtype for those that they equal.
    only: the leaves that count; what else is in a wrong form becomes what is expected. free: where behaviour is
    judged there are no right numbers, and all whole ones become floats: weights that were written by hand.
    """
    if isinstance(output, tuple):
        return _group_as_asked(outcome, tuple(want), output, only, free)
    return _part_as_asked(outcome, want, output, only, free)


def _part_as_asked(outcome: Outcome, want, label: str, only, free) -> Outcome:
    if want is None or outcome.kind == "error":
        made = outcome
    elif hasattr(want, "_fields"):
        made = _named_tuple_as_asked(outcome, want, label, only, free)
    elif isinstance(want, dict):
        made = _dict_as_asked(outcome, want, label, only, free)
    elif isinstance(want, list | tuple):
        made = _group_as_asked(outcome, want, [f"{label}[{n}]" for n in range(len(want))], only, free)
    elif isinstance(want, np.ndarray) and want.ndim:
        made = _array_as_asked(outcome, want, free)
    else:
        made = _number_as_asked(outcome, np.asarray(want).item(), free)
    counts = not only or any(leaf == label or leaf.startswith((f"{label}.", f"{label}[")) for leaf in only)
    if counts or _leaf_or_group_complaint("", label, "", made, want, "") is None:
        return made
    return read_outcome(describe(want))


def _group_as_asked(outcome: Outcome, want: list | tuple, labels: Sequence[str], only, free) -> Outcome:
    """A tuple or list of parts, each as asked, of the kind of `want`; the outcome itself if it cannot be one."""
    kind = "list" if isinstance(want, list) else "tuple"
    rows = outcome.value if outcome.kind == "array" and outcome.value.ndim else ()
    items = tuple(read_outcome(describe(row)) for row in rows) if len(rows) == len(want) else outcome.items
    if items is None or outcome.kind == "dict" or (kind, outcome.kind) == ("list", "iterator"):
        return outcome
    if len(items) == len(want):
        parts = zip(items, want, labels, strict=True)
        items = tuple(_part_as_asked(item, one, label, only, free) for item, one, label in parts)
    elif outcome.kind == "list":
        return outcome  # it is told as what it is
    made = Outcome(kind, items=items)
    if outcome.kind in ("tuple", "list", "iterator") or not _items_complaint("", labels, "", made, want, kind, ""):
        return made
    return outcome


def _named_tuple_as_asked(outcome: Outcome, want, label: str, only, free) -> Outcome:
    """A named tuple with its parts as asked; those that may be left out, such as W_hr, are None if they are missing."""
    missing = want._fields[len(outcome.fields) :]
    if outcome.kind != "named tuple" or not set(missing) <= set(want._field_defaults):
        return outcome
    fields, items = (*outcome.fields, *missing), (*outcome.items, *[Outcome("None")] * len(missing))
    if fields != want._fields:
        return outcome
    parts = zip(items, want, fields, strict=True)
    items = tuple(_part_as_asked(item, one, f"{label}.{field}", only, free) for item, one, field in parts)
    return replace(outcome, fields=fields, items=items)


def _dict_as_asked(outcome: Outcome, want, label: str, only, free) -> Outcome:
    if outcome.kind != "dict" or outcome.items is None:
        return outcome
    pairs = zip(outcome.fields, outcome.items, strict=True)
    items = (
        _part_as_asked(item, want[key], f'{label}["{key}"]', only, free) if key in want else item for key, item in pairs
    )
    return replace(outcome, items=tuple(items))


def _array_as_asked(outcome: Outcome, want: np.ndarray, free) -> Outcome:
    """An array of the dtype that is asked for, also of a row of numbers that came as a list."""
    items = outcome.items or ()
    if want.ndim == 1 and items and outcome.kind in ("tuple", "list", "named tuple"):
        if not all(item.kind in NUMBERS or (item.kind == "array" and item.value.ndim == 0) for item in items):
            return outcome
        outcome = Outcome("array", np.array([item.numbers for item in items]))
    if outcome.kind != "array" or outcome.value.shape != want.shape:
        return outcome
    value, is_float = outcome.value, want.dtype.kind == "f"
    if (value.dtype.kind == "b" and not is_float) or (
        is_float and ((free and value.dtype.kind != "f") or close(value.astype(float), want, 1e-12).all())
    ):
        return replace(outcome, value=value.astype(want.dtype))
    return outcome


def _number_as_asked(outcome: Outcome, want, free) -> Outcome:
    if outcome.kind == "array" and outcome.value.ndim == 0 and outcome.value.dtype.kind == "b":
        outcome = Outcome("bool", outcome.value.item())
    if outcome.kind == "bool" and (free or outcome.value == want):
        return Outcome("int", int(outcome.value))
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
    if kind == "list" and outcome.kind == "iterator":
        text = _(
            "{name} returned a value of type {kind} for {expected}; expected a list of {n} ({sizes}). What came can be "
            "gone through once: list(...) makes a list of it."
        )
    elif kind == "list":
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
