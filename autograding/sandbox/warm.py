"""The grader's side of the warm parent: start it, let it fork a kernel, interrupt or kill that kernel.

The workers of one run share one warm parent. The first worker starts it, under a lock. Each worker gets a fork of it (a
branch), which forks that worker's kernels.
"""

import atexit
import base64
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
import tempfile
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path

from autograding import scratch
from autograding.messages import _, plain
from autograding.sandbox import bubblewrap, cgroup, runtime, syscalls, watch
from autograding.sandbox.inside import wire
from autograding.sandbox.interpreter import interpreter
from autograding.sandbox.limits import Limits

# Longer than any import of torch on a busy machine.
STARTING = 120
ENDING = 10
# The limits that are held inside.
OF_A_KERNEL = (
    "memory_bytes",
    "processes",
    "file_bytes",
    "folder_bytes",
    "folder_files",
    "output_bytes",
    "python_path",
    "hosts",
)
ERRORS = "errors"  # the file of what warm parents say
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


class SandboxFailed(Exception):
    """The sandbox failed. No submission is to blame."""


class Branch:
    """This worker's fork of the warm parent: it forks one kernel at a time."""

    def __init__(self, limits: Limits, stand_ins: Path | None, hidden: tuple[Path, ...]):
        self.errors = folder() / ERRORS
        self.control = socket.socket(socket.AF_UNIX)
        self.control.settimeout(STARTING)
        # The system sends the branch's process number, as it is outside the sandbox, with the first byte.
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            _connect(self.control, limits, stand_ins, hidden)
            letter, notes, _flags, _address = self.control.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
        except OSError as error:
            self.control.close()
            raise SandboxFailed(self._why()) from error
        if letter != b"w":
            self.control.close()
            raise SandboxFailed(self._why())
        self.pid = CREDENTIALS.unpack(notes[0][2])[0]
        self.handle = os.pidfd_open(self.pid)
        # Before it forks: what it has forked by then would not be in the group.
        self.group = cgroup.hold(self.pid, limits)
        self._ended_because = ""

    def fork(self) -> tuple[socket.socket, socket.socket]:
        """A new kernel: the socket to it, and the one to the process that lends it functions."""
        if self.group is not None:
            self.group.ended_because()  # what the last kernel met is none of the next one's
        pairs = [socket.socketpair() for _kernel_or_lender in range(2)]
        try:
            socket.send_fds(self.control, [b"f"], [theirs.fileno() for _ours, theirs in pairs])
        except OSError as error:
            for ours, _theirs in pairs:
                ours.close()
            raise SandboxFailed(self._why()) from error
        finally:
            for _ours, theirs in pairs:
                theirs.close()
        return tuple(ours for ours, _theirs in pairs)

    def interrupt(self) -> None:
        """Interrupt the kernel, as the stop button does. A cell may ignore it."""
        self._order(b"i")

    def kill(self) -> None:
        """End the kernel and all that it started."""
        self._order(b"k")

    def wait_ended(self) -> None:
        """Wait until the kernel and all its processes have ended. If that takes too long, end the branch.

        Raises SandboxFailed if the branch itself has ended.
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
        """Whether the branch can still fork."""
        return self.handle is not None and not select.select([self.handle], [], [], 0)[0]

    @property
    def held(self) -> str:
        """Who holds the limits now: a control group, or the watcher alone."""
        return cgroup.held(self.group)

    def ended_because(self) -> str:
        """Which limit the group has met since the kernel started, in words; empty if none, or without a group.

        The system may kill the branch too: the submission is to blame for that.
        """
        if self.group is not None:
            self._ended_because = self.group.ended_because()
        because, self._ended_because = self._ended_because, ""
        return because

    def close(self) -> None:
        """End the branch and all processes below it."""
        self.control.close()
        if self.group is not None:
            self._ended_because = self.group.ended_because()
            self.group.close()
            self.group = None
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
        select.select([], [], [], 0.1)  # its last error may not be written yet
        said = self.errors.read_bytes()[-2000:].decode("utf-8", errors="replace") if self.errors.exists() else ""
        return _("the sandbox ended by itself: {said}").format(said=plain(said) or _("without an error message"))


def _connect(sock, limits, stand_ins, hidden):
    """Connect to the warm parent for these limits; start one if none answers."""
    told = repr((limits, stand_ins, hidden))
    name = hashlib.sha256(told.encode()).hexdigest()[:16]
    with open(folder() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several workers only one starts it
        with _address(folder(), name) as address:
            try:
                sock.connect(address)
            except (FileNotFoundError, ConnectionRefusedError):
                (_start_elsewhere or partial(start, folder()))(name, limits, stand_ins, hidden)
                sock.connect(address)


@contextmanager
def _address(place, name):
    opened = os.open(place, os.O_PATH)
    try:
        yield f"/proc/self/fd/{opened}/{name}"  # a socket's path may have 108 letters; a folder's has more
    finally:
        os.close(opened)


_started: list[tuple[Path, subprocess.Popen]] = []


def start(place: Path, name: str, limits: Limits, stand_ins: Path | None, hidden: tuple[Path, ...]) -> None:
    """Start a warm parent that listens there. It ends with this process; another worker then starts a new one."""
    isolated = limits.isolation != "none"
    options = {
        "isolated": isolated,
        "user": bubblewrap.changes_user() if isolated else None,
        "calls": base64.b64encode(syscalls.program()).decode() if isolated else "",
        "stand_ins": (bubblewrap.STAND_INS if isolated else str(stand_ins)) if stand_ins else "",
        "folder": str(place),
        "preload": limits.preload,
        **{name: getattr(limits, name) for name in OF_A_KERNEL},
        "environment": dict(limits.environment),
    }
    (place / name).unlink(missing_ok=True)
    with (
        socket.socket(socket.AF_UNIX) as listener,
        (place / ERRORS).open("ab") as said,
        _address(place, name) as address,
    ):
        listener.bind(address)
        listener.listen(socket.SOMAXCONN)
        number = runtime.LISTENER if limits.runtime and isolated else listener.fileno()
        program = [interpreter(limits.python).program, "-s", "-m", "inside.parent", str(number), json.dumps(options)]
        environment, stdin = None, subprocess.DEVNULL
        if isolated and limits.runtime:
            bundle = Path(tempfile.mkdtemp(dir=place))
            program = runtime.command(limits.runtime, bubblewrap.command(stand_ins, hidden, limits), program, bundle)
            stdin = listener
        elif isolated:
            program = bubblewrap.command(stand_ins, hidden, limits) + program
        else:
            environment = {**os.environ, **bubblewrap.python_environment(str(bubblewrap.INSIDE.parent))}
        process = subprocess.Popen(
            program,
            pass_fds=[listener.fileno()],
            stdin=stdin,
            stdout=said,
            stderr=said,
            env=environment,
            cwd=place,
        )
    _started.append((place, process))
    atexit.register(_end_own, os.getpid(), process)


def end_parents(place: str) -> None:
    """End the warm parents that this process has started in that folder, and so all of their kernels."""
    for parent in [parent for parent in _started if parent[0] == Path(place)]:
        _started.remove(parent)
        parent[1].kill()
        parent[1].wait()


_shared: Path | None = None


_start_elsewhere: Callable | None = None


def share(folder: str, start: Callable[[str, Limits, Path | None, tuple[Path, ...]], None] | None = None) -> None:
    """Share one warm parent with all workers that name the same folder of the run.

    `start` is called where none answers: a worker that may die lets another process start it.
    """
    global _shared, _start_elsewhere
    _shared, _start_elsewhere = Path(folder), start


def folder() -> Path:
    """The folder where the warm parent listens: the run's, or this process's own."""
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
    if pid == os.getpid():  # a fork of this process must not end its parent's branch
        branch.close()


def _end_own(pid, process):
    if pid == os.getpid():
        process.kill()
        process.wait()


def _remove_own(pid, folder, held):
    if pid == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)
        held.close()
