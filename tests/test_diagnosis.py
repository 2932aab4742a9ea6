"""Gate statistics by hand; windows and splits; the stored studies of chapter 11 are whole."""

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks import configurations, sick_models
from lstm_ref import RadarClassifier, gate_statistics
from lstm_ref.figures import s11_configure_and_diagnose as figures
from lstm_ref.training.leakage import split_windows, windows_with_tossed_labels
from lstm_ref.training.studies import read_study


def test_gates_that_stand_still_are_counted_as_they_stand():
    lstm = nn.LSTM(2, 3, num_layers=2, batch_first=True)
    with torch.no_grad():
        for weights in lstm.parameters():
            weights.zero_()
        lstm.bias_ih_l1.copy_(torch.tensor([0.0] * 3 + [-9.0, 0.0, 9.0] + [0.0] * 3 + [9.0] * 3))  # i, f, g, o
    found = gate_statistics(lstm, torch.randn(4, 5, 2), [5, 1, 2, 5], layer=1)
    assert (found["f"].mean, found["f"].shut, found["f"].open) == pytest.approx((0.5, 1 / 3, 1 / 3), abs=1e-6)
    assert (found["i"].mean, found["i"].shut, found["i"].open) == (0.5, 0.0, 0.0)
    assert found["o"].open == 1.0
    assert gate_statistics(lstm, torch.randn(4, 5, 2), [5, 1, 2, 5], layer=0)["o"].mean == 0.5


def test_what_the_gates_do_in_the_padding_does_not_count():
    lstm = RadarClassifier(4, seed=2).lstm
    xs = torch.randn(3, 6, 2, generator=torch.Generator().manual_seed(0))
    longer = torch.cat([xs, torch.full((3, 4, 2), 100.0)], dim=1)
    assert gate_statistics(lstm, xs, [6, 2, 4]) == gate_statistics(lstm, longer, [6, 2, 4])


def test_wrong_arguments_of_gate_statistics_are_named():
    xs = torch.randn(1, 4, 2)
    with pytest.raises(IndexError, match="layer 1 does not exist; there are 1"):
        gate_statistics(nn.LSTM(2, 3, batch_first=True), xs, [4], layer=1)
    with pytest.raises(ValueError, match="the LSTM is bidirectional"):
        gate_statistics(nn.LSTM(2, 3, batch_first=True, bidirectional=True), xs, [4])
    with pytest.raises(TypeError, match="from_torch got a RNN"):
        gate_statistics(nn.RNN(2, 3), xs, [4])


def test_windows_belong_to_their_recordings_and_labels_are_tossed():
    windows = windows_with_tossed_labels(0)
    assert windows.data.xs.shape == (24 * 7, 24, 6)
    for n in range(24):
        of_it = windows.recording == n
        assert of_it.sum() == 7 and len(set(windows.data.labels[of_it].tolist())) == 1
        readings = windows.data.xs[of_it][:, :, 2:]
        assert torch.all(readings == readings[0, 0])
    assert windows.data.labels.mean() == 0.5
    # Neighbouring windows overlap by two thirds.
    first, second = windows.data.xs[windows.recording == 3][:2]
    assert torch.equal(first[8:], second[:16])


@pytest.mark.parametrize("by_recording", [False, True])
def test_a_split_keeps_every_window_once_and_recordings_whole_where_it_says_so(by_recording):
    windows = windows_with_tossed_labels(1)
    learn, held = split_windows(windows, 0, by_recording=by_recording)
    assert len(held.labels) == 56 and len(learn.labels) == 112
    readings = [{tuple(x[0, 2:].tolist()) for x in part.xs} for part in (learn, held)]
    shared = readings[0] & readings[1]
    assert (len(shared) == 0) == by_recording
    if by_recording:
        assert [len(r) for r in readings] == [16, 8]
    with pytest.raises(ValueError, match="share is 1; expected a number between 0 and 1"):
        split_windows(windows, 0, by_recording=by_recording, share=1)


def test_the_stored_comparison_is_whole_and_of_the_settings_that_are_drawn():
    rows = read_study(configurations.STUDY.stored_in)
    found = figures.accuracies(rows)
    assert {name: tuple(of) for name, of in found.items()} == figures.VALUES
    count = len(rows) // len(configurations.STUDY.keys)
    assert all(len(dots) == count for of in found.values() for dots in of.values())
    assert found["clip"][1.0] == found["lr"][0.01] != found["clip"][10.0]


def test_the_stored_ward_holds_every_model_and_each_has_its_symptom():
    rows = read_study(sick_models.RESULTS)
    assert tuple(rows[0]) == sick_models.COLUMNS
    assert list(dict.fromkeys(row["model"] for row in rows)) == list(sick_models.models())
    last = {row["model"]: row for row in rows}
    of = {name: [row for row in rows if row["model"] == name] for name in last}
    assert last["healthy"]["valid_accuracy"] > 0.95
    too_high = last["rate too high"]
    assert of["rate too high"][0]["loss"] > 2 and too_high["f_shut"] + too_high["f_open"] > 0.99
    assert [row["epoch"] for row in of["not clipped"] if row["gradient_norm"] > 20] == [7, 10]
    assert min(row["valid_loss"] for row in of["not clipped"]) < 0.42 and last["not clipped"]["valid_loss"] > 0.68
    assert last["gate stuck shut"]["f_shut"] == 1 and last["gate stuck shut"]["o_shut"] < 0.01
    assert all(0.68 < row["loss"] < 0.7 for row in of["in metres"])
    assert all(last["in metres"][f"{g}_shut"] + last["in metres"][f"{g}_open"] > 0.98 for g in "fio")
    assert last["learned by heart"]["accuracy"] == 1 and last["learned by heart"]["valid_loss"] > 2
    assert min(row["loss"] for row in of["squashed twice"]) > 0.55 and last["squashed twice"]["accuracy"] > 0.7
    stuck = [row["gradient_norm"] for row in of["never zeroed"][-5:]]
    assert max(stuck) - min(stuck) < 0.02 * max(stuck)
    assert abs(last["labels shuffled"]["valid_loss"] - np.log(2)) < 0.02
    assert 0.6 < last["detached"]["valid_loss"] < 0.62 and last["detached"]["valid_accuracy"] < 0.7


def test_each_fault_of_the_ward_is_the_one_it_is_called():
    models = sick_models.models()
    model = models["detached"]["make"]()
    model(models["healthy"]["train"].xs[:4], models["healthy"]["train"].lengths[:4]).sum().backward()
    assert model.lstm.weight_ih_l0.grad is None and model.read.weight.grad is not None
    zeroed = models["never zeroed"]["optimiser"](model)
    zeroed.zero_grad()
    assert model.read.weight.grad is not None
    logits = torch.tensor([-50.0, 50.0])
    assert models["squashed twice"]["loss"](logits, torch.zeros(2)) > 0.69
    same, other = (models[name]["train"].labels for name in ("healthy", "labels shuffled"))
    assert not torch.equal(same, other) and same.sum() == other.sum()
