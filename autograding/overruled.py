"""Where a teacher lets a class be graded though the solution loses points, with the reason that every report tells.

    c.Autograding.solution_loses = {"a1/bonus": "a bonus that no solution has earned yet"}

A name is an assignment, ASSIGNMENT/CELL, or ASSIGNMENT/NOTEBOOK/CELL.
"""

from traitlets.config import Config

from autograding.messages import _
from autograding.troubles import WrongOption


def overruled(config: Config, assignment: str) -> dict[str, str]:
    """The reasons for this assignment: by "" for all of it, CELL or NOTEBOOK/CELL. Raises WrongOption."""
    given = config.Autograding.get("solution_loses", {})
    if not isinstance(given, dict) or not all(isinstance(why, str) and why.strip() for why in given.values()):
        raise WrongOption(
            _("expected c.Autograding.solution_loses to hold a reason for each name, got {got!r}").format(got=given)
        )
    names = {name: why for name, why in given.items() if name == assignment or name.startswith(f"{assignment}/")}
    return {name[len(assignment) + 1 :]: why.strip() for name, why in names.items()}


def reason_for(reasons: dict[str, str], notebook: str, cell: str) -> str | None:
    """Why the solution may lose this cell's points; None where it may not."""
    return next((reasons[name] for name in (f"{notebook}/{cell}", cell, "") if name in reasons), None)


def told_of(reasons: dict[str, str]) -> list[str]:
    """What a report says, a text for each name."""
    return [f"{name}: {why}" if name else why for name, why in reasons.items()]
