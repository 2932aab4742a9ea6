"""The check of `lag_until`: lags are small whole numbers, so no two mistakes may agree on the curves by chance."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.core import jacobians
from lstm_ref.messages import _

LAGS = ((3, 12), (4, 9))  # B and T of two calls


def falling_curves(rng, B: int, T: int) -> Arguments:
    """Each falls below the fraction at its own lag; one meets it first, one rises again, one grows at both ends."""
    norms = rng.uniform(0.45, 0.7, (B, 1)) ** np.arange(T)
    fraction = float(rng.uniform(0.06, 0.12))
    norms[0, int((norms[0] < fraction).argmax()) - 1] = fraction
    dip = int(rng.integers(2, 4))
    norms[1, dip : dip + 2] = fraction * 0.5, fraction * 1.7
    norms[2, 1] = 1.6
    norms[2, -2] = 0.9 * norms[2, -1]
    return {"norms": norms, "fraction": fraction}


def falling(rng) -> list[Arguments]:
    """Curves on which no two of the known mistakes give the same lags: whole numbers would often agree by chance."""
    while True:
        calls = [falling_curves(rng, B, T) for B, T in LAGS]
        answers = {tuple(np.hstack([np.ravel(f(**call)) for call in calls])) for f in (jacobians.lag_until, *LAG_WRONG)}
        lucky = all((searched_sorted(**call) == jacobians.lag_until(**call)).all() for call in calls)
        if len(answers) == len(LAG_WRONG) + 1 and not lucky:
            return calls


def never_falling(rng) -> list[Arguments]:
    calls = []
    for B, T in LAGS:
        norms = np.array([[0.5], [0.97], [1.05], [0.95]])[:B] ** np.arange(T) * rng.uniform(0.999, 1.001, (B, T))
        norms[:, 0] = 1
        calls.append({"norms": norms, "fraction": float(rng.uniform(0.06, 0.12))})
    return calls


def first_below(norms, fraction):
    return (norms < fraction).argmax(axis=1)


def or_else(never, norms, fraction):
    return np.where((norms < fraction).any(axis=1), first_below(norms, fraction), never)


def last_below(norms, fraction):
    below, T = norms < fraction, norms.shape[1]
    return np.where(below.any(axis=1), T - 1 - below[:, ::-1].argmax(axis=1), T)


def searched_sorted(norms, fraction):
    """np.searchsorted takes a curve for one that only falls; where it rises again, it finds the first by luck."""
    return np.array([len(row) - np.searchsorted(row[::-1], fraction) for row in norms])


def changed(change):
    """The right lags, changed."""
    return lambda norms, fraction: change(jacobians.lag_until(norms, fraction))


LAG_MISTAKES = known(
    {
        _(
            "the lags above the fraction are counted: a curve that falls and rises again has more of them"
        ): lambda norms, fraction: (norms >= fraction).sum(axis=1),
        _("the lag of the last fall is returned; the first is asked for"): lambda norms, fraction: (
            norms.shape[1] - (norms >= fraction)[:, ::-1].argmax(axis=1)
        ),
        _("lags are counted from 1; column 0 is lag 0"): changed(lambda lags: lags + 1),
        _(
            "<= stands where < belongs: less than the fraction is asked for, and one curve meets it exactly"
        ): lambda norms, fraction: jacobians.lag_until(np.where(norms == fraction, 0, norms), fraction),
        _("the last lag before the fall is returned"): changed(lambda lags: lags - 1),
        _("the comparison is the wrong way round: the first lag above the fraction is 0"): lambda norms, fraction: (
            norms > fraction
        ).argmax(axis=1),
        _("the lags below the fraction are counted"): lambda norms, fraction: (norms < fraction).sum(axis=1),
        _("the lag whose norm is nearest to the fraction is returned, which may lie above"): lambda norms, fraction: (
            np.abs(norms - fraction).argmin(axis=1)
        ),
        _(
            "the fraction is taken of the largest norm; lag 0 is where everything is there, and its norm is 1"
        ): lambda norms, fraction: jacobians.lag_until(norms / norms.max(axis=1, keepdims=True), fraction),
        _(
            "the columns are searched in place of the rows: each sequence has its own lag, so axis=1"
        ): lambda norms, fraction: (norms < fraction).argmax(axis=0),
        _("argmax is used without an axis: it gives one number for the whole array"): lambda norms, fraction: (
            norms < fraction
        ).argmax(),
        _("the lag of the first sequence is given for all"): changed(lambda lags: np.repeat(lags[:1], len(lags))),
        _("the norms are averaged over the batch before they are read"): lambda norms, fraction: np.repeat(
            jacobians.lag_until(norms.mean(axis=0)[None], fraction), len(norms)
        ),
        _("a constant decay is assumed, ln(fraction) / ln(norms[:, 1]): read the curve"): lambda norms, fraction: (
            np.ceil(np.log(fraction) / np.log(norms[:, 1])).astype(int)
        ),
        _("the lowest norm is looked for, and not the first below the fraction"): lambda norms, fraction: norms.argmin(
            axis=1
        ),
        _("the last lag below the fraction is returned, as by a loop without break: the first counts"): last_below,
    }
)


LAG_WRONG = [mistake.wrong for mistake in LAG_MISTAKES]


def which_curve(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    b = int(np.flatnonzero(got["lags"] != want["lags"])[0])
    if want["lags"][b] == arguments["norms"].shape[1]:
        return _("Nothing in norms[{b}] is below the fraction: T, the number of lags, is expected.").format(b=b)
    return _("Look at norms[{b}] and find the first column below the fraction by eye.").format(b=b)


def lag_sizes(arguments: Arguments) -> str:
    B, T = arguments["norms"].shape
    return f"B={B}, T={T}, fraction={arguments['fraction']:.3f}"


LAG_UNTIL = Check(
    name="lag_until",
    output="lags",
    reference=jacobians.lag_until,
    axes={"lags": "B"},
    sizes=lag_sizes,
    advice=which_curve,
    parts={
        "falls": Part(falling),
        "never": Part(
            never_falling,
            mistakes={
                _("argmax is asked where nothing is below the fraction: it then says 0; T is expected"): first_below,
                _(
                    "B, the number of sequences, stands for never; T, the number of lags, is norms.shape[1]"
                ): lambda norms, fraction: or_else(len(norms), norms, fraction),
                _("-1 stands for never; T is expected"): lambda norms, fraction: or_else(-1, norms, fraction),
                _(
                    "the last lag, T - 1, stands for never; T is expected, for it did not happen there either"
                ): lambda norms, fraction: np.minimum(jacobians.lag_until(norms, fraction), norms.shape[1] - 1),
            },
        ),
    },
    mistakes=LAG_MISTAKES,
)
