"""The check of `max_valid`."""

from lstm_ref.checks.s11_configure_and_diagnose.last_valid import pooling_check
from lstm_ref.checks.slips import pooling as wrong_pooling

MAX_VALID = pooling_check("max_valid", wrong_pooling.MAX)
