"""The check of `attention_pool`."""

from lstm_ref.checks.engine.declare import Arguments
from lstm_ref.checks.s11_configure_and_diagnose.last_valid import H, padded, pooling_check
from lstm_ref.checks.slips import pooling as wrong_pooling


def padded_for_attention(rng) -> list[Arguments]:
    return [call | {"v": rng.normal(0, 1, H)} for call in padded(rng)]


ATTENTION_POOL = pooling_check("attention_pool", wrong_pooling.ATTENTION, padded_for_attention)
