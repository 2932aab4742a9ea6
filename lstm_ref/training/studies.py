"""Stored results of long trainings, benchmarks/results/*.csv: one run a line, as benchmarks/study.py writes them."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lstm_ref.messages import _


def read_study(file: str | Path, /, **wanted) -> list[dict]:
    """The runs in a file whose columns have the values in `wanted`; numbers are read as floats, other cells as texts.

    Raises ValueError if there is no such run.
    """
    with Path(file).open(newline="", encoding="utf-8") as lines:
        runs = [{name: _number(cell) for name, cell in row.items()} for row in csv.DictReader(lines)]
    found = [run for run in runs if all(run.get(name) == value for name, value in wanted.items())]
    if not found:
        raise ValueError(
            _("{path} holds no run with {wanted}; it has {n} runs").format(path=file, wanted=wanted, n=len(runs))
        )
    return found


def _number(cell: str):
    try:
        return float(cell)
    except ValueError:
        return cell


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The results of many runs as a text: the median and the range, such as "0.91 (0.88 to 0.93)"."""
    low, middle, high = np.quantile(values, [0, 0.5, 1])
    return _("{middle} ({low} to {high})").format(
        middle=format(middle, form), low=format(low, form), high=format(high, form)
    )
