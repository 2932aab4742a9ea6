"""What a submission may use: plain data that travels to any worker."""

from dataclasses import dataclass

from traitlets.config import Config

MEGABYTE = 2**20
# What notebooks import most. Packages that are not installed are skipped.
PRELOAD = ("numpy", "IPython.core.interactiveshell", "matplotlib.pyplot", "torch")


@dataclass(frozen=True)
class Limits:
    """Limits of one submission. The defaults are enough for a notebook that trains a small network."""

    isolation: str = "bubblewrap"  # or "none", for submissions that are trusted
    cell_seconds: float = 30
    notebook_seconds: float = 300  # of its cells; and as much for all graded calls
    memory_bytes: int = 2048 * MEGABYTE  # of one process; all together may have a quarter more
    processes: int = 64
    file_bytes: int = 100 * MEGABYTE
    folder_bytes: int = 200 * MEGABYTE
    output_bytes: int = 1 * MEGABYTE  # of one cell
    outputs_bytes: int = 10 * MEGABYTE  # of the whole notebook
    answer_bytes: int = 8 * MEGABYTE
    judge_seconds: float = 20  # of the processor, for what one cell sent
    judge_bytes: int = 1024 * MEGABYTE  # of the process that reads and judges it
    restarts: int = 3  # new kernels after one that died
    runtime: tuple[str, ...] = ()  # a container runtime and its options, in the place of bubblewrap
    preload: tuple[str, ...] = PRELOAD  # what is imported once, before any submission


def limits_from(config: Config) -> Limits:
    """The limits that a course sets: `c.Autograding.memory_bytes = ...`, and nbgrader's option for a cell's time."""
    own = {name: config.Autograding[name] for name in Limits.__dataclass_fields__ if name in config.Autograding}
    for section in ("Execute", "ExecutePreprocessor"):  # the subclass first
        seconds = config[section].get("timeout") if section in config else None
        # The command line gives a text. There is always a limit: 0 and None leave the default.
        if seconds not in (None, "None") and float(seconds) > 0:
            own.setdefault("cell_seconds", float(seconds))
    for name in {"preload", "runtime"} & set(own):
        own[name] = tuple([own[name]] if isinstance(own[name], str) else own[name])
    return Limits(**own)
