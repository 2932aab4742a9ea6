"""Programs that differ from a given one in one small thing, or in two: mutants of a function or of a class.

A mutation puts other syntax in one place of the tree. Nothing is drawn: the same text gives the same mutants.
"""

import ast
import copy
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple
from zlib import crc32

FEWEST, MUTATED_AGAIN = 200, 12  # mutants of one text; of those, how many have mutants of their own
Place = tuple[str | int, ...]  # the way from the root of a tree: fields, and indices in their lists

OPERATORS = {
    ast.Add: "- *",
    ast.Sub: "+ *",
    ast.Mult: "+ - /",
    ast.Div: "* - //",
    ast.FloorDiv: "/ * %",
    ast.Mod: "//",
    ast.Pow: "* /",
    ast.MatMult: "* +",
}
BORDERS = {"<": "<= > >= ==", "<=": "< >= >", ">": ">= < <= ==", ">=": "> <= <", "==": "!= >= <=", "is": "!="}
# What arithmetic leaves as it is, and what rounds whole numbers or far below what is compared.
_NOTHING_DONE = re.compile(r"round\(.*, [0-9]{2}\)|[+-] 0\b(?!\.)|[*/] 1\b(?!\.)|--|-0\b(?!\.)|-\(-")
# np functions, methods and attributes, and what learners take for them.
KIN = {
    "tanh": "sin arctan sinh arctanh",
    "arctanh": "tanh arctan arcsinh",
    "exp": "exp2 expm1 log",
    "log": "log2 log10 log1p exp",
    "sqrt": "square abs cbrt",
    "abs": "square sign negative",
    "sum": "mean max prod cumsum",
    "mean": "sum max median",
    "max": "min sum mean argmax",
    "amax": "amin sum mean",
    "argmax": "argmin max",
    "any": "all",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "eye": "ones",
    "concatenate": "stack vstack hstack",
    "stack": "concatenate vstack hstack dstack",
    "norm": "det",
    "tile": "repeat",
    "swapaxes": "reshape moveaxis",
    "permutation": "arange",
    "randperm": "arange",
    "long": "float int",
    "Adam": "SGD RMSprop",
    "LSTM": "RNN GRU",
    "min": "max",
    "binary_cross_entropy_with_logits": "mse_loss l1_loss",
    "cross_entropy": "mse_loss nll_loss",
    "mse_loss": "l1_loss smooth_l1_loss",
    "clip_grad_norm_": "clip_grad_value_",
}
FAMILIES = ("W_f W_i W_c W_o", "b_f b_i b_c b_o", "h c", "x state params", "xs hs h c")


class Mutant(NamedTuple):
    """A program, and what of it differs: its new lines, each with its number."""

    text: str
    change: str


@dataclass(frozen=True)
class Mutation:
    """In one place of a tree, other syntax; kind: what sort of change it is."""

    kind: str
    place: Place
    new: ast.AST | list[ast.stmt]


def mutants(source: str) -> Iterator[Mutant]:
    """Of one definition: all with one mutation, and where those are few, some of theirs again, up to FEWEST."""
    tree = _without_docstrings(ast.parse(source))
    plain = ast.unparse(tree)
    found: dict[str, Mutant] = {}

    def new(mutant: Mutant) -> bool:
        return mutant.text not in found and found.setdefault(mutant.text, mutant) is mutant

    yield from filter(new, _once(tree, plain))
    begun = 0
    while begun < len(found) < FEWEST:
        other = list(found.values())[begun:]
        begun = len(found)
        apart = len(other) // MUTATED_AGAIN + 1
        for start in range(apart):
            again = [_once(ast.parse(mutant.text), plain) for mutant in other[start::apart]]
            for mutant in (mutant for row in zip_longest(*again) for mutant in row if mutant):
                if len(found) >= FEWEST:
                    return
                if new(mutant):
                    yield mutant


def _once(tree: ast.Module, plain: str) -> Iterator[Mutant]:
    """The mutants of this tree, each said by how it differs from the `plain` text, which is none of them."""
    return (mutant for mutation in _in_turn(_mutations(tree)) if (mutant := _made(plain, tree, mutation)))


def _made(plain: str, tree: ast.Module, mutation: Mutation) -> Mutant | None:
    made = copy.deepcopy(tree)
    _put(made, mutation.place, copy.deepcopy(mutation.new))
    text = ast.unparse(ast.fix_missing_locations(made))
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(text, "<mutant>", "exec")
    except SyntaxError:
        return None
    if text == plain or _NOTHING_DONE.search(text):
        return None
    before, after = plain.splitlines(), text.splitlines()
    parts = []
    for tag, i, _i, j, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            lines = " | ".join(line.strip() for line in after[j:end]) or "(deleted)"
            parts.append(f"{i + 1}: {lines}")
    return Mutant(text, "; ".join(parts))


def _in_turn(found: Iterator[Mutation]) -> Iterator[Mutation]:
    """One mutation of each kind after the other; within a kind in an order that has nothing to do with the place."""
    by_kind: dict[str, list[Mutation]] = {}
    for mutation in found:
        by_kind.setdefault(mutation.kind, []).append(mutation)
    for kind in by_kind.values():
        kind.sort(key=lambda m: crc32(repr((m.place, _shown(m.new))).encode()))
    for row in zip_longest(*by_kind.values()):
        yield from (mutation for mutation in row if mutation)


def _shown(new) -> str:
    return " ".join(map(ast.unparse, new)) if isinstance(new, list) else ast.dump(new)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


# ---- places ----------------------------------------------------------------------------------------------------------


def _get(tree, place: Place):
    for step in place:
        tree = tree[step] if isinstance(step, int) else getattr(tree, step)
    return tree


def _put(tree, place: Place, new) -> None:
    owner, last = _get(tree, place[:-1]), place[-1]
    if isinstance(last, int):
        owner[last] = new
    else:
        setattr(owner, last, new)


def _places(node, place: Place = ()) -> Iterator[tuple[Place, ast.AST]]:
    for field, value in ast.iter_fields(node):
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for n, child in children:
            if isinstance(child, ast.AST):
                at = (*place, field) if n is None else (*place, field, n)
                yield at, child
                yield from _places(child, at)


# ---- mutations -------------------------------------------------------------------------------------------------------


def _mutations(tree: ast.Module) -> Iterator[Mutation]:
    names = _values(tree)
    for place, node in _places(tree):
        owner = _get(tree, place[:-1] if isinstance(place[-1], str) else place[:-2])
        if place[-1] in ("ctx", "op") or "annotation" in place or "returns" in place:
            continue
        if isinstance(node, ast.stmt):
            yield from (Mutation(kind, place, new) for kind, new in _of_statement(node))
            if hasattr(node, "body"):
                yield from _of_body((*place, "body"), node.body)
        elif isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            called = isinstance(owner, ast.Call) and place[-1] == "func"
            within = isinstance(owner, ast.Attribute)
            if isinstance(owner, ast.keyword) and owner.arg in ("axis", "dim"):
                others = (other for other in (0, 1, 2, None) if ast.unparse(node) != str(other))
                yield from (Mutation("axis", place, ast.Constant(other)) for other in others)
                continue
            yield from (Mutation(kind, place, new) for kind, new in _of_expression(node, names, called, within))
            if not called and not within and _is_number(node, place, owner):
                yield from (Mutation(kind, place, new) for kind, new in _wrapped(node))


def _values(tree: ast.Module) -> list[str]:
    """The names of arguments and variables, in the order of the text."""
    found = []
    for _place, node in _places(tree):
        if isinstance(node, ast.arg):
            found.append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append(node.id)
    return list(dict.fromkeys(found))


def _expr(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _of_statement(node: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Return):
        yield "statement deleted", ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield "= for +=", ast.Assign([node.target], node.value, lineno=0)
    if isinstance(node, ast.For):
        yield "loop ends at once", ast.For(node.target, node.iter, [*node.body, ast.Break()], [], lineno=0)
        yield "loop body never", ast.For(node.target, node.iter, [ast.Continue(), *node.body], [], lineno=0)
    if isinstance(node, ast.If):
        yield "condition", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield "condition", ast.If(ast.Constant(True), node.body, node.orelse)


def _of_body(place: Place, body: list[ast.stmt]) -> Iterator[Mutation]:
    for n in range(len(body) - 1):
        if not isinstance(body[n + 1], ast.Return | ast.FunctionDef) and not _independent(body[n], body[n + 1]):
            yield Mutation("statements swapped", place, [*body[:n], body[n + 1], body[n], *body[n + 2 :]])
    if isinstance(body[-1], ast.Return):
        for n, statement in enumerate(body[:-1]):
            if isinstance(statement, ast.For):
                loop = ast.For(statement.target, statement.iter, [*statement.body, body[-1]], [], lineno=0)
                yield Mutation("early return", place, [*body[:n], loop, *body[n + 1 :]])


def _independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two lines only give values to names, neither to one that the other has."""

    def names(statement, kinds):
        return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, kinds)}

    def apart(first, second):
        return not names(first, ast.Store) & names(second, ast.Store | ast.Load)

    return all(isinstance(line, ast.Assign) for line in (one, other)) and apart(one, other) and apart(other, one)


def _of_expression(node: ast.expr, names: list[str], called: bool, within: bool) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.BinOp(left, op, right):
            for operator in OPERATORS.get(type(op), "").split():
                yield "operator", ast.BinOp(left, _expr(f"a {operator} b").op, right)
            yield "operand deleted", left
            yield "operand deleted", right
            if not isinstance(op, ast.Add | ast.Mult):
                yield "operands swapped", ast.BinOp(right, op, left)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield "sign", operand
        case ast.Compare(left, [op], [right]):
            text = ast.unparse(ast.Compare(ast.Name("a"), [op], [ast.Name("b")]))[2:-2]
            for border in BORDERS.get(text, "").split():
                yield "border", ast.Compare(left, _expr(f"a {border} b").ops, [right])
            yield "border", _expr(f"np.isclose({ast.unparse(left)}, {ast.unparse(right)})")
        case ast.IfExp(test, body, orelse):
            yield "condition", ast.IfExp(test, orelse, body)
            yield "condition", body
            yield "condition", orelse
        case ast.Constant(bool(value)):
            yield "constant", ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            others = [
                value + 1,
                value - 1,
                -value,
                0,
                1,
                2,
                value * 2,
                value / 2 if value % 2 else value // 2,
                value * 10,
            ]
            yield from (("constant", _expr(repr(other))) for other in dict.fromkeys(others) if other != value)
        case ast.Name(id):
            if id in names and not called:
                yield from (("name", ast.Name(other, ast.Load())) for other in names if other != id)
            if called:
                others = {"sigmoid": "np.tanh", "candidate": "input_gate", "input_gate": "candidate"}.get(id, "")
                yield from (("kin", _expr(other)) for other in others.split())
        case ast.Attribute(value, attr):
            for family in FAMILIES:
                if attr in family.split() and not (called and isinstance(value, ast.Name) and value.id == "np"):
                    yield from (
                        ("attribute", ast.Attribute(value, other, ast.Load()))
                        for other in family.split()
                        if other != attr
                    )
            if called:
                yield from (("kin", ast.Attribute(value, other, ast.Load())) for other in KIN.get(attr, "").split())
        case ast.Subscript(value, index):
            yield "index deleted", value
            if not isinstance(index, ast.Slice | ast.Tuple):
                yield "index shifted", ast.Subscript(value, _expr(f"({ast.unparse(index)}) - 1"), ast.Load())
                yield "index shifted", ast.Subscript(value, _expr(f"({ast.unparse(index)}) + 1"), ast.Load())
            if isinstance(index, ast.Tuple):
                turned = ast.Tuple(index.elts[::-1], ast.Load())
                yield "axes swapped", ast.Subscript(value, turned, ast.Load())
                for n, element in enumerate(index.elts):
                    if isinstance(element, ast.Name):
                        for by in ("- 1", "+ 1"):
                            elements = [*index.elts[:n], _expr(f"{element.id} {by}"), *index.elts[n + 1 :]]
                            moved = ast.Tuple(elements, ast.Load())
                            yield "index shifted", ast.Subscript(value, moved, ast.Load())
        case ast.Slice(lower, upper, step):
            yield "slice", ast.Slice(None, upper, step)
            yield "slice", ast.Slice(lower, None, step)
            yield "slice", ast.Slice(upper, lower, step)
        case ast.Call(func, args, keywords):
            for n in range(len(args)):
                yield "argument deleted", ast.Call(func, [*args[:n], *args[n + 1 :]], keywords)
            for n in range(len(args) - 1):
                swapped = [*args[:n], args[n + 1], args[n], *args[n + 2 :]]
                yield "arguments swapped", ast.Call(func, swapped, keywords)
            for n in range(len(keywords)):
                yield "argument deleted", ast.Call(func, args, [*keywords[:n], *keywords[n + 1 :]])
            values = [one.value for one in keywords]
            for n in range(len(keywords) - 1):
                turned = [*values[:n], values[n + 1], values[n], *values[n + 2 :]]
                named = [ast.keyword(one.arg, value) for one, value in zip(keywords, turned, strict=True)]
                yield "arguments swapped", ast.Call(func, args, named)
            if args and not isinstance(args[0], ast.Starred | ast.GeneratorExp):
                yield "call deleted", args[0]
            if isinstance(func, ast.Attribute) and not (isinstance(func.value, ast.Name) and func.value.id == "np"):
                yield "call deleted", func.value
            if isinstance(func, ast.Name) and func.id == "range" and args:
                stop = ast.unparse(args[1] if len(args) > 1 else args[0])
                begin = ast.unparse(args[0]) if len(args) > 1 else "0"
                rest = f", {ast.unparse(args[2])}" if len(args) > 2 else ""
                for text in (
                    f"{begin}, {stop} - 1",
                    f"{begin} + 1, {stop}",
                    f"{begin}, {stop} + 1",
                    f"{begin} - 1, {stop}",
                ):
                    yield "range", _expr(f"range({text}{rest})")
        case ast.Tuple(elements) | ast.List(elements) if not within:
            make = type(node)
            for n in range(len(elements) - 1):
                yield (
                    "items swapped",
                    make([*elements[:n], elements[n + 1], elements[n], *elements[n + 2 :]], ast.Load()),
                )
            for n in range(len(elements)):
                yield "item deleted", make([*elements[:n], *elements[n + 1 :]], ast.Load())
        case ast.Dict(keys, values):
            for n in range(len(values) - 1):
                yield "items swapped", ast.Dict(keys, [*values[:n], values[n + 1], values[n], *values[n + 2 :]])
            for n in range(len(values)):
                yield "item deleted", ast.Dict([*keys[:n], *keys[n + 1 :]], [*values[:n], *values[n + 1 :]])


def _is_number(node: ast.expr, place: Place, owner: ast.AST) -> bool:
    """Whether it is what a line computes: all of the right side, or an item of it."""
    if "slice" in place or any(isinstance(part, ast.List) or ".shape" in ast.unparse(part) for part in ast.walk(node)):
        return False
    if not isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.IfExp | ast.Subscript):
        return False
    if isinstance(owner, ast.Return | ast.Assign | ast.AugAssign):
        return True
    return isinstance(owner, ast.Tuple | ast.ListComp | ast.keyword) and isinstance(node, ast.BinOp | ast.Call)


def _wrapped(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """A guard, a rounding, a factor or a sign that nobody asked for."""
    text = ast.unparse(node)
    if text.startswith("np.zeros"):
        yield "factor", _expr(f"{text} + 1")
        return
    yield "sign", _expr(f"-({text})")
    yield "guard", _expr(f"np.clip({text}, -5, 5)")
    yield "factor", _expr(f"({text}) * 2")
    yield "factor", _expr(f"({text}) * 1.001")
    yield "factor", _expr(f"({text}) + 1")
    yield "factor", _expr(f"({text}) + 1e-6")
    yield "rounded", _expr(f"np.round({text}, 3)")
