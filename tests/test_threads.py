"""A test's process, and all that it starts, has as many threads as tests/conftest.py says."""

import os

import torch


def test_torch_has_the_threads_that_the_tests_ask_for():
    assert torch.get_num_threads() == int(os.environ["OMP_NUM_THREADS"])
