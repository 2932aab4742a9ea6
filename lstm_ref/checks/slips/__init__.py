"""The vocabulary of mistakes that several exercises meet, each written once."""

from collections.abc import Callable

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
