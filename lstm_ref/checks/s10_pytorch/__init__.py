"""What chapter 10 asks for: weights translated to nn.LSTM and back, and its states and outputs read."""

from lstm_ref.checks.s10_pytorch.first_state import FIRST_STATE
from lstm_ref.checks.s10_pytorch.from_torch_arrays import FROM_TORCH_ARRAYS
from lstm_ref.checks.s10_pytorch.last_of_both import LAST_OF_BOTH
from lstm_ref.checks.s10_pytorch.last_state import LAST_STATE
from lstm_ref.checks.s10_pytorch.last_valid_output import LAST_VALID_OUTPUT
from lstm_ref.checks.s10_pytorch.to_batch_first import TO_BATCH_FIRST
from lstm_ref.checks.s10_pytorch.to_torch_arrays import TO_TORCH_ARRAYS

CHECKS = (TO_TORCH_ARRAYS, FROM_TORCH_ARRAYS, TO_BATCH_FIRST, FIRST_STATE, LAST_STATE, LAST_OF_BOTH, LAST_VALID_OUTPUT)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "to_torch_arrays": "There and back",
    "from_torch_arrays": "There and back",
    "to_batch_first": "What comes out",
    "first_state": "What comes out",
    "last_state": "What comes out",
    "last_of_both": "Both directions",
    "last_valid_output": "Sequences of different lengths",
}
