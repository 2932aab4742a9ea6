"""What chapter 1 asks for: a recurrent network, and how much of a change it still feels some steps later."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Leaves, Part, known
from lstm_ref.core import jacobians, rnn
from lstm_ref.messages import _

# B, T, D, H of two calls. They all differ, so that no axis can be taken for another, and no size is always the same.
SIZES = ((3, 5, 2, 4), (2, 4, 3, 5))


def weights(rng, D: int, H: int) -> Arguments:
    """Of order one, biases not zero: small weights hide mistakes."""
    return {"W": rng.normal(0, 1, (H, H + D)), "b": rng.normal(0, 1, H)}


# --- rnn_step ------------------------------------------------------------------------------------------------------


def two_steps(rng) -> list[Arguments]:
    return [
        {"x": rng.normal(0, 1, (B, D)), "h_prev": rng.uniform(-1, 1, (B, H)), **weights(rng, D, H)}
        for B, _T, D, H in SIZES
    ]


def step_sizes(arguments: Arguments) -> str:
    (B, D), H = arguments["x"].shape, len(arguments["b"])
    return f"B={B}, D={D}, H={H}"


def W_h(W):
    return W[:, : len(W)]


def W_x(W):
    return W[:, len(W) :]


def join(x, h_prev):
    return np.concatenate([h_prev, x], axis=1)


def step(x, h_prev, W, b):
    return rnn.rnn_step(x, h_prev, rnn.RNNParams(W, b))


def on_z(wrong):
    """A step with another function of z = W · [h_prev, x] + b."""
    return lambda x, h_prev, W, b: wrong(join(x, h_prev) @ W.T + b)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def which_units(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """If whole units are right and others wrong, the rows of W are where to look."""
    wrong = ~np.isclose(got["h"], want["h"], rtol=0, atol=1e-9)
    if wrong.all(axis=0).any() and not wrong.any(axis=0).all():
        units = ", ".join(str(n) for n in np.flatnonzero(wrong.any(axis=0)))
        return _("Other units are right. Unit n reads row n of W and b[n]: look at row {units}.").format(units=units)
    if wrong.all(axis=1).any() and not wrong.any(axis=1).all():
        return _(
            "Other sequences are right, and every sequence is treated alike: where does one get special treatment?"
        )
    return _(
        "Every number of h is tanh of one row of W times [h_prev, x], plus one number of b. Print z before the tanh."
    )


RNN_STEP = Check(
    name="rnn_step",
    output="h",
    reference=step,
    axes={"h": "BH"},
    sizes=step_sizes,
    advice=which_units,
    parts={"equation": Part(two_steps)},
    mistakes={
        _("tanh is left out"): on_z(lambda z: z),
        _("tanh is taken twice"): on_z(lambda z: np.tanh(np.tanh(z))),
        _("the sigmoid takes the place of tanh: h lies between -1 and 1, not between 0 and 1"): on_z(
            lambda z: 1 / (1 + np.exp(-z))
        ),
        _("ReLU takes the place of tanh"): on_z(lambda z: np.maximum(z, 0)),
        _("softmax takes the place of tanh: it makes the units share 1"): on_z(softmax),
        _("tanh is written with its exponentials exchanged, which turns its sign"): on_z(lambda z: -np.tanh(z)),
        _("tanh is written without the 2: (1 - exp(-z)) / (1 + exp(-z)) is tanh(z / 2)"): on_z(
            lambda z: np.tanh(z / 2)
        ),
        _("the derivative 1 - tanh(z)**2 is returned"): on_z(lambda z: 1 - np.tanh(z) ** 2),
        _(
            "x comes before h_prev: the first H columns of W belong to h_prev, so it is [h_prev, x]"
        ): lambda x, h_prev, W, b: np.tanh(np.concatenate([x, h_prev], axis=1) @ W.T + b),
        _("the bias b is left out"): lambda x, h_prev, W, b: step(x, h_prev, W, 0 * b),
        _("the bias b is added twice"): lambda x, h_prev, W, b: step(x, h_prev, W, 2 * b),
        _("the bias b is subtracted"): lambda x, h_prev, W, b: step(x, h_prev, W, -b),
        _("the bias is added after tanh, so that h can leave -1 to 1; add it first"): lambda x, h_prev, W, b: (
            step(x, h_prev, W, 0 * b) + b
        ),
        _("tanh squashes the pieces W h, W x and b one by one; add first, squash once"): lambda x, h_prev, W, b: sum(
            np.tanh(piece) for piece in (h_prev @ W_h(W).T, x @ W_x(W).T, b)
        ),
        _(
            "the recurrent weights are used without their transpose: they are square, so NumPy cannot notice"
        ): lambda x, h_prev, W, b: np.tanh(h_prev @ W_h(W) + x @ W_x(W).T + b),
        _("h_prev is ignored: only x and b are read"): lambda x, h_prev, W, b: step(x, 0 * h_prev, W, b),
        _("x is ignored: only h_prev and b are read"): lambda x, h_prev, W, b: step(0 * x, h_prev, W, b),
        _("h_prev is added to tanh(z): in a plain RNN it goes in through W alone"): lambda x, h_prev, W, b: (
            h_prev + step(x, h_prev, W, b)
        ),
        _("only the first sequence of the batch is used for all"): lambda x, h_prev, W, b: step(
            x[:1].repeat(len(x), 0), h_prev[:1].repeat(len(x), 0), W, b
        ),
        _("h is transposed: one row per sequence is expected, (B, H)"): lambda x, h_prev, W, b: step(x, h_prev, W, b).T,
        _(
            "W is used without its transpose: it has one row per hidden unit, so it is hx @ W.T"
        ): lambda x, h_prev, W, b: np.tanh(join(x, h_prev) @ W + b),
        _("W comes first: each row of [h_prev, x] is one sequence, so it is hx @ W.T"): lambda x, h_prev, W, b: np.tanh(
            W @ join(x, h_prev) + b
        ),
        _(
            "W comes first, which gives (H, B), and b does not fit that; hx @ W.T gives (B, H)"
        ): lambda x, h_prev, W, b: np.tanh(W @ join(x, h_prev).T + b),
        _(
            "* is used, which multiplies element by element; a product of matrices is written @"
        ): lambda x, h_prev, W, b: np.tanh(join(x, h_prev) * W + b),
        _(
            "h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"
        ): lambda x, h_prev, W, b: np.tanh(np.concatenate([h_prev, x], axis=0) @ W.T + b),
        _(
            "np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"
        ): lambda x, h_prev, W, b: np.tanh(np.stack([h_prev, x], axis=1) @ W.T + b),
        _("np.concatenate is given two arrays; it takes one list of them, and then axis=1"): tuple(
            lambda x, h_prev, W, b, options=options: np.tanh(np.concatenate(h_prev, x, **options) @ W.T + b)
            for options in ({}, {"axis": 1})
        ),
        _(
            "np.append without an axis makes one long row of both; np.concatenate with axis=1 joins the columns"
        ): lambda x, h_prev, W, b: np.tanh(np.append(h_prev, x) @ W.T + b),
    },
)


# --- rnn_forward ---------------------------------------------------------------------------------------------------


def one_step(rng) -> list[Arguments]:
    return sequences(rng, steps=1)


def sequences(rng, steps: int | None = None) -> list[Arguments]:
    return [
        {"xs": rng.normal(0, 1, (B, steps or T, D)), "h0": rng.uniform(-1, 1, (B, H)), **weights(rng, D, H)}
        for B, T, D, H in SIZES
    ]


def sequence_sizes(arguments: Arguments) -> str:
    (B, T, D), H = arguments["xs"].shape, len(arguments["b"])
    return f"B={B}, T={T}, D={D}, H={H}"


def forward(xs, h0, W, b):
    return rnn.rnn_forward(xs, rnn.RNNParams(W, b), h0)


def on_outputs(wrong):
    """Right outputs, wrongly returned."""
    return lambda xs, h0, W, b: wrong(*forward(xs, h0, W, b))


def chained(inputs, h0, W, b):
    """Steps over a list of inputs (B, D)."""
    hs = [h0]
    for x in inputs:
        hs.append(step(x, hs[-1], W, b))
    return hs[1:]


def each_from_h0(xs, h0, W, b):
    hs = np.stack([step(xs[:, t], h0, W, b) for t in range(xs.shape[1])], axis=1)
    return hs, hs[:, -1]


def backwards(xs, h0, W, b):
    return forward(xs[:, ::-1], h0, W, b)


def with_h0_in_front(xs, h0, W, b):
    hs, h = forward(xs, h0, W, b)
    return np.concatenate([h0[:, None], hs], axis=1), h


def what_was_before(xs, h0, W, b):
    hs, h = with_h0_in_front(xs, h0, W, b)
    return hs[:, :-1], h


def first_input_skipped(xs, h0, W, b):
    hs = np.stack([h0, *chained([xs[:, t] for t in range(1, xs.shape[1])], h0, W, b)], axis=1)
    return hs, hs[:, -1]


def batch_taken_for_time(xs, h0, W, b):
    h = h0
    for x in xs:
        h = np.tanh(np.concatenate([h, x], axis=1) @ W.T + b)
    return h, h


def first_input_always(xs, h0, W, b):
    return forward(xs[:, :1].repeat(xs.shape[1], 1), h0, W, b)


def first_step_alone(xs, h0, W, b):
    return forward(xs[:, :1], h0, W, b)


def reshaped(xs, h0, W, b):
    steps, size = xs.shape[1], xs.shape[2]
    hs = np.stack(chained(xs.reshape(steps, -1, size), h0, W, b), axis=1)
    return hs, hs[:, -1]


def in_a_row(hs, h):
    return hs.reshape(hs.shape[0], -1), h


def below_each_other(hs, h):
    return np.concatenate(list(hs.swapaxes(0, 1))), h


def as_many_steps_as(count):
    """Fewer steps than there are, or more, which ends in an error."""
    return lambda xs, h0, W, b: on_chain(chained([xs[:, t] for t in range(count(xs))], h0, W, b))


def on_chain(outputs):
    return np.stack(outputs, axis=1), outputs[-1]


def arguments_exchanged(xs, h0, W, b):
    hs = [h0]
    for t in range(xs.shape[1]):
        hs.append(np.tanh(np.concatenate([xs[:, t], hs[-1]], axis=1) @ W.T + b))
    return on_chain(hs[1:])


def last_not_written(xs, h0, W, b):
    hs = np.zeros((*xs.shape[:2], len(b)))
    h = h0
    for t in range(xs.shape[1] - 1):
        h = hs[:, t] = step(xs[:, t], h, W, b)
    return hs, h


def where_it_goes_wrong(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    """The first step that is wrong says whether the step or the handing on is."""
    wrong = ~np.isclose(got["hs"], want["hs"], rtol=0, atol=1e-9)
    if not wrong.any():
        return _("hs is right. h is what the last step said, hs[:, -1].")
    first = int(np.flatnonzero(wrong.any(axis=(0, 2)))[0])
    if first == 0:
        return _("The very first step is wrong: it reads xs[:, 0] and h0.")
    return _("Up to step {before} all is right. Step {first} reads xs[:, {first}] and what step {before} said.").format(
        before=first - 1, first=first
    )


RNN_FORWARD = Check(
    name="rnn_forward",
    output=("hs", "h"),
    reference=forward,
    axes={"hs": "BTH", "h": "BH"},
    sizes=sequence_sizes,
    advice=where_it_goes_wrong,
    given=("rnn_step",),
    parts={
        "one_step": Part(one_step),
        "sequence": Part(
            sequences,
            mistakes={
                _(
                    "the outputs are joined below each other, (T*B, H); np.stack with axis=1 gives steps an axis"
                ): on_outputs(below_each_other),
                _(
                    "hs is reshaped from (T, B, H) to (B, T, H), which mixes the sequences: np.stack(hs, axis=1)"
                ): on_outputs(lambda hs, h: (hs.swapaxes(0, 1).reshape(hs.shape), h)),
            },
        ),
    },
    mistakes={
        _("h0 is ignored and zeros are put in its place"): lambda xs, h0, W, b: forward(xs, 0 * h0, W, b),
        _("every step starts from h0: each must start from what the step before it said"): each_from_h0,
        _("time runs backwards: the last input is read first"): backwards,
        _("the outputs are in reverse order"): on_outputs(lambda hs, h: (hs[:, ::-1], h)),
        _("the first input is read at every step"): first_input_always,
        _("h0 is kept as first output: hs begins with what the first step said"): with_h0_in_front,
        _("hs holds what was there before each step, from h0 on, and not what the step said"): what_was_before,
        _("the first input is skipped, and h0 is given in place of the first output"): first_input_skipped,
        _("the last step is missing"): on_outputs(lambda hs, h: (hs[:, :-1], h)),
        _("the loop ends one step too early: the last step of hs is never written"): last_not_written,
        _("the loop counts another axis than the steps: T is xs.shape[1], B is len(xs), D is xs.shape[2]"): tuple(
            as_many_steps_as(count) for count in (len, lambda xs: xs.shape[2])
        ),
        _(
            "x and h_prev are exchanged where a step is taken: rnn_step(x, h_prev, W, b) reads x first"
        ): arguments_exchanged,
        _("h is the output of the first step; the last one is asked for"): on_outputs(lambda hs, h: (hs, hs[:, 0])),
        _(
            "return stands inside the loop, so that the first step is also the last; it belongs after the loop"
        ): first_step_alone,
        _("xs is reshaped to have the steps in front, which mixes the sequences up; step t reads xs[:, t]"): reshaped,
        _("h is hs[-1], the last sequence; the last step of all sequences is hs[:, -1]"): on_outputs(
            lambda hs, h: (hs, hs[-1])
        ),
        _("h is hs[..., -1], the last unit; the last step is hs[:, -1]"): on_outputs(lambda hs, h: (hs, hs[..., -1])),
        _("h is hs[:, -1:], which keeps an axis for the one step; hs[:, -1] drops it"): on_outputs(
            lambda hs, h: (hs, hs[:, -1:])
        ),
        _("all steps hold the last output: was one array stored again and again?"): on_outputs(
            lambda hs, h: (np.repeat(hs[:, -1:], hs.shape[1], axis=1), h)
        ),
        _("the two results are returned in the other order: hs comes first"): on_outputs(lambda hs, h: (h, hs)),
        _("the outputs are stacked along axis 0, which gives (T, B, H); the course has the batch first"): on_outputs(
            lambda hs, h: (hs.transpose(1, 0, 2), h)
        ),
        _("the outputs are stacked along the last axis, which gives (B, H, T)"): on_outputs(
            lambda hs, h: (hs.transpose(0, 2, 1), h)
        ),
        _(
            "the outputs are joined side by side, (B, T*H); np.stack with axis=1 gives steps an axis of their own"
        ): on_outputs(in_a_row),
        _("the first axis is gone through as if it were time: step t reads xs[:, t], not xs[t]"): batch_taken_for_time,
        _("h is the mean over all steps; the last output is asked for"): on_outputs(
            lambda hs, h: (hs, hs.mean(axis=1))
        ),
    },
)


# --- jacobian_product_norms ----------------------------------------------------------------------------------------


def at_rest(rng) -> list[Arguments]:
    """h = 0 at every step: tanh has slope 1 there, and each Jacobian is W_h itself."""
    return [{"hs": np.zeros((B, T, H)), "W": rng.normal(0, 1, (H, H + D))} for B, T, D, H in SIZES[:1]]


def in_motion(rng) -> list[Arguments]:
    return [{"hs": rng.uniform(-0.95, 0.95, (B, T, H)), "W": rng.normal(0, 1, (H, H + D))} for B, T, D, H in SIZES]


def norms_sizes(arguments: Arguments) -> str:
    (B, T, H), columns = arguments["hs"].shape, arguments["W"].shape[1]
    return f"B={B}, T={T}, H={H}, D={columns - H}"


def norms_of(hs, W):
    return jacobians.jacobian_product_norms(hs, rnn.RNNParams(W, np.zeros(len(W))))


def slope(hs):
    return 1 - hs**2


def each_jacobian(hs, W, slope=slope):
    """A list of T, each (B, H, H)."""
    return [slope(hs[:, t])[:, :, None] * W_h(W) for t in range(hs.shape[1])]


def spectral(matrices):
    return np.linalg.norm(matrices, ord=2, axis=(1, 2))


def products(steps, measure=spectral, times=np.matmul):
    """Norms of 1, J_T, J_T J_{T-1}, ..., with another list of Jacobians, another measure, another product."""
    product = np.broadcast_to(np.eye(steps[0].shape[-1]), steps[0].shape)
    columns = []
    for jacobian in reversed(steps):
        columns.append(measure(product))
        product = times(product, jacobian)
    return np.stack(columns, axis=1)


def with_slope(slope):
    return lambda hs, W: products(each_jacobian(hs, W, slope))


def with_measure(measure):
    return lambda hs, W: products(each_jacobian(hs, W), measure)


def with_weights(change):
    """Another H x H block in place of W[:, :H]."""
    return lambda hs, W: products(each_jacobian(hs, np.concatenate([change(W), W_x(W)], axis=1)))


def slope_on_the_wrong_side(hs, W):
    return products([slope(hs[:, t])[:, None, :] * W_h(W) for t in range(hs.shape[1])])


def one_factor_too_many(hs, W):
    steps = each_jacobian(hs, W)
    product, columns = np.eye(len(W)), []
    for jacobian in reversed(steps):
        product = product @ jacobian
        columns.append(spectral(product))
    return np.stack(columns, axis=1)


def norms_multiplied(hs, W):
    sizes = [np.ones(len(hs))] + [spectral(jacobian) for jacobian in reversed(each_jacobian(hs, W)[1:])]
    return np.cumprod(np.stack(sizes, axis=1), axis=1)


def norm_of_the_stack(**order):
    """np.linalg.norm without axis=(1, 2): of all sequences together, or an error."""

    def wrong(hs, W):
        product = np.tile(np.eye(len(W)), (len(hs), 1, 1))
        columns = []
        for jacobian in reversed(each_jacobian(hs, W)):
            columns.append(np.linalg.norm(product, **order))
            product = product @ jacobian
        return np.array(columns)

    return wrong


def all_of_W(hs, W):
    last, before = (slope(hs[:, t])[:, :, None] * W for t in (-1, -2))
    return last @ before


def diag_of_a_batch(hs, W):
    return np.tile(np.eye(len(W)), (len(hs), 1, 1)) @ np.diag(slope(hs[:, -1])) @ W_h(W)


def diag_of_a_batch_in_front(hs, W):
    return np.diag(slope(hs[:, -1])) @ W_h(W)


def without_brackets(hs, W):
    product, columns = np.tile(np.eye(len(W)), (len(hs), 1, 1)), []
    for t in reversed(range(hs.shape[1])):
        columns.append(spectral(product))
        product = product @ slope(hs[:, t])[:, :, None] * W_h(W)
    return np.stack(columns, axis=1)


def counted_from_the_front(hs, W):
    """At lag k the Jacobian of step k, and not of step T - k."""
    return products(each_jacobian(np.concatenate([hs[:, :1], hs[:, :0:-1]], axis=1), W))


WITHOUT_AXIS = _("np.linalg.norm is not told the axes: axis=(1, 2) takes one norm for each sequence")
DIAG = _("np.diag is given a whole batch and takes its diagonal; (1 - h**2)[:, :, None] * W_h treats each alike")


def single_norms(hs, W):
    return np.stack([spectral(jacobian) for jacobian in each_jacobian(hs, W)], axis=1)


def which_lag(arguments: Arguments, got: Leaves, want: Leaves) -> str:
    wrong = ~np.isclose(got["norms"], want["norms"], rtol=1e-9, atol=1e-9).all(axis=0)
    first = int(np.flatnonzero(wrong)[0])
    sequences = np.flatnonzero(~np.isclose(got["norms"], want["norms"], rtol=1e-9, atol=1e-9).all(axis=1))
    if sequences[0] > 0:
        return _("Sequence 0 is right. Does the product begin with the identity again for each of the others?")
    if first == 0:
        return _("Column 0 is lag 0: nothing lies between, the product is the identity, and its norm is 1.")
    if first == 1:
        return _("Lag 1 is one Jacobian, that of the last step: its rows are those of W[:, :H], each times 1 - h**2.")
    return _("Up to lag {before} all is right. Lag {first} needs one factor more, on the right of the product.").format(
        before=first - 1, first=first
    )


JACOBIAN_PRODUCT_NORMS = Check(
    name="jacobian_product_norms",
    output="norms",
    reference=norms_of,
    place=lambda arguments, index: _("norms[{b}, {k}] (sequence {b}, lag {k})").format(b=index[0], k=index[1]),
    sizes=norms_sizes,
    advice=which_lag,
    parts={"in_motion": Part(in_motion), "at_rest": Part(at_rest)},
    mistakes={
        _("the slope of tanh is left out: W_h alone is the Jacobian only where h is 0"): with_slope(np.ones_like),
        _("1 - h stands where 1 - h**2 belongs"): with_slope(lambda h: 1 - h),
        _("(1 - h)**2 stands where 1 - h**2 belongs"): with_slope(lambda h: (1 - h) ** 2),
        _("h**2 stands where 1 - h**2 belongs"): with_slope(lambda h: h**2),
        _("h * (1 - h) is used, the slope of the sigmoid; that of tanh is 1 - h**2"): with_slope(lambda h: h * (1 - h)),
        _("tanh is taken once more: hs already holds tanh(z), so the slope is 1 - h**2"): with_slope(
            lambda h: 1 - np.tanh(h) ** 2
        ),
        _(
            "each column of W_h is multiplied by 1 - h**2: the slope belongs to the unit that answers, a row of W_h"
        ): slope_on_the_wrong_side,
        _("W_h is transposed: row j of a Jacobian says how unit j moves"): with_weights(lambda W: W_h(W).T),
        _("the wrong columns of W are taken: those of h_prev are the first H, W[:, :H]"): with_weights(
            lambda W: W[:, -len(W) :]
        ),
        _("the factors stand in the other order: going back, each new Jacobian is put on the right"): lambda hs, W: (
            products(each_jacobian(hs, W), times=lambda a, b: b @ a)
        ),
        _("* multiplies the Jacobians element by element; a product of matrices is written @"): lambda hs, W: products(
            each_jacobian(hs, W), times=np.multiply
        ),
        _("the Frobenius norm is used, np.linalg.norm without ord=2; the spectral norm is asked for"): with_measure(
            lambda m: np.linalg.norm(m, axis=(1, 2))
        ),
        _("ord=1 is used, the largest sum of a column; the spectral norm is ord=2"): with_measure(
            lambda m: np.linalg.norm(m, ord=1, axis=(1, 2))
        ),
        _("ord=np.inf is used, the largest sum of a row; the spectral norm is ord=2"): with_measure(
            lambda m: np.linalg.norm(m, ord=np.inf, axis=(1, 2))
        ),
        WITHOUT_AXIS: (
            norm_of_the_stack(ord=2),
            norm_of_the_stack(),
        ),
        _("all columns of W are taken; only the first H belong to h_prev, W[:, :H]"): all_of_W,
        DIAG: (
            diag_of_a_batch,
            diag_of_a_batch_in_front,
        ),
        _("the largest number in each product is taken; its spectral norm is asked for"): with_measure(
            lambda m: np.abs(m).max(axis=(1, 2))
        ),
        _("the determinant is taken: it says how volumes change, not how far a change can be stretched"): with_measure(
            np.linalg.det
        ),
        _("the largest |eigenvalue| of each product is taken: that is its spectral radius, not its norm"): with_measure(
            lambda m: np.abs(np.linalg.eigvals(m)).max(axis=1)
        ),
        _("the squared norms are returned, the eigenvalues of J.T @ J without their root"): with_measure(
            lambda m: spectral(m) ** 2
        ),
        _("the norms of the single steps are multiplied: the norm of a product is smaller than that"): norms_multiplied,
        _("the norm of each single step is returned, and nothing is multiplied"): single_norms,
        _("every column has one factor too many: column 0 has none and is 1, column 1 has one"): one_factor_too_many,
        _(
            "the product starts at the first step and runs forwards: lags are counted back from the last step"
        ): lambda hs, W: products(each_jacobian(hs[:, ::-1], W)),
        _(
            "lag k takes the slope of hs[:, k], counted from the front; going back from the last it is hs[:, -k]"
        ): counted_from_the_front,
        _("brackets are missing: product @ slope * W_h does @ first; it is product @ (slope * W_h)"): without_brackets,
        _("the last step's Jacobian is left out: h_T is reached through step T"): lambda hs, W: products(
            each_jacobian(np.concatenate([hs[:, :1], hs[:, :-1]], axis=1), W)
        ),
        _("the lags are in reverse order: column 0 is lag 0"): lambda hs, W: norms_of(hs, W)[:, ::-1],
        _("the result is transposed: one row per sequence is expected, (B, T)"): lambda hs, W: norms_of(hs, W).T,
        _("only the first sequence is measured"): lambda hs, W: norms_of(hs, W)[0],
        _("the norms are averaged over the batch"): lambda hs, W: norms_of(hs, W).mean(axis=0),
        _("lag 0 is missing: the first column is 1"): lambda hs, W: norms_of(hs, W)[:, 1:],
    },
)


# --- lag_until -----------------------------------------------------------------------------------------------------

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


def one_for_all(norms, fraction):
    return np.repeat(jacobians.lag_until(norms, fraction)[:1], len(norms))


LAG_MISTAKES = known(
    {
        _(
            "the lags above the fraction are counted: a curve that falls and rises again has more of them"
        ): lambda norms, fraction: (norms >= fraction).sum(axis=1),
        _("the lag of the last fall is returned; the first is asked for"): lambda norms, fraction: (
            norms.shape[1] - (norms >= fraction)[:, ::-1].argmax(axis=1)
        ),
        _("lags are counted from 1; column 0 is lag 0"): lambda norms, fraction: (
            jacobians.lag_until(norms, fraction) + 1
        ),
        _(
            "<= stands where < belongs: less than the fraction is asked for, and one curve meets it exactly"
        ): lambda norms, fraction: jacobians.lag_until(np.where(norms == fraction, 0, norms), fraction),
        _("the last lag before the fall is returned"): lambda norms, fraction: jacobians.lag_until(norms, fraction) - 1,
        _("the comparison is the wrong way round: the first lag above the fraction is 0"): lambda norms, fraction: (
            norms > fraction
        ).argmax(axis=1),
        _("the lags below the fraction are counted"): lambda norms, fraction: (norms < fraction).sum(axis=1),
        _(
            "the lag whose norm is nearest to the fraction is returned, which may lie above it"
        ): lambda norms, fraction: np.abs(norms - fraction).argmin(axis=1),
        _(
            "the fraction is taken of the largest norm; lag 0 is where everything is there, and its norm is 1"
        ): lambda norms, fraction: jacobians.lag_until(norms / norms.max(axis=1, keepdims=True), fraction),
        _(
            "the columns are searched in place of the rows: each sequence has its own lag, so axis=1"
        ): lambda norms, fraction: (norms < fraction).argmax(axis=0),
        _("argmax is used without an axis: it gives one number for the whole array"): lambda norms, fraction: (
            norms < fraction
        ).argmax(),
        _("the lag of the first sequence is given for all"): one_for_all,
        _("the norms are averaged over the batch before they are read"): lambda norms, fraction: np.repeat(
            jacobians.lag_until(norms.mean(axis=0)[None], fraction), len(norms)
        ),
        _(
            "a constant decay is assumed, ln(fraction) / ln(norms[:, 1]): read the curve itself"
        ): lambda norms, fraction: np.ceil(np.log(fraction) / np.log(norms[:, 1])).astype(int),
        _("the lowest norm is looked for, and not the first below the fraction"): lambda norms, fraction: norms.argmin(
            axis=1
        ),
        _(
            "the last lag below the fraction is returned, as by a loop without break; the first is asked for"
        ): last_below,
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


CHECKS = (RNN_STEP, RNN_FORWARD, JACOBIAN_PRODUCT_NORMS, LAG_UNTIL)
