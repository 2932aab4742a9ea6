"""Fixtures that several test files share, the number of threads of every process, and the order of the files."""

import os

from browser_fixtures import address, book, browser, context, site, visit  # noqa: F401  pytest finds fixtures here by name

# As in the sandbox. NumPy and torch read this when they are loaded, here, in kernels and in graders. With two threads
# each, two workers on two cores mostly wait for one another: 189 s instead of 12 s for one training.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# The first file builds the book while another worker runs tests that need no book. Then come the other slow files, so
# that no worker starts one when nothing else is left.
FIRST = (
    "test_every_page_browser.py",
    "test_exercise_answers.py",
    "test_processor_paths.py",
    "test_grading_attacks.py",
    "test_guides.py",
    "test_demonstration_class.py",
    "test_grading_interrupted.py",
    "test_grading_resubmitted.py",
    "test_grading_class.py",
    "test_grading_schedule.py",
    "test_checks.py",
    "test_lab_browser.py",
)


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
