"""The classifier that chapter 11 trains, with other seeds and on other processors: `python -m benchmarks.radar_runs`.

Ten trainings on each code path, with other recordings, first weights and orders. What the chapter says about its own
training must hold for these. About three minutes on an idle core.
"""

import numpy as np
import torch

from benchmarks.study import Study
from lstm_ref import (
    RadarClassifier,
    attention_weights,
    evaluate_classifier,
    gate_statistics,
    radar_dataset,
    simulate_radar,
    train_classifier,
)

RECORDINGS, JUDGED_ON, JUDGED_SEED = 600, 500, 999_999
CUT = 0.5  # the threshold of those who mistake logits for probabilities
UNITS = (20.0, 5000.0)  # what an instrument writes for 1 of the training: millivolts, metres


def run(seed: int) -> dict:
    """One training of fifteen epochs, and one that was stopped after two."""
    train, unseen = radar_dataset(RECORDINGS, 2 * seed), radar_dataset(JUDGED_ON, JUDGED_SEED)
    model = RadarClassifier(hidden_size=32, pooling="attention", seed=seed)
    train_classifier(model, train, epochs=15, lr=0.02, seed=seed, batch_size=50, falling=True)
    standing = gate_statistics(model.lstm, unseen.xs, unseen.lengths)
    young = RadarClassifier(hidden_size=32, pooling="max", seed=seed)
    train_classifier(young, train, epochs=2, seed=seed, batch_size=50)
    with torch.no_grad():
        logits = young(unseen.xs, unseen.lengths)
    at = {cut: float(((logits > cut) == (unseen.labels > 0.5)).float().mean()) for cut in (0.0, CUT)}
    return {
        "right": f"{evaluate_classifier(model, unseen)[1]:.3f}",
        "behind": f"{share_behind_the_peak(model, unseen):.3f}",
        **{
            f"{gate}_{end}": f"{getattr(s, end):.3f}"
            for gate, s in standing.items()
            for end in ("mean", "shut", "open")
        },
        "young_at_0": f"{at[0.0]:.3f}",
        "young_at_half": f"{at[CUT]:.3f}",
        "young_differ": int(((logits > 0) != (logits > CUT)).sum()),
        "in_units": f"{probability(model, 1.0):.3f}",
        "as_read": f"{probability(model, UNITS):.3f}",
    }


def share_behind_the_peak(model: RadarClassifier, data) -> float:
    """The share of the attention at the highest amplitude or after it: the mean over all recordings with a target."""
    with torch.no_grad():
        weights = attention_weights(model.lstm(data.xs)[0], data.lengths, model.v)
    peaks = data.xs[..., 0].argmax(1)
    behind = torch.arange(data.xs.shape[1]) >= peaks[:, None]
    return float((weights * behind).sum(1)[data.labels > 0.5].mean())


def probability(model: RadarClassifier, units) -> float:
    """The probability of a target that the model gives one recording with a target, its values in these units."""
    xs = simulate_radar(1, 32, seed=5, target_share=1.0, swerling=0, spikes=0.05).xs * np.asarray(units)
    with torch.no_grad():
        return float(torch.sigmoid(model(torch.tensor(xs, dtype=torch.float32), torch.tensor([32]))))


STUDY = Study("radar_runs", ({},), run)

if __name__ == "__main__":
    STUDY.main()
