"""Grading notebooks safely, with nbgrader's own formats: `python -m autograding ASSIGNMENT`.

Knows nothing of what a course teaches. A course plugs it into its `nbgrader_config.py` by `plug_in` and names there one
module of checks; see DESIGN.md for what that module holds and for why things are as they are.
"""

import importlib
import sys

from autograding.stock.plug import plug_in

__all__ = ["plug_in"]


def _import_jsonschema_quickly() -> None:
    """Import jsonschema, which nbformat needs, without the 3 s that it spends on building a grammar of web addresses.

    It looks for rfc3987_syntax only to check the format "iri", which no notebook's schema has, and does without it
    where it is missing (jsonschema/_format.py). Once jsonschema is there, anyone else may import it again.
    """
    if "jsonschema" in sys.modules or "rfc3987_syntax" in sys.modules:
        return
    sys.modules["rfc3987_syntax"] = None
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules["rfc3987_syntax"]


_import_jsonschema_quickly()
