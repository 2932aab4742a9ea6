"""Right solutions of exercise 11 of the course itself, in which students train with PyTorch, written oddly."""

ASSIGNMENT = "11_configure_and_diagnose"
LOOK = """
xs = torch.randn(64, 12, 2)
looked_at = train_classifier(xs, torch.full((64,), 12), (xs[:, 0, 0] > 0).float(), seed=1)
print(looked_at(xs[:2], torch.full((2,), 12)))
"""
# An operation that is large enough for PyTorch to share it out among its threads, in the cell and in the answer.
LARGE = "torch.relu(torch.ones(1_000_000)).sum()"
SEEDED = "torch.manual_seed(seed)"
# name: a cell put first, a cell put before the last graded one
TRAINED = {
    "as_it_is": ("", ""),
    "two_threads_and_a_look": ("import torch\ntorch.set_num_threads(2)", LOOK + LARGE),
    "many_threads": (
        "import os, torch\ntorch.set_num_threads(4 * os.cpu_count())",
        LARGE,
    ),
    "sigchld": ("import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)", LOOK),
    "anomalies_and_seeds": (
        "import random, torch\nrandom.seed(1)\ntorch.manual_seed(1)\ntorch.autograd.set_detect_anomaly(True)",
        LOOK + "import faulthandler\nfaulthandler.enable()",
    ),
    "warnings_are_errors": ("import warnings\nwarnings.simplefilter('error')", ""),
}


def written(source: str, student: str) -> str:
    """The cell that trains, as this student writes it."""
    return source.replace(SEEDED, f"{SEEDED}\n    {LARGE}") if "threads" in student else source
