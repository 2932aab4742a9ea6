"""How often the signs of each fault are seen: `python -m benchmarks.sick_signs`.

Chapter 11 draws one training of each sick model. Here each is trained with ten seeds on each code path; a line sums up
one training's curves and gates. About a quarter of an hour on an idle core.
"""

from benchmarks.sick_models import models, watch
from benchmarks.study import Study


def run(seed: int, model: str) -> dict:
    """One training: the first and the last epoch, the best one, and the longest gradients."""
    rows = [
        {name: float(cell) for name, cell in row.items() if name != "model"}
        for row in watch(model, models(seed)[model])
    ]
    last = rows[-1]
    norms = [row["gradient_norm"] for row in rows]
    return {
        "first_loss": rows[0]["loss"],
        "loss": last["loss"],
        "valid_loss": last["valid_loss"],
        "best_valid_loss": min(row["valid_loss"] for row in rows),
        "accuracy": last["accuracy"],
        "valid_accuracy": last["valid_accuracy"],
        "shortest_gradient": min(norms),
        "longest_gradient": max(norms),
        **{f"{gate}_{end}": last[f"{gate}_{end}"] for gate in "fio" for end in ("shut", "open")},
    }


STUDY = Study("sick_signs", tuple({"model": name} for name in models()), run)

if __name__ == "__main__":
    STUDY.main()
