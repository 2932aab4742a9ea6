"""The radar classifier: its data, how it starts, that padding and the batch do not change it, that it learns."""

import math
import re

import pytest
import torch

from lstm_ref import RadarClassifier, RadarData, batch_of, evaluate_classifier, radar_dataset, train_classifier


@pytest.fixture(scope="module")
def data():
    return radar_dataset(40, 0)


def test_recordings_are_padded_with_zeros_behind_their_lengths(data):
    assert data.xs.shape == (40, 40, 2) and data.xs.dtype == torch.float32
    assert data.lengths.dtype == torch.int64 and data.labels.dtype == torch.float32
    assert 16 <= data.lengths.min() < data.lengths.max() <= 40
    for x, n in zip(data.xs, data.lengths, strict=True):
        assert torch.all(x[n:] == 0) and torch.any(x[:n] != 0)
    assert set(data.labels.tolist()) == {0.0, 1.0}


def test_the_same_seed_gives_the_same_recordings(data):
    again, other = radar_dataset(40, 0), radar_dataset(40, 1)
    assert all(torch.equal(a, b) for a, b in zip(data, again, strict=True))
    assert not torch.equal(data.labels, other.labels) and not torch.equal(data.lengths, other.lengths)


def test_a_label_says_whether_a_bump_is_there():
    """Without noise, clutter and spikes, amplitude is there where a target is."""
    found = radar_dataset(200, 3, spikes=0.0, noise=0.0, clutter=0.0, swerling=0, dropouts=0.0)
    assert torch.equal((found.xs[..., 0].amax(1) > 0.1).float(), found.labels)


def test_the_highest_amplitude_alone_says_little():
    many = radar_dataset(1000, 0)
    highest = many.xs[..., 0].amax(1)
    best = max(float(((highest > limit).float() == many.labels).float().mean()) for limit in highest.unique())
    assert best < 0.75


@pytest.mark.parametrize("pooling", ["last", "mean", "max", "attention"])
def test_neither_padding_nor_neighbours_move_a_logit(data, pooling):
    model = RadarClassifier(hidden_size=5, num_layers=2, pooling=pooling, seed=3).double().eval()
    if pooling == "attention":
        torch.nn.init.normal_(model.v, generator=torch.Generator().manual_seed(0))
    xs = data.xs.double()
    together = model(xs, data.lengths)
    longer = torch.cat([xs, torch.full((40, 7, 2), 9.0, dtype=xs.dtype)], dim=1)
    assert torch.allclose(model(longer, data.lengths), together, rtol=0, atol=1e-12)
    for b in (0, 17):
        n = data.lengths[b : b + 1]
        assert torch.allclose(model(xs[b : b + 1, : int(n)], n), together[b], rtol=0, atol=1e-12)


def test_the_forget_bias_reaches_every_layer_and_nothing_else():
    plain = dict(RadarClassifier(4, 2, forget_bias=None, seed=1).lstm.named_parameters())
    for name, bias in RadarClassifier(4, 2, forget_bias=2.0, seed=1).lstm.named_parameters():
        if name.startswith("weight"):
            assert torch.equal(bias, plain[name])
            continue
        assert torch.equal(bias[:4], plain[name][:4]) and torch.equal(bias[8:], plain[name][8:])
        assert torch.all(bias[4:8] == (2.0 if name.startswith("bias_ih") else 0.0))


def test_training_repeats_itself_and_leaves_the_callers_random_numbers_alone(data):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    found = [
        train_classifier(RadarClassifier(4, dropout=0.3, seed=s), data, epochs=2, seed=s, validation=data)
        for s in (0, 0, 1)
    ]
    assert torch.equal(torch.rand(3), expected)
    assert found[0] == found[1] != found[2]
    assert all(len(column) == 2 for column in found[0])


def test_it_learns_and_is_left_in_evaluation_mode(data):
    """Tested on the median of five seeds: a single training may lag behind."""
    losses, shares = [], []
    for seed in range(5):
        model = RadarClassifier(8, pooling="max", dropout=0.2, seed=seed)
        before = evaluate_classifier(model, data)
        history = train_classifier(model, data, epochs=30, lr=0.02, seed=seed, batch_size=20)
        after = evaluate_classifier(model, data)
        assert not model.training and history.valid_loss == []
        losses.append(after[0] / before[0])
        shares.append(after[1])
    assert sorted(losses)[2] < 0.5 and sorted(shares)[2] > 0.9


def test_a_falling_rate_ends_at_zero_along_half_a_cosine(data):
    """Where the gradient is always the same, plain gradient descent steps by the rate itself."""

    class Straight(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.zeros(()))

        def forward(self, xs, lengths):
            taken.append(float(self.w.detach()))
            return self.w + torch.zeros(len(xs))

    for falling in (True, False):
        model, taken = Straight(), []
        sgd = torch.optim.SGD(model.parameters(), lr=1.0)
        options = {"loss": lambda logits, labels: -logits.mean(), "optimiser": sgd, "clip": None}
        train_classifier(model, data, epochs=2, batch_size=10, falling=falling, **options)
        steps = [after - before for before, after in zip(taken, [*taken[1:], float(model.w.detach())], strict=True)]
        expected = [(1 + math.cos(math.pi * n / 8)) / 2 if falling else 1.0 for n in range(8)]
        assert steps == pytest.approx(expected, abs=1e-5)


def test_clipping_shortens_the_step_that_is_taken(data):
    """Plain gradient descent with rate 1: the weights move as far as the clipped gradient is long."""
    for clip, moved in ((0.01, 0.01), (None, None)):
        model = RadarClassifier(4)
        before = torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()
        sgd = torch.optim.SGD(model.parameters(), lr=1.0)
        history = train_classifier(model, data, epochs=1, clip=clip, optimiser=sgd, batch_size=40)
        step = torch.nn.utils.parameters_to_vector(model.parameters()).detach() - before
        assert float(step.norm()) == pytest.approx(moved or history.gradient_norm[0], rel=1e-4)
        assert history.gradient_norm[0] > 0.02


def test_a_batch_holds_no_more_padding_than_it_needs(data):
    short = data.lengths.argsort()[:3]
    batch = batch_of(data, short)
    assert batch.xs.shape == (3, int(data.lengths[short].max()), 2)
    assert torch.equal(batch.labels, data.labels[short])


def test_wrong_arguments_are_named(data):
    with pytest.raises(ValueError, match="no pooling is called 'sum'; there are last, mean, max, attention"):
        RadarClassifier(pooling="sum")
    with pytest.raises(ValueError, match=re.escape("n is 0, shortest 16, longest 40; expected n >= 1")):
        radar_dataset(0, 0)
    with pytest.raises(ValueError, match="data holds no recordings"):
        train_classifier(RadarClassifier(), RadarData(*(column[:0] for column in data)))
