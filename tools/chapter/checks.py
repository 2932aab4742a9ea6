"""The functions that chapter NUMBER asks for: say in one sentence what they do."""

from lstm_ref.checks.sSTEM.FUNCTION import CONSTANT

CHECKS = (CONSTANT,)
