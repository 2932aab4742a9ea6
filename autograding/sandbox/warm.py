"""The grader's hold on the warm parent: start it, have it fork a kernel, interrupt or kill that kernel.

The workers of one run share one. Whoever comes first starts it, under a lock; each gets a fork of it (a branch), which
forks that worker's kernels.
"""

import atexit
import fcntl
import hashlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from autograding import scratch
from autograding.messages import _, plain
from autograding.sandbox import bubblewrap, watch
from autograding.sandbox.inside import wire
from autograding.sandbox.limits import Limits

# Longer than any import of torch on a busy machine.
STARTING = 120
ENDING = 10
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


class SandboxFailed(Exception):
    """The sandbox itself is in trouble; no submission is to blame."""


class Branch:
    """This worker's fork of the warm parent: it forks one kernel at a time."""

    def __init__(self, limits: Limits, stand_ins: Path | None, hidden: tuple[Path, ...]):
        self.errors = _folder() / "errors"
        self.control = socket.socket(socket.AF_UNIX)
        self.control.settimeout(STARTING)
        # The peer's number comes with the first byte, from the system: what it is called out here.
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            _connect(self.control, limits, stand_ins, hidden, self.errors)
            letter, notes, _flags, _address = self.control.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
        except OSError as error:
            self.control.close()
            raise SandboxFailed(self._why()) from error
        if letter != b"w":
            self.control.close()
            raise SandboxFailed(self._why())
        self.pid = CREDENTIALS.unpack(notes[0][2])[0]
        self.handle = os.pidfd_open(self.pid)

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
        """Wait until the kernel is gone with all its processes; else end the parent too.

        Raises SandboxFailed where the parent itself is gone.
        """
        self.control.settimeout(ENDING)
        try:
            self._expect("ended")
        except TimeoutError:
            self.close()
        except SandboxFailed:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can still fork."""
        return self.handle is not None and not select.select([self.handle], [], [], 0)[0]

    def close(self) -> None:
        """End it, and with it everything below."""
        self.control.close()
        if self.alive:
            for pid in [*watch.descendants(self.pid), self.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None

    def _order(self, letter):
        try:
            self.control.send(letter)
        except OSError as error:
            raise SandboxFailed(self._why()) from error

    def _expect(self, what):
        try:
            frame = wire.receive(self.control, 1 << 16)
        except TimeoutError:
            raise
        except (OSError, wire.Malformed) as error:
            raise SandboxFailed(self._why()) from error
        if frame is None or frame[0].get("is") != what:
            raise SandboxFailed(self._why())

    def _why(self):
        select.select([], [], [], 0.1)  # its last words may still be on their way
        said = self.errors.read_bytes()[-2000:].decode("utf-8", errors="replace") if self.errors.exists() else ""
        return _("the sandbox ended by itself: {said}").format(said=plain(said) or _("it said nothing"))


def _connect(sock, limits, stand_ins, hidden, errors):
    """Connect to the warm parent for these limits; where there is none (any more), start it."""
    folder = _folder()
    told = repr((limits, stand_ins, hidden))
    name = hashlib.sha256(told.encode()).hexdigest()[:16]
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several workers one starts it
        opened = os.open(folder, os.O_PATH)
        try:
            address = f"/proc/self/fd/{opened}/{name}"  # a socket's name has 108 letters at most, a folder's more
            try:
                sock.connect(address)
            except (FileNotFoundError, ConnectionRefusedError):
                _start(folder / name, address, limits, stand_ins, hidden, errors)
                sock.connect(address)
        finally:
            os.close(opened)


def _start(path, address, limits, stand_ins, hidden, errors):
    """A fresh warm parent that listens there. It ends with this process, and is started anew by whoever still works."""
    isolated = limits.isolation != "none"
    options = {
        "isolated": isolated,
        "user": bubblewrap.becomes_nobody() if isolated else None,
        "stand_ins": (bubblewrap.STAND_INS if isolated else str(stand_ins)) if stand_ins else "",
        "folder": str(path.parent),
        "preload": limits.preload,
        **{name: getattr(limits, name) for name in ("memory_bytes", "processes", "file_bytes", "folder_bytes")},
        "output_bytes": limits.output_bytes,
    }
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener, errors.open("ab") as said:
        listener.bind(address)
        listener.listen(socket.SOMAXCONN)
        program = [sys.executable, "-s", "-m", "inside.parent", str(listener.fileno()), json.dumps(options)]
        environment = None
        if isolated:
            program = bubblewrap.command(stand_ins, hidden) + program
        else:
            environment = {**os.environ, **bubblewrap.python_environment(str(bubblewrap.INSIDE.parent))}
        process = subprocess.Popen(
            program,
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            cwd=path.parent,
        )
    atexit.register(_end_own, os.getpid(), process)


_shared: Path | None = None


def share(folder: str) -> None:
    """All workers that name the same folder, which is the run's own, have one warm parent."""
    global _shared
    _shared = Path(folder)


def _folder():
    """Where the warm parent listens: the run's folder, or one of this process."""
    return _shared if _shared is not None else _own_folder(os.getpid())


@cache
def _own_folder(pid):
    folder = Path(tempfile.mkdtemp(prefix=scratch.PREFIX))
    atexit.register(_remove_own, pid, folder, scratch.hold(folder))
    return folder


_held = threading.local()


def branch_for(limits: Limits, stand_ins: Path | None, hidden: tuple[Path, ...]) -> Branch:
    """This thread's branch of the warm parent for these limits; a new one where the last one died."""
    key = (os.getpid(), limits, stand_ins, hidden)
    old = getattr(_held, "branch", None)
    if old is not None and old[0] == key and old[1].alive:
        return old[1]
    if old is not None and old[0][0] == os.getpid():
        old[1].close()
    branch = Branch(limits, stand_ins, hidden)
    _held.branch = (key, branch)
    atexit.register(_close_own, os.getpid(), branch)
    return branch


def _close_own(pid, branch):
    if pid == os.getpid():  # a fork of this process must not end its parent's
        branch.close()


def _end_own(pid, process):
    if pid == os.getpid():
        process.kill()
        process.wait()


def _remove_own(pid, folder, held):
    if pid == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)
        held.close()
