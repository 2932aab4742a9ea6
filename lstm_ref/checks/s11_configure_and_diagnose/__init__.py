"""What chapter 11 asks for: pooling without the padding, training programs repaired, and a trained classifier."""

from lstm_ref.checks.s11_configure_and_diagnose.attention_pool import ATTENTION_POOL
from lstm_ref.checks.s11_configure_and_diagnose.class_loss import CLASS_LOSS
from lstm_ref.checks.s11_configure_and_diagnose.distance_loss import DISTANCE_LOSS
from lstm_ref.checks.s11_configure_and_diagnose.last_valid import LAST_VALID
from lstm_ref.checks.s11_configure_and_diagnose.max_valid import MAX_VALID
from lstm_ref.checks.s11_configure_and_diagnose.mean_valid import MEAN_VALID
from lstm_ref.checks.s11_configure_and_diagnose.predicted_labels import DECISION
from lstm_ref.checks.s11_configure_and_diagnose.split_windows import SPLIT
from lstm_ref.checks.s11_configure_and_diagnose.stateful_batches import STATEFUL
from lstm_ref.checks.s11_configure_and_diagnose.train_classifier import TRAINED
from lstm_ref.checks.s11_configure_and_diagnose.train_in_chunks import CHUNKS
from lstm_ref.checks.s11_configure_and_diagnose.training_step import STEP

CHECKS = (
    LAST_VALID,
    MEAN_VALID,
    MAX_VALID,
    ATTENTION_POOL,
    STEP,
    CHUNKS,
    CLASS_LOSS,
    DECISION,
    DISTANCE_LOSS,
    SPLIT,
    STATEFUL,
    TRAINED,
)
