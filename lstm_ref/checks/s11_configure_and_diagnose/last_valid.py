"""The check of `last_valid`, which chapter 10 asks for under another name: its mistakes are those of reading a step."""

from lstm_ref.checks.s11_configure_and_diagnose.padded import pooling_check
from lstm_ref.checks.slips.pooling import READING_THE_LAST

LAST_VALID = pooling_check("last_valid", READING_THE_LAST)
