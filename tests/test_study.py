"""Studies: each run is stored when it is done, on the path that it ran on; and what is stored is whole."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import configurations, leakage, one_gate, one_unit, radar_runs, sick_signs
from benchmarks.study import SEEDS, Study, stored
from lstm_ref import lstm_forward
from lstm_ref.training.one_unit import as_row, from_row, one_unit_recordings, train_one_unit
from lstm_ref.training.studies import read_study, spread

ROOT = Path(__file__).parents[1]
STUDIES = [module.STUDY for module in (configurations, leakage, one_gate, one_unit, radar_runs, sick_signs)]


def test_a_study_that_was_cut_goes_on_where_it_was(tmp_path, monkeypatch):
    out, made = tmp_path / "toy.csv", []

    def run(seed, rate):
        made.append((seed, rate))
        if made == [(0, 1), (0, None), (1, 1)]:
            raise KeyboardInterrupt
        return {"right": seed + 0.5}

    toy = Study("toy", ({"rate": 1}, {"rate": None}), run)
    monkeypatch.setattr("sys.argv", ["toy", "--paths", "machine", "--seeds", "2", "--out", str(out)])
    with pytest.raises(KeyboardInterrupt):
        toy.main()
    assert [(row["seed"], row["rate"]) for row in stored(out)] == [("0", "1"), ("0", "None")]
    toy.main()
    assert made == [(0, 1), (0, None), (1, 1), (1, 1), (1, None)]
    assert stored(out)[-1] == {"path": "machine", "seed": "1", "rate": "None", "right": "1.5"}


def test_a_path_is_a_process_of_its_own(tmp_path):
    """Torch chooses its code path when it is loaded: a study on two paths starts two processes."""
    out = tmp_path / "found.csv"
    command = [sys.executable, "-m", "benchmarks.leakage", "--seeds", "1", "--paths", "avx2", "sse", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [(row["path"], row["held_back"]) for row in stored(out)] == [
        (path, held) for path in ("avx2", "sse") for held in ("windows", "recordings")
    ]


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_what_is_stored_is_whole(study):
    rows = stored(study.stored_in)
    paths = list(dict.fromkeys(row["path"] for row in rows))
    assert len(paths) >= 2 and "machine" in paths
    for path in paths:
        wanted = [{name: str(value) for name, value in key.items()} for key in study.wanted(SEEDS, path)]
        assert [{name: row[name] for name in wanted[0]} for row in rows if row["path"] == path] == wanted


def test_a_unit_comes_back_from_its_row_as_it_was():
    cell, *_ = train_one_unit(one_unit_recordings(16, seed=0), seed=3, iterations=2)
    again = from_row(as_row(cell))
    for before, after in zip(cell[:8], again[:8], strict=True):
        np.testing.assert_array_equal(after, before)
    xs = one_unit_recordings(2, seed=1).xs
    np.testing.assert_array_equal(lstm_forward(xs, again)[0], lstm_forward(xs, cell)[0])


def test_a_study_is_read_by_what_is_wanted_and_summed_up(tmp_path):
    file = tmp_path / "found.csv"
    file.write_text("path,seed,rate,right\nmachine,0,None,0.5\nmachine,1,0.1,0.75\nsse,0,0.1,1.0\n")
    assert read_study(file, path="machine", rate=0.1) == [{"path": "machine", "seed": 1.0, "rate": 0.1, "right": 0.75}]
    assert spread([run["right"] for run in read_study(file)], ".0%") == "75% (50% to 100%)"
    with pytest.raises(ValueError, match="holds no run with .*avx2.*; it has 3 runs"):
        read_study(file, path="avx2")
