"""The memory and the number of processes below a process, read from /proc. No cgroup is needed."""

import os
from pathlib import Path

KILOBYTE = 1024


def usage(root: int, exact: bool = False) -> tuple[int, int]:
    """Bytes of memory, and the number of processes and threads, of all descendants of the process `root`.

    Memory that forks share counts for each of them, unless `exact`, which takes longer. All processes of a submission
    stay descendants: in a process namespace, orphans go to its first process.
    """
    memory = tasks = 0
    for pid in descendants(root):
        try:
            fields = _fields(f"/proc/{pid}/status")
            tasks += int(fields.get("Threads", "0"))
            if exact:
                fields |= _fields(f"/proc/{pid}/smaps_rollup")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended since it was listed
        for name in ("Pss_Anon", "Pss_Shmem") if exact else ("RssAnon", "RssShmem"):
            memory += int(fields.get(name, "0 kB").split()[0]) * KILOBYTE
    return memory, tasks


def _fields(path):
    lines = Path(path).read_text().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def descendants(root: int) -> list[int]:
    """Every process below `root`, without `root`."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                # A program's name may contain ")". Only numbers follow the last one.
                parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(name))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return found[1:]
