"""The check of `soft_and`: many weights are right, so the gate is looked at in the worst situations."""

from itertools import permutations

import numpy as np

from lstm_ref.checks.engine.compare import number
from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.core import thresholds
from lstm_ref.core.cell import sigmoid
from lstm_ref.messages import _

SURE = 0.99
LEAST = float(np.log(SURE / (1 - SURE)))  # the sum at which a gate is sure
ROUNDING = 1e-6


def situations(u_off, u_on, v_off, v_on, v_most) -> list[tuple[str, float, float, bool]]:
    """(in words, u, v, whether the gate is to be open): the worst cases, among which lie all others."""
    rows = [
        (_("both are off"), u_off, v_off, False),
        (_("u is on and v is off"), u_on, v_off, False),
        (_("u is off and v is on"), u_off, v_on, False),
        (_("both are on"), u_on, v_on, True),
    ]
    if v_most > v_on:
        rows += [(_("u is off and v as loud as it may be"), u_off, v_most, False)]
    return rows


def and_complaint(arguments: dict, answer: tuple) -> str | None:
    """None if the gate is open, at least 0.99, just when both inputs are on, and else at most 0.01."""
    weights = tuple(float(part) for part in answer)
    if not np.isfinite(weights).all():
        return _("w_u, w_v and b are {got}; expected finite numbers.").format(got=", ".join(map(number, weights)))
    rows = situations(**arguments)
    sums = _sums(rows, weights)
    short = np.where([row[3] for row in rows], LEAST - sums, LEAST + sums)  # how much is missing on the right side
    if (short <= ROUNDING).all():
        return None
    words, u, v, is_open = rows[int(short.argmax())]
    told = _("When {words} (u = {u:g}, v = {v:g}), the gate is {gate:.3f}; {asked} is asked for.").format(
        words=words,
        u=u,
        v=v,
        gate=sigmoid(float(sums[short.argmax()])),
        asked=_("at least 0.99") if is_open else _("at most 0.01"),
    )
    return f"{told} {_what_it_is(arguments, rows, weights, sums)}"


def _sums(rows, weights) -> np.ndarray:
    w_u, w_v, b = weights
    return np.array([w_u * u + w_v * v + b for _words, u, v, _is_open in rows])


def _is_and(rows, weights) -> bool:
    wanted = np.array([1 if row[3] else -1 for row in rows])
    return bool((wanted * _sums(rows, weights) >= LEAST - ROUNDING).all())


def _what_it_is(arguments, rows, weights, sums) -> str:
    w_u, w_v, b = weights
    is_open = sums > 0
    others = [order for order in permutations(weights) if order != weights and _is_and(rows, order)]
    if others:
        return _("In another order the three numbers would do: expected are w_u, w_v, b.")
    if _is_and(rows, (-w_u, -w_v, -b)):
        return _("With all three signs turned it would do: this gate is open just when it should be shut (NAND).")
    if _is_and(rows, (w_u, w_v, -b)):
        return _("With the other sign of b it would do.")
    if w_u == w_v == 0:
        return _("It reads neither u nor v.")
    if w_u == 0 or w_v == 0:
        return _("It does not read {name}: its weight is 0.").format(name="u" if w_u == 0 else "v")
    if w_u < 0 or w_v < 0:
        return _("The weight of {name} is negative: on would speak against opening.").format(
            name="u" if w_u < 0 else "v"
        )
    either = _("It opens when only one of the two is on: that is OR. ") if list(is_open[:4]) == [False, 1, 1, 1] else ""
    about_b, would_do = _about_b(rows, sums, b)
    if would_do:
        return either + about_b
    if list(is_open) == [row[3] for row in rows]:
        return _(
            "It is open and shut where it should be, but too softly: the sum comes as near to 0 as {least:.2f}, and "
            "{asked:.2f} is needed. Multiply all three by the same number."
        ).format(least=float(np.abs(sums).min()), asked=LEAST)
    if len(rows) > 4 and list(is_open[:4]) == [row[3] for row in rows[:4]]:
        return _(
            "While v is at {on:g} all is well. But v may be as loud as {most:g}, and then w_v * v outvotes a u that is "
            "off: u needs more weight, and b must make up for it."
        ).format(on=arguments["v_on"], most=arguments["v_most"])
    return either + about_b


def _about_b(rows, sums, b: float) -> tuple[str, bool]:
    """What b could mend, and whether another b alone would do: it parts what must open from what must not."""
    lowest = min(total - b for total, row in zip(sums, rows, strict=True) if row[3])
    highest = max(total - b for total, row in zip(sums, rows, strict=True) if not row[3])
    if lowest <= highest:
        text = _("No b would do: w_u * u + w_v * v is {low:.3g} where it must open and {high:.3g} where it must not.")
        return text.format(low=lowest, high=highest), False
    if lowest - highest < 2 * LEAST - ROUNDING:
        text = _(
            "Without b the sum is {low:.3g} where it must open and {high:.3g} where it must not. Between them there "
            "must be 2 * {asked:.3f}: make the weights larger, then put b in the middle."
        )
        return text.format(low=lowest, high=highest, asked=LEAST), False
    text = _("The weights would do; b is too {much}: it is {b:.4g}, and must lie from {low:.4g} to {high:.4g}.")
    much = _("high") if b > -highest - LEAST else _("low")
    return text.format(much=much, b=b, low=LEAST - lowest, high=-highest - LEAST), True


def three_digits(value: float) -> float:
    """A level as one would write it down."""
    return float(f"{value:.3g}")


def levels_of_and(loud: bool):
    """Inputs of several ranges: -1 and 1, 0 and 1, and others; v may be louder than need be, or not.

    In the last, u_off and u_on lie close together and far from 0, v_off and v_on far apart and below 0: a weight that
    is made of one of them, and not of the difference, or of no difference, is too small there or has the wrong sign.
    """

    def calls(rng) -> list[Arguments]:
        found = []
        for u_off, u_on in (
            (-1.0, 1.0),
            (three_digits(rng.uniform(-0.9, -0.3)), three_digits(rng.uniform(0.4, 0.9))),
            (0.0, 1.0),
        ):
            v_off = three_digits(rng.uniform(0.1, 0.4))
            v_on = three_digits(v_off + rng.uniform(0.3, 1.5))
            v_most = three_digits(v_on * rng.uniform(2, 5)) if loud else v_on
            found.append({"u_off": u_off, "u_on": u_on, "v_off": v_off, "v_on": v_on, "v_most": v_most})
        u_off = three_digits(rng.uniform(2, 4))
        v_off = three_digits(rng.uniform(-30, -20))
        v_on = three_digits(v_off + rng.uniform(10, 15))
        last = {"u_off": u_off, "u_on": three_digits(u_off + rng.uniform(0.2, 0.4)), "v_off": v_off, "v_on": v_on}
        return [*found, last | {"v_most": three_digits(v_on + rng.uniform(40, 60)) if loud else v_on}]

    return calls


SOFT_AND = Check(
    name="soft_and",
    output=("w_u", "w_v", "b"),
    reference=thresholds.soft_and,
    sizes=lambda arguments: ", ".join(f"{name}={value:g}" for name, value in arguments.items()),
    parts={"switches": Part(levels_of_and(loud=False)), "loud": Part(levels_of_and(loud=True))},
    behaviour=and_complaint,
)
