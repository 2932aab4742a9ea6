"""A notebook in another language than Python is refused by name, before anything of it is run."""

import re

from autograding.messages import _
from autograding.troubles import WrongOption

# How kernels of other languages are called, where a notebook does not say the language itself.
LANGUAGES = {"ir": "R", "r": "R", "julia": "Julia", "octave": "Octave", "sas": "SAS", "bash": "Bash", "xcpp": "C++"}
LANGUAGES |= {
    "javascript": "JavaScript",
    "deno": "JavaScript",
    "scala": "Scala",
    "ihaskell": "Haskell",
    "stata": "Stata",
}
LANGUAGES |= {"matlab": "MATLAB", "irust": "Rust", "evcxr": "Rust"}
LANGUAGES |= {"gophernotes": "Go", "sagemath": "SageMath"}


def require_python(nb, notebook: str) -> None:
    """Refuse a notebook in another language: the sandbox runs Python alone."""
    kernel, info = nb.metadata.get("kernelspec", {}), nb.metadata.get("language_info", {})
    name = str(kernel.get("name", ""))
    known = LANGUAGES.get(re.split(r"[-_.\d]", name.lower())[0], "")
    language = str(kernel.get("language") or info.get("name") or known or "python")
    if language.lower() not in ("python", "ipython", "python3"):
        raise WrongOption(
            _("{notebook}.ipynb is written in {language}; notebooks in Python alone can be graded").format(
                notebook=notebook, language=known or language
            )
        )
