"""The Python that runs notebooks: the grader's own, or one that the course names, with packages of its own."""

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache

from autograding.messages import _, plain
from autograding.troubles import WrongOption

# What the sandbox itself needs there.
NEEDED = ("IPython", "numpy")
OLDEST = (3, 11)  # as for the package itself, a part of which runs there
_PROBE = f"""
import importlib.metadata, importlib.util, json, os, sys, sysconfig
print(json.dumps({{
    "version": list(sys.version_info[:3]),
    "folders": [sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix),
                *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
                os.path.dirname(os.path.realpath(sys.executable))],
    "missing": [name for name in {NEEDED} if importlib.util.find_spec(name) is None],
    "installed": sorted({{f"{{d.metadata['Name']}} {{d.version}}" for d in importlib.metadata.distributions()}}),
}}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python: its program, its version, the folders that it reads, the distributions in it (of another one)."""

    program: str
    version: tuple[int, ...]
    folders: tuple[str, ...]
    installed: tuple[str, ...]


@cache
def interpreter(program: str = "") -> Interpreter:
    """The Python of that program; the grader's own for an empty name. Raises WrongOption for one that cannot serve."""
    if not program:
        return Interpreter(sys.executable, tuple(sys.version_info[:3]), _own_folders(), ())
    told = _("c.Autograding.python = {program!r}: ").format(program=program)
    try:
        asked = subprocess.run([program, "-c", _PROBE], capture_output=True, text=True, timeout=120, check=True)
        found = json.loads(asked.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        said = plain(getattr(error, "stderr", None) or str(error))
        raise WrongOption(told + _("this is no Python that can be started ({error})").format(error=said)) from error
    version = tuple(found["version"])
    if version < OLDEST:
        what = _("expected Python {oldest} or later, got {version}")
        raise WrongOption(told + what.format(oldest=_dotted(OLDEST), version=_dotted(version)))
    if found["missing"]:
        what = _("notebooks cannot run there without {names}; install it there")
        raise WrongOption(told + what.format(names=", ".join(found["missing"])))
    # As it was named, not what it links to: a virtual environment's link is what makes it one.
    return Interpreter(os.path.abspath(program), version, tuple(found["folders"]), tuple(found["installed"]))


def _own_folders():
    places = [sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix)]
    places += [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
    return (*places, os.path.dirname(os.path.realpath(sys.executable)))


def _dotted(version):
    return ".".join(map(str, version))
