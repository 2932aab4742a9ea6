"""What a notebook imports as lstm_ref while it is graded: the names, without the answers.

The real lstm_ref holds the answers to the exercises. This package replaces it while students' code runs.
"""

from typing import Any, NamedTuple


class LSTMState(NamedTuple):
    h: Any  # (B, H)
    c: Any  # (B, H)


class LSTMParams(NamedTuple):
    W_f: Any  # (H, H+D)
    b_f: Any  # (H,)
    W_i: Any
    b_i: Any
    W_c: Any
    b_c: Any
    W_o: Any
    b_o: Any
    W_hr: Any = None

    @property
    def hidden_size(self):
        return self.W_f.shape[0]

    @property
    def output_size(self):
        return self.hidden_size if self.W_hr is None else self.W_hr.shape[0]

    @property
    def input_size(self):
        return self.W_f.shape[1] - self.output_size


class Gates(NamedTuple):
    f: Any  # (B, H)
    i: Any
    candidate: Any
    o: Any
    c: Any


class LSTMGrads(NamedTuple):
    x: Any  # (B, D) or (B, T, D)
    state: Any  # LSTMState
    params: Any  # LSTMParams


def check(name, function, part=None, seed=None):
    """Does nothing: graded checks run outside of the sandbox, where this notebook cannot reach."""


def what_is_missing(exercise):
    """Says nothing: while a notebook is graded, no check is asked in it."""


def keeper_picture(params, quiet, strong, loudest, spikes=True):
    """Draws nothing: nobody looks at a notebook while it is graded."""


class SettingsPuzzle:
    """No widget: the settings that were found with it stand in the notebook, as numbers."""

    def __init__(self, *args, **kwargs):
        pass

    def __repr__(self):
        return "The widget is not there while a notebook is graded: what counts are the numbers in your functions."

    def __getattr__(self, name):
        raise AttributeError(
            f"SettingsPuzzle is not there while a notebook is graded; write the number for {name!r} down"
        )
