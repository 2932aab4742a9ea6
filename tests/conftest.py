"""Fixtures that several test files share, and the number of threads in all that the tests start."""

import os

from browser_fixtures import book, browser, context, site, visit  # noqa: F401  pytest finds fixtures here by name

# As in the sandbox. NumPy and torch read this when they are loaded, here, in kernels, in graders. With two workers on
# two cores, two threads each wait most of the time for one another: 189 s instead of 12 s for one training.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
