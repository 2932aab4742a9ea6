"""What chapter 1 asks for: a recurrent network, and how much of a change it still feels some steps later."""

from lstm_ref.checks.s01_why_lstm.jacobian_product_norms import JACOBIAN_PRODUCT_NORMS
from lstm_ref.checks.s01_why_lstm.lag_until import LAG_UNTIL
from lstm_ref.checks.s01_why_lstm.rnn_forward import RNN_FORWARD
from lstm_ref.checks.s01_why_lstm.rnn_step import RNN_STEP

CHECKS = (RNN_STEP, RNN_FORWARD, JACOBIAN_PRODUCT_NORMS, LAG_UNTIL)
