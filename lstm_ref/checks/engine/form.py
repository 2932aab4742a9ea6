"""The form of an answer: whether what came back is the kind of thing that was asked for, whatever its numbers.

An answer is what `caller.describe` wrote, or anything at all: it may have come from a stranger's process.
"""

import math

import numpy as np

from lstm_ref.checks.engine.call import DEEPEST
from lstm_ref.messages import _

LARGEST = 2**63  # whole numbers beyond are infinity: NumPy has no room for them


def is_outcome(outcome, depth: int = 0) -> bool:
    """Whether `outcome` is such a tree as `caller` writes of a call. All the rest relies on it."""
    if not isinstance(outcome, dict) or depth > DEEPEST:
        return False
    texts = (outcome.get("kind"), *(outcome.get(key, "") for key in ("type", "text", "line", "function")))
    value, items, fields = outcome.get("value"), outcome.get("items"), outcome.get("fields")
    return (
        all(isinstance(text, str) for text in texts)
        and (value is None or isinstance(value, int | float | np.ndarray))
        and (items is None or (isinstance(items, list) and all(is_outcome(item, depth + 1) for item in items)))
        and (fields is None or _is_list_of_text(fields))
    )


def is_result(result) -> bool:
    """Whether `result` is what `caller` writes of two calls with the same arguments."""
    return (
        isinstance(result, dict)
        and is_outcome(result.get("first"))
        and (result.get("second") is None or is_outcome(result["second"]))
        and all(_is_list_of_text(result.get(key) or []) for key in ("mutated", "warnings"))
    )


def _is_list_of_text(value) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def form_complaint(name: str, output, outcome: dict, want, sizes: str) -> str | None:
    """None if `outcome` has the form of `want`, what the reference returned: the same tuples, shapes and dtypes.

    output: what the function returns, in letters: one name, or one for each item of a plain tuple.
    """
    kind = outcome.get("kind")
    expected = _in_letters(output, want)
    if kind == "error" and outcome.get("type") == "NotImplementedError":
        unwritten = outcome.get("function")
        if unwritten and unwritten != name:
            return _("{name} calls {unwritten}, which is not written yet.").format(name=name, unwritten=unwritten)
        return _("{name} is not written yet: it still raises NotImplementedError.").format(name=name)
    if kind == "error":
        line = str(outcome.get("line", ""))
        text = _("{name} raised {type}: {text}").format(
            name=name, type=outcome.get("type"), text=str(outcome.get("text", "")).rstrip(".")
        )
        return text + (_(" — at the line `{line}` ({sizes}).").format(line=line, sizes=sizes) if line else ".")
    if kind == "None":
        return _("{name} returned None; expected {output}. Is the return statement missing?").format(
            name=name, output=expected
        )
    if kind == "torch tensor":
        return _("{name} returned a torch tensor; this exercise is in NumPy, expected {output}.").format(
            name=name, output=_with_shape(expected, want)
        )
    if isinstance(output, tuple):
        return _items_complaint(name, output, expected, outcome, list(want), "tuple", sizes)
    return _leaf_or_group_complaint(name, output, expected, outcome, want, sizes)


def as_asked(outcome: dict, want, whole_too: bool = False) -> dict:
    """`outcome`; where a dict of lists is asked for, a tuple or a row (n,) in it is turned to a list: all the same.

    whole_too: weights that a hand wrote may be whole numbers, and arrays of them are taken for floats.
    """
    items, fields = outcome.get("items"), outcome.get("fields")
    if whole_too and isinstance(items, list) and outcome.get("kind") == "named tuple":
        return {**outcome, "items": [_as_float(item) for item in items]}
    if isinstance(want, dict) and outcome.get("kind") == "dict" and items and fields and len(items) == len(fields):
        pairs = zip(fields, items, strict=True)
        return {**outcome, "items": [_as_row(item) if isinstance(want.get(key), list) else item for key, item in pairs]}
    return outcome


def _as_float(outcome: dict) -> dict:
    value = outcome.get("value")
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return {**outcome, "value": value.astype(float)}
    return outcome


def _as_row(outcome: dict) -> dict:
    kind, value = outcome.get("kind"), outcome.get("value")
    if kind == "tuple":
        return {**outcome, "kind": "list"}
    if kind == "array" and isinstance(value, np.ndarray) and value.ndim == 1:
        of = {"f": "float", "b": "bool"}.get(value.dtype.kind, "int")
        return {"kind": "list", "items": [{"kind": of, "value": number} for number in value.tolist()]}
    return outcome


def _leaf_or_group_complaint(name, label, expected, outcome, want, sizes) -> str | None:
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


def _items_complaint(name, labels, expected, outcome, want, kind, sizes) -> str | None:
    """A plain tuple, or a list: as many items as expected, each in its form."""
    items = outcome.get("items") if outcome.get("kind") == kind else None
    if not isinstance(items, list) or len(items) != len(want):
        count = _(" of {n}").format(n=len(items)) if isinstance(items, list) else ""
        if kind == "list":
            return _(
                "{name} returned a value of type {kind}{count} for {label}; expected a list of {n} ({sizes})."
            ).format(name=name, kind=_kind(outcome), count=count, label=expected, n=len(want), sizes=sizes)
        return _(
            "{name} returned a value of type {kind}{count}; expected {expected}, a {wanted} of {n} ({sizes})."
        ).format(name=name, kind=_kind(outcome), count=count, expected=expected, wanted=kind, n=len(want), sizes=sizes)
    return _first_complaint(name, labels, items, want, sizes)


def _named_tuple_complaint(name, label, expected, outcome, want, sizes) -> str | None:
    items, kind = outcome.get("items"), outcome.get("kind")
    if kind == "tuple" and isinstance(items, list) and len(items) == len(want):
        return _(
            "{name} returned a plain tuple for {label}; expected {expected}, which names its parts so that their "
            "order cannot be mistaken."
        ).format(name=name, label=label, expected=expected)
    named = kind == "named tuple" and isinstance(items, list) and outcome.get("fields") == list(want._fields)
    if not named or len(items) != len(want):
        return _("{name} returned a value of type {kind} for {label}; expected {expected} ({sizes}).").format(
            name=name, label=label, kind=_kind(outcome), expected=expected, sizes=sizes
        )
    return _first_complaint(name, [f"{label}.{part}" for part in want._fields], items, want, sizes)


def _kind(outcome) -> str:
    """The type of an outcome, for a sentence: "array", "LSTMState(h, c)"."""
    if outcome.get("kind") == "named tuple":
        return f"{outcome.get('type', '')}({', '.join(outcome.get('fields') or ())})"
    return outcome["kind"]


def _dict_complaint(name, label, outcome, want, sizes) -> str | None:
    items, keys = outcome.get("items"), outcome.get("fields")
    if outcome.get("kind") != "dict" or not isinstance(items, list) or not isinstance(keys, list):
        return _("{name} returned a value of type {kind}; expected a dict with the keys {keys}.").format(
            name=name, kind=outcome.get("kind"), keys=", ".join(want)
        )
    if len(items) != len(keys) or sorted(map(str, keys)) != sorted(want):
        return _("{name} returned a dict with the keys {got}; expected {keys}.").format(
            name=name, got=", ".join(map(str, keys)), keys=", ".join(want)
        )
    by_key = dict(zip(keys, items, strict=True))
    labels = [f'{label}["{key}"]' for key in want]
    return _first_complaint(name, labels, [by_key[key] for key in want], list(want.values()), sizes)


def _nothing_complaint(name, label, outcome) -> str | None:
    """None if nothing came back where nothing is expected, such as W_hr of a cell without a projection."""
    if outcome.get("kind") == "None":
        return None
    return _("{name} returned a value of type {kind} for {label}; expected None: leave it out.").format(
        name=name, kind=outcome.get("kind"), label=label
    )


def _shape_complaint(name, label, outcome) -> str | None:
    """None if a tuple of whole numbers came back, however long: one shape among others is judged as a whole."""
    kind, items = outcome.get("kind"), outcome.get("items")
    if kind == "int":
        return _(
            "{name} returned the number {got} for {output}; expected a tuple. A tuple of one is written ({got},), "
            "with a comma."
        ).format(name=name, got=outcome.get("value"), output=label)
    if kind != "tuple" or not isinstance(items, list):
        return _("{name} returned a value of type {kind} for {output}; expected a tuple, such as (3, 4).").format(
            name=name, kind=kind, output=label
        )
    kinds = [item.get("kind") if isinstance(item, dict) else None for item in items]
    if any(kind != "int" for kind in kinds):
        other = next(kind for kind in kinds if kind != "int")
        return _("{output} holds a value of type {kind}; a shape holds whole numbers.").format(output=label, kind=other)
    return None


def _first_complaint(name, labels, items, want, sizes) -> str | None:
    for label, item, wanted in zip(labels, items, want, strict=True):
        if not isinstance(item, dict):
            return _("No answer came back from {name}.").format(name=name)
        complaint = _leaf_or_group_complaint(name, label, _in_letters(label, wanted), item, wanted, sizes)
        if complaint:
            return complaint
    return None


def _array_complaint(name, label, outcome, want, sizes) -> str | None:
    """None if a floating array of the right shape came back."""
    kind, value = outcome.get("kind"), outcome.get("value")
    names = {"name": name, "output": label, "expected": want.shape, "sizes": sizes}
    if kind == "tuple" and [item.get("kind") for item in outcome.get("items") or ()] == ["array"]:
        return _(
            "{name} returned a tuple of one array for {output}; expected the array itself, of shape {expected} "
            "({sizes}). Does the return line end in a comma?"
        ).format(**names)
    if kind != "array" or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return _(
            "{name} returned a value of type {kind} for {output}; expected a NumPy array of shape {expected} ({sizes})."
        ).format(kind=_kind(outcome), **names) + _how_to_stack(outcome)
    if value.shape != want.shape:
        turned = _(" It is transposed.") if value.ndim == 2 and value.shape == want.shape[::-1] else ""
        return _("{output} has shape {got}, expected {expected} ({sizes}).").format(got=value.shape, **names) + turned
    if value.dtype.kind in "iub" and want.dtype.kind == "f":
        return _("{output} has dtype {dtype}, whole numbers; expected float64. Was it rounded or cast?").format(
            dtype=value.dtype, **names
        )
    if want.dtype.kind == "i" and value.dtype.kind == "f":
        return _("{output} has dtype {dtype}; expected whole numbers, as np.zeros(n, dtype=int) holds.").format(
            dtype=value.dtype, **names
        )
    if value.dtype.kind != want.dtype.kind and {value.dtype.kind, want.dtype.kind} != {"i", "u"}:
        return _("{output} has dtype {dtype}; expected {wanted}.").format(dtype=value.dtype, wanted=want.dtype, **names)
    if want.dtype.kind == "f" and value.dtype.itemsize < 8:
        return _("{output} has dtype {dtype}; expected float64, as the arguments are. Where is it narrowed?").format(
            dtype=value.dtype, **names
        )
    return None


def _number_complaint(name, label, outcome, want) -> str | None:
    """None if one number came back; a whole one where a whole one is asked for."""
    kind, value = outcome.get("kind"), outcome.get("value")
    if kind == "array" and isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "fiu":
        kind, value = ("float" if value.dtype.kind == "f" else "int"), value.item()
    if isinstance(want, int) and kind == "float":
        return _(
            "{name} returned the float {got} for {output}; expected a whole number (int). // divides without a rest."
        ).format(name=name, got=value, output=label)
    if kind not in ("int", "float") or not isinstance(value, int | float) or isinstance(value, bool):
        shape = _(" of shape {shape}").format(shape=value.shape) if isinstance(value, np.ndarray) else ""
        return _("{name} returned a value of type {kind}{shape} for {output}; expected one number.").format(
            name=name, kind=kind, shape=shape, output=label
        )
    return None


def numbers(outcome: dict):
    """The value that a described outcome stands for: a number, an array, a tuple, list or dict of such; else None."""
    kind, items = outcome.get("kind"), outcome.get("items")
    if kind in ("tuple", "list", "named tuple", "dict"):
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            return None
        # None inside a tuple holds no numbers: an empty tuple, so that it is not taken for a value that has none.
        values = [() if item.get("kind") == "None" else numbers(item) for item in items]
        if any(value is None for value in values):
            return None
        if kind == "list":
            return values
        fields = outcome.get("fields")
        if kind == "tuple":
            return tuple(values)
        if not isinstance(fields, list) or len(fields) != len(values):
            return None
        return (
            {str(key): value for key, value in zip(fields, values, strict=True)}
            if kind == "dict"
            else _Named(fields, values)
        )
    value = outcome.get("value")
    if kind in ("int", "float") and isinstance(value, int | float):
        small = isinstance(value, float) or abs(value) < LARGEST
        return value if small else math.inf if value > 0 else -math.inf
    return value if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" else None


class _Named(tuple):
    """A named tuple as it came back: its own class is not known here."""

    def __new__(cls, fields, values):
        made = super().__new__(cls, values)
        made._fields = tuple(map(str, fields))
        return made

    def __getattr__(self, name):
        if name in self._fields:
            return self[self._fields.index(name)]
        raise AttributeError(name)


def leaves(value, output) -> dict[str, np.ndarray]:
    """name -> array of every number or array in a value: {"hs": ..., "state.h": ..., "states[1].c": ...}."""
    found = {}

    def walk(part, label):
        if hasattr(part, "_fields"):
            for field, item in zip(part._fields, part, strict=True):
                walk(item, f"{label}.{field}")
        elif isinstance(part, dict):
            for key, item in sorted(part.items()):
                walk(item, f'{label}["{key}"]')
        elif isinstance(part, list | tuple):
            for n, item in enumerate(part):
                walk(item, f"{label}[{n}]")
        elif part is not None:
            found[label] = np.asarray(part)

    if isinstance(output, tuple) and isinstance(value, tuple) and len(value) == len(output):
        for item, label in zip(value, output, strict=True):
            walk(item, label)
    else:
        walk(value, output if isinstance(output, str) else ", ".join(output))
    return found


def _how_to_stack(outcome) -> str:
    """How a list becomes one array."""
    if outcome.get("kind") != "list":
        return ""
    if {item.get("kind") for item in outcome.get("items") or ()} <= {"float", "int", "list"}:
        return _(" np.array makes an array of a list of numbers.")
    return _(" np.stack makes one array of a list of arrays.")


def _in_letters(output, want) -> str:
    """What is expected, as one would write it: "f", "(hs, state)", "LSTMState(h, c)"."""
    if isinstance(output, tuple):
        return f"({', '.join(output)})"
    if hasattr(want, "_fields"):
        asked = [field for field in want._fields if field not in want._field_defaults]
        return f"{type(want).__name__}({', '.join(asked)})"
    return output


def _with_shape(expected, want) -> str:
    if isinstance(want, np.ndarray):
        return _("an array of shape {shape}").format(shape=want.shape)
    return expected
