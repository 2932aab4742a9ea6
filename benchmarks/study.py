"""Trainings over seeds and code paths of the processor, each stored as soon as it is done.

One training proves little: another seed ends differently, and so does the same seed on another processor, which rounds
sums differently. A study therefore repeats each training with ten seeds, on several code paths: see
benchmarks/code_paths.py. Every run is a line of a CSV file, written when it is done, so that an interrupted study goes
on where it stopped; delete the file to start again.
"""

import argparse
import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.code_paths import PATHS, entered, run_on

RESULTS = Path(__file__).with_name("results")
SEEDS = 10
# The machine that ran the stored studies has no AMX, so its own path and that up to AVX-512 are the same code.
DIFFERENT = ("machine", "avx2", "sse")


@dataclass(frozen=True)
class Study:
    """For each of `keys` and each seed, `run(seed=seed, **key)` returns the numbers of one line."""

    name: str  # of the module, and of the file under results/
    keys: tuple[dict, ...]
    run: Callable[..., dict]

    @property
    def stored_in(self) -> Path:
        return RESULTS / f"{self.name}.csv"

    def wanted(self, seeds: int, path: str) -> Iterable[dict]:
        """The key of every run on this path, one seed after the other."""
        return ({"path": path, "seed": seed, **key} for seed in range(seeds) for key in self.keys)

    def main(self) -> None:
        """Do the runs that are missing."""
        parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{self.name}")
        parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
        parser.add_argument("--paths", nargs="+", choices=PATHS, default=DIFFERENT, help="code paths of the processor")
        parser.add_argument("--out", type=Path, default=self.stored_in)
        options = parser.parse_args()
        if options.paths == [entered()]:
            self._runs(options.seeds, entered(), options.out)
            return
        for path in options.paths:
            again = ["--seeds", str(options.seeds), "--paths", path, "--out", str(options.out)]
            run_on(path, f"benchmarks.{self.name}", again)

    def _runs(self, seeds, path, out):
        torch.set_num_threads(1)
        done = [{name: row[name] for name in ("path", "seed", *self.keys[0])} for row in stored(out)]
        for key in self.wanted(seeds, path):
            named = {name: str(value) for name, value in key.items()}  # None too, which csv would leave out
            if named in done:
                continue
            arguments = {name: value for name, value in key.items() if name != "path"}
            row = {**named, **self.run(**arguments)}
            _append(out, row)
            print(*row.values(), flush=True)


def stored(path: Path) -> list[dict[str, str]]:
    """The stored runs, their numbers as texts; none if there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _append(path: Path, row: dict) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)
