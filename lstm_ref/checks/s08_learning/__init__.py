"""What chapter 8 asks for: a gradient through one step and through a sequence, cut, measured, clipped and used."""

from lstm_ref.checks.s08_learning.clip_by_norm import CLIP
from lstm_ref.checks.s08_learning.descend import DESCEND
from lstm_ref.checks.s08_learning.lstm_backward import BACKWARD
from lstm_ref.checks.s08_learning.lstm_step_backward import STEP_BACKWARD
from lstm_ref.checks.s08_learning.numerical_gradient import NUMERICAL
from lstm_ref.checks.s08_learning.truncated_backward import TRUNCATED
from lstm_ref.checks.s08_learning.with_forget_bias import FORGET_BIAS

CHECKS = (STEP_BACKWARD, BACKWARD, TRUNCATED, NUMERICAL, CLIP, DESCEND, FORGET_BIAS)
