"""A line that tells how far a long run is."""

import sys
import time
from typing import TextIO

from autograding.messages import _

# On a terminal the line is rewritten; a log gets a new line at most this often.
SECONDS_BETWEEN_LINES = 5


class Progress:
    """Count what is done and show it: `with Progress(30) as progress: ... progress.step(failed=False)`."""

    def __init__(self, total: int, stream: TextIO | None = None):
        self.total, self.stream = total, stream or sys.stderr
        self.done = self.failed = 0
        self.start = time.monotonic()
        self.last_line = self.start

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.stream.isatty():
            self.stream.write("\n")

    def step(self, failed: bool = False) -> None:
        """Count one more, and show the line."""
        self.done += 1
        self.failed += failed
        now = time.monotonic()
        if self.stream.isatty():
            self.stream.write("\r\x1b[K" + self.line(now - self.start))
        elif now - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = now
            self.stream.write(self.line(now - self.start) + "\n")
        self.stream.flush()

    def line(self, seconds: float) -> str:
        """The line: done, failed, rate and time left, after `seconds`."""
        per_minute = 60 * self.done / seconds if seconds else 0.0
        left = seconds / self.done * (self.total - self.done)
        return _("{done} of {total} graded, {failed} failed, {rate:.0f} a minute, about {left:.0f} s left").format(
            done=self.done, total=self.total, failed=self.failed, rate=per_minute, left=left
        )
