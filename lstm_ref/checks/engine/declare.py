"""What a check is made of: one function, its graded parts, and the mistakes that are known.

A reference, a mistake and a student's function are called alike. So a mistake is a function that makes it, and the
answers of both are compared: what a learner got wrong is recognised by its numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

Arguments = dict[str, Any]
Leaves = dict[str, np.ndarray]  # the numbers of an answer by name: {"hs": ..., "state.h": ...}, see compare.py
Table = Mapping[str, Any]  # sentence -> a wrong function, `Raising`, or a tuple of such


@dataclass(frozen=True)
class Mistake:
    """A mistake of learners: `wrong` makes it, `sentence` goes on after "... exactly the numbers you get when"."""

    sentence: str
    wrong: Callable
    raises: str = ""  # a piece of the error that it ends in, however it is written


class Raising(NamedTuple):
    """In a table: a mistake that ends in an error with this text, however it is written."""

    text: str
    wrong: Callable


def known(*groups: Table | tuple[Mistake, ...]) -> tuple[Mistake, ...]:
    """The mistakes of tables, {sentence: what makes the mistake, or a tuple of several ways}, and of other groups."""
    found = []
    for group in groups:
        if isinstance(group, tuple):
            found += group
            continue
        for sentence, ways in group.items():
            for way in ways if type(ways) is tuple else (ways,):  # Raising is a tuple, too, but not of ways
                raising = way if isinstance(way, Raising) else Raising("", way)
                found.append(Mistake(sentence, raising.wrong, raises=raising.text))
    return tuple(found)


@dataclass(frozen=True)
class Part:
    """One graded aspect: `calls` makes the arguments of a few calls from a random generator."""

    calls: Callable[[np.random.Generator], list[Arguments]]
    refuses_overflow: bool = False  # whether an overflow on the way is a fault, even if the number is right in the end
    mistakes: Table | tuple[Mistake, ...] = ()  # those that only these arguments can show
    # The leaves that this part compares, such as ("state.c",): one mistake need not cost every output. All by default.
    only: tuple[str, ...] = ()
    behaviour: Callable[[Arguments, Any], str | None] | None = None  # as that of the check, for this part alone

    def __post_init__(self):
        object.__setattr__(self, "mistakes", known(self.mistakes))


@dataclass(frozen=True)
class Readout:
    """One experiment: what it shows, of which lines."""

    lines: frozenset[str]  # that may have done it, if it comes out wrong
    clears: frozenset[str]  # those that must be right if it comes out right
    calls: tuple[Arguments, ...]
    read: Callable[[Sequence[Leaves]], np.ndarray]  # what the answers to the calls show
    want: np.ndarray | Callable[[Sequence[Leaves]], np.ndarray]  # what they ought to show
    said: str  # with {got}, {want} and {at}, the index of the first number that is wrong
    # Other things that the numbers may be: {"i": ...}. "That is exactly i." tells more than two numbers do.
    also: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """What is asked of one function."""

    name: str  # of the function
    output: str | tuple[str, ...]  # what it returns, in the course's letters; one name for each item of a plain tuple
    reference: Callable
    parts: Mapping[str, Part]
    sizes: Callable[[Arguments], str]  # the sizes of one call, in letters
    # How to name one number of the result, from (arguments, index); `axes` serves where there is more than one leaf.
    place: Callable[[Arguments, tuple[int, ...]], str] | None = None
    axes: Mapping[str, str] = field(default_factory=dict)  # leaf -> its axes, such as "BTH"; states[1].h is "states.h"
    leading: tuple[
        str, ...
    ] = ()  # leaves that others follow from: of several wrong ones, a complaint begins with these
    mistakes: Table | tuple[Mistake, ...] = ()
    # For numbers that no known mistake gives: where to look, from (arguments, got, expected), leaf by leaf.
    advice: Callable[[Arguments, Leaves, Leaves], str] | None = None
    # For numbers that no known mistake gives: experiments that show a few lines alone, made of the arguments of a call,
    # and the lines' names. See engine/experiment.py.
    readouts: Callable[[Arguments], list[Readout]] | None = None
    lines: Mapping[str, str] = field(default_factory=dict)
    tells: Callable[[Leaves, Leaves], bool] | None = None  # whether readouts may tell why these numbers are wrong
    # The lines, with spaces between, that read an argument: wrong if a change of it moves nothing that it ought to.
    readers: Mapping[str, str] = field(default_factory=dict)
    # Where many answers are right: what is wrong with one, from (arguments, answer), or None. It replaces the
    # comparison with the reference, whose answer still says what form is expected.
    behaviour: Callable[[Arguments, Any], str | None] | None = None
    given: tuple[Callable, ...] = ()  # functions of the exercise that are lent while this one is checked
    # A function that makes a model or an optimiser of the arguments and calls a function with it: the student's, the
    # reference and the wrong ones alike. See s11_configure_and_diagnose/benches.py.
    bench: Callable | None = None
    once: bool = False  # called once, because it takes long; so whether it says the same twice is not checked
    kept: tuple[str, ...] = ()  # arguments that the judge keeps to itself
    any_form: bool = False  # `behaviour` judges the form of an answer as well
    tolerance: float = 1e-9  # absolute and relative; float64 rounding here stays below 1e-14

    def __post_init__(self):
        object.__setattr__(self, "mistakes", known(self.mistakes))
