"""What chapter 4 asks for: the input gate, the candidate, their product, and a gate that opens at a threshold."""

from lstm_ref.checks.s04_input_gate.candidate import CANDIDATE
from lstm_ref.checks.s04_input_gate.input_gate import INPUT_GATE
from lstm_ref.checks.s04_input_gate.proposed_write import PROPOSED_WRITE
from lstm_ref.checks.s04_input_gate.threshold_gate import THRESHOLD_GATE

CHECKS = (INPUT_GATE, CANDIDATE, PROPOSED_WRITE, THRESHOLD_GATE)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "input_gate": "The same lines as code",
    "candidate": "The same lines as code",
    "proposed_write": "Two lines and a product",
    "threshold_gate": "A unit that writes when the echo is strong",
}
