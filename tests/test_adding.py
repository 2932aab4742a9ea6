"""The adding problem: its data, how networks start, that training is repeatable; and its stored results."""

import importlib.util
import json
import math
import re
from pathlib import Path

import pytest
import torch

from lstm_ref.training.adding import (
    BASELINE,
    MODELS,
    AddingNetwork,
    adding_batch,
    gates_and_reach,
    solved,
    train_on_adding,
)

ROOT = Path(__file__).parents[1]


def test_two_steps_are_marked_one_in_each_half_and_their_numbers_are_summed():
    for steps in (2, 7, 10):
        xs, sums = adding_batch(500, steps, 0)
        assert xs.shape == (500, steps, 2) and xs.dtype == torch.float32
        marks = xs[..., 1]
        assert torch.equal(marks[:, : steps // 2].sum(1), torch.ones(500))
        assert torch.equal(marks[:, steps // 2 :].sum(1), torch.ones(500))
        assert ((0 <= xs[..., 0]) & (xs[..., 0] < 1)).all()
        for x, total in zip(xs[:20], sums, strict=False):
            assert float(total) == pytest.approx(float(x[x[:, 1] == 1, 0].sum()))
    assert marks.sum(0).min() > 50  # every step is marked in some sequence


def test_always_saying_one_costs_one_sixth():
    sums = adding_batch(200_000, 10, 1)[1]
    assert float(((sums - 1) ** 2).mean()) == pytest.approx(BASELINE, rel=0.01)


def forget_and_input_bias(network):
    total = network.recurrent.bias_ih_l0 + network.recurrent.bias_hh_l0
    return total.detach().chunk(4)[1], total.detach().chunk(4)[0]  # PyTorch's order is i, f, g, o


def test_each_model_starts_as_its_name_says():
    default = 1 / math.sqrt(32)
    assert type(AddingNetwork("RNN", 50, 0).recurrent).__name__ == "RNN"
    forget, write = forget_and_input_bias(AddingNetwork("LSTM", 50, 0))
    assert forget.abs().max() <= 2 * default and forget.std() > 0.1
    forget, write = forget_and_input_bias(AddingNetwork("LSTM b_f=1", 50, 0))
    assert torch.equal(forget, torch.ones(32)) and write.abs().max() <= 2 * default
    forget, write = forget_and_input_bias(AddingNetwork("LSTM chrono", 50, 0))
    assert torch.equal(write, -forget)
    assert 0 <= forget.min() < 1.5 and 3 < forget.max() <= math.log(49)  # log of U(1, T-1): Tallec & Ollivier


def test_training_is_repeatable_and_leaves_the_callers_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    curves = [
        list(train_on_adding(AddingNetwork("LSTM", 6, seed), 6, seed, iterations=20, every=10)) for seed in (0, 0, 1)
    ]
    assert torch.equal(torch.rand(3), expected)
    assert curves[0] == curves[1] != curves[2]
    assert [iteration for iteration, _ in curves[0]] == [10, 20]


@pytest.mark.parametrize("seed", range(3))
def test_a_short_sequence_is_learnt(seed):
    network = AddingNetwork("LSTM b_f=1", 4, seed)
    curve = [mse for _, mse in train_on_adding(network, 4, seed, iterations=400)]
    assert min(curve) < 0.05 < curve[0]


def test_runs_are_summed_up_and_one_that_never_got_there_is_the_longest():
    runs = [{"T": 10, "model": "RNN", "iterations": n} for n in (300, None, 100, 200, None)]
    others = [{"T": 10, "model": model, "iterations": None} for model in MODELS[1:]]
    first, second, *_ = solved({"runs": [*runs, *others]})
    assert first == (10, "RNN", 5, 300, 100, 300, 2)
    assert second == (10, MODELS[1], 1, math.inf, math.inf, math.inf, 1)


def test_a_gate_that_is_held_open_is_seen_and_so_is_how_far_it_reaches():
    network = AddingNetwork("LSTM", 30, 0)
    gates, reach = gates_and_reach(network, 30)
    assert gates.shape == (32,) and gates.max() < 0.7 and reach < 1e-3
    with torch.no_grad():
        network.recurrent.bias_ih_l0[32 + 5] = 9.0  # rows i, f, g, o of 32 units each
    gates, reach = gates_and_reach(network, 30)
    assert gates[5] > 0.99 and gates.argmax() == 5 and 0.5 < reach


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=re.escape("steps is 1; expected at least 2")):
        adding_batch(3, 1, 0)
    with pytest.raises(ValueError, match=re.escape("no model is called 'GRU'; there are ['RNN', 'LSTM'")):
        AddingNetwork("GRU", 10, 0)


# --- the benchmark --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("adding_problem", ROOT / "benchmarks" / "adding_problem.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_benchmark_that_was_cut_goes_on_where_it_was(benchmark, tmp_path, monkeypatch, capsys):
    out = tmp_path / "found.json"
    monkeypatch.setattr(benchmark, "CAP", 200)
    arguments = ["adding_problem", "--path", "machine", "--only", "RNN", "--steps", "10", "--out", str(out), "--seeds"]
    monkeypatch.setattr("sys.argv", [*arguments, "1"])
    benchmark.main()
    first = json.loads(out.read_text())["runs"]
    of_first = [(r["path"], r["T"], r["model"], r["seed"], r["iterations"]) for r in first]
    assert of_first == [("machine", 10, "RNN", 0, None)]
    assert len(first[0]["curve"]) == 2
    monkeypatch.setattr("sys.argv", [*arguments, "2"])
    benchmark.main()
    assert json.loads(out.read_text())["runs"][0] == first[0]
    assert len(json.loads(out.read_text())["runs"]) == 2
    assert capsys.readouterr().out.count("T=  10") == 2
    monkeypatch.setattr(benchmark, "CAP", 300)
    with pytest.raises(SystemExit, match="was made with another cap. Delete it"):
        benchmark.main()


def test_the_stored_results_are_whole_and_what_the_benchmark_would_write(benchmark):
    found = json.loads(benchmark.RESULTS.read_text(encoding="utf-8"))
    assert found["settings"] == {"hidden_size": benchmark.HIDDEN_SIZE, **benchmark.SETTINGS}
    assert (found["cap"], found["solved_below"]) == (benchmark.CAP, benchmark.SOLVED)
    wanted = {
        (path, steps, model, seed)
        for steps, paths in benchmark.PATHS_OF.items()
        for path in paths
        for model in MODELS
        for seed in range(benchmark.SEEDS)
    }
    runs = [(r["path"], r["T"], r["model"], r["seed"]) for r in found["runs"]]
    assert set(runs) == wanted and len(runs) == len(wanted)
    for run in found["runs"]:
        solved = run["curve"][-1] < found["solved_below"]
        assert run["iterations"] == (100 * len(run["curve"]) if solved else None)
        assert solved or len(run["curve"]) == benchmark.CAP // 100
        assert all(mse >= found["solved_below"] for mse in run["curve"][:-1])
