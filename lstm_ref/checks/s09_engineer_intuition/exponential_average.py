"""The check of `exponential_average`."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part
from lstm_ref.core import filters
from lstm_ref.messages import _

STEPS = (7, 9)  # of the two calls of a filter: nobody should count on one length


def signals(rng) -> list[Arguments]:
    return [
        {"z": rng.normal(0, 1, T), "keep": float(rng.uniform(*bounds)), "c0": float(rng.normal(0, 2))}
        for T, bounds in zip(STEPS, ((0.6, 0.9), (0.1, 0.4)), strict=True)
    ]


def stepped(step, start=lambda z, c0: c0):
    """A filter whose step is another one: step(c, z, keep, n) -> c."""

    def run(z, keep, c0):
        c, trace = start(z, c0), []
        for n, now in enumerate(z):
            c = step(c, now, keep, n)
            trace.append(c)
        return np.array(trace)

    return run


def average_before(z, keep, c0):
    return np.append(c0, filters.exponential_average(z, keep, c0))[:-1]


def average_advice(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """Where the two first part, and the three numbers of that step."""
    z, keep, c0 = arguments.values()
    n = int(np.flatnonzero(~np.isclose(got["c"], want["c"], rtol=1e-9, atol=1e-9))[0])
    return _("There the memory before is {before:.4g}, z[{n}] is {z:.4g} and keep is {keep:.4g}.").format(
        before=want["c"][n - 1] if n else c0, n=n, z=z[n], keep=keep
    )


AVERAGE = Check(
    name="exponential_average",
    output="c",
    reference=filters.exponential_average,
    axes={"c": "T"},
    sizes=lambda arguments: "T={n}, keep={keep:.3g}".format(n=len(arguments["z"]), keep=arguments["keep"]),
    parts={"all": Part(signals)},
    advice=average_advice,
    mistakes={
        _("keep and 1 - keep are exchanged: keep goes with the old memory"): lambda z, keep, c0: (
            filters.exponential_average(z, 1 - keep, c0)
        ),
        _(
            "the new value is added whole: that is the leaky integrator; an average takes 1 - keep of it"
        ): filters.leaky_integrator,
        _("both are taken by keep: the new value counts with 1 - keep"): stepped(lambda c, z, k, n: k * (c + z)),
        _("c0 is ignored: the first step starts from 0"): lambda z, k, c0: filters.exponential_average(z, k),
        _("c0 is ignored: the first step starts from z[0], as pandas does"): lambda z, k, c0: (
            filters.exponential_average(z, k, z[0])
        ),
        _("every step starts from c0 again: what a step gives must be carried to the next"): lambda z, k, c0: (
            k * c0 + (1 - k) * z
        ),
        _("the memory before each step is returned, and not the one after it"): average_before,
        _("c0 is returned too, so that there are T+1 numbers: only those after a step count"): lambda z, k, c0: (
            np.append(c0, filters.exponential_average(z, k, c0))
        ),
        _("only the last memory is returned; one for each step is asked for"): lambda z, k, c0: (
            filters.exponential_average(z, k, c0)[-1]
        ),
        _("the mean of the old memory and the new value is taken: keep is not used"): stepped(
            lambda c, z, k, n: (c + z) / 2
        ),
        _("keep is the power of the step: the same factor acts at every step"): stepped(
            lambda c, z, k, n: k**n * c + (1 - k) * z
        ),
        _("keep * c + (1 - keep) * z[t - 1]: the value of the step before is read"): lambda z, k, c0: (
            filters.exponential_average(np.roll(z, 1), k, c0)
        ),
        _("each step mixes z[t] with z[t - 1], and not with the memory"): lambda z, k, c0: (
            k * np.append(c0, z[:-1]) + (1 - k) * z
        ),
    },
)
