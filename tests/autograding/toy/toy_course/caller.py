"""Calls a student's function; shipped into the sandbox."""

import contextlib
import io
import warnings

import numpy as np


def run(problem, function):
    """What the function returns for the problem, as a plain tree; its noise costs nothing."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        try:
            value = function(*problem["arguments"])
        except Exception as error:  # whatever a student's function raises is part of the answer
            return {"error": f"{type(error).__name__}: {error}"}
    return {"value": value if isinstance(value, str | np.ndarray) else repr(value)}
