"""Imports point one way, as lstm_ref/DESIGN.md says; those of autograding have a test of their own."""

import re

import grimp
import pytest

from lstm_ref.checks import STEMS

# What each wing of lstm_ref may import besides itself.
LSTM_REF = {
    "core": {"messages"},
    "radar": {"messages"},
    "training": {"core", "radar", "messages"},
    "figures": {"core", "radar", "training", "messages"},
    "widgets": {"core", "radar", "figures", "messages"},
    "checks.engine": {"messages"},
    "checks.given": {"core"},
    "checks.problems": {"checks.engine", "core"},
    "checks.experiments": {"checks.engine", "core", "messages"},
    "checks.slips": {"checks.engine", "checks.experiments", "checks.given", "checks.problems", "core", "messages"},
    **{
        f"checks.{stem}": {
            "checks.engine",
            "checks.experiments",
            "checks.given",
            "checks.problems",
            "checks.slips",
            "core",
            "radar",
            "messages",
        }
        for stem in STEMS
    },
    "checks": {"checks.engine", "checks.given", "core", "messages"},
    "messages": set(),
}


def wing(module, wings):
    """The longest name of a wing that holds the module; None for the facade and what is no wing."""
    holding = [name for name in wings if module == name or module.startswith(f"{name}.")]
    return max(holding, key=len, default=None)


def arrows(package, wings):
    """Each import between wings, and each from outside of them: (importer, imported), without the package's name."""
    graph = grimp.build_graph(package, cache_dir=None)
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            one, two = (name.removeprefix(package).lstrip(".") for name in (importer, imported))
            if wing(one, wings) != wing(two, wings) or not two:
                yield one, two


def forbidden(package, wings):
    return sorted(
        f"{importer} -> {imported or 'the facade'}"
        for importer, imported in arrows(package, wings)
        if wing(importer, wings) and wing(imported, wings) not in wings[wing(importer, wings)]
    )


def test_the_wings_of_lstm_ref_import_what_they_may():
    assert forbidden("lstm_ref", LSTM_REF) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [("checks.s01_why_lstm", "core"), ("checks.slips", "checks.engine"), ("widgets", "figures")],
)
def test_an_arrow_that_may_not_be_is_noticed(importer, imported):
    narrower = LSTM_REF | {importer: LSTM_REF[importer] - {imported}}
    found = forbidden("lstm_ref", narrower)
    assert found and all(re.match(rf"{importer}[\w.]* -> {imported}", arrow) for arrow in found)


def test_every_module_of_lstm_ref_is_in_a_wing():
    modules = grimp.build_graph("lstm_ref", cache_dir=None).modules - {"lstm_ref"}
    assert [name for name in modules if not wing(name.removeprefix("lstm_ref."), LSTM_REF)] == []
