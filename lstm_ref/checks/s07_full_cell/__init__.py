"""What chapter 7 asks for: one step of the cell, a layer over a sequence, and layers stacked on each other."""

from lstm_ref.checks.s07_full_cell.lstm_forward import LSTM_FORWARD
from lstm_ref.checks.s07_full_cell.lstm_step import LSTM_STEP
from lstm_ref.checks.s07_full_cell.stacked_lstm_forward import STACKED_LSTM_FORWARD

CHECKS = (LSTM_STEP, LSTM_FORWARD, STACKED_LSTM_FORWARD)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "lstm_step": "The six lines",
    "lstm_forward": "A sequence",
    "stacked_lstm_forward": "Layers on layers",
}
