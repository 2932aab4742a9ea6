"""How much better a wrong split makes a classifier look: `python -m benchmarks.leakage`.

Chapter 11 gives recordings random labels, and trains a classifier on some of their windows. Here this is done with ten
seeds on each code path, holding back windows or whole recordings. About three minutes on an idle core.
"""

from benchmarks.study import Study
from lstm_ref import RadarClassifier, evaluate_classifier, train_classifier
from lstm_ref.training.leakage import split_windows, windows_with_tossed_labels


def run(seed: int, held_back: str) -> dict:
    """One training: the share of held-back windows for which the classifier is right."""
    windows = windows_with_tossed_labels(seed)
    learn, held = split_windows(windows, seed, by_recording=held_back == "recordings")
    network = RadarClassifier(16, pooling="mean", input_size=6, seed=seed)
    train_classifier(network, learn, epochs=20, seed=seed, batch_size=16)
    return {"right": f"{evaluate_classifier(network, held)[1]:.3f}"}


STUDY = Study("leakage", ({"held_back": "windows"}, {"held_back": "recordings"}), run)

if __name__ == "__main__":
    STUDY.main()
