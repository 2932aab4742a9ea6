"""Kind: what an exercise lends to one call answers other tests, or is shown. Tried on every exercise of the course.

The notebook is the released one, untouched, with one cell after its stubs. It deserves nothing, and no page may show a
line of a solution.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

REPOSITORY = Path(__file__).parents[3]
TAKES = (Path(__file__).parent / "takes_what_is_lent.py").read_text(encoding="utf-8")
# Their answers need no torch, and what is lent there is lent as elsewhere.
EXERCISES = sorted(path.name for path in (REPOSITORY / "exercises").iterdir() if not path.name.startswith(("10", "11")))
SHOWS = """
for name in _wanted:
    for source in _kept(f"{name}-source"):
        print(source.decode())
"""
LONG = 25  # letters of a line that stands in a solution only
TURNS = ("in order", "last test first")


@dataclass(frozen=True)
class Borrower:
    """One untouched notebook with the cell that takes what is lent."""

    exercise: str
    turn: str

    @property
    def student(self) -> str:
        return self.turn.replace(" ", "_")

    @property
    def name(self) -> str:
        return f"lent functions answer other tests, {self.exercise}, {self.turn}"

    def hand_in(self, folder: Path) -> None:
        """Write it into `folder`."""
        nb = nbformat.read(REPOSITORY / "exercises" / self.exercise / f"{self.exercise}.ipynb", as_version=4)
        graded = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        answers = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("solution")]
        others = [cell for cell in nb.cells if cell not in graded and cell not in answers]
        # Answers first, then the cell, then the tests.
        wanted = list(dict.fromkeys(re.findall(r'check\("\w+", (\w+)', "\n".join(cell.source for cell in graded))))
        takes = TAKES.replace("_wanted = []", f"_wanted = {wanted}")
        if self.turn == "last test first":
            graded.reverse()
        nb.cells = [*others[:2], *answers, new_code_cell(takes, id="takes"), *graded, *others[2:]]
        nb.cells.append(new_code_cell(SHOWS, id="shows"))
        folder.mkdir(parents=True)
        nbformat.write(nb, folder / f"{self.exercise}.ipynb")


def borrowers(exercise: str) -> list[Borrower]:
    """All of one exercise."""
    return [Borrower(exercise, turn) for turn in TURNS]


def lines_of_solutions(exercise: str) -> list[str]:
    """Long lines that stand in the solution, or in what is lent, and not in the released notebook."""
    solved, released = (
        "\n".join(cell.source for cell in _read(folder, exercise).cells) for folder in ("solutions", "exercises")
    )
    lent = (REPOSITORY / "lstm_ref" / "checks" / "given.py").read_text(encoding="utf-8")
    lines = [" ".join(line.split()) for line in [*solved.splitlines(), *lent.splitlines()]]
    known = " ".join(released.split())
    return [
        line for line in dict.fromkeys(lines) if len(line) >= LONG and re.search(r"[=(]", line) and line not in known
    ]


def _read(folder: str, exercise: str) -> NotebookNode:
    return nbformat.read(REPOSITORY / folder / exercise / f"{exercise}.ipynb", as_version=4)


def shown(exercise: str, text: str) -> list[str]:
    """The lines of solutions in the text of a page."""
    return [line for line in lines_of_solutions(exercise) if line in text]


def made(root: Path, exercise: str) -> None:
    """A course of this one exercise under `root`, whose students all borrow."""
    config = (REPOSITORY / "nbgrader_config.py").read_text(encoding="utf-8")
    quick = '\nc.Autograding.preload = ("numpy", "IPython.core.interactiveshell")\nc.ExecutePreprocessor.timeout = 10\n'
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config + quick, encoding="utf-8")
    (root / "solutions" / exercise).mkdir(parents=True)
    nbformat.write(_read("solutions", exercise), root / "solutions" / exercise / f"{exercise}.ipynb")
    for one in borrowers(exercise):
        one.hand_in(root / "submitted" / one.student / exercise)


if __name__ == "__main__":
    made(Path(sys.argv[1]), sys.argv[2])
