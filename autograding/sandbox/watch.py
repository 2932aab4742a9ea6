"""What the processes below a process use, read from /proc: memory, processor time, tasks. No cgroup is needed.

Names in /proc are bytes that a stranger chooses. Nothing here decodes them.
"""

import os
from pathlib import Path
from typing import NamedTuple

KILOBYTE = 1024
TICK = 1 / os.sysconf("SC_CLK_TCK")
# What Linux lets wait in one socket (net.core.wmem_default): memory that belongs to no process.
SOCKET_BYTES = 212_992
HONEST_SOCKETS = 16


class Used(NamedTuple):
    """What a tree of processes uses."""

    memory: int  # bytes
    tasks: int  # processes and threads
    seconds: float  # of a processor, so far
    waited: dict[int, float]  # by process: the seconds so far in which it could have run, and others did


def used(root: int, exact: bool = False) -> Used:
    """What all descendants of the process `root` use.

    Memory that forks share counts for each of them, unless `exact`, which takes longer. All processes of a submission
    stay descendants: in a process namespace, orphans go to its first process.
    """
    memory = tasks = 0
    seconds, waited = 0.0, {}
    found = _below(root)
    for pid, stat in found.items():
        try:
            fields = _fields(f"/proc/{pid}/status")
            if exact:
                fields |= _fields(f"/proc/{pid}/smaps_rollup")
            waited[pid] = int(_read(f"/proc/{pid}/schedstat").split()[1]) / 1e9
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended since it was listed
        tasks += int(fields.get(b"Threads", b"0"))
        seconds += TICK * sum(map(int, stat[11:15]))  # its own, and that of the children that it waited for
        names = (b"Pss_Anon", b"Pss_Shmem") if exact else (b"RssAnon", b"RssShmem")
        memory += sum(int(fields.get(name, b"0 kB").split()[0]) for name in (*names, b"VmPTE")) * KILOBYTE
    return Used(memory, tasks, seconds, waited)


def bytes_in_sockets(root: int) -> int:
    """How much memory may wait in sockets of the network namespace that the processes below `root` have."""
    for pid in _below(root):
        try:
            line = _read(f"/proc/{pid}/net/sockstat").splitlines()[0]
        except (FileNotFoundError, ProcessLookupError, OSError):
            continue  # it ended just now
        return max(0, int(line.split()[2]) - HONEST_SOCKETS) * SOCKET_BYTES
    return 0


def descendants(root: int) -> list[int]:
    """Every process below `root`, without `root`."""
    return list(_below(root))


def _below(root):
    """Every process below `root`, with what /proc/PID/stat says after its name."""
    children: dict[int, list[int]] = {}
    stats = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                # A program's name may contain ")". Only numbers follow the last one.
                stat = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            stats[int(name)] = stat
            children.setdefault(int(stat[1]), []).append(int(name))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return {pid: stats[pid] for pid in found[1:]}


def _fields(path):
    lines = _read(path).splitlines()
    return dict(line.split(b":", 1) for line in lines if b":" in line)


def _read(path):
    return Path(path).read_bytes()
