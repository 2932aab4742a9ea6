"""What the checks of this session said last, function by function, and the line that sums it up."""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence

from lstm_ref.checks.engine.declare import Check
from lstm_ref.messages import _

# (check, part) -> whether it passed when it was last asked, and the text of the function then, if it has one.
_said: dict[tuple[str, str], tuple[bool, str | None]] = {}


def remember(name: str, parts: Iterable[str], function: Callable, passed: bool) -> None:
    """Keep a verdict. Of a check that was asked whole and failed, no part counts as passed."""
    try:
        text = inspect.getsource(function).strip()
    except (OSError, TypeError):  # typed at a prompt, or no plain function
        text = None
    _said.update({(name, part): (passed, text) for part in parts})


def summary(checks: Sequence[Check]) -> str:
    """One line: whether all of an exercise's checks passed, or what is still missing."""
    missing, unasked, changed = [], [], []
    for check in checks:
        said = {part: _said.get((check.name, part)) for part in check.parts}
        failed = [part for part, verdict in said.items() if verdict and not verdict[0]]
        if failed:
            whole = len(failed) == len(said)
            missing.append(check.name if whole else f"{check.name} ({', '.join(failed)})")
        elif unknown := [part for part, verdict in said.items() if verdict is None]:
            whole = len(unknown) == len(said)
            unasked.append(check.name if whole else f"{check.name} ({', '.join(unknown)})")
        elif any(_differs_now(check.name, text) for _right, text in said.values()):
            changed.append(check.name)
    lines = [
        (_("Still missing: {names}."), missing),
        (_("Not checked yet: {names}."), unasked),
        (_("Changed since it was checked: {names}."), changed),
    ]
    found = [line.format(names=", ".join(names)) for line, names in lines if names]
    return " ".join(found) or "✓ " + _("All {n} checks passed.").format(n=len(checks))


def _differs_now(name, text):
    """Whether the last cell that defines the function has another text than was asked.

    That cell counts even if it ended in an error: then the function that was asked is an older one. Outside of a
    notebook nothing is known.
    """
    if text is None or not (shell := vars(sys.modules["__main__"]).get("get_ipython")):
        return False
    run = shell().history_manager  # each cell as it was written, and as Python had it: without magics, or quoted in one
    cells = [f"{raw}\n{parsed}" for raw, parsed in zip(run.input_hist_raw, run.input_hist_parsed, strict=False)]
    defines = re.compile(rf"^[ \t]*(?:async +)?(?:def|class) +{name}\b", re.MULTILINE)
    latest = next((cell for cell in reversed(cells) if defines.search(cell)), text)
    return text not in latest
