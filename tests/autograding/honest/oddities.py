"""Every honest oddity as a submission to the toy course; shared by the tests and by benchmarks/attacks.py."""

import hashlib
import inspect
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "attacks")]
from notebooks import rewritten, save, without_marks  # noqa: E402 (found by the line before)
from saved import SAVED  # noqa: E402

CODE = tomllib.loads((HERE / "code.toml").read_text(encoding="utf-8"))
# Folders as students are called; what lies in them is the plain solution.
NAMES = [
    "Zoë Müller",
    "o'brien",
    "a[1]",
    "é08",
    "李小龙",
    "anna-maria@uni.example",
    "x" * 120,
    "100%",
    "{name}",
    "#5",
    "~",
    "$HOME",
    "a.b.c",
    "-rf",
    "NULL",
    "0",
    "Ünïcödé",
    "two  spaces",
    'comma, semicolon; quote"',
    "*",
    "question?",
    "e\u0301",
]


@dataclass(frozen=True)
class Oddity:
    """A right solution that is odd in one way."""

    name: str
    kind: str  # "code", "saved" or "name"

    @property
    def student(self) -> str:
        """The folder that it is handed in as."""
        return self.name if self.kind == "name" else f"{self.kind}_{self.name}"

    @property
    def told(self) -> str:
        """What the page must say."""
        return CODE[self.name].get("told", "") if self.kind == "code" else ""

    @cached_property
    def digest(self) -> str:
        """Of what it does: a result that is kept holds as long as this is the same."""
        what = {"code": repr(CODE.get(self.name)), "name": self.name}.get(self.kind) or inspect.getsource(
            SAVED[self.name]
        )
        return hashlib.sha256(what.encode()).hexdigest()[:12]

    def hand_in(self, solution: NotebookNode, folder: Path) -> None:
        """Write it into `folder`."""
        nb = without_marks(solution)
        if self.kind == "saved":
            SAVED[self.name](nb, folder)
        else:
            save(rewritten(nb, CODE[self.name] if self.kind == "code" else {}), folder)


def oddities() -> list[Oddity]:
    """All of them."""
    kinds = {"code": CODE, "saved": SAVED, "name": NAMES}
    return [Oddity(name, kind) for kind, names in kinds.items() for name in names]
