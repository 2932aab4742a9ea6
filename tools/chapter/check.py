"""The check of `FUNCTION`: the problems that it poses, and the mistakes that it knows."""

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.messages import _

# Sizes that all differ, so that axes cannot be mixed up unnoticed; two sets, so that sizes cannot be hard-coded.
SIZES = ((3, 4), (2, 5))


def memories(rng) -> list[Arguments]:
    return [{"f": rng.uniform(0.1, 0.9, (B, H)), "c_prev": rng.normal(0, 2, (B, H))} for B, H in SIZES]


def open_and_shut(rng) -> list[Arguments]:
    """Gates at 0 and at 1, and memories that have counted far."""
    return [{"f": rng.permuted([[0.0, 0.0, 1.0, 1.0]] * 3, axis=1), "c_prev": rng.uniform(100, 1000, (3, 4))}]


CONSTANT = Check(
    name="FUNCTION",
    output="c",
    reference=lambda f, c_prev: f * c_prev,
    axes={"c": "BH"},
    sizes=lambda arguments: "B={}, H={}".format(*arguments["f"].shape),
    parts={"equation": Part(memories), "limits": Part(open_and_shut)},
    mistakes={
        _("1 - f is used: f = 1 means keep"): lambda f, c_prev: (1 - f) * c_prev,
        _("f is added: a gate multiplies"): lambda f, c_prev: f + c_prev,
    },
)
