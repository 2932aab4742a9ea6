"""Where no mistake is known: tell by further calls of the function which line is wrong.

A readout is an experiment that shows the work of a few lines alone: a gate is held open by its bias, a memory starts
from zero. One that comes out right clears lines; one that comes out wrong has at least one wrong line among its own.
The fewest lines that explain every wrong readout are the ones to look at; where several explain them as well, all are
said. (R. Reiter, "A theory of diagnosis from first principles", Artificial Intelligence 32, 1987.)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from lstm_ref.checks.engine.answer import Outcome
from lstm_ref.checks.engine.compare import apart, close, first_wrong, leaves, without_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, Readout
from lstm_ref.checks.engine.form import as_asked, form_complaint
from lstm_ref.checks.engine.influence import changes, odd_influences
from lstm_ref.checks.engine.match import expected
from lstm_ref.checks.engine.relation import relation
from lstm_ref.messages import _

MOST_LINES = 3  # that are wrong at once
MOST_SAID = 2  # of the readouts
TOLERANCE = 1e-7  # a readout may subtract, and divide by small numbers


class Found(NamedTuple):
    """What experiments told: sentences, any of which may be missing."""

    influences: str = ""
    lines: str = ""
    relation: str = ""


def readout(
    lines: str, clears: str, calls: Iterable[Arguments], read: Callable, want, said: str, **also: np.ndarray
) -> Readout:
    """A readout; `lines` and `clears` are names with spaces between."""
    return Readout(frozenset(lines.split()), frozenset(clears.split()), tuple(calls), read, want, said, also)


def experiments(check: Check, arguments: Arguments, outcome: Outcome) -> list[Arguments]:
    """What to call a wrong function with: the same again, each argument changed, and what the check's readouts ask.

    [] where the answer has not the form that was asked for, or the check compares no numbers, or takes long.
    """
    if (
        check.once
        or check.behaviour
        or form_complaint(check.name, check.output, outcome, expected(check, arguments), "")
    ):
        return []
    return _calls(arguments, changes(check, arguments), _readouts(check, arguments))


def found_out(check: Check, part: Part, arguments: Arguments, outcomes: Sequence[Outcome]) -> Found:
    """What the answers to `experiments` tell."""
    done, readouts = changes(check, arguments), _readouts(check, arguments)
    answers, wants = [], []
    for call, outcome in zip(_calls(arguments, done, readouts), outcomes, strict=True):
        want = expected(check, call)
        outcome = as_asked(outcome, want, check.output)
        odd = form_complaint(check.name, check.output, outcome, want, "")
        answers.append(None if odd else leaves(outcome.numbers, check.output))
        wants.append(leaves(want, check.output))
    if nan := _nan(check, answers[0], wants[0]):
        return Found(lines=nan)
    split = len(done) + 1
    influences, unread = odd_influences(check, done, answers[:split], wants[:split])
    suspects = [frozenset(check.readers[name].split()) for name in unread if name in check.readers]
    tells = not check.tells or (answers[0] and check.tells(answers[0], wants[0]))
    return Found(
        influences,
        diagnose(readouts, answers[split:], check.lines, suspects) if tells else "",
        relation(check, part, arguments, answers[:split], wants[:split]),
    )


def _nan(check, got, want):
    """What to say to nan, which makes all that follows from it nan, too."""
    bad = [leaf for leaf in want if got and np.isnan(got[leaf]).any() and not np.isnan(want[leaf]).any()]
    if not bad:
        return ""
    first = min(bad, key=lambda leaf: without_numbers(leaf) not in check.leading)
    return _(
        "{output} holds nan, and so does all that is made from it: find the first line that gives nan. A root or a "
        "logarithm of a negative number, 0 / 0 and inf - inf are nan."
    ).format(output=first)


def _readouts(check, arguments):
    return check.readouts(arguments) if check.readouts else []


def _calls(arguments, done, readouts):
    return [arguments, *(change.arguments for change in done), *(call for one in readouts for call in one.calls)]


def diagnose(
    readouts: Sequence[Readout],
    answers: Sequence[Leaves | None],
    names: Mapping[str, str],
    suspects: Sequence[frozenset[str]] = (),
) -> str:
    """What the readouts say, and which lines to look at; nothing if all come out right, or no answer can be read.

    answers: to all calls of all readouts, in their order. names: of the lines, as a sentence has them; what fails apart
    in one line has one name. suspects: sets of lines of which each is known to hold a wrong one.
    """
    cleared, wrong, start = set(), [], 0
    for one in readouts:
        own = answers[start : start + len(one.calls)]
        start += len(one.calls)
        if any(answer is None for answer in own):
            continue
        got, want = one.read(own), one.want(own) if callable(one.want) else one.want
        if not np.isfinite(want).all():
            continue
        if close(got, want, TOLERANCE).all():
            cleared |= one.clears
        else:
            wrong.append((one, got, want))
    told = [(frozenset(names[line] for line in each[0].lines - cleared or each[0].lines), *each) for each in wrong]
    told.sort(key=lambda each: len(each[0]))  # the clearest evidence first: what the fewest lines can have done
    conflicts = [frozenset(names[line] for line in lines - cleared or lines) for lines in suspects]
    conflicts += [lines for lines, *_rest in told]
    found = fewest(conflicts) if conflicts else []
    if not found:
        return ""
    said, shown = [], set()
    for lines, *shows in told:
        suspects = lines & frozenset().union(*found)
        if len(said) < MOST_SAID and not suspects & shown:
            shown |= suspects
            said.append(_shown(*shows))
    return " ".join([*said, _where(found, list(names.values()))])


def fewest(conflicts: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """The smallest sets of lines of which each conflict holds one, at most MOST_LINES; [] if there is none."""
    lines = sorted(set().union(*conflicts))
    for size in range(1, MOST_LINES + 1):
        sets = [frozenset(chosen) for chosen in combinations(lines, size)]
        found = [chosen for chosen in sets if all(chosen & conflict for conflict in conflicts)]
        if found:
            return found
    return []


def _shown(one, got, want):
    at = first_wrong(~close(got, want, TOLERANCE), "")
    shown_got, shown_want = apart(float(got[at]), float(np.broadcast_to(want, got.shape)[at]))
    text = one.said.format(got=shown_got, want=shown_want, at=", ".join(map(str, at)))
    known = [
        name
        for name, numbers in one.also.items()
        if numbers.shape == got.shape and close(got, numbers, TOLERANCE).all()
    ]
    return f"{text} " + _("That is exactly {name}.").format(name=_(", or ").join(known)) if known else text


def _where(found, order):
    """Which lines to look at. Those that never stand in one explanation together are told as alternatives."""
    lines = sorted(frozenset().union(*found), key=order.index)
    groups = []
    for line in lines:
        alike = [group for group in groups if not any({line, other} <= one for one in found for other in group)]
        if alike:
            alike[0].append(line)
        else:
            groups.append([line])
    if len(groups) > 2:
        return _("There is more than one fault: look at {lines} first.").format(lines=_(" or at ").join(groups[0]))
    said = _(", and at ").join(_(" or at ").join(group) for group in groups)
    if len(groups) > 1:
        return _("There is more than one fault: look at {lines}.").format(lines=said)
    return _("So look at {lines}.").format(lines=said)
