"""The check of `forget_gate`."""

from lstm_ref.checks.slips.line import gate_check
from lstm_ref.core import cell
from lstm_ref.messages import _

FORGET_GATE = gate_check(
    "forget_gate",
    "f",
    cell.forget_gate,
    inverted=_("1 - f is returned: f = 1 means keep, f = 0 means forget"),
    softmaxed=_("softmax is used: it makes the units share 1, while each unit keeps or forgets by itself"),
)
