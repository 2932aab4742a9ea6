"""One line of the cell, squash(W · [h_prev, x] + b): f, i, o, the candidate and the h of a plain RNN are such lines.

`line_mistakes` is what all lines share, as functions of (h_prev, x, W, b). `line_check` is the whole check of a line of
the LSTM; `gate_check` is that of a sigmoid gate.
"""

from collections.abc import Callable

import numpy as np

from lstm_ref.checks import given
from lstm_ref.checks.engine.compare import first_wrong, wrong_numbers
from lstm_ref.checks.engine.declare import Arguments, Check, Mistake, Part, Table, known
from lstm_ref.checks.experiments.line import names_of_parts, readers, readouts_of_line
from lstm_ref.checks.slips import filled_in, within
from lstm_ref.checks.slips.squashing import logit, sigmoid_far_out, sigmoid_mistakes
from lstm_ref.messages import _

# Sizes that all differ, so that no axis can be taken for another; and two sets of them, so that none can be hard-coded.
# B is once smaller than H and once larger.
B, D, H = 3, 2, 4
SIZES = ((B, D, H), (6, 5, 3))
FAR_OUT = 8.0


BIAS_LEFT_OUT = _("the bias {b} is left out")
BIAS_OUTSIDE = _("the bias {b} is added after the {squash}, so that {output} can leave {low} to 1; add it first")
H_IGNORED = _("h_prev is ignored: only x is read")


def joined(h_prev, x):
    return np.concatenate([h_prev, x], axis=1)


def pre_activation(h_prev, x, W, b):
    """z, which the line squashes."""
    return joined(h_prev, x) @ W.T + b


# A wrong z, whatever squashes it: mistakes in joining, weighing and shifting what the line reads.
IN_Z: Table = {
    _("x comes before h_prev: the first H columns of {W} belong to h_prev, so it is [h_prev, x]"): lambda h, x, W, b: (
        pre_activation(x, h, W, b)
    ),
    BIAS_LEFT_OUT: lambda h, x, W, b: joined(h, x) @ W.T,
    _("the bias {b} is added twice"): lambda h, x, W, b: pre_activation(h, x, W, 2 * b),
    _("the bias {b} is subtracted"): lambda h, x, W, b: pre_activation(h, x, W, -b),
    H_IGNORED: lambda h, x, W, b: pre_activation(0 * h, x, W, b),
    _("x is ignored: only h_prev is read"): lambda h, x, W, b: pre_activation(h, 0 * x, W, b),
    _("only the bias is read"): lambda h, x, W, b: pre_activation(0 * h, 0 * x, W, b),
    _("only the first sequence of the batch is used for all"): lambda h, x, W, b: pre_activation(
        h[:1].repeat(len(h), 0), x[:1].repeat(len(x), 0), W, b
    ),
    _("{W} is used without its transpose: it has one row per hidden unit, so it is hx @ {W}.T"): (
        lambda h, x, W, b: joined(h, x) @ W + b,
        lambda h, x, W, b: np.dot(joined(h, x), W) + b,
    ),
    _("{W} is reshaped, which mixes up its rows; {W}.T is its transpose"): lambda h, x, W, b: (
        joined(h, x) @ W.reshape(-1, len(W)) + b
    ),
    _("the block of {W} for h_prev is not transposed: it is square and fits either way, so nothing warns"): (
        lambda h, x, W, b: h @ W[:, : len(W)] + x @ W[:, len(W) :].T + b
    ),
    _("h_prev and x each meet the whole of {W}: its first H columns are for h_prev, the others for x"): (
        lambda h, x, W, b: h @ W.T + x @ W.T + b,
        lambda h, x, W, b: h @ W + x @ W + b,
    ),
    _("{W} comes first: each row of [h_prev, x] is one sequence, so it is hx @ {W}.T"): (
        lambda h, x, W, b: W @ joined(h, x) + b,
        lambda h, x, W, b: np.dot(W, joined(h, x)) + b,
    ),
    _("{W} comes first, which gives (H, B), and {b} does not fit that; hx @ {W}.T gives (B, H)"): lambda h, x, W, b: (
        W @ joined(h, x).T + b
    ),
    _("* is used, which multiplies element by element; a product of matrices is written @"): lambda h, x, W, b: (
        joined(h, x) * W + b
    ),
    _("np.concatenate is given two arrays; it takes one list of them, and then axis=1"): (
        lambda h, x, W, b: np.concatenate(h, x) @ W.T + b,
        lambda h, x, W, b: np.concatenate(h, x, axis=1) @ W.T + b,
    ),
    _("[h_prev, x] is a list, as the equation looks; np.concatenate with axis=1 makes one array of it"): (
        lambda h, x, W, b: np.array([h, x]) @ W.T + b
    ),
    _("np.append without an axis makes one long row of both; np.concatenate with axis=1 joins the columns"): (
        lambda h, x, W, b: np.append(h, x) @ W.T + b
    ),
    _("h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"): (
        lambda h, x, W, b: np.concatenate([h, x], axis=0) @ W.T + b
    ),
    _("np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"): lambda h, x, W, b: (
        np.stack([h, x], axis=1) @ W.T + b
    ),
}


def on_z(squash):
    """A line that squashes the right z in another way."""
    return lambda h_prev, x, W, b: squash(pre_activation(h_prev, x, W, b))


def without_bias(squash):
    return lambda h_prev, x, W, b: squash(joined(h_prev, x) @ W.T)


def bias_outside(squash):
    return lambda h_prev, x, W, b: squash(joined(h_prev, x) @ W.T) + b


def in_pieces(squash):
    return lambda h_prev, x, W, b: squash(h_prev @ W[:, : len(W)].T) + squash(x @ W[:, len(W) :].T) + squash(b)


def names_of_a_line(output: str, W: str, b: str, squash: Callable) -> dict[str, str]:
    """What the sentences of `line_mistakes` call the parts of a line."""
    low = f"{float(squash(np.array(-1000.0))):.0f}"  # 0 for the sigmoid, -1 for tanh
    return {"output": output, "W": W, "b": b, "squash": squash.__name__, "low": low}


def line_mistakes(names: dict[str, str], squash: Callable) -> tuple[Mistake, ...]:
    """The mistakes that every line can show, whatever squashes it, as functions of (h_prev, x, W, b)."""
    right = on_z(squash)

    def only_first(rows, columns):
        def wrong(h_prev, x, W, b):
            result = np.zeros(h_prev.shape)
            result[:rows, :columns] = right(h_prev, x, W, b)[:rows, :columns]
            return result

        return wrong

    table = {
        BIAS_OUTSIDE: bias_outside(squash),
        _("the {squash} is taken of [h_prev, x]; weigh and add first, then take it of the sum"): (
            lambda h_prev, x, W, b: squash(joined(h_prev, x)) @ W.T + b
        ),
        _("the sigmoid squashes the pieces W h, W x and b one by one; add first, then take one {squash}"): in_pieces(
            given.sigmoid
        ),
        _("tanh squashes the pieces W h, W x and b one by one; add first, then take one {squash}"): in_pieces(np.tanh),
        _("only the first sequence is computed, and the rest stays 0: does `return` stand inside a loop?"): only_first(
            1, None
        ),
        _("only the first number is computed, and the rest stays 0: does `return` stand inside a loop?"): only_first(
            1, 1
        ),
        _("{output} is transposed: one row per sequence is expected, (B, H)"): lambda *line: right(*line).T,
        _("{output} already multiplies h_prev: {output} alone is asked for"): lambda h_prev, *rest: (
            right(h_prev, *rest) * h_prev
        ),
    }
    of_z = within(lambda wrong_z: lambda *line: squash(wrong_z(*line)), filled_in(IN_Z, **names))
    return known(of_z, filled_in(table, **names))


def line_check(
    name: str,
    output: str,
    letter: str,
    reference: Callable,
    squash: Callable[[np.ndarray], np.ndarray],
    unsquash: Callable[[np.ndarray], np.ndarray],
    mistakes: tuple[Mistake, ...],
    at_the_limits: Table,
    lent: tuple[Callable, ...] = (),
) -> Check:
    """The check of a line, in two parts: "equation" and "limits".

    name: of the function; output: what it returns, such as "f"; letter: of its weights, W_f and b_f;
    unsquash: the inverse of squash, nan where there is none. `mistakes` are functions of (h_prev, x, W, b) that this
    line alone knows, `at_the_limits` functions of z that only large biases show.
    """
    names = names_of_a_line(output, f"W_{letter}", f"b_{letter}", squash)
    return Check(
        name=name,
        output=output,
        reference=reference,
        axes={output: "BH"},
        given=lent,
        sizes=sizes_of_a_line,
        parts={
            "equation": Part(lambda rng: [random_line(rng, letter, sizes) for sizes in SIZES]),
            "limits": Part(lambda rng: [line_at_its_limits(rng, letter)], mistakes=within(on_z, at_the_limits)),
        },
        mistakes=(*mistakes, *line_mistakes(names, squash)),
        advice=lambda arguments, got, want: line_advice(names, unsquash, arguments, got[output], want[output]),
        readouts=readouts_of_line(squash, output),
        readers=readers(names["W"], names["b"]),
        lines=names_of_parts(**{name: names[name] for name in ("W", "b", "squash")}),
    )


def gate_check(name: str, letter: str, reference: Callable, inverted: str, mistakes: Table | None = None) -> Check:
    """The check of a sigmoid gate, such as gate_check("forget_gate", "f", cell.forget_gate, ...).

    inverted: the sentence for a gate of the wrong polarity; `mistakes`: more that this gate alone knows.
    """
    return line_check(
        name,
        letter,
        letter,
        reference,
        given.sigmoid,
        logit,
        lent=(given.sigmoid,),
        at_the_limits=sigmoid_far_out(letter),
        mistakes=known(mistakes or {}, within(on_z, sigmoid_mistakes(letter, inverted))),
    )


def sizes_of_a_line(arguments: Arguments) -> str:
    (B, H), D = arguments["h_prev"].shape, arguments["x"].shape[1]
    return f"B={B}, D={D}, H={H}"


def random_line(rng, letter: str, sizes: tuple[int, int, int] = SIZES[0]) -> Arguments:
    """Weights of order one, a state and biases that are not zero: small weights hide mistakes.

    No z lies beyond FAR_OUT: what is done to z far out is for another part to ask, and not for this one by luck.
    """
    B, D, H = sizes
    h_prev, x = rng.uniform(-1, 1, (B, H)), rng.normal(0, 1, (B, D))
    W, b = rng.normal(0, 1, (H, H + D)), rng.normal(0, 1, H)
    too_far = max(1.0, np.abs(pre_activation(h_prev, x, W, b)).max() / FAR_OUT)
    return {"h_prev": h_prev, "x": x, f"W_{letter}": W / too_far, f"b_{letter}": b / too_far}


def line_at_its_limits(rng, letter: str) -> Arguments:
    """Biases so large that each unit is at one end or the other."""
    return {**random_line(rng, letter), f"b_{letter}": rng.permutation([-1000.0, -60.0, 60.0, 1000.0])}


def line_advice(names: dict, unsquash: Callable, arguments: Arguments, got: np.ndarray, want: np.ndarray) -> str:
    """Where a wrong number of a line comes from: before the squashing or in it."""
    wrong = wrong_numbers(got, want)
    sequence, unit = first_wrong(wrong, "BH")
    z = float(pre_activation(*arguments.values())[sequence, unit])
    undone = float(unsquash(got)[sequence, unit])
    where = _("{W} · [h_prev, x] + {b} is {z:.4g} there").format(z=z, **names)
    from_where = _("{where}, and your number comes from {undone:.4g}: compare what you squash with that.")
    from_nowhere = _("{where}; no z is squashed to your number: what happens after the sum?")
    return (from_where if np.isfinite(undone) else from_nowhere).format(where=where, undone=undone)
