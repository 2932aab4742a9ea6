"""Where the book explains what a check asks: the chapter, its section, and the section's address."""

import os
import re

from lstm_ref.messages import _

# Where `make serve` and `make lab` show the book. LSTM_COURSE_BOOK names another place; if it is empty, there is none.
BOOK = "http://127.0.0.1:8000"


def sentence(stem: str, section: str) -> str:
    """Which section to read; `stem` is the chapter's, such as 03_forget_gate."""
    return _('The book explains it in chapter {n}, "{section}".').format(n=int(stem[:2]), section=section)


def address(stem: str, section: str) -> str | None:
    """The section's address, or None where the book has none."""
    book = os.environ.get("LSTM_COURSE_BOOK", BOOK).rstrip("/")
    anchor = re.sub(r"[^a-z0-9]+", "-", section.lower()).strip("-")  # as Sphinx makes it
    return f"{book}/book/{stem}.html#{anchor}" if book else None
