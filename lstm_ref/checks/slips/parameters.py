"""Parameters taken for others: {sentence: {a parameter: the one that stands in its place}}."""

from collections.abc import Iterable
from itertools import combinations

from lstm_ref.checks.slips import filled_in
from lstm_ref.messages import _

GATES = set("fio")


def pasted(target: str, to: str, letter: str) -> dict[str, dict[str, str]]:
    """The line of `target`, whose weights are W_to and b_to, with the weights, the bias or both of another line."""
    W, b = {f"W_{to}": f"W_{letter}"}, {f"b_{to}": f"b_{letter}"}
    both = _("the line of {target} uses W_{letter} and b_{letter}, not W_{to} and b_{to}")
    if {to, letter} <= GATES:  # the numbers are the same, so both are said
        both += _("; or {letter} is taken for {target} where it is used")
    table = {
        _("the line of {target} uses W_{letter} where W_{to} belongs"): W,
        _("the line of {target} adds b_{letter} where b_{to} belongs"): b,
        both: W | b,
    }
    return filled_in(table, target=target, letter=letter, to=to)


def exchanged(one: str, two: str) -> dict[str, dict[str, str]]:
    """Two lines, each with the weights of the other."""
    sentence = _("the weights of {one} and {two} are exchanged: W_{one} with W_{two}, b_{one} with b_{two}")
    taken = {f"{kind}_{a}": f"{kind}_{b}" for kind in "Wb" for a, b in ((one, two), (two, one))}
    return filled_in({sentence: taken}, one=one, two=two)


def shared(letter: str, lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """All these lines with the weights, or with the weights and the bias, of one."""
    W, b = ({f"{kind}_{to}": f"{kind}_{letter}" for to in lines} for kind in "Wb")
    table = {
        _("every line uses W_{letter}: each has weights of its own"): W,
        _("every line uses W_{letter} and b_{letter}: each has its own"): W | b,
    }
    return filled_in(table, letter=letter)


def mixed_up(letter_of: dict[str, str]) -> dict[str, dict[str, str]]:
    """Every line, as {"candidate": "c"}, with what belongs to another; all lines with one matrix; two lines exchanged.

    f and i are not exchanged: in c = f * c_prev + i * candidate it looks as if the gates themselves were.
    """
    found = {}
    for target, to in letter_of.items():
        for letter in letter_of.values():
            if letter != to:
                found |= pasted(target, to, letter)
    for letter in letter_of.values():
        found |= shared(letter, letter_of.values())
    for one, two in combinations(letter_of.values(), 2):
        if (one, two) != ("f", "i"):
            found |= exchanged(one, two)
    return found
