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
# The system call keyctl, and its command that leaves the session keyring of the grader's user.
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}
JOIN_SESSION_KEYRING = 1
libc = ctypes.CDLL(None, use_errno=True)


def hide_processes():
    """Hide processes in /proc from those that may not trace them: this process, and other kernels'."""
    flags = REMOUNT | NOSUID | NODEV | NOEXEC
    check(libc.mount(b"proc", b"/proc", b"proc", flags, b"hidepid=ptraceable"), "hide processes in /proc")


def give_up_rights(user):
    """Become `user` if one is given (root started bubblewrap), and drop all capabilities."""
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
    """Make new namespaces, with the same user and no others."""
    user, group = os.getuid(), os.getgid()
    allow_tracing(True)  # otherwise /proc/self belongs to root, and the maps cannot be written
    check(libc.unshare(NEW_NAMESPACES), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def own_network():
    """Switch on the loopback interface, the only network; leave the session keyring of the grader's user."""
    with socket.socket() as any_socket:
        up = struct.pack("16sH22x", b"lo", UP_AND_LOOPBACK)
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, up)
    if platform.machine() in KEYCTL:
        # An error is no harm: the system has no keyrings, or forbids them in the sandbox.
        libc.syscall(KEYCTL[platform.machine()], JOIN_SESSION_KEYRING, None)


def mount_private_folders(options):
    """Mount folders in memory for this submission. They vanish with it."""
    data = f"size={options['folder_bytes']},nr_inodes=10000,mode=1777".encode()
    for place in ("/submission", "/private", "/dev/shm"):
        check(libc.mount(b"tmpfs", place.encode(), b"tmpfs", NOSUID | NODEV, data), f"mount {place}")
    terminals = b"newinstance,ptmxmode=0666,mode=600"
    check(libc.mount(b"devpts", b"/dev/pts", b"devpts", NOSUID | NOEXEC, terminals), "mount /dev/pts")
    # No further user namespaces: an honest notebook needs none, and many bugs of Linux are found there.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return Path("/submission")


def silence():
    """Drop what is written to file descriptors below Python: it must not reach the grader's terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)


def limit(options):
    """Limit what one process may use. The grader watches all of them together."""
    for kind, most in (
        (resource.RLIMIT_DATA, options["memory_bytes"]),
        (resource.RLIMIT_FSIZE, options["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
    ):
        resource.setrlimit(kind, (most, most))
    if options["isolated"]:
        # Counted for each user namespace. Without one, all of the teacher's processes would count.
        resource.setrlimit(resource.RLIMIT_NPROC, (options["processes"], options["processes"]))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too long is an OSError, not a death


def allow_tracing(allowed):
    """Set whether processes of the same user may trace this one and read it in /proc."""
    libc.prctl(SET_DUMPABLE, int(allowed), 0, 0, 0)


def end_with_parent(number):
    """Let the system send this process a signal when its parent ends."""
    libc.prctl(SET_DEATH_SIGNAL, number, 0, 0, 0)


def check(result, what):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
