"""The memory, the processes and the share of processors of a submission, limited by a control group (cgroup v2).

It is to be had where this process may make groups: as root on a system with version 2, in a systemd scope that hands
its group on, in a container that owns its own. Elsewhere `hold` gives None, and the watcher holds alone.

Who is limited is one branch of the warm parent, and all that it forks. The grader is never in the same group, so what
ends the group cannot end the grader; and no submission sees the files of a group, since nothing mounts them for it.
"""

import fcntl
import os
import re
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path

from autograding.messages import _
from autograding.sandbox import watch
from autograding.sandbox.limits import MEGABYTE, Limits

CGROUP, WATCHER = "cgroup", "watcher"  # who held the limits, as each result keeps it
PROC = Path("/proc")
NEEDED = {"memory", "pids"}
WISHED = {"cpu"}  # each group then has the same share, however many processes are busy in it
GRADER = "autograding.grader"  # the leaf to which this process moves: in a group with children there are no processes
PREFIX = "autograding-"
# What a branch and the supervisor of its kernel need besides, most of it tables of pages that they share.
BRANCH_BYTES = 64 * MEGABYTE
# The branch, the supervisor, and as many as the watcher allows above the limit.
BRANCH_TASKS = 18
MOVES = 100
# Seconds: killed processes leave their group soon.
LEAVING = 1.0


def hold(pid: int, limits: Limits, proc: Path = PROC) -> "Group | None":
    """Put the process `pid` into a new group with these limits; None where this process may not.

    What the process forks from now on is in the group too. What it has forked before is not.
    """
    settle(proc)
    for folder in _places(proc):
        try:
            return Group(folder, pid, limits)
        except OSError:
            continue  # not ours to write to: the next place, or the watcher alone
    return None


def held(group: "Group | None") -> str:
    """Who holds the limits: the group, or the watcher alone."""
    return CGROUP if group is not None and group.holds() else WATCHER


def settle(proc: Path = PROC) -> None:
    """Make room for groups within the group of this process, if nobody else is in it.

    The command that grades a class calls this before it forks: then all that it will start is still its own.
    """
    own = _own(proc)
    try:
        if own is None or own.name == GRADER or not _words(own / "cgroup.controllers") >= NEEDED:
            return
        if not (own / "cgroup.type").exists():  # the system's first group may have processes and children
            _hand_on(own)
        elif _all_ours(_pids(own)):
            _move_down(own)
    except OSError:
        return  # it is not ours: nothing has changed, and the watcher holds


def clear(proc: Path = PROC) -> None:
    """Remove the groups of workers that have ended: with a pool of processes nobody else does."""
    for folder in _places(proc):
        with suppress(OSError), _Locked(folder):  # where we may not lock, we have made nothing
            _remove_left(folder)


class Group:
    """One branch's control group. Belongs to this process, which holds its lock."""

    def __init__(self, parent: Path, pid: int, limits: Limits):
        self.memory_bytes = limits.memory_bytes * 5 // 4 + limits.folder_bytes + BRANCH_BYTES
        self.tasks = limits.processes + BRANCH_TASKS
        self._told = {"memory": limits.memory_bytes * 5 // 4 // MEGABYTE, "pids": limits.processes}
        self.folder = parent / f"{PREFIX}{pid}-{secrets.token_hex(4)}"
        with _Locked(parent):
            _remove_left(parent)
            _make(self.folder)
            self._lock = _Locked(self.folder)
        try:
            _write(self.folder / "memory.max", self.memory_bytes)
            _write(self.folder / "pids.max", self.tasks)
            # A kill ends one process, not the whole group: a graded call that takes too much costs its own cell.
            _write(self.folder / "memory.oom.group", 0)
            if (self.folder / "memory.swap.max").exists():  # not where the system has no swap
                _write(self.folder / "memory.swap.max", 0)
            self._seen = self._events()
            _write(self.folder / "cgroup.procs", pid)
        except OSError:
            self.close()
            raise

    def holds(self) -> bool:
        """Whether the limits are still set: a service manager may take a group's controllers back."""
        wanted = {"memory.max": self.memory_bytes, "pids.max": self.tasks}
        try:
            return all(int((self.folder / name).read_text()) <= most for name, most in wanted.items())
        except (OSError, ValueError):  # ValueError: "max", so there is no limit
            return False

    def ended_because(self) -> str:
        """Which limit was met since the last look, in words for the student; empty if none.

        The process that the system killed may be the branch: then the submission is to blame, not the sandbox.
        """
        try:
            now = self._events()
        except OSError:
            return ""  # the group has been removed
        before, self._seen = self._seen, now
        if now["memory"] > before["memory"]:
            return _("it used more than {n} MB of memory").format(n=self._told["memory"])
        if now["pids"] > before["pids"]:
            return _("it started more than {n} processes").format(n=self._told["pids"])
        return ""

    def close(self) -> None:
        """Kill what is left in the group, and remove it."""
        _end(self.folder)
        self._lock.close()

    def _events(self):
        return {kind: _count(self.folder / f"{kind}.events", name) for kind, name in _EVENTS.items()}


_EVENTS = {"memory": "oom_kill", "pids": "max"}


class _Locked:
    """The lock of a group's folder, which the system releases when this process ends, however it ends."""

    def __init__(self, folder, wait=True):
        self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def close(self):
        os.close(self._handle)


def _places(proc):
    """Where groups may stand: in the group that is ours, or beside it. The controllers have been handed on there."""
    own = _own(proc)
    if own is None:
        return
    for folder in (own, own.parent):  # of a leaf, the parent is ours
        with suppress(OSError):  # above the first group there is none
            if _words(folder / "cgroup.subtree_control") >= NEEDED:
                yield folder


def _own(proc):
    """The folder of this process's group, or None where that cannot be seen."""
    try:
        groups = (proc / "self" / "cgroup").read_bytes()
        mounts = (proc / "self" / "mountinfo").read_bytes()
    except OSError:
        return None
    lines = [line[3:] for line in groups.splitlines() if line.startswith(b"0::")]
    path = Path(os.fsdecode(lines[0])) if lines else None
    for line in mounts.splitlines() if path is not None else ():
        fields, _dash, kind = line.partition(b" - ")
        if kind.startswith(b"cgroup2 "):
            root, place = (Path(os.fsdecode(_plain(field))) for field in fields.split(b" ")[3:5])
            if path.is_relative_to(root) and ".." not in path.parts:
                return place / path.relative_to(root)
    return None


def _plain(field):
    """A path as it stood before the system wrote spaces and backslashes as octal numbers."""
    return re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), field)


def _move_down(own):
    """Move all processes of a group to a leaf of it, and hand its controllers on."""
    leaf = own / GRADER
    with suppress(FileExistsError):  # of a run that has ended
        _make(leaf)
    try:
        for _try in range(MOVES):  # a process may fork while it is moved
            if not (pids := _pids(own)):
                break
            if not _all_ours(pids):  # somebody came in just now
                raise PermissionError(own)
            _move(pids, leaf)
        _hand_on(own)  # refused if somebody is still there
    except OSError:
        _move(_pids(leaf), own)
        _remove(leaf)
        raise


def _all_ours(pids):
    """Whether these are this process and those below it. 0 stands for a process of another namespace."""
    return set(pids) <= {os.getpid(), *watch.descendants(os.getpid())}


def _move(pids, folder):
    for pid in pids:
        with suppress(ProcessLookupError):  # it ended just now
            _write(folder / "cgroup.procs", pid)


def _hand_on(folder):
    """Give the children of a group its controllers."""
    _write(folder / "cgroup.subtree_control", " ".join(f"+{name}" for name in sorted(NEEDED)))
    for name in WISHED & _words(folder / "cgroup.controllers"):
        with suppress(OSError):  # refused where a process has real-time priority: the others hold without it
            _write(folder / "cgroup.subtree_control", f"+{name}")


def _remove_left(parent):
    """Remove the groups of processes that were killed before they could."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = _Locked(folder, wait=False)
        except OSError:
            continue  # in use, somebody else's, or removed just now
        with lock:
            _end(folder)


def _end(folder):
    """Kill all processes of a group and remove it. What does not end in time is removed by the next run."""
    until = time.monotonic() + LEAVING
    with suppress(OSError):  # Linux 5.14
        _write(folder / "cgroup.kill", 1)
    while time.monotonic() < until:
        try:
            _remove(folder)
            return
        except FileNotFoundError:
            return
        except OSError:  # its processes are still there
            with suppress(OSError):
                _kill(_pids(folder))
            time.sleep(0.005)


def _kill(pids):
    for pid in pids:
        # 0 stands for a process of another namespace, and as a target of a signal for one's own process group.
        if pid > 0:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _pids(folder):
    return [int(line) for line in (folder / "cgroup.procs").read_text().split()]


def _words(path):
    return set(path.read_text().split())


def _count(path, name):
    """The number beside a name in one of a group's files."""
    return int(next((line.split()[1] for line in path.read_text().splitlines() if line.split()[0] == name), 0))


def _make(folder):
    os.mkdir(folder)


def _remove(folder):
    os.rmdir(folder)


def _write(path, value):
    # In one call, and never a new file: a control file is there already.
    handle = os.open(path, os.O_WRONLY)
    try:
        os.write(handle, str(value).encode())
    finally:
        os.close(handle)
