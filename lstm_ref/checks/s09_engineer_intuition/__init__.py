"""What chapter 9 asks for: two filters, a soft SOFT_AND, and a cell set by hand that is judged by what it does."""

from lstm_ref.checks.s09_engineer_intuition.exponential_average import EXPONENTIAL_AVERAGE
from lstm_ref.checks.s09_engineer_intuition.kalman_filter import KALMAN_FILTER
from lstm_ref.checks.s09_engineer_intuition.keeper_params import KEEPER_PARAMS
from lstm_ref.checks.s09_engineer_intuition.soft_and import SOFT_AND

CHECKS = (EXPONENTIAL_AVERAGE, KALMAN_FILTER, SOFT_AND, KEEPER_PARAMS)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "exponential_average": "A memory of one number",
    "kalman_filter": "The Kalman gain",
    "soft_and": "Gates as soft logic",
    "keeper_params": "A cell set by hand",
}
