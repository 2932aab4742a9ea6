"""Collect the texts for readers, students and teachers into message catalogues: `python tools/catalogue.py [--check]`.

One template per package, `PACKAGE/locale/PACKAGE.pot`. With --check nothing is written; each template that is out of
date is named, and the exit status is then 1. The pages of the book have templates of their own, which
Sphinx makes: `jupyter-book build . --builder custom --custom-builder gettext --path-output _build/gettext`.
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).parents[1]
PACKAGES = ("lstm_ref", "autograding")


def template(package: str) -> bytes:
    """The catalogue template of a package. It depends on the sources alone: no date, no line numbers."""
    catalogue = Catalog(project=package, charset="utf-8", fuzzy=False)
    for path, _line, message, comments, _context in extract_from_dir(ROOT / package, keywords={"_": None}):
        catalogue.add(message, locations=[(f"{package}/{path}", None)], auto_comments=comments)
    text = BytesIO()
    write_po(text, catalogue, sort_output=True, omit_header=True, width=120)
    header = f"# Written by `make catalogue` from the sources of {package}. Do not edit.\n"
    plain = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return (header + plain).encode() + text.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a template is not up to date")
    check = parser.parse_args().check
    stale = 0
    for package in PACKAGES:
        path = ROOT / package / "locale" / f"{package}.pot"
        fresh = template(package)
        if path.exists() and path.read_bytes() == fresh:
            continue
        stale += 1
        if check:
            print(f"{path.relative_to(ROOT)} is not what `make catalogue` makes of the sources", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(fresh)
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
