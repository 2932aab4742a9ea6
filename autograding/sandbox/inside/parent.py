"""The warm parent: imports what notebooks import, then forks one kernel per submission. Runs inside bubblewrap.

Stays single-threaded, runs no student's code, and serves one submission at a time. Each kernel gets user, process,
mount and ipc namespaces of its own, so it can neither see, signal nor trace this process, and writes to folders in
memory that vanish with it. Commands come on the socket whose number is the first argument; a fork's own socket comes
along with the command that asks for it.
"""

import ctypes
import importlib
import importlib.util
import json
import os
import random
import resource
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path

from . import wire

NEW_NAMESPACES = 0x00020000 | 0x10000000 | 0x20000000 | 0x08000000  # mount, user, pid, ipc: sched.h
NOSUID_NODEV = 2 | 4  # sys/mount.h
SET_DUMPABLE = 4  # sys/prctl.h
libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    options = json.loads(sys.argv[2])
    control = socket.socket(fileno=int(sys.argv[1]))
    if options["user"] is not None:
        # Started by root: bubblewrap needed it to mount, and nothing from here on does.
        os.setgroups([])
        os.setgid(options["user"])
        os.setuid(options["user"])
    wire.send(control, {"is": "warm", "imported": preload(options["preload"])})
    child, reported = None, True
    while True:
        # The child's end is noticed soon after it comes, without a signal handler that kernels would inherit.
        ready, _, _ = select.select([control], [], [], None if reported else 0.02)
        if child is not None and os.waitpid(child.supervisor, os.WNOHANG)[0]:
            child = None
        if child is None and not reported:
            wire.send(control, {"is": "ended"})
            reported = True
        if not ready:
            continue
        data, handles, _flags, _address = socket.recv_fds(control, 1, 1)
        if not data:
            return
        if data == b"f":
            child, reported = Child(handles[0], options, control), False
        elif data == b"i" and child is not None:
            child.signal(signal.SIGINT)
        elif data == b"k" and child is not None:
            child.signal(signal.SIGKILL)


def preload(names: list[str]) -> list[str]:
    """Import what is installed of `names`; return what was."""
    found = []
    for name in names:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
            found.append(name)
    return found


class Child:
    """One kernel, and the process that unshared its namespaces and waits for it."""

    def __init__(self, handle, options, control):
        reading, writing = os.pipe()
        self.supervisor = os.fork()
        if self.supervisor == 0:
            try:
                control.close()
                os.close(reading)
                supervise(handle, writing, options)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(1)
        os.close(writing)
        os.close(handle)
        with os.fdopen(reading, "rb") as pipe:
            self.pid = int(pipe.read() or 0)

    def signal(self, number):
        if self.pid:  # 0: it never came to be, and its supervisor has ended
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass  # it ended by itself just now


def supervise(handle, writing, options):
    """Unshare, fork the kernel, tell its number, wait for it."""
    if options["isolated"]:
        unshare()
    # The supervisor shares the kernel's user namespace, not its processes': it must not be traced through /proc.
    libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
    kernel = os.fork()
    if kernel:
        os.close(handle)
        os.write(writing, str(kernel).encode())
        os.close(writing)
        os.waitpid(kernel, 0)
        os._exit(0)
    os.close(writing)
    os.setsid()  # a signal to one's process group crosses namespaces, and must not reach the warm parent
    libc.prctl(SET_DUMPABLE, 1, 0, 0, 0)
    if options["isolated"]:
        folder = mount_private_folders(options)
        os.environ["HOME"] = os.environ["TMPDIR"]
    else:
        folder = Path(tempfile.mkdtemp(prefix="submission-", dir=options["folder"]))
    silence()
    limit(options)
    reseed()
    from .kernel import serve

    serve(socket.socket(fileno=handle), folder, options["stand_ins"], options["output_bytes"])
    os._exit(0)


def check(result, what):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare():
    """Own users (the same one, no others), processes, mounts, shared memory."""
    user, group = os.getuid(), os.getgid()
    libc.prctl(SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self belongs to root, and the maps cannot be written
    check(libc.unshare(NEW_NAMESPACES), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def mount_private_folders(options):
    """Folders in memory for this submission alone; they count, and vanish, with it."""
    data = f"size={options['folder_bytes']},nr_inodes=10000,mode=1777".encode()
    for place in ("/submission", "/private", "/dev/shm"):
        check(libc.mount(b"tmpfs", place.encode(), b"tmpfs", NOSUID_NODEV, data), f"mount {place}")
    # No further user namespaces: a stranger has no use for them, and the kernel's bugs are often found there.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return Path("/submission")


def silence():
    """Nothing that is written below Python reaches the grader's terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)


def limit(options):
    """What one process may use; the grader watches over all of them together."""
    for kind, most in (
        (resource.RLIMIT_DATA, options["memory_bytes"]),
        (resource.RLIMIT_FSIZE, options["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ):
        resource.setrlimit(kind, (most, most))
    if options["isolated"]:
        # Counted per user namespace; without one it would count whatever else the teacher is running.
        resource.setrlimit(resource.RLIMIT_NPROC, (options["processes"], options["processes"]))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too long is an OSError, not a death


def reseed():
    """A fork inherits its parent's random state: every student would draw the same numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


if __name__ == "__main__":
    main()
