"""The check of a trained classifier: what leaves the judge, and what it says about made-up answers."""

import numpy as np
import pytest
import torch

from lstm_ref.checks import CHECKS, check, judge, make, sent
from lstm_ref.checks.engine import call as caller
from lstm_ref.checks.s11_configure_and_diagnose import benches
from lstm_ref.checks.s11_configure_and_diagnose.train_classifier import NEEDED, NEW, RECORDINGS, TRAININGS

PROBLEM = make("train_classifier", 3)
LABELS = PROBLEM["calls"][0]["new_labels"]
KEPT = CHECKS["train_classifier"].kept


def sure(labels):
    """Right logits, far from 0 and all different."""
    return ((2 * labels - 1) * np.linspace(2, 3, len(labels))).astype(np.float32)


def told(**changed) -> str | None:
    """What the check says about a right answer with something changed."""
    logits = changed.get("logits", sure(LABELS))
    said = {"logits": logits, "again": logits, "alone": logits[:4].reshape(4, -1), "padded": logits}
    said["seen"] = sure(PROBLEM["calls"][0]["labels"])
    answer = {"model": 2, "steps": 10, "backward": 10, "cleared": 10, "trainings": 1, **said, **changed}
    outcome = caller.describe(answer)
    return judge("train_classifier", PROBLEM, {"calls": [{"first": outcome, "second": outcome, "mutated": []}]})


def test_the_labels_of_new_recordings_stay_with_the_judge():
    gone = sent(PROBLEM)
    assert "new_labels" not in gone["calls"][0] and "new_xs" in gone["calls"][0]
    assert "kept" not in gone and gone["once"] is True
    assert "new_labels" in PROBLEM["calls"][0]  # nothing was taken out of the judge's own copy


def test_every_student_is_asked_about_other_recordings():
    other = make("train_classifier", 4)["calls"][0]
    assert not np.array_equal(other["new_xs"], PROBLEM["calls"][0]["new_xs"])
    assert 0.3 < LABELS.mean() < 0.5 and len(LABELS) == NEW  # so an answer that is always the same is far from NEEDED


@pytest.mark.parametrize("seed", range(4))
def test_no_threshold_on_a_rank_of_the_amplitudes_is_enough(seed):
    call = make("train_classifier", seed)["calls"][0]
    best = []
    for rank in range(12):  # as many as the shortest recording has steps; zeros in the padding are the lowest
        found = -np.sort(-call["new_xs"][:, :, 0])[:, rank]
        answers = found[None] > found[:, None]  # every threshold, even the one that suits the new recordings best
        best.append((answers == (call["new_labels"] > 0.5)).mean(1).max())
    assert 0.7 < max(best) < NEEDED


@pytest.mark.parametrize("seed", range(20))
def test_three_amplitudes_in_a_row_above_a_height_are_not_enough(seed):
    call = make("train_classifier", seed)["calls"][0]
    rows = np.lib.stride_tricks.sliding_window_view(call["new_xs"][:, :, 0], 3, axis=1)
    found = rows.min(axis=2).max(axis=1)
    for height in (0.3, 0.4, 0.45):
        assert ((found > height) == (call["new_labels"] > 0.5)).mean() < NEEDED - 0.01


def turned(count):
    """Right answers, except that `count` of them are reversed."""
    logits = sure(LABELS)
    logits[:count] *= -1
    return logits


RIGHT = sure(LABELS)
SAID = {
    "returned None; expected the trained model": {"model": 0},
    "cannot be called; expected the trained model": {"model": 1},
    "(1000,). Take the last axis away": {"logits": RIGHT[:, None]},
    "Two for each is the form of cross_entropy": {"logits": np.stack([-RIGHT, RIGHT], 1)},
    "squeeze() takes away every axis": {"alone": RIGHT[:4]},
    "The model says labels, 0, 1": {"logits": LABELS},
    "The model says labels, -1, 1": {"logits": np.sign(RIGHT)},
    "nan or inf": {"logits": np.where(np.arange(NEW) == 7, np.nan, RIGHT)},
    "Asked twice about the same recording, number 9": {"again": RIGHT + 0.1 * (np.arange(NEW) == 9)},
    "About recording 2 the model says": {"alone": (RIGHT[:4] + 0.1 * (np.arange(4) == 2))[:, None]},
    "it reads the padding": {"padded": RIGHT + 0.01},
    "the wrong way round": {"logits": -RIGHT},
    "these are probabilities": {"logits": 1 / (1 + np.exp(-RIGHT))},
    "the same class for every recording": {"logits": np.full(NEW, -0.3) - 0.1 * LABELS},
    "says target for every recording": {"logits": np.full(NEW, 4.0) + LABELS},
    "backward() was not called once": {"logits": turned(NEW // 4), "backward": 0},
    "no optimiser made a step": {"logits": turned(NEW // 4), "steps": 0},
    "learned them by heart": {"logits": turned(NEW // 4)},
    "zero_grad was never called": {"logits": turned(NEW // 4), "cleared": 0, "seen": np.zeros(RECORDINGS)},
    "has not learned enough yet": {"logits": turned(NEW // 4), "seen": np.zeros(RECORDINGS)},
    "expected one logit each": {"logits": RIGHT[:7]},
    "arrays of different shapes when it is asked again": {"again": RIGHT[:7]},
    "is no array of numbers": {"seen": "much"},
}


@pytest.mark.parametrize("text", SAID)
def test_what_is_wrong_is_named(text):
    assert text in told(**SAID[text])


def test_enough_right_answers_are_enough():
    most = int(NEW * (1 - NEEDED))
    assert told() is None
    assert told(logits=turned(most)) is None
    assert "94.9%" in told(logits=turned(most + 1))


@pytest.mark.parametrize(
    "learns, wrong, seconds, trainings, kept",
    [(1, 0, 60, 1, 1), (1, 8, 60, 1, 1), (1, 9, 60, TRAININGS, 1), (2, 9, 60, TRAININGS, 2)]
    + [(2, 0, 60, 2, 2), (None, 0, 60, TRAININGS, 1), (2, 0, 0, 1, 1)],
    ids=["at once", "nearly all", "too few", "too few, the second time", "the second time", "never", "no time"],
)
def test_a_training_that_got_stuck_is_done_anew_with_another_seed(learns, wrong, seconds, trainings, kept):
    seeds = []

    def train(xs, lengths, labels, seed):
        seeds.append(seed)
        number = len(seeds)
        torch.ones(1, requires_grad=True).backward()
        signs = 2 * labels - 1 if number == learns else torch.ones(len(labels))
        signs[:wrong] *= -1
        return lambda xs, lengths: number * signs.repeat(NEW)[: len(xs)]

    arguments = {name: value for name, value in PROBLEM["calls"][0].items() if name not in KEPT}
    said = benches.training(train, **{**arguments, "seconds": seconds})
    assert len(seeds) == len(set(seeds)) == said["trainings"] == trainings
    assert set(np.abs(said["logits"])) == {kept}
    assert said["backward"] == 1  # of the training whose model is asked


@pytest.mark.parametrize("words", [["much"] * RECORDINGS, [1j] * RECORDINGS, [1.0]], ids=["words", "complex", "one"])
def test_an_answer_of_another_form_is_left_to_the_judge(words):
    arguments = {name: value for name, value in PROBLEM["calls"][0].items() if name not in KEPT}
    said = benches.training(lambda *given: lambda xs, lengths: np.array(words), **arguments)
    assert said["trainings"] == 1 and np.array_equal(said["logits"], words)


def test_of_several_trainings_the_number_is_told():
    assert "the best of 3 trainings, each with another seed" in told(logits=turned(NEW // 4), trainings=3)
    assert "trainings" not in told(logits=turned(NEW // 4))
    assert told(trainings=3) is None


@pytest.mark.parametrize("answer", [None, {}, {"calls": [{"first": {"kind": "dict"}}]}, {"calls": []}], ids=str)
def test_no_answer_is_no_right_answer(answer):
    assert judge("train_classifier", PROBLEM, answer)


def test_an_error_under_a_bench_is_told_with_the_students_line():
    def class_loss(logits, labels):
        return logits + "one"  # a line of the student's

    with pytest.raises(AssertionError, match="at the line `return logits"):
        check("class_loss", class_loss)
