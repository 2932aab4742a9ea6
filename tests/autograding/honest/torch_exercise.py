"""Right solutions of exercise 11 of the course itself, in which students train with PyTorch, written oddly."""

ASSIGNMENT = "11_configure_and_diagnose"
LOOK = """
xs = torch.randn(64, 12, 2)
looked_at = train_classifier(xs, torch.full((64,), 12), (xs[:, 0, 0] > 0).float(), seed=1)
print(looked_at(xs[:2], torch.full((2,), 12)))
"""
# name: a cell put first, a cell put after the answers and before the last graded cell
TRAINED = {
    "as_it_is": ("", ""),
    "two_threads_and_a_look": ("import torch\ntorch.set_num_threads(2)", LOOK),
    "many_threads": (
        "import os, torch\ntorch.set_num_threads(4 * os.cpu_count())",
        "torch.relu(torch.randn(1_000_000)).sum()",
    ),
    "sigchld": ("import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)", LOOK),
    "anomalies_and_seeds": (
        "import random, torch\nrandom.seed(1)\ntorch.manual_seed(1)\ntorch.autograd.set_detect_anomaly(True)",
        LOOK + "import faulthandler\nfaulthandler.enable()",
    ),
    "warnings_are_errors": ("import warnings\nwarnings.simplefilter('error')", ""),
}
