"""What the processes below a process use, read from /proc: memory, processor time, tasks. No cgroup is needed.

Names in /proc are bytes that a stranger chooses. Nothing here decodes them.
"""

import os
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

KILOBYTE = 1024
TICK = 1 / os.sysconf("SC_CLK_TCK")
# What Linux lets wait in one socket: memory that belongs to no process. Twice net.core.wmem_default, for datagrams.
SOCKET_BYTES = 425_984
HONEST_SOCKETS = 128  # a graded cell that is kept has two
OWN, SHARED = (b"RssAnon", b"RssShmem", b"VmSwap"), (b"Pss_Anon", b"Pss_Shmem", b"SwapPss")
LAST = 19  # of priorities


class Used(NamedTuple):
    """What a tree of processes uses."""

    memory: int  # bytes
    tasks: int  # processes and threads
    ran: dict[int, float]  # by process: seconds of a processor so far, with the children that it waited for
    waited: dict[int, float]  # by process: the seconds so far in which it could have run, and others did


def used(root: int, exact: bool = False) -> Used:
    """What all descendants of the process `root` use.

    Memory that forks share counts for each of them, unless `exact`, which takes longer. All processes of a submission
    stay descendants: in a process namespace, orphans go to its first process.
    """
    memory = tasks = 0
    ran, waited = {}, {}
    for pid in descendants(root):
        try:
            stat, fields = _stat(pid), _status(pid)
            waited[pid] = int(_read(f"/proc/{pid}/schedstat").split()[1]) / 1e9
            if exact:
                fields |= _shares(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended since it was listed
        tasks += int(fields.get(b"Threads", b"0"))
        ran[pid] = TICK * sum(map(int, stat[11:15]))
        names = SHARED if b"Pss_Anon" in fields else OWN
        memory += sum(int(fields.get(name, b"0 kB").split()[0]) for name in (*names, b"VmPTE")) * KILOBYTE
    return Used(memory, tasks, ran, waited)


def _stat(pid):
    """What /proc/PID/stat says after the name, which may contain ")". Only numbers follow the last one."""
    return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()


def _status(pid):
    """The process's status. Where its first thread has ended, only another one knows of the memory."""
    fields = _fields(f"/proc/{pid}/status")
    return fields if b"RssAnon" in fields else fields | _of_a_thread(pid, "status", b"RssAnon")


def _shares(pid):
    """The process's part of memory that it shares; nothing where that cannot be looked at: then all of it counts."""
    try:
        return _fields(f"/proc/{pid}/smaps_rollup")
    except (PermissionError, ProcessLookupError):
        return _of_a_thread(pid, "smaps_rollup", b"Pss_Anon")


def _of_a_thread(pid, file, wanted):
    for thread in os.listdir(f"/proc/{pid}/task"):
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            fields = _fields(f"/proc/{pid}/task/{thread}/{file}")
            if wanted in fields:
                return fields
    return {}


def bytes_in_sockets(pids: Iterable[int]) -> int:
    """How much memory may wait in sockets of the network namespace that these processes have."""
    for pid in pids:
        try:
            line = _read(f"/proc/{pid}/net/sockstat").splitlines()[0]
        except OSError:
            continue  # it ended just now
        return max(0, int(line.split()[2]) - HONEST_SOCKETS) * SOCKET_BYTES
    return 0


def locks_of(pids: Container[int]) -> int:
    """How many locks on files these processes hold. Each is memory that belongs to no process."""
    holders = (line.split()[-4] for line in _read("/proc/locks").splitlines() if b"->" not in line)
    return sum(int(pid) in pids for pid in holders)


def descendants(root: int) -> list[int]:
    """Every process below `root`, without `root`."""
    found = [root]
    for pid in found:  # grows while it is read
        found += _children(pid)
    return found[1:]


def _children(pid):
    children = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended just now
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(FileNotFoundError, ProcessLookupError):
                children += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return children


def step_back(pids: Iterable[int]) -> None:
    """Let everybody else run first, and these in what is left.

    Where the system shares processors among sessions (autogroup), each session has a priority of its own.
    """
    for pid in pids:
        with suppress(OSError):  # it ended just now, or the system has no such thing
            os.setpriority(os.PRIO_PROCESS, pid, LAST)
        with suppress(OSError):
            Path(f"/proc/{pid}/autogroup").write_text(str(LAST))


def _fields(path):
    lines = _read(path).splitlines()
    return dict(line.split(b":", 1) for line in lines if b":" in line)


def _read(path):
    return Path(path).read_bytes()
