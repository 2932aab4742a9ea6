"""How much memory and how many processes a sandbox has, read from /proc: a watcher where there is no cgroup."""

import os
from pathlib import Path

KILOBYTE = 1024


def usage(root: int) -> tuple[int, int]:
    """Bytes of memory of its own, and the number of processes and threads, of all descendants of the process `root`.

    Whatever a submission starts stays a descendant: in a process namespace, orphans go to its first process.
    """
    memory = tasks = 0
    for pid in descendants(root):
        try:
            text = Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone since it was listed
        fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        for name in ("RssAnon", "RssShmem"):
            memory += int(fields.get(name, "0 kB").split()[0]) * KILOBYTE
        tasks += int(fields.get("Threads", "0"))
    return memory, tasks


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
