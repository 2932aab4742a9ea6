"""Every sentence that a student or a teacher reads goes through `_("English text")`.

The English text is the message id. A translation is a file `locale/<language>/LC_MESSAGES/autograding.mo`. The
environment variable AUTOGRADING_LANGUAGE chooses it (two letters, English by default). Values are filled in after
translation, by name: `_("{n} points").format(n=3)`.
"""

import gettext
import os
import re
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")


@cache
def _catalogue(language: str, folder: Path) -> gettext.NullTranslations:
    # English needs no file. Any other language without a file is an error, not a silent fallback.
    return gettext.translation("autograding", folder, languages=[language], fallback=language == "en")


def _(text: str) -> str:
    """The text in the reader's language."""
    folder = Path(os.environ.get("AUTOGRADING_LOCALE", LOCALE))
    return _catalogue(os.environ.get("AUTOGRADING_LANGUAGE", "en"), folder).gettext(text)


def plain(text: str, longest: int = 200) -> str:
    """Make a student's text safe for a terminal, a table and a page: one line, printable, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in _BYTES.sub(_as_code, text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def inert(text: str) -> str:
    """Make a name safe for a terminal and a table: odd characters as codes. Two names stay two, so "\\" is doubled."""
    return "".join(_shown(c) for c in text)


def _shown(character):
    if _BYTES.match(character):
        return _as_code(character)
    return character.replace("\\", "\\\\") if character.isprintable() else _code(ord(character))


# How Python writes the bytes of a file's name that are no UTF-8.
_BYTES = re.compile("[\udc80-\udcff]")


def _as_code(found):
    return _code(ord(found[0]) - 0xDC00)


def _code(number):
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
