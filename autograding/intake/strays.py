"""Take in what lost its place: cells whose names a program dropped, answers in cells of the student's own.

Some programs keep no metadata of cells. And some students leave the stub and answer at the end, or above it, where the
stub would overwrite what they wrote. Nothing right is to be lost by that.
"""

from collections.abc import Sequence

import nbformat

from autograding.intake.answers import answered_by, name_of, same_text
from autograding.intake.remarks import Remark
from autograding.stock.master import MasterCell, PlacedCell


def take_in(nb: nbformat.NotebookNode, master: Sequence[MasterCell], places: Sequence[PlacedCell]) -> list[Remark]:
    """Give names by what a cell holds, and let answers count wherever they stand; return what was done."""
    lost = not any(name_of(cell) for cell in nb.cells)
    found = [_known_by_text(nb, original) for original in master if original.locked]
    stubs = {original.name: original.source for original in master if original.solution}
    own = [(cell, answered_by(cell, stubs)) for cell in nb.cells if name_of(cell) is None]
    answers = {original: _own_cell(nb, own, original, places) for original in master if original.solution}
    taken = [
        original.name
        for original, cell in answers.items()
        if cell is not None and _takes_the_place(nb, cell, original, master)
    ]
    if lost and (any(found) or any(cell is not None for cell in answers.values())):
        return [Remark("unnamed")]
    return [Remark("elsewhere", ", ".join(taken))] if taken else []


def _known_by_text(nb, original):
    """Name the first cell that holds the master's text, where none has this name; whether there is one."""
    if _cell_called(nb, original.name) is not None:
        return False
    for cell in nb.cells:
        if name_of(cell) is None and cell.cell_type == original.cell_type and same_text(cell.source, original.source):
            cell.metadata["nbgrader"] = nbformat.from_dict(original.metadata)
            return True
    return False


def _cell_called(nb, name):
    return next((cell for cell in nb.cells if name_of(cell) == name), None)


def _place(nb, wanted):
    return next(place for place, cell in enumerate(nb.cells) if cell is wanted)


def _own_cell(nb, own, original, places):
    """The student's own cell that holds an answer, where the cell for it is missing or as released.

    `own` are all cells without a name, each with the answers that it seems to hold.
    """
    stub = _cell_called(nb, original.name)
    if stub is not None and not same_text(stub.source, original.source):
        return None
    if original.cell_type == "code":
        return next((cell for cell, held in reversed(own) if original.name in held), None)
    return next((cell for cell, _held in own if _is_written_for(nb, cell, stub, original, places)), None)


def _is_written_for(nb, cell, stub, original, places):
    """Whether a text of the student's follows the task, or the cell that was meant for it."""
    released = [place.source for place in places if place.name is None]
    asked = [task.source for task, answer in zip(places, places[1:], strict=False) if answer.name == original.name]
    place = _place(nb, cell)
    if cell.cell_type != "markdown" or not place or not cell.source.strip():
        return False
    before = nb.cells[place - 1]
    follows = before is stub or any(same_text(before.source, text) for text in asked)
    return follows and not any(same_text(cell.source, text) for text in released)


def _takes_the_place(nb, cell, original, master):
    """Take away the stub, and ask after the answer what would be asked before it; whether anything was changed."""
    stub = _cell_called(nb, original.name)
    if stub is not None:
        del nb.cells[_place(nb, stub)]
    if original.cell_type != "code":
        cell.metadata["nbgrader"] = nbformat.from_dict(original.metadata)
        return True
    place = _place(nb, cell)
    graded = {other.name for other in master if other.grade and not other.solution}
    asked = _asked_after(original, master) & graded
    first = min([place, *(number for number, other in enumerate(nb.cells) if name_of(other) in asked)])
    # With them all that stand between: they may build on this answer.
    between = nb.cells[first:place]
    early = [other for other in between if name_of(other) in graded]
    nb.cells[first : place + 1] = [*(other for other in between if name_of(other) not in graded), cell, *early]
    return stub is not None or bool(early)


def _asked_after(original, master):
    """The names of the cells between an answer and the next."""
    names = set()
    for other in master[list(master).index(original) + 1 :]:
        if other.solution:
            break
        names.add(other.name)
    return names
