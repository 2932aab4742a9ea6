"""The check of `exponential_average`: a loop over one sequence, whose memory is one number."""

import numpy as np

from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, Loop
from lstm_ref.core import filters
from lstm_ref.messages import _

STEPS = (7, 9)  # of the two calls of a filter: nobody should count on one length


def signals(rng) -> list[Arguments]:
    return [
        {
            "z": with_far_numbers(rng.normal(0, 1, T), 20.0),
            "keep": float(rng.uniform(*bounds)),
            "c0": float(rng.normal(0, 2)),
        }
        for T, bounds in zip(STEPS, ((0.6, 0.9), (0.1, 0.4)), strict=True)
    ]


def step_with(mix=lambda c, z, n, keep: keep * c + (1 - keep) * z):
    """A step that mixes memory and value in another way; n is the number of the step."""

    def step(*of_the_step):
        new = mix(*of_the_step)
        return new, new

    return step


RUN = Loop(
    step=step_with(),
    take_apart=lambda z, keep, c0: ((z[None], np.arange(len(z))[None]), np.array([c0]), (keep,)),  # a batch of one
    places={"result": lambda v: v.hs[0]},
    letters={"h": "memory", "hs": "c", "first": "c0"},
)


def mixes(mix):
    return RUN(step=step_with(mix))


def average_advice(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where the two first part, and the three numbers of that step."""
    z, keep, c0 = arguments.values()
    n = int(np.flatnonzero(wrong_numbers(got["c"], want["c"]))[0])
    return _("There the memory before is {before:.4g}, z[{n}] is {z:.4g} and keep is {keep:.4g}.").format(
        before=want["c"][n - 1] if n else c0, n=n, z=z[n], keep=keep
    )


EXPONENTIAL_AVERAGE = Check(
    name="exponential_average",
    output="c",
    reference=filters.exponential_average,
    axes={"c": "T"},
    sizes=lambda arguments: "T={n}, keep={keep:.3g}".format(n=len(arguments["z"]), keep=arguments["keep"]),
    parts={"all": Part(signals)},
    advice=average_advice,
    mistakes=known(
        RUN.slips(COLLECTED, CARRIED),
        {
            _("keep and 1 - keep are exchanged: keep goes with the old memory"): mixes(
                lambda c, z, n, keep: (1 - keep) * c + keep * z
            ),
            _("the new value is added whole: that is the leaky integrator; an average takes 1 - keep of it"): mixes(
                lambda c, z, n, keep: keep * c + z
            ),
            _("both are taken by keep: the new value counts with 1 - keep"): mixes(
                lambda c, z, n, keep: keep * (c + z)
            ),
            _("the mean of the old memory and the new value is taken: keep is not used"): mixes(
                lambda c, z, n, keep: (c + z) / 2
            ),
            _("keep is the power of the step: the same factor acts at every step"): mixes(
                lambda c, z, n, keep: keep**n * c + (1 - keep) * z
            ),
            _("c0 is ignored: the first step starts from z[0], as pandas does"): RUN(start=lambda v: v.xs[0][:, 0]),
            _("keep * c + (1 - keep) * z[t - 1]: the value of the step before is read"): RUN(
                order=lambda T, x: range(-1, T - 1)
            ),
            _("each step mixes z[t] with z[t - 1], and not with the memory"): RUN(carry=lambda v: v.inputs[0]),
        },
    ),
)
