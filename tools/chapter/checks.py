"""The functions that chapter NUMBER asks for: say in one sentence what they do."""

from lstm_ref.checks.sSTEM.FUNCTION import CONSTANT

CHECKS = (CONSTANT,)
# The section of the chapter that explains what each asks.
SECTIONS = {"FUNCTION": "The equation in one line"}
