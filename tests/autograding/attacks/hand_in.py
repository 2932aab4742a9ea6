"""Every attack as a submission to the toy course; shared by the tests and by benchmarks/attacks.py."""

import hashlib
import inspect
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat
from notebooks import WRONG, rewritten, save, without_marks
from shapes import SHAPES

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Attack:
    """One thing that a stranger hands in, and what must become of it."""

    name: str
    row: int | None
    deserves: float
    told: str
    stock: str = ""  # what stock nbgrader does, where it is not let to

    @property
    def honest(self) -> bool:
        """An accident that must cost nothing."""
        return self.deserves == 6

    @property
    def digest(self) -> str:
        """Of what it does: a result that is kept holds as long as this is the same."""
        what = inspect.getsource(SHAPES[self.name][0]) if self.name in SHAPES else repr(_tables()[self.name])
        return hashlib.sha256(f"{what} {self.deserves}".encode()).hexdigest()[:12]

    def hand_in(self, solution: nbformat.NotebookNode, folder: Path, port: int) -> None:
        """Write it into `folder`; `port` is one of this machine that somebody listens on."""
        folder.mkdir(parents=True)
        solution = without_marks(solution)
        if self.name in SHAPES:
            SHAPES[self.name][0](solution, folder)
            return
        table = _tables()[self.name]
        code = table | {"double": table.get("double", WRONG).strip().replace("PORT", str(port))}
        save(rewritten(solution, code, table.get("repeat", 1)), folder)


def _tables():
    return tomllib.loads((HERE / "attacks.toml").read_text(encoding="utf-8"))


def attacks() -> list[Attack]:
    """All of them, those of the table first, by row."""
    found = [
        Attack(name, table.get("row"), table.get("deserves", 2), table["told"], table.get("stock", ""))
        for name, table in _tables().items()
    ]
    found += [Attack(name, row, deserves, told) for name, (_f, row, deserves, told) in SHAPES.items()]
    return sorted(found, key=lambda attack: (attack.row or 1000, attack.name))
