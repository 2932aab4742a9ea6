"""Call a student's function on a problem and bring back what it did: the middle part of a check.

This file stands alone: standard library and NumPy. A grader may carry it, without the rest of the course, to the place
where it runs a stranger's code. It judges nothing and knows no right answer. What goes there and what comes back is a
plain tree (None, bool, int, float, str, list, dict, numeric NumPy arrays), which can be sent as bytes.
"""

import builtins
import collections
import contextlib
import copy
import inspect
import io
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence, ValuesView
from functools import partial
from itertools import islice
from numbers import Integral, Real
from types import CellType, FunctionType, MethodType

import numpy as np

WIDEST, DEEPEST = 64, 4  # of a returned tuple, list or dict: beyond, only its type is told
SLIGHTLY = "~"  # before the name of an argument that was put back, but for rounding
BENCH = "<bench>"  # the file name of a bench's lines in a traceback


def run(problem, function, ask=None):
    """Call `function` on every call of the problem, twice each.

    problem: {"calls": [{argument name: value as `plain` writes it, ...}, ...], "given": [names]}; it may
    also have a "bench", [name, source text] of a function that makes a model or an optimiser from the arguments, calls
    the student's function with it, and returns what it did in arrays; and "once": True, for what takes long.
    ask: calls a function that is lent, wherever that one is: see `lend`.
    Returns {"calls": [{"first": outcome, "second": outcome, "mutated": [where], "warnings": [texts]}, ...]}, where an
    argument that was changed is named as "xs", "state.c" or "layers[0].b_f"; if functions are lent, also "own", the
    same with the student's own in their place; "parameters", the names in its first line; or
    {"not_callable": type name}.
    An outcome is what `describe` says of the value that was returned, or {"kind": "error", "type": ..., "text": ...,
    "line": ..., "function": where it was raised}.
    """
    if not callable(function):
        return {"not_callable": type(function).__name__}
    scope = _home(function)
    called = _on_bench(function, *problem["bench"]) if problem.get("bench") else function

    def outcomes():
        return [_call_twice(called, call, scope, problem.get("once")) for call in problem["calls"]]

    if not problem["given"]:
        return {"calls": outcomes(), "parameters": _parameters(function)}
    with lent(scope, problem["given"], ask):
        answered = outcomes()
    return {"calls": answered, "own": outcomes(), "parameters": _parameters(function)}


def _parameters(function):
    """The names in the function's first line, where it has one."""
    try:
        return [str(name)[:100] for name in inspect.signature(function).parameters][:WIDEST]
    except (TypeError, ValueError):
        return []


@contextlib.contextmanager
def undisturbed():
    """Put aside what a notebook has set for all of NumPy and of PyTorch, as long as the context lasts."""
    torch = sys.modules.get("torch")
    with contextlib.ExitStack() as put_back:
        put_back.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        if torch:
            put_back.callback(torch.set_default_dtype, torch.get_default_dtype())
            torch.set_default_dtype(torch.float32)
            put_back.enter_context(torch.enable_grad())
        yield


def _home(function):
    """The names that a student's function finds, however it is wrapped: those of the notebook, and of no library.

    A decorator, functools.partial, np.vectorize or an object with __call__ holds the function that was written.
    """
    found, seen, waiting = {}, set(), [function]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen or not callable(one):
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType):
            found = found or one.__globals__
            if not _of_a_library(one.__globals__):
                return one.__globals__
        waiting += _held_by(one)
    return found


def _held_by(one):
    held = list(getattr(one, "__dict__", {}).values())  # __wrapped__; what an object was made with; a class's methods
    if isinstance(one, FunctionType):
        # A cell may be empty still.
        return held + [cell.cell_contents for cell in one.__closure__ or () if cell != _EMPTY]
    if isinstance(one, partial):
        return [one.func, *one.args, *one.keywords.values(), *held]
    if isinstance(one, MethodType | staticmethod):
        return [one.__func__, getattr(one, "__self__", None), *held]
    return held + list(one.__bases__ if isinstance(one, type) else [type(one)])


_EMPTY = CellType()


def _of_a_library(names):
    file = str(names.get("__file__") or "")
    return file.startswith(os.path.dirname(os.__file__)) or "-packages" + os.sep in file


def _on_bench(function, name, source):
    place = {"np": np}
    exec(compile(source, BENCH, "exec"), place)  # it comes with the problem, from the one who asks
    return lambda *arguments: place[name](function, *arguments)


# ---- functions that are lent -----------------------------------------------------------------------------------------


def lend(sources):
    """Hold functions, {name: source text}, for somebody who may call but not read them: returns `answer(request)`.

    request: {"name": ..., "arguments": [...], "keywords": {...}, "kinds": {named tuple: [fields, defaults]}}, values as
    `plain` writes them. answer: {"returned": value} or {"raised": [type, text]}.
    """
    place = {"np": np}  # one namespace for all, so that one lent function may call another
    for source in sources.values():
        exec(source, place)  # it comes from the one who asks
    taken = set(place)

    def answer(request):
        for name, (fields, defaults) in request["kinds"].items():
            if name not in taken:
                place[name] = collections.namedtuple(name, fields, defaults=defaults)
        arguments = [built(value, place) for value in request["arguments"]]
        keywords = {name: built(value, place) for name, value in request["keywords"].items()}
        if request["name"] not in sources:
            return {"raised": ["NameError", request["name"]]}
        try:
            return {"returned": plain(place[request["name"]](*arguments, **keywords))}
        except Exception as error:  # whatever it makes of a student's arguments is the student's
            return {"raised": [type(error).__name__, str(error)[:2000]]}

    return answer


@contextlib.contextmanager
def lent(scope, names, ask):
    """Put lent functions in place of the student's own of the same name, or of one that is missing, in a notebook's
    names, for as long as the context lasts.

    So a mistake in one function costs its points once, and not again in every function that calls it.
    """
    own = {name: scope[name] for name in names if name in scope}
    kinds = {
        name: [list(kind._fields), [plain(value) for value in kind._field_defaults.values()]]
        for name, kind in scope.items()
        if _is_named_tuple(kind)
    }
    scope.update({name: _stub(name, ask, kinds, scope) for name in names})
    try:
        yield
    finally:
        scope.update(own)
        for name in set(names) - set(own):
            del scope[name]


def _stub(name, ask, kinds, scope):
    """A function that lets another one be called, which is held elsewhere."""

    def stub(*arguments, **keywords):
        wanted = [plain(value) for value in arguments]
        reply = ask(
            {
                "name": name,
                "arguments": wanted,
                "keywords": {key: plain(value) for key, value in keywords.items()},
                "kinds": kinds,
            }
        )
        if "raised" in reply:
            kind, text = reply["raised"]
            raise getattr(builtins, kind, getattr(np.exceptions, kind, ValueError))(text)
        return built(reply["returned"], scope)

    stub.__name__ = stub.__qualname__ = name
    return stub


def _is_named_tuple(kind):
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def _call_twice(function, call, scope, once=False):
    first_arguments, second_arguments = ({n: built(v, scope) for n, v in call.items()} for _ in range(2))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = _outcome(function, first_arguments, scope)
        second = first if once else _outcome(function, second_arguments, scope)
    return {
        "first": first,
        "second": second,
        "mutated": [where for name in call for where in changes(call[name], plain(first_arguments[name]), name)],
        "warnings": sorted({str(w.message) for w in caught}),
    }


def _outcome(function, arguments, scope):
    # A function may print or warn as it likes: only what it returns counts.
    try:
        with undisturbed(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            # By position: a student may rename an argument. A generator does its work while it is described.
            return describe(function(*arguments.values()))
    except Exception as error:
        # Where a decorator, a bench or a model of PyTorch stands before it, the student's line is the first that is in
        # the notebook. A wrong number of arguments never gets there.
        steps = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
        frames = [
            (step.f_globals is scope, frame)
            for step, frame in zip(steps, traceback.extract_tb(error.__traceback__), strict=True)
            if frame.filename not in _OWN
        ]
        line = next((frame.line for theirs, frame in frames if theirs), frames[0][1].line if frames else "")
        return {
            "kind": "error",
            "type": type(error).__name__,
            "text": str(error)[:2000],
            "line": (line or "")[:200],
            "function": frames[-1][1].name if frames else "",
        }


_OWN = (_outcome.__code__.co_filename, BENCH)


# ---- arguments: named tuples, tuples and lists of arrays and numbers, as plain trees and back ------------------------


def plain(value):
    """An argument as a plain tree: a named tuple is {"type": its name, "fields": {...}}, a tuple {"items": [...]}.

    A number of NumPy's is {"number": an array without axes}.
    """
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {
            "type": type(value).__name__,
            "fields": {f: plain(v) for f, v in zip(value._fields, value, strict=True)},
        }
    if isinstance(value, tuple):
        return {"items": [plain(item) for item in value]}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return np.array(value, copy=True, subok=False)
    if isinstance(value, np.generic):
        return {"number": np.asarray(value)}
    return value


def built(value, scope):
    """The argument that `plain` wrote down, in arrays of its own. Named tuples are of that name's type in `scope`."""
    if isinstance(value, dict) and "type" in value:
        fields = {name: built(item, scope) for name, item in value["fields"].items()}
        known = scope.get(value["type"])
        if getattr(known, "_fields", None) != tuple(fields):
            known = collections.namedtuple(value["type"], fields)
        return known(**fields)
    if isinstance(value, dict) and "number" in value:
        return value["number"][()]
    if isinstance(value, dict):
        return tuple(built(item, scope) for item in value["items"])
    if isinstance(value, list):
        return [built(item, scope) for item in value]
    return copy.deepcopy(value)


# ---- what was returned -----------------------------------------------------------------------------------------------


def describe(value, depth=0):
    """What a function returned, as a plain tree: a kind that a sentence can name, and the value where it is numbers.

    {"kind": "array" | "int" | ..., "value": ...}; a tuple or list has "items", as has what can be gone through only
    ("iterator"); a named tuple also "type" and "fields", a dict "fields" and "items".
    """
    is_torchs = type(value).__module__.partition(".")[0] == "torch"
    if is_torchs and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.tolist()  # a list of what it holds
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiub":
            widest = float if value.dtype.itemsize > 8 else value.dtype  # a long double cannot be sent
            return {"kind": "array", "value": np.array(value, dtype=widest, copy=True, subok=False)}
        return {"kind": f"NumPy array of {value.dtype}", "value": None}
    if isinstance(value, bool | np.bool_):
        return {"kind": "bool", "value": bool(value)}
    if isinstance(value, Integral):
        return {"kind": "int", "value": int(value)}
    if isinstance(value, Real):
        return {"kind": "float", "value": float(value)}
    if value is None:
        return {"kind": "None", "value": None}
    if isinstance(value, _GONE_THROUGH) and not isinstance(value, str | bytes | bytearray) and depth < DEEPEST:
        items = list(islice(value.values() if isinstance(value, Mapping) else value, WIDEST + 1))
        if len(items) <= WIDEST:
            return _described_together(value, [describe(item, depth + 1) for item in items])
    return {"kind": "torch tensor" if is_torchs else type(value).__name__, "value": None}


_GONE_THROUGH = Sequence | Mapping | Iterator | ValuesView


def _described_together(value, items):
    if isinstance(value, Mapping):
        return {"kind": "dict", "fields": [str(key)[:100] for key in value], "items": items}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"kind": "named tuple", "type": type(value).__name__, "fields": list(value._fields), "items": items}
    if isinstance(value, tuple):
        return {"kind": "tuple", "items": items}
    return {"kind": "list" if isinstance(value, Sequence) else "iterator", "items": items}


def same(a, b):
    """Whether two plain trees are the same, nan equal to nan."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


def changes(before, after, where):
    """Where two plain trees of an argument differ, in letters: ["state.c"]; nowhere: []."""
    if isinstance(before, dict) and isinstance(after, dict) and before.get("type") == after.get("type"):
        old, new = (tree.get("fields", tree.get("items")) for tree in (before, after))
    else:
        old, new = before, after
    if isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
        return [place for name in old for place in changes(old[name], new[name], f"{where}.{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [place for n, item in enumerate(old) for place in changes(item, new[n], f"{where}[{n}]")]
    if same(old, new):
        return []
    return [SLIGHTLY + where] if _slightly(old, new) else [where]


def _slightly(old, new):
    """Whether an array was moved and put back, and rounding is all that stayed."""
    arrays = isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.dtype.kind == new.dtype.kind == "f"
    return arrays and old.shape == new.shape and np.allclose(old, new, rtol=1e-13, atol=1e-16)
