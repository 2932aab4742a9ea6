"""The check of `last_valid_output`: nn.LSTM goes on in the padding, so the last step is not the last valid."""

from lstm_ref.checks.engine.declare import Arguments, Check, Part
from lstm_ref.checks.problems import random_padded, sizes_of_padded
from lstm_ref.checks.s10_pytorch.axes import taken_from
from lstm_ref.checks.slips.pooling import READING_THE_LAST
from lstm_ref.core import torch_outputs


def padded(rng) -> list[Arguments]:
    return [{"output": hs, "lengths": lengths} for hs, lengths in random_padded(rng)]


LAST_VALID_OUTPUT = Check(
    name="last_valid_output",
    output="h",
    reference=torch_outputs.last_valid_output,
    sizes=sizes_of_padded,
    axes={"h": "BH"},
    parts={"all": Part(padded)},
    mistakes=READING_THE_LAST,
    advice=taken_from("output", "BH"),
)
