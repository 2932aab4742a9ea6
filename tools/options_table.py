"""Write the table of every option into autograding/README.md: `python tools/options_table.py`. A test compares them."""

import re
from pathlib import Path

from autograding.authoring.options import markdown

README = Path(__file__).parents[1] / "autograding" / "README.md"
TABLE = re.compile(r"(?<=<!-- every option -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)

if __name__ == "__main__":
    README.write_text(TABLE.sub(lambda _found: markdown(), README.read_text(encoding="utf-8")), encoding="utf-8")
