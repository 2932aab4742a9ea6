"""The console command: `autograding COMMAND ...`, which is `python -m autograding COMMAND ...`.

`python -m autograding ASSIGNMENT ...` grades, too. An assignment that is called as a command is graded by
`autograding grade NAME`.
"""

import os
import sys
from importlib import import_module

from autograding.messages import _
from autograding.terminal import in_any_locale

# A module is imported when it is asked for: `--help` waits for nothing.
MODULES = {
    "grade": "autograding.run.command",
    "exercises": "autograding.authoring.exercises",
    "demonstration": "autograding.authoring.demonstration",
    "compare": "autograding.authoring.expected",
    "replay": "autograding.authoring.replay",
    "new-course": "autograding.authoring.new_course",
    "new-exercise": "autograding.authoring.new_exercise",
    "options": "autograding.authoring.options",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command that the first argument names, or grade the assignment that it names; return the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given or given[0] in ("-h", "--help"):
        print(_overview(), file=sys.stdout if given else sys.stderr)
        return 0 if given else 2
    name, rest = (given[0], given[1:]) if given[0] in MODULES else ("grade", given)
    return import_module(MODULES[name]).main(rest)


def _overview():
    does = {
        "grade": _("grade the submissions of a class"),
        "exercises": _("build what students get, from the solutions"),
        "demonstration": _("make up a class of right and wrong answers"),
        "compare": _("compare the marks of such a class with what is due"),
        "replay": _("for an appeal: what was asked, and what came back"),
        "new-course": _("begin a course"),
        "new-exercise": _("begin an exercise of a course"),
        "options": _("every option: what it is here, what it is by default, and why"),
    }
    width = max(map(len, MODULES))
    return "\n".join(
        [
            _("usage: autograding COMMAND ..., or autograding ASSIGNMENT ... to grade it"),
            "",
            *(f"  autograding {name:{width}}  {does[name]}" for name in MODULES),
            "",
            _("autograding COMMAND --help says more of each."),
        ]
    )


def command() -> None:
    """What the installed program `autograding` runs."""
    in_any_locale()
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough, as in `autograding options | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


if __name__ == "__main__":
    command()
