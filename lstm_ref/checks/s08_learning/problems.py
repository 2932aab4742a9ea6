"""What the checks of chapter 8 ask with: a sequence and its gradients, or a list of gradients to be clipped."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments
from lstm_ref.checks.problems import random_params, random_state
from lstm_ref.core import gradients
from lstm_ref.core.cell import LSTMState
from lstm_ref.messages import _

GATE_NAMES = {"f": _("forget gate"), "i": _("input gate"), "c": _("candidate"), "o": _("output gate")}
# Sizes that all differ, so that no axis can be taken for another.
B, T, D, H = 3, 5, 2, 4


LARGE = 100.0  # what arrives: a gradient has no bounds, so whoever cuts it on the way is seen


def random_gradient(rng, B: int, H: int) -> LSTMState:
    """Of the loss with respect to h and c."""
    return LSTMState(rng.normal(0, LARGE, (B, H)), rng.normal(0, LARGE, (B, H)))


def random_sequence(rng, T: int) -> Arguments:
    return {
        "d_hs": rng.normal(0, LARGE, (B, T, H)),
        "xs": rng.normal(0, 1, (B, T, D)),
        "params": random_params(rng, D, H),
        "state": random_state(rng, B, H),
        "d_state": random_gradient(rng, B, H),
    }


def sizes_of_sequence(arguments: Arguments) -> str:
    return f"B={B}, T={arguments['xs'].shape[1]}, D={D}, H={H}"


def random_gradients(rng, norm: float) -> list[np.ndarray]:
    """Three arrays of different shapes and sizes, of that norm together."""
    found = [rng.normal(0, 1, (H, H + D)), rng.normal(0, 3, H), rng.normal(0, 0.5, (D,))]
    return [norm / float(gradients.global_norm(found)) * array for array in found]


def sizes_of_gradients(arguments: Arguments) -> str:
    return _("{n} arrays, max_norm={limit}").format(n=len(arguments["grads"]), limit=arguments["max_norm"])
