"""The check of `output_gate`: a gate like the others, which learners mix up with the tanh of the memory."""

import numpy as np

from lstm_ref.checks.slips.line import gate_check
from lstm_ref.core import cell
from lstm_ref.messages import _

OUTPUT_GATE = gate_check(
    "output_gate",
    "o",
    cell.output_gate,
    _("1 - o is returned: o = 1 shows the memory, o = 0 hides it"),
    {
        _("tanh is taken of o: the gate is only the sigmoid, tanh is for the memory"): lambda h_prev, x, W_o, b_o: (
            np.tanh(cell.output_gate(h_prev, x, W_o, b_o))
        ),
        _(
            "the gate is multiplied by tanh(h_prev): the gate alone is asked for, and it shows c, not h"
        ): lambda h_prev, x, W_o, b_o: cell.output_gate(h_prev, x, W_o, b_o) * np.tanh(h_prev),
    },
)
