"""Kinds: answers and outputs whose form, depth or size hurts whoever reads them.

A student's code can write anything into the channel. These replace what packs an answer, and send what no packer would
write. The grader must refuse each as that cell's own fault, and go on.
"""

import itertools

from kinds import Member, coded

# What a call sends instead of its answer: `packed` (JSON) and `arrays` (bytes), for what stands in FORGED.
FORGE = """
import sys, types
import numpy as np
def wires():
    shell = get_ipython()
    methods = [getattr(thing, "__func__", thing) for thing in (shell.send, shell.showtraceback)]
    places = [getattr(method, "__globals__", {}) for method in methods]
    frame = sys._getframe()
    while frame is not None:
        places.append(frame.f_globals)
        frame = frame.f_back
    for place in places:
        yield place
        for thing in list(place.values()):
            if isinstance(thing, types.ModuleType):
                yield vars(thing)
def double(x):
    for place in wires():
        if "pack" in place and "unpack" in place and "HEAD" in place:
            place["pack"] = lambda tree: (PACKED, ARRAYS)
    return 0
"""


def forged(packed: str, arrays: str = "b''") -> dict[str, str]:
    """The cell whose every answer is this, in Python."""
    return {"double": f"PACKED = {packed}\nARRAYS = {arrays}\n{FORGE}"}


KINDS = [
    "f",
    "i",
    "u",
    "b",
    "m",
    "M",
    "c",
    "O",
    "V",
    "S",
    "U",
    "a",
    "?",
    "e",
    "g",
    "l",
    "p",
    "q",
    "n",
    "void",
    "object",
]
SIZES = ["", "0", "1", "3", "8", "9", "16", "17", "2147483647", "99999999999999999999", "-1"]
UNITS = ["", "[s]", "[s/0]", "[0s]", "[-1D]", "[99999999999999999999Y]", "[generic]", "[s/]", "[", "[h/3]", "[2**63s]"]
ODD_NAMES = [
    "",
    ",",
    ",,",
    "f8,f8",
    "f8," * 1_000_000,
    "(2,3)f8",
    "(-1,)f8",
    "(99999999999,)f8",
    "(0,)f8",
    "3f8",
    "f8 f8",
    "f8\\0",
    "\\x00",
    "f8:i8",
    "{'names': ['a'], 'formats': ['f8']}",
    "<<f8",
    "=f8",
    "|f8",
    "!f8",
    ">f8",
    "T{f8:a:}",
    "float",
    "float64",
    "float128",
    "longdouble",
    "bool",
    "np.float64",
    "__import__('os')",
    "datetime64[ns/0]",
    "m8[s/0]",
    "M8[0]",
    "f8'",
    "(2)",
    "((2,),)f8",
    "1" * 5000 + "f8",
    "\\ud800",
    "é",
]
OFTEN = ["m8[s/0]", "f8," * 1_000_000, "<<f8", "(-1,)f8", "(99999999999,)f8", "m8[-1D]"]
CASES = {
    "m8[s/0]": "dtype_that_kills_the_worker",
    "<<f8": "dtype_with_a_syntax_error",
    "f8," * 1_000_000: "dtype_of_a_million_fields",
}


def dtypes() -> list[Member]:
    """Names of dtypes: odd ones, and all that a small grammar makes."""
    made = [kind + size + unit for kind, size, unit in itertools.product(KINDS, SIZES, UNITS)]
    made = [name for number, name in enumerate(made) if number % 23 == 0]  # a sample, which differs in every part
    names = list(dict.fromkeys([*OFTEN, *ODD_NAMES, *made]))
    return [
        coded(
            f"dtype_{number:03}",
            "forged dtypes",
            2,
            forged(f"['d', ['answer', ['d', ['value', ['a', {_literal(name)}, [1]]]]]]", "bytes(8)"),
            least=0,
            case=CASES.get(name, ""),
            often=name in OFTEN,
        )
        for number, name in enumerate(names)
    ]


def _literal(name: str) -> str:
    return f"'f8,' * {name.count('f8,')}" if len(name) > 10_000 else f'"{name}"'


SHAPES = [
    "[-1]",
    "[2**63]",
    "[2**62, 4]",
    "[0, 2**70]",
    "[1.0]",
    "[True]",
    "['1']",
    "[None]",
    "[[1]]",
    "[1] * 65",
    "[0] * 100_000",
    "[1] * 33",
    "{}",
    "'1'",
]
TREES = {
    "deep_list": "__import__('functools').reduce(lambda inner, _: ['l', inner], range(900), 0)",
    "unknown_letter": "['z', 1]",
    "pair_too_long": "['d', ['answer', 1, 2]]",
    "same_key_twice": "['d', ['answer', 1], ['answer', 2]]",
    "number_for_a_key": "['d', [1, 1]]",
    "huge_number": "['d', ['answer', int('9' * 4000)]]",
    "not_a_number": "['d', ['answer', float('nan')]]",
    "infinity": "['d', ['answer', float('inf')]]",
    "half_a_character": "['d', ['answer', '\\ud800']]",
    "empty_list": "[]",
    "nothing": "None",
    "many_small_lists": "['d', ['answer', ['l', *[['l']] * 2_000_000]]]",
    "many_keys": "['d', ['answer', ['d', *[[str(n), n] for n in range(300_000)]]]]",
    "one_long_text": "['d', ['answer', ['d', ['value', 'x' * 50_000_000]]]]",
    "many_empty_arrays": "['d', ['answer', ['l', *[['a', '<f8', [0]]] * 500_000]]]",
    "escaped_text": "['d', ['answer', ['d', ['value', '\\x00' * 5_000_000]]]]",
}
# JSON as text, sent as it stands.
RAW = {
    "json_that_swells": ("'{\"is\": \"answer\", \"x\": [' + '{},' * 9_000_000 + '{}]}'", "json_that_swells"),
    "json_of_brackets": ("'[' * 30_000_000", ""),
    "json_of_one_number": ("'9' * 30_000_000", ""),
    "json_of_open_text": ("'\"' + 'a' * 30_000_000", ""),
    "json_of_many_keys": ("'{' + ','.join(f'\"{n}\": 0' for n in range(1_500_000)) + '}'", ""),
    "json_deep_objects": ("'{\"a\":' * 50_000 + '0' + '}' * 50_000", ""),
    "json_exponents": ('\'{"is": "answer", "number": 1e999999999}\'', ""),
    "json_not_ascii": ('\'{"is": "\\xe9"}\'', ""),
}
SEND = """
import contextlib, os, struct
def everywhere(text):
    data = text.encode("latin-1")
    for handle in range(3, 64):
        with contextlib.suppress(OSError):
            os.set_blocking(handle, True)
            whole = struct.pack("!IQ", len(data), 0) + data
            while whole:
                whole = whole[os.write(handle, whole) :]
"""


def trees() -> list[Member]:
    """Forged shapes and trees, and JSON that swells."""
    found = [
        coded(
            f"shape_{number:02}",
            "forged shapes",
            2,
            forged(f"['d', ['answer', ['d', ['value', ['a', '<f8', {shape}]]]]]", "bytes(8)"),
            least=0,
            often=number < 3,
        )
        for number, shape in enumerate(SHAPES)
    ]
    found += [
        coded(f"tree_{name}", "forged trees", 2, forged(tree), least=0, often=name == "huge_number")
        for name, tree in TREES.items()
    ]
    found += [
        coded(
            name,
            "JSON that swells",
            2,
            {"double": f"{SEND}\ntext = {text}\ndef double(x):\n    everywhere(text)\n    return 0\n"},
            least=0,
            case=case,
            often=name == "json_that_swells",
        )
        for name, (text, case) in RAW.items()
    ]
    large = "['d', ['answer', ['l', *[['a', '|u1', [60_000_000]]]]]]"
    found.append(
        coded(
            "many_large_answers",
            "answers without end",
            2,
            {
                "double": SEND
                + """
def double(x):
    head = b'{"is": "answer", "number": 1, "answer": null}'
    for handle in range(3, 64):
        try:
            for _ in range(40): os.write(handle, struct.pack("!IQ", len(head), 50_000_000) + head + bytes(50_000_000))
        except OSError:
            pass
    return 0
"""
            },
            least=0,
            case="many_large_answers (1 GB limit / default 2 GB limit)",
        )
    )
    return [
        *found,
        coded("one_large_answer", "answers without end", 2, forged(large, "bytes(60_000_000)"), least=0, often=True),
    ]


LEVELS = (100, 400, 480, 600, 900, 1500, 5000)
OPEN = {"list": ("[", "]"), "dict": ('{"a":', "}")}


def deep_outputs() -> list[Member]:
    """Outputs of any depth, that the notebook's own code shows."""
    found = []
    for shape, level in itertools.product(OPEN, LEVELS):
        build = f"value = 0\nfor _ in range({level}): value = " + ("[value]" if shape == "list" else '{"a": value}')
        show = (
            f"{build}\nimport sys\nsys.setrecursionlimit(100_000)\n"
            "get_ipython().display_pub.publish({'application/json': value, 'text/plain': 'deep'})\n"
        )
        found.append(
            coded(
                f"output_{shape}_{level}_deep",
                "deep outputs",
                2,
                {"double": show + "def double(x): return 0\n"},
                least=0,
                case="output_900_deep" if level == 900 else "",
                often=level in (480, 900),
            )
        )
    return found
