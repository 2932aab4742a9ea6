"""Stands for the toy course's package in the sandbox: a check that says nothing, and no answers."""


def check(name, function, part=None):
    """The grader asks elsewhere."""
