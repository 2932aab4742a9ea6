"""The check of `input_gate`: the forget gate's, with other letters."""

from lstm_ref.checks.slips.line import gate_check
from lstm_ref.core import cell
from lstm_ref.messages import _

INPUT_GATE = gate_check(
    "input_gate", "i", cell.input_gate, _("1 - i is returned: i = 1 means write, i = 0 means write nothing")
)
