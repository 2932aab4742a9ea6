"""What chapter 3 asks for: a stable sigmoid, the forget gate, and the half-life of a memory."""

from lstm_ref.checks.s03_forget_gate.bias_for_half_life import BIAS_FOR_HALF_LIFE
from lstm_ref.checks.s03_forget_gate.forget_gate import FORGET_GATE
from lstm_ref.checks.s03_forget_gate.half_life import HALF_LIFE
from lstm_ref.checks.s03_forget_gate.sigmoid import SIGMOID

CHECKS = (SIGMOID, FORGET_GATE, HALF_LIFE, BIAS_FOR_HALF_LIFE)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "sigmoid": "The gate in one line",
    "forget_gate": "The same line as code",
    "half_life": "From a gate value to a number of steps",
    "bias_for_half_life": "From a gate value to a number of steps",
}
