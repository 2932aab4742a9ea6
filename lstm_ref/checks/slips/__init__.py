"""The vocabulary of mistakes that several exercises meet, each written once."""

from collections.abc import Callable, Collection

from lstm_ref.checks.engine.declare import Mistake, Table, known


def within(
    larger: Callable[[Callable], Callable], table: Table | tuple[Mistake, ...], sentence: str = "{mistake}"
) -> tuple[Mistake, ...]:
    """The mistakes of a table, each made inside of a larger function: larger(what the table holds) is that function.

    sentence: what is said, with {mistake} where the table's own sentence goes, such as "in the candidate {mistake}".
    """
    return tuple(Mistake(sentence.format(mistake=m.sentence), larger(m.wrong)) for m in known(table))


def filled_in(table: Table, **names: str) -> Table:
    """A table with names in its sentences: {W} becomes W_f."""
    return {sentence.format(**names): wrong for sentence, wrong in table.items()}


def chosen(slips: dict, made: Callable, without: Collection[str] = (), only: Collection[str] = ()) -> Table:
    """The table of named slips, {name: (sentence, *ways)}: `made(way)` is the wrong function.

    `without` those named, or `only` those named. Raises KeyError for a name of no slip.
    """
    if unknown := {*without, *only} - set(slips):
        raise KeyError(f"no slips are called {sorted(unknown)}; there are {sorted(slips)}")
    return {
        sentence: tuple(map(made, ways))
        for name, (sentence, *ways) in slips.items()
        if name not in without and (name in only or not only)
    }
