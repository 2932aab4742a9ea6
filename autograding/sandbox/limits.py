"""What a submission may use: plain data that travels to any worker."""

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from traitlets.config import Config

from autograding.messages import _
from autograding.sandbox.kernels import kernel_named
from autograding.troubles import WrongOption

MEGABYTE = 2**20
# What notebooks import most. Packages that are not installed are skipped.
PRELOAD = ("numpy", "IPython.core.interactiveshell", "matplotlib.pyplot", "torch")
DEFAULT_KERNELS = ("", "python", "python3")
CELLS = 10  # a notebook may take as long as so many of its slowest cells
A_DAY = 86_400  # for the whole notebook, where a course sets no limit for a cell
# Folders of the sandbox's own, in which nothing may be put.
TAKEN = ("/proc", "/dev", "/sys", "/etc", "/submission", "/private", "/grader", "/stand_ins", "/usr", "/lib", "/bin")
MANAGED = ("PYTHONPATH", "HOME", "TMPDIR")  # names of the environment on which the sandbox itself rests


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
    folder_files: int = 10_000
    output_bytes: int = 1 * MEGABYTE  # of one cell
    outputs_bytes: int = 10 * MEGABYTE  # of the whole notebook
    answer_bytes: int = 8 * MEGABYTE
    judge_seconds: float = 20  # of the processor, for what one cell sent
    judge_bytes: int = 1024 * MEGABYTE  # of the process that reads and judges it
    restarts: int = 3  # new kernels after one that died
    runtime: tuple[str, ...] = ()  # a container runtime and its options, in the place of bubblewrap
    preload: tuple[str, ...] = PRELOAD  # what is imported once, before any submission
    python: str = ""  # the program of another Python than the grader's
    folders: tuple[tuple[str, str], ...] = ()  # to be read only: where in the sandbox, and what
    python_path: tuple[str, ...] = ()  # folders of modules that notebooks may import
    environment: tuple[tuple[str, str], ...] = ()
    hosts: tuple[str, ...] = ()  # HOST or HOST:PORT on the network that notebooks may ask


def limits_from(config: Config, kernel: str = "") -> Limits:
    """The limits that a course sets: `c.Autograding.memory_bytes = ...`, and nbgrader's options for times and kernels.

    `kernel` is the kernel that the master notebook names. Raises WrongOption.
    """
    given = config.Autograding
    own = {name: given[name] for name in Limits.__dataclass_fields__ if name in given}
    # The command line gives a text. nbclient takes none, 0 and what is negative for "no limit" (nbclient/client.py).
    seconds = _of_execute(config, "timeout", None)
    if seconds is not None and "cell_seconds" not in own:
        limited = seconds not in ("None", "") and float(seconds) > 0
        own["cell_seconds"] = float(seconds) if limited else math.inf
    slowest = own.get("cell_seconds", Limits.cell_seconds)
    whole = A_DAY if math.isinf(slowest) else max(Limits.notebook_seconds, CELLS * slowest)
    own.setdefault("notebook_seconds", whole)
    for name in {"preload", "runtime", "hosts"} & set(own):
        own[name] = tuple([own[name]] if isinstance(own[name], str) else own[name])
    home = Path(given.get("home", os.getcwd()))
    own["folders"] = _folders(given.get("folders", ()), home)
    own["python_path"] = tuple(str(_existing(place, home, "python_path")) for place in given.get("python_path", ()))
    environment = dict(given.get("environment", {}))
    if own.get("python"):
        own["python"] = str(Path(home, own["python"]))
    else:
        own["python"], extra = _of_kernel(_of_execute(config, "kernel_name", "") or "", kernel)
        environment = extra | environment
    own["environment"] = _environment(environment)
    limits = Limits(**own)
    if limits.isolation == "none" and any(inside != outside for inside, outside in limits.folders):
        raise WrongOption(_("without a sandbox c.Autograding.folders cannot show a folder in another place"))
    return limits


def seconds_of_cells(config: Config, cells: list) -> tuple[float, ...]:
    """The seconds of each code cell, where the course decides it cell by cell (`timeout_func`); else nothing."""
    decide = _of_execute(config, "timeout_func", None)
    if decide is None:
        return ()
    given = [decide(cell) for cell in cells]
    return tuple(float(seconds) if seconds and seconds > 0 else math.inf for seconds in given)


def with_time_for(limits: Limits, seconds: tuple[float, ...], config: Config) -> Limits:
    """The limits, with time enough for cells of so many seconds, unless the course limits the whole notebook."""
    if not seconds or "notebook_seconds" in config.Autograding:
        return limits
    whole = A_DAY if math.inf in seconds else max(limits.notebook_seconds, CELLS * max(seconds))
    return replace(limits, notebook_seconds=whole)


def _of_execute(config, name, default):
    """nbgrader's own option, of the subclass first."""
    found = [config[section][name] for section in ("Execute", "ExecutePreprocessor") if name in config.get(section, {})]
    return found[0] if found else default


def _of_kernel(configured, notebooks):
    """The program and the environment of the kernel that the course, or else the notebook, names."""
    if configured not in DEFAULT_KERNELS:
        program, environment, language = kernel_named(configured)
        if language.lower() != "python":
            raise WrongOption(
                _("the kernel {name} runs {language}, and only Python can be graded").format(
                    name=configured, language=language
                )
            )
        return program, environment
    if configured or notebooks in DEFAULT_KERNELS:
        return "", {}
    try:
        program, environment, _language = kernel_named(notebooks)
    except WrongOption:  # an author's own environment, which need not be here
        return "", {}
    return program, environment


def _folders(given, home):
    pairs = given.items() if isinstance(given, dict) else [(None, place) for place in given]
    found = []
    for inside, place in pairs:
        outside = _existing(place, home, "folders")
        inside = PurePosixPath(inside or outside)
        bad = not inside.is_absolute() or len(inside.parts) < 2 or ".." in inside.parts
        if bad or any(inside.is_relative_to(taken) for taken in TAKEN if str(outside) != str(inside)):
            raise WrongOption(
                _("c.Autograding.folders: expected an absolute path that the sandbox does not use, got {got}").format(
                    got=inside
                )
            )
        found.append((str(inside), str(outside)))
    return tuple(found)


def _existing(place, home, option):
    found = Path(home, place)
    if not found.exists():
        raise WrongOption(
            _("c.Autograding.{option} names {place}, and there is no such folder").format(option=option, place=place)
        )
    return found.resolve()


def _environment(given):
    for name, value in given.items():
        if name in MANAGED or not isinstance(value, str) or not name or "=" in name or "\0" in name + value:
            raise WrongOption(
                _("c.Autograding.environment: expected names and texts, and none of {names}; got {got!r}").format(
                    names=", ".join(MANAGED), got={name: value}
                )
            )
    return tuple(sorted(given.items()))
