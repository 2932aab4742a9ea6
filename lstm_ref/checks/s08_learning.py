"""What chapter 8 asks for: a gradient through one step and through a sequence, cut, measured, clipped and used."""

from lstm_ref.checks.backward_sequence import BACKWARD, TRUNCATED
from lstm_ref.checks.backward_step import STEP_BACKWARD
from lstm_ref.checks.gradients_used import CLIP, DESCEND, FORGET_BIAS, NUMERICAL

CHECKS = (STEP_BACKWARD, BACKWARD, TRUNCATED, NUMERICAL, CLIP, DESCEND, FORGET_BIAS)
