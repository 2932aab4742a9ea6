"""Put right what a student's notebook says about itself, before any of it is run.

A student can write any metadata: which cell is graded, for how many points, whether it is run at all. None of it is
believed. `clean` changes a notebook to what the master's cells say, and needs nothing else. `Preflight` does the same
as an nbgrader preprocessor, so that plain `nbgrader autograde` has it too.
"""

import hashlib
from collections.abc import Sequence

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict
from traitlets.config import Config

from autograding.intake.answers import same_text
from autograding.intake.remarks import FROM_THE_GRADER, OVERRULED, Remark, as_markdown
from autograding.intake.strays import take_in
from autograding.overruled import overruled, told_of
from autograding.stock.master import MasterCell, PlacedCell, master_of, places_of, released_text

# The tag with which nbclient does not run a cell (nbclient/client.py). It obeys "raises-exception", too, with which
# the exercises have Jupyter go on to the next check. That changes nothing here: nbgrader's Execute lets every cell
# fail, and keeps its error.
OBEYED_TAGS = {"skip-execution"}


def clean(
    nb: nbformat.NotebookNode,
    master: Sequence[MasterCell],
    places: Sequence[PlacedCell] = (),
    config: Config | None = None,
) -> list[Remark]:
    """Replace what `nb` says about its cells by what the master says; return what had to be changed.

    `places` are all cells of the master notebook, where they are known; `config` has the marks of what students do not
    get.
    """
    made = {place.name for place in places if place.made}
    nb.metadata = nbformat.NotebookNode()  # OverwriteKernelspec gives it the master's kernel
    remarks = [*_strip_tags(nb), *_give_names(nb, {cell.name: cell for cell in master}, config or Config(), made)]
    taken, restored = take_in(nb, master, places), _put_back(nb, master)
    return [*remarks, *taken, *([] if Remark("unnamed") in taken else restored)]


def _strip_tags(nb):
    remarks = []
    for number, cell in enumerate(nb.cells, start=1):
        tags = cell.metadata.pop("tags", None)
        if isinstance(tags, list) and OBEYED_TAGS.intersection(t for t in tags if isinstance(t, str)):
            remarks.append(Remark("skipping", str(number)))
    return remarks


def _give_names(nb, by_name, config, made):
    """Give each of the master's names to one cell: the last one that has it, as DeduplicateIds does."""
    remarks, given = [], set()
    for cell in reversed(nb.cells):
        meta = cell.metadata.pop("nbgrader", None)
        name = meta.get("grade_id") if isinstance(meta, dict) else None
        original = by_name.get(name) if isinstance(name, str) else None
        if original is None:
            continue
        if name in given:
            remarks.append(Remark("copied", name))
            continue
        given.add(name)
        cell.metadata["nbgrader"] = nbformat.from_dict(original.metadata)
        # OverwriteCells restores a locked cell's text and every cell's type; this only tells of it.
        if not original.locked or name in made:
            continue
        if not any(same_text(cell.source, text) for text in (original.source, released_text(original, config))):
            remarks.append(Remark("rewritten", name))
    return remarks[::-1]


def _put_back(nb, master):
    """Put back each cell that a student may not delete, after the cell that it followed."""
    remarks = []
    for place, original in enumerate(master):
        present = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
        # A missing answer is not put back: its stub would hide an answer that the student gave in another cell.
        if original.name in present or not (original.locked or original.grade or original.task):
            continue
        before = master[place - 1].name if place else None
        if before in present and before is not None:
            where = present.index(before) + 1
        else:
            # Where that cell is missing too: a test goes after all answers, a cell that prepares goes before them.
            where = len(nb.cells) if original.grade or original.task else 0
        nb.cells.insert(where, _new_cell(original, nb.nbformat_minor))
        remarks.append(Remark("restored", original.name))
    return remarks


def _new_cell(original, nbformat_minor):
    make = nbformat.v4.new_code_cell if original.cell_type == "code" else nbformat.v4.new_markdown_cell
    # The id must be the same at each grading. Formats before 4.5 have none.
    identity = "restored-" + hashlib.sha256(original.name.encode()).hexdigest()[:16]
    cell = make(original.source, id=identity, metadata={"nbgrader": original.metadata})
    if nbformat_minor < 5:
        del cell["id"]
    return cell


class Preflight(NbGraderPreprocessor):
    """Call `clean`, and put the remarks into a first cell. Takes the place of nbgrader's DeduplicateIds."""

    remarks = Dict({}, help="What our own command noticed about the file of each notebook.").tag(config=True)

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        names = resources["nbgrader"]
        noticed = [Remark(*r) for r in self.remarks.get(names["notebook"], [])]
        # Our parent is the exporter. Its parent is the converter, which knows where the master lies.
        course = self.parent.parent.coursedir
        noticed += clean(nb, master_of(course, names), places_of(course, names), self.config)
        if self.config.Autograding.get("isolation") == "none":
            noticed.append(Remark("unisolated"))
        noticed += [Remark(OVERRULED, told) for told in told_of(overruled(self.config, names["assignment"]))]
        if noticed:
            cell = nbformat.v4.new_markdown_cell(as_markdown(noticed), id=FROM_THE_GRADER)
            if nb.nbformat_minor < 5:
                del cell["id"]
            nb.cells.insert(0, cell)
        # The table of results reads this. What a student wrote under this name is gone by now.
        nb.metadata["autograding"] = {"remarks": [list(r) for r in noticed]}
        return nb, resources
