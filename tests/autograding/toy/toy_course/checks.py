"""Checks of two functions, in the three parts that autograding asks for, and joined for a student's own notebook."""

import importlib.util
from pathlib import Path

import numpy as np

CALLER = Path(__file__).with_name("caller.py")
STAND_INS = Path(__file__).with_name("stand_ins")


def make(name, seed, part=None):
    """A problem: arguments for the student's function."""
    rng = np.random.default_rng(seed)
    if name == "double":
        size = 0 if part == "empty" else 5
        return {"arguments": [rng.normal(size=size)]}
    return {"arguments": [f"Ada {rng.integers(1000)}"]}


def judge(name, problem, answer, part=None):
    """None if the answer is right, else what the student is told."""
    if not isinstance(answer, dict) or "value" not in answer:
        told = answer.get("error") if isinstance(answer, dict) else answer
        return f"{name} gave no answer: {told}"
    (argument,) = problem["arguments"]
    value = answer["value"]
    if name == "greet":
        return (
            None
            if value == f"Hello, {argument}!"
            else f"greet({argument!r}) is {value!r}, expected 'Hello, {argument}!'"
        )
    if not isinstance(value, np.ndarray) or value.shape != argument.shape or value.dtype != float:
        return f"double gave {value!r}, expected {argument.size} floats"
    if argument.size and np.allclose(value, argument**2):
        return "double is exactly the square: use 2 * x"
    return (
        None if np.allclose(value, 2 * argument, rtol=1e-12, atol=0) else f"double is {value}, expected {2 * argument}"
    )


def check(name, function, part=None):
    """The three together, as in a student's own notebook."""
    specification = importlib.util.spec_from_file_location("toy_caller", CALLER)
    caller = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(caller)
    problem = make(name, 1, part)
    message = judge(name, problem, caller.run(problem, function), part)
    if message is not None:
        raise AssertionError(message)
