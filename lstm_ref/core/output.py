"""What a cell shows of its memory over a sequence, and what its output tells about the memory."""

from lstm_ref.core.arrays import Array, as_float_array, expect_axes, expect_shape, same_kind
from lstm_ref.core.cell import hidden_state, update_memory
from lstm_ref.messages import _


def reveal(c_0: Array, f: Array, i: Array, candidate: Array, o: Array) -> tuple[Array, Array]:
    """Carry a memory through a sequence and show part of it at each step, under given gates: eqs. (4) and (6).

    c_0 (B, H), the memory before the first step; f, i, candidate, o (B, T, H) -> hs (B, T, H), what was shown, and
    c (B, H), the memory at the end. Raises ValueError for shapes that do not fit, TypeError for mixed dtypes.
    """
    xp = same_kind(c_0=c_0, f=f, i=i, candidate=candidate, o=o)
    expect_axes("f", f, "B, T, H")
    batch, steps, units = f.shape
    if steps == 0:
        raise ValueError(_("f has shape {got}: no steps; expected T of at least 1").format(got=tuple(f.shape)))
    expect_shape("c_0", c_0, (batch, units), "(B, H)")
    for name, gate in (("i", i), ("candidate", candidate), ("o", o)):
        expect_shape(name, gate, tuple(f.shape), "(B, T, H)")
    c, hs = c_0, []
    for t in range(steps):
        c = update_memory(f[:, t, :], c, i[:, t, :], candidate[:, t, :])
        # h shows the memory but is not the memory: c goes on to the next step neither squashed nor gated.
        hs.append(hidden_state(o[:, t, :], c))
    return xp.stack(hs, axis=1), c


def memory_from_output(h: Array, o: Array) -> Array:
    """The memory behind an output, c = artanh(h / o): eq. (6) read from right to left.

    Any shape, the same for both, 0 <= o <= 1. nan where nothing can be known: the gate is shut (o = 0), or no memory
    gives this output (abs(h) > o). inf with the sign of h where abs(h) = o: the memory is too large for tanh to show.
    Raises ValueError for shapes that differ and for o outside 0 to 1, TypeError for mixed dtypes.
    """
    h, o = as_float_array("h", h), as_float_array("o", o)
    xp = same_kind(h=h, o=o)
    expect_shape("h", h, tuple(o.shape), _("the shape of o"))
    if not bool(xp.all((o >= 0) & (o <= 1))):
        raise ValueError(_("o holds a value outside 0 to 1; a gate is a fraction"))
    # o = 0 and abs(h) = o are treated apart, so that nothing divides by 0 or takes artanh(1).
    inside = (o > 0) & (xp.abs(h) < o)
    at_the_end = (o > 0) & (xp.abs(h) == o)
    memory = xp.atanh(xp.where(inside, h, xp.zeros_like(h)) / xp.where(inside, o, xp.ones_like(o)))
    infinite = xp.where(h > 0, xp.full_like(h, float("inf")), xp.full_like(h, float("-inf")))
    beyond = xp.where(at_the_end, infinite, xp.full_like(h, float("nan")))
    return xp.where(inside, memory, beyond)
