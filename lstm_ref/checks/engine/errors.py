"""What Python's and NumPy's own errors mean to somebody who has not met them: a sentence after the error's text."""

import re
from collections.abc import Iterable

from lstm_ref.checks.engine.answer import Outcome
from lstm_ref.messages import _

_NONE = _(
    "None stands there: that is an argument that was not given, or the result of a function that returns nothing."
)
_NEITHER = _("{0} is neither an argument ({arguments}) nor defined before. Is it misspelt, or not imported?")
_SHAPES = _(
    "+, - and * go element by element: compared from the right, the sizes must be equal, or 1. Weights times what they "
    "read is a matrix product, @."
)
_LIST = _("A list is no array: go through it, as in [2 * a for a in arrays], and through two of them with zip.")
_MATMUL = _("In a @ b the rows of b, {0}, must be as many as the columns of a, {1}.")
_WHOLE = _("A whole number is wanted there. / gives a float, even 8 / 2; // gives a whole number.")

# Type of the error -> pattern of its text -> what to say: {0}, {1} are the groups of the pattern. The first one counts.
_MEANINGS = {
    "UnboundLocalError": {
        r"local variable '(\w{1,40})'": _("{0} is used before it has a value: what is it the first time?"),
    },
    "NameError": {
        r"name '(\w{1,40})' is not defined": _NEITHER,
    },
    "ValueError": {
        r"truth value of an array": _(
            "`if`, `and` and `or` ask about one number; np.where(condition, a, b) asks about each number of an array."
        ),
        r"could not broadcast input array from shape \(([\d,]{1,40})\) into shape \(([\d,]{1,40})\)": _(
            "To the left of = there is room for ({1}), to the right stands ({0}). The first axis counts the sequences: "
            "a[t] is sequence t, and step t of all sequences is a[:, t]."
        ),
        r"operands could not be broadcast together with shapes \(\d+,\d+,\d+\) \(\d+,\d+\)": _(
            "All steps at once meet a single one. A loop goes from step to step: step t of all sequences is a[:, t]."
        ),
        r"operands could not be broadcast together": _SHAPES,
        r"except for the concatenation axis must match exactly, but along dimension 0": _(
            "Side by side they need the same number of rows. Is one of them transposed, or a[t]? The latter is "
            "sequence t with all its steps; step t of all sequences is a[:, t]."
        ),
        r"setting an array element with a sequence.{0,60}inhomogeneous shape": _(
            "Arrays of different shapes do not make one array: go through them one by one."
        ),
        r"\(size (\d{1,9}) is different from (\d{1,9})\)": _MATMUL,
        r"not aligned: (\d{1,9}) \(dim \d\) != (\d{1,9}) \(dim \d\)": _(
            "In np.dot(a, b) the rows of b, {1}, must be as many as the columns of a, {0}."
        ),
        r"axes don't match array": _(
            "np.transpose wants all axes in their new order; np.swapaxes(a, 0, 1) exchanges two and leaves the others."
        ),
        r"input array dimensions except for the concatenation axis must match": _(
            "np.concatenate puts one below the other, along axis 0, unless told otherwise: axis=1 puts side by side."
        ),
        r"all the input arrays must have same number of dimensions": _(
            "np.concatenate joins arrays with equally many axes: matrices to matrices, biases to biases."
        ),
    },
    "TypeError": {
        r"'numpy\.ndarray' object is not callable": _(
            "An array stands before a bracket, as a function would: is a * missing, or is it a[...]? W.T has none."
        ),
        r"'int' object is not iterable": _("`for` needs something to go through: range(n) gives 0 to n - 1."),
        r"only (?:size-1|length-1|0-dimensional) arrays can be converted": _(
            "The functions of `math` take one number; those of NumPy, such as np.exp, take a whole array."
        ),
        r"bitwise_xor|operand type.{0,10} for \^:": _("A power is written **, as in a**2. ^ is something else."),
        r"can't multiply sequence by non-int": _LIST,
        r"unsupported operand type.{0,40}'list'": _LIST,
        r"'(?:float|numpy.float64)' object is not iterable": _(
            "There one number stands where a list is gone through: do the arguments come in the right order?"
        ),
        r"__new__\(\) takes .{1,40} positional arguments? but \d+ were given": _(
            "Between tuples + joins one to the other; to add them up, add field by field."
        ),
        r"\b([hvd]stack|column_stack)\(\) takes 1 positional argument": _(
            "np.{0} takes its arrays in one list: np.{0}([a, b])."
        ),
        r"append\(\) missing 1 required positional argument: 'values'": _(
            "np.append takes two arrays, and not a list of them: np.append(a, b, axis=1)."
        ),
        r"unexpected keyword argument 'dim'": _("What torch calls dim is axis in NumPy."),
        r"'NoneType' object is not (?:subscriptable|iterable)": _NONE,
        r"object of type 'NoneType' has no len": _NONE,
        r"unsupported operand type.{0,40}'NoneType' and 'NoneType'": _(
            "None stands on both sides. Is it W_hr, the last field of LSTMParams? It is None in every cell without a "
            "projection: params[:8] leaves it out."
        ),
        r"unsupported operand type.{0,40}'NoneType'": _NONE,
        r"tuple indices must be integers or slices, not str": _(
            "The parts of a named tuple are asked for with a dot, as in params.W_f."
        ),
        r"concatenate\(\) got multiple values for argument 'axis'": _(
            "np.concatenate takes one list of arrays, and then axis=1: np.concatenate([a, b], axis=1)."
        ),
        r"slice indices must be integers": _WHOLE,
        r"'float' object cannot be interpreted as an integer": _WHOLE,
        r"only integer scalar arrays can be converted to a scalar index": _(
            "One whole number is wanted there, and an array came: a slice such as a[:n] takes one number, and "
            "np.concatenate takes its arrays in one list."
        ),
        r"Cannot interpret '\d+' as a data type": _(
            "np.zeros and np.ones take the shape as one tuple: np.zeros((2, 3)), with two pairs of brackets."
        ),
        r"(?:expected Tensor as element|must be Tensor, not numpy\.ndarray|\(numpy\.ndarray, )": _(
            "A function of torch got an array of NumPy. What torch.cat does there, np.concatenate does here."
        ),
        r"[hv]stack\(\) got an unexpected keyword argument": _(
            "np.hstack and np.vstack know their axis themselves; np.concatenate takes one, axis=1."
        ),
        r"(\w{1,40})\(\) got an unexpected keyword argument '(\w{1,40})'": _("{0} takes no argument of the name {1}."),
        r"view\(\) takes from 0 to 2 positional arguments": _(
            "What torch calls view is reshape in NumPy. Neither exchanges axes."
        ),
    },
    "AttributeError": {
        r"'numpy\.ndarray' object has no attribute '(?:append|extend)'": _(
            "append and extend are for lists; np.concatenate joins arrays."
        ),
        r"'NoneType' object has no attribute": _NONE,
        r"'(tuple|list|dict|int|float|numpy.ndarray|LSTMParams)' object has no attribute '[hc]'": _(
            "An LSTMState, with its .h and .c, is wanted there; what stands there is of type {0}."
        ),
        r"'LSTMParams' object has no attribute": _(
            "It has W_f, b_f, W_i, b_i, W_c, b_c, W_o and b_o; H is how many rows W_f has, params.W_f.shape[0]."
        ),
        r"'LSTMState' object has no attribute": _("It has two arrays, state.h and state.c, and is none itself."),
        r"'tuple' object has no attribute '(shape|T|copy|mean|sum|max)'": _(
            "A function with two results gives a tuple: take it apart, as in hs, state = ..."
        ),
        r"can't set attribute": _("A named tuple cannot be changed: make a new one."),
        r"'numpy\.ndarray' object has no attribute "
        r"'(permute|unsqueeze|clone|detach|numpy|numel|unbind|chunk|t|tanh|sigmoid|exp|cat)'": _(
            "A tensor of torch has {0}; an array of NumPy does not, and here everything is in NumPy."
        ),
        r"module '(\w{1,40})' has no attribute '(\w{1,40})'": _("{0} has no {1}: is it misspelt?"),
    },
    "OverflowError": {
        r"math range error": _(
            "math.exp stops at 709, where floats end; np.exp goes on to infinity, and np.tanh needs neither."
        ),
    },
    "ImportError": {
        r"cannot import name '(\w{1,40})' from 'lstm_ref'": _(
            "lstm_ref has no {0}, or does not lend it to a notebook that is graded: write it yourself."
        ),
    },
    "RecursionError": {
        r"maximum recursion depth": _("The function calls itself, and so does each of these calls, without end."),
    },
    "IndexError": {
        r"indexing arrays could not be broadcast together": _(
            "Two lists of indices are read pair by pair, so they must be of the same length: one pair for each result."
        ),
        r"tuple index out of range": _(
            "The shape of an array has one number for each axis: a.shape[1] is there only if a has two axes or more."
        ),
        r"list index out of range": _(
            "The list is shorter than that: print(len(...)) on the line before says how long it is."
        ),
        r"index -?\d+ is out of bounds for axis \d+ with size 0\b": _(
            "Nothing is in there. Where nothing was found, there is no first: what is the answer then?"
        ),
        r"index -?\d+ is out of bounds for axis \d+ with size (\d{1,9})": _(
            "Of {0} things the first is number 0 and the last is number {0} - 1."
        ),
    },
    "AxisError": {
        r"axis \d+ is out of bounds for array of dimension (\d)": _(
            "Axes count from 0, so it has axis 0 to {0} - 1. Each index takes one away: a[:, t] has an axis less than "
            "a."
        ),
    },
}


def meaning(name: str, error: Outcome, arguments: Iterable[str]) -> str:
    """A sentence for the error that a function called `name` ended in, or nothing if it speaks for itself."""
    if error.type == "TypeError" and re.search(rf"\b{name}\(\) (?:takes|missing)", error.text):
        return _("It is called with {arguments}: leave its first line as it was.").format(
            arguments=", ".join(arguments)
        )
    for pattern, said in _MEANINGS.get(error.type, {}).items():
        found = re.search(pattern, error.text)
        if found:
            return said.format(*found.groups(), arguments=", ".join(arguments))
    return ""
