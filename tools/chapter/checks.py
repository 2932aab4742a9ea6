"""What chapter NUMBER asks for: say it in one sentence."""

from lstm_ref.checks.sSTEM.FUNCTION import CHECK

CHECKS = (CHECK,)
