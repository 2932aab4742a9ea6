"""Call a student's function on a problem and bring back what it did: the middle part of a check.

This file stands alone: standard library and NumPy. A grader may carry it, without the rest of the course, to the place
where it is willing to run a stranger's code. It judges nothing and knows no right answer; what comes back is a plain
tree (None, bool, int, float, str, list, dict, numeric NumPy arrays) that can be sent as bytes.
"""

import contextlib
import copy
import io
import traceback
import warnings

import numpy as np


def run(problem, function):
    """Call `function` on every call of the problem, twice each.

    problem: {"calls": [{argument name: value, ...}, ...], "given": {name: source text}}
    Returns {"calls": [{"first": outcome, "second": outcome, "mutated": [argument names], "warnings": [texts]}, ...]}
    or {"not_callable": type name}. An outcome is {"kind": ..., "value": ...} as `describe` says, or
    {"kind": "error", "type": ..., "text": ..., "line": ..., "function": where it was raised}.
    """
    if not callable(function):
        return {"not_callable": type(function).__name__}
    with stand_ins(function, problem["given"]):
        return {"calls": [_call_twice(function, call) for call in problem["calls"]]}


@contextlib.contextmanager
def stand_ins(function, given):
    """Put the given functions in place of the student's own of the same name for a while.

    So a mistake in one function costs its points once, and not again in every function that calls it.
    """
    scope = getattr(function, "__globals__", {})
    own = {name: scope[name] for name in given if name in scope and scope[name] is not function}
    for name in own:
        lent = {"np": np}
        exec(given[name], lent)  # comes with the problem, so from the one who asks it
        scope[name] = lent[name]
    try:
        yield
    finally:
        scope.update(own)


def _call_twice(function, arguments):
    first_arguments, second_arguments = copy.deepcopy(arguments), copy.deepcopy(arguments)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = _outcome(function, first_arguments)
        second = _outcome(function, second_arguments)
    return {
        "first": first,
        "second": second,
        "mutated": [name for name, value in arguments.items() if not same(value, first_arguments[name])],
        "warnings": sorted({str(w.message) for w in caught}),
    }


def _outcome(function, arguments):
    # A function may print or warn as it likes: only what it returns counts.
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            returned = function(*arguments.values())  # by position: a student may rename an argument
    except Exception as error:
        # The first frame is this one; the next is the student's line. A wrong number of arguments never gets there.
        frames = traceback.extract_tb(error.__traceback__)[1:]
        line = frames[0].line or "" if frames else ""
        return {
            "kind": "error",
            "type": type(error).__name__,
            "text": str(error)[:2000],
            "line": line[:200],
            "function": frames[-1].name if frames else "",
        }
    return describe(returned)


def describe(value):
    """What a function returned, as a plain tree: a kind that a sentence can name, and the value where it is numbers."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiub":
            return {"kind": "array", "value": np.array(value, copy=True, subok=False)}
        return {"kind": f"NumPy array of {value.dtype}", "value": None}
    if isinstance(value, bool | np.bool_):
        return {"kind": "bool", "value": bool(value)}
    if isinstance(value, int | np.integer):
        return {"kind": "int", "value": int(value)}
    if isinstance(value, float | np.floating):
        return {"kind": "float", "value": float(value)}
    if value is None:
        return {"kind": "None", "value": None}
    module = type(value).__module__.split(".")[0]
    return {"kind": "torch tensor" if module == "torch" else type(value).__name__, "value": None}


def same(a, b):
    """Whether two plain values are the same, nan equal to nan."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    return a == b
