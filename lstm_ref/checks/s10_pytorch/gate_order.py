"""What both translations have in common: the order of nn.LSTM's gates, its letter for the candidate, and two sizes."""

from collections.abc import Callable
from itertools import permutations

from lstm_ref.checks.engine.declare import Mistake
from lstm_ref.messages import _

ORDER = "ifco"  # PyTorch's, c for the candidate
NO_G = _("the candidate is looked for under PyTorch's letter g; in LSTMParams it is c: W_c and b_c")
SIZES = ((2, 4), (5, 3))  # D and H: once the one is larger, once the other


def orders(make: Callable) -> tuple[Mistake, ...]:
    """One mistake for each other order of the four gates; `make(order)` gives its numbers."""
    others = ["".join(order) for order in permutations(ORDER) if "".join(order) != ORDER]
    return tuple(
        Mistake(
            _("the gates are taken in the order {order}; nn.LSTM has them in the order i, f, g, o").format(
                order=", ".join(order.replace("c", "g"))
            )
            + (_(", which is not that of LSTMParams") if order == "fico" else ""),
            make(order),
        )
        for order in others
    )
