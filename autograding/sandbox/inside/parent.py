"""The warm parent: imports what notebooks import, then forks a branch for each worker. Runs inside bubblewrap.

A worker connects to the socket whose number is the first argument, and the branch that answers forks one kernel after
the other for it. Both stay single-threaded and run no student's code. Each kernel gets user, process, mount, network
and ipc namespaces of its own, so it can neither see, signal nor trace these processes or another kernel's, and writes
to folders in memory that vanish with it. A worker's commands come on its connection; a kernel's own socket comes along
with the command that asks for it.
"""

import ctypes
import fcntl
import gc
import importlib
import importlib.util
import json
import os
import platform
import random
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path

from . import wire

NEW_NAMESPACES = 0x00020000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000  # mount, user, pid, net, ipc: sched.h
NOSUID, NODEV, NOEXEC, REMOUNT = 2, 4, 8, 32  # sys/mount.h
SET_DUMPABLE, SET_DEATH_SIGNAL = 4, 1  # sys/prctl.h
CAPABILITIES_VERSION = 0x20080522  # linux/capability.h
SET_INTERFACE_FLAGS, UP_AND_LOOPBACK = 0x8914, 1 | 8  # linux/sockios.h, net/if.h
# The system call keyctl, and its command that leaves the keys of whoever started the grader.
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}
JOIN_SESSION_KEYRING = 1
libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    options = json.loads(sys.argv[2])
    listener = socket.socket(fileno=int(sys.argv[1]))
    if options["isolated"]:
        hide_processes()
        give_up_rights(options["user"])
    preload(options["preload"])
    # All forks go on sharing what is there now: no garbage collection of theirs writes to it.
    gc.collect()
    gc.freeze()
    started_by = os.getppid()
    while os.getppid() == started_by:
        ready, _, _ = select.select([listener], [], [], 1)
        reap()
        if not ready:
            continue
        control, _address = listener.accept()
        if os.fork() == 0:
            # A kernel that had it could answer other workers in this process's stead.
            listener.close()
            branch(control, options)
        control.close()


def reap():
    """Branches whose workers are gone."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def branch(control, options):
    """Serve one worker until it hangs up, and end."""
    try:
        control.sendall(b"w")  # with it the system tells the worker this process's number
        serve_worker(control, options)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(0)


def hide_processes():
    """In /proc nobody finds a process that they may not trace: not this one, not another kernel's."""
    flags = REMOUNT | NOSUID | NODEV | NOEXEC
    check(libc.mount(b"proc", b"/proc", b"proc", flags, b"hidepid=ptraceable"), "hide processes in /proc")


def give_up_rights(user):
    """Become `user` where one is given (bubblewrap was started by root), and no longer be able to do anything more."""
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    head, none = struct.pack("=Ii", CAPABILITIES_VERSION, 0), bytes(24)
    check(libc.capset(head, none), "give up capabilities")
    status = Path("/proc/self/status").read_text()
    for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        if int(status.partition(f"{kind}:")[2].split()[0], 16):
            raise OSError(f"{kind} are still there")


def serve_worker(control, options):
    """Fork, interrupt and kill kernels as the worker says."""
    child, reported = None, True
    while True:
        # The child's end is noticed soon after it comes, without a signal handler that kernels would inherit.
        ready, _, _ = select.select([control], [], [], None if reported else 0.02)
        if child is not None and os.waitpid(child.supervisor, os.WNOHANG)[0]:
            child.signal(signal.SIGKILL)  # in case that its supervisor did not outlive it
            child = None
        if child is None and not reported:
            wire.send(control, {"is": "ended"})
            reported = True
        if not ready:
            continue
        data, handles, _flags, _address = socket.recv_fds(control, 1, 1)
        if not data:
            if child is not None:
                child.signal(signal.SIGKILL)
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
        own_network()
    # The supervisor shares the kernel's user namespace, not its processes': it must not be traced through /proc.
    libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
    kernel = os.fork()
    if kernel:
        os.close(handle)
        # Its branch's end is the kernel's end; the kernel itself could forget the signal that it gets.
        signal.signal(signal.SIGTERM, lambda *_: os.kill(kernel, signal.SIGKILL))
        libc.prctl(SET_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
        os.write(writing, str(kernel).encode())
        os.close(writing)
        os.waitpid(kernel, 0)
        os._exit(0)
    os.close(writing)
    libc.prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
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


def own_network():
    """A network of one machine, this submission, that can reach itself; and no key of whoever started the grader."""
    with socket.socket() as any_socket:
        up = struct.pack("16sH22x", b"lo", UP_AND_LOOPBACK)
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, up)
    if platform.machine() in KEYCTL:
        # Where the system has no keys, or does not let anyone in here near them, there is nothing to leave.
        libc.syscall(KEYCTL[platform.machine()], JOIN_SESSION_KEYRING, None)


def mount_private_folders(options):
    """Folders in memory for this submission alone; they count, and vanish, with it."""
    data = f"size={options['folder_bytes']},nr_inodes=10000,mode=1777".encode()
    for place in ("/submission", "/private", "/dev/shm"):
        check(libc.mount(b"tmpfs", place.encode(), b"tmpfs", NOSUID | NODEV, data), f"mount {place}")
    terminals = b"newinstance,ptmxmode=0666,mode=600"
    check(libc.mount(b"devpts", b"/dev/pts", b"devpts", NOSUID | NOEXEC, terminals), "mount /dev/pts")
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
