"""The check of `input_gate`."""

from lstm_ref.checks.slips.line import (
    gate_check,
)
from lstm_ref.core import cell
from lstm_ref.messages import _

INPUT_GATE = gate_check(
    "input_gate",
    "i",
    cell.input_gate,
    inverted=_("1 - i is returned: i = 1 means write, i = 0 means write nothing"),
    softmaxed=_("softmax is used: it makes the units share 1, while each unit writes or not by itself"),
)
