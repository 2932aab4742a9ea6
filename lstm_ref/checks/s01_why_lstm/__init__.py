"""What chapter 1 asks for: a recurrent network, and how much of a change it still feels some steps later."""

from lstm_ref.checks.s01_why_lstm.jacobian_product_norms import JACOBIAN_PRODUCT_NORMS
from lstm_ref.checks.s01_why_lstm.lag_until import LAG_UNTIL
from lstm_ref.checks.s01_why_lstm.rnn_forward import RNN_FORWARD
from lstm_ref.checks.s01_why_lstm.rnn_step import RNN_STEP

CHECKS = (RNN_STEP, RNN_FORWARD, JACOBIAN_PRODUCT_NORMS, LAG_UNTIL)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "rnn_step": "The network in one line",
    "rnn_forward": "The network in one line",
    "jacobian_product_norms": "What is left of a change",
    "lag_until": "What is left of a change",
}
