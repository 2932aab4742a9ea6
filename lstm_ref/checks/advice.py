"""What the advice of several exercises begins with: which numbers are wrong, and where the first of them stands."""

import numpy as np

from lstm_ref.checks.engine.declare import Leaves
from lstm_ref.checks.engine.judge import first_wrong
from lstm_ref.checks.engine.match import close


def wrong_numbers(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Where two arrays of one shape differ by more than rounding; nan is wrong."""
    return ~close(got, want, 1e-9)


def first_difference(got: Leaves, want: Leaves, axes: str = "") -> tuple[str, tuple[int, ...]]:
    """The first leaf with a wrong number, and that number's index: of the earliest step if the axes have steps, T."""
    leaf = next(leaf for leaf in want if wrong_numbers(got[leaf], want[leaf]).any())
    return leaf, first_wrong(wrong_numbers(got[leaf], want[leaf]), axes)
