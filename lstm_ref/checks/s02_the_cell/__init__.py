"""What chapter 2 asks for: [h, x] joined, the shapes of a step and of a sequence, and a count of what is learned."""

import numpy as np

from lstm_ref.checks.engine.declare import Arguments, Check, Part, known
from lstm_ref.checks.s02_the_cell.shapes import CELL, SEQUENCE, shapes_complaint, sizes
from lstm_ref.core import cell, size
from lstm_ref.messages import _

# --- concatenate_inputs ----------------------------------------------------------------------------------------------


def states_and_inputs(rng) -> list[Arguments]:
    """Two sizes, each with B, D and H that differ, so that no axis can be taken for another."""
    return [{"h_prev": rng.uniform(-1, 1, (B, H)), "x": rng.normal(0, 1, (B, D))} for B, D, H in ((3, 2, 4), (2, 5, 3))]


def where_in_hx(arguments: Arguments, index: tuple[int, ...]) -> str:
    """One number of hx, and which of the two arrays it should come from."""
    row, column = index
    H = arguments["h_prev"].shape[1]
    source = f"h_prev[{row}, {column}]" if column < H else f"x[{row}, {column - H}]"
    return _("hx[{row}, {column}], which should be {source},").format(row=row, column=column, source=source)


CONCATENATE_INPUTS = Check(
    name="concatenate_inputs",
    output="hx",
    reference=cell.concatenate_inputs,
    place=where_in_hx,
    sizes=lambda a: f"B={a['x'].shape[0]}, D={a['x'].shape[1]}, H={a['h_prev'].shape[1]}",
    parts={"joined": Part(states_and_inputs)},
    mistakes={
        _(
            "x comes before h_prev: in this course it is [h, x], and the first H columns of every W belong to h"
        ): lambda h_prev, x: np.concatenate([x, h_prev], axis=1),
        _(
            "h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"
        ): lambda h_prev, x: np.concatenate([h_prev, x], axis=0),
        _("x and h_prev are joined along axis 0, and x first; it is h_prev first, along axis=1"): lambda h_prev, x: (
            np.concatenate([x, h_prev], axis=0)
        ),
        _("np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"): lambda h_prev, x: (
            np.stack([h_prev, x], axis=1)
        ),
        _(
            "np.array is made of both: it wants a new axis and equal shapes; np.concatenate with axis=1 joins them"
        ): lambda h_prev, x: np.array([h_prev, x]),
        _(
            "all sequences are put into one long row, as np.append does without an axis; axis=1 joins the columns"
        ): lambda h_prev, x: np.append(h_prev, x),
        _("np.concatenate is given two arrays; it takes one list of them, and then axis=1"): (
            lambda h_prev, x: np.concatenate(h_prev, x),
            lambda h_prev, x: np.concatenate(h_prev, x, axis=1),
        ),
        _(
            "both are put into a list, as the brackets of the equation look; joined they are one array"
        ): lambda h_prev, x: [h_prev, x],
        _("+ between lists puts the rows of x below those of h_prev; joined, they stand side by side"): tuple(
            lambda h_prev, x, listed=listed: listed(h_prev) + listed(x) for listed in (list, np.ndarray.tolist)
        ),
        _(
            "only the first sequence is joined, and the others stay 0: does `return` stand inside the loop?"
        ): lambda h_prev, x: np.concatenate([h_prev, x], axis=1) * (np.arange(len(x)) == 0)[:, None],
        _(
            "only the last sequence is left: each turn of the loop puts another in its place; collect them all"
        ): lambda h_prev, x: np.concatenate([h_prev[-1], x[-1]]),
        _("both are returned as a pair; joined they are one array"): lambda h_prev, x: (h_prev, x),
        _(
            "the two are added or multiplied: joined means one after the other, so that each keeps its own weights"
        ): lambda h_prev, x: h_prev + x,
        _("the two are multiplied; [h, x] only puts them side by side"): (
            lambda h_prev, x: h_prev @ x,
            lambda h_prev, x: h_prev.T @ x,
            lambda h_prev, x: h_prev @ x.T,
            lambda h_prev, x: np.dot(h_prev, x),
        ),
        _("h_prev alone is returned"): lambda h_prev, x: h_prev,
        _("x alone is returned"): lambda h_prev, x: x,
        _("the result is transposed: each row is one sequence, so B comes first"): lambda h_prev, x: (
            np.concatenate([h_prev, x], axis=1).T
        ),
        _("the first sequence is used for the whole batch"): lambda h_prev, x: np.tile(
            np.concatenate([h_prev[0], x[0]]), (len(x), 1)
        ),
        _("only the first sequence of the batch is returned"): lambda h_prev, x: np.concatenate([h_prev[0], x[0]]),
        _(
            "the numbers are poured into the right shape by reshape, so that the sequences are mixed up"
        ): lambda h_prev, x: np.append(h_prev, x).reshape(len(x), -1),
        _("tanh is taken of it: the gates squash later; here nothing is computed"): lambda h_prev, x: np.tanh(
            np.concatenate([h_prev, x], axis=1)
        ),
    },
)


# --- cell_shapes and sequence_shapes ---------------------------------------------------------------------------------


def unequal(rng, *letters: str) -> list[Arguments]:
    """Two calls with sizes from 2 to 40 that all differ, as do their sums, doubles and products."""
    calls = []
    while len(calls) < 2:
        drawn = [int(n) for n in rng.choice(np.arange(2, 41), len(letters), replace=False)]
        d, h = drawn[-2:]
        derived = {*drawn, h + d, h * d, 2 * h, 4 * h, 2 * drawn[0], 2 * h + d, h - d}
        if len(derived) == len(drawn) + 7:
            calls.append(dict(zip(letters, drawn, strict=True)))
    return calls


CELL_SHAPES = Check(
    name="cell_shapes",
    output="shapes",
    reference=size.cell_shapes,
    sizes=sizes,
    parts={"shapes": Part(lambda rng: unequal(rng, "B", "D", "H"))},
    behaviour=shapes_complaint(CELL),
)

SEQUENCE_SHAPES = Check(
    name="sequence_shapes",
    output="shapes",
    reference=size.sequence_shapes,
    sizes=sizes,
    parts={"shapes": Part(lambda rng: unequal(rng, "B", "T", "D", "H"))},
    behaviour=shapes_complaint(SEQUENCE),
)


# --- parameter_count -------------------------------------------------------------------------------------------------


def reference_count(input_size, hidden_size, num_layers, biases, bidirectional) -> int:
    return size.parameter_count(input_size, hidden_size, num_layers, biases=biases, bidirectional=bidirectional)


def counted(
    gates=4,
    unit=lambda d, h, biases: d + h + biases,
    extra=lambda d, h, biases: 0,
    deeper=lambda D, H, directions: H * directions,
    layers=lambda layers: layers,
    directions=lambda n, layer: n,
):
    """A count with one thing about it changed.

    unit: numbers per unit and gate; extra: more per layer and direction; deeper: what a layer above the first reads.
    """

    def count(D, H, num_layers, biases, bidirectional) -> int:
        both = 2 if bidirectional else 1
        reads = [D if layer == 0 else deeper(D, H, both) for layer in range(layers(num_layers))]
        return sum(
            directions(both, layer) * (gates * H * unit(d, H, biases) + extra(d, H, biases))
            for layer, d in enumerate(reads)
        )

    return count


def configurations(layers=(1,), biases=(1, 2), both=False):
    """One call for each number of layers, D and H drawn anew, the biases taking turns."""

    def calls(rng) -> list[Arguments]:
        drawn = []
        for n, number in enumerate(layers):
            call = unequal(rng, "input_size", "hidden_size")[0]
            drawn.append({**call, "num_layers": number, "biases": biases[n % len(biases)], "bidirectional": both})
        return drawn

    return calls


def how_far_off(arguments: Arguments, got, want) -> str:
    """A wrong count that nobody knows: by how much it is wrong, and the sizes of what may be missing."""
    D, H = arguments["input_size"], arguments["hidden_size"]
    difference = int(got["count"]) - int(want["count"])
    return _(
        "That is {n} too {many}. To compare: one gate's biases are H = {H}, its weights for x are H D = {HD}, and its "
        "weights for h are H H = {HH}."
    ).format(n=abs(difference), many=_("many") if difference > 0 else _("few"), H=H, HD=H * D, HH=H * H)


# Answers to the parts before, left as they are: only where both count do they show two mistakes at once.
IN_ONE_DIRECTION = known(
    {
        _("num_layers is not used: one layer is counted, and in one direction: nor is bidirectional used"): counted(
            layers=lambda n: 1, directions=lambda n, layer: 1
        ),
        _("bidirectional is not used, and every layer is counted as the first"): counted(
            deeper=lambda D, H, both: D, directions=lambda n, layer: 1
        ),
    }
)


PARAMETER_COUNT = Check(
    name="parameter_count",
    output="count",
    reference=reference_count,
    sizes=sizes,
    advice=how_far_off,
    parts={
        "one_bias": Part(configurations((1, 1), (1,))),
        "two_biases": Part(configurations((1, 1), (2,))),
        "layers": Part(configurations((2, 3))),
        "directions": Part(configurations((1, 2, 3), both=True), mistakes=IN_ONE_DIRECTION),
    },
    mistakes={
        _("the four is forgotten: three gates and the candidate each have weights of their own"): counted(1),
        _("three are counted: the candidate has weights as the three gates have"): counted(3),
        _(
            "input_size and hidden_size are exchanged: D is what comes in, H is how many units there are"
        ): lambda D, H, L, n, both: reference_count(H, D, L, n, both),
        _("the sizes of W_f are added: H rows of H + D numbers are H * (H + D) numbers"): counted(
            unit=lambda d, h, n: n, extra=lambda d, h, n: 4 * (h + h + d)
        ),
        _("the weights of h are left out"): counted(unit=lambda d, h, n: d + n),
        _("the weights of x are left out"): counted(unit=lambda d, h, n: h + n),
        _("the biases are left out"): counted(unit=lambda d, h, n: d + h),
        _("one bias is counted whatever is asked for: with biases=2 each unit of each gate has two"): counted(
            unit=lambda d, h, n: d + h + 1
        ),
        _("two biases are counted whatever is asked for; PyTorch has two, the equations have one"): counted(
            unit=lambda d, h, n: d + h + 2
        ),
        _("a bias is counted for each number that is read, H + D; there is one for each unit, H"): counted(
            unit=lambda d, h, n: d + h, extra=lambda d, h, n: 4 * n * (h + d)
        ),
        _("one bias is counted for a whole gate; each of its H units has one"): counted(
            unit=lambda d, h, n: d + h, extra=lambda d, h, n: 4 * n
        ),
        _("one bias is counted for the whole cell; each of the H units has one in each of the four"): counted(
            unit=lambda d, h, n: d + h, extra=lambda d, h, n: n
        ),
        _("^ is taken for a power; in Python that is H ** 2, or H * H"): counted(
            unit=lambda d, h, n: d + n, extra=lambda d, h, n: 4 * (h ^ 2)
        ),
        _("the biases of one gate are counted, and not those of all four"): counted(
            unit=lambda d, h, n: d + h, extra=lambda d, h, n: n * h
        ),
        _("everything is multiplied by the number of biases; the weights exist once"): counted(
            unit=lambda d, h, n: n * (d + h + 1)
        ),
        _("H and D are multiplied; [h, x] is joined, so each unit has H + D weights"): counted(
            unit=lambda d, h, n: d * h + n
        ),
        _("the number of units is missing: that is one row of each matrix, and there are H"): lambda D, H, L, n, both: (
            counted(unit=lambda d, h, n: 0, extra=lambda d, h, n: 4 * (d + h + n))(D, H, L, n, both)
        ),
        _("each matrix is taken as square, H + D by H + D; a gate gives H numbers, so it has H rows"): counted(
            unit=lambda d, h, n: n, extra=lambda d, h, n: 4 * (h + d) ** 2
        ),
        _(
            "H is read as a number of separate cells, each with a single h: every unit reads the h of all H units"
        ): counted(unit=lambda d, h, n: d + 1 + n),
        _("h and c are counted as parameters; they are what passes through, not what is learned"): counted(
            extra=lambda d, h, n: 2 * h
        ),
        _("every layer is counted as the first; from the second on a layer reads the outputs below it, not x"): counted(
            deeper=lambda D, H, both: D
        ),
        _("the deeper layers are given x beside the outputs below; they read those outputs alone"): counted(
            deeper=lambda D, H, both: D + H * both
        ),
        _("the second layer is taken to read nothing but its own h; it reads the outputs below it as well"): counted(
            deeper=lambda D, H, both: 0
        ),
        _("the deeper layers are taken to read 2H numbers always; a layer in one direction gives H"): counted(
            deeper=lambda D, H, both: 2 * H
        ),
        _("the deeper layers have no biases; every layer has its own"): lambda D, H, L, n, both: (
            reference_count(D, H, L, n, both) - (L - 1) * 4 * H * n * (2 if both else 1)
        ),
        _("num_layers is not used: one layer is counted"): counted(layers=lambda n: 1),
        _(
            "only the last layer is counted: = puts it in the place of those before, += adds it to them"
        ): lambda D, H, L, n, both: (
            reference_count(D, H, L, n, both) - (reference_count(D, H, L - 1, n, both) if L > 1 else 0)
        ),
        _(
            "each layer is taken to read all layers below it, and x; it reads the one right below alone"
        ): lambda D, H, L, n, both: sum(
            reference_count(D + H * layer * (2 if both else 1), H, 1, n, both) for layer in range(L)
        ),
        _(
            "the second layer is taken for the first: range(n) counts from 0, so the first is layer 0"
        ): lambda D, H, L, n, both: sum(
            reference_count(D if layer == 1 else H * (2 if both else 1), H, 1, n, both) for layer in range(L)
        ),
        _("two layers are counted where there are more"): counted(layers=lambda n: min(n, 2)),
        _("one layer too many is counted"): counted(layers=lambda n: n + 1),
        _("one layer too few is counted"): counted(layers=lambda n: n - 1),
        _("the deeper layers are taken to read H numbers; a layer in both directions gives 2H"): counted(
            deeper=lambda D, H, both: H
        ),
        _("the second direction is not counted"): counted(deeper=lambda D, H, both: H, directions=lambda n, k: 1),
        _("the second direction is not counted, only its outputs"): counted(directions=lambda n, k: 1),
        _("only the first layer is counted in both directions; every layer has two"): counted(
            directions=lambda n, k: n if k == 0 else 1
        ),
        _(
            "only the first layer is counted in both directions; every layer has two, and the next reads 2H numbers"
        ): counted(deeper=lambda D, H, both: H, directions=lambda n, k: n if k == 0 else 1),
        _(
            "each direction is counted as a layer more; both directions of a layer read the same"
        ): lambda D, H, L, n, both: counted(directions=lambda n, k: 1)(D, H, L * (2 if both else 1), n, both),
        _(
            "the biases of each direction are counted twice; a direction has as many as a layer in one direction"
        ): lambda D, H, L, n, both: reference_count(D, H, L, n, both) + (2 * L * 4 * H * n if both else 0),
        _("the first layer is taken to read 2D numbers; both directions read the same x"): lambda D, H, L, n, both: (
            reference_count(2 * D if both else D, H, L, n, both)
        ),
        _(
            "both directions are counted as one cell of 2H units; they are two of H, and each reads its own h alone"
        ): lambda D, H, L, n, both: counted(unit=lambda d, h, n: d + (2 * h if both else h) + n)(D, H, L, n, both),
        _(
            "the last layer's outputs are taken to need weights too: joining two directions is not learned"
        ): lambda D, H, L, n, both: reference_count(D, H, L, n, both) + (2 * H * H if both else 0),
    },
)


CHECKS = (CONCATENATE_INPUTS, CELL_SHAPES, SEQUENCE_SHAPES, PARAMETER_COUNT)
