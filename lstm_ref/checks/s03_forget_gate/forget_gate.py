"""The check of `forget_gate`, the first line of the cell: it knows every mistake of a gate."""

from lstm_ref.checks.slips.line import gate_check
from lstm_ref.core import cell
from lstm_ref.messages import _

FORGET_GATE = gate_check(
    "forget_gate", "f", cell.forget_gate, _("1 - f is returned: f = 1 means keep, f = 0 means forget")
)
