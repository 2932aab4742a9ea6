"""The grader's hold on one warm parent: start it, have it fork a kernel, interrupt or kill that kernel."""

import atexit
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from autograding.messages import _, plain
from autograding.sandbox import bubblewrap
from autograding.sandbox.inside import wire
from autograding.sandbox.settings import Settings

# Longer than any import of torch on a busy machine.
STARTING = 120
ENDING = 10


class SandboxFailed(Exception):
    """The sandbox itself is in trouble; no submission is to blame."""


class WarmParent:
    """A process that has imported what notebooks import, and forks one kernel at a time."""

    def __init__(self, settings: Settings, stand_ins: Path | None, hidden: tuple[Path, ...]):
        isolated = settings.isolation != "none"
        self.control, theirs = socket.socketpair()
        self.scratch = tempfile.mkdtemp(prefix="autograding-")
        self.errors = tempfile.TemporaryFile()
        options = {
            "isolated": isolated,
            "user": bubblewrap.becomes_nobody() if isolated else None,
            "stand_ins": (bubblewrap.STAND_INS if isolated else str(stand_ins)) if stand_ins else "",
            "folder": self.scratch,
            "preload": settings.preload,
            **{name: getattr(settings, name) for name in ("memory_bytes", "processes", "file_bytes", "folder_bytes")},
            "output_bytes": settings.output_bytes,
        }
        program = [sys.executable, "-s", "-m", "inside.parent", str(theirs.fileno()), json.dumps(options)]
        environment = None
        if isolated:
            program = bubblewrap.command(stand_ins, hidden) + program
        else:
            environment = {**os.environ, **bubblewrap.python_environment(str(bubblewrap.INSIDE.parent))}
        self.process = subprocess.Popen(
            program,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.errors,
            stderr=self.errors,
            env=environment,
            cwd=self.scratch,
        )
        theirs.close()
        self.control.settimeout(STARTING)
        self._expect("warm")

    def fork(self) -> socket.socket:
        """A new kernel, and the socket to it."""
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self.control, [b"f"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise SandboxFailed(self._why()) from error
        finally:
            theirs.close()
        return ours

    def interrupt(self) -> None:
        """As the stop button does; a cell may ignore it."""
        self._order(b"i")

    def kill(self) -> None:
        """End the kernel and whatever it started."""
        self._order(b"k")

    def wait_ended(self) -> None:
        """Wait until the kernel is gone with all its processes; else end the parent too."""
        self.control.settimeout(ENDING)
        try:
            self._expect("ended")
        except SandboxFailed:
            self.close()

    @property
    def alive(self) -> bool:
        """Whether it can still fork."""
        return self.process.poll() is None

    def close(self) -> None:
        """End it, and with it everything inside."""
        self.control.close()
        if self.alive:
            self.process.kill()
        self.process.wait()
        self.errors.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _order(self, letter):
        try:
            self.control.send(letter)
        except OSError as error:
            raise SandboxFailed(self._why()) from error

    def _expect(self, what):
        try:
            frame = wire.receive(self.control, 1 << 16)
        except (OSError, wire.Malformed) as error:
            raise SandboxFailed(self._why()) from error
        if frame is None or frame[0].get("is") != what:
            raise SandboxFailed(self._why())

    def _why(self):
        select.select([], [], [], 0.1)  # its last words may still be on their way
        self.errors.seek(0)
        said = self.errors.read()[-2000:].decode("utf-8", errors="replace")
        return _("the sandbox ended by itself: {said}").format(said=plain(said) or _("it said nothing"))


_parents = threading.local()


def warm_parent(settings: Settings, stand_ins: Path | None, hidden: tuple[Path, ...]) -> WarmParent:
    """This thread's warm parent for these settings, started when it is first wanted or after it died."""
    key = (os.getpid(), settings, stand_ins, hidden)
    old = getattr(_parents, "held", None)
    if old is not None and old[0] == key and old[1].alive:
        return old[1]
    if old is not None and old[0][0] == os.getpid():
        old[1].close()
    parent = WarmParent(settings, stand_ins, hidden)
    _parents.held = (key, parent)
    atexit.register(_close_own, os.getpid(), parent)
    return parent


def _close_own(pid, parent):
    if pid == os.getpid():  # a fork of this process must not end its parent's
        parent.close()
