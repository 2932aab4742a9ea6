"""What chapter 11 asks for: pooling without the padding, training programs repaired, and a trained classifier."""

from lstm_ref.checks.s11_configure_and_diagnose.attention_pool import ATTENTION_POOL
from lstm_ref.checks.s11_configure_and_diagnose.class_loss import CLASS_LOSS
from lstm_ref.checks.s11_configure_and_diagnose.distance_loss import DISTANCE_LOSS
from lstm_ref.checks.s11_configure_and_diagnose.last_valid import LAST_VALID
from lstm_ref.checks.s11_configure_and_diagnose.max_valid import MAX_VALID
from lstm_ref.checks.s11_configure_and_diagnose.mean_valid import MEAN_VALID
from lstm_ref.checks.s11_configure_and_diagnose.predicted_labels import PREDICTED_LABELS
from lstm_ref.checks.s11_configure_and_diagnose.split_windows import SPLIT_WINDOWS
from lstm_ref.checks.s11_configure_and_diagnose.stateful_batches import STATEFUL_BATCHES
from lstm_ref.checks.s11_configure_and_diagnose.train_classifier import TRAIN_CLASSIFIER
from lstm_ref.checks.s11_configure_and_diagnose.train_in_chunks import TRAIN_IN_CHUNKS
from lstm_ref.checks.s11_configure_and_diagnose.training_step import TRAINING_STEP

CHECKS = (
    LAST_VALID,
    MEAN_VALID,
    MAX_VALID,
    ATTENTION_POOL,
    TRAINING_STEP,
    TRAIN_IN_CHUNKS,
    CLASS_LOSS,
    PREDICTED_LABELS,
    DISTANCE_LOSS,
    SPLIT_WINDOWS,
    STATEFUL_BATCHES,
    TRAIN_CLASSIFIER,
)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "last_valid": "One number for a recording",
    "mean_valid": "One number for a recording",
    "max_valid": "One number for a recording",
    "attention_pool": "One number for a recording",
    "training_step": "A radar classifier",
    "train_in_chunks": "A state across chunks",
    "class_loss": "Model 6",
    "predicted_labels": "A radar classifier",
    "distance_loss": "Eight messages, and what they mean",
    "split_windows": "Do not fool yourself: split by recording",
    "stateful_batches": "A state across chunks",
    "train_classifier": "A radar classifier",
}
