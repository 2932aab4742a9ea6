"""The one form of a graded cell that is judged outside the notebook: `check("name", function, part="...")`."""

import ast
from dataclasses import dataclass, field

from autograding.messages import _


class NotACheck(ValueError):
    """A graded cell has another form; the text says how it differs."""


@dataclass(frozen=True)
class CheckCall:
    """What a graded cell asks: judge the student's `function` by the check `name`."""

    name: str
    function: str
    keywords: dict[str, object] = field(default_factory=dict)


def parse(source: str) -> CheckCall:
    """Read a graded cell of the master notebook (never of a student's)."""
    form = _('exactly check("name", function), with literal keywords at most')
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise NotACheck(
            _("expected {form}, got a syntax error in line {n}").format(form=form, n=error.lineno)
        ) from error
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    match call:
        case ast.Call(ast.Name("check"), [ast.Constant(str(name)), ast.Name(function)], keywords) if all(
            keyword.arg
            for keyword in keywords  # no ** among them
        ):
            pass
        case _other:
            got = ast.unparse(body[0]) if len(body) == 1 else _("{n} statements").format(n=len(body))
            raise NotACheck(_("expected {form}, got {got}").format(form=form, got=got))
    try:
        return CheckCall(name, function, {k.arg: ast.literal_eval(k.value) for k in keywords})
    except ValueError as error:
        raise NotACheck(_("expected {form}, got {got}").format(form=form, got=ast.unparse(call))) from error
