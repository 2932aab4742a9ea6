"""Grading notebooks safely, with nbgrader's own formats: `autograding grade ASSIGNMENT`.

The package knows nothing of what a course teaches. A course calls `plug_in` in its `nbgrader_config.py` and names one
module of checks there. DESIGN.md says what that module holds, and why the package is built as it is.
"""

import importlib
import sys

from autograding.stock.plug import plug_in

__all__ = ["plug_in"]


def _import_jsonschema_quickly() -> None:
    """Import jsonschema, which nbformat needs, without the 3 s that it spends on building a grammar of web addresses.

    jsonschema needs rfc3987_syntax only to check the format "iri", which no notebook's schema has, and works without it
    (jsonschema/_format.py). After this, any other module can import rfc3987_syntax as usual.
    """
    if "jsonschema" in sys.modules or "rfc3987_syntax" in sys.modules:
        return
    sys.modules["rfc3987_syntax"] = None
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules["rfc3987_syntax"]


_import_jsonschema_quickly()
