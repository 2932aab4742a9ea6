"""The check of `FUNCTION`: the problems that it poses, and the mistakes that it knows."""

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.messages import _

# Sizes that all differ, so that axes cannot be mixed up unnoticed; two sets, so that sizes cannot be hard-coded.
SIZES = ((3, 4), (2, 5))


def memories(rng) -> list[Arguments]:
    return [{"f": rng.uniform(0.1, 0.9, (B, H)), "c_prev": rng.normal(0, 2, (B, H))} for B, H in SIZES]


CONSTANT = Check(
    name="FUNCTION",
    output="c",
    reference=lambda f, c_prev: f * c_prev,
    axes={"c": "BH"},
    sizes=lambda arguments: "B={}, H={}".format(*arguments["f"].shape),
    parts={"equation": Part(memories)},
    mistakes={
        _("1 - f is used: f = 1 means keep"): lambda f, c_prev: (1 - f) * c_prev,
        _("f is added: a gate multiplies"): lambda f, c_prev: f + c_prev,
    },
)
