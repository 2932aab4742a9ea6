"""What each setting of the radar classifier is worth: `python -m benchmarks.configurations`.

One setting is changed at a time; the others stay at BASE. Each configuration is trained with several seeds: of the
recordings it learns from, of its first weights and of the order. All are judged on the same 1,000 other recordings.
About five minutes on an idle core. Each run is written to benchmarks/results/configurations.csv as soon as it is done,
so a benchmark that was interrupted goes on where it was; delete the file to start anew. Chapter 11 draws it.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import torch

from lstm_ref import RadarClassifier, radar_dataset, train_classifier
from lstm_ref.figures.s11_configure_and_diagnose import BASE, VALUES

RESULTS = Path(__file__).with_name("results") / "configurations.csv"
COMMAND = "OMP_NUM_THREADS=1 python -m benchmarks.configurations"
RECORDINGS, JUDGED_ON, JUDGED_SEED = 600, 1000, 999_999
EPOCHS, BATCH, LAST = 15, 50, 3
COLUMNS = ("setting", "value", "seed", "accuracy", "loss", "train_accuracy", "gradient_norm", "seconds")


def runs(seeds: int) -> list[tuple[str, object, int]]:
    """(setting, value, seed) of every run, one seed after the other; BASE itself once a seed, as setting "base"."""
    changed = [(name, value) for name, values in VALUES.items() for value in values if value != BASE[name]]
    return [(name, value, seed) for seed in range(seeds) for name, value in [("base", ""), *changed]]


def run(setting: str, value, seed: int) -> dict:
    """One training; what is judged is the mean of the last three epochs, because single ones jump."""
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
        "setting": setting,
        "value": value,
        "seed": seed,
        "accuracy": f"{np.mean(history.valid_accuracy[-LAST:]):.4f}",
        "loss": f"{np.mean(history.valid_loss[-LAST:]):.4f}",
        "train_accuracy": f"{np.mean(history.accuracy[-LAST:]):.4f}",
        "gradient_norm": f"{max(history.gradient_norm):.3g}",
        "seconds": f"{time.perf_counter() - start:.1f}",
    }


def stored(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Do the runs that are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.parent.mkdir(exist_ok=True)
    done = {(row["setting"], row["value"], row["seed"]) for row in stored(options.out)}
    fresh = not options.out.exists()
    with options.out.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if fresh:
            writer.writeheader()
        for setting, value, seed in runs(options.seeds):
            if (setting, str(value), str(seed)) not in done:
                row = {**run(setting, value, seed), "value": str(value)}
                writer.writerow(row)
                file.flush()
                print(*row.values(), flush=True)


if __name__ == "__main__":
    main()
