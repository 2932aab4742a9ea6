"""What chapter 2 asks for: [h, x] joined, the shapes of a step and of a sequence, and a count of what is learned."""

from lstm_ref.checks.s02_the_cell.cell_shapes import CELL_SHAPES
from lstm_ref.checks.s02_the_cell.concatenate_inputs import CONCATENATE_INPUTS
from lstm_ref.checks.s02_the_cell.parameter_count import PARAMETER_COUNT
from lstm_ref.checks.s02_the_cell.sequence_shapes import SEQUENCE_SHAPES

CHECKS = (CONCATENATE_INPUTS, CELL_SHAPES, SEQUENCE_SHAPES, PARAMETER_COUNT)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "concatenate_inputs": "One row for every gate: [h, x]",
    "cell_shapes": "Every shape in one step",
    "sequence_shapes": "In and out",
    "parameter_count": "How much does it learn?",
}
