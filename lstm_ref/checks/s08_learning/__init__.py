"""What chapter 8 asks for: a gradient through one step and through a sequence, cut, measured, clipped and used."""

from lstm_ref.checks.s08_learning.clip_by_norm import CLIP_BY_NORM
from lstm_ref.checks.s08_learning.descend import DESCEND
from lstm_ref.checks.s08_learning.lstm_backward import LSTM_BACKWARD
from lstm_ref.checks.s08_learning.lstm_step_backward import LSTM_STEP_BACKWARD
from lstm_ref.checks.s08_learning.numerical_gradient import NUMERICAL_GRADIENT
from lstm_ref.checks.s08_learning.truncated_backward import TRUNCATED_BACKWARD
from lstm_ref.checks.s08_learning.with_forget_bias import WITH_FORGET_BIAS

CHECKS = (
    LSTM_STEP_BACKWARD,
    LSTM_BACKWARD,
    TRUNCATED_BACKWARD,
    NUMERICAL_GRADIENT,
    CLIP_BY_NORM,
    DESCEND,
    WITH_FORGET_BIAS,
)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "lstm_step_backward": "The six lines, from the last to the first",
    "lstm_backward": "Step after step",
    "truncated_backward": "Too far: cut",
    "numerical_gradient": "Is it right? Measure",
    "clip_by_norm": "Too long: clip",
    "descend": "Too long: clip",
    "with_forget_bias": "Mistakes, and what they look like",
}
