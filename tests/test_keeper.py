"""The soft AND, the cell set by hand, and the trial that the exercise of chapter 9 runs such cells over."""

import itertools
import re

import numpy as np
import pytest

from lstm_ref import (
    LSTMParams,
    initial_params,
    keeper_params,
    keeper_picture,
    keeper_result,
    keeper_trial,
    lstm_forward,
    radar_example,
    sigmoid,
    soft_and,
)
from lstm_ref.checks.s09_engineer_intuition.keeper_params import keeper_complaint, passes, radars
from lstm_ref.core.keeper import memories

LEVELS = (0.2, 0.6, 3.0)


def levels(seeds):
    return [tuple(call.values()) for seed in seeds for call in radars(np.random.default_rng(seed))]


@pytest.mark.parametrize("u", [(-0.76, 0.76), (0.0, 1.0), (2.0, 2.5)])
@pytest.mark.parametrize("v", [(0.1, 0.7, 0.7), (0.1, 0.7, 9.0), (-3.0, -1.0, 0.0)])
def test_a_soft_and_is_open_just_when_both_are_on(u, v):
    w_u, w_v, b = soft_and(*u, *v, sure=0.95)
    off, on, most = v
    for one, other in itertools.product(u, (off - 1, off, on, most)):
        gate = float(sigmoid(w_u * one + w_v * other + b))
        if one == u[1] and other >= on:
            assert gate >= 0.95 - 1e-9
        else:
            assert gate <= 0.05 + 1e-9


def test_levels_in_another_order_are_refused():
    for wrong in [(1, 0, 0, 1, 1), (0, 1, 1, 0, 1), (0, 1, 0, 1, 0.5), (0, 1, 0, 1, float("nan"))]:
        with pytest.raises(ValueError, match="expected u_off < u_on, v_off < v_on <= v_most"):
            soft_and(*wrong)
    with pytest.raises(ValueError, match=r"sure=0.5; expected"):
        soft_and(0, 1, 0, 1, 1, sure=0.5)
    with pytest.raises(ValueError, match=r"quiet=0.7, strong=0.1, loudest=1; expected 0 <= quiet < strong <= loudest"):
        keeper_trial(0.7, 0.1, 1)


def test_many_cells_run_together_as_the_reference_runs_each():
    trial = keeper_trial(*LEVELS)
    cells = [keeper_params(*LEVELS), initial_params(2, 2, seed=0, scale=2.0)]
    for cell, found in zip(cells, memories(cells, trial.xs), strict=True):
        c = lstm_forward(trial.xs, cell, return_gates=True)[2].c
        np.testing.assert_allclose(found, c, rtol=0, atol=1e-12)


@pytest.mark.parametrize("spikes", [False, True])
def test_a_trial_keeps_to_its_levels(spikes):
    """What the exercise promises of the sequences: noise, bumps, spikes, and the distance between the two."""
    quiet, strong, loudest = LEVELS
    for n in range(20):
        trial = keeper_trial(quiet, strong, loudest + n / 100, spikes=spikes)
        amplitude = trial.xs[:, :, 0]
        assert np.array_equal(trial.xs[..., 1], trial.calm[..., 1])
        for row, calm, bump, spike in zip(amplitude, trial.calm[..., 0], trial.bumps, trial.spikes, strict=True):
            inside = np.zeros(len(row), bool)
            if bump:
                inside[bump[0] : bump[1] + 1] = True
                assert 3 <= inside.sum() <= 6 and bump[1] + 51 < len(row)
                assert (row[inside] >= strong).all() and (row[inside] <= 2 * strong).all()
            if spike is not None:
                assert strong <= row[spike] <= loudest + n / 100 and calm[spike] <= quiet
                assert spike >= 5 and (not bump or min(abs(spike - bump[0]), abs(spike - bump[1])) > 5)
                inside[spike] = True
            assert (row[~inside] <= quiet).all() and np.array_equal(row[~inside], calm[~inside])
        assert any(bump is None for bump in trial.bumps) == spikes


def test_the_same_levels_give_the_same_sequences_and_others_give_others():
    assert np.array_equal(keeper_trial(*LEVELS).xs, keeper_trial(*LEVELS).xs)
    assert not np.array_equal(keeper_trial(*LEVELS).xs, keeper_trial(0.2, 0.6, 3.01).xs)


def test_the_cell_set_by_hand_passes_two_hundred_trials():
    """Two radars for each of a hundred graders' seeds: the solution never fails by bad luck.

    Takes seconds, and must: what is graded are sequences that nobody has seen.
    """
    for case in levels(range(100)):
        assert passes(keeper_result(keeper_params(*case), keeper_trial(*case))), case


def test_what_is_measured_on_the_book_s_example():
    hs, _state, gates = lstm_forward(radar_example(), keeper_params(0.1, 0.7, 1.6), return_gates=True)
    c = gates.c[0, :, 0]
    assert c[4] < 0.02 and c[7] == pytest.approx(3 * np.tanh(3), abs=0.03)
    assert c[15] == pytest.approx(c[11], abs=0.03)  # the spike at step 13 hardly moves it
    assert np.sign(hs[0, :, 1]).tolist() == [-1] * 4 + [1] * 4 + [-1] * 4 + [1] + [-1] * 3


def broken(levels, **changed):
    cell = keeper_params(*levels)
    for place, value in changed.items():
        name, *at = place.split("__")
        getattr(cell, name)[tuple(map(int, at))] = value
    return cell


@pytest.mark.parametrize(
    "changed, part, says",
    [
        ({"b_f__0": 3.0}, False, "The memory leaks: with b_f[0] = 3"),
        ({"W_i__0__1": 0.0, "b_i__0": -9.0}, True, "reads the amplitude alone"),
        ({"b_i__0": 10.0}, False, "The input gate of unit 0 is"),
        ({"b_o__1": -10.0}, True, "The output gate of unit 1 is not open"),
    ],
)
def test_a_broken_cell_fails_on_every_seed_and_for_the_same_reason(changed, part, says):
    for case in levels(range(2)):
        scaled = {k: v / case[1] * 0.6 if k == "W_i__0__2" else v for k, v in changed.items()}
        if "W_i__0__1" in changed:  # a threshold in the middle, whatever the levels
            scaled["b_i__0"] = -keeper_params(*case).W_i[0, 2] * (case[0] + case[1]) / 2
        said = keeper_complaint("keeper_params", broken(case, **scaled), case, spikes=part)
        assert said is not None and says in said, (case, said)


def test_a_cell_that_does_nothing_fails_both_parts():
    nothing = keeper_params(*LEVELS)
    for array in nothing[:8]:
        array[...] = 0.0
    for spikes in (False, True):
        assert "The bump is lost" in keeper_complaint("keeper_params", nothing, LEVELS, spikes=spikes)


def test_the_message_says_which_failed_by_how_much_where_and_how_to_see_it():
    cell = broken(LEVELS, W_i__0__1=0.0, b_i__0=-8.0)
    first, *table = keeper_complaint("keeper_params", cell, LEVELS, spikes=True).splitlines()
    assert "the bump is kept in 16 of 16 sequences, the spike is dropped in 0 of 24" in first
    assert "moves c of unit 0 by 0.9" in first and "at most 0.1 is asked for" in first
    assert table[0].split() == ["step", "amplitude", "h[1]", "f[0]", "i[0]", "cand[0]", "c[0]", "c[1]"]
    assert table[-1] == "To see it drawn: keeper_picture(keeper_params(0.2, 0.6, 3), 0.2, 0.6, 3)"
    assert all(len(line) <= 88 for line in table)  # a notebook wraps longer ones


def test_a_weight_that_is_no_number_is_named():
    assert keeper_complaint("keeper_params", broken(LEVELS, W_c__1__2=np.nan), LEVELS, spikes=False) == (
        "W_c[1, 2] is nan; expected a finite number that can be added up."
    )


def test_weights_whose_sums_are_no_numbers_pass_nothing():
    """inf - inf is nan, and no bound is exceeded by nan."""
    huge = np.array([[1.79e308, 1.79e308, 0, -1.79e308]] * 2)
    zero, open_ = np.zeros((2, 4)), np.full(2, 30.0)
    cell = LSTMParams(huge, np.full(2, -1.79e308), zero, open_, zero, open_, zero, open_)
    for spikes in (False, True):
        said = keeper_complaint("keeper_params", cell, LEVELS, spikes=spikes)
        assert said == "W_f[0, 0] is 1.79e+308; expected a finite number that can be added up."


def test_the_picture_shows_the_worst_sequence():
    def kept(picture):
        return float(re.search(r"kept: (\S+);", picture.alt).group(1))

    assert kept(keeper_picture(broken(LEVELS, b_f__0=0.0), *LEVELS)) < 0.01
    trial = keeper_trial(*LEVELS, spikes=False)
    least = keeper_result(keeper_params(*LEVELS), trial).kept.min()
    assert kept(keeper_picture(keeper_params(*LEVELS), *LEVELS, spikes=False)) == pytest.approx(least, rel=0.01)
