"""What one unit learns with other first weights and on other processors: `python -m benchmarks.one_unit`.

Chapter 9 trains one unit. Here it is trained with ten seeds on each code path. A line holds the share of 1,000 unseen
recordings for which the unit is right, and all its weights. About two minutes on an idle core.
"""

from benchmarks.study import Study
from lstm_ref.training.one_unit import answers_right, as_row, one_unit_recordings, train_one_unit

TRAINING, TEST = (1024, 1), (1000, 2)  # recordings, seed


def run(seed: int) -> dict:
    """One training, with every digit of its weights."""
    cell, weight, bias = train_one_unit(one_unit_recordings(*TRAINING), seed)
    right = answers_right(cell, weight, bias, one_unit_recordings(*TEST))
    return {"right": f"{right:.3f}", **as_row(cell), "read_h": weight, "read_1": bias}


STUDY = Study("one_unit", ({},), run)

if __name__ == "__main__":
    STUDY.main()
