"""What chapter 8 asks for: a gradient through one step and through a sequence, cut, measured, clipped and used."""

from lstm_ref.checks.s08_learning.clip_by_norm import CLIP, DESCEND, FORGET_BIAS, NUMERICAL
from lstm_ref.checks.s08_learning.lstm_backward import BACKWARD, TRUNCATED
from lstm_ref.checks.s08_learning.lstm_step_backward import STEP_BACKWARD

CHECKS = (STEP_BACKWARD, BACKWARD, TRUNCATED, NUMERICAL, CLIP, DESCEND, FORGET_BIAS)
