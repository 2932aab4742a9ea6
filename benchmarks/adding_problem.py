"""How many iterations networks need to solve the adding problem: `python -m benchmarks.adding_problem`.

Four networks, five lengths, ten seeds; the shortest length on several code paths of the processor. An hour and a half
on one core. Each run ends when the mean squared error on unseen sequences, measured every 100 iterations, is below
0.01, or at the cap. Each run is stored in benchmarks/results/adding_problem.json when it ends, so an interrupted
benchmark goes on where it stopped. Delete the file to start again; a file with other settings is refused. Chapter 1
draws the results.
"""

import argparse
import json
import os
import platform
import sys
import time
from itertools import product
from pathlib import Path

import torch

from benchmarks.code_paths import PATHS, entered, run_on
from benchmarks.study import DIFFERENT, SEEDS
from lstm_ref.training.adding import MODELS, AddingNetwork, train_on_adding

RESULTS = Path(__file__).with_name("results") / "adding_problem.json"
COMMAND = "python -m benchmarks.adding_problem"
SOLVED = 0.01
PATHS_OF = {10: DIFFERENT, 30: ("machine",), 50: ("machine",), 100: ("machine",), 200: ("machine",)}  # by length T
CAP = 5000  # iterations after which a run counts as "never"
HIDDEN_SIZE = 32
SETTINGS = {
    "sequences": 64,
    "learning_rate": 3e-3,
    "clip": 1.0,
    "tested_on": 1000,
    "every": 100,
}


def main() -> None:
    """Do the runs that are missing, shortest sequences first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=MODELS, default=list(MODELS), help="models")
    parser.add_argument("--steps", nargs="+", type=int, choices=PATHS_OF, default=list(PATHS_OF), help="lengths T")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many for each length")
    parser.add_argument("--path", choices=PATHS, help="one code path; by default each length on its own ones")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.path is None:
        for path in DIFFERENT:
            run_on(path, "benchmarks.adding_problem", ["--path", path, *sys.argv[1:]])
    elif options.path != entered():
        run_on(options.path, "benchmarks.adding_problem", sys.argv[1:])
    else:
        run_all(options)


def run_all(options) -> None:
    """The runs that are missing on the path of this process."""
    torch.set_num_threads(1)
    lengths = [steps for steps in options.steps if options.path in PATHS_OF[steps]]
    wanted = [(steps, model, seed) for steps, model in product(lengths, options.only) for seed in range(options.seeds)]
    for steps, model, seed in wanted:
        found = results(options.out)
        key = {"path": options.path, "T": steps, "model": model, "seed": seed}
        if not any(key.items() <= {name: r[name] for name in key}.items() for r in found["runs"]):
            found["runs"].append({**key, **run(model, steps, seed)})
            write(options.out, found)


def run(model: str, steps: int, seed: int) -> dict:
    """One training: `iterations` is None if it did not solve the problem; `curve` is the MSE every 100 iterations."""
    start, curve, solved_at = time.perf_counter(), [], None
    network = AddingNetwork(model, steps, seed, hidden_size=HIDDEN_SIZE)
    for iteration, mse in train_on_adding(network, steps, seed, iterations=CAP, **SETTINGS):
        curve.append(float(f"{mse:.4g}"))
        if mse < SOLVED:
            solved_at = iteration
            break
    seconds = round(time.perf_counter() - start, 1)
    print(f"T={steps:4d} {model:12s} seed {seed}: {solved_at or 'never'} (MSE {curve[-1]}, {seconds} s)", flush=True)
    return {"iterations": solved_at, "seconds": seconds, "curve": curve}


def results(path: Path) -> dict:
    """The results that are stored already. Raises SystemExit if they were made with other settings."""
    about = {
        "command": COMMAND,
        "solved_below": SOLVED,
        "cap": CAP,
        "settings": {"hidden_size": HIDDEN_SIZE, **SETTINGS},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }
    if not path.exists():
        return {**about, "runs": []}
    found = json.loads(path.read_text(encoding="utf-8"))
    other = [name for name in about if found.get(name) != about[name]]
    if other:
        raise SystemExit(f"{path} was made with another {', '.join(other)}. Delete it to start again.")
    return found


def write(path: Path, found: dict) -> None:
    """One run per line, so that a diff is readable; replaced in one step, so that nothing leaves half a file."""
    head = {name: value for name, value in found.items() if name != "runs"}
    runs = ",\n".join("  " + json.dumps(run) for run in found["runs"])
    text = json.dumps(head, indent=1).removesuffix("\n}") + ',\n "runs": [\n' + runs + "\n ]\n}\n"
    path.parent.mkdir(exist_ok=True)
    half = path.with_suffix(".new")
    half.write_text(text, encoding="utf-8")
    os.replace(half, path)


if __name__ == "__main__":
    main()
