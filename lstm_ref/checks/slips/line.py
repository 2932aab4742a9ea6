"""What the checks of one squashed line of the cell have in common: f, i, o and the candidate read [h_prev, x] alike.

`line_check` is the whole check of such a line; `gate_check` is that of a sigmoid gate.
"""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Mistake, Part, Table, known
from lstm_ref.core import cell
from lstm_ref.messages import _

# Sizes that all differ, so that no axis can be taken for another; two of them, so that none can be written as a number.
B, D, H = 3, 2, 4
SIZES = ((B, D, H), (2, 5, 3))


def line_check(
    name: str,
    output: str,
    letter: str,
    reference: Callable,
    squash: Callable[[np.ndarray], np.ndarray],
    unsquash: Callable[[np.ndarray], np.ndarray],
    *,
    mistakes: tuple[Mistake, ...],
    at_the_limits: Table,
    given: tuple[str, ...] = (),
) -> Check:
    """The check of squash(W · [h_prev, x] + b), in two parts: "equation" and "limits".

    name: of the function; output: what it returns, such as "f"; letter: of its weights, W_f and b_f;
    unsquash: the inverse of squash, nan where there is none. `mistakes` are those of this line alone, `at_the_limits`
    those that only large biases show.
    """
    low = float(squash(np.array(-1000.0)))
    names = {"output": output, "W": f"W_{letter}", "b": f"b_{letter}", "squash": squash.__name__, "low": f"{low:.0f}"}
    return Check(
        name=name,
        output=output,
        reference=reference,
        given=given,
        place=lambda arguments, index: f"{output}[{', '.join(map(str, index))}]",
        sizes=sizes_of_a_line,
        parts={
            "equation": Part(lambda rng: [random_line(rng, letter, sizes) for sizes in SIZES]),
            "limits": Part(lambda rng: [line_at_its_limits(rng, letter)], mistakes=at_the_limits),
        },
        mistakes=known(mistakes, _reading_mistakes(names, reference, squash)),
        advice=lambda arguments, got, want: advice(names, unsquash, arguments, got[output], want[output]),
    )


def gate_check(
    name: str, letter: str, reference: Callable, *, inverted: str, softmaxed: str, mistakes: tuple[Mistake, ...] = ()
) -> Check:
    """The check of a sigmoid gate, such as gate_check("forget_gate", "f", cell.forget_gate, ...).

    inverted, softmaxed: the sentences for a gate of the wrong polarity and for one made by softmax; `mistakes`: more
    that this gate alone knows.
    """
    names = {"gate": letter}
    return line_check(
        name,
        letter,
        letter,
        reference,
        cell.sigmoid,
        _logit,
        given=("sigmoid",),
        at_the_limits={
            _("the sigmoid is written as exp(z) / (1 + exp(z)): for large z infinity by infinity is nan"): on_z(
                lambda z: np.exp(z) / (1 + np.exp(z))
            ),
            _("z is clipped before the sigmoid, so that the gate never closes or opens fully"): on_z(
                lambda z: cell.sigmoid(np.clip(z, -10, 10))
            ),
            _("{gate} is clipped: a gate may come as close to 0 and 1 as it likes").format(**names): on_z(
                lambda z: np.clip(cell.sigmoid(z), 1e-7, 1 - 1e-7)
            ),
        },
        mistakes=known(
            mistakes,
            {
                inverted: on_z(lambda z: 1 - cell.sigmoid(z)),
                softmaxed: on_z(softmax),
                _("the sigmoid is left out: z can be any number, a gate lies between 0 and 1"): on_z(lambda z: z),
                _("tanh is used instead of sigmoid: tanh can be negative, and a gate cannot"): on_z(np.tanh),
                _("relu is used instead of sigmoid: it has no upper end, and a gate is never above 1"): on_z(
                    lambda z: np.maximum(z, 0)
                ),
                _("the sigmoid is taken twice"): on_z(lambda z: cell.sigmoid(cell.sigmoid(z))),
                _("tanh is taken before the sigmoid, so that {gate} cannot leave 0.27 to 0.73").format(**names): on_z(
                    lambda z: cell.sigmoid(np.tanh(z))
                ),
                _(
                    "the pieces W h, W x and b are squashed one by one and then added; add first, squash once"
                ): in_pieces(cell.sigmoid),
                _("tanh squashes the pieces W h, W x and b one by one; add first, then take one sigmoid"): in_pieces(
                    np.tanh
                ),
                _("{gate} is rounded to 0 or 1: a gate is a fraction").format(**names): on_z(
                    lambda z: np.round(cell.sigmoid(z))
                ),
            },
        ),
    )


# --- problems ------------------------------------------------------------------------------------------------------


def sizes_of_a_line(arguments: Arguments) -> str:
    (B, H), D = arguments["h_prev"].shape, arguments["x"].shape[1]
    return f"B={B}, D={D}, H={H}"


def random_line(rng, letter: str, sizes: tuple[int, int, int] = SIZES[0]) -> Arguments:
    """Weights of order one, a state and biases that are not zero: small weights hide mistakes."""
    B, D, H = sizes
    return {
        "h_prev": rng.uniform(-1, 1, (B, H)),
        "x": rng.normal(0, 1, (B, D)),
        f"W_{letter}": rng.normal(0, 1, (H, H + D)),
        f"b_{letter}": rng.normal(0, 1, H),
    }


def line_at_its_limits(rng, letter: str) -> Arguments:
    """Biases so large that each unit is at one end or the other."""
    return {**random_line(rng, letter), f"b_{letter}": rng.permutation([-1000.0, -60.0, 60.0, 1000.0])}


# --- what goes wrong on the way to z, whatever squashes it ---------------------------------------------------------


def pre_activation(h_prev, x, W, b):
    return np.concatenate([h_prev, x], axis=1) @ W.T + b


def on_z(wrong):
    """The line with another function of z = W · [h_prev, x] + b."""
    return lambda h_prev, x, W, b: wrong(pre_activation(h_prev, x, W, b))


def in_pieces(squash):
    def wrong(h_prev, x, W, b):
        H = len(W)
        return squash(h_prev @ W[:, :H].T) + squash(x @ W[:, H:].T) + squash(b)

    return wrong


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _reading_mistakes(names: dict, right: Callable, squash: Callable) -> tuple[Mistake, ...]:
    """Mistakes in joining, weighing and shifting what the line reads."""

    def changed(change):
        return lambda h_prev, x, W, b: right(*change(h_prev, x, W, b))

    def joined(join):
        return lambda h_prev, x, W, b: squash(join(h_prev, x, W, b))

    def only_first(rows, columns):
        def wrong(h_prev, x, W, b):
            result = np.zeros(h_prev.shape)
            result[:rows, :columns] = right(h_prev, x, W, b)[:rows, :columns]
            return result

        return wrong

    return known(
        {
            _("x comes before h_prev: the first H columns of {W} belong to h_prev, so it is [h_prev, x]").format(
                **names
            ): joined(lambda h, x, W, b: np.concatenate([x, h], axis=1) @ W.T + b),
            _("the bias {b} is left out").format(**names): changed(lambda h, x, W, b: (h, x, W, 0 * b)),
            _("the bias {b} is added twice").format(**names): changed(lambda h, x, W, b: (h, x, W, 2 * b)),
            _("the bias {b} is subtracted").format(**names): changed(lambda h, x, W, b: (h, x, W, -b)),
            _("the bias is added after the {squash}, so that {output} can leave {low} to 1; add it first").format(
                **names
            ): lambda h_prev, x, W, b: right(h_prev, x, W, 0 * b) + b,
            _("the {squash} is taken of [h_prev, x]; weigh and add first, then take it of the sum").format(
                **names
            ): lambda h_prev, x, W, b: squash(np.concatenate([h_prev, x], axis=1)) @ W.T + b,
            _("h_prev is ignored: only x is read"): changed(lambda h, x, W, b: (0 * h, x, W, b)),
            _("x is ignored: only h_prev is read"): changed(lambda h, x, W, b: (h, 0 * x, W, b)),
            _("only the bias is read"): changed(lambda h, x, W, b: (0 * h, 0 * x, W, b)),
            _("only the first sequence of the batch is used for all"): changed(
                lambda h, x, W, b: (h[:1].repeat(len(h), 0), x[:1].repeat(len(x), 0), W, b)
            ),
            **{
                _("only the first {part} is computed, and the rest stays 0: does `return` stand inside a loop?").format(
                    part=part
                ): only_first(rows, columns)
                for part, rows, columns in ((_("sequence"), 1, None), (_("number"), 1, 1))
            },
            _("{output} is transposed: one row per sequence is expected, (B, H)").format(
                **names
            ): lambda h_prev, x, W, b: right(h_prev, x, W, b).T,
            _("{output} already multiplies h_prev: {output} alone is asked for").format(
                **names
            ): lambda h_prev, x, W, b: right(h_prev, x, W, b) * h_prev,
            _("{W} is used without its transpose: it has one row per hidden unit, so it is hx @ {W}.T").format(
                **names
            ): tuple(
                joined(lambda h, x, W, b, product=product: product(np.concatenate([h, x], axis=1), W) + b)
                for product in (np.matmul, np.dot)
            ),
            _("{W} is reshaped, which mixes up its rows; {W}.T is its transpose").format(**names): joined(
                lambda h, x, W, b: np.concatenate([h, x], axis=1) @ W.reshape(-1, len(W)) + b
            ),
            _(
                "the block of {W} for h_prev is not transposed: it is square and fits either way, so nothing warns"
            ).format(**names): joined(lambda h, x, W, b: h @ W[:, : len(W)] + x @ W[:, len(W) :].T + b),
            _("h_prev and x each meet the whole of {W}: its first H columns are for h_prev, the others for x").format(
                **names
            ): tuple(
                joined(lambda h, x, W, b, turn=turn: h @ turn(W) + x @ turn(W) + b)
                for turn in (np.transpose, np.asarray)
            ),
            _("{W} comes first: each row of [h_prev, x] is one sequence, so it is hx @ {W}.T").format(**names): tuple(
                joined(lambda h, x, W, b, product=product: product(W, np.concatenate([h, x], axis=1)) + b)
                for product in (np.matmul, np.dot)
            ),
            _("{W} comes first, which gives (H, B), and {b} does not fit that; hx @ {W}.T gives (B, H)").format(
                **names
            ): joined(lambda h, x, W, b: W @ np.concatenate([h, x], axis=1).T + b),
            _("np.concatenate is given two arrays; it takes one list of them, and then axis=1"): tuple(
                joined(lambda h, x, W, b, options=options: np.concatenate(h, x, **options) @ W.T + b)
                for options in ({}, {"axis": 1})
            ),
            _("[h_prev, x] is a list, as the equation looks; np.concatenate with axis=1 makes one array of it"): joined(
                lambda h, x, W, b: np.array([h, x]) @ W.T + b
            ),
            _(
                "np.append without an axis makes one long row of both; np.concatenate with axis=1 joins the columns"
            ): joined(lambda h, x, W, b: np.append(h, x) @ W.T + b),
            _("h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"): joined(
                lambda h, x, W, b: np.concatenate([h, x], axis=0) @ W.T + b
            ),
            _("np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"): joined(
                lambda h, x, W, b: np.stack([h, x], axis=1) @ W.T + b
            ),
        }
    )


# --- what can be said of numbers that no known mistake gives --------------------------------------------------------


def _logit(gate):
    """The inverse of the sigmoid; nan outside of 0 to 1, and at its ends."""
    inside = (gate > 0) & (gate < 1)
    with np.errstate(all="ignore"):
        return np.where(inside, np.log(gate / (1 - gate)), np.nan)


def advice(names: dict, unsquash: Callable, arguments: Arguments, got: np.ndarray, want: np.ndarray) -> str:
    """Where a wrong number of a line comes from: before the squashing or in it, one unit or one sequence."""
    wrong = ~(np.abs(got - want) < 1e-9)
    sequences, units = (np.flatnonzero(wrong.any(axis=axis)) for axis in (1, 0))
    sequence, unit = np.argwhere(wrong)[0]
    said = ""
    if len(units) == 1:
        said = _("Only unit {unit} is wrong: it has row {unit} of {W} and {b}[{unit}].").format(unit=unit, **names)
    elif len(sequences) == 1:
        said = _("Only sequence {n} is wrong: row {n} of h_prev and of x.").format(n=sequence)
    z = float(pre_activation(*arguments.values())[sequence, unit])
    undone = float(unsquash(got)[sequence, unit])
    where = _("{W} · [h_prev, x] + {b} is {z:.4g} there").format(z=z, **names)
    if np.isfinite(undone):
        because = _("{where}, and your number comes from {undone:.4g}: compare what you squash with that.")
        return f"{said} {because.format(where=where, undone=undone)}".strip()
    because = _("{where}; no z is squashed to your number: what happens after the sum?")
    return f"{said} {because.format(where=where)}".strip()
