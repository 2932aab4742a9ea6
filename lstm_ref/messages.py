"""Translate every sentence that a reader, student or programmer sees: `_("English text")`.

The English text is the message id. A translation is a file `locale/<language>/LC_MESSAGES/lstm_ref.mo`, chosen by the
environment variable LSTM_COURSE_LANGUAGE (two letters, English by default). `make catalogue` collects the texts into
`locale/lstm_ref.pot`. Numbers are put in after translation, by name: `_("{n} steps").format(n=3)`.
"""

import gettext
import os
from functools import cache
from pathlib import Path

LOCALE = str(Path(__file__).with_name("locale"))


@cache
def _catalogue(language: str, folder: str) -> gettext.NullTranslations:
    # English needs no file. Any other language without a catalogue is an error, not a silent fallback.
    return gettext.translation("lstm_ref", folder, languages=[language], fallback=language == "en")


def _(text: str) -> str:
    """The text in the reader's language."""
    folder = os.environ.get("LSTM_COURSE_LOCALE", LOCALE)
    return _catalogue(os.environ.get("LSTM_COURSE_LANGUAGE", "en"), folder).gettext(text)
