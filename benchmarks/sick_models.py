"""Radar classifiers with one fault each, watched while they train: `python -m benchmarks.sick_models`.

After every epoch: loss and accuracy, on the training recordings and on others, the largest gradient, and how open the
gates are. About half a minute on an idle core; written to benchmarks/results/sick_models.csv, which chapter 11 draws.
This is one training of each model; benchmarks/sick_signs.py counts in many trainings how often each sign is seen.
"""

import argparse
import csv
from pathlib import Path

import torch
from torch import nn

from lstm_ref import RadarClassifier, RadarData, gate_statistics, radar_dataset, train_classifier

RESULTS = Path(__file__).with_name("results") / "sick_models.csv"
EPOCHS, BATCH = 15, 50
TRAIN, VALID = 600, 500  # recordings
LOOKED_AT = 100  # recordings whose gates are read
GATES = ("f", "i", "o")
OF_A_GATE = ("mean", "shut", "open")
CURVES = ("loss", "accuracy", "valid_loss", "valid_accuracy", "gradient_norm")
COLUMNS = ("model", "epoch", *CURVES, *(f"{gate}_{what}" for gate in GATES for what in OF_A_GATE))


def healthy(seed: int) -> dict:
    """The settings of a healthy model; a fault changes one entry. Seeds share no recordings, weights or orders."""
    return {
        "make": lambda **options: RadarClassifier(hidden_size=32, **{"pooling": "last", "seed": seed, **options}),
        "optimiser": lambda model: torch.optim.Adam(model.parameters(), lr=0.01),
        "clip": 1.0,
        "loss": nn.functional.binary_cross_entropy_with_logits,
        "train": radar_dataset(TRAIN, 2 * seed),
        "valid": radar_dataset(VALID, 2 * seed + 1),
        "epochs": EPOCHS,
        "batch": BATCH,
        "order": 1000 * seed,  # the seed of the first epoch's order
    }


class NeverZeroed(torch.optim.Adam):
    """As if `zero_grad` had been forgotten: each gradient is added to all those before."""

    def zero_grad(self, set_to_none: bool = True) -> None:
        pass


class Detached(RadarClassifier):
    """A detach() too many: no gradient reaches the LSTM."""

    def pool(self, hs, lengths):
        return super().pool(hs.detach(), lengths)


def squashed_twice(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return nn.functional.binary_cross_entropy_with_logits(torch.sigmoid(logits), labels)


def in_metres(data: RadarData) -> RadarData:
    """Distances of up to some thousands, as a file in metres has them."""
    return data._replace(xs=data.xs * torch.tensor([1.0, 5000.0]))


def shuffled(data: RadarData) -> RadarData:
    """As if the labels had been sorted without their recordings: labels and recordings no longer belong together."""
    order = torch.randperm(len(data.labels), generator=torch.Generator().manual_seed(0))
    return data._replace(labels=data.labels[order])


def with_noise(data: RadarData, seed: int) -> RadarData:
    """Ten more inputs of nothing but noise."""
    more = torch.randn(*data.xs.shape[:2], 10, generator=torch.Generator().manual_seed(seed))
    return data._replace(xs=torch.cat([data.xs, more], dim=2))


def models(seed: int = 0) -> dict[str, dict]:
    """name -> what it is trained with: the healthy one, one that is cured, and those with a fault."""
    well = healthy(seed)
    noisy = {
        **well,
        "make": lambda: well["make"](pooling="mean", input_size=12),
        "train": with_noise(well["train"], 0),
        "valid": with_noise(well["valid"], 1),
    }
    return {
        "healthy": well,
        "rate too high": {**well, "optimiser": lambda model: torch.optim.Adam(model.parameters(), lr=1.0)},
        "not clipped": {**well, "clip": None, "order": 1000 * seed + 300},
        "gate stuck shut": {**well, "make": lambda: well["make"](forget_bias=-8.0)},
        "in metres": {**well, "train": in_metres(well["train"]), "valid": in_metres(well["valid"])},
        "learned by heart": {
            **noisy,
            "train": RadarData(*(column[:60] for column in noisy["train"])),
            "epochs": 2 * EPOCHS,
            "batch": 20,
        },
        "more recordings": noisy,
        "squashed twice": {**well, "loss": squashed_twice},
        "never zeroed": {
            **well,
            "optimiser": lambda model: NeverZeroed(model.parameters(), lr=0.01),
            "clip": None,
        },
        "labels shuffled": {**well, "train": shuffled(well["train"])},
        "detached": {**well, "make": lambda: Detached(hidden_size=32, pooling="last", seed=seed)},
    }


def watch(name: str, how: dict) -> list[dict]:
    """One row for each epoch."""
    model = how["make"]()
    optimiser = how["optimiser"](model)
    looked_at = RadarData(*(column[:LOOKED_AT] for column in how["valid"]))
    rows = []
    for epoch in range(how["epochs"]):
        history = train_classifier(
            model,
            how["train"],
            epochs=1,
            clip=how["clip"],
            seed=how["order"] + epoch,
            validation=how["valid"],
            batch_size=how["batch"],
            loss=how["loss"],
            optimiser=optimiser,
        )
        stand = gate_statistics(model.lstm, looked_at.xs, looked_at.lengths)
        numbers = [getattr(history, curve)[0] for curve in CURVES]
        numbers += [getattr(stand[gate], what) for gate in GATES for what in OF_A_GATE]
        rows.append(dict(zip(COLUMNS, [name, epoch + 1, *(f"{number:.4g}" for number in numbers)], strict=True)))
    return rows


def main() -> None:
    """Train them all and write their curves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=list(models()), help="models")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name, how in models().items():
        if name in options.only:
            rows += watch(name, how)
            print(*rows[-1].values(), flush=True)
    with options.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
