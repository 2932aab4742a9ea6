"""What chapter 6 asks for: the output gate, the hidden state, the memory behind it, and a memory that is shown late."""

from lstm_ref.checks.s06_output_gate.hidden_state import HIDDEN_STATE
from lstm_ref.checks.s06_output_gate.memory_from_output import MEMORY_FROM_OUTPUT
from lstm_ref.checks.s06_output_gate.output_gate import OUTPUT_GATE
from lstm_ref.checks.s06_output_gate.reveal import REVEAL

CHECKS = (OUTPUT_GATE, HIDDEN_STATE, MEMORY_FROM_OUTPUT, REVEAL)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "output_gate": "Two lines",
    "hidden_state": "Two lines",
    "memory_from_output": "How loud a cell can get",
    "reveal": "Kept for eight steps, said once",
}
