"""The check of `kalman_filter`: a loop over one sequence, whose state is an estimate and its variance P."""

import numpy as np

from lstm_ref.checks.engine.compare import wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.checks.problems import with_far_numbers
from lstm_ref.checks.s09_engineer_intuition.exponential_average import STEPS
from lstm_ref.checks.slips.loop import CARRIED, COLLECTED, Loop
from lstm_ref.core import filters
from lstm_ref.messages import _


def measurements(rng) -> list[Arguments]:
    """Two signals of different scale: neither an estimate nor a variance has bounds."""
    return [
        {
            "z": scale * with_far_numbers(rng.normal(0, 1, T)),
            "q": scale**2 * float(rng.uniform(0.05, 0.4)),
            "r": scale**2 * float(rng.uniform(0.5, 1.5)),
            "c0": scale * float(rng.uniform(1, 4) * rng.choice([-1, 1])),
            "p0": scale**2 * float(rng.uniform(1.5, 4)),
        }
        for T, scale in zip(STEPS, (1.0, 10.0), strict=True)
    ]


def step_with(
    predict=lambda p, q: p + q,
    gain=lambda m, r: m / (m + r),
    move=lambda c, k, z: (1 - k) * c + k * z,
    narrow=lambda m, k, p, q: (1 - k) * m,
):
    """A step with one of its lines changed: m is P + q, the variance before the measurement."""

    def step(state, z, q, r):
        c, p = state
        m = predict(p, q)
        k = gain(m, r)
        c = move(c, k, z)
        return (c, narrow(m, k, p, q)), (c, k)

    return step


RUN = Loop(
    step=step_with(),
    take_apart=lambda z, q, r, c0, p0: ((z[None],), (np.array([c0]), np.array([p0])), (q, r)),  # a batch of one
    places={"result": lambda v: tuple(v.hs[..., 0])},
)


def kalman(**lines):
    return RUN(step=step_with(**lines))


def right(z, q, r, c0, p0):
    trace = filters.kalman_filter(z, q, r, c0, p0)
    return trace.estimate, trace.gain


# No gain depends on a measurement or an estimate: with right gains, the estimates are a run of their own.
ESTIMATES = Loop(
    step=lambda c, z, k: ((1 - k) * c + k * z,) * 2,
    take_apart=lambda z, *others: ((z[None], right(z, *others)[1][None]), np.array([others[2]]), ()),
    places={"result": lambda v: (v.hs[0], v.xs[1][0])},
    letters={"h": "estimate", "hs": "c", "first": "c0"},
)


def settled(q: float, r: float) -> float:
    """The P that a step leaves as it is."""
    return filters.steady_gain(q, r) * r


def kalman_advice(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The numbers of the first step that is wrong."""
    z, q, r, c0, p0 = arguments.values()
    trace = filters.kalman_filter(z, q, r, c0, p0)
    wrong = [wrong_numbers(got[leaf], want[leaf]) for leaf in ("c", "K")]
    n = int(np.flatnonzero(wrong[1] if wrong[1].any() else wrong[0])[0])
    if not wrong[1].any():
        return _(
            "K is right. At step {n} the estimate before is {c:.4g}, z[{n}] is {z:.4g} and K is {k:.4g}: look at the "
            "line for c, and at where c starts."
        ).format(n=n, c=trace.estimate[n - 1] if n else c0, z=z[n], k=trace.gain[n])
    return _(
        "At step {n} P is {p:.4g} before the step, so P + q is {m:.4g} and K = (P + q) / (P + q + r) is {k:.4g}; then "
        "P becomes {after:.4g}."
    ).format(
        n=n,
        p=trace.variance[n - 1] if n else p0,
        m=(trace.variance[n - 1] if n else p0) + q,
        k=trace.gain[n],
        after=trace.variance[n],
    )


KALMAN_FILTER = Check(
    name="kalman_filter",
    output=("c", "K"),
    reference=right,
    axes={"c": "T", "K": "T"},
    leading=("K",),
    sizes=lambda arguments: "T={n}, q={q:.3g}, r={r:.3g}".format(n=len(arguments["z"]), **arguments),
    parts={"gains": Part(measurements, only=("K",)), "estimates": Part(measurements, only=("c",))},
    advice=kalman_advice,
    mistakes=known(
        RUN.slips(COLLECTED, only=["first left out", "last left out", "return in the loop", "backwards"]),
        ESTIMATES.slips(COLLECTED, CARRIED, only=["before the step", "start in front", "start ignored", "start again"]),
        {
            _("q is left out: the level is taken to stand still, and the gain falls towards 0"): kalman(
                predict=lambda p, q: p
            ),
            _("q is added after the update: it belongs before the gain, for the level has moved on since"): kalman(
                predict=lambda p, q: p, narrow=lambda m, k, p, q: (1 - k) * m + q
            ),
            _("q is used for the gain, and forgotten for P: P becomes (1 - K) * (P + q)"): kalman(
                narrow=lambda m, k, p, q: (1 - k) * p
            ),
            _("P is not updated, so that every gain is the first one"): kalman(narrow=lambda m, k, p, q: p),
            _("P becomes P + q and is never made smaller: after a measurement it is (1 - K) * (P + q)"): kalman(
                narrow=lambda m, k, p, q: m
            ),
            _("P becomes K * (P + q): the better the measurement, the less is left, (1 - K) * (P + q)"): kalman(
                narrow=lambda m, k, p, q: k * m
            ),
            _("the gain is r / (P + q + r): a noisy measurement must count less, not more"): kalman(
                gain=lambda m, r: r / (m + r)
            ),
            _("the gain is (P + q) / r: it must stay below 1"): kalman(gain=lambda m, r: m / r),
            _("the gain is M / M + r, which is 1 + r: the sum below the line needs parentheses, M / (M + r)"): kalman(
                gain=lambda m, r: m / m + r
            ),
            _(
                "every gain is the one that settles in the end: it is asked for step by step, from p0 on"
            ): lambda z, q, r, c0, p0: right(z, q, r, c0, settled(q, r)),
            _(
                "q and r are exchanged: q is how far the level moves, r is the noise of a measurement"
            ): lambda z, q, r, c0, p0: right(z, r, q, c0, p0),
            _("q and r are squared: they are variances already"): lambda z, q, r, c0, p0: right(
                z, q * q, r * r, c0, p0
            ),
            _("the roots of the variances are put into the gain; it is a quotient of variances"): kalman(
                gain=lambda m, r: m**0.5 / (m**0.5 + r**0.5)
            ),
            _("K and 1 - K are exchanged: K goes with the measurement"): kalman(
                move=lambda c, k, z: k * c + (1 - k) * z
            ),
            _("K times z is added, and nothing of the old estimate is given up: it keeps 1 - K"): kalman(
                move=lambda c, k, z: c + k * z
            ),
            _("the difference has the wrong sign: it is c + K * (z - c)"): kalman(move=lambda c, k, z: c + k * (c - z)),
            _("c0 is ignored: the first step starts from z[0]"): lambda z, q, r, c0, p0: right(z, q, r, z[0], p0),
            # Not by `right`, which refuses a variance below 0, as c0 may be.
            _("c0 and p0 are exchanged: c starts at c0, P at p0"): RUN(start=lambda v: v.first[::-1]),
            _("the order is changed: the estimates come first, then the gains"): lambda *a: right(*a)[::-1],
            _("the variances are returned in the place of the gains"): lambda z, q, r, c0, p0: (
                filters.kalman_filter(z, q, r, c0, p0)[0],
                filters.kalman_filter(z, q, r, c0, p0)[2],
            ),
        },
    ),
)
