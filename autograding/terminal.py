"""Let a command print and name anything, whatever the language of the terminal."""

import io
import os
import sys


def in_any_locale() -> None:
    """Start again with UTF-8 where Python took another encoding from the locale. Call this first, in a command.

    Otherwise a student called é could not be named, neither on the terminal nor on the disk, or got another name than
    in other runs.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
