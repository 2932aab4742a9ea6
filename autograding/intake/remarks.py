"""What was noticed about a submission before it was run, and the sentences that tell it.

A remark is stored as (kind, what), so that each reader gets it in their own language. The student reads the sentence;
the teacher's table adds what stock nbgrader would have done.
"""

import string
from typing import NamedTuple

from autograding.messages import _, plain

# Remarks after which the released exercise was graded in the submission's place.
OVERRULED = "overruled"
FROM_THE_GRADER = "notes-from-the-grader"  # the cell that holds the remarks
NOTHING_GRADED = {"missing", "several", "unreadable"}


class Remark(NamedTuple):
    """One thing noticed; `what` names the cell or the file."""

    kind: str
    what: str = ""


def sentence(remark: Remark) -> str:
    """The remark for a student."""
    what = plain(remark.what, 300)
    sentences = {
        "copied": _("The cell {what} was there more than once: the last one was graded."),
        "restored": _("The cell {what} was missing and was put back."),
        "unnamed": _(
            "The cells had lost the names that the exercise gave them, and were found again by what they hold."
        ),
        "elsewhere": _("Found in a cell of your own and graded there, because the cell for it held no answer: {what}."),
        "rewritten": _("The text of the cell {what} is not the teacher's present one, which was graded in its place."),
        "skipping": _("The cell {what} asked not to be run: it was run as any other."),
        "cells left out": _("The notebook has more cells than can be graded: {what} of them were left out."),
        "pictures left out": _(
            "The pasted pictures are too large together: those of {what} cells were left out of what was graded."
        ),
        "renamed": _("The notebook was named {what}: it was graded under its right name."),
        "nested": _("The notebook lay in a folder or an archive, {what}: it was graded as if it lay where it should."),
        "program": _("It was no notebook but a program, {what}: its cells were graded, in its order."),
        "missing": _("No notebook {what} was handed in, so there was nothing to grade."),
        "handed in": _("What was handed in: {what}."),
        "several": _(
            "No notebook has the right name, and it cannot be told which of these was to be graded: {what}. "
            "So nothing was graded; give one of them the right name."
        ),
        "untouched": _("In the notebook with the right name no answer differs from what was released."),
        "spoilt": _("The notebook with the right name could not be read: {what}."),
        "instead": _("Another notebook was graded in its place: {what}."),
        "another": _(
            "Other notebooks hold answers, each different ones: {what}. It cannot be told which was to be graded, "
            "so none of them was; give one of them the right name."
        ),
        "fuller": _("Another notebook holds more answers than the one with the right name. It was not graded: {what}."),
        "unreadable": _("The notebook could not be read, so nothing in it was graded: {what}."),
        "left out": _("The file {what} was left out."),
        "more left out": _("More files were left out: {what}."),
        "unisolated": _("The notebook was run without a sandbox, because the teacher trusts these submissions."),
        OVERRULED: _("The grader's own check of the solution was overruled by the teacher: {what}"),
        "undated": _("The date of the submission could not be read ({what}): no late penalty was applied."),
    }
    return sentences[remark.kind].format(what=what)


def done_by_stock(remark: Remark) -> str:
    """What stock nbgrader 0.9.6 would have done, for the teacher; empty where it would do the same."""
    asides = {
        "copied": _("stock nbgrader stops the whole class here"),
        "restored": _("stock nbgrader keeps an earlier score here"),
        "skipping": _("stock nbgrader gives full marks here"),
        "renamed": _("stock nbgrader leaves it without a mark"),
        "nested": _("stock nbgrader leaves it without a mark"),
        "missing": _("stock nbgrader leaves the student out"),
        "several": _("stock nbgrader leaves it without a mark"),
        "unreadable": _("stock nbgrader leaves it without a mark"),
        "undated": _("stock nbgrader leaves it without a mark"),
    }
    return asides.get(remark.kind, "")


def for_teacher(remarks: list[Remark]) -> list[str]:
    """The remarks for the table of results, which tells once for each kind what stock nbgrader does."""
    asides = {remark.kind: done_by_stock(remark) for remark in remarks}
    told = [sentence(remark) for remark in remarks if remark.kind != OVERRULED]  # the same for everybody: told once
    return told + [f"({aside}.)" for aside in dict.fromkeys(asides.values()) if aside]


def warning_unisolated() -> str:
    """What a command prints after it ran strangers' code with the teacher's rights."""
    return _("WARNING: run without a sandbox (isolation: none): these marks are worth as much as you trust the class.")


def as_markdown(remarks: list[Remark]) -> str:
    """The remarks as the first cell of the graded notebook, with a student's words escaped."""
    # All of it: what is no mark of Markdown today may be one tomorrow, such as the colon of a link.
    escaped = (sentence(r).translate({ord(c): f"&#{ord(c)};" for c in string.punctuation}) for r in remarks)
    return "\n".join([f"**{_('Notes from the grader')}**", "", *(f"- {text}" for text in escaped)])
