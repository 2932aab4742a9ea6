"""The search for mutants that pass a check: what it makes, what it says of a check with a hole, and what it found.

All mutants take a quarter of an hour, `python -m benchmarks.mutants after`; here a few of each kind.
"""

from collections import Counter

import pytest

from benchmarks import mutants as search
from benchmarks.mutations import FEWEST, mutants

CELLS = {cell.name: cell for cell in search.answer_cells()}
COUNTED = {row["function"]: row for row in search.stored("mutants.csv")}
PASSING = search.stored("mutants_that_pass.csv")
BORDER = """
def below(values, border):
    \"\"\"How many.\"\"\"
    n = 0
    for value in values:
        if value < border:
            n += 1
    return n
"""


def changes(source: str) -> set[str]:
    return {mutant.change for mutant in mutants(source)}


@pytest.mark.parametrize(
    "change",
    [
        "4: if value <= border:",  # the border
        "4: if np.isclose(value, border):",
        "4: if value < n:",  # another name
        "4: if not value < border:",  # the condition
        "2: n = 1",  # a constant
        "5: n = 1",  # no sum
        "6: break",  # an early end
        "6: return -n",
        "6: return n * 1.001",
    ],
)
def test_one_small_thing_is_another(change):
    assert change in changes(BORDER)


def test_the_same_text_gives_the_same_mutants_and_each_once():
    made = list(mutants(BORDER))
    assert made == list(mutants(BORDER)) and len(made) == FEWEST
    assert len({mutant.text for mutant in made}) == len({mutant.change for mutant in made}) == FEWEST


SAID = {
    "h = x": "refused",
    "return np.hstack([h_prev, x])": "passed",
    "import random; return np.concatenate([h_prev, x + (random.random() < 0)], axis=1)": "passed",
    "while True: pass": "refused",
}


@pytest.mark.parametrize("line", SAID)
def test_a_mutant_is_refused_or_passes(line, monkeypatch):
    monkeypatch.setattr(search, "SECONDS", {False: 1, True: 1})
    text = f"def concatenate_inputs(h_prev, x):\n    {line}"
    assert search.verdicts(CELLS["concatenate_inputs"], [text]) == [SAID[line]]


def test_luck_is_told(monkeypatch):
    refused = iter([False, True, False, True])  # the first of them is the solution
    monkeypatch.setattr(search, "_refused", lambda *_: next(refused))
    assert search.verdicts(CELLS["sigmoid"], [""]) == ["passed with 1 of 3 seeds"]


def test_one_that_passes_and_one_that_is_listed_and_refused_are_surprises(monkeypatch):
    monkeypatch.setattr(search, "equivalents", lambda: {"f": {"1: a": "why", "2: b": "why"}})
    outcomes = {"1: a": "passed", "2: b": "refused", "3: c": "passed with 1 of 3 seeds", "4: d": "refused"}
    assert search.surprises("f", outcomes) == [
        "f: refused: 2: b",
        "f: passed with 1 of 3 seeds: 3: c",
    ]


# ---- what it found ---------------------------------------------------------------------------------------------------


# Each of its mutants is a training of its own: it is searched by name, when its check has changed.
TRAINED = "train_classifier"


def test_every_graded_function_was_searched():
    assert list(COUNTED) == [name for name in CELLS if name != TRAINED]
    for row in COUNTED.values():
        assert int(row["mutants"]) >= FEWEST
        for when in ("before", "after"):
            counts = [row[f"{when} {how}"] for how in ("refused", "by luck", "passed")]
            # Before the search was written, some had fewer mutants, or none.
            assert sum(map(int, counts)) == int(row["mutants"]) if when == "after" or any(counts) else not any(counts)


def test_every_mutant_that_passes_is_listed_with_its_reason():
    passing = {(row["function"], row["change"]) for row in PASSING if row["after"] != search.ALWAYS}
    listed = {(name, change) for name, known in search.equivalents().items() for change in known}
    assert passing == listed
    assert all(len(why) > 20 for known in search.equivalents().values() for why in known.values())
    assert Counter(name for name, _change in passing) == {
        name: n for name, row in COUNTED.items() if (n := int(row["after by luck"]) + int(row["after passed"]))
    }


# One of each function whose hole was closed, and which is quick: the results belong to the checks as they are.
CLOSED = {
    row["function"]: row["change"]
    for row in PASSING
    if row["after"] == search.ALWAYS and row["before"] and search.CHECKS[CELLS[row["function"]].check].bench is None
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_hole_that_was_closed_is_closed(name):
    text = next(mutant.text for mutant in mutants(CELLS[name].source) if mutant.change == CLOSED[name])
    assert search.verdicts(CELLS[name], [text]) == [search.ALWAYS]
