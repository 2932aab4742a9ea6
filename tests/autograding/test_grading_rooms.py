"""The rooms of autograding import one way, and DESIGN.md names every file of them."""

import re
from pathlib import Path

import grimp
import pytest

PACKAGE = Path(__file__).parents[2] / "autograding"
DESIGN = (PACKAGE / "DESIGN.md").read_text(encoding="utf-8")
# From the top down. What lies in no room stands at the bottom, but for the command.
ROOMS = ["__main__", "authoring", "run", "report", "intake", "stock", "sandbox"]
MODULES = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}


def floor(module: str) -> int:
    """How far below the top a module stands."""
    room = (module.split(".") + [""])[1]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def upward(imports: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The imports (importer, imported) of a room above."""
    return {(importer, imported) for importer, imported in imports if floor(importer) > floor(imported)}


def test_no_room_imports_from_one_above():
    graph = grimp.build_graph("autograding", cache_dir=None)
    imports = {(one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)}
    # The package's own name hands out what a course's configuration calls.
    assert upward(imports) == {("autograding", "autograding.stock.plug")}


@pytest.mark.parametrize(
    ("importer", "imported"), [("stock.late", "run.grade"), ("seeds", "sandbox"), ("sandbox.warm", "stock.plug")]
)
def test_an_import_from_above_is_seen(importer, imported):
    wrong = (f"autograding.{importer}", f"autograding.{imported}")
    assert upward({wrong, wrong[::-1]}) == {wrong}


def test_the_layout_names_every_file():
    _before, text, _after = DESIGN.split("## Layout")[1].split("```")
    room, named = "", set()
    for line in text.splitlines():
        if found := re.match(r"(\w+)/ ", line):
            room = f"{found[1]}/"
        elif line.lstrip().startswith("for all rooms:"):
            room = ""
        named |= {f"{room}{word}.py" for word in re.findall(r"\w+", line)}
        named |= {f"{room}inside/{word}.py" for word in re.findall(r"\w+", line)} if room == "sandbox/" else set()
    assert MODULES - named == set()


def test_the_walk_names_files_that_are_there():
    walk = DESIGN.split("## The walk of a submission")[1].split("\n## ")[0]
    named = set(re.findall(r"`([\w/]+\.py)`", walk))
    assert named <= MODULES
    # What a submission does not pass: commands of their own, and what serves all of these.
    others = {name for name in MODULES if name.startswith("authoring/")}
    assert MODULES - named - others == {"messages.py", "scratch.py", "run/progress.py"}
