"""The check of `candidate`: a line like the gates, but squashed by tanh, which can be got wrong in many ways."""

import numpy as np

from lstm_ref.checks.engine.declare import known
from lstm_ref.checks.slips import within
from lstm_ref.checks.slips.line import line_check, on_z
from lstm_ref.checks.slips.squashing import atanh, tanh_far_out, tanh_mistakes
from lstm_ref.core import cell
from lstm_ref.messages import _

CANDIDATE = line_check(
    "candidate",
    "candidate",
    "c",
    cell.candidate,
    np.tanh,
    atanh,
    at_the_limits=tanh_far_out("z"),
    mistakes=known(
        within(on_z, tanh_mistakes("z", _("then no candidate is negative, and the memory can only grow"))),
        {
            _(
                "h_prev is added: the candidate alone is asked for, and what is kept is the forget gate's to say"
            ): lambda h_prev, x, W_c, b_c: h_prev + cell.candidate(h_prev, x, W_c, b_c),
        },
    ),
)
