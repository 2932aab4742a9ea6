"""What keeps a kernel from the grader and from other kernels: namespaces, rights, limits. Runs inside bubblewrap."""

import ctypes
import fcntl
import os
import platform
import resource
import signal
import socket
import struct
from pathlib import Path

NEW_NAMESPACES = 0x00020000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000  # mount, user, pid, net, ipc: sched.h
NOSUID, NODEV, NOEXEC, REMOUNT = 2, 4, 8, 32  # sys/mount.h
SET_DUMPABLE, SET_DEATH_SIGNAL = 4, 1  # sys/prctl.h
CAPABILITIES_VERSION = 0x20080522  # linux/capability.h
SET_INTERFACE_FLAGS, UP_AND_LOOPBACK = 0x8914, 1 | 8  # linux/sockios.h, net/if.h
# The system call keyctl, and its command that leaves the keys of whoever started the grader.
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}
JOIN_SESSION_KEYRING = 1
libc = ctypes.CDLL(None, use_errno=True)


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


def unshare():
    """Own users (the same one, no others), processes, mounts, shared memory."""
    user, group = os.getuid(), os.getgid()
    allow_tracing(True)  # else /proc/self belongs to root, and the maps cannot be written
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


def allow_tracing(allowed):
    """Whether a process of the same user may trace this one, and open it in /proc."""
    libc.prctl(SET_DUMPABLE, int(allowed), 0, 0, 0)


def end_with_parent(number):
    """Let the system send this process a signal when its parent ends."""
    libc.prctl(SET_DEATH_SIGNAL, number, 0, 0, 0)


def check(result, what):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
