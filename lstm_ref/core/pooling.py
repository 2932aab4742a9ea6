"""Pool the outputs of all steps into one vector for each sequence, without the padding.

For NumPy arrays and torch tensors alike. A batch of B sequences is as long as its longest, T steps; the first
`lengths[b]` steps of sequence b are valid, the others are padding. No value in the padding has an effect, not even a
NaN: more padding changes nothing.
"""

from lstm_ref.core.arrays import Array, expect_axes, expect_shape, same_kind
from lstm_ref.messages import _


def last_valid(hs: Array, lengths: Array) -> Array:
    """The output at the last valid step: hs (B, T, H), lengths (B,) -> (B, H). For the forward direction only.

    Raises ValueError for lengths that are not from 1 to T, one for each sequence.
    """
    same_kind(hs=hs)
    counts = _counts(hs, lengths)
    return hs[list(range(len(counts))), [n - 1 for n in counts]]


def mean_valid(hs: Array, lengths: Array) -> Array:
    """The mean over the valid steps: hs (B, T, H), lengths (B,) -> (B, H). Errors as `last_valid`."""
    xp = same_kind(hs=hs)
    counts = xp.asarray(_counts(hs, lengths), dtype=hs.dtype, device=hs.device)
    return xp.sum(_where_valid(hs, lengths, 0.0), axis=1) / counts[:, None]


def max_valid(hs: Array, lengths: Array) -> Array:
    """The maximum of each unit over the valid steps: hs (B, T, H), lengths (B,) -> (B, H). Errors as `last_valid`."""
    return same_kind(hs=hs).max(_where_valid(hs, lengths, -float("inf")), axis=1)


def attention_weights(hs: Array, lengths: Array, v: Array) -> Array:
    """How much each step counts: softmax of hs @ v over the valid steps, 0 in the padding.

    hs (B, T, H), lengths (B,), v (H,) -> (B, T); each row adds up to 1. Errors as `last_valid`, and ValueError for a v
    of another length, TypeError for another dtype or library.
    """
    xp = same_kind(hs=hs, v=v)
    expect_axes("hs", hs, "B, T, H")
    expect_shape("v", v, (hs.shape[2],), "(H,)")
    scores = _where_valid((hs @ v)[:, :, None], lengths, -float("inf"))[:, :, 0]
    # Subtracting the highest score keeps every exponent at or below 0 and leaves the quotient unchanged.
    powers = xp.exp(scores - xp.max(scores, axis=1, keepdims=True))
    return powers / xp.sum(powers, axis=1, keepdims=True)


def attention_pool(hs: Array, lengths: Array, v: Array) -> Array:
    """The mean over the valid steps, weighted by `attention_weights`: (B, T, H), (B,), (H,) -> (B, H).

    Each step gets the score h_t · v; the softmax of the scores gives the weights. Errors as `attention_weights`.
    Raffel & Ellis (2015), "Feed-Forward Networks with Attention Can Solve Some Long-Term Memory Problems".
    """
    weights = attention_weights(hs, lengths, v)
    return same_kind(hs=hs).sum(weights[:, :, None] * _where_valid(hs, lengths, 0.0), axis=1)


def _where_valid(hs: Array, lengths: Array, instead: float) -> Array:
    """hs (B, T, H) with `instead` in the padding. Multiplying by 0 would not do: 0 times NaN is NaN."""
    xp = same_kind(hs=hs)
    counts = xp.asarray(_counts(hs, lengths), device=hs.device)
    valid = xp.arange(hs.shape[1], device=hs.device)[None, :] < counts[:, None]  # (B, T)
    return xp.where(valid[:, :, None], hs, xp.full_like(hs, instead))


def _counts(hs: Array, lengths: Array) -> list[int]:
    expect_axes("hs", hs, "B, T, H")
    counts = [int(n) for n in lengths]
    if len(counts) != hs.shape[0] or not all(1 <= n <= hs.shape[1] for n in counts):
        raise ValueError(
            _("lengths is {got}; expected {batch} whole numbers from 1 to T = {steps}").format(
                got=counts, batch=hs.shape[0], steps=hs.shape[1]
            )
        )
    return counts
