"""How much memory and how many processes a sandbox has, read from /proc: a watcher where there is no cgroup."""

import os
from pathlib import Path

KILOBYTE = 1024


def usage(root: int, exact: bool = False) -> tuple[int, int]:
    """Bytes of memory, and the number of processes and threads, of all descendants of the process `root`.

    Memory that forks share is counted for each of them, unless `exact`, which takes longer. Whatever a submission
    starts stays a descendant: in a process namespace, orphans go to its first process.
    """
    memory = tasks = 0
    for pid in descendants(root):
        try:
            fields = _fields(f"/proc/{pid}/status")
            tasks += int(fields.get("Threads", "0"))
            if exact:
                fields |= _fields(f"/proc/{pid}/smaps_rollup")
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone since it was listed
        for name in ("Pss_Anon", "Pss_Shmem") if exact else ("RssAnon", "RssShmem"):
            memory += int(fields.get(name, "0 kB").split()[0]) * KILOBYTE
    return memory, tasks


def _fields(path):
    lines = Path(path).read_text().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def descendants(root: int) -> list[int]:
    """Every process below `root`, itself left out."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                # The name of a program may hold anything, also ")": what follows the last one is numbers.
                parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(name))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return found[1:]
