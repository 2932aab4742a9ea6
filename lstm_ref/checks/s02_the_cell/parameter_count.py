"""The check of `parameter_count`: a count with one thing about it changed gives another number for nearly any sizes."""

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.s02_the_cell.shapes import sizes, unequal
from lstm_ref.core import size
from lstm_ref.messages import _


def reference_count(input_size, hidden_size, num_layers=1, biases=2, bidirectional=False) -> int:
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

    def count(D, H, num_layers=1, biases=2, bidirectional=False) -> int:
        both = 2 if bidirectional else 1
        reads = [D if layer == 0 else deeper(D, H, both) for layer in range(layers(num_layers))]
        return sum(
            directions(both, layer) * (gates * H * unit(d, H, biases) + extra(d, H, biases))
            for layer, d in enumerate(reads)
        )

    return count


def off_by(error):
    """The right count plus an error, from D, H, L layers, n biases and the number of directions."""
    return lambda D, H, L=1, n=2, both=False: reference_count(D, H, L, n, both) + error(D, H, L, n, 2 if both else 1)


def with_defaults(rng) -> list[Arguments]:
    """Once all is said, and once nothing but the sizes: the rest is as the function has it."""
    said, sizes_alone = configurations((1, 1), (2,))(rng)
    return [said, {name: sizes_alone[name] for name in ("input_size", "hidden_size")}]


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
    """For a wrong count that no known mistake gives: by how much it is wrong, and the sizes of what may be missing."""
    D, H = arguments["input_size"], arguments["hidden_size"]
    difference = int(got["count"]) - int(want["count"])
    return _(
        "That is {n} too {many}. To compare: one gate's biases are H = {H}, its weights for x are H D = {HD}, and its "
        "weights for h are H H = {HH}."
    ).format(n=abs(difference), many=_("many") if difference > 0 else _("few"), H=H, HD=H * D, HH=H * H)


# Answers to the parts before, left as they are: only where both count do they show two mistakes at once.
IN_ONE_DIRECTION = {
    _("num_layers is not used: one layer is counted, and in one direction: nor is bidirectional used"): counted(
        layers=lambda n: 1, directions=lambda n, layer: 1
    ),
    _("bidirectional is not used, and every layer is counted as the first"): counted(
        deeper=lambda D, H, both: D, directions=lambda n, layer: 1
    ),
}


PARAMETER_COUNT = Check(
    name="parameter_count",
    output="count",
    reference=reference_count,
    sizes=sizes,
    advice=how_far_off,
    parts={
        "one_bias": Part(configurations((1, 1), (1,))),
        "two_biases": Part(with_defaults),
        "layers": Part(configurations((2, 3))),
        "directions": Part(configurations((1, 2, 3), both=True), mistakes=IN_ONE_DIRECTION),
    },
    mistakes={
        _("the four is forgotten: three gates and the candidate each have weights of their own"): counted(1),
        _("three are counted: the candidate has weights as the three gates have"): counted(3),
        _(
            "input_size and hidden_size are exchanged: D is what comes in, H is how many units there are"
        ): lambda D, H, *others: reference_count(H, D, *others),
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
        _("the number of units is missing: that is one row of each matrix, and there are H"): counted(
            unit=lambda d, h, n: 0, extra=lambda d, h, n: 4 * (d + h + n)
        ),
        _("each matrix is taken as square, H + D by H + D; a gate gives H numbers, so it has H rows"): counted(
            unit=lambda d, h, n: n, extra=lambda d, h, n: 4 * (h + d) ** 2
        ),
        _("H is read as a number of separate cells, each with a single h: every unit reads all H of them"): counted(
            unit=lambda d, h, n: d + 1 + n
        ),
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
        _("the deeper layers have no biases; every layer has its own"): off_by(
            lambda D, H, L, n, directions: -(L - 1) * 4 * H * n * directions
        ),
        _("num_layers is not used: one layer is counted"): counted(layers=lambda n: 1),
        _("only the last layer is counted: = puts it in the place of those before, += adds it to them"): off_by(
            lambda D, H, L, n, directions: -reference_count(D, H, L - 1, n, directions == 2) if L > 1 else 0
        ),
        _(
            "each layer is taken to read all layers below it, and x; it reads the one right below alone"
        ): lambda D, H, L=1, n=2, both=False: sum(
            reference_count(D + H * layer * (2 if both else 1), H, 1, n, both) for layer in range(L)
        ),
        _(
            "the second layer is taken for the first: range(n) counts from 0, so the first is layer 0"
        ): lambda D, H, L=1, n=2, both=False: sum(
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
        _("each direction is counted as another layer; both read the same"): lambda D, H, L=1, n=2, both=False: counted(
            directions=lambda n, k: 1
        )(D, H, L * (2 if both else 1), n, both),
        _("the biases of each direction are counted twice; each direction has those of one layer"): off_by(
            lambda D, H, L, n, directions: (directions - 1) * 2 * L * 4 * H * n
        ),
        _(
            "the first layer is taken to read 2D numbers; both directions read the same x"
        ): lambda D, H, L=1, n=2, both=False: reference_count(2 * D if both else D, H, L, n, both),
        _(
            "both directions are counted as one cell of 2H units; they are two of H, and each reads its own h alone"
        ): lambda D, H, L=1, n=2, both=False: counted(unit=lambda d, h, n: d + (2 * h if both else h) + n)(
            D, H, L, n, both
        ),
        _("the last layer's outputs are taken to need weights too: joining two directions is not learned"): off_by(
            lambda D, H, L, n, directions: (directions - 1) * 2 * H * H
        ),
    },
)
