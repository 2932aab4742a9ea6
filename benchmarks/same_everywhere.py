"""Does the book say the same on every processor? `python -m benchmarks.same_everywhere [PAGE ...]`.

A training whose result depends on the last bit ends differently on another processor. Here every page is executed on
several code paths of this one (benchmarks/code_paths.py), with one thread and with two. Each cell that prints another
text than on the machine's own path is named, and the exit status is 1. Pictures may differ, and so may the sentences
that stand for them: only printed text is compared. The first lines say which code ran on each path.
"""

import argparse
import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, product
from pathlib import Path
from typing import NamedTuple

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from benchmarks.code_paths import PATHS, environment

BOOK = Path(__file__).parents[1] / "book"
LONGEST = 600  # seconds for one cell: a path without vector instructions is slow
# Pictures are not compared, so they are not drawn: drawing would take a third of the time.
NOT_DRAWN = """
import lstm_ref.figures.drawing
lstm_ref.figures.drawing.forms = lambda figure, alt, *others, **more: {"image/png": "", "text/plain": alt}
"""
# Prints which code path a process runs on.
ASKED = """
import numpy, torch
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
numpy_runs = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
print(f"torch {torch.backends.cpu.get_cpu_capability()}, NumPy {' '.join(numpy_runs) or 'baseline'}")
"""


class Run(NamedTuple):
    """One page on one path with this number of threads."""

    page: Path
    path: str
    threads: int

    def __str__(self):
        return f"{self.page.stem} on {self.path} with {self.threads} thread{'s' if self.threads > 1 else ''}"


def pages() -> list[Path]:
    """Every page of the book that holds code."""
    return sorted(page for page in BOOK.glob("*.md") if is_myst_markdown_notebook(page.read_text(encoding="utf-8")))


class Said(NamedTuple):
    """What each code cell of a page printed or showed as text, and the error that ended it, if one did."""

    cells: list[str]
    error: str | None


def said_by(run: Run) -> Said:
    """Execute the page as the book does, except for its pictures, on the path of this run."""
    source = run.page.read_text(encoding="utf-8")
    notebook = read_myst_markdown_notebook(source, MdParserConfig(enable_extensions=["dollarmath", "colon_fence"]))
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NOT_DRAWN))
    client = NotebookClient(
        notebook,
        timeout=LONGEST,
        kernel_name="python3",
        resources={"metadata": {"path": str(run.page.parent)}},
        # Without this, each kernel warns that others could read its messages.
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    error = None
    try:
        client.execute(env=environment(run.path, run.threads))
    except CellExecutionError as failed:
        error = f"{failed.ename}: {failed.evalue}"
    del notebook.cells[0]
    return _said(notebook, error)


def said_in(executed: Path) -> Said:
    """What a page printed that was executed before, without an error."""
    return _said(nbformat.read(executed, as_version=4), None)


def _said(notebook, error):
    return Said([_text(cell) for cell in notebook.cells if cell.cell_type == "code"], error)


def _text(cell: nbformat.NotebookNode) -> str:
    parts = []
    for output in cell.outputs:
        match output.output_type:
            case "stream":
                parts.append(output.text)
            case "display_data" | "execute_result" if not _seen(output.data):
                parts.append(output.data.get("text/plain", ""))
    return "".join(parts)


def _seen(data) -> bool:
    """Whether the output is a picture or a widget, whose text only stands for it."""
    return any(kind.startswith("image/") or "widget-view" in kind for kind in data)


def differences(found: dict[Run, Said]) -> Iterator[str]:
    """A line for each page that fails, and for each cell that prints something else than in its page's first run."""
    first: dict[Path, Run] = {}
    for run, said in found.items():
        if said.error is not None:
            yield f"{run} fails: {said.error}"
            continue
        reference = first.setdefault(run.page, run)
        for number, (expected, got) in enumerate(zip(found[reference].cells, said.cells, strict=True), start=1):
            if got != expected:
                lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), lineterm="", n=0)
                changed = "\n".join(f"    {line}" for line in lines if not line.startswith(("---", "+++", "@@")))
                yield f"code cell {number} of {run} differs from {reference.path}, {reference.threads}:\n{changed}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="stems such as 09_engineer_intuition; all by default")
    parser.add_argument("--paths", nargs="+", choices=PATHS, default=list(PATHS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--few", action="store_true", help="each path once, with these numbers of threads in turn")
    parser.add_argument("--built", type=Path, metavar="FOLDER", help="pages executed already, on the machine's path")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="pages executed at a time")
    options = parser.parse_args()
    known = {page.stem: page for page in pages()}
    unknown = [stem for stem in options.pages if stem not in known]
    if unknown:
        parser.error(f"no page is called {', '.join(unknown)}; there are {', '.join(known)}")
    for path in options.paths:
        done = subprocess.run(
            [sys.executable, "-c", ASKED], env=environment(path, 1), capture_output=True, text=True, check=True
        )
        print(f"{path:8} {done.stdout.strip()}", flush=True)
    ways = list(product(options.paths, options.threads))
    if options.few:
        ways = list(zip(options.paths, cycle(options.threads), strict=False))
    runs = [Run(known[stem], path, threads) for stem in options.pages or known for path, threads in ways]
    found = {}
    if options.built:
        built = [run for run in runs if run.path == "machine"]
        said = {run: said_in(options.built / f"{run.page.stem}.ipynb") for run in built}
        # A later build takes the pages from its cache, and leaves their notebooks without outputs.
        found = {run: what for run, what in said.items() if any(what.cells)}
    missing = [run for run in runs if run not in found]
    with ProcessPoolExecutor(options.jobs) as pool:
        found |= zip(missing, pool.map(said_by, missing), strict=True)
    named = list(differences(found))
    print(*named, sep="\n")
    print(f"{len(runs)} runs of {len({run.page for run in runs})} pages: {len(named)} differences")
    return 1 if named else 0


if __name__ == "__main__":
    sys.exit(main())
