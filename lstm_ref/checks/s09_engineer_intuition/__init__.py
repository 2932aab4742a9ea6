"""What chapter 9 asks for: two filters, a soft AND, and a cell set by hand that is judged by what it does."""

from lstm_ref.checks.s09_engineer_intuition.exponential_average import AVERAGE
from lstm_ref.checks.s09_engineer_intuition.kalman_filter import KALMAN
from lstm_ref.checks.s09_engineer_intuition.keeper_params import KEEPER
from lstm_ref.checks.s09_engineer_intuition.soft_and import AND

CHECKS = (AVERAGE, KALMAN, AND, KEEPER)
