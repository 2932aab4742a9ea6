"""What Python's and NumPy's own errors mean to somebody who has not met them: a sentence after the error's text."""

import re
from collections.abc import Iterable

from lstm_ref.messages import _

_NONE = _(
    "None stands there: that is an argument that was not given, or the result of a function that returns nothing."
)
_NEITHER = _("{0} is neither an argument ({arguments}) nor defined before. Is it misspelt, or not imported?")
_SHAPES = _(
    "+, - and * go element by element: compared from the right, the sizes must be equal, or 1. Weights times what they "
    "read is a matrix product, @."
)
_MATMUL = _("In a @ b the rows of b, {0}, must be as many as the columns of a, {1}.")

# (type of the error, pattern of its text, what to say): {0}, {1} are the groups of the pattern.
_MEANINGS = (
    (
        "UnboundLocalError",
        r"local variable '(\w{1,40})'",
        _("{0} is used before it has a value: what is it the first time?"),
    ),
    ("NameError", r"name '(\w{1,40})' is not defined", _NEITHER),
    (
        "ValueError",
        r"truth value of an array",
        _("`if`, `and` and `or` ask about one number; np.where(condition, a, b) asks about each number of an array."),
    ),
    (
        "TypeError",
        r"'int' object is not iterable",
        _("`for` needs something to go through: range(n) gives 0 to n - 1."),
    ),
    (
        "TypeError",
        r"only (?:size-1|length-1|0-dimensional) arrays can be converted",
        _("The functions of `math` take one number; those of NumPy, such as np.exp, take a whole array."),
    ),
    (
        "ValueError",
        r"could not broadcast input array from shape \(([\d,]{1,40})\) into shape \(([\d,]{1,40})\)",
        _(
            "To the left of = there is room for ({1}), to the right stands ({0}). The first axis counts the sequences: "
            "a[t] is sequence t, and step t of all sequences is a[:, t]."
        ),
    ),
    (
        "ValueError",
        r"operands could not be broadcast together with shapes \(\d+,\d+,\d+\) \(\d+,\d+\)",
        _("All steps at once meet a single one. A loop goes from step to step: step t of all sequences is a[:, t]."),
    ),
    ("ValueError", r"operands could not be broadcast together", _SHAPES),
    ("ValueError", r"\(size (\d{1,9}) is different from (\d{1,9})\)", _MATMUL),
    ("AttributeError", r"'NoneType' object has no attribute", _NONE),
    ("TypeError", r"'NoneType' object is not (?:subscriptable|iterable)", _NONE),
    ("TypeError", r"unsupported operand type.{0,40}'NoneType'", _NONE),
    (
        "AttributeError",
        r"'(tuple|list|dict|int|float|numpy.ndarray)' object has no attribute '[hc]'",
        _("An LSTMState, with its .h and .c, is wanted there; what stands there is of type {0}."),
    ),
    ("AttributeError", r"can't set attribute", _("A named tuple cannot be changed: make a new one.")),
    ("AttributeError", r"module '(\w{1,40})' has no attribute '(\w{1,40})'", _("{0} has no {1}: is it misspelt?")),
    (
        "IndexError",
        r"index -?\d+ is out of bounds for axis \d+ with size (\d{1,9})",
        _("Of {0} things the first is number 0 and the last is number {0} - 1."),
    ),
)


def meaning(name: str, outcome: dict, arguments: Iterable[str]) -> str:
    """A sentence for the error that a function called `name` ended in, or nothing if it speaks for itself."""
    kind, text = outcome.get("type"), outcome.get("text", "")
    if kind == "TypeError" and re.search(rf"\b{name}\(\) (?:takes|missing)", text):
        return _("It is called with {arguments}: leave its first line as it was.").format(
            arguments=", ".join(arguments)
        )
    for of, pattern, said in _MEANINGS:
        found = re.search(pattern, text) if kind == of else None
        if found:
            return said.format(*found.groups(), arguments=", ".join(arguments))
    return ""
