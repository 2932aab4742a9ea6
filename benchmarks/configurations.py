"""How much each setting of the radar classifier matters: `python -m benchmarks.configurations`.

One setting is changed at a time; the others stay as in BASE. Each configuration is trained with ten seeds, on each code
path of the processor. The seed sets the recordings to train on, the first weights and the order. All are tested on the
same 1,000 other recordings. About half an hour on an idle core. Chapter 11 draws the results.
"""

import time

import numpy as np

from benchmarks.study import Study
from lstm_ref import RadarClassifier, radar_dataset, train_classifier
from lstm_ref.figures.s11_configure_and_diagnose import BASE, VALUES

RECORDINGS, JUDGED_ON, JUDGED_SEED = 600, 1000, 999_999
EPOCHS, BATCH, LAST = 15, 50, 3
CHANGED = tuple(
    {"setting": name, "value": value} for name, values in VALUES.items() for value in values if value != BASE[name]
)


def run(seed: int, setting: str, value) -> dict:
    """One training. Its results are means over the last three epochs, because single epochs fluctuate."""
    start = time.perf_counter()
    options = dict(BASE) if setting == "base" else {**BASE, setting: value}
    training = {name: options.pop(name) for name in ("lr", "clip")}
    model = RadarClassifier(**options, seed=seed)
    history = train_classifier(
        model,
        radar_dataset(RECORDINGS, seed),
        EPOCHS,
        **training,
        seed=seed,
        validation=radar_dataset(JUDGED_ON, JUDGED_SEED),
        batch_size=BATCH,
    )
    return {
        "accuracy": f"{np.mean(history.valid_accuracy[-LAST:]):.4f}",
        "loss": f"{np.mean(history.valid_loss[-LAST:]):.4f}",
        "train_accuracy": f"{np.mean(history.accuracy[-LAST:]):.4f}",
        "gradient_norm": f"{max(history.gradient_norm):.3g}",
        "seconds": f"{time.perf_counter() - start:.1f}",
    }


STUDY = Study("configurations", ({"setting": "base", "value": ""}, *CHANGED), run)

if __name__ == "__main__":
    STUDY.main()
