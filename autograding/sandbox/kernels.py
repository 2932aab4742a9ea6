"""The Jupyter kernel that a course or a notebook names: which Python it starts, and with which environment."""

import os
import sys
from pathlib import Path

from autograding.messages import _
from autograding.troubles import WrongOption


def kernel_named(name: str) -> tuple[str, dict[str, str], str]:
    """The program of an installed Jupyter kernel, its environment, and its language. Raises WrongOption for others."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel  # seldom, and a tenth of a second

    try:
        spec = KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel as error:
        raise WrongOption(
            _("no Jupyter kernel {name} is installed here; `jupyter kernelspec list` shows which are").format(name=name)
        ) from error
    program = spec.argv[0] if spec.argv else ""
    # Such a name is the Python in whose environment Jupyter runs.
    own = Path(program).name in ("python", "python3") and not os.path.isabs(program)
    return "" if own or program == sys.executable else program, dict(spec.env), spec.language
