"""How many forget gates an LSTM opens to solve the adding problem: `python -m benchmarks.one_gate`.

Chapter 1 shows one training over sequences of 30 steps. Here are ten of them on each code path: the error at the end,
how many of the 32 gates are open, and what is left of a change after 29 steps. About three minutes on an idle core.
"""

from benchmarks.study import Study
from lstm_ref.training.adding import AddingNetwork, gates_and_reach, train_on_adding

STEPS, ITERATIONS = 30, 900
OPEN = 0.9  # the mean of a gate that counts as open


def run(seed: int) -> dict:
    """One training: the network before it and after it."""
    network = AddingNetwork("LSTM", STEPS, seed)
    gates, before = gates_and_reach(network, STEPS)
    widest_before = gates.max()
    *_, (_iteration, error) = train_on_adding(network, STEPS, seed, iterations=ITERATIONS)
    gates, after = gates_and_reach(network, STEPS)
    return {
        "error": f"{error:.4f}",
        "open": int((gates > OPEN).sum()),
        "widest_before": f"{widest_before:.3f}",
        "widest": f"{gates.max():.3f}",
        "second": f"{sorted(gates)[-2]:.3f}",
        "left_before": f"{before:.2e}",
        "left": f"{after:.2e}",
    }


STUDY = Study("one_gate", ({},), run)

if __name__ == "__main__":
    STUDY.main()
